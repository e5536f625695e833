"""O365: reads a whole inbox as MIME, or sends, as its guide shows it; nothing is stored."""
import json
import sys
import time

from O365 import Account, MSGraphProtocol
from O365.utils.token import MemoryTokenBackend

given = json.load(sys.stdin)


class Protocol(MSGraphProtocol):
    """Graph at another place."""

    _protocol_url = given["url"] + "/"


account = Account(
    ("client", "secret"),
    protocol=Protocol(),
    auth_flow_type="credentials",
    tenant_id="example.test",
    token_backend=MemoryTokenBackend(),
    main_resource=given["address"],
    request_retries=0,
    # It waits 200 ms between requests otherwise.
    requests_delay=0,
)
connection = account.connection
connection.session = connection.get_session(load_token=False)
connection.session.headers["Authorization"] = "Bearer " + given["token"]
connection._oauth_request = lambda url, method, **more: connection._internal_request(connection.session, url, method, **more)
connection.oauth_request = connection._oauth_request
mailbox = account.mailbox()
start = time.monotonic()
done = 0
if given["do"] == "receive":
    for message in mailbox.inbox_folder().get_messages(limit=given["messages"], batch=500):
        done += 1 if message.get_mime_content() else 0
else:
    for n in range(given["messages"]):
        message = mailbox.new_message()
        message.to.add(given["to"])
        message.subject = f"peer {n}"
        message.body = given["text"]
        done += 1 if message.send() else 0
print(json.dumps({"seconds": time.monotonic() - start, "messages": done}))

"""Mail of Microsoft Graph by the O365 client: what it reads and does in the double, as JSON."""
import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import msal.authority
from O365 import Account, MSGraphProtocol
from O365.utils.token import MemoryTokenBackend

given = json.load(sys.stdin)
# msal asks Microsoft itself about authorities that it does not know; the double's is one that it knows.
msal.authority.WELL_KNOWN_AUTHORITY_HOSTS = set(msal.authority.WELL_KNOWN_AUTHORITY_HOSTS) | {
    urlsplit(given["authority"]).hostname
}


class Protocol(MSGraphProtocol):
    """Graph at another place."""

    _protocol_url = given["graph"] + "/"


account = Account(
    (given["clientId"], given["clientSecret"]),
    protocol=Protocol(),
    auth_flow_type="credentials",
    tenant_id=given["tenant"],
    token_backend=MemoryTokenBackend(),
    main_resource=given["from"],
    request_retries=0,
    timeout=10,
)
account.connection._msal_authority = given["authority"]
account.authenticate(requested_scopes=["https://graph.microsoft.com/.default"])
mailbox = account.mailbox()
inbox = mailbox.inbox_folder()
first = list(inbox.get_messages(limit=10))[0]
mime = first.get_mime_content().decode()
folder = mailbox.create_child_folder("Undeliverable")
first.categories = ["Undeliverable"]
first.save_message()
moved = first.move(folder)
draft = mailbox.new_message()
draft.to.add(given["to"])
draft.subject = "large, by O365"
draft.body = "<p>hello</p>"
with tempfile.TemporaryDirectory() as place:
    file = Path(place) / "large.bin"
    file.write_bytes(bytes(range(256)) * 16 * 1024)
    draft.save_draft()
    # Only what is added to a saved draft goes by an upload session.
    draft.attachments.add(file)
    saved = draft.save_draft()
    sent = draft.send()
print(
    json.dumps(
        {
            "mime": mime,
            "moved": bool(moved),
            "inFolder": [[one.subject, one.categories] for one in folder.get_messages()],
            "left": len(list(inbox.get_messages())),
            "saved": bool(saved),
            "sent": bool(sent),
        }
    )
)

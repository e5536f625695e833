"""exchangelib: reads a whole inbox as MIME, or sends, as its guide shows it; nothing is stored."""
import json
import sys
import time

from exchangelib import IMPERSONATION, Account, Configuration, Credentials, FailFast, Message

given = json.load(sys.stdin)
configuration = Configuration(
    service_endpoint=given["url"],
    credentials=Credentials(given["username"], given["password"]),
    auth_type="basic",
    retry_policy=FailFast(),
)
account = Account(given["address"], config=configuration, autodiscover=False, access_type=IMPERSONATION)
start = time.monotonic()
done = 0
if given["do"] == "receive":
    for item in account.inbox.all().order_by("datetime_received").only("mime_content")[: given["messages"]]:
        done += 1 if item.mime_content else 0
else:
    for n in range(given["messages"]):
        Message(
            account=account,
            folder=account.sent,
            subject=f"peer {n}",
            body=given["text"],
            to_recipients=[given["to"]],
        ).send_and_save()
        done += 1
print(json.dumps({"seconds": time.monotonic() - start, "messages": done}))

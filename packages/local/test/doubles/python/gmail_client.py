"""Gmail's API by Google's own client with a service account: what it sees of the double, as JSON."""
import base64
import json
import sys

from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

given = json.load(sys.stdin)
scopes = [
    "https://www.googleapis.com/auth/gmail.readonly",
    "https://www.googleapis.com/auth/gmail.send",
]
credentials = service_account.Credentials.from_service_account_info(
    given["key"], scopes=scopes, subject=given["address"]
)
gmail = build(
    "gmail",
    "v1",
    credentials=credentials,
    static_discovery=True,
    cache_discovery=False,
    client_options={"api_endpoint": given["api"]},
)
users = gmail.users()
profile = users.getProfile(userId="me").execute()
listed = users.messages().list(userId="me", labelIds=["INBOX"], maxResults=2).execute()
ids = [one["id"] for one in listed.get("messages", [])]
while "nextPageToken" in listed:
    listed = (
        users.messages()
        .list(userId="me", labelIds=["INBOX"], maxResults=2, pageToken=listed["nextPageToken"])
        .execute()
    )
    ids += [one["id"] for one in listed.get("messages", [])]
raws = []
batch = gmail.new_batch_http_request(callback=lambda _id, answer, error: raws.append(error or answer["raw"]))
for message_id in ids:
    batch.add(users.messages().get(userId="me", id=message_id, format="raw"))
batch._batch_uri = given["api"] + "/batch/gmail/v1"
batch.execute()
subjects = sorted(
    line[9:]
    for raw in raws
    for line in base64.urlsafe_b64decode(raw).decode().splitlines()
    if line.startswith("Subject: ")
)
message = f"From: {given['address']}\r\nTo: {given['to']}\r\nSubject: by Google's client\r\nMessage-ID: <mine@client>\r\n\r\nhello\r\n"
sent = users.messages().send(userId="me", body={"raw": base64.urlsafe_b64encode(message.encode()).decode()}).execute()
history = (
    users.history()
    .list(userId="me", startHistoryId=profile["historyId"], historyTypes=["messageAdded"])
    .execute()
)
lost = None
try:
    users.history().list(userId="me", startHistoryId="1").execute()
except HttpError as error:
    lost = error.resp.status
print(
    json.dumps(
        {
            "address": profile["emailAddress"],
            "total": profile["messagesTotal"],
            "subjects": subjects,
            "sent": sent["id"],
            "added": [one["message"]["id"] for h in history.get("history", []) for one in h["messagesAdded"]],
            "lostHistory": lost,
        }
    )
)

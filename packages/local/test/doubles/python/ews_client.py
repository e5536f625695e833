"""Exchange Web Services by exchangelib: what it sees and does in the double, as JSON."""
import json
import sys

from exchangelib import (
    DELEGATE,
    IMPERSONATION,
    Account,
    Configuration,
    Credentials,
    ExtendedProperty,
    FailFast,
    FileAttachment,
    Folder,
    Message,
    OAuth2AuthorizationCodeCredentials,
)
from exchangelib.errors import EWSError
from oauthlib.oauth2 import OAuth2Token

given = json.load(sys.stdin)


def account(address, access=DELEGATE):
    if "token" in given:
        credentials = OAuth2AuthorizationCodeCredentials(
            access_token=OAuth2Token({"access_token": given["token"], "token_type": "Bearer"})
        )
    else:
        credentials = Credentials(given["login"], given["password"])
    configuration = Configuration(
        service_endpoint=given["ews"], credentials=credentials, auth_type=given["auth"], retry_policy=FailFast()
    )
    return Account(address, config=configuration, autodiscover=False, access_type=access)


def refusal(action):
    """The name of the error that exchangelib makes of a refusal."""
    try:
        action()
        return None
    except EWSError as error:
        return type(error).__name__


class Mark(ExtendedProperty):
    """A named property of a folder, in the set that everybody may use."""

    property_set_id = "00020329-0000-0000-c000-000000000046"
    property_name = "MailfleetOrganisation"
    property_type = "String"


Folder.register("mark", Mark)


def marked(address, access):
    """What a calendar says before and after a property of it is set, as another session sees it, and our rights."""
    calendar = account(address, access).calendar
    before = calendar.mark
    calendar.mark = "ours & <theirs>"
    calendar.save(update_fields=["mark"])
    other = account(address, access)
    return [before, other.calendar.mark, other.tasks.effective_rights.create_contents]


def work(mine):
    """Everything that a connector does, by somebody else's code."""
    pages = []
    for change, item in mine.inbox.sync_items(only_fields=["id", "changekey"], max_changes_returned=2):
        pages.append(change)
    found = list(mine.inbox.all().order_by("datetime_received").only("subject", "mime_content"))
    first = found[0]
    known = mine.inbox.all().order_by("datetime_received")[0]
    known.is_read = True
    known.categories = ["Undeliverable"]
    known.save(update_fields=["is_read", "categories"])
    folder = Folder(parent=mine.msg_folder_root, name="Undeliverable")
    folder.save()
    known.move(to_folder=folder)
    later = [change for change, _item in mine.inbox.sync_items(sync_state=mine.inbox.item_sync_state)]
    moved = folder.all()[0]
    categories = moved.categories
    moved.delete()
    copy = Message(
        account=mine,
        folder=mine.sent,
        subject="by exchangelib",
        body="hello",
        to_recipients=[given["to"], "someone@elsewhere.test"],
    )
    copy.send_and_save()
    draft = Message(account=mine, folder=mine.drafts, mime_content=given["mime"].encode())
    draft.save()
    draft.send()
    sent = [(one.subject, one.message_id) for one in mine.sent.all().order_by("datetime_received")]
    answer = {
        "version": mine.version.api_version,
        "first": [first.subject, first.mime_content.decode()],
        "synced": pages,
        "later": later,
        "categories": categories,
        "left": [folder.all().count(), mine.drafts.all().count(), mine.inbox.all().count()],
        "sent": sent,
        "byId": [one.subject for one in mine.sent.filter(message_id=given["messageId"])],
        "lost": refusal(lambda: list(mine.inbox.sync_items(sync_state="bm90aGluZw=="))),
    }
    return answer


try:
    if given["do"] == "mark":
        shown = marked(given["address"], IMPERSONATION if given.get("impersonate") else DELEGATE)
    elif given["do"] == "work":
        shown = work(account(given["address"], IMPERSONATION if given.get("impersonate") else DELEGATE))
    else:
        shown = refusal(lambda: account(given["address"], IMPERSONATION if given.get("impersonate") else DELEGATE).inbox.refresh())
    print(json.dumps(shown))
except EWSError as error:
    print(json.dumps({"error": type(error).__name__, "text": str(error)}))

"""Mail of Microsoft Graph by Microsoft's own SDK for Python: what it reads and does in the double, as JSON."""
import asyncio
import base64
import io
import json
import sys

from azure.identity import ClientSecretCredential
from kiota_abstractions.authentication.anonymous_authentication_provider import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.attachment_item import AttachmentItem
from msgraph.generated.models.attachment_type import AttachmentType
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.mail_folders.item.messages.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.messages.item.attachments.create_upload_session.create_upload_session_post_request_body import (
    CreateUploadSessionPostRequestBody,
)
from msgraph.generated.users.item.messages.item.move.move_post_request_body import MovePostRequestBody
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody
from msgraph_core.tasks.large_file_upload import LargeFileUploadTask

given = json.load(sys.stdin)
credential = ClientSecretCredential(
    given["tenant"],
    given["clientId"],
    given["clientSecret"],
    authority=given["authority"],
    # The authority is the double's, which Microsoft does not know.
    disable_instance_discovery=True,
)
adapter = GraphRequestAdapter(
    AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=[given["host"]]
    )
)
adapter.base_url = given["graph"] + "/v1.0"
graph = GraphServiceClient(request_adapter=adapter)
# The URL of an upload is the permission. Graph's are on another host, to which the SDK sends no token.
uploading = GraphRequestAdapter(AnonymousAuthenticationProvider())
mailbox = graph.users.by_user_id(given["from"])


def preferring(*what):
    """A configuration with these preferences."""
    configuration = RequestConfiguration()
    for one in what:
        configuration.headers.add("Prefer", one)
    return configuration


immutable = 'IdType="ImmutableId"'


def message(subject):
    return Message(
        subject=subject,
        body=ItemBody(content_type=BodyType.Html, content="<p>hello</p>"),
        to_recipients=[Recipient(email_address=EmailAddress(address=given["to"]))],
    )


async def changes(builder: DeltaRequestBuilder):
    """The subjects (None: gone) of each page, and the link for the next round."""
    pages = []
    while True:
        page = await builder.get(preferring("odata.maxpagesize=2", immutable))
        pages.append([None if "@removed" in one.additional_data else one.subject for one in page.value])
        if page.odata_delta_link:
            return pages, page.odata_delta_link
        builder = builder.with_url(page.odata_next_link)


async def refusal(asked):
    """Status and code of an ODataError."""
    try:
        await asked
        return None
    except ODataError as error:
        return [error.response_status_code, error.error.code]


async def send_mime():
    """The generated builder knows sendMail only as JSON."""
    info = RequestInformation(Method.POST, "{+baseurl}/users/{user}/sendMail", {"user": given["from"]})
    info.headers.add("Content-Type", "text/plain")
    info.content = base64.b64encode(given["mime"].encode())
    await adapter.send_no_response_content_async(info, {"XXX": ODataError})


async def send_large():
    """A draft with a file that goes by an upload session; its id, and the names and sizes of its files."""
    draft = await mailbox.messages.post(message("large, by msgraph-sdk"), preferring(immutable))
    file = bytes(range(256)) * 16 * 1024
    item = AttachmentItem(attachment_type=AttachmentType.File, name="large.bin", size=len(file))
    of_draft = mailbox.messages.by_message_id(draft.id)
    session = await of_draft.attachments.create_upload_session.post(
        CreateUploadSessionPostRequestBody(attachment_item=item)
    )
    task = LargeFileUploadTask(session, uploading, io.BytesIO(file))
    # Its upload() fails with Outlook's answers (msgraph-sdk-python-core, issue 691); its requests do not.
    half = 2 * 1024 * 1024
    task.next_range = f"0-{half - 1}"
    expected = (await task.next_chunk(task.stream)).next_expected_ranges
    task.next_range = f"{half}-{len(file) - 1}"
    await task.next_chunk(task.stream)
    files = [[one.name, one.size] for one in (await of_draft.attachments.get()).value]
    await of_draft.send.post()
    sent = await of_draft.get(preferring(immutable))
    return {"expected": expected, "files": files, "sameId": sent.id == draft.id, "isDraft": sent.is_draft}


async def work():
    inbox = mailbox.mail_folders.by_mail_folder_id("inbox")
    pages, link = await changes(inbox.messages.delta)
    first = (await inbox.messages.get(preferring(immutable))).value[-1]
    plain = (await inbox.messages.get()).value[-1]
    one = mailbox.messages.by_message_id(first.id)
    mime = (await one.content.get()).decode()
    moved = await one.move.post(MovePostRequestBody(destination_id="deleteditems"), preferring(immutable))
    old = await refusal(mailbox.messages.by_message_id(plain.id).get())
    await mailbox.send_mail.post(SendMailPostRequestBody(message=message("by msgraph-sdk"), save_to_sent_items=False))
    await send_mime()
    later, _ = await changes(inbox.messages.delta.with_url(link))
    return {
        "pages": pages,
        "mime": mime,
        "sameId": moved.id == first.id,
        "sameOldId": plain.id == first.id,
        "oldIdAfterMove": old,
        "later": later,
        "large": await send_large(),
        "outside": await refusal(graph.users.by_user_id(given["outside"]).messages.get()),
        "nobody": await refusal(graph.users.by_user_id("nobody@example.test").messages.get()),
        "noMessage": await refusal(mailbox.messages.by_message_id("AAMkmissing=").get()),
        "lost": await refusal(inbox.messages.delta.with_url(link.replace("deltatoken=", "deltatoken=99")).get()),
    }


print(json.dumps(asyncio.run(work())))

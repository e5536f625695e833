"""sendMail by the O365 client, whose token comes through msal (client credentials)."""
import json
import sys
from urllib.parse import urlsplit

import msal.authority
from O365 import Account, MSGraphProtocol
from O365.utils.token import MemoryTokenBackend
from requests.exceptions import HTTPError, RequestException

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
    timeout=2,
)
account.connection._msal_authority = given["authority"]
signed_in = account.authenticate(requested_scopes=["https://graph.microsoft.com/.default"])


def send():
    """What comes of one message: True, or how it was refused."""
    message = account.new_message()
    message.to.add(given["to"])
    message.subject = "by O365"
    message.body = "<p>hello</p>"
    try:
        return bool(message.send(save_to_sent_folder=False))
    except HTTPError as error:
        return [error.response.status_code, error.response.json()["error"]["code"]]
    except RequestException as error:
        return type(error).__name__


print(json.dumps({"signedIn": bool(signed_in), "sent": [send() for _ in range(given["messages"])]}))

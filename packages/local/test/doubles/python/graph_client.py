"""sendMail by the O365 client, whose token comes through msal (client credentials)."""
import json
import sys
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
)
account.connection._msal_authority = given["authority"]
signed_in = account.authenticate(requested_scopes=["https://graph.microsoft.com/.default"])
message = account.new_message()
message.to.add(given["to"])
message.subject = "by O365"
message.body = "<p>hello</p>"
print(json.dumps({"signedIn": bool(signed_in), "sent": bool(message.send(save_to_sent_folder=False))}))

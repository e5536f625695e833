"""What google-auth says where the service account is not delegated."""
import json
import sys

import google.auth.transport.requests
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account

given = json.load(sys.stdin)
credentials = service_account.Credentials.from_service_account_info(
    given["key"], scopes=["https://mail.google.com/"], subject=given["address"]
)
try:
    credentials.refresh(google.auth.transport.requests.Request())
    print(json.dumps({"refused": None}))
except RefreshError as error:
    print(json.dumps({"refused": str(error)}))

"""How Google's own client understands the refusals of the double: one line for each trouble that waits there."""
import json
import sys

import google_auth_httplib2
import httplib2
from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

given = json.load(sys.stdin)
credentials = service_account.Credentials.from_service_account_info(
    given["key"], scopes=["https://mail.google.com/"], subject=given["address"]
)
gmail = build(
    "gmail",
    "v1",
    http=google_auth_httplib2.AuthorizedHttp(credentials, http=httplib2.Http(timeout=2)),
    static_discovery=True,
    cache_discovery=False,
    client_options={"api_endpoint": given["api"]},
)


def attempt(retries):
    """What comes of one call."""
    request = gmail.users().getProfile(userId="me")
    request._sleep = lambda _seconds: None
    try:
        return request.execute(num_retries=retries)["emailAddress"]
    except HttpError as error:
        return [error.resp.status, error.error_details[0]["reason"], error.resp.get("retry-after")]
    except Exception as error:  # what a broken connection is called differs with the Python
        return type(error).__name__


print(json.dumps([attempt(retries) for retries in given["retries"]]))

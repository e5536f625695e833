"""NTLM inside SPNEGO by pyspnego, on one connection: the status of each request, as JSON."""
import base64
import http.client
import json
import sys
from urllib.parse import urlsplit

import spnego

given = json.load(sys.stdin)
place = urlsplit(given["ews"])
connection = http.client.HTTPConnection(place.netloc, timeout=10)
client = spnego.client(
    given["login"], given["password"], hostname="127.0.0.1", protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate
)
seen = []
token = client.step()
while token is not None and len(seen) < 4:
    connection.request("GET", place.path, headers={"Authorization": "Negotiate " + base64.b64encode(token).decode()})
    answer = connection.getresponse()
    answer.read()
    seen.append([answer.status, token[:1].hex()])
    _, _, given_back = (answer.getheader("WWW-Authenticate") or "").partition("Negotiate ")
    if not given_back:
        break
    token = client.step(base64.b64decode(given_back)) if not client.complete else None
connection.request("GET", place.path)
last = connection.getresponse()
last.read()
print(json.dumps({"seen": seen, "later": last.status}))

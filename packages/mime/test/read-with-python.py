"""Reads messages (base64, one a line) with Python's email package and prints what it finds (JSON, one a line)."""

import base64
import email
import email.policy
import json
import sys


def attempt(read):
    try:
        return read()
    except Exception as error:
        return {"error": type(error).__name__}


def addresses(message, name):
    field = message[name]
    return [] if field is None else [[one.display_name, one.addr_spec] for one in field.addresses]


def date(message):
    field = message["date"]
    when = None if field is None else field.datetime
    if when is None:
        return None
    if when.tzinfo is None:
        import datetime
        when = when.replace(tzinfo=datetime.timezone.utc)
    return round(when.timestamp() * 1000)


def names(message):
    found = [part.get_filename() for part in message.walk()]
    return [name for name in found if name is not None]


def text(message):
    for part in message.walk():
        if part.get_content_type() == "text/plain" and part.get_filename() is None:
            return part.get_content()
    return None


for line in sys.stdin:
    message = email.message_from_bytes(base64.b64decode(line), policy=email.policy.default)
    found = {
        "subject": attempt(lambda: None if message["subject"] is None else str(message["subject"])),
        "from": attempt(lambda: addresses(message, "from")),
        "to": attempt(lambda: addresses(message, "to")),
        "date": attempt(lambda: date(message)),
        "names": attempt(lambda: names(message)),
        "text": attempt(lambda: text(message)),
    }
    print(json.dumps(found))

"""Autodiscover by exchangelib, whose look-ups of example.test end at the double: what it finds, as JSON."""
import json
import socket
import sys

from exchangelib import Account, Credentials
from exchangelib.autodiscover.discovery import Autodiscovery
from exchangelib.errors import EWSError

given = json.load(sys.stdin)
resolve = socket.getaddrinfo


def to_double(host, port, *args, **kwargs):
    """The double has a port of its own, and no name in any DNS."""
    if str(host).endswith("example.test"):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", given["port"]))]
    return resolve(host, port, *args, **kwargs)


socket.getaddrinfo = to_double
Autodiscovery._ensure_valid_hostname = lambda self, url: None
Autodiscovery._get_srv_records = lambda self, hostname: []


def found(address):
    """Where the mailbox is, and how many messages lie there."""
    try:
        account = Account(address, credentials=Credentials(given["login"], given["password"]), autodiscover=True)
        return [account.primary_smtp_address, account.protocol.service_endpoint, account.inbox.total_count]
    except EWSError as error:
        return type(error).__name__


print(json.dumps([found(address) for address in given["addresses"]]))

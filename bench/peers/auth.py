"""Checks a password with argon2-cffi and looks a user up with ldap3: `auth.py SECONDS HASH PORT|-`."""

import base64
import json
import sys
import time

from argon2 import PasswordHasher
from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars

USER, PASSWORD = "ldclakmal", "ldclakmal@123"
HEADER = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
BASE = "dc=avix,dc=lk"
HASHER = PasswordHasher()


def credential(header):
    scheme, _, text = header.partition(" ")
    assert scheme.lower() == "basic"
    name, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    return name, password


def check(hashed):
    name, password = credential(HEADER)
    assert name == USER and HASHER.verify(hashed, password)


def look_up(server, admin):
    """What the SDK does: the user's entry, a bind as the user on a connection of its own, and the groups."""
    name, password = credential(HEADER)
    admin.search(f"ou=Users,{BASE}", f"(uid={escape_filter_chars(name)})", attributes=["uid"])
    (entry,) = admin.entries
    with Connection(server, entry.entry_dn, password) as user:
        assert user.bound
    member = escape_filter_chars(entry.entry_dn)
    groups = f"(&(objectClass=groupOfNames)(member={member}))"
    admin.search(f"ou=Groups,{BASE}", groups, attributes=["cn"])
    assert len(admin.entries) == 2


def rate(seconds, once):
    count, started = 0, time.monotonic()
    while time.monotonic() - started < seconds:
        once()
        count += 1
    return count / (time.monotonic() - started)


def main(seconds, hashed, port):
    seconds = float(seconds)
    figures = {"checks": rate(seconds, lambda: check(hashed)), "lookups": None}
    if port != "-":
        server = Server("127.0.0.1", port=int(port))
        with Connection(server, f"cn=admin,{BASE}", "avix123") as admin:
            figures["lookups"] = rate(seconds, lambda: look_up(server, admin))
    print(json.dumps(figures))


main(*sys.argv[1:])

#!/usr/bin/env python3
"""An example of a program that uses the box: shows who is at the desk, then every call as it happens.

    python3 docs/api_client.py http://127.0.0.1:8080 cbx_...

It needs nothing but Python. For https with the box's own certificate, give its file: --ca box.pem
"""

from __future__ import annotations

import argparse
import json
import ssl
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit


class Refused(Exception):
    """The box did not do what was asked; `error` says why for programs, the text for people."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(f"{status} {error}: {message}")
        self.status, self.error = status, error


class Box:
    """The box's API, as one token may use it."""

    def __init__(self, address: str, token: str, ca: str | None = None) -> None:
        self._address, self._token = urlsplit(address), token
        self._tls = ssl.create_default_context(cafile=ca) if self._address.scheme == "https" else None

    def get(self, what: str) -> Any:
        """What the box answers; raises `Refused`."""
        with self._open(what) as reply:
            return json.load(reply)

    def post(self, what: str, **body: Any) -> Any:
        """Change something: `post("bookings", slot=..., patient=...)`."""
        with self._open(what, json.dumps(body).encode()) as reply:
            return json.load(reply)

    def events(self) -> Iterator[tuple[str, Any]]:
        """Name and details of everything that happens, until the box or the token goes."""
        name = ""
        with self._open("events") as reply:
            while line := reply.readline():
                kind, _, text = line.decode().strip().partition(": ")
                if kind == "event":
                    name = text
                elif kind == "data":
                    yield name, json.loads(text)

    def _open(self, what: str, body: bytes | None = None) -> HTTPResponse:
        place = self._address.netloc
        connection = HTTPSConnection(place, context=self._tls) if self._tls else HTTPConnection(place)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection.request("POST" if body else "GET", "/api/v1/" + what, body, headers)
        reply = connection.getresponse()
        if reply.status != 200:
            raise Refused(reply.status, **json.load(reply))
        return reply


def main() -> None:
    words = argparse.ArgumentParser(description="Show who is at the desk, and every call as it happens.")
    words.add_argument("address", help="http://127.0.0.1:8080")
    words.add_argument("token", help="made under Settings, Other programs")
    words.add_argument("--ca", help="the box's certificate, for https")
    given = words.parse_args()
    box = Box(given.address, given.token, given.ca)
    for agent in box.get("agents")["agents"]:
        sys.stdout.write(f"{agent['extension']} {agent['name']}: {agent['state']} {agent['pop_url'] or ''}\n")
    for name, details in box.events():
        sys.stdout.write(f"{name} {json.dumps(details, ensure_ascii=False)}\n")


if __name__ == "__main__":
    main()

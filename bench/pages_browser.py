"""An administrator at the pages without a browser or a network: asks the application over WSGI, in this process."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from bench.ledgers import NOW
from bench.pages_clinic import LOGIN
from firmware.staff import sessions, users
from firmware.storage.ledger import Ledger
from webui.gate import SESSION_COOKIE

WsgiApp = Callable[..., Iterable[bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took."""

    status: str
    length: int
    took_s: float


class PageBrowser:
    """Somebody who is signed in."""

    def __init__(self, app: WsgiApp, token: str) -> None:
        self._app = app
        self._given = {
            "HTTP_HOST": "127.0.0.1:8080",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_ACCEPT_LANGUAGE": "zh",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_COOKIE": f"{SESSION_COOKIE}={token}",
        }

    def get(self, address: str) -> Answer:
        """The page, whole."""
        parts = urlsplit(address)
        environ: dict[str, Any] = {"wsgi.input": io.BytesIO()}
        setup_testing_defaults(environ)
        environ |= {"PATH_INFO": parts.path, "QUERY_STRING": parts.query, **self._given}
        started: list[str] = []
        began = time.perf_counter()
        body = b"".join(self._app(environ, lambda status, *_: started.append(status)))
        return Answer(started[0], len(body), time.perf_counter() - began)


def sign_in(ledger: Ledger) -> str:
    """The token of a new session of the administrator."""
    with ledger.transaction() as tx:
        user = users.by_login(tx, LOGIN)
        if user is None:
            raise LookupError("there is no administrator")
        return sessions.open_session(tx, NOW, user.id)[0]

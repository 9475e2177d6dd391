"""Opens the application at the first request, and until that succeeds says on every page what is in the way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from firmware.language.catalogue import CatalogueError
from firmware.storage.errors import StorageError
from webui.guard import Environ, WsgiApp

log = logging.getLogger(__name__)


class OpeningApp:
    """Calls `make_app` until it no longer raises a `StorageError` or a `CatalogueError`, then serves what it made.

    A damaged ledger, or a file of texts, is thus shown where a person can see it, and its repair needs no restart.
    """

    def __init__(self, make_app: Callable[[], WsgiApp]) -> None:
        self._make_app = make_app
        self._app: WsgiApp | None = None
        self._trouble = ""
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        app = self._opened()
        if app is not None:
            return app(environ, start_response)
        body = f"{self._trouble}\n".encode()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response("503 Service Unavailable", headers)
        return [body]

    def _opened(self) -> WsgiApp | None:
        with self._lock:
            if self._app is None:
                try:
                    self._app = self._make_app()
                except (StorageError, CatalogueError) as error:
                    self._say(str(error))
        return self._app

    def _say(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.error("the pages can't be shown: %s", trouble)
        self._trouble = trouble

"""gunicorn with threads, started from Python: plain on the machine itself, with TLS in the clinic's network."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from webui.certificates import CertificateFiles
from webui.guard import WsgiApp
from webui.worker import PatientWorker

THREADS = 96  # each live page and each telephone in a browser keeps one; the rest is for pages
GRACEFUL_TIMEOUT_S = 3  # a reply takes milliseconds; gunicorn's own 30 s would only delay a restart


class WebServer(BaseApplication):  # type: ignore[misc]
    """Serves one WSGI application until SIGTERM; the application must open no database before its first request,
    because gunicorn forks in between. `on_end` is called when the worker is told to go."""

    def __init__(
        self, app: WsgiApp, address: str, port: int, on_end: Callable[[], None], tls: CertificateFiles | None = None
    ) -> None:
        self._app = app
        self._tls = tls
        self._bind = f"{address}:{port}"
        self._on_end = on_end
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings().items():
            self.cfg.set(name, value)

    def load(self) -> WsgiApp:
        return self._app

    def _settings(self) -> dict[str, Any]:
        tls = {"certfile": str(self._tls.box), "keyfile": str(self._tls.box_key)} if self._tls else {}
        return tls | {
            "bind": self._bind,
            "worker_class": PatientWorker,
            "workers": 1,
            "threads": THREADS,
            "graceful_timeout": GRACEFUL_TIMEOUT_S,
            "control_socket_disable": True,  # gunicorn would open a control socket in the home folder
            "forwarded_allow_ips": "",  # no proxy stands before the box, so nobody may say who really asks
            "forwarder_headers": "",
            "limit_request_line": 2048,
            "limit_request_fields": 50,
            "keepalive": 5,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "post_worker_init": lambda _: _before_the_end(self._on_end),
            "worker_exit": lambda _, __: self._on_end(),  # the master may have been killed: nobody sends SIGTERM then
        }


def _before_the_end(tell: Callable[[], None]) -> None:
    """Have `tell` called at SIGTERM ahead of gunicorn's own handling: it would wait for streams that don't end."""
    gunicorns = signal.getsignal(signal.SIGTERM)

    def handle(number: int, frame: Any) -> None:
        tell()
        if callable(gunicorns):
            gunicorns(number, frame)

    signal.signal(signal.SIGTERM, handle)

"""gunicorn with threads, started from Python; on the loopback address only until there is a login."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication

from webui.guard import WsgiApp

ADDRESS = "127.0.0.1"
THREADS = 16
GRACEFUL_TIMEOUT_S = 3  # a reply takes milliseconds; gunicorn's own 30 s would only delay a restart


class WebServer(BaseApplication):  # type: ignore[misc]
    """Serves one WSGI application until SIGTERM; the application must open no database before its first request,
    because gunicorn forks in between."""

    def __init__(self, app: WsgiApp, port: int) -> None:
        self._app = app
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings().items():
            self.cfg.set(name, value)

    def load(self) -> WsgiApp:
        return self._app

    def _settings(self) -> dict[str, Any]:
        return {
            "bind": f"{ADDRESS}:{self._port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "graceful_timeout": GRACEFUL_TIMEOUT_S,
            "control_socket_disable": True,  # gunicorn would open a control socket in the home folder
            "limit_request_line": 2048,
            "limit_request_fields": 50,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
        }

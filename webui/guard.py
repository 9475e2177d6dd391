"""What every request must fulfil and every reply carries, whatever the application does.

There is no login yet, so the pages answer only on the machine itself: the Host check keeps a foreign web page from
reading them through the visitor's own browser (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),  # patients' data
)


def guarded(app: WsgiApp) -> WsgiApp:
    """`app` behind the checks: only local readers, nothing is changed, no request has a body."""

    def guard(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            ours = {name for name, _ in HEADERS}
            return start_response(status, [each for each in headers if each[0] not in ours] + list(HEADERS), *more)

        refusal = _refusal(environ)
        if refusal is None:
            return app(environ, start)
        body = refusal.encode()
        start(refusal, [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("Connection", "close")])
        return [body]

    return guard


def _refusal(environ: Environ) -> str | None:
    if _host(environ) not in LOCAL_HOSTS:
        return "421 Misdirected Request"
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return "405 Method Not Allowed"
    if environ.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in environ:
        return "413 Content Too Large"
    return None


def _host(environ: Environ) -> str:
    host: str = environ.get("HTTP_HOST", "")
    name, _, port = host.rpartition(":")
    return name.lower() if name and port.isdigit() else host.lower()

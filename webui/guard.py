"""What every request must fulfil and every reply carries, whatever the application does.

The Host check keeps a foreign web page from reading ours through the visitor's own browser (DNS rebinding): only this
machine's own names and plain addresses are answered, never a name that somebody else's server could have given it.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any

from webui.certificates import is_private

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

METHODS = ("GET", "HEAD", "POST")
LONGEST_LENGTH = 12  # digits of a body's length; each route has its own limit, and a page that says so

HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "microphone=(self), camera=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
NO_STORE = ("Cache-Control", "no-store")  # patients' data


def guarded(app: WsgiApp) -> WsgiApp:
    """`app` behind the checks."""
    names = frozenset({"localhost", socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"})

    def guard(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            ours = {name for name, _ in HEADERS}
            kept = [each for each in headers if each[0] not in ours]
            if not any(name.lower() == "cache-control" for name, _ in headers):
                kept.append(NO_STORE)
            return start_response(status, kept + list(HEADERS), *more)

        refusal = _refusal(environ, names)
        if refusal is None:
            return app(environ, start)
        body = refusal.encode()
        start(refusal, [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("Connection", "close")])
        return [body]

    return guard


def _refusal(environ: Environ, names: frozenset[str]) -> str | None:
    if not _is_near(environ.get("REMOTE_ADDR", "")):
        return "403 Forbidden"
    if not _is_ours(_host(environ), names):
        return "421 Misdirected Request"
    if environ["REQUEST_METHOD"] not in METHODS:
        return "405 Method Not Allowed"
    if "HTTP_TRANSFER_ENCODING" in environ:
        return "411 Length Required"
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdecimal()) or len(length) > LONGEST_LENGTH:
        return "400 Bad Request"
    if environ["REQUEST_METHOD"] != "POST" and length != "0":
        return "413 Content Too Large"
    return None


def _is_near(address: str) -> bool:
    """Whether who asks is in the clinic: the Internet has no business with the box."""
    try:
        return is_private(ipaddress.ip_address(address.removeprefix("::ffff:")))
    except ValueError:
        return False


def _is_ours(host: str, names: frozenset[str]) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host in names
    return True


def _host(environ: Environ) -> str:
    host: str = environ.get("HTTP_HOST", "")
    name, _, port = host.rpartition(":")
    return name.lower() if name and port.isdigit() else host.lower()

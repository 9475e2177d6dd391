"""What browsers load to show the pages: our styles and scripts, and an allow-list of files of the browser packages.

All of it is read once and kept, plain and compressed. An address carries the fingerprint of everything together, so
that a browser may keep it for ever and modules find each other by relative names. No part of an address that a client
sends ever becomes a file name.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from webui.guard import Environ

PREFIX = "/assets/"
HERE = Path(__file__).parent
STATIC = HERE / "static"
PACKAGES = HERE / "node_modules"

SHEET = "css/clinicbox.css"  # what every page needs, in this order, as one file
SHEET_PARTS = ("tokens", "base", "layout", "controls", "forms", "tables", "parts", "phone", "print")

FROM_PACKAGES = {
    "lib/htmx.js": "htmx.org/dist/htmx.min.js",
    "lib/event-calendar.js": "@event-calendar/build/dist/event-calendar.min.js",
    "lib/event-calendar.css": "@event-calendar/build/dist/event-calendar.min.css",
    "lib/joint.js": "@joint/core/dist/joint.min.js",
    "lib/dagre.js": "@dagrejs/dagre/dist/dagre.esm.js",
    "lib/wavesurfer.js": "wavesurfer.js/dist/wavesurfer.esm.js",
}

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}
COMPRESSED = frozenset({".png"})
_LINE_COMMENT = re.compile(rb"^ *//.*\n", re.MULTILINE)  # a twentieth of our scripts that no browser needs

Start = Callable[..., object]


class BrowserPartsMissing(Exception):
    """The packages of the pages are not there (or not all); `./clinicbox` fetches them."""


@dataclass(frozen=True)
class Asset:
    """One file; `small` is the same compressed, or None where that gains nothing."""

    kind: str
    body: bytes
    small: bytes | None


@dataclass(frozen=True)
class Shelf:
    """All files by name, and the fingerprint of all."""

    fingerprint: str
    assets: Mapping[str, Asset]

    def address(self, name: str) -> str:
        """Where a page finds the file; `KeyError` for one that does not exist."""
        if name not in self.assets:
            raise KeyError(f"no asset {name!r}")
        return f"{PREFIX}{self.fingerprint}/{name}"


@cache
def shelf() -> Shelf:
    """Everything there is to serve. Raises `BrowserPartsMissing`."""
    bodies = dict(_bodies())
    digest = hashlib.sha256()
    for name in sorted(bodies):
        digest.update(f"{name} {len(bodies[name])} ".encode() + bodies[name])
    return Shelf(digest.hexdigest()[:16], {name: _asset(name, body) for name, body in bodies.items()})


def asset(name: str) -> str:
    """The address of a file for a page: `asset("css/roster.css")`."""
    return shelf().address(name)


def serve_asset(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The WSGI application for everything under `PREFIX`."""
    found = _found(environ.get("PATH_INFO", ""))
    if found is None:
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return []
    wants_small = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "").lower()
    body = found.small if wants_small and found.small else found.body
    headers = _headers(found, body)
    if dict(headers)["ETag"] in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", headers)
        return []
    start_response("200 OK", [*headers, ("Content-Type", found.kind), ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _found(path: str) -> Asset | None:
    fingerprint, _, name = path.removeprefix(PREFIX).partition("/")
    return shelf().assets.get(name) if fingerprint == shelf().fingerprint else None


def _headers(found: Asset, body: bytes) -> list[tuple[str, str]]:
    headers = [
        ("Cache-Control", "public, max-age=31536000, immutable"),
        ("Vary", "Accept-Encoding"),
        ("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"'),
    ]
    return [*headers, ("Content-Encoding", "gzip")] if body is found.small else headers


def _asset(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    small = None if suffix in COMPRESSED else gzip.compress(body, 9, mtime=0)
    return Asset(TYPES[suffix], body, small if small and len(small) < len(body) else None)


def _bodies() -> Iterator[tuple[str, bytes]]:
    in_sheet = [STATIC / "css" / f"{part}.css" for part in SHEET_PARTS]
    for file in sorted(STATIC.rglob("*")):
        if file.suffix in TYPES and file not in in_sheet:
            body = file.read_bytes()
            yield file.relative_to(STATIC).as_posix(), _LINE_COMMENT.sub(b"", body) if file.suffix == ".js" else body
    yield SHEET, b"".join(part.read_bytes() for part in in_sheet)
    for name, path in FROM_PACKAGES.items():
        try:
            yield name, (PACKAGES / path).read_bytes()
        except OSError as error:
            raise BrowserPartsMissing(
                f"the browser part {path} is missing: start ./clinicbox, it fetches it"
            ) from error

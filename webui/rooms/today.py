"""Today: what happens on the lines now, who comes today, and what waits for a person. Live, without a reload."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from firmware.staff.rights import Right
from webui.reader import Reader
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.get("/", today, Right.SEE)


def today(reader: Reader) -> HTTPResponse:
    """The whole page; its parts are asked for again when something has changed."""
    return reader.page("today/page.html", **_context(reader))


def _context(reader: Reader) -> dict[str, Any]:
    return {"lines": (reader.office.phone.status() or {}).get("lines", [])}

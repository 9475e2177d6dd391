"""Flows: which menus callers get, as pictures, and the versions that were and are in use."""

from __future__ import annotations

from webui.rooms.flows import changing, difference, draft, listing, version
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    for part in (listing, version, difference, draft, changing):
        part.add_to(routes)

"""The application: every room's routes behind the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from webui.api.door import PREFIX as API_PREFIX
from webui.api.door import ApiDoor
from webui.api.endpoints import ENDPOINTS
from webui.assets import PREFIX, serve_asset
from webui.gate import Gate
from webui.guard import Environ, WsgiApp
from webui.office import Office
from webui.rooms import ALL
from webui.routes import Routes
from webui.words import page_texts


def all_routes() -> Routes:
    """The table of every address."""
    routes = Routes()
    for room in ALL:
        room.add_to(routes)
    return routes


def build_app(office: Office) -> WsgiApp:
    """The application on what `office` holds; what browsers load to show pages needs no session.

    Raises `CatalogueError` at once when a text can't be read: no page could be shown.
    """
    page_texts()
    gate = Gate(office, all_routes().build())
    api = ApiDoor(office, ENDPOINTS)

    def app(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(PREFIX):
            return serve_asset(environ, start_response)
        if environ.get("PATH_INFO", "").startswith(API_PREFIX):
            return api(environ, start_response)
        return gate(environ, start_response)

    return app

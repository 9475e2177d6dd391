"""Every address of the web UI with who may use it: one table, read by the gate before anything else happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bottle import Bottle

from firmware.staff.rights import Right

FORM_BYTES = 64 * 1024
PAGE, STREAM, SOCKET = "page", "stream", "socket"

Handler = Callable[..., Any]  # (reader, **what the path holds) -> a page's text or a bottle.HTTPResponse


@dataclass(frozen=True)
class Route:
    """One method of one address; `right` None: everybody who has signed in."""

    method: str
    rule: str  # as Bottle writes it: /bookings/<booking_id:int>
    handler: Handler
    right: Right | None
    is_public: bool = False
    body_limit: int = FORM_BYTES
    kind: str = PAGE
    before_clinic: bool = False  # of use also while no clinic is set up


class Routes:
    """The table; rooms add themselves to it."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def get(self, rule: str, handler: Handler, right: Right | None, *, before_clinic: bool = False) -> None:
        self._routes.append(Route("GET", rule, handler, right, before_clinic=before_clinic))

    def post(
        self,
        rule: str,
        handler: Handler,
        right: Right | None,
        *,
        body_limit: int = FORM_BYTES,
        before_clinic: bool = False,
    ) -> None:
        self._routes.append(Route("POST", rule, handler, right, body_limit=body_limit, before_clinic=before_clinic))

    def public_get(self, rule: str, handler: Handler) -> None:
        """For people who have not signed in: the sign-in itself, and what the browser needs to show it."""
        self._routes.append(Route("GET", rule, handler, None, is_public=True))

    def public_post(self, rule: str, handler: Handler) -> None:
        self._routes.append(Route("POST", rule, handler, None, is_public=True))

    def stream(self, rule: str, handler: Handler, right: Right | None) -> None:
        """Server-sent events: the handler gives a generator."""
        self._routes.append(Route("GET", rule, handler, right, kind=STREAM))

    def socket(self, rule: str, handler: Handler, right: Right | None) -> None:
        """A websocket: the handler returns when it is over."""
        self._routes.append(Route("GET", rule, handler, right, kind=SOCKET))

    def build(self) -> Bottle:
        """The Bottle application of these routes; each route's config holds its `Route`."""
        app = Bottle()
        for route in self._routes:
            app.route(route.rule, route.method, _serve(route), clinicbox=route)
        return app


def _serve(route: Route) -> Callable[..., Any]:
    from webui.reader import current_reader

    def serve(**arguments: Any) -> Any:
        return route.handler(current_reader(), **arguments)

    return serve

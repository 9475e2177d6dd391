"""What changes, as a stream for open pages."""

from __future__ import annotations

from collections.abc import Iterator

from bottle import HTTPResponse

from firmware.staff.rights import Right
from webui.live import TooManyPages
from webui.reader import Reader
from webui.routes import Routes

_RIGHTS = {"call": Right.CALLS, "texts": Right.MESSAGES}  # the way of a call says who called and what for


def add_to(routes: Routes) -> None:
    routes.stream("/live", stream, Right.SEE)
    routes.get("/phone-service", phone_service, Right.SEE, before_clinic=True)


def stream(reader: Reader) -> HTTPResponse:
    """Server-sent events (WHATWG HTML, 9.2) until the page is closed; 503 when too many pages listen already."""
    unheard = {event for event, right in _RIGHTS.items() if not reader.may(right)}
    try:
        events = reader.office.live.stream(lambda name: name not in unheard, lambda: reader.still_may(Right.SEE))
    except TooManyPages:
        return HTTPResponse("", 503)
    return HTTPResponse(_bytes(events), 200, {"Content-Type": "text/event-stream; charset=utf-8"})


def phone_service(reader: Reader) -> HTTPResponse:
    """What a page says above everything else when the phone service does not work."""
    return reader.page("phone_service.html")


def _bytes(events: Iterator[str]) -> Iterator[bytes]:
    for event in events:
        yield event.encode()

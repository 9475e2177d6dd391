"""What happens, as it happens: server-sent events, by what the token may know."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from firmware.staff import tokens
from firmware.staff.tokens import Scope
from firmware.storage.trouble import LEDGER_UNAVAILABLE
from webui.api.door import ApiError, Asked
from webui.live import TooManyPages

KINDS = {
    "service": None,
    "seat": Scope.AGENTS,
    "queue": Scope.AGENTS,
    "line": Scope.CALLS,
    "call": Scope.CALLS,
    "ledger": Scope.BOOKINGS,
}


def stream(asked: Asked) -> Iterator[bytes]:
    """Until the program goes, or its token is revoked."""

    def hears(kind: str) -> bool:
        return kind in KINDS and (KINDS[kind] is None or KINDS[kind] in asked.token.scopes)

    try:
        events = asked.office.live.stream(hears, lambda: _is_live(asked))
    except TooManyPages as error:
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "TooMany", "too many listen already") from error
    return (event.encode() for event in events)


def _is_live(asked: Asked) -> bool:
    try:
        with asked.office.ledger.reading() as tx:
            return any(each.id == asked.token.id for each in tokens.living(tx))
    except LEDGER_UNAVAILABLE:
        return True  # asked again soon

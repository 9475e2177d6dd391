"""All texts that came, all that went, all voice messages; newest first, page by page."""

from __future__ import annotations

from bottle import HTTPError, HTTPResponse

from firmware.storage import messages, recordings
from webui.reader import Reader, address
from webui.rooms.messages.naming import names

PAGE = 30
STATES = {
    "all": (),
    "leaving": ("queued", "sending"),
    "sent": ("sent",),
    "delivered": ("delivered",),
    "lost": ("failed", "unknown"),
    "withdrawn": ("withdrawn",),
}


def inbox(reader: Reader) -> HTTPResponse:
    """What came."""
    with reader.office.ledger.reading() as tx:
        found = messages.came(tx, PAGE + 1, reader.query.key("before") or None)
        named = names(tx, [each.number for each in found])
    return reader.page("messages/inbox.html", texts=found[:PAGE], names=named, older=_older(found, "/messages/inbox"))


def outbox(reader: Reader) -> HTTPResponse:
    """What went, and what became of it."""
    show = reader.query.choice("show", STATES, default="all")
    with reader.office.ledger.reading() as tx:
        found = messages.went(tx, PAGE + 1, reader.query.key("before") or None, STATES[show])
        named = names(tx, [each.number for each in found])
    older = _older(found, "/messages/outbox", show=None if show == "all" else show)
    return reader.page("messages/outbox.html", texts=found[:PAGE], names=named, older=older, show=show, states=STATES)


def voice(reader: Reader) -> HTTPResponse:
    """What callers left, done or not."""
    with reader.office.ledger.reading() as tx:
        found = recordings.messages(tx, PAGE + 1, reader.query.key("before") or None)
        named = names(tx, [each.number for each in found])
    return reader.page("messages/voice.html", found=found[:PAGE], names=named, older=_older(found, "/messages/voice"))


def one_voice(reader: Reader, message_id: int) -> HTTPResponse:
    """One voice message."""
    with reader.office.ledger.reading() as tx:
        found = recordings.message(tx, message_id)
        if found is None:
            raise HTTPError(404)
        named = names(tx, [found.number])
    return reader.page("messages/voice.html", found=[found], names=named, older="", is_alone=True)


def _older(
    found: list[messages.Received] | list[messages.Written] | list[recordings.VoiceMessage],
    path: str,
    show: str | None = None,
) -> str:
    """The address of the next page, empty when this was the last."""
    return address(path, show=show, before=found[PAGE - 1].id) if len(found) > PAGE else ""

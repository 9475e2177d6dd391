"""All texts that came, all that went, all voice messages; newest first, page by page."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.storage import messages, recordings
from firmware.storage.recordings import SHARED
from webui.reader import Reader, address
from webui.rooms.messages.naming import names
from webui.rooms.messages.sight import Sight, sight

PAGE = 30
EVERY_BOX = "all"
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
    """What callers left, done or not, in one of the boxes that the reader may open."""
    with reader.office.ledger.reading() as tx:
        looks = sight(reader, tx)
        boxes = _boxes(reader, looks)
        box = reader.query.choice("box", [each for each, _ in boxes], default=boxes[0][0])
        wanted = None if box == EVERY_BOX else (box,)
        found = recordings.messages(tx, PAGE + 1, reader.query.key("before") or None, wanted)
        named = names(tx, [each.number for each in found], found)
    older = _older(found, "/messages/voice", box=box)
    return reader.page(
        "messages/voice.html", found=found[:PAGE], names=named, older=older, sight=looks, box=box, boxes=boxes
    )


def _boxes(reader: Reader, looks: Sight) -> list[tuple[str, str]]:
    """What the reader can choose from, with names; a supervisor also any box, and all at once."""
    words = reader.words
    own = looks.opener.own if not looks.opener.opens_all else tuple(looks.boxes)
    named = [(box, words.name(looks.boxes[box])) for box in own if box in looks.boxes]
    every = [(EVERY_BOX, words("messages.box_every"))] if looks.opener.opens_all else []
    return [(SHARED, words("messages.box_shared")), *every, *named]


def _older(
    found: list[messages.Received] | list[messages.Written] | list[recordings.VoiceMessage],
    path: str,
    **query: str | None,
) -> str:
    """The address of the next page, empty when this was the last."""
    return address(path, **query, before=found[PAGE - 1].id) if len(found) > PAGE else ""

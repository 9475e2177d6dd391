"""What waits for a person: whoever takes it is shown to the others; what is done can be undone."""

from __future__ import annotations

from hashlib import sha256

from bottle import HTTPResponse

from firmware.storage import messages
from firmware.storage.messages import KINDS, TEXT, VOICE, TakenBy, Waiting
from webui.flashes import Undo
from webui.forms import Form
from webui.reader import Reader
from webui.rooms.messages.naming import names

TAKEABLE = (VOICE, TEXT)
HERE = "/messages"


def show(reader: Reader) -> HTTPResponse:
    """Voice messages, texts that the box could not deal with, texts that did not arrive."""
    with reader.office.ledger.reading() as tx:
        found = messages.waiting(tx, reader.now)
        named = names(tx, found.numbers)
    return reader.page("messages/waiting.html", waiting=found, names=named, seen=_fingerprint(found))


def news(reader: Reader) -> HTTPResponse:
    """Whether all is still as it was `seen`: an open page tells it, and moves nothing that is read or listened to."""
    with reader.office.ledger.reading() as tx:
        found = messages.waiting(tx, reader.now)
    is_new = _fingerprint(found) != reader.query.raw("seen")
    return reader.page("messages/news.html", is_new=is_new, waiting=found)


def take(reader: Reader) -> HTTPResponse:
    """I look after it; or, with `give` set, nobody does any more."""
    kind, message_id = _which(reader.form, TAKEABLE)
    seen = reader.form.text("seen", 40, needed=False) or None
    owner = None if reader.form.flag("give") else reader.login
    try:
        with reader.changing("message given back" if owner is None else "message taken") as change:
            messages.take(change.tx, kind, message_id, seen, owner)
            change.detail = f"{kind} {message_id}"
    except TakenBy as error:
        return _refused_taking(reader, error)
    return reader.done("messages.given_back" if owner is None else "messages.taken", reader.came_from)


def finish(reader: Reader) -> HTTPResponse:
    """It is dealt with."""
    kind, message_id = _which(reader.form, KINDS)
    with reader.changing("message done") as change:
        messages.finish(change.tx, change.now, kind, message_id, reader.login)
        change.detail = f"{kind} {message_id}"
    undo = Undo("/messages/reopen", {"kind": kind, "id": str(message_id)})
    return reader.done("messages.finished", reader.came_from, undo)


def reopen(reader: Reader) -> HTTPResponse:
    """It waits for somebody again."""
    kind, message_id = _which(reader.form, KINDS)
    with reader.changing("message reopened") as change:
        messages.reopen(change.tx, kind, message_id)
        change.detail = f"{kind} {message_id}"
    return reader.done("messages.reopened", reader.came_from)


def _refused_taking(reader: Reader, error: TakenBy) -> HTTPResponse:
    if error.owner is None:
        return reader.refused("messages.free_again")
    with reader.office.ledger.reading() as tx:
        name = names(tx, []).staff.get(error.owner, error.owner)
    return reader.refused("messages.taken_by", name=name)


def _which(form: Form, kinds: tuple[str, ...]) -> tuple[str, int]:
    """What a form is about; a forged kind ends at an id that nothing has."""
    kind = form.choice("kind", kinds)
    return kind, form.key("id") if form.is_good else 0


def _fingerprint(found: Waiting) -> str:
    ids = [[each.id for each in kind] for kind in (found.voice, found.texts, found.lost)]
    return sha256(repr(ids).encode()).hexdigest()[:16]

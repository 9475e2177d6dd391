"""What waits for a person: whoever takes it is shown to the others; what is done can be undone.

Who reads no texts (a doctor) sees the own box instead.
"""

from __future__ import annotations

from hashlib import sha256

from bottle import HTTPResponse

from firmware.clinic import doctor_answers
from firmware.staff.rights import Right
from firmware.storage import messages, recordings
from firmware.storage.ledger import Transaction
from firmware.storage.messages import KINDS, TEXT, VOICE, TakenBy, Waiting
from firmware.storage.recordings import VoiceMessage
from webui.flashes import Undo
from webui.forms import Form
from webui.reader import Reader
from webui.rooms.messages.naming import names
from webui.rooms.messages.sight import Sight, must_see, seen, sight

TAKEABLE = (VOICE, TEXT)
ALL, MINE = "all", "mine"
SHOWN = (ALL, MINE)
OWN = "/messages/mine"


def show(reader: Reader) -> HTTPResponse:
    """Voice messages, texts that the box could not deal with, texts that did not arrive; all or the reader's."""
    if not reader.may(Right.MESSAGES):
        return reader.go(OWN)
    show = reader.query.choice("show", SHOWN, default=ALL)
    with reader.office.ledger.reading() as tx:
        looks = sight(reader, tx)
        found = _found(reader, tx, looks)
        named = names(tx, found.numbers, found.voice)
    shown = found if show == ALL else _mine(reader, looks, found)
    return reader.page(
        "messages/waiting.html",
        waiting=shown,
        count=found.count,
        names=named,
        sight=looks,
        show=show,
        seen=fingerprint(found),
    )


def news(reader: Reader) -> HTTPResponse:
    """Whether all is still as it was `seen`: an open page tells it, and moves nothing that is read or listened to."""
    is_own = reader.query.flag("own")
    with reader.office.ledger.reading() as tx:
        looks = sight(reader, tx)
        found = Waiting(own_waiting(tx, looks), [], []) if is_own else _found(reader, tx, looks)
    is_new = fingerprint(found) != reader.query.raw("seen")
    return reader.page("messages/news.html", is_new=is_new, waiting=found, here=OWN if is_own else "/messages")


def own_waiting(tx: Transaction, looks: Sight) -> list[VoiceMessage]:
    """What waits in the reader's own boxes."""
    return recordings.messages_waiting(tx, looks.opener.own)


def take(reader: Reader) -> HTTPResponse:
    """I look after it; or, with `give` set, nobody does any more."""
    kind, message_id = _which(reader.form, TAKEABLE)
    seen = reader.form.text("seen", 40, needed=False) or None
    owner = None if reader.form.flag("give") else reader.login
    try:
        with reader.changing("message given back" if owner is None else "message taken") as change:
            must_see(reader, change.tx, kind, message_id)
            messages.take(change.tx, kind, message_id, seen, owner)
            change.detail = f"{kind} {message_id}"
    except TakenBy as error:
        return _refused_taking(reader, error)
    return reader.done("messages.given_back" if owner is None else "messages.taken", reader.came_from)


def finish(reader: Reader) -> HTTPResponse:
    """It is dealt with."""
    kind, message_id = _which(reader.form, KINDS)
    with reader.changing("message done") as change:
        must_see(reader, change.tx, kind, message_id)
        if kind == VOICE and seen(reader, change.tx, message_id).is_for_desk:
            doctor_answers.told(change.tx, change.now, message_id, reader.login)
        messages.finish(change.tx, change.now, kind, message_id, reader.login)
        change.detail = f"{kind} {message_id}"
    undo = Undo("/messages/reopen", {"kind": kind, "id": str(message_id)})
    return reader.done("messages.finished", reader.came_from, undo)


def reopen(reader: Reader) -> HTTPResponse:
    """It waits for somebody again."""
    kind, message_id = _which(reader.form, KINDS)
    with reader.changing("message reopened") as change:
        must_see(reader, change.tx, kind, message_id)
        if kind == VOICE and seen(reader, change.tx, message_id).is_for_desk:
            doctor_answers.not_told(change.tx, message_id)
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


def _found(reader: Reader, tx: Transaction, looks: Sight) -> Waiting:
    if reader.may(Right.MESSAGES):
        return messages.waiting(tx, reader.now, looks.looks_after)
    return Waiting(own_waiting(tx, looks), [], [])


def _mine(reader: Reader, looks: Sight, found: Waiting) -> Waiting:
    """What the reader took, and what is in the own boxes."""
    voice = [each for each in found.voice if each.owner == reader.login or each.box in looks.opener.own]
    return Waiting(voice, [each for each in found.texts if each.owner == reader.login], [])


def fingerprint(found: Waiting) -> str:
    """Short for what waits: the same as long as nothing has come or gone."""
    ids = [[each.id for each in kind] for kind in (found.voice, found.texts, found.lost)]
    return sha256(repr(ids).encode()).hexdigest()[:16]

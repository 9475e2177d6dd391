"""What the views of the pop need to know."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any

from bottle import HTTPError

from firmware.clinic import screen_pop, talk_notes
from firmware.clinic.call_journal import NoSuchCall
from firmware.clinic.screen_pop import Pop
from firmware.clinic.talk_notes import TalkPart
from firmware.staff import users
from firmware.storage.ledger import Transaction
from webui.forms import Form
from webui.reader import Reader
from webui.rooms import calls_path, calls_words
from webui.rooms.bookings import saying

MOST_STEPS = 10
_CALL_ID = re.compile(r"[0-9A-Za-z-]{1,40}")
_WRITTEN_HERE = ("notes",)  # what the page itself changes while somebody types is no news to it


@dataclass(frozen=True)
class Step:
    """One choice on the way through the menus."""

    key: str
    text: str


def call_id_of(form: Form) -> str:
    """The call that a page is about; a forged one is a page that is not there."""
    sent = form.raw("call")
    if not _CALL_ID.fullmatch(sent):
        raise HTTPError(404)
    return sent


def facts(reader: Reader, tx: Transaction, call_id: str) -> dict[str, Any]:
    """What is known of the call, for the part that keeps itself true."""
    try:
        pop = screen_pop.gather(tx, reader.profile, reader.now, call_id)
    except NoSuchCall as error:
        raise HTTPError(404) from error
    places, words = reader.office.places, reader.words
    flows = places.flows(pop.call.flow, pop.call.flow_version) if pop.call.flow else None
    stops = calls_path.stops(pop.events, flows, words)
    return {
        "pop": pop,
        "caller": pop.number or calls_words.caller(pop.call, words),
        "steps": [Step(stop.key, stop.answer or stop.name) for stop in stops if stop.key][-MOST_STEPS:],
        "here": stops[-1].name if stops and not stops[-1].answer else "",
        "queue": _queue_name(reader, pop),
        "staff": {user.login: user.name for user in users.all_users(tx)},
        "outcome": lambda state: calls_words.outcome_text(state, places.flows(None, None), words),
        "say": saying,
        "seen": fingerprint(pop),
    }


def everything(reader: Reader, tx: Transaction, call_id: str, form: Form | None = None) -> dict[str, Any]:
    """The whole pop; `form` is what was filled in wrongly."""
    user = reader.signed_in
    settings = reader.office.desk_settings()
    shown = facts(reader, tx, call_id)
    notes = shown["pop"].notes
    return shown | about(reader, tx, call_id) | {
        "own_note": next((note.body for note in notes if note.author == user.login), ""),
        "other_notes": [note for note in notes if note.author != user.login],
        "colleagues": [each for each in users.all_users(tx) if each.is_active],
        "form": form,
        "queues": settings.queues,
        "done": "",
    }  # fmt: skip


def about(reader: Reader, tx: Transaction, call_id: str) -> dict[str, Any]:
    """What the call was about, for whoever spoke in it."""
    settings = reader.office.desk_settings()
    part: TalkPart | None = talk_notes.part_of(tx, reader.signed_in.id, call_id)
    return {
        "call_id": call_id,
        "part": part,
        "dispositions": [(talk_notes.key_of(each), reader.words.name(each)) for each in settings.dispositions],
        "needs_disposition": talk_notes.needs_disposition(settings, part),
    }


def fingerprint(pop: Pop) -> str:
    """Changes when the pop would show something else."""
    shown = [getattr(pop, field.name) for field in fields(pop) if field.name not in _WRITTEN_HERE]
    return sha256(repr(shown).encode()).hexdigest()[:16]


def _queue_name(reader: Reader, pop: Pop) -> str:
    return reader.words.name(reader.office.desk_settings().queue(pop.queued.queue).name) if pop.queued else ""

"""A seat in words: what the page's script shows, with every sentence and name in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import people
from firmware.clinic.desk_settings import QueueSettings
from firmware.clinic.errors import NoSuchPatient
from firmware.clinic.last_talks import patient_of
from firmware.staff import agents
from firmware.staff.errors import NoSuchAgent
from firmware.storage.ledger import Transaction
from webui.desk_service import Seat
from webui.reader import Reader
from webui.rooms.desk.answers import answer, told

Shown = dict[str, Any]
_TOLD = ("direction", "is_connected", "is_held", "is_recorded", "is_paused", "is_parked", "is_muted")


@told
def show_state(reader: Reader) -> HTTPResponse:
    """The seat as it is now."""
    return show(reader, reader.office.desk.seat(reader.signed_in.id))


def show(reader: Reader, seat: Seat) -> HTTPResponse:
    """The seat for the page's script."""
    with reader.office.ledger.reading() as tx:
        return answer(seat=shown(reader, tx, seat))


def shown(reader: Reader, tx: Transaction, seat: Seat) -> Shown:
    """Lengths of time in seconds up to now, so that the browser's clock does not matter."""
    return {
        **{key: seat[key] for key in ("state", "device", "has_sound")},
        "state_words": state_words(reader, seat),
        "since_s": _since_s(reader, seat["since"]),
        "offer": _offer(reader, tx, seat["offer"]),
        "talk": _talk(reader, tx, seat["talk"]),
        "consult": seat["consult"],
        "wrap_up": seat["wrap_up"],
        "supervised_words": _supervised(reader, seat["supervised_by"]),
        "notice_words": _notice(reader, seat["notice"]),
        "pop_call": _pop_call(seat),
    }


def _pop_call(seat: Mapping[str, Any]) -> str:
    """The call whose patient stands beside it; with a colleague there is none."""
    parts = [part for key in ("offer", "talk", "wrap_up") if (part := seat[key])]
    return next((part["call"] for part in parts if part.get("direction") != "inside"), None) or ""


def state_words(reader: Reader, seat: Mapping[str, Any]) -> str:
    """What somebody does, and for an absence why."""
    if seat["state"] == "not-ready" and seat["reason"]:
        return reader.words.code("desk.reason", seat["reason"])
    return reader.words.code("desk.state", seat["state"])


def queue_name(reader: Reader, key: str | None) -> str:
    """ "" for a call that waited in none."""
    if not key:
        return ""
    found: QueueSettings = reader.office.desk_settings().queue(key)
    return reader.words.name(found.name) or key


def who(reader: Reader, tx: Transaction, number: str | None, patient_id: int | None) -> str:
    """The name of the patient or the colleague, else the number, else that it was withheld."""
    if patient_id is not None:
        try:
            return reader.words.name(people.patient(tx, patient_id).name)
        except NoSuchPatient:
            pass  # merged or erased meanwhile: the number is still true
    if number is None:
        return reader.words("caller.withheld")
    try:
        return agents.by_extension(tx, number).name
    except NoSuchAgent:
        return number


def _offer(reader: Reader, tx: Transaction, offer: dict[str, Any] | None) -> Shown | None:
    """Who calls; of a colleague's call the colleague."""
    if offer is None:
        return None
    number = offer["asked_by"] or offer["number"]
    kind = reader.words("desk.is_callback" if offer["is_callback"] else "desk.rings")
    return {
        "kind": kind if offer["asked_by"] is None else reader.words("desk.inside_call"),
        "who": who(reader, tx, number, None if offer["asked_by"] else offer["patient"]),
        "number": number or "",
        "queue": queue_name(reader, offer["queue"]),
        "language": reader.words.code("desk.language", offer["language"] or ""),
        "waited_s": round(offer["waited_s"]),
        "seconds_left": round(offer["seconds_left"]),
    }


def _talk(reader: Reader, tx: Transaction, talk: dict[str, Any] | None) -> Shown | None:
    if talk is None:
        return None
    return {
        **{key: talk[key] for key in _TOLD},
        "who": who(reader, tx, talk["number"], patient_of(tx, talk["call"])),
        "number": talk["number"] or "",
        "queue": queue_name(reader, talk["queue"]),
        "since_s": _since_s(reader, talk["since"]),
        "held_s": _since_s(reader, held) if (held := talk.get("held_since")) else None,
        "parties": [_party(reader, tx, each) for each in talk["parties"]],
    }


def _party(reader: Reader, tx: Transaction, party: dict[str, Any]) -> Shown:
    return {
        "kind": reader.words.code("desk.party", party["kind"]),
        "name": who(reader, tx, party["name"] or None, None),
    }


def _supervised(reader: Reader, supervised: dict[str, Any] | None) -> str:
    return reader.words.code("desk.supervised", supervised["how"]) if supervised else ""


def _notice(reader: Reader, notice: dict[str, Any] | None) -> str:
    """What the agent must know: somebody decided for them, or a call came to nothing."""
    if notice is None or notice["kind"] == "cancelled":  # the agent's own doing
        return ""
    key = f"desk.notice.{notice['kind']}"
    told = reader.words(key if key in reader.words else "desk.notice.fault", who=notice["by"] or "")
    return f"{told} {reader.words('desk.notice.reason', reason=notice['reason'])}" if notice.get("reason") else told


def _since_s(reader: Reader, since: str | None) -> float:
    if since is None:
        return 0.0
    return max(0.0, (reader.now - datetime.fromisoformat(since)).total_seconds())

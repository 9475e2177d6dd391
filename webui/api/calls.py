"""The journal of calls."""

from __future__ import annotations

from datetime import UTC, datetime

from firmware.clinic import call_search
from firmware.clinic.call_journal import Call
from firmware.clinic.call_search import Wanted
from firmware.phone_number import NotANumber, normalise
from webui.api.door import Asked, Json, bad, not_found

MOST = 100


def list_calls(asked: Asked) -> Json:
    """since?, until?, number? -> the newest calls, at most a hundred; ask for earlier ones with `until`"""
    unknown = asked.query.keys() - {"since", "until", "number"}
    if unknown:
        raise bad(f"unknown: {min(unknown)}; known are since, until, number")
    wanted = Wanted(begins=_instant(asked, "since"), ends=_instant(asked, "until"), number=_number(asked))
    with asked.office.ledger.reading() as tx:
        return {"calls": [_call(asked, each) for each in call_search.find(tx, wanted, MOST)]}


def show_call(asked: Asked, call_id: str) -> Json:
    """One call."""
    with asked.office.ledger.reading() as tx:
        found = call_search.find(tx, Wanted(call_id=call_id), 1)
    if not found:
        raise not_found("there is no such call")
    return _call(asked, found[0])


def _call(asked: Asked, call: Call) -> Json:
    return {
        "id": call.id,
        "line": call.line,
        "direction": call.direction,
        "number": call.caller,
        "called": call.called,
        "patient": call.patient_id,
        "started_at": _text(call.started_at),
        "answered_at": _text(call.answered_at),
        "ended_at": _text(call.ended_at),
        "outcome": call.outcome,
        "is_recorded": call.is_recorded,
        "pop_url": f"{asked.origin}/desk/pop?call={call.id}",
    }


def _instant(asked: Asked, name: str) -> datetime | None:
    text = asked.query.get(name)
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
        return value.astimezone(UTC) if value.tzinfo else None or _no_zone(name)
    except (ValueError, OverflowError) as error:
        raise bad(f"{name} is an instant with its zone such as 2026-03-02T09:00:00+08:00") from error


def _no_zone(name: str) -> datetime:
    raise ValueError(f"{name} has no zone")


def _number(asked: Asked) -> str | None:
    text = asked.query.get("number")
    try:
        return normalise(text) if text is not None else None
    except NotANumber as error:
        raise bad("number is a telephone number") from error


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None

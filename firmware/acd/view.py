"""What pages are told of the desk: plain data for JSON."""

from __future__ import annotations

from typing import Any

from firmware.acd import policy
from firmware.acd.floor import Entry, Floor, Notice, Seat
from firmware.acd.headsets import Plugged
from firmware.acd.ringer import agents, callers
from firmware.acd.talk import Leg, Talk

Plain = dict[str, Any]


def seat(floor: Floor, seat: Seat) -> Plain:
    """One agent, for their own page and for the wall."""
    agent = seat.agent
    return {
        "user": seat.user_id,
        "extension": agent.extension,
        "name": agent.name,
        "state": seat.state,
        "since": seat.since.isoformat(),
        "reason": seat.reason,
        "device": seat.device,
        "has_sound": seat.has_sound,
        "offer": _offer(floor, seat),
        "talk": _talk(seat, seat.talk) if seat.talk else None,
        "consult": _consult(seat),
        "wrap_up": _wrap_up(floor, seat),
        "missed_in_a_row": seat.missed_in_a_row,
        "supervises": _supervision(seat.supervises),
        "supervised_by": _supervisor(floor, seat),
        "notice": _notice(seat.notice) if seat.notice else None,
    }


def _notice(notice: Notice) -> Plain:
    return {"kind": notice.kind, "by": notice.by, "reason": notice.reason}


def desk(floor: Floor, is_closed_now: bool) -> Plain:
    """The whole desk, for the wall."""
    places = policy.positions(callers(floor), agents(floor), floor.settings)
    waiting = sorted(floor.entries.values(), key=lambda entry: places.get(entry.id, 0))
    return {
        "seats": [seat(floor, each) for each in sorted(floor.seats.values(), key=lambda each: each.agent.extension)],
        "queues": [
            {
                "key": queue.key,
                "waiting": [_waiting(floor, each, places) for each in waiting if each.queue == queue.key],
            }
            for queue in floor.settings.queues
        ],
        "closed_now": is_closed_now,
    }


def headset(plugged: Plugged) -> Plain:
    """One headset at the box, for the page where people sign in."""
    return {"card": plugged.card.key, "name": plugged.card.name, "used_by": plugged.used_by}


def _waiting(floor: Floor, entry: Entry, places: dict[int, int]) -> Plain:
    return {
        "entry": entry.id,
        "call": entry.call_id,
        "since": entry.turn_at.isoformat(),
        "since_s": (floor.now - entry.turn_at).total_seconds(),
        "language": entry.language,
        "number": entry.number,
        "position": places.get(entry.id),
        "is_callback": entry.is_callback,
        "not_before": entry.not_before.isoformat() if entry.not_before else None,
        "state": "ringing" if entry.ringing else "waiting",
    }


def _offer(floor: Floor, seat: Seat) -> Plain | None:
    ringing = seat.ringing
    if ringing is None:
        return None
    entry, talk = ringing.entry, ringing.talk
    asker = floor.seats.get(ringing.asked_by or 0)
    return {
        "entry": entry.id if entry else None,
        "call": entry.call_id if entry else talk.call_id if talk else None,
        "queue": entry.queue if entry else None,
        "number": entry.number if entry else talk.number if talk else None,
        "language": entry.language if entry else talk.language if talk else None,
        "patient": entry.patient_id if entry else None,
        "is_callback": entry.is_callback if entry else False,
        "direction": talk.direction if talk else "in",
        "asked_by": asker.agent.extension if asker else None,
        "waited_s": (floor.now - entry.turn_at).total_seconds() if entry else 0.0,
        "seconds_left": max(0.0, (ringing.until - floor.now).total_seconds()),
    }


def _talk(seat: Seat, talk: Talk) -> Plain:
    recorder, caller = talk.recorder, talk.caller
    return {
        "call": talk.call_id,
        "number": talk.number,
        "direction": talk.direction,
        "since": talk.began_at.isoformat(),
        "language": talk.language,
        "queue": talk.queue,
        "entry": talk.entry_id,
        "is_connected": len(talk.speakers) > 1 or talk.is_leaving_message,
        "is_held": bool(caller and caller.is_held),
        "held_since": seat.held_since.isoformat() if seat.held_since else None,
        "is_away": talk.is_away,
        "is_parked": seat.parked_until is not None,
        "is_muted": bool((own := talk.leg_of(seat.user_id)) and own.is_muted),
        "is_recorded": recorder is not None and not recorder.is_refused,
        "is_paused": recorder is not None and recorder.is_paused,
        "parties": [_party(leg) for leg in talk.legs],
    }


def _party(leg: Leg) -> Plain:
    return {"kind": leg.kind.value, "name": leg.name, "user": leg.user_id, "is_held": leg.is_held}


def _consult(seat: Seat) -> Plain | None:
    consult = seat.consult
    if consult is None:
        return None
    return {"to": consult.to, "name": consult.name, "state": "talking" if consult.leg else "ringing"}


def _wrap_up(floor: Floor, seat: Seat) -> Plain | None:
    work = seat.wrap_up
    if work is None:
        return None
    left = max(0.0, (work.until - floor.now).total_seconds())
    return {
        "call": work.call_id, "talk": work.talk_id, "seconds_left": left, "needs_disposition": work.needs_disposition,
    }  # fmt: skip


def _supervision(supervises: tuple[int, Any] | None) -> Plain | None:
    return {"user": supervises[0], "how": supervises[1].value} if supervises else None


def _supervisor(floor: Floor, seat: Seat) -> Plain | None:
    for other in floor.seats.values():
        if other.supervises is not None and other.supervises[0] == seat.user_id:
            return {"user": other.user_id, "extension": other.agent.extension, "how": other.supervises[1].value}
    return None

"""From a chosen time to a booked visit: hold, confirm, or go back."""

from __future__ import annotations

from firmware.clinic import bookings, holds, notices, schedule
from firmware.clinic.errors import (
    AlreadyBookedThatDay,
    BeyondHorizon,
    HoldLost,
    NotEnoughMoney,
    SlotOff,
    SlotTaken,
)
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.ivr.nodes import Plain
from firmware.ivr.steps.callback import number_of
from firmware.ivr.steps.memory import language_of, needed, word_in
from firmware.ivr.steps.wishes import chosen_day, describe, slot_of, wish_of
from firmware.ivr.visit import TEXT, Did, Memory, Step, Visit
from firmware.language.catalogue import Prompt
from firmware.language.values import Code, Money, Name, Number, Value

WORDS = ("day", "time", "who", "department", "queue_number", "fee")
HOLD_OUTCOMES = ("held", "held-number", "taken", "gone", "already")
NOTHING_CHOSEN: dict[str, Plain] = {"slot": None, "hold": None}


def hold(visit: Visit, memory: Memory) -> Did:
    """Keep the chosen slot while the patient decides."""
    slot = slot_of(visit, word_in(memory, "slot") or "")
    return _gone(()) if slot is None else _hold(visit, memory, slot)


def hold_first(visit: Visit, memory: Memory) -> Did:
    """Keep the first free slot of the chosen day."""
    free = schedule.free_slots(visit.tx, visit.profile, visit.now, chosen_day(visit, memory), wish_of(visit, memory))
    return _hold(visit, memory, free[0]) if free else _taken(())


def _hold(visit: Visit, memory: Memory, slot: Slot) -> Did:
    try:
        kept = holds.hold(
            visit.tx, visit.profile, visit.now, slot, needed(memory, "patient"),
            holder=visit.holder, channel=visit.channel,
        )  # fmt: skip
    except SlotOff as error:
        return _gone(error.alternatives)
    except SlotTaken as error:
        return _taken(error.alternatives)
    except AlreadyBookedThatDay as error:
        return _already(error.booking)
    except BeyondHorizon:
        return _gone(())
    words = {**describe(kept.slot), "fee": Money(kept.slot.session.fee_cents)}
    words["minutes"] = Number(visit.profile.hold_s // 60)
    outcome = "held-number" if kept.slot.session.is_by_number else "held"
    return Did(outcome, {"hold": kept.id, "slot": kept.slot.id}, words)


def release(visit: Visit, memory: Memory) -> Did:
    """Give back what was kept: the patient wants another."""
    holds.release_all(visit.tx, visit.holder)
    return Did("done", NOTHING_CHOSEN)


def book(visit: Visit, memory: Memory) -> Did:
    """Make the hold a visit. On the text channel the answer itself is the written confirmation."""
    language = language_of(memory)
    try:
        booked = bookings.confirm(
            visit.tx, visit.profile, visit.now, needed(memory, "hold"), holder=visit.holder,
            slot=slot_of(visit, word_in(memory, "slot") or ""), number=number_of(visit, memory), language=language,
            notify=visit.channel != TEXT, text_line=visit.text_line,
        )  # fmt: skip
    except HoldLost as error:
        return _taken(error.alternatives)
    except AlreadyBookedThatDay as error:
        return _already(error.booking)
    except NotEnoughMoney as error:
        holds.release_all(visit.tx, visit.holder)
        return Did("no-money", words={"missing": Money(error.missing_cents)}, is_news=True)
    words = booking_words(booked)
    if visit.channel == TEXT:
        text = notices.confirmation(visit.profile, visit.now, booked, language)
        return Did("written", NOTHING_CHOSEN, words, as_is(text), achieved="booked")
    return Did("booked-number" if booked.is_by_number else "booked", NOTHING_CHOSEN, words, achieved="booked")


def booking_words(booking: Booking) -> dict[str, Value]:
    """The words for a booking: those of its slot, and its code."""
    words = {**describe(booking.slot), "fee": Money(booking.fee_cents)}
    return {**words, "code": Code(booking.code)} if booking.code else words


def as_is(text: str) -> tuple[Prompt, ...]:
    """A text that the clinic has composed already."""
    return (Prompt("text.as_is", {"text": Name(text, text)}),)


def _taken(alternatives: tuple[Slot, ...]) -> Did:
    """Somebody else was quicker."""
    return Did("taken", _instead(alternatives), is_news=True)


def _gone(alternatives: tuple[Slot, ...]) -> Did:
    """The clinic does not offer it any more."""
    return Did("gone", _instead(alternatives), is_news=True)


def _instead(alternatives: tuple[Slot, ...]) -> dict[str, Plain]:
    return {**NOTHING_CHOSEN, "alternatives": [slot.id for slot in alternatives]}


def _already(booking: Booking) -> Did:
    return Did("already", NOTHING_CHOSEN, booking_words(booking), is_news=True)


STEPS = {
    "hold": Step(hold, HOLD_OUTCOMES, (*WORDS, "minutes")),
    "hold-first": Step(hold_first, HOLD_OUTCOMES, (*WORDS, "minutes")),
    "release": Step(release, ("done",)),
    "book": Step(
        book, ("booked", "booked-number", "written", "taken", "already", "no-money"), (*WORDS, "code", "missing")
    ),
}

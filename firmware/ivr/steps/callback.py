"""Where the confirmation goes: the caller's own number, or one that a caller without a number keys."""

from __future__ import annotations

from firmware.ivr.steps.memory import word_in
from firmware.ivr.visit import Did, Memory, Step, Visit
from firmware.language.values import PhoneNumber
from firmware.phone_number import NotANumber, is_mobile, normalise


def number_of(visit: Visit, memory: Memory) -> str | None:
    """The number for this patient's texts, None if there is none."""
    return visit.number or word_in(memory, "contact")


def needs_callback(visit: Visit, memory: Memory) -> Did:
    """A caller without a number is asked for one, once a call."""
    if visit.number or "contact" in memory:
        return Did("known")
    return Did("ask", {"contact": None})


def keep_callback(visit: Visit, memory: Memory) -> Did:
    """Take the keyed number if it is one."""
    try:
        number = normalise(word_in(memory, "callback") or "")
    except NotANumber:
        return Did("wrong")
    if not is_mobile(number) and not number.startswith("0"):
        return Did("wrong")
    return Did("kept", {"contact": number}, {"callback": PhoneNumber(number)})


STEPS = {
    "needs-callback": Step(needs_callback, ("known", "ask")),
    "keep-callback": Step(keep_callback, ("kept", "wrong"), ("callback",)),
}

"""Where texts go and whom people call back: the caller's own number, or one that the caller keys."""

from __future__ import annotations

from firmware.ivr.steps.memory import word_in
from firmware.ivr.visit import Did, Memory, Step, Visit
from firmware.language.values import PhoneNumber
from firmware.phone_number import NotANumber, is_mobile, normalise


def number_of(visit: Visit, memory: Memory) -> str | None:
    """The number for this patient's texts, None if there is none."""
    return word_in(memory, "contact") or visit.number


def needs_mobile(visit: Visit, memory: Memory) -> Did:
    """Who calls without a number, or from a landline, is asked where texts may go, once a call."""
    if "contact" in memory or (visit.number and is_mobile(visit.number)):
        return Did("known")
    return Did("ask", {"contact": None})


def keep_mobile(visit: Visit, memory: Memory) -> Did:
    """Take the keyed number if it can take texts."""
    number = _keyed(memory)
    return _kept(number) if number and is_mobile(number) else Did("wrong", is_news=True)


def needs_callback(visit: Visit, memory: Memory) -> Did:
    """Whether somebody can be called back: a caller without a number is asked for one, once a call."""
    if number_of(visit, memory):
        return Did("known")
    return Did("none") if "contact" in memory else Did("ask", {"contact": None})


def keep_callback(visit: Visit, memory: Memory) -> Did:
    """Take the keyed number if people can call it."""
    number = _keyed(memory)
    return _kept(number) if number and (is_mobile(number) or number.startswith("0")) else Did("wrong", is_news=True)


def _keyed(memory: Memory) -> str | None:
    try:
        return normalise(word_in(memory, "callback") or "")
    except NotANumber:
        return None


def _kept(number: str) -> Did:
    return Did("kept", {"contact": number}, {"callback": PhoneNumber(number)})


STEPS = {
    "needs-mobile": Step(needs_mobile, ("known", "ask")),
    "keep-mobile": Step(keep_mobile, ("kept", "wrong"), ("callback",)),
    "needs-callback": Step(needs_callback, ("known", "ask", "none")),
    "keep-callback": Step(keep_callback, ("kept", "wrong"), ("callback",)),
}

"""What supervisors do by telephone: close the desk before its time, open it again."""

from __future__ import annotations

from firmware.clinic import calendar
from firmware.clinic.errors import NotOpen
from firmware.ivr.steps.information import next_spoken
from firmware.ivr.steps.memory import needed, word_in
from firmware.ivr.visit import Did, Memory, Step, Visit
from firmware.language.catalogue import Prompt
from firmware.staff import phone_pins, users
from firmware.staff.errors import WrongPin
from firmware.storage import audit


def check_supervisor(visit: Visit, memory: Memory) -> Did:
    """Whether extension and PIN belong together."""
    try:
        extension, pin = word_in(memory, "extension") or "", word_in(memory, "staff_pin") or ""
        user = phone_pins.check(visit.tx, visit.now, extension, pin)
    except WrongPin as error:
        return Did("locked" if error.is_locked else "wrong", is_news=True)
    return Did("known", {"supervisor": user.id})


def close_desk(visit: Visit, memory: Memory) -> Did:
    """Close until the next opening, and say when that is."""
    try:
        calendar.close_now(visit.tx, visit.profile, visit.now, _login(visit, memory))
    except NotOpen:
        return Did("not-open", says=(Prompt("staff.not_open"), *next_spoken(visit)))
    _trace(visit, memory, "desk closed now")
    return Did("closed", says=(Prompt("staff.closed"), *next_spoken(visit)))


def open_desk(visit: Visit, memory: Memory) -> Did:
    """Take the closing back."""
    if not calendar.open_again(visit.tx, visit.now, _login(visit, memory)):
        return Did("not-closed", says=(Prompt("staff.not_closed"),))
    _trace(visit, memory, "desk opened again")
    return Did("opened", says=(Prompt("staff.opened"),))


def _login(visit: Visit, memory: Memory) -> str:
    """Who was let in by `check_supervisor`; a flow that leads here without it is wrong."""
    return users.by_id(visit.tx, needed(memory, "supervisor")).login


def _trace(visit: Visit, memory: Memory, what: str) -> None:
    audit.record(visit.tx, visit.now, _login(visit, memory), what, "by telephone")


STEPS = {
    "check-supervisor": Step(check_supervisor, ("known", "wrong", "locked")),
    "close-desk": Step(close_desk, ("closed", "not-open")),
    "open-desk": Step(open_desk, ("opened", "not-closed")),
}

"""A patient's own visits: read out, or one of them cancelled."""

from __future__ import annotations

from firmware.clinic import bookings, notices, records
from firmware.clinic.errors import AlreadyCancelled, NoSuchBooking, TooLateToCancel
from firmware.clinic.records import Booking
from firmware.ivr.nodes import Plain
from firmware.ivr.steps.booking import WORDS, as_is, booking_words
from firmware.ivr.steps.memory import language_of, needed, word_in
from firmware.ivr.visit import TEXT, Did, Item, Memory, Step, Visit
from firmware.language.catalogue import Prompt
from firmware.language.values import Number

READ_AT_MOST = 5


def bookings_list(visit: Visit, memory: Memory) -> list[Item | None]:
    """The patient's visits, soonest first."""
    return [Item(each.id, Prompt(_key("item.booking", each), booking_words(each))) for each in _mine(visit, memory)]


def read_bookings(visit: Visit, memory: Memory) -> Did:
    """Say the patient's visits, soonest first, with their codes."""
    mine = _mine(visit, memory)
    if not mine:
        return Did("none", is_news=True)
    says = [Prompt("mine.count", {"count": Number(len(mine))})]
    says += [Prompt(_key("mine.booking", each), booking_words(each)) for each in mine[:READ_AT_MOST]]
    return Did("read", says=tuple(says), achieved="bookings read")


def find_by_code(visit: Visit, memory: Memory) -> Did:
    """The visit with the code that the patient sent; its texts must go to the patient's number."""
    try:
        found = records.by_code(visit.tx, word_in(memory, "code") or "", visit.number)
    except NoSuchBooking:
        return Did("unknown", is_news=True)
    if found.contact_number != visit.number:
        return Did("unknown", is_news=True)
    known: dict[str, Plain] = {"booking": found.id, "patient": found.patient_id}
    is_over = found.state != "booked"
    return Did("over" if is_over else "found", known, booking_words(found), is_news=is_over)


def describe_booking(visit: Visit, memory: Memory) -> Did:
    """Words for the visit that was chosen."""
    chosen = _chosen(visit, memory)
    return Did("by-number" if chosen.is_by_number else "by-time", words=booking_words(chosen))


def cancel(visit: Visit, memory: Memory) -> Did:
    """Cancel the chosen visit. On the text channel the answer itself is the written confirmation."""
    chosen = _chosen(visit, memory)
    try:
        cancelled = bookings.cancel(
            visit.tx, visit.profile, visit.now, chosen.id, channel=visit.channel, cause=visit.holder,
            notify=visit.channel != TEXT, text_line=visit.text_line,
        )  # fmt: skip
    except (AlreadyCancelled, NoSuchBooking):
        return Did("over", words=booking_words(chosen), is_news=True)
    except TooLateToCancel:
        return Did("too-late", words=booking_words(chosen), is_news=True)
    words = booking_words(cancelled)
    if visit.channel == TEXT:
        text = notices.cancellation(visit.profile, visit.now, cancelled, language_of(memory))
        return Did("written", words=words, says=as_is(text), achieved="cancelled")
    return Did("money-back" if chosen.fee_is_held else "cancelled", words=words, achieved="cancelled")


def _mine(visit: Visit, memory: Memory) -> list[Booking]:
    mine = records.of_patient(visit.tx, visit.profile, visit.now, needed(memory, "patient"))
    return [each for each in mine if each.state == "booked"]


def _chosen(visit: Visit, memory: Memory) -> Booking:
    """The chosen visit, if it is this patient's; raises `NoSuchBooking`."""
    chosen = records.booking(visit.tx, needed(memory, "booking"))
    if chosen.patient_id != needed(memory, "patient"):
        raise NoSuchBooking(f"booking {chosen.id} is another person's")
    return chosen


def _key(key: str, booking: Booking) -> str:
    return f"{key}.number" if booking.is_by_number else f"{key}.time"


STEPS = {
    "read-bookings": Step(read_bookings, ("read", "none")),
    "find-by-code": Step(find_by_code, ("found", "over", "unknown"), (*WORDS, "code")),
    "describe-booking": Step(describe_booking, ("by-time", "by-number"), (*WORDS, "code")),
    "cancel": Step(cancel, ("cancelled", "money-back", "written", "over", "too-late"), (*WORDS, "code")),
}
LISTS = {"own-bookings": bookings_list}

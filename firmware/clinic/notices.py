"""The texts that tell a patient what was booked or cancelled; queued in the transaction that did it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from firmware.clinic import roster, wordings
from firmware.clinic.codes import DIGITS, SHORT_DIGITS
from firmware.clinic.errors import TextTooLong
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import Session, Slot
from firmware.language.catalogue import Prompt
from firmware.language.values import LANGUAGES, ClockTime, Code, Day, Language, Money, Name, Ordinal, Value
from firmware.phone_number import is_mobile
from firmware.sms_parts import parts_of
from firmware.storage import outbox
from firmware.storage.ledger import Transaction

_NO_CODE = "0" * DIGITS
_OLD_YEAR = datetime(2026, 12, 29, 12, tzinfo=UTC)  # dates take the most characters there: "12月30日周三", "Wed 30 Dec"


def opening(profile: ClinicProfile, language: Language) -> str:
    """How a text that a person writes begins, as these do: whose it is."""
    sign = profile.sign.in_language(language)
    if language == "en":
        return f"{sign}: "
    return sign if sign.startswith("【") else f"【{sign}】"


def confirmation(profile: ClinicProfile, now: datetime, booking: Booking, language: Language) -> str:
    """What was booked, and how to cancel it by text if there is still time and room for that."""
    tail = ["cancel.how"] if now < profile.cut_off(booking.day) else []
    return _text(profile, now, booking, language, _form("booked", booking), tail)


def preview(profile: ClinicProfile, now: datetime, slot: Slot, language: Language) -> str:
    """The confirmation of a visit that is not booked yet: where its code will be stand dots."""
    text = confirmation(profile, now, _visit_of(slot, _NO_CODE), language)
    return text.replace(_NO_CODE, "•" * DIGITS).replace(_NO_CODE[:SHORT_DIGITS], "•" * SHORT_DIGITS)


def example(profile: ClinicProfile, now: datetime, slot: Slot, language: Language, key: str) -> str:
    """How the text `key` would read for a visit to `slot`: for whoever words it."""
    values = facts(_visit_of(slot, _NO_CODE), profile, now)
    return wordings.catalogue(profile.wordings).written(Prompt(key, values), language)


def cancellation(profile: ClinicProfile, now: datetime, booking: Booking, language: Language) -> str:
    """What was cancelled."""
    return _text(profile, now, booking, language, _form("cancelled", booking), [])


def moved(profile: ClinicProfile, now: datetime, booking: Booking, language: Language) -> str:
    """To when a visit was moved, and how to cancel it by text if there is still time and room for that."""
    tail = ["cancel.how"] if now < profile.cut_off(booking.day) else []
    return _text(profile, now, booking, language, _form("moved", booking), tail)


def stopped(profile: ClinicProfile, now: datetime, booking: Booking, language: Language) -> str:
    """What the clinic can't keep, and if there is room for it, what to do."""
    return _text(profile, now, booking, language, _form("stopped", booking), ["stopped.how"])


def queue_confirmation(
    tx: Transaction, profile: ClinicProfile, now: datetime, booking: Booking, *, line: str | None = None
) -> None:
    """Text the confirmation to the booking's number, if that can take texts; through `line` if it must be that one."""
    body = confirmation(profile, now, booking, booking.language or "zh")
    _queue(tx, now, booking, body, "confirmation", line)


def queue_cancellation(
    tx: Transaction, profile: ClinicProfile, now: datetime, booking: Booking, *, line: str | None = None
) -> None:
    """Text the cancellation to the booking's number, if that can take texts; through `line` if it must be that one."""
    body = cancellation(profile, now, booking, booking.language or "zh")
    _queue(tx, now, booking, body, "cancellation", line)


def queue_moved(tx: Transaction, profile: ClinicProfile, now: datetime, booking: Booking) -> None:
    """Text to the booking's number, if that can take texts, to when the visit was moved."""
    body = moved(profile, now, booking, booking.language or "zh")
    _queue(tx, now, booking, body, "confirmation", None)


def queue_stopped(tx: Transaction, profile: ClinicProfile, now: datetime, booking: Booking) -> None:
    """Text to the booking's number, if that can take texts, that the visit does not take place."""
    body = stopped(profile, now, booking, booking.language or "zh")
    _queue(tx, now, booking, body, "cancellation", None)


def withdraw(tx: Transaction, booking_id: int) -> None:
    """What was to be sent about the booking and has not left yet is no longer true."""
    outbox.withdraw(tx, booking_id)


def check_parts(profile: ClinicProfile, sessions: Iterable[Session]) -> None:
    """Raise `TextTooLong` if a text about a visit to one of `sessions` would take more than `profile.text_parts`."""
    for session in sessions:
        for language in LANGUAGES:
            longest = _longest_visit(session)
            text = max((told(profile, _OLD_YEAR, longest, language) for told in _TOLD), key=parts_of)
            if (parts := parts_of(text)) > profile.text_parts:
                raise TextTooLong(text, parts, profile.text_parts)


def facts(booking: Booking, profile: ClinicProfile, now: datetime) -> dict[str, Value]:
    """All that can be said of a booking, by the names that prompts use.

    sign, department, who (department and doctor), day, time, number, fee, last_day and cut_off (until when the patient
    can cancel); doctor if there is one; code and short (its first digits) once it is booked.
    """
    today = roster.wall_day(now, profile.zone)
    cut_off = profile.cut_off(booking.day).astimezone(profile.zone)
    department, doctor = booking.department.name, booking.doctor.name if booking.doctor else None
    values: dict[str, Value] = {
        "sign": profile.sign,
        "department": department,
        "who": Name(department.zh + doctor.zh, f"{doctor.en}, {department.en}") if doctor else department,
        "day": Day(booking.day, today),
        "time": ClockTime(booking.begins),
        "number": Ordinal(booking.queue_number),
        "fee": Money(booking.fee_cents),
        "last_day": Day(cut_off.date(), today),
        "cut_off": ClockTime(cut_off.time()),
    }
    if doctor:
        values["doctor"] = doctor
    if booking.code:
        values |= {"code": Code(booking.code), "short": Code(booking.code[:SHORT_DIGITS])}
    return values


_TOLD = (confirmation, moved, cancellation, stopped)


def _longest_visit(session: Session) -> Booking:
    slot = Slot(session, _OLD_YEAR.date() + timedelta(days=1), session.begins, session.capacity or 1)
    return _visit_of(slot, _NO_CODE)


def _visit_of(slot: Slot, code: str) -> Booking:
    return Booking(
        id=0, state="booked", slot=slot, patient_id=0, fee_cents=slot.session.fee_cents, fee_is_held=False,
        code=code, holder="", contact_number=None, language=None, channel="desk",
    )  # fmt: skip


def _form(what: str, booking: Booking) -> str:
    return f"{what}.number" if booking.is_by_number else f"{what}.time"


def _text(
    profile: ClinicProfile, now: datetime, booking: Booking, language: Language, head: str, tail: list[str]
) -> str:
    """The head with its tail, or without if that takes more parts than the clinic pays for."""
    values = facts(booking, profile, now)
    catalogue = wordings.catalogue(profile.wordings)
    short = catalogue.written(Prompt(head, values), language)
    full = short + "".join(catalogue.written(Prompt(key, values), language) for key in tail)
    return full if parts_of(full) <= profile.text_parts else short


def _queue(tx: Transaction, now: datetime, booking: Booking, body: str, purpose: str, line: str | None = None) -> None:
    if booking.contact_number is None or not is_mobile(booking.contact_number):
        return
    outbox.queue_text(tx, now, booking.contact_number, body, purpose, booking.id, line=line)

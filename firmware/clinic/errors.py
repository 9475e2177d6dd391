"""What the clinic's rules refuse, in the clinic's words; each error carries what the caller can do next."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from firmware.storage.errors import Settled

if TYPE_CHECKING:
    from firmware.clinic.records import Booking
    from firmware.clinic.roster import Slot


class ClinicError(Exception):
    """A rule of the clinic refuses what was asked."""


class SlotTaken(ClinicError):
    """Somebody else was quicker, or the slot is no longer offered; `alternatives` are the next free ones."""

    def __init__(self, alternatives: tuple[Slot, ...]) -> None:
        super().__init__(f"the slot is taken; {len(alternatives)} others are near")
        self.alternatives = alternatives


class SlotOff(SlotTaken):
    """Nobody was quicker: the session does not take place, or the slot's time is over."""


class NoSuchSlot(ClinicError):
    """The roster has no such slot (any more)."""


class BeyondHorizon(ClinicError):
    """The day lies further ahead than the clinic books; `last_day` is the last one that it does."""

    def __init__(self, last_day: date) -> None:
        super().__init__(f"the clinic books until {last_day}")
        self.last_day = last_day


class AlreadyBookedThatDay(ClinicError):
    """The person has a visit in this department on this day: `booking`, which can be kept or cancelled."""

    def __init__(self, booking: Booking) -> None:
        super().__init__(f"booking {booking.id} is in the same department on {booking.day}")
        self.booking = booking


class HoldLost(ClinicError):
    """The hold ran out and somebody else took the slot; `alternatives` are free ones, if the slot is known."""

    def __init__(self, alternatives: tuple[Slot, ...] = ()) -> None:
        super().__init__("the holder holds no slot any more")
        self.alternatives = alternatives


class NoSuchBooking(ClinicError):
    """There is no such booking, or it is not this person's."""


class AlreadyCancelled(ClinicError):
    """The booking was cancelled before; `booking` is what it was."""

    def __init__(self, booking: Booking) -> None:
        super().__init__(f"booking {booking.id} was cancelled before")
        self.booking = booking


class TooLateToCancel(ClinicError):
    """After `cut_off` only the desk can cancel the booking."""

    def __init__(self, booking: Booking, cut_off: datetime) -> None:
        super().__init__(f"booking {booking.id} could be cancelled until {cut_off.isoformat()}")
        self.booking = booking
        self.cut_off = cut_off


class NotEnoughMoney(ClinicError):
    """The account can't hold the fee: `missing_cents` more must be paid in, or the fee paid at the desk."""

    def __init__(self, available_cents: int, wanted_cents: int) -> None:
        super().__init__(f"{wanted_cents} cents wanted, {available_cents} available")
        self.available_cents = available_cents
        self.wanted_cents = wanted_cents

    @property
    def missing_cents(self) -> int:
        return self.wanted_cents - self.available_cents


class NoAccount(ClinicError):
    """The person has no account: the fee is paid at the desk."""


class WrongCardOrPin(ClinicError, Settled):
    """Card and PIN don't belong together, and it is not said which is wrong; `tries_left` in this call and this day.

    `is_locked`: the call had tries left, the day has none.
    """

    def __init__(self, tries_left: int, is_locked: bool = False) -> None:
        super().__init__(f"{tries_left} tries left")
        self.tries_left = tries_left
        self.is_locked = is_locked


class WrongBirthYear(ClinicError, Settled):
    """Nobody of this number was born in that year, or it has guessed too often; `tries_left` in this call and day."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"{tries_left} tries left")
        self.tries_left = tries_left


class CardLocked(ClinicError):
    """Too many wrong PINs: the card (or this caller) may try again at `until`, or go to the desk."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"locked until {until.isoformat()}")
        self.until = until


class NoSuchPatient(ClinicError):
    """The clinic doesn't know this person."""


class NotOpen(ClinicError):
    """Nobody is expected at the desk now, so there is nothing to close; it opens next at `opens_at`."""

    def __init__(self, opens_at: datetime | None) -> None:
        super().__init__("the desk is not open now; there is nothing to close")
        self.opens_at = opens_at


class ProfileError(ClinicError):
    """The clinic's set-up document says something impossible; the message names the key."""


class TextTooLong(ProfileError):
    """A text to a patient, `text`, would take `parts` parts where the clinic pays for `most`."""

    def __init__(self, text: str, parts: int, most: int) -> None:
        super().__init__(f"clinic: text_parts: {text!r} takes {parts} parts; the limit is {most}")
        self.text, self.parts, self.most = text, parts, most

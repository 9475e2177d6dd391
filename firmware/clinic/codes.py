"""Booking codes: six digits that can't be guessed from another one.

A code is unique among live bookings, and its first four digits are unique for the number that its texts go to, so
that "cancel 4829" from that number means one booking.
"""

from __future__ import annotations

import secrets

from sqlalchemy import bindparam, or_, select

from firmware.storage.ledger import Transaction
from firmware.storage.schema import bookings

DIGITS = 6
SHORT_DIGITS = 4

_USED = (
    select(bookings.c.id)
    .where(
        or_(
            (bookings.c.code == bindparam("code")) & bookings.c.state.in_(("booked", "arrived")),
            (bookings.c.contact_number == bindparam("number"))
            & bookings.c.code.between(bindparam("first"), bindparam("last")),
        )
    )
    .limit(1)
)


def fresh(tx: Transaction, number: str | None) -> str:
    """A code for a booking whose texts go to `number`."""
    while True:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        short = code[:SHORT_DIGITS]
        used = {"code": code, "number": number, "first": short + "00", "last": short + "99"}
        if tx.execute(_USED, used).first() is None:
            return code

"""Booking codes: six digits that can't be guessed from another one.

A code is unique among live bookings, and its first four digits are unique for the number that its texts go to, so
that "cancel 4829" from that number means one booking.
"""

from __future__ import annotations

import secrets

from sqlalchemy import and_, bindparam, exists, or_

from firmware.storage.roster_schema import IS_VISIT, bookings

DIGITS = 6
SHORT_DIGITS = 4

IS_USED = exists().where(  # with the `parts` of a code, and the `number` that its texts would go to
    or_(
        and_(bookings.c.code == bindparam("code"), IS_VISIT),
        and_(
            bookings.c.contact_number == bindparam("number"),
            bookings.c.code.between(bindparam("first"), bindparam("last")),
        ),
    )
)


def draw() -> str:
    """A code by chance."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def parts(code: str) -> dict[str, str]:
    """What `IS_USED` asks about."""
    short = code[:SHORT_DIGITS]
    return {"code": code, "first": short + "00", "last": short + "99"}

"""The steps and lists of the clinic that a flow can name; one file per family."""

from __future__ import annotations

from firmware.ivr.steps import (
    booking,
    boxes,
    callback,
    closing_time,
    identity,
    information,
    language,
    money,
    own_bookings,
    request,
    unfinished,
    wishes,
)
from firmware.ivr.visit import Listing, Step

STEPS: dict[str, Step] = {
    **identity.STEPS,
    **callback.STEPS,
    **money.STEPS,
    **wishes.STEPS,
    **request.STEPS,
    **booking.STEPS,
    **own_bookings.STEPS,
    **information.STEPS,
    **boxes.STEPS,
    **closing_time.STEPS,
    **language.STEPS,
    **unfinished.STEPS,
}
LISTS: dict[str, Listing] = {**identity.LISTS, **wishes.LISTS, **request.LISTS, **own_bookings.LISTS, **boxes.LISTS}

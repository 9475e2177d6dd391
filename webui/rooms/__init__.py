"""The rooms of the web UI: each is a module with its pages and `add_to(routes)`."""

from __future__ import annotations

from webui.rooms import (
    account,
    bookings,
    certificate,
    live_events,
    patients,
    preferences,
    roster,
    sign_in,
    today,
    users,
    welcome,
    wizard,
)

ALL = (
    today,
    account,
    bookings,
    certificate,
    live_events,
    patients,
    preferences,
    roster,
    sign_in,
    users,
    welcome,
    wizard,
)

"""The rooms of the web UI: each is a module with its pages and `add_to(routes)`."""

from __future__ import annotations

from webui.rooms import (
    account,
    bookings,
    calls,
    certificate,
    desk,
    flows,
    live_events,
    messages,
    patients,
    preferences,
    prompts,
    roster,
    settings,
    sign_in,
    test_phone,
    today,
    users,
    wall,
    welcome,
    wizard,
)

ALL = (
    today,
    account,
    bookings,
    calls,
    certificate,
    desk,
    flows,
    live_events,
    messages,
    patients,
    preferences,
    prompts,
    roster,
    settings,
    sign_in,
    test_phone,
    users,
    wall,
    welcome,
    wizard,
)

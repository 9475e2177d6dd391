"""The rooms of the web UI: each is a module with its pages and `add_to(routes)`."""

from __future__ import annotations

from webui.rooms import (
    account,
    bookings,
    calls,
    certificate,
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
    welcome,
    wizard,
)

ALL = (
    today,
    account,
    bookings,
    calls,
    certificate,
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
    welcome,
    wizard,
)

"""The rooms of the web UI: each is a module with its pages and `add_to(routes)`."""

from __future__ import annotations

from webui.rooms import (
    account,
    certificate,
    live_events,
    preferences,
    sign_in,
    today,
    users,
    welcome,
    wizard,
)

ALL = (
    today,
    account,
    certificate,
    live_events,
    preferences,
    sign_in,
    users,
    welcome,
    wizard,
)

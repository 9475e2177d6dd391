"""The rooms of the web UI: each is a module with its pages and `add_to(routes)`."""

from __future__ import annotations

from webui.rooms import certificate, live_events, preferences, sign_in, today

ALL = (today, certificate, live_events, preferences, sign_in)

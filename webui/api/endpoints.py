"""Every address of the API, and what a token must be allowed; `openapi.yaml` beside it describes the same."""

from __future__ import annotations

from firmware.staff.tokens import Scope
from webui.api import bookings, calls, description, desk, events
from webui.api.door import Endpoint

ENDPOINTS = (
    Endpoint("GET", "openapi.json", description.show, None),
    Endpoint("GET", "agents", desk.list_agents, Scope.AGENTS),
    Endpoint("GET", "queues", desk.list_queues, Scope.AGENTS),
    Endpoint("POST", "dial", desk.dial, Scope.DIAL),
    Endpoint("GET", "calls", calls.list_calls, Scope.CALLS),
    Endpoint("GET", "calls/<call_id:re:[0-9a-f-]{1,40}>", calls.show_call, Scope.CALLS),
    Endpoint("GET", "slots", bookings.list_slots, Scope.BOOKINGS),
    Endpoint("GET", "patients", bookings.list_patients, Scope.BOOKINGS),
    Endpoint("GET", "patients/<patient_id:int>/bookings", bookings.list_bookings, Scope.BOOKINGS),
    Endpoint("POST", "bookings", bookings.book, Scope.BOOK),
    Endpoint("POST", "bookings/<booking_id:int>/cancel", bookings.cancel, Scope.BOOK),
    Endpoint("GET", "events", events.stream, None),
)

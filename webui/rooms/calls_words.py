"""What came of a call and how it ended, in words."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.clinic.call_journal import Call
from firmware.ivr.document import FlowSet
from webui import sayings
from webui.places import Places, place_of_short
from webui.words import Words

_TONES = {"booked": "good", "cancelled": "busy", "message": "busy", "bookings read": "good", "information": "good"}


@dataclass(frozen=True)
class Badge:
    """A word and its colour."""

    text: str
    tone: str
    is_live: bool = False


def outcome(call: Call, places: Places, words: Words) -> Badge:
    """What the caller got."""
    if not call.is_over:
        return Badge(words("calls.running"), "busy", is_live=True)
    if call.outcome is None:
        return Badge(words("outcome.none"), "quiet")
    text = outcome_text(call.outcome, places.flows(call.flow, call.flow_version), words)
    return Badge(text, _TONES.get(call.outcome, "quiet"))


def outcome_text(outcome: str, flows: FlowSet | None, words: Words) -> str:
    """What the journal calls `outcome`: what was done, or where in `flows` the caller left."""
    head, left, node = outcome.partition(" at ")
    return words("calls.left_at", place=place_of_short(flows, node, words)) if left else words.code("outcome", head)


def end(call: Call, words: Words) -> str:
    """How the call ended; "" while it goes on."""
    reason = call.end_reason or ""
    return words(f"ended.{reason}") if f"ended.{reason}" in words else sayings.in_language(reason, words.language)


def caller(call: Call, words: Words) -> str:
    """The number that was told, or that none was."""
    return call.caller or words("caller.withheld" if call.is_withheld else "caller.unknown")

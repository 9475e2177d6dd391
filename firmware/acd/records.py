"""What the desk's policy reasons about: callers who wait, agents, and the offers that bring them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from firmware.language.values import LANGUAGES, Language

OFFLINE, READY, NOT_READY, RINGING, TALKING, WRAP_UP = (
    "offline", "ready", "not-ready", "ringing", "talking", "wrap-up",
)  # fmt: skip
_AT_WORK = frozenset((READY, RINGING, TALKING, WRAP_UP))


@dataclass(frozen=True)
class Caller:
    """Somebody who waits for a person: on the line, or at home for a callback.

    A callback that no line could carry now is not to be among the callers that the policy is asked about.
    """

    entry_id: int
    queue: str
    language: Language
    turn_at: datetime  # since when they wait; of a callback that was agreed for later, that moment
    priority: int = 0  # beyond the queue's own
    wished_user_id: int | None = None  # who tried to reach this caller: asked first if free, never waited for
    is_callback: bool = False
    is_ringing: bool = False  # rings at agents, or is being called back: keeps the place, gets no second offer
    not_before: datetime | None = None  # of a callback
    kept_for: int | None = None  # the agent who promised the callback
    skip: Mapping[int, datetime] = field(default_factory=dict)  # agents who missed or rejected this caller: until when

    def is_due(self, now: datetime) -> bool:
        """Whether this caller may be offered to anybody yet."""
        return not self.is_ringing and (self.not_before is None or self.not_before <= now)


@dataclass(frozen=True)
class Agent:
    """Somebody who takes calls, and in what state they are."""

    user_id: int
    state: str
    since: datetime  # in this state: of a ready one, how long they have been idle
    languages: frozenset[Language] = frozenset(LANGUAGES)
    skills: Mapping[str, int] = field(default_factory=dict)  # by queue; level 1 is asked first

    @property
    def is_at_work(self) -> bool:
        """Free, or free again without having to say so."""
        return self.state in _AT_WORK


@dataclass(frozen=True)
class Offer:
    """One caller rings at one agent, or at several at once, until somebody answers or the time is over."""

    entry_id: int
    user_ids: tuple[int, ...]
    until: datetime

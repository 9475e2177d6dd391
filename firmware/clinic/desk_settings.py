"""The desk's settings, read from its set-up document "desk": queues, times, whom agents may call, what is recorded.

A clinic without the document has one queue, `reception`, with the defaults here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from firmware.language.values import Name

LONGEST_IDLE, RING_ALL = "longest-idle", "ring-all"
RECEPTION = "reception"
NOT_READY_REASONS = ("break", "meal", "meeting", "training", "paperwork", "other")
NOT_ANSWERING = "not-answering"  # the reason that the box gives after too many missed offers


@dataclass(frozen=True)
class QueueSettings:
    """One queue; times in seconds as the names say."""

    key: str
    name: Name
    strategy: str = LONGEST_IDLE  # LONGEST_IDLE or RING_ALL; both ask lower skill levels first
    priority: int = 0  # of its callers: each step is worth `ageing_s` of waiting
    ring_s: int = 15  # an offer that nobody took goes on to the next agent
    skip_s: int = 60  # who missed or rejected a caller is not asked again so soon while somebody else is at work
    own_language_s: int = 60  # so long only who speaks the caller's language is asked, if such a person is at work
    missed_in_a_row: int = 2  # so many, and the agent is marked "not answering"
    wrap_up_s: int = 20
    callback_after_s: int = 30  # waited so long, a callback is offered; -1: never
    longest_wait_s: int = 900  # then the caller is led to leave a message
    most_waiting: int = 20  # more are led to leave a message at once
    announce_every_s: int = 45  # position and expected wait, or a tip
    announces_agent: bool = True  # "number 8001 serves you"
    asks_rating: bool = False
    needs_disposition: bool = False


@dataclass(frozen=True)
class CallClass:
    """Whom people of one class may call outside; emergency numbers are always allowed."""

    key: str
    prefixes: tuple[str, ...] = ()  # of numbers in national form; empty: none but the emergency numbers
    forbidden: tuple[str, ...] = ()  # of those
    longest_s: int = 0  # 0: no limit; a beep warns a minute before


@dataclass(frozen=True)
class RecordingRules:
    """What is recorded and how long it is kept."""

    records: bool = True  # calls with a person; each rule below may say otherwise
    announces: bool = True  # "this call is recorded; press 9 if you don't want that"
    off_queues: tuple[str, ...] = ()
    off_lines: tuple[str, ...] = ()
    off_agents: tuple[str, ...] = ()  # extensions
    keep_days: Mapping[str, int] = field(default_factory=lambda: {"ordinary": 180, "complaint": 730, "training": 365})
    least_days: int = 30  # the disk's quota deletes nothing younger
    quota_percent: int = 90  # of the disk


@dataclass(frozen=True)
class DeskSettings:
    """Everything that the desk goes by."""

    queues: tuple[QueueSettings, ...] = (QueueSettings(RECEPTION, Name("前台", "Reception")),)
    call_classes: tuple[CallClass, ...] = (
        CallClass("none"),
        CallClass("local", prefixes=("1", "0", "2", "3", "4", "5", "6", "7", "8"), forbidden=("168", "00")),
    )
    emergency_numbers: tuple[str, ...] = ("110", "119", "120", "122", "112")
    ageing_s: int = 60  # of waiting that a step of priority is worth
    free_lines: int = 1  # calls of our own leave so many lines free for callers
    parked_s: int = 30  # so long a talk waits for its agent's page to come back
    recording: RecordingRules = RecordingRules()
    service_level_s: int = 20  # answered within this counts as good service
    dispositions: tuple[Name, ...] = (
        Name("已预约", "Booked"),
        Name("已改约或取消", "Changed or cancelled"),
        Name("咨询", "Question answered"),
        Name("投诉", "Complaint"),
        Name("打错", "Wrong number"),
    )

    def queue(self, key: str) -> QueueSettings:
        """The queue with this key; callers for one that is there no more wait in the first."""
        return next((queue for queue in self.queues if queue.key == key), self.queues[0])


def read_desk(document: Mapping[str, object] | None) -> DeskSettings:
    """The settings that a set-up document describes, the defaults without one; raises `ProfileError`."""
    return DeskSettings()

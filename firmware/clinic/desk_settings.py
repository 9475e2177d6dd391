"""The desk's settings, read from its set-up document "desk": queues, times, whom agents may call, what is recorded.

A clinic without the document has one queue, `reception`, with the defaults here.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from firmware.clinic.current import Current
from firmware.clinic.errors import ProfileError
from firmware.clinic.settings_values import Reader, fields, list_of, name, one_of, suggestion, switch, whole
from firmware.language.values import Name
from firmware.storage.documents import SetupDocuments

DESK = "desk"  # the name of the document
LONGEST_IDLE, RING_ALL = "longest-idle", "ring-all"
RECEPTION = "reception"
NOT_READY_REASONS = ("break", "meal", "meeting", "training", "paperwork", "other")
RESCUE = ("110", "119", "120")  # police, fire, ambulance: no clinic can take them off the list
PREMIUM = ("168", "160")  # paid information services
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
    prefixes: tuple[str, ...] = ()  # of numbers in normal form: "0", "+" for abroad; empty: no number at all
    forbidden: tuple[str, ...] = ()  # of those
    longest_s: int = 0  # 0: no limit; a beep warns a minute before
    name: Name | None = None  # how people call it


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
    alarm_number: str = ""  # who gets a text when it is reached


@dataclass(frozen=True)
class DeskSettings:
    """Everything that the desk goes by."""

    queues: tuple[QueueSettings, ...] = (QueueSettings(RECEPTION, Name("前台", "Reception")),)
    call_classes: tuple[CallClass, ...] = (
        CallClass("none", name=Name("只能打内部分机和急救电话", "Inside and emergencies only")),
        CallClass("local", tuple("0123456789"), PREMIUM, name=Name("国内", "Inside the country")),
        CallClass("abroad", (*"0123456789", "+"), PREMIUM, name=Name("国内和国际", "Abroad too")),
    )
    emergency_numbers: tuple[str, ...] = ("110", "119", "120", "122", "112")
    ageing_s: int = 60  # of waiting that a step of priority is worth
    vip_steps: int = 2  # of priority, for callers whom the dialogue knows as a VIP
    free_lines: int = 1  # calls of our own leave so many lines free for callers
    parked_s: int = 30  # so long a talk waits for its agent's page to come back
    hold_reminder_s: int = 60  # who keeps somebody on hold for longer hears a beep
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


class CurrentDesk(Current[DeskSettings]):
    """The desk's settings as they stand now; the defaults as long as there never was a document that could be read."""

    def __init__(self, documents: SetupDocuments) -> None:
        super().__init__(documents, load_desk, DeskSettings())


def load_desk(documents: SetupDocuments) -> DeskSettings:
    """The settings from the box's set-up documents; raises `ProfileError`."""
    return read_desk(documents.load(DESK))


def save_desk(documents: SetupDocuments, settings: DeskSettings) -> None:
    """Put the settings in place; raises `ProfileError` where they could not be read again."""
    document = to_document(settings)
    read_desk(document)
    documents.save(DESK, document)


def read_desk(document: Mapping[str, object] | None) -> DeskSettings:
    """The settings that a set-up document describes, the defaults without one; raises `ProfileError`.

    A document gives only what differs from the defaults; the error names the key that is wrong.
    """
    try:
        settings = DeskSettings(**fields(document or {}, _DESK))
        _check(settings)
    except ValueError as error:
        raise ProfileError(f"desk: {error}") from error
    return settings


def to_document(settings: DeskSettings) -> dict[str, Any]:
    """What `read_desk` makes the settings of: whatever differs from the defaults."""
    document: dict[str, Any] = _plain(settings)
    return document


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        kept = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return {key: _plain(each) for key, each in kept.items() if not _is_default(value, key, each)}
    if isinstance(value, Mapping):
        return dict(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _is_default(of: Any, key: str, value: Any) -> bool:
    declared = next(each for each in dataclasses.fields(of) if each.name == key)
    made = declared.default_factory() if declared.default_factory is not dataclasses.MISSING else declared.default
    return bool(value == made)


def _check(settings: DeskSettings) -> None:
    """What no single value shows."""
    queues = [queue.key for queue in settings.queues]
    if not queues:
        raise ValueError("queues: there must be one")
    for keys in (queues, [each.key for each in settings.call_classes]):
        if len(set(keys)) < len(keys):
            raise ValueError(f"the key {max(keys, key=keys.count)!r} is given twice")
    for key in settings.recording.off_queues:
        if key not in queues:
            raise ValueError(f"recording: off_queues: there is no queue {key!r}{suggestion(key, queues)}")
    for number in RESCUE:
        if number not in settings.emergency_numbers:
            raise ValueError(f"emergency_numbers: {number} must be among them")


def _matching(pattern: str, what: str) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(f"must be {what}, not {value!r}")
        return value

    return read


def _queue(value: Any) -> QueueSettings:
    return QueueSettings(**fields(value, _QUEUE, needed=("key", "name")))


def _call_class(value: Any) -> CallClass:
    return CallClass(**fields(value, _CALL_CLASS, needed=("key",)))


def _recording(value: Any) -> RecordingRules:
    return RecordingRules(**fields(value, _RECORDING))


def _keep_days(value: Any) -> Mapping[str, int]:
    usual = RecordingRules().keep_days
    return {**usual, **fields(value, dict.fromkeys(usual, whole(1, 3650)))}


_KEY = _matching(r"[a-z][a-z0-9-]{0,39}", "small letters, digits and -")
_PREFIXES = list_of(_matching(r"\+?[0-9]{1,15}|\+", "the beginning of a number, digits or +"), 50)
_QUEUE: dict[str, Reader] = {
    "key": _KEY,
    "name": name,
    "strategy": one_of(LONGEST_IDLE, RING_ALL),
    "priority": whole(0, 9),
    "ring_s": whole(5, 60),
    "skip_s": whole(0, 600),
    "own_language_s": whole(0, 600),
    "missed_in_a_row": whole(1, 10),
    "wrap_up_s": whole(0, 600),
    "callback_after_s": whole(-1, 1800),
    "longest_wait_s": whole(30, 7200),
    "most_waiting": whole(0, 100),
    "announce_every_s": whole(20, 300),
    "announces_agent": switch,
    "asks_rating": switch,
    "needs_disposition": switch,
}
_CALL_CLASS: dict[str, Reader] = {
    "key": _KEY,
    "prefixes": _PREFIXES,
    "forbidden": _PREFIXES,
    "longest_s": whole(0, 14400),
    "name": name,
}
_RECORDING: dict[str, Reader] = {
    "records": switch,
    "announces": switch,
    "off_queues": list_of(_KEY, 20),
    "off_lines": list_of(_matching(r"\S{1,20}", "the name of a line"), 20),
    "off_agents": list_of(_matching(r"[0-9]{2,6}", "an extension"), 50),
    "keep_days": _keep_days,
    "least_days": whole(0, 365),
    "quota_percent": whole(10, 99),
    "alarm_number": _matching(r"(\+?[0-9]{3,19})?", "a number in normal form, or empty"),
}
_DESK: dict[str, Reader] = {
    "queues": list_of(_queue, 20),
    "call_classes": list_of(_call_class, 20),
    "emergency_numbers": list_of(_matching(r"[0-9]{3,8}", "a short number"), 20),
    "ageing_s": whole(10, 600),
    "vip_steps": whole(0, 20),
    "free_lines": whole(0, 8),
    "parked_s": whole(5, 300),
    "hold_reminder_s": whole(10, 600),
    "recording": _recording,
    "service_level_s": whole(5, 300),
    "dispositions": list_of(name, 30),
}

_ALL: tuple[tuple[type[Any], dict[str, Reader]], ...] = (
    (QueueSettings, _QUEUE), (CallClass, _CALL_CLASS), (RecordingRules, _RECORDING), (DeskSettings, _DESK),
)  # fmt: skip

if any(set(readers) != {each.name for each in dataclasses.fields(of)} for of, readers in _ALL):
    raise AssertionError("every setting of the desk needs its reader")

"""From rows to what stands on the page: plain strings, in the clinic's wall time and the reader's language.

Nothing is escaped here: the templates escape every value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from webui import sayings
from webui.pages import BookingRow, CallRow, TextRow, WaitingRow
from webui.words import Words


@dataclass(frozen=True)
class Badge:
    """A state as a word and the colour family it is shown in."""

    text: str
    tone: str  # good, busy, bad, quiet


@dataclass(frozen=True)
class LineView:
    name: str
    kind: str
    badge: Badge
    detail: str
    caller: str
    since: str


@dataclass(frozen=True)
class CallView:
    time: str
    line: str
    caller: str
    patient: str
    badge: Badge
    length: str


@dataclass(frozen=True)
class VisitView:
    time: str
    number: str
    patient: str
    badge: Badge


@dataclass(frozen=True)
class DoctorView:
    """The visits of one doctor, or of a department's general numbers, on one day."""

    title: str
    visits: list[VisitView]


@dataclass(frozen=True)
class DayView:
    title: str
    doctors: list[DoctorView]


@dataclass(frozen=True)
class TextView:
    time: str
    arrow: str
    number: str
    body: str
    badge: Badge


@dataclass(frozen=True)
class WaitingView:
    id: str
    time: str
    number: str
    what: str
    body: str


_TONES = {
    "idle": "good", "ringing": "busy", "busy": "busy", "fault": "bad", "starting": "quiet",
    "booked": "good", "arrived": "good", "held": "busy", "no-show": "bad", "cancelled": "quiet",
    "delivered": "good", "sent": "good", "received": "quiet", "queued": "busy", "sending": "busy",
    "failed": "bad", "unknown": "bad", "withdrawn": "quiet", "running": "busy",
}  # fmt: skip


def badge(words: Words, family: str, code: str) -> Badge:
    """The badge of one state."""
    return Badge(words.code(family, code), _TONES.get(code, "quiet"))


def line_view(line: dict[str, Any], words: Words) -> LineView:
    """One line of the control socket's `status` reply; what it leaves out is left out on the page too."""
    since_s, said = line.get("since_s"), str(line.get("detail") or "")
    return LineView(
        name=str(line.get("name", "")),
        kind=words.code("kind", str(line.get("kind", ""))),
        badge=badge(words, "line", str(line.get("state", ""))),
        detail=" · ".join(filter(None, (str(line.get("node") or ""), sayings.in_language(said, words.language)))),
        caller=str(line.get("caller") or ""),
        since="" if since_s is None else duration(float(since_s)),
    )


def call_view(call: CallRow, words: Words, zone: ZoneInfo) -> CallView:
    """One call of the list."""
    over = call.ended_at is not None
    return CallView(
        time=f"{call.started_at.astimezone(zone):%H:%M:%S}",
        line=call.line,
        caller=call.caller or words("caller.withheld" if call.is_withheld else "caller.unknown"),
        patient=words.name(call.patient),
        badge=_outcome(call, words) if over else badge(words, "outcome", "running"),
        length=duration((call.ended_at - call.started_at).total_seconds()) if call.ended_at else "",
    )


def _outcome(call: CallRow, words: Words) -> Badge:
    code = call.outcome or call.end_reason or "none"
    head, at, node = code.partition(" at ")
    text = words.code("outcome", head) + (f" · {node}" if at else "")
    return Badge(text, _TONES.get(head, "quiet"))


def days(visits: Iterable[BookingRow], today: date, words: Words) -> list[DayView]:
    """The visits, which come sorted, by day and doctor."""
    by_day = groupby(visits, lambda visit: visit.day)
    return [DayView(words.day(day, today), _doctors(of_day, words)) for day, of_day in by_day]


def _doctors(visits: Iterable[BookingRow], words: Words) -> list[DoctorView]:
    by_owner = groupby(visits, lambda visit: _owner(visit, words))
    return [DoctorView(owner, [_visit(each, words) for each in theirs]) for owner, theirs in by_owner]


def _owner(visit: BookingRow, words: Words) -> str:
    who = words.name(visit.doctor) if visit.doctor else words.code("session", visit.kind)
    return f"{words.name(visit.department)} · {who}"


def _visit(visit: BookingRow, words: Words) -> VisitView:
    return VisitView(
        time=f"{visit.begins:%H:%M}",
        number=words.queue_number(visit.queue_number),
        patient=words.name(visit.patient),
        badge=badge(words, "booking", visit.state),
    )


def text_view(text: TextRow, words: Words, zone: ZoneInfo) -> TextView:
    """One text message of the list."""
    return TextView(
        time=f"{text.at.astimezone(zone):%m-%d %H:%M}",
        arrow="→" if text.is_incoming else "←",
        number=text.number,
        body=text.body,
        badge=badge(words, "text", text.state),
    )


def waiting_view(row: WaitingRow, words: Words, zone: ZoneInfo) -> WaitingView:
    """One thing that waits for a person."""
    return WaitingView(
        id=row.id,
        time=f"{row.at.astimezone(zone):%m-%d %H:%M}",
        number=row.number or words("caller.withheld"),
        what=words.code("waiting", row.what),
        body=row.body or duration(row.seconds),
    )


def duration(seconds: float) -> str:
    """Minutes and seconds, as on a telephone: 1:05."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the clinic's day."""
    return datetime.combine(now.astimezone(zone).date(), datetime.min.time(), zone)

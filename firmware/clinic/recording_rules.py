"""Which calls are recorded and who is told so: pure rules over the desk's settings."""

from __future__ import annotations

from firmware.clinic.desk_settings import RecordingRules


def records_line(rules: RecordingRules, line: str) -> bool:
    """Whether calls on `line` are recorded at all, from the moment the box answers."""
    return rules.records and line not in rules.off_lines


def records_queue(rules: RecordingRules, line: str, queue: str) -> bool:
    """Whether what callers of `queue` say to people is recorded."""
    return records_line(rules, line) and queue not in rules.off_queues


def records_agent(rules: RecordingRules, line: str, queue: str | None, extension: str) -> bool:
    """Whether a talk with the agent at `extension` is recorded; `queue` None: a call that came through none."""
    by_queue = records_line(rules, line) if queue is None else records_queue(rules, line, queue)
    return by_queue and extension not in rules.off_agents


def notice_of(rules: RecordingRules, line: str, queue: str) -> str | None:
    """The prompt that tells callers of `queue` about the recording; None where nothing is recorded or nothing said.

    With agents who are not recorded nobody knows yet whether this call will be: it is told so.
    """
    if not rules.announces or not records_queue(rules, line, queue):
        return None
    return "recording.notice_perhaps" if rules.off_agents else "recording.notice"


def notice_to_called(rules: RecordingRules) -> str | None:
    """The prompt that tells somebody whom an agent calls, and whose call is recorded; None where nothing is said."""
    return "recording.notice" if rules.announces else None

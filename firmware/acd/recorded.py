"""Whether a conversation is recorded now: the rules may leave out single agents, who come and go."""

from __future__ import annotations

from firmware.acd.talk import LegKind, Talk
from firmware.clinic import recording_rules
from firmware.clinic.desk_settings import RecordingRules


def begin(rules: RecordingRules, talk: Talk) -> None:
    """A caller is put through: whatever paused the recording before belongs to a conversation that is over."""
    if talk.recorder is not None:
        talk.is_off_record = talk.recorder.is_paused
        follow_rules(rules, talk)


def follow_rules(rules: RecordingRules, talk: Talk) -> None:
    """Pause while somebody takes part who is not recorded, go on without them; an agent's own pause stays theirs."""
    recorder = talk.recorder
    if recorder is None:
        return
    is_off = not _may_record(rules, talk)
    if is_off and not recorder.is_paused:
        recorder.pause()
        talk.is_off_record = True
    elif not is_off and talk.is_off_record:
        recorder.resume()
        talk.is_off_record = False


def _may_record(rules: RecordingRules, talk: Talk) -> bool:
    queue = talk.queue if talk.direction == "in" else None
    agents = [leg.name for leg in talk.legs if leg.kind is LegKind.AGENT]
    return all(recording_rules.records_agent(rules, talk.line, queue, extension) for extension in agents)

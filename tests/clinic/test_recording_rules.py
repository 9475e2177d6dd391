"""What is recorded, and that nobody is told anything else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from firmware.clinic import recording_rules
from firmware.clinic.desk_settings import RecordingRules

RULES = RecordingRules()
names = st.sampled_from(["L1", "L2", "reception", "billing", "8001", "8002"])
rules = st.builds(
    RecordingRules,
    records=st.booleans(),
    announces=st.booleans(),
    off_queues=st.tuples(names),
    off_lines=st.tuples(names),
    off_agents=st.one_of(st.just(()), st.tuples(names)),
)


def test_everything_is_recorded_unless_a_rule_says_otherwise() -> None:
    assert recording_rules.records_line(RULES, "L1")
    assert recording_rules.records_agent(RULES, "L1", "reception", "8001")
    assert not recording_rules.records_line(replace(RULES, off_lines=("L1",)), "L1")
    assert not recording_rules.records_queue(replace(RULES, off_lines=("L1",)), "L1", "reception")
    assert not recording_rules.records_queue(replace(RULES, off_queues=("reception",)), "L1", "reception")
    assert not recording_rules.records_agent(replace(RULES, off_agents=("8001",)), "L1", None, "8001")
    assert not recording_rules.records_line(replace(RULES, records=False), "L1")


def test_callers_are_told_what_is_so() -> None:
    assert recording_rules.notice_of(RULES, "L1", "reception") == "recording.notice"
    assert recording_rules.notice_of(replace(RULES, announces=False), "L1", "reception") is None
    some_agents = replace(RULES, off_agents=("8001",))
    assert recording_rules.notice_of(some_agents, "L1", "reception") == "recording.notice_perhaps"


@given(rules, names, names, names)
def test_no_notice_is_a_lie(rules: RecordingRules, line: str, queue: str, extension: str) -> None:
    notice = recording_rules.notice_of(rules, line, queue)
    is_recorded = recording_rules.records_agent(rules, line, queue, extension)
    if notice == "recording.notice":
        assert is_recorded
    if notice is None and rules.announces:
        assert not is_recorded

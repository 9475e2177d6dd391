"""Walking a flow with the keyboard."""

from __future__ import annotations

from firmware.clinic import sample
from firmware.ivr.machine import Machine
from firmware.ivr.steps import LISTS, STEPS
from firmware.ivr.walk import walk
from tests.dialogue.desk import NINE, P1, Clinic


def test_the_walk_reads_like_the_call_and_leaves_no_hold(clinic: Clinic) -> None:
    typed = iter(["1", "1948", "2", "1", "2", "1", "hang"])
    shown: list[str] = []
    machine = Machine(clinic.flows.current(), STEPS, LISTS)
    state = walk(
        machine, clinic.ledger, sample.profile(), now=NINE, number=P1, language="zh",
        ask=lambda _: next(typed), show=shown.append,
    )  # fmt: skip
    assert state.node == "confirm"
    assert shown[:3] == ["您好，这里是湖滨诊所", "For English, press star.", "[1] 预约挂号"]
    assert clinic.booked() == []

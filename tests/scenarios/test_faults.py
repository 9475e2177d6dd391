"""Broken modems, modules and wires: a line comes back by itself, says so meanwhile, and takes nothing down with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware.cli.main import main
from firmware.storage.roster_schema import bookings
from firmware.storage.text_schema import outbox
from tests.scenarios.stage import Stage

WANG_XIUYING, TOM_REED, LIU_QIANG = "13800000001", "13800000004", "13800000005"
BORN = {WANG_XIUYING: "1948", TOM_REED: "1985", LIU_QIANG: "1979"}
SEEN = ("mute", "garble", "unplug")  # faults that a line notices; "late" and "lose-unsolicited" only make it slow
NOTICED_S, HEALED_S = 400.0, 150.0  # garbage hits both signs of life only now and then; silence ends a call after 60 s


def is_in(stage: Stage, line: str, state: str) -> Callable[[], bool]:
    return lambda: bool(stage.line(line)["state"] == state)


def works(stage: Stage, line: str, caller: str) -> None:
    """The line takes a call and speaks."""
    phone = stage.ring(line, caller)
    assert phone.waits()
    phone.hang_up()
    stage.eventually(f"{line} is idle again", is_in(stage, line, "idle"))


def test_faults_of_an_idle_voice_line(open_stage: Callable[..., Stage], capsys: pytest.CaptureFixture[str]) -> None:
    stage = open_stage()
    for fault in SEEN:
        stage.network.fault("L1", fault)
        stage.eventually(f"{fault} noticed", is_in(stage, "L1", "fault"), NOTICED_S)
        assert stage.line("L1")["detail"], "in words"
        works(stage, "L2", WANG_XIUYING)
        stage.network.fault("L1", "none")
        stage.eventually(f"L1 back after {fault}", is_in(stage, "L1", "idle"), HEALED_S)
    stage.network.fault("L1", "unplug")
    assert main(["status", "--data", str(stage.rig.folders.data)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in said] == [
        ["L1", "voice", "fault"],
        ["L2", "voice", "idle"],
        ["L3", "gsm", "idle"],
    ]
    assert "the device is gone" in said[0]
    stage.network.fault("L1", "none")
    stage.eventually("L1 back", is_in(stage, "L1", "idle"), HEALED_S)

    stage.network.fault("L1", "lose-unsolicited")
    call = stage.network.phone(LIU_QIANG).dial(stage.numbers["L1"])
    call.wait_for("ringing")
    stage.clock.sleep(10)
    stage.network.fault("L1", "none")
    call.wait_for("answered", within_s=60)  # by the next ring that is told
    call.hang_up()
    stage.eventually("L1 idle", is_in(stage, "L1", "idle"), HEALED_S)
    stage.network.fault("L1", "late", late_s=1.0)
    stage.ring("L1", TOM_REED).hang_up()  # answered, and greeted, only later than usual
    stage.network.fault("L1", "none")
    stage.eventually("L1 idle", is_in(stage, "L1", "idle"), HEALED_S)


def test_faults_in_the_middle_of_a_call(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    for fault, patient in zip(SEEN, BORN, strict=True):
        caller = stage.ring("L1", patient)
        caller.press(f"1{BORN[patient]}2121")
        stage.eventually("the hold", lambda: stage.rows(bookings, state="held"))
        stage.network.fault("L1", fault)
        caller.is_released()
        stage.eventually(f"what was held in a call that ended by {fault} is free", lambda: not held(stage))
        stage.eventually(f"{fault} noticed", is_in(stage, "L1", "fault"), NOTICED_S)
        stage.eventually("the journal is complete", lambda: stage.last_call()["ended_at"])
        assert (stage.last_call()["end_reason"], stage.last_call()["outcome"]) == (REASONS[fault], "left at confirm")
        works(stage, "L2", "13900000055")
        stage.network.fault("L1", "none")
        stage.eventually(f"L1 back after {fault}", is_in(stage, "L1", "idle"), HEALED_S)
    assert stage.booked() == []
    assert stage.rows(outbox) == []


REASONS = {"mute": "modem silent", "garble": "modem garbled", "unplug": "unplugged"}


def held(stage: Stage) -> list[object]:
    return list(stage.rows(bookings, state="held"))


def test_a_call_outlives_late_and_lost_reports(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("11948212")
    caller.waits()
    stage.network.fault("L1", "lose-unsolicited")
    caller.answers("1", "1")
    stage.eventually("the booking", stage.booked)
    caller.hang_up()
    stage.eventually("the hang-up is heard from the line itself", is_in(stage, "L1", "idle"))
    stage.network.fault("L1", "none")
    assert len(stage.texts_to(WANG_XIUYING)) == 1


def test_faults_of_the_text_line(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    for count, fault in enumerate(("mute", "garble", "unplug", "late", "lose-unsolicited"), start=1):
        stage.network.fault("L3", fault)
        stage.text(WANG_XIUYING, "挂号 内科 专家" if count == 1 else "返回" if count % 2 else "2")
        if fault in SEEN:
            stage.eventually(f"{fault} noticed", is_in(stage, "L3", "fault"), NOTICED_S)
            assert stage.line("L3")["detail"]
        else:
            stage.clock.sleep(20)
        if fault == "unplug":  # the telephone goes on meanwhile, and what it has to text waits
            caller = stage.ring("L1", TOM_REED)
            caller.press("119852121" + "1")
            stage.eventually("the booking", stage.booked)
            caller.hang_up()
        stage.network.fault("L3", "none")
        stage.eventually(f"L3 back after {fault}", is_in(stage, "L3", "idle"), HEALED_S)
        stage.texts_to(WANG_XIUYING, count, within_s=240)
    assert len(stage.texts_to(TOM_REED)) == 1
    stage.clock.sleep(20)
    assert (len(stage.texts_to(WANG_XIUYING)), len(stage.texts_to(TOM_REED))) == (5, 1), "each text has its one reply"


def test_hostile_texts_and_calls_to_the_text_line(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    bodies = [
        "\x00\x1b\x1a\r\nAT+CMGD=1,4\r\n",
        "æŒ‚å· å†…ç§'",  # 挂号 read in the wrong alphabet
        "取消 ٤٨٢٩",
        "😀" * 40,
        "挂号" + "！" * 1300,  # 20 parts
        "BOOK' OR 1=1; DROP TABLE bookings; --",
        "挂号 2月30日 25:99",
    ]
    for number, body in enumerate(bodies):
        stage.text(f"139000001{number:02}", body)
    for number, body in enumerate(bodies):
        assert stage.texts_to(f"139000001{number:02}", within_s=120), body
    stage.clock.sleep(10)
    assert [len(stage.texts_to(f"139000001{number:02}")) for number in range(len(bodies))] == [1] * len(bodies)

    call = stage.network.phone(WANG_XIUYING).dial(stage.numbers["L3"])
    assert call.wait_for("busy", "ended", within_s=60)["reason"] == "called party hung up"
    assert stage.converse(WANG_XIUYING, "查询") == ["您现在没有预约。"]

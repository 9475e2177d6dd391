"""Staff try the menus on the test phone while patients call: nothing of it reaches a patient."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from firmware.audio.spandsp import DtmfSender
from firmware.control.channel import ControlClient, ControlError
from firmware.modem.virtual.client import Network, PhoneCall
from firmware.storage.call_schema import call_events
from firmware.storage.text_schema import outbox
from tests.scenarios.stage import A_WORD, LISTENING, Caller, Stage

WANG_XIUYING, LIU_QIANG = "13800000001", "13800000005"
ALL_KEYS = "11948" + "21211"


class TestPhone:
    """The test phone of a stage's box."""

    __test__ = False

    def __init__(self, stage: Stage, network: Network, reached: dict[str, Any]) -> None:
        self.stage, self.network, self.reached = stage, network, reached

    def ring(self, caller: str) -> Caller:
        call: PhoneCall = self.network.phone(caller).dial(self.reached["voice"])
        call.wait_for("answered")
        return Caller(self.stage, call)

    def texts(self, number: str) -> list[str]:
        return [text["body"] for text in self.network.phone(number).texts()]


def ask(stage: Stage, verb: str, **details: Any) -> dict[str, Any]:
    client = ControlClient(stage.rig.folders.control_socket, 10.0)
    try:
        return client.ask(verb, **details)
    finally:
        client.close()


@contextmanager
def picked_up(stage: Stage) -> Iterator[TestPhone]:
    stage.eventually("the test phone", lambda: ask(stage, "test_phone")["ready"], within_s=400)
    reached = ask(stage, "test_phone")
    with Network(stage.rig.folders.test_phone, stage.clock) as network:
        yield TestPhone(stage, network, reached)


def lines(stage: Stage) -> dict[str, bool]:
    return {line["name"]: line["is_test"] for line in ask(stage, "status")["lines"]}


def test_a_test_books_while_a_patient_does_and_each_gets_only_the_own_text(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage(speed=LISTENING)  # two networks at once
    patient = stage.ring("L1", LIU_QIANG)
    patient.press("11979" + "21211", gap_s=0.15)
    with picked_up(stage) as phone:
        assert lines(stage) == {"L1": False, "L2": False, "L3": False, "test": True, "test-text": True}
        caller = phone.ring(WANG_XIUYING)
        caller.press(ALL_KEYS, gap_s=0.15)
        stage.eventually("both bookings", lambda: len(stage.booked()) == 2)
        stage.eventually("the test's text", lambda: phone.texts(WANG_XIUYING))
        phone.network.phone(WANG_XIUYING).text(phone.reached["text"], "查询")
        stage.eventually("the reply", lambda: len(phone.texts(WANG_XIUYING)) == 2)
        assert len(stage.texts_to(LIU_QIANG)) == 1
        assert (phone.texts(LIU_QIANG), stage.network.phone(WANG_XIUYING).texts()) == ([], [])
        assert {(text.number, text.line) for text in stage.rows(outbox)} == {
            (LIU_QIANG, None),
            (WANG_XIUYING, "test-text"),
        }


def test_a_test_phone_that_is_put_away_ends_its_call_and_comes_back_when_asked_for(
    open_stage: Callable[..., Stage],
) -> None:
    stage = open_stage()
    with picked_up(stage) as phone:
        phone.ring(WANG_XIUYING)
        ask(stage, "test_phone_off")
        assert lines(stage) == {"L1": False, "L2": False, "L3": False}
        assert stage.last_call()["line"] == "test"
        assert stage.last_call()["ended_at"] is not None
    with picked_up(stage) as phone:
        phone.ring(WANG_XIUYING).hang_up()
        stage.pass_time(590)
        ask(stage, "test_phone")
        stage.pass_time(590)
        stage.clock.sleep(10)
        assert "test" in lines(stage)
        stage.pass_time(20)
        stage.eventually("it was put away", lambda: "test" not in lines(stage))


def test_a_tester_is_heard_and_hears_with_real_sound(open_stage: Callable[..., Stage]) -> None:
    """A browser's end of the call: the key is a sound that was spoken into it."""
    stage = open_stage(speed=1.0)
    key = DtmfSender(120, 200).sound("1").astype("<i2").reshape(-1, 160)
    with picked_up(stage) as phone:
        call = phone.network.phone(WANG_XIUYING).dial(phone.reached["voice"])
        sound, heard = call.sound(), bytearray()
        listener = threading.Thread(target=lambda: heard.extend(b"".join(iter(sound.receive, None))), daemon=True)
        listener.start()
        stage.eventually("the menu", lambda: notes(stage, "node"), within_s=15)
        stage.clock.sleep(1.0)
        for frame in key:
            sound.send(frame.tobytes())
            stage.clock.sleep(0.02)
        stage.eventually("the key", lambda: notes(stage, "key"), within_s=5)
        assert notes(stage, "key") == ["1"]
        call.hang_up()
        listener.join(5)
    loud = np.abs(np.frombuffer(heard, "<i2").reshape(-1, 160)).max(axis=1) > A_WORD
    assert loud[-100:].mean() > 0.3  # in the last two seconds somebody spoke


def notes(stage: Stage, kind: str) -> list[str]:
    return [row.detail for row in stage.rows(call_events) if row.kind == kind]


def test_a_box_that_is_killed_leaves_no_test_phone_behind(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    with picked_up(stage) as phone:
        network = next(each for each in Path("/proc").iterdir() if is_network_of(stage, each))
        phone.ring(WANG_XIUYING)
        stage.kill_box()
        stage.eventually("its network ended", lambda: not is_network_of(stage, network))
    stage.restart_box()
    with picked_up(stage) as phone:
        phone.ring(WANG_XIUYING).hang_up()


def is_network_of(stage: Stage, process: Path) -> bool:
    """Whether a folder of /proc is that of the test phone's network."""
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"firmware.modem.virtual" in words and os.fsencode(stage.rig.folders.test_phone) in words


def test_a_restart_waits_for_the_call_and_the_box_comes_back_by_itself(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    before = ask(stage, "status")
    caller = stage.ring("L1", WANG_XIUYING)
    ask(stage, "restart")
    stage.clock.sleep(20)
    during = ask(stage, "status")
    assert during["pid"] == before["pid"]
    assert "The phone service is restarting when the calls have ended." in during["notices"]
    caller.press(ALL_KEYS, gap_s=0.15)
    stage.eventually("the booking", stage.booked)
    caller.hang_up()
    stage.eventually("another process", lambda: is_another(stage, before["pid"]), within_s=400)
    after = ask(stage, "status")
    assert after["started_at"] > before["started_at"]
    assert after["notices"] == []
    stage.rig.check()


def is_another(stage: Stage, pid: int) -> bool:
    try:
        status = ask(stage, "status")
    except ControlError:
        return False
    return status["pid"] != pid and all(line["state"] == "idle" for line in status["lines"])

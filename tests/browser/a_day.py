"""A morning of the sample clinic as it leaves traces: visits, calls, texts, messages, an absence, a recorded prompt."""

from __future__ import annotations

from firmware.storage.call_schema import voice_messages
from tests.scenarios.stage import LISTENING, Caller, Stage

WANG_XIUYING, CHEN_MIN, TOM_REED, LIU_QIANG = "13800000001", "13800000002", "13800000004", "13800000005"
STRANGER = "13900000077"
FAST = 20.0


def live_through(stage: Stage) -> None:
    """Real calls and texts, and work at the desk."""
    speed = stage.clock.real_s(1.0)
    stage.clock.set_speed(FAST)
    _desk(stage)
    _calls(stage)
    _texts(stage)
    stage.clock.set_speed(1.0 / speed)


def _desk(stage: Stage) -> None:
    stage.desk("book", "100016", "--doctor", "王医生", "--day", "2026-03-02", "--time", "10:30")
    stage.desk("book", "100032", "--doctor", "李医生", "--day", "2026-03-02", "--time", "14:15")
    stage.desk("book", "100040", "--doctor", "赵医生", "--day", "2026-03-02", "--time", "9:45")
    stage.desk("book", "13800000005", "--department", "内科", "--day", "2026-03-02")
    stage.desk("check-in", _code(stage, "李医生"))
    stage.desk("book", "100016", "--doctor", "孙医生", "--day", "2026-03-04", "--time", "9:00")
    stage.desk("absent", "孙医生", "2026-03-04", "--yes")
    stage.desk("deposit", "100016", "50")


def _calls(stage: Stage) -> None:
    booking = stage.ring("L1", LIU_QIANG)
    booking.press("1197921211", gap_s=0.15)
    stage.eventually("the booking", lambda: len(stage.booked(channel="voice")) == 1)
    booking.hang_up()
    stage.clock.set_speed(LISTENING)
    _leave_message(stage.ring("L2", WANG_XIUYING), stage)
    stage.clock.set_speed(FAST)
    given_up = stage.ring("L1", TOM_REED)
    given_up.press("1")
    stage.clock.sleep(8)
    given_up.hang_up()


def _leave_message(caller: Caller, stage: Stage) -> None:
    caller.press("81")
    caller.hears_prompt("message.speak")
    caller.waits()
    words = max(stage.rig.folders.clips.glob("*.wav"), key=lambda clip: clip.stat().st_size)
    caller.call.speak(words)
    stage.clock.sleep(12)
    caller.hang_up()
    stage.eventually("the message", lambda: stage.rows(voice_messages))


def _texts(stage: Stage) -> None:
    stage.converse(TOM_REED, "book", "2", "1", "2", "1", "1")
    stage.converse(STRANGER, "请问可以带宠物吗?")
    stage.text(STRANGER, "请回电话")
    stage.clock.sleep(5)


def _code(stage: Stage, doctor: str) -> str:
    return str(stage.booked()[1].code)

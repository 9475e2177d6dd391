"""S03: three wrong PINs end the call, six lock the card for the telephone, and nothing keeps the digits."""

import re
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from firmware.modem.virtual.client import Pressed
from firmware.storage.call_schema import call_events, recordings
from firmware.storage.people_schema import pin_failures
from tests.scenarios.stage import LISTENING, Caller, Stage

WANG_XIUYING, LIU_QIANG = "13800000001", "13800000005"
CARD, PIN = "100016", "2468"
WRONG_PINS = ("1111", "2222", "3333")
SILENT = 0.01  # of full scale; a key has a hundred times the power and more


def show(caller: Caller, card: str, pin: str) -> list[Pressed]:
    """Key card and PIN when they are asked for; where the PIN's tones lie."""
    caller.hears("请输入就诊卡号码")
    caller.press(f"{card}#")
    caller.hears("请输入密码")
    return caller.press(f"{pin}#")


def fail_three_times(stage: Stage) -> tuple[Caller, list[list[Pressed]]]:
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("1")
    keyed = []
    for pin, answer in zip(WRONG_PINS, ("您还可以再试", "您还可以再试", "本次服务结束"), strict=True):
        keyed.append(show(caller, CARD, pin))
        caller.hears(f"卡号或密码不对，{answer}")
        if pin == WRONG_PINS[1]:
            caller.hears("再试一次", "一", "人工服务", "二")  # before the last try
            caller.press("1")
    caller.is_released()
    assert caller.fragments()[-1].text.endswith("再见。")
    assert "内科" not in caller.heard_so_far()
    return caller, keyed


def loudest(stage: Stage, place: int, caller: Caller, keys: list[Pressed]) -> float:
    """The peak (full scale 1) of the caller's side of a call's recording while these keys were pressed."""
    stage.eventually("the recording", lambda: stage.rows(recordings)[place].state != "recording", within_s=60)
    recording = stage.rows(recordings)[place]
    sound, rate_hz = soundfile.read(stage.rig.folders.recordings / recording.file)
    answered_at = caller.call.wait_for("answered")["at_sample"]
    begins, ends = ((sample - answered_at) / 8000 for sample in (keys[0].starts_at_sample, keys[-1].ends_at_sample))
    return float(np.abs(sound[int((begins - 0.2) * rate_hz) : int((ends + 0.2) * rate_hz), 0]).max())


def test_wrong_pins_end_the_call_then_lock_the_card(
    open_stage: Callable[..., Stage], capsys: pytest.CaptureFixture[str]
) -> None:
    stage = open_stage("exact", speed=LISTENING)
    caller, wrong_pins = fail_three_times(stage)
    assert len(stage.rows(pin_failures, card_number=CARD)) == 3
    assert all(loudest(stage, 0, caller, keys) < SILENT for keys in wrong_pins)

    fail_three_times(stage)
    caller = stage.ring("L1", LIU_QIANG)  # from another number, with the right PIN
    caller.press("1")
    show(caller, CARD, PIN)
    caller.hears("这张卡暂时不能在电话里使用", "请您留言")
    caller.hang_up()

    unknown = stage.ring("L2", LIU_QIANG)  # a card that does not exist sounds like a wrong PIN
    unknown.press("1")
    show(unknown, "100099", PIN)
    unknown.hears("卡号或密码不对，您还可以再试", "两", "次")
    unknown.hang_up()

    stage.desk("book", CARD, "--doctor", "王医生", "--day", "tomorrow", "--time", "8:30")  # the desk has seen her
    assert len(stage.booked(patient_id=1)) == 1
    stage.desk("reset-pin", CARD)
    (new_pin,) = re.findall(r"PIN (\d{4})", capsys.readouterr().out)
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("1")
    pin_keys = show(caller, CARD, new_pin)
    caller.hears("普通门诊", "一")
    menu_key = caller.press("1")
    caller.hears("请选择科目")
    caller.hang_up()
    assert loudest(stage, -1, caller, pin_keys) < SILENT < loudest(stage, -1, caller, menu_key)

    journal = " ".join(event.detail for event in stage.rows(call_events))
    logs = "".join(log.read_text() for log in stage.rig.folders.run.glob("*.log"))
    assert not [pin for pin in (*WRONG_PINS, PIN, new_pin) if re.search(rf"(?<!\d){pin}(?!\d)", journal + logs)]
    assert CARD not in journal + logs

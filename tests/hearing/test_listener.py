"""A listener follows the sound file of a phone's call while it grows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import soundfile

from firmware.clock import ManualClock
from firmware.modem.virtual.hearing.listener import Ear, Heard, Listener, NotHeard
from tests.hearing import library
from tests.hearing.lines import Script


class PhoneCall(ManualClock):
    """A clock on which, as it passes, the sound of a call is written to its file."""

    def __init__(self, file: Path, sound: bytes) -> None:
        super().__init__(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
        self._file, self._sound = file, sound

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._file.write_bytes(self._sound[: int(self.monotonic() * 16_000)])  # may end in half a sample


def test_a_test_waits_for_a_prompt(ear: Ear, clips: Path, tmp_path: Path) -> None:
    script = Script(clips).wait(0.5).say("请选择科室。").wait(1.0).say("请选择时间。").wait(1.0)
    clock = PhoneCall(tmp_path / "heard.s16", script.sound.tobytes())
    listener = Listener(ear, tmp_path / "heard.s16", clock)
    heard = listener.wait_for("选择时间", 10.0)
    assert isinstance(heard, Heard)
    assert clock.monotonic() <= script.said[1][2] / 8000 + 0.3
    assert len(listener.history) == 3


def test_a_prompt_that_does_not_come_is_reported_with_what_was_heard(ear: Ear, clips: Path, tmp_path: Path) -> None:
    script = Script(clips).wait(0.5).say("请选择科室。").wait(1.0)
    listener = Listener(ear, tmp_path / "heard.s16", PhoneCall(tmp_path / "heard.s16", script.sound.tobytes()))
    with pytest.raises(NotHeard, match="请选择科室"):
        listener.wait_for("请选择时间。", 3.0)


def test_a_clip_made_during_the_call_is_known(tmp_path: Path) -> None:
    folder = library.make(tmp_path / "clips", [("zh", "一")])
    young = Ear(folder)
    sound = library.speak("zh", "王医生请按三")
    with (folder / "index.jsonl").open("a", encoding="utf-8") as index:
        soundfile.write(folder / "new.wav", sound, 8000)
        index.write(json.dumps({"file": "new.wav", "language": "zh", "text": "王医生请按三"}) + "\n")
    script = Script(folder).wait(0.5).say("王医生请按三").wait(1.0)
    clock = PhoneCall(tmp_path / "heard.s16", script.sound.tobytes())
    assert Listener(young, tmp_path / "heard.s16", clock).wait_for("王医生请按三", 5.0)


def test_two_texts_with_one_sound_are_both_found(tmp_path: Path) -> None:
    folder = library.make(tmp_path / "clips", [("zh", "请选择科室"), ("zh", "请选择科室。")])
    script = Script(folder).wait(0.5).say("请选择科室").wait(1.0)
    clock = PhoneCall(tmp_path / "heard.s16", script.sound.tobytes())
    heard = Listener(Ear(folder), tmp_path / "heard.s16", clock).wait_for("请选择科室。", 5.0)
    assert isinstance(heard, Heard)
    assert heard.also

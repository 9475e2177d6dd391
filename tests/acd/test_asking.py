"""What callers are asked at the desk by one key: whether their call may be recorded, how it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.acd.asking import BY_TEXT, ask_rating, give_notice
from firmware.audio.clips import ClipStore
from firmware.audio.recorder import CallRecorder
from firmware.audio.recording_writer import RecordingWriter
from firmware.audio.speaker import Speaker
from firmware.cli.rig import SAMPLE_START
from firmware.clock import ManualClock
from firmware.ivr.catalogue import prompts
from tests.dialogue.line import DullVoice, VirtualPort


@pytest.fixture
def speaker(tmp_path: Path) -> Speaker:
    return Speaker(ClipStore(tmp_path / "clips", [DullVoice()]), prompts())


@pytest.fixture
def port() -> VirtualPort:
    return VirtualPort(ManualClock(SAMPLE_START))


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[CallRecorder]:
    writer = RecordingWriter().start()
    yield CallRecorder(writer, tmp_path / "call.wav")
    writer.stop()


@pytest.mark.parametrize("key_at_s", [0.5, 4.0])
def test_nine_refuses_the_recording(
    port: VirtualPort, speaker: Speaker, recorder: CallRecorder, key_at_s: float
) -> None:
    """In the middle of the notice as well as in the pause behind it."""
    port.later = [(key_at_s, "9")]
    give_notice(port, speaker, recorder, "recording.notice", "zh")
    assert recorder.is_refused
    assert port.seconds > key_at_s + 2  # "all right" was said


def test_who_stays_on_is_recorded(port: VirtualPort, speaker: Speaker, recorder: CallRecorder) -> None:
    port.later = [(0.5, "1"), (1.0, "0")]
    give_notice(port, speaker, recorder, "recording.notice", "zh")
    assert not recorder.is_refused


def test_who_refused_is_asked_once(port: VirtualPort, speaker: Speaker, recorder: CallRecorder) -> None:
    recorder.refuse()
    give_notice(port, speaker, recorder, "recording.notice", "zh")
    assert port.seconds == 0


def test_who_hangs_up_in_the_notice_has_refused_nothing(
    port: VirtualPort, speaker: Speaker, recorder: CallRecorder
) -> None:
    port.later = [(0.5, "hang")]
    give_notice(port, speaker, recorder, "recording.notice", "en")
    assert port.seconds < 1
    assert not recorder.is_refused


@pytest.mark.parametrize(("keys", "score"), [("4", 4), ("9", None), ("05", 5), ("", None)])
def test_a_rating_is_one_key_from_one_to_five(
    port: VirtualPort, speaker: Speaker, keys: str, score: int | None
) -> None:
    port.later = [(1.0 + place, key) for place, key in enumerate(keys)]
    assert ask_rating(port, speaker, "zh") == score


def test_who_would_not_stay_on_is_asked_by_text_and_only_where_that_was_offered(
    port: VirtualPort, speaker: Speaker
) -> None:
    port.later = [(1.0, "0")]
    assert ask_rating(port, speaker, "en", offers_text=True) == BY_TEXT
    port.later = [(port.seconds + 1.0, "0")]
    assert ask_rating(port, speaker, "en") is None

"""Recordings: both sides apart and in step, silent where a PIN was keyed, never in the way of a call."""

from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.audio.levels import level_dbm0, tone
from firmware.audio.port import FRAME_SAMPLES, Sound
from firmware.audio.recorder import CallRecorder, MessageRecorder
from firmware.audio.recording_writer import RecordingWriter
from firmware.audio.spandsp import DtmfReceiver, DtmfSender

QUIET = -60.0


@pytest.fixture
def writer() -> Iterator[RecordingWriter]:
    writer = RecordingWriter().start()
    yield writer
    writer.stop()


def feed(recorder: CallRecorder, caller: Sound, box: Sound, chunk: int = 80) -> None:
    """As a line's media thread does: sound in chunks, a frame out for every 160 samples in."""
    for start in range(0, len(caller), FRAME_SAMPLES):
        for part in range(start, start + FRAME_SAMPLES, chunk):
            recorder.heard(caller[part : part + chunk])
        recorder.spoke(box[start : start + FRAME_SAMPLES])


def voice(seconds: float, hertz: float = 300) -> Sound:
    return tone((hertz,), seconds, -15)


def silent(seconds: float) -> Sound:
    return np.zeros(round(seconds * 8000), np.int16)


def tracks(file: Path) -> tuple[Sound, Sound]:
    sound, rate_hz = soundfile.read(file, dtype="int16")
    assert rate_hz == 8000
    return sound[:, 0], sound[:, 1]


@pytest.mark.parametrize("chunk", [80, 160])
def test_caller_left_box_right_in_step(tmp_path: Path, writer: RecordingWriter, chunk: int) -> None:
    closed: list[tuple[Path, float]] = []
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    caller, box = np.concatenate([silent(1), voice(1)]), np.concatenate([voice(1, 500), silent(1)])
    feed(recorder, caller, box, chunk)
    recorder.close(lambda file, seconds: closed.append((file, seconds)))
    writer.flush()
    left, right = tracks(tmp_path / "call.wav")
    assert closed == [(tmp_path / "call.wav", 2.0)]
    assert np.abs(left.astype(int) - caller).max() < 260
    assert np.abs(right.astype(int) - box).max() < 260


def test_the_file_is_a_plain_ulaw_wav(tmp_path: Path, writer: RecordingWriter) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    feed(recorder, voice(1), silent(1))
    recorder.close()
    writer.flush()
    info = soundfile.info(str(tmp_path / "call.wav"))
    assert (info.subtype, info.channels, info.frames) == ("ULAW", 2, 8000)


def test_a_recording_is_for_its_owner_only(tmp_path: Path, writer: RecordingWriter) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    feed(recorder, voice(1), silent(1))
    recorder.close()
    writer.flush()
    assert (tmp_path / "call.wav").stat().st_mode & 0o077 == 0


def test_the_pin_is_silent_and_the_rest_is_not(tmp_path: Path, writer: RecordingWriter) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    box = voice(10, 500)
    feed(recorder, voice(2), box[:16000])
    recorder.mute(True)
    pin = np.concatenate([silent(0.5), DtmfSender(100, 150).sound("2468"), silent(0.3)])
    feed(recorder, pin, box[: len(pin)])
    recorder.mute(False)
    feed(recorder, silent(0.3), box[:2400])
    feed(recorder, voice(2), box[:16000])
    recorder.close()
    writer.flush()
    left, right = tracks(tmp_path / "call.wav")
    assert keys_in(left) == ""
    assert level_dbm0(left[:14_000]) > -20
    assert not left[16_000 : 16_000 + len(pin) + 2000].any()
    assert level_dbm0(left[-15_000:]) > -20
    assert level_dbm0(right) > -20


def test_digits_pressed_before_the_question_are_silent_too(tmp_path: Path, writer: RecordingWriter) -> None:
    """Type-ahead: card, PIN and more in one go; the box asks for the PIN only after it heard all of it."""
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    keys = DtmfSender(80, 80).sound("100016#2468#")
    caller = np.concatenate([voice(1), keys])[: (8000 + len(keys)) // 160 * 160]
    feed(recorder, caller, silent(5))
    recorder.mute(True)
    feed(recorder, silent(0.2), silent(0.2))
    recorder.mute(False)
    feed(recorder, voice(1), silent(1))
    recorder.close()
    writer.flush()
    left, _ = tracks(tmp_path / "call.wav")
    assert keys_in(left) == ""
    assert level_dbm0(left[:7000]) > -20


@pytest.mark.parametrize("cut_at_ms", [10, 30, 40, 60, 79])
def test_a_key_that_sounds_while_muting_begins_leaves_no_trace(
    tmp_path: Path, writer: RecordingWriter, cut_at_ms: int
) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    key = np.concatenate([silent(1), DtmfSender(80, 80).sound("7"), silent(1)])[:16_000]
    before = 8000 + cut_at_ms * 8
    for start in range(0, len(key), 80):
        if start == before // 80 * 80:
            recorder.mute(True)
        recorder.heard(key[start : start + 80])
        if start % 160:
            recorder.spoke(np.zeros(160, np.int16))
    recorder.close()
    writer.flush()
    left, _ = tracks(tmp_path / "call.wav")
    assert level_dbm0(left) < QUIET


def test_the_long_tone_of_the_last_digit_is_not_recorded(tmp_path: Path, writer: RecordingWriter) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    recorder.mute(True)
    held = DtmfSender(1500, 20).sound("8")[:12_000]
    feed(recorder, held[:800], silent(0.1))
    recorder.mute(False)
    feed(recorder, held[800:], silent(2))
    feed(recorder, silent(0.5), silent(0.5))
    feed(recorder, voice(1), silent(1))
    recorder.close()
    writer.flush()
    left, _ = tracks(tmp_path / "call.wav")
    assert keys_in(left) == ""
    assert not left[:12_000].any()
    assert level_dbm0(left[-7000:]) > -20


def test_a_full_disk_costs_the_recording_and_one_line(
    tmp_path: Path, writer: RecordingWriter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorders = [CallRecorder(writer, tmp_path / name) for name in ("one.wav", "two.wav")]
    for recorder in recorders:
        feed(recorder, voice(1), silent(1))
    writer.flush()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with caplog.at_level(logging.ERROR), monkeypatch.context() as disk:
        disk.setattr(os, "pwrite", full)
        for _ in range(5):
            feed(recorders[0], voice(1), silent(1))
        writer.flush()
    closed: list[str] = []
    feed(recorders[1], voice(1), silent(1))
    for recorder in recorders:
        recorder.close(lambda file, _: closed.append(file.name))
    writer.flush()
    assert [record.message for record in caplog.records] == [
        "recording one.wav is dropped: [Errno 28] No space left on device"
    ]
    assert closed == ["two.wav"]
    assert len(tracks(tmp_path / "one.wav")[0]) == 8000


def test_a_disk_that_stands_still_costs_the_recording_and_never_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = RecordingWriter()  # not started: a disk that does nothing
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    with caplog.at_level(logging.ERROR):
        for _ in range(6):
            feed(recorder, silent(100), silent(100))
    assert [record.message for record in caplog.records] == ["recording call.wav is dropped: the disk is too slow"]


def test_a_line_that_is_only_heard_is_recorded(tmp_path: Path, writer: RecordingWriter) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    for _ in range(500):
        recorder.heard(voice(0.02))
    recorder.close()
    writer.flush()
    assert len(tracks(tmp_path / "call.wav")[0]) >= 72_000


def test_sound_after_the_end_is_ignored(tmp_path: Path, writer: RecordingWriter) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    feed(recorder, voice(1), silent(1))
    recorder.close()
    feed(recorder, voice(1), silent(1))
    recorder.close()
    writer.flush()
    assert len(tracks(tmp_path / "call.wav")[0]) == 8000


KILLED = """
import sys
from pathlib import Path
import numpy as np
from firmware.audio.recorder import CallRecorder
from firmware.audio.recording_writer import RecordingWriter
writer = RecordingWriter().start()
recorder = CallRecorder(writer, Path(sys.argv[1]))
frame = (np.sin(np.arange(160) * 0.3) * 8000).astype(np.int16)
count = 0
while True:
    recorder.heard(frame)
    recorder.spoke(frame)
    count += 1
    if count % 500 == 0:
        writer.flush()
        print(count * 0.02, flush=True)
"""


def test_a_killed_box_leaves_readable_recordings(tmp_path: Path) -> None:
    file = tmp_path / "call.wav"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    written_s = [float(child.stdout.readline()) for _ in range(20)][-1]
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    left, right = tracks(file)
    assert len(left) / 8000 >= written_s
    assert level_dbm0(left) > -12
    assert level_dbm0(right) > -12


def keys_in(sound: Sound) -> str:
    return "".join(event.key for event in DtmfReceiver().feed(sound))


def leave_message(recorder: MessageRecorder, sound: Sound) -> float:
    """Feeds until the recorder has enough; returns after how many seconds."""
    for start in range(0, len(sound), 160):
        recorder.heard(sound[start : start + 160])
        if recorder.ended:
            return start / 8000
    return len(sound) / 8000


def noise(seconds: float, dbm0: float) -> Sound:
    spread = 32767 / np.sqrt(2) * 10 ** ((dbm0 - 3.14) / 20)
    return np.random.default_rng(5).normal(0, spread, round(seconds * 8000)).astype(np.int16)


@pytest.mark.parametrize("line_noise_dbm0", [-90, -60, -50])
def test_a_message_ends_with_silence(tmp_path: Path, writer: RecordingWriter, line_noise_dbm0: float) -> None:
    recorder = MessageRecorder(writer, tmp_path / "message.wav", at_most_s=60, silence_s=3)
    speech = np.concatenate([silent(0.5), *[np.concatenate([voice(0.4), silent(0.2)]) for _ in range(8)], silent(15)])
    after_s = leave_message(recorder, speech + noise(len(speech) / 8000, line_noise_dbm0))
    closed: list[float] = []
    recorder.close(lambda _, seconds: closed.append(seconds))
    writer.flush()
    assert recorder.ended == "silence"
    assert 8 <= after_s <= 12
    assert recorder.seconds == pytest.approx(5.1, abs=0.3)
    assert closed == [pytest.approx(recorder.seconds, abs=0.001)]


def test_a_message_ends_at_its_limit(tmp_path: Path, writer: RecordingWriter) -> None:
    recorder = MessageRecorder(writer, tmp_path / "message.wav", at_most_s=2)
    leave_message(recorder, voice(5))
    recorder.close()
    writer.flush()
    assert recorder.ended == "limit"
    assert soundfile.info(str(tmp_path / "message.wav")).frames == 16_000


def test_the_key_that_ended_a_message_is_not_in_it(tmp_path: Path, writer: RecordingWriter) -> None:
    recorder = MessageRecorder(writer, tmp_path / "message.wav", at_most_s=60)
    leave_message(recorder, np.concatenate([voice(2), silent(0.3), DtmfSender(80, 0).sound("#")]))
    recorder.close()
    writer.flush()
    sound, _ = soundfile.read(tmp_path / "message.wav", dtype="int16")
    assert keys_in(sound) == ""
    assert level_dbm0(sound[:15_000]) > -20

"""Recordings become Ogg/Opus after the call, and no crash on the way loses one."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.audio import archive
from firmware.audio.archive import Archiver
from firmware.audio.levels import level_dbm0, tone
from firmware.audio.recording_file import RecordingFile


@pytest.fixture
def archiver() -> Iterator[Archiver]:
    archiver = Archiver().start()
    yield archiver
    archiver.stop()


def record(file: Path, seconds: float = 3.0) -> Path:
    recording = RecordingFile(file, channels=2)
    recording.append(tone((400,), seconds, -15), np.zeros(round(seconds * 8000), np.int16))
    recording.close()
    return file


def test_the_archive_holds_both_sides_and_the_wav_goes(tmp_path: Path) -> None:
    told: list[tuple[str, str, bool]] = []
    archiver = Archiver(lambda wav, ogg: told.append((wav.name, ogg.name, wav.exists() and ogg.exists()))).start()
    archiver.archive(record(tmp_path / "call.wav"))
    archiver.flush()
    archiver.stop()
    sound, rate_hz = soundfile.read(tmp_path / "call.ogg", dtype="int16")
    assert rate_hz == 8000
    assert len(sound) == pytest.approx(24_000, abs=320)
    assert level_dbm0(sound[:, 0]) == pytest.approx(-15, abs=2)
    assert level_dbm0(sound[:, 1]) < -50
    assert told == [("call.wav", "call.ogg", True)]
    assert [file.name for file in tmp_path.iterdir()] == ["call.ogg"]


def test_what_a_crash_left_behind_is_swept(tmp_path: Path, archiver: Archiver) -> None:
    (tmp_path / "2026/03").mkdir(parents=True)
    record(tmp_path / "2026/03/one.wav")
    cut = record(tmp_path / "2026/03/cut.wav")
    with cut.open("r+b") as stream:
        stream.truncate(20_000)
    RecordingFile(tmp_path / "empty.wav", channels=2).close()
    (tmp_path / "2026/03/one.ogg.part").write_bytes(b"half of it")
    assert archiver.sweep(tmp_path) == 2
    archiver.flush()
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.*")) == [
        "2026/03/cut.ogg",
        "2026/03/one.ogg",
    ]


def test_a_recording_that_cannot_be_read_is_kept_and_told_once(
    tmp_path: Path, archiver: Archiver, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "bad.wav").write_bytes(b"no sound at all" * 100)
    with caplog.at_level(logging.ERROR):
        archiver.archive(tmp_path / "bad.wav")
        archiver.archive(record(tmp_path / "good.wav"))
        archiver.flush()
    assert len(caplog.records) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bad.wav", "good.ogg"]


def test_a_recording_whose_archiving_fails_in_the_books_stays(tmp_path: Path) -> None:
    def refuse(_wav: Path, _ogg: Path) -> None:
        raise RuntimeError("the ledger is locked")

    archiver = Archiver(refuse).start()
    archiver.archive(record(tmp_path / "call.wav"))
    archiver.flush()
    archiver.stop()
    assert (tmp_path / "call.wav").exists()


def test_a_child_that_hangs_is_ended(tmp_path: Path, archiver: Archiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "CHILD_TIMEOUT_S", 0.001)
    archiver.archive(record(tmp_path / "call.wav"))
    archiver.flush()
    assert [file.name for file in tmp_path.iterdir()] == ["call.wav"]


def test_a_finished_call_is_told_before_it_is_archived(tmp_path: Path) -> None:
    told: list[str] = []
    archiver = Archiver(
        lambda wav, ogg: told.append(ogg.name), lambda wav, seconds: told.append(f"{wav.name} {seconds:g} s")
    ).start()
    archiver.archive(record(tmp_path / "call.wav"), 3.0)
    archiver.flush()
    archiver.stop()
    assert told == ["call.wav 3 s", "call.ogg"]


def test_a_stop_waits_for_no_child_and_forgets_no_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text("import pathlib, sys, time\npathlib.Path(sys.argv[2]).touch()\ntime.sleep(60)")
    monkeypatch.setattr(archive, "_CHILD", child)
    told: list[str] = []
    archiver = Archiver(on_complete=lambda wav, _: told.append(wav.name)).start()
    for name in ("one", "two"):
        archiver.archive(record(tmp_path / f"{name}.wav"), 3.0)
    began = time.monotonic()
    while not (tmp_path / "one.ogg.part").exists():
        time.sleep(0.01)
        assert time.monotonic() < began + 10
    archiver.stop()
    assert time.monotonic() < began + 5
    assert told == ["one.wav", "two.wav"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["child.py", "one.wav", "two.wav"]

"""What callers and agents wish of a recording: not this part, nothing at all, a mark where something happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from firmware.audio.levels import level_dbm0
from firmware.audio.recorder import CallRecorder
from firmware.audio.recording_writer import Mark, RecordingWriter
from firmware.audio.spandsp import DtmfSender
from tests.sound.test_recorder import feed, keys_in, silent, tracks, voice


class Notebook:
    """Remembers what the index of recordings was told, and whether the file was still there."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.refused_files: list[tuple[str, bool]] = []

    def marked(self, file: Path, mark: Mark) -> None:
        self.marks.append(mark)

    def refused(self, file: Path) -> None:
        self.refused_files.append((file.name, file.exists()))


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def writer(notebook: Notebook) -> Iterator[RecordingWriter]:
    writer = RecordingWriter(notebook).start()
    yield writer
    writer.stop()


def test_a_paused_stretch_is_silent_on_both_sides_and_keeps_its_length(
    tmp_path: Path, writer: RecordingWriter, notebook: Notebook
) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    feed(recorder, voice(2), voice(2, 500))
    recorder.pause()
    feed(recorder, voice(3), voice(3, 500))
    recorder.resume()
    feed(recorder, voice(1), voice(1, 500))
    recorder.close()
    writer.flush()
    for side in tracks(tmp_path / "call.wav"):
        assert level_dbm0(side[:16_000]) == pytest.approx(-15, abs=1)
        assert not side[16_000:40_000].any()
        assert level_dbm0(side[40_000:48_000]) == pytest.approx(-15, abs=1)
    assert [(mark.kind, mark.at_s) for mark in notebook.marks] == [("paused", 2.0), ("continued", 5.0)]


def test_pausing_twice_is_pausing_once(tmp_path: Path, writer: RecordingWriter, notebook: Notebook) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    recorder.resume()
    recorder.pause()
    recorder.pause()
    assert recorder.is_paused
    recorder.resume()
    recorder.close()
    writer.flush()
    assert [mark.kind for mark in notebook.marks] == ["paused", "continued"]


def test_a_secret_is_silent_before_and_after_a_pause_that_it_overlaps(tmp_path: Path, writer: RecordingWriter) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    keys = DtmfSender(100, 150).sound("24")[: 8000 // 2 // 160 * 160]
    quiet = silent(len(keys) / 8000)
    recorder.mute(True)
    feed(recorder, keys, quiet)
    recorder.pause()
    feed(recorder, keys, quiet)
    recorder.resume()
    feed(recorder, keys, quiet)
    recorder.mute(False)
    feed(recorder, silent(0.5), silent(0.5))
    feed(recorder, voice(1), silent(1))
    recorder.close()
    writer.flush()
    left, _ = tracks(tmp_path / "call.wav")
    assert keys_in(left) == ""
    assert level_dbm0(left[-7000:]) > -20


def test_of_a_refused_call_nothing_is_left(tmp_path: Path, writer: RecordingWriter, notebook: Notebook) -> None:
    closed: list[Path] = []
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    feed(recorder, voice(5), voice(5))
    writer.flush()
    assert (tmp_path / "call.wav").exists()
    recorder.refuse()
    writer.flush()
    assert list(tmp_path.iterdir()) == []
    assert notebook.refused_files == [("call.wav", True)]  # the books first: a power cut must not bring it back
    feed(recorder, voice(5), voice(5))
    recorder.mark("answered", "8001")
    recorder.pause()
    recorder.close(lambda file, _: closed.append(file))
    writer.flush()
    assert list(tmp_path.iterdir()) == []
    assert (recorder.is_refused, closed, notebook.marks) == (True, [], [])


def test_a_refusal_before_the_first_sound_leaves_nothing_either(
    tmp_path: Path, writer: RecordingWriter, notebook: Notebook
) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    feed(recorder, voice(0.1), voice(0.1))
    recorder.refuse()
    recorder.refuse()
    recorder.close()
    writer.flush()
    assert list(tmp_path.iterdir()) == []
    assert notebook.refused_files == [("call.wav", False)]


def test_a_refused_file_goes_even_when_the_books_cannot_be_written(tmp_path: Path) -> None:
    class Broken(Notebook):
        def refused(self, file: Path) -> None:
            raise RuntimeError("the ledger is locked")

    writer = RecordingWriter(Broken()).start()
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    feed(recorder, voice(2), voice(2))
    recorder.refuse()
    writer.stop()
    assert list(tmp_path.iterdir()) == []


def test_marks_stand_where_they_happened(tmp_path: Path, writer: RecordingWriter, notebook: Notebook) -> None:
    recorder = CallRecorder(writer, tmp_path / "call.wav")
    feed(recorder, silent(1.24), silent(1.24))
    recorder.mark("answered", "8001")
    feed(recorder, silent(10), silent(10))
    recorder.mark("transferred", "8002")
    recorder.close()
    writer.flush()
    assert notebook.marks == [
        Mark(pytest.approx(1.24), "answered", "8001"),
        Mark(pytest.approx(11.24), "transferred", "8002"),
    ]
    assert np.shape(tracks(tmp_path / "call.wav")[0]) == (89_920,)

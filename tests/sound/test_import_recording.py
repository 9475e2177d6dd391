"""Uploaded recordings: what staff record becomes a clip, whatever else is sent is refused with one word."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.audio import import_recording
from firmware.audio.clips import ClipStore
from firmware.audio.import_recording import NotTaken, clip_of_upload, keep
from firmware.audio.levels import level_dbm0
from firmware.audio.shaping import SPEECH_DBM0

Samples = np.ndarray


def speech(seconds: float = 1.0, rate_hz: int = 48_000, level: float = 0.05, hertz: float = 500) -> Samples:
    return np.sin(np.arange(round(rate_hz * seconds)) * 2 * np.pi * hertz / rate_hz) * level


def hush(seconds: float, rate_hz: int = 48_000) -> Samples:
    return np.zeros(round(rate_hz * seconds))


def upload(file: Path, samples: Samples, rate_hz: int = 48_000, channels: int = 1, **how: str) -> Path:
    soundfile.write(file, np.stack([samples] * channels, axis=1), rate_hz, **how)
    return file


def imported(source: Path, target: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "firmware.audio.import_recording", str(source), str(target), *options]
    place = {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=place)


@pytest.mark.parametrize(
    ("name", "channels", "how"),
    [
        ("a.wav", 1, {}),
        ("a.wav", 2, {"subtype": "FLOAT"}),
        ("a.flac", 1, {}),
        ("a.ogg", 1, {"format": "OGG", "subtype": "VORBIS"}),
        ("a.ogg", 2, {"format": "OGG", "subtype": "OPUS"}),
        ("a.mp3", 1, {"format": "MP3", "subtype": "MPEG_LAYER_III"}),
    ],
)
def test_what_staff_record_sounds_like_a_clip(tmp_path: Path, name: str, channels: int, how: dict[str, str]) -> None:
    sound = np.concatenate((hush(0.7), speech(), hush(1.5)))
    clip = clip_of_upload(upload(tmp_path / name, sound, channels=channels, **how), 60)
    assert 0.95 < len(clip) / 8000 < 1.3
    assert level_dbm0(clip[800:7000]) == pytest.approx(SPEECH_DBM0, abs=1)


def test_the_program_writes_the_file_and_tells_its_figures(tmp_path: Path) -> None:
    target = tmp_path / "out.wav"
    done = imported(upload(tmp_path / "in.wav", speech(2.0)), target)
    assert (done.returncode, done.stderr) == (0, "")
    figures = json.loads(done.stdout)
    assert figures["seconds"] == pytest.approx(2.0, abs=0.1)
    assert -20 < figures["peak_dbfs"] < -10
    found = soundfile.info(target)
    assert (found.samplerate, found.channels, found.subtype) == (8000, 1, "PCM_16")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.wav", "out.wav"]


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("not-sound", b""),
        ("not-sound", b"<script>alert(1)</script>" * 1000),
        ("not-sound", b"\x1a\x45\xdf\xa3" + bytes(5000)),  # what browsers record by themselves: WebM
        ("not-sound", b"ID3\x04\x00" + b"\xff\xfb\x90\x64" * 400),
        ("too-long", np.tile(speech(1.0, 8000), 4)),
        ("silent", hush(1.0)),
        ("silent", speech(1.0, level=0.001)),
        ("too-short", np.concatenate((hush(1.0), speech(0.05), hush(1.0)))),
    ],
)
def test_whatever_else_is_sent_is_refused_with_one_word(tmp_path: Path, reason: str, content: bytes | Samples) -> None:
    source, target = tmp_path / "in.wav", tmp_path / "out.wav"
    if isinstance(content, bytes):
        source.write_bytes(content)
    else:
        upload(source, content, 8000 if reason == "too-long" else 48_000)
    refused = imported(source, target, "--at-most-s", "3")
    assert (refused.returncode, refused.stderr, refused.stdout) == (2, f"{reason}\n", "")
    assert not target.exists()


def test_a_header_that_lies_about_its_length_is_not_believed(tmp_path: Path) -> None:
    file = upload(tmp_path / "in.wav", speech(1.0))
    content = bytearray(file.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xf0\xff\xff\x7f"
    file.write_bytes(content)
    assert 0.9 < len(clip_of_upload(file, 60)) / 8000 < 1.2


def test_a_file_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    """Ten minutes of silence at 192 kHz in eight channels are a few kilobytes of FLAC."""
    file = tmp_path / "bomb.flac"
    with soundfile.SoundFile(file, "w", 192_000, 8, format="FLAC", subtype="PCM_16") as out:
        for _ in range(70):
            out.write(np.zeros((192_000, 8), np.int16))
    refused = imported(file, tmp_path / "out.wav")
    assert (refused.returncode, refused.stderr) == (2, "too-long\n")


def test_a_recording_that_can_not_be_kept_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.wav"
    target.write_bytes(b"the old one")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(import_recording.soundfile, "write", full)
    with pytest.raises(OSError, match="No space"):
        keep(np.ones(8000, np.int16), target)
    assert [each.name for each in tmp_path.iterdir()] == ["out.wav"]
    assert target.read_bytes() == b"the old one"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["WAV", "FLAC", "OGG"]), spoilt=st.data())
def test_spoilt_files_make_a_clip_or_are_refused(tmp_path: Path, kind: str, spoilt: st.DataObject) -> None:
    file = tmp_path / f"in.{kind.lower()}"
    if not (good := file.with_suffix(".good")).exists():
        soundfile.write(file, speech(0.5, 16_000), 16_000, format=kind)
        good.write_bytes(file.read_bytes())
    content = bytearray(good.read_bytes())
    for _ in range(spoilt.draw(st.integers(1, 8))):
        content[spoilt.draw(st.integers(0, len(content) - 1))] = spoilt.draw(st.integers(0, 255))
    file.write_bytes(content[: spoilt.draw(st.integers(0, len(content)))])
    try:
        clip = clip_of_upload(file, 60)
    except NotTaken:
        return
    assert len(clip) >= 1600


def test_the_next_caller_hears_a_prompt_that_staff_recorded_and_recorded_again(tmp_path: Path) -> None:
    store = ClipStore(tmp_path / "cache", [], tmp_path / "staff")
    place = tmp_path / "staff" / "zh" / "main.welcome.wav"
    place.parent.mkdir(parents=True)
    heard = []
    for hertz in (500, 900):
        keep(clip_of_upload(upload(tmp_path / "in.wav", speech(hertz=hertz)), 60), place)
        sound = store.clip("您好", "zh", "main.welcome")
        heard.append(int(np.argmax(np.abs(np.fft.rfft(sound[:8000])))))
    assert heard == [500, 900]

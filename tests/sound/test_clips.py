"""Clips: staff recording, else cache, else engine; made once, and never a reason to fail."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.audio import clips
from firmware.audio.clips import PAUSE_S, ClipStore
from firmware.audio.errors import SpeechError
from firmware.audio.espeak import EspeakEngine
from firmware.audio.levels import tone
from firmware.audio.port import Sound
from firmware.language.catalogue import Fragment
from firmware.language.speaking import all_fragments
from firmware.language.values import LANGUAGES


class Parrot:
    """An engine that speaks every text as a tone as long as the text."""

    name = "parrot"

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.spoken: list[str] = []

    def voice(self, language: str) -> str | None:
        return f"{language} {self.version}"

    def synthesise(self, text: str, language: str) -> Sound:
        self.spoken.append(text)
        return tone((400,), len(text) / 10, -16)


class Mute(Parrot):
    """An engine whose child always dies."""

    name = "mute"

    def synthesise(self, text: str, language: str) -> Sound:
        raise SpeechError("it died")


def test_a_clip_is_made_once_and_survives_a_restart(tmp_path: Path) -> None:
    engine = Parrot()
    first = ClipStore(tmp_path, [engine])
    assert np.array_equal(first.clip("三月", "zh"), first.clip("三月", "zh"))
    assert np.array_equal(ClipStore(tmp_path, [engine]).clip("三月", "zh"), first.clip("三月", "zh"))
    assert engine.spoken == ["三月"]


def test_another_voice_makes_another_clip(tmp_path: Path) -> None:
    ClipStore(tmp_path, [Parrot()]).clip("三月", "zh")
    newer = Parrot(version="2")
    ClipStore(tmp_path, [newer]).clip("三月", "zh")
    assert newer.spoken == ["三月"]


def test_a_pause_is_silence_and_no_file(tmp_path: Path) -> None:
    sound = ClipStore(tmp_path, []).clip("，", "zh")
    assert len(sound) == PAUSE_S * 8000
    assert not sound.any()
    assert list(tmp_path.iterdir()) == []


def test_the_index_tells_the_text_of_every_file(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, [Parrot()])
    for text, language in (("三月", "zh"), ("March", "en"), ("三月", "zh")):
        store.clip(text, language)
    with (tmp_path / "index.jsonl").open("a") as stream:
        stream.write('{"file": "cut sho')
    ClipStore(tmp_path, [Parrot()]).clip("五月", "zh")
    lines = [json.loads(line) for line in (tmp_path / "index.jsonl").read_text().splitlines() if line.endswith("}")]
    assert [(line["language"], line["text"]) for line in lines] == [("zh", "三月"), ("en", "March"), ("zh", "五月")]
    assert all((tmp_path / line["file"]).exists() for line in lines)


@pytest.mark.parametrize(
    "damage", [b"", b"RIFF", b"junk" * 1000, "half", "zeros"], ids=["empty", "head", "junk", "cut", "zeros"]
)
def test_a_damaged_cache_file_is_made_again(tmp_path: Path, damage: bytes | str) -> None:
    sound = ClipStore(tmp_path, [Parrot()]).clip("三月", "zh")
    (file,) = tmp_path.glob("*.wav")
    content = file.read_bytes()
    halves = {"half": content[: len(content) // 2], "zeros": bytes(len(content))}
    file.write_bytes(halves[damage] if isinstance(damage, str) else damage)
    assert np.array_equal(ClipStore(tmp_path, [Parrot()]).clip("三月", "zh"), sound)
    assert file.read_bytes() == content


def record(folder: Path, name: str, rate_hz: int = 44_100, channels: int = 2) -> None:
    file = folder / "zh" / f"{name}.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    wave = np.sin(np.arange(rate_hz) * 2 * np.pi * 700 / rate_hz) * 0.1
    soundfile.write(file, np.stack([wave] * channels, axis=1), rate_hz)


@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 2), (8000, 1), (48_000, 1), (16_000, 2)])
def test_a_staff_recording_goes_first_whatever_its_rate(tmp_path: Path, rate_hz: int, channels: int) -> None:
    engine = Parrot()
    record(tmp_path / "staff", "main.welcome", rate_hz, channels)
    store = ClipStore(tmp_path / "cache", [engine], tmp_path / "staff")
    sound = store.clip("您好", "zh", "main.welcome")
    assert len(sound) == pytest.approx(8000, abs=400)
    assert engine.spoken == []
    store.clip("您好", "zh", "other.key")
    assert engine.spoken == ["您好"]


def test_words_of_a_value_are_recorded_by_their_text(tmp_path: Path) -> None:
    engine = Parrot()
    record(tmp_path / "staff", "三月")
    ClipStore(tmp_path / "cache", [engine], tmp_path / "staff").clip("三月", "zh")
    assert engine.spoken == []


def test_a_new_recording_is_heard_without_a_restart(tmp_path: Path) -> None:
    store = ClipStore(tmp_path / "cache", [Parrot()], tmp_path / "staff")
    spoken = store.clip("您好", "zh", "main.welcome")
    record(tmp_path / "staff", "main.welcome")
    assert not np.array_equal(store.clip("您好", "zh", "main.welcome"), spoken)


def test_a_broken_recording_is_spoken_by_the_engine(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    record(tmp_path / "staff", "main.welcome")
    (tmp_path / "staff/zh/main.welcome.wav").write_bytes(b"RIFF")
    store = ClipStore(tmp_path / "cache", [engine := Parrot()], tmp_path / "staff")
    with caplog.at_level(logging.WARNING):
        store.clip("您好", "zh", "main.welcome")
        store.clip("您好", "zh", "main.welcome")
    assert engine.spoken == ["您好"]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "staff recording zh/main.welcome.wav"
    ]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", ".hidden", "a\0b", "x" * 5000, "王/医生"])
def test_a_name_is_never_a_way_out_of_the_folder(tmp_path: Path, name: str) -> None:
    assert len(ClipStore(tmp_path / "cache", [Parrot()], tmp_path / "staff").clip(name, "zh"))


def test_the_other_engine_steps_in(tmp_path: Path) -> None:
    spare = Parrot()
    ClipStore(tmp_path, [Mute(), spare]).clip("您好", "zh")
    assert spare.spoken == ["您好"]


def test_without_any_engine_that_speaks_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="it died"):
        ClipStore(tmp_path, [Mute()]).clip("您好", "zh")
    with pytest.raises(SpeechError, match="no engine"):
        ClipStore(tmp_path, []).clip("您好", "zh")


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ClipStore(tmp_path, [Parrot()])

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(clips.soundfile, "write", full)
    assert len(store.clip("您好", "zh"))
    assert list(tmp_path.glob("*.wav")) == []


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "_MEMORY_BYTES", 20_000)
    store = ClipStore(tmp_path, [Parrot()])
    for number in range(100):
        store.clip(f"number {number}", "en")
    assert store._memory_bytes == sum(sound.nbytes for sound in store._memory.values()) <= 20_000


def test_warming_makes_every_clip_once_and_tells_how_far_it_is(tmp_path: Path) -> None:
    engine, seen = Parrot(), []
    wanted = [(Fragment(text), language) for language in LANGUAGES for text in all_fragments(language)]
    store = ClipStore(tmp_path, [engine])
    assert store.warm(wanted + wanted, lambda done, total: seen.append((done, total))) == 0
    assert len(engine.spoken) == len(wanted)
    assert seen[-1] == (len(wanted), len(wanted))
    store.warm(wanted)
    assert len(engine.spoken) == len(wanted)


def test_warming_goes_on_after_a_clip_that_cannot_be_made(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, [EspeakEngine()])
    assert store.warm([(Fragment("😀1"), "zh"), (Fragment("三月"), "zh"), (Fragment("三月"), "xx")]) == 1
    assert len(list(tmp_path.glob("*.wav"))) == 2


def test_clips_cannot_be_changed_by_who_plays_them(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        ClipStore(tmp_path, [Parrot()]).clip("三月", "zh")[0] = 1


def test_the_file_of_a_clip_is_there_also_when_the_cache_was_cleared(tmp_path: Path) -> None:
    store = ClipStore(tmp_path / "cache", [Parrot()], tmp_path / "staff")
    file = store.file("三月", "zh")
    assert file.parent == tmp_path / "cache"
    assert len(soundfile.read(file)[0]) == len(store.clip("三月", "zh"))
    file.unlink()
    assert store.file("三月", "zh") == file
    assert file.is_file()
    record(tmp_path / "staff", "main.welcome")
    assert len({store.file("三月", "zh", key) for key in (None, "main.welcome", "other.key")}) == 2
    with pytest.raises(SpeechError, match="nothing to say"):
        store.file("，", "zh")


def test_a_clip_that_cannot_be_kept_has_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "_write", lambda file, sound: None)
    with pytest.raises(SpeechError, match="disk full"):
        ClipStore(tmp_path, [Parrot()]).file("三月", "zh")

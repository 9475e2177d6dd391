"""Speech engines: they speak the right language, and a child that dies or hangs does no harm."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from firmware.audio import espeak, piper_engine
from firmware.audio.errors import SpeechError
from firmware.audio.espeak import EspeakEngine
from firmware.audio.levels import level_dbm0
from firmware.audio.piper_engine import PiperEngine
from firmware.audio.shaping import SPEECH_DBM0
from firmware.audio.speech import engines
from firmware.audio.spoken_text import LONGEST_TEXT, plain_text


def seconds(text: str, language: str) -> float:
    return len(EspeakEngine().synthesise(text, language)) / 8000


@pytest.mark.parametrize(
    ("text", "syllables"), [("您好", 2), ("星期二", 3), ("上午八点", 4), ("您好，这里是湖滨诊所，预约挂号请按一", 16)]
)
def test_chinese_is_spoken_as_syllables_and_not_as_letters(text: str, syllables: int) -> None:
    """Pinyin spelled with English letters would take more than twice as long."""
    assert 0.13 * syllables < seconds(text, "zh") < 0.42 * syllables


def test_english_words_within_chinese_are_read_in_english() -> None:
    assert seconds("请到Lakeside Clinic来", "zh") == pytest.approx(
        seconds("请到", "zh") + seconds("Lakeside Clinic", "en") + seconds("来", "zh"), rel=0.15
    )


@pytest.mark.parametrize(("text", "language"), [("三月", "zh"), ("Lakeside Clinic, good day.", "en"), ("一", "zh")])
def test_clips_have_one_level_and_no_silent_ends(text: str, language: str) -> None:
    sound = EspeakEngine().synthesise(text, language)
    assert sound.dtype == np.int16
    assert level_dbm0(sound) == pytest.approx(SPEECH_DBM0, abs=3)
    assert np.abs(sound.astype(int)).max() < 32_767
    assert np.flatnonzero(np.abs(sound.astype(int)) > 300)[0] < 400


@pytest.mark.parametrize(
    "text", ["-v", "--help", "[[n'i35n]] 好", "<break/>好", "好\0\n\x1b[2J", "好" * 5000, "```好", "é 好 😀", "%s{}好"]
)
def test_hostile_texts_are_only_spoken(text: str) -> None:
    assert len(EspeakEngine().synthesise(text, "zh"))


@pytest.mark.parametrize("text", ["", " ", "。", "\0", "[[]]", "😀"])
def test_a_text_with_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(SpeechError, match="nothing to say"):
        EspeakEngine().synthesise(text, "zh")


def test_a_text_is_cut_at_a_limit() -> None:
    assert len(plain_text("好" * 5000)) == LONGEST_TEXT


def fake_program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "espeak-ng"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("script", "complaint"),
    [("exit 3", "status 3"), ("kill -9 $$", "status"), ("cat > /dev/null", "no sound"), ("echo RIFFjunk", "no sound")],
)
def test_a_child_that_dies_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, complaint: str
) -> None:
    fake_program(tmp_path, monkeypatch, script)
    with pytest.raises(SpeechError, match=complaint):
        EspeakEngine().synthesise("您好", "zh")


def test_a_child_that_hangs_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_program(tmp_path, monkeypatch, "exec sleep 30")
    monkeypatch.setattr(espeak, "CHILD_TIMEOUT_S", 0.1)
    with pytest.raises(SpeechError, match="did not answer"):
        EspeakEngine().synthesise("您好", "zh")


def test_without_any_engine_the_package_to_install_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeechError, match="apt install espeak-ng"):
        engines(tmp_path)


def test_piper_comes_first_where_it_and_a_voice_are_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [engine.name for engine in engines(tmp_path)] == ["espeak-ng"]
    (tmp_path / "en.onnx").write_bytes(b"a voice")
    (tmp_path / "piper.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = engines(tmp_path)
    assert [engine.name for engine in found] == ["piper", "espeak-ng"]
    assert found[0].voice("zh") is None
    assert found[0].voice("en") is not None


# The real child needs a neural network: this one keeps its protocol.
CHILD = """
import json, sys
for line in sys.stdin:
    text = json.loads(line)
    if text == "die":
        sys.exit(1)
    if text == "hang":
        import time; time.sleep(30)
    sound = bytes(range(256)) * 400 if text != "dumb" else b""
    sys.stdout.buffer.write(f"22050 {len(sound)}\\n".encode() + sound)
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def piper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PiperEngine:
    child = tmp_path / "child.py"
    child.write_text(CHILD)
    monkeypatch.setattr(piper_engine, "_CHILD", child)
    monkeypatch.setattr(piper_engine, "CHILD_TIMEOUT_S", 0.5)
    (tmp_path / "en.onnx").write_bytes(b"a voice")
    return PiperEngine(tmp_path)


@pytest.mark.parametrize("trouble", ["die", "hang", "dumb"])
def test_after_a_dead_piper_child_the_next_text_gets_a_new_one(piper: PiperEngine, trouble: str) -> None:
    assert len(piper.synthesise("good day", "en"))
    with pytest.raises(SpeechError, match="piper child failed"):
        piper.synthesise(trouble, "en")
    assert len(piper.synthesise("good day", "en"))
    piper.close()


def test_a_piper_child_serves_many_texts(piper: PiperEngine) -> None:
    piper.synthesise("good", "en")
    first = piper._children["en"].pid
    piper.synthesise("day", "en")
    assert piper._children["en"].pid == first
    piper.close()
    assert piper._children == {}


def test_an_idle_piper_child_ends_by_itself(piper: PiperEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piper_engine, "IDLE_S", 0.05)
    piper.synthesise("good day", "en")
    child = piper._children["en"]
    child.wait(timeout=5)
    assert len(piper.synthesise("good day", "en"))
    piper.close()


def test_the_piper_child_runs_apart_from_the_firmware() -> None:
    assert "firmware" not in Path(piper_engine._CHILD).read_text().split('"""')[2]
    assert sys.version_info >= (3, 11)  # for python -P

"""Samples in one byte each, both ways."""

from __future__ import annotations

import numpy as np
import pytest

from firmware.audio.levels import level_dbm0, tone
from firmware.modem.voice.coding import Coding, coder


@pytest.mark.parametrize("coding", Coding)
def test_every_byte_survives_the_way_to_a_sample_and_back(coding: Coding) -> None:
    codes = np.arange(256, dtype=np.uint8).tobytes()
    samples = coder(coding).decode(codes)
    again = coder(coding).decode(coder(coding).encode(samples))
    assert np.array_equal(samples, again)


@pytest.mark.parametrize(("coding", "best_db"), [
    (Coding.LINEAR8, 30), (Coding.SIGNED8, 30), (Coding.MULAW, 36), (Coding.ALAW, 36),
])  # fmt: skip
def test_speech_loud_sound_keeps_its_quality(coding: Coding, best_db: float) -> None:
    sound = tone((300.0, 720.0), 1.0, -16.0)
    error = coder(coding).decode(coder(coding).encode(sound)).astype(int) - sound
    assert level_dbm0(sound) - level_dbm0(error.astype(np.int16)) > best_db


@pytest.mark.parametrize(("coding", "silence"), [
    (Coding.LINEAR8, 0x80), (Coding.SIGNED8, 0x00), (Coding.ALAW, 0x55),
])  # fmt: skip
def test_silence_has_the_byte_that_the_standard_says(coding: Coding, silence: int) -> None:
    assert abs(int(coder(coding).decode(bytes([silence]))[0])) <= 8
    assert abs(int(coder(coding).decode(bytes([coder(coding).silence]))[0])) <= 8


def test_full_scale_does_not_wrap_around() -> None:
    for coding in Coding:
        low, high = coder(coding).decode(coder(coding).encode(np.array([-32768, 32767], np.int16)))
        assert low < -30_000
        assert high > 30_000

"""A chirp is found to the sample in what a line made of it, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from bench import mouth_to_ear_chirps as chirps
from firmware.audio.ulaw import decode, encode


@pytest.mark.parametrize("delay", [0, 1, 1153])
def test_a_chirp_is_found_where_it_is(delay: int) -> None:
    noise = np.random.default_rng(2).normal(0.0, 300.0, 6000)
    noise[2000 + delay :][: len(chirps.chirp())] += chirps.chirp() / 3
    assert chirps.place(decode(encode(noise.astype(np.int16))), 2000, 5000) == 2000 + delay


def test_noise_is_no_chirp() -> None:
    noise = np.random.default_rng(2).normal(0.0, 3000.0, 6000).astype(np.int16)
    assert chirps.place(noise, 0, 6000) is None
    assert chirps.place(noise, 5000, 6000) is None

"""Who is put on hold hears the clinic's own music, once it has any."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from firmware.audio.levels import tone
from firmware.audio.music import LEVEL_DBM0, music
from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from tests.acd.desk import Room
from tests.acd.test_parking import talks


def heard_on_hold(desk: Room) -> Sound:
    seat, _, caller = talks(desk)
    desk.ask("hold", seat.user_id)
    return np.concatenate([caller.port.speak() for _ in range(100)])


def test_it_is_the_boxs_own_tune_as_long_as_the_clinic_has_none(desk: Room) -> None:
    tune = music()
    assert np.array_equal(heard_on_hold(desk), np.concatenate([tune.frame() for _ in range(100)]))


def test_it_is_the_clinics_as_soon_as_it_has_some(desk: Room) -> None:
    desk.folders.hold_music.parent.mkdir()
    soundfile.write(desk.folders.hold_music, tone((700.0,), 10.0, -16.0), SAMPLE_RATE_HZ)
    sound = heard_on_hold(desk).astype(float)
    strongest = np.argmax(np.abs(np.fft.rfft(sound))) * SAMPLE_RATE_HZ / len(sound)
    assert strongest == pytest.approx(700, abs=2)
    assert 20 * np.log10(np.sqrt(np.mean(sound**2)) / 32768) == pytest.approx(LEVEL_DBM0 - 6.15, abs=1.5)

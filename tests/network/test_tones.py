"""Country plans and how they sound."""

from __future__ import annotations

import numpy as np
import pytest

from firmware.audio.port import Sound
from firmware.modem.virtual.errors import BadConfig
from firmware.modem.virtual.line import LineModel, LineQuality
from firmware.modem.virtual.plans import countries, load_plan, plan_of_t35_code
from firmware.modem.virtual.tones import SILENCE, Cadence, rms_of_dbm0
from tests.network.rig import bursts_ms


def of_length(cadence: Cadence, seconds: float) -> Sound:
    return np.concatenate([cadence.next() for _ in range(round(seconds * 100))])


@pytest.mark.parametrize("country", countries())
def test_every_tone_has_its_cadence_and_level(country: str) -> None:
    plan = load_plan(country)
    for name in ("dial", "ring_back", "busy", "congestion", "unobtainable"):
        spec = getattr(plan, name)
        sound = of_length(Cadence(spec, plan.level_dbm0), 12)
        if spec.cadence_ms:
            expected = [round(ms, -1) for ms in spec.cadence_ms]
            assert bursts_ms(sound)[: len(expected)] == pytest.approx(expected, abs=10), name
        loud = sound[: 8 * (spec.cadence_ms or (1000,))[0]].astype(float)
        assert np.sqrt(np.mean(loud**2)) == pytest.approx(rms_of_dbm0(plan.level_dbm0), rel=0.05), name


def test_a_continuous_tone_has_no_seam() -> None:
    sound = of_length(Cadence(load_plan("us").dial, -13), 3)
    assert np.array_equal(sound[:8000], sound[8000:16_000])
    assert np.abs(np.diff(sound.astype(int))).max() < 6000


def test_a_country_is_found_by_its_modem_code() -> None:
    assert plan_of_t35_code(0x26) is load_plan("cn")
    assert plan_of_t35_code(0x01) is None


def test_an_unknown_country_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadConfig, match="cn, eu, gb, us"):
        load_plan("../cn")


def test_gain_noise_and_echo_have_the_levels_asked_for() -> None:
    far = np.full(80, 8000, np.int16)
    quiet = LineModel(LineQuality(gain_db=-6))
    assert quiet.toward_subscriber(far, SILENCE)[0] == pytest.approx(8000 / 2, rel=0.01)
    assert quiet.toward_network(far)[0] == pytest.approx(8000 / 2, rel=0.01)
    noisy = LineModel(LineQuality(noise_dbm0=-40))
    noise = np.concatenate([noisy.toward_subscriber(SILENCE, SILENCE) for _ in range(200)]).astype(float)
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(rms_of_dbm0(-40), rel=0.1)
    echoing = LineModel(LineQuality(echo_db=-20))
    echo = np.concatenate([echoing.toward_subscriber(SILENCE, far) for _ in range(3)])
    assert list(echo[:9]) == [0] * 8 + [800]
    assert np.all(echo[8:] == 800)


def test_a_loud_line_clips_and_does_not_wrap() -> None:
    line = LineModel(LineQuality(gain_db=20))
    assert line.toward_subscriber(np.full(80, 20_000, np.int16), SILENCE)[0] == 32767


@pytest.mark.parametrize("quality", [{"gain_db": 99}, {"echo_db": 3}, {"noise_dbm0": 5}])
def test_an_impossible_line_is_refused(quality: dict[str, float]) -> None:
    with pytest.raises(BadConfig):
        LineQuality(**quality)

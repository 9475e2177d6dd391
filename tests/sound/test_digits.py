"""The digit detector against ITU-T Q.24: what must be heard, what must not, and how soon."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.audio.digits import DigitDetector
from firmware.audio.errors import BadKeys
from firmware.audio.levels import tone
from firmware.audio.player import PromptSource
from firmware.audio.port import HungUp, KeyPressed, Port, Sound
from firmware.audio.spandsp import KEYS, DtmfReceiver, DtmfSender, KeyDown, KeyUp

LOW_HZ, HIGH_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
LAYOUT = ("123A", "456B", "789C", "*0#D")


def quiet(samples: int) -> Sound:
    return np.zeros(samples, np.int16)


def key_tone(
    key: str = "5",
    on_ms: float = 50,
    low_dbm0: float = -10,
    high_dbm0: float = -10,
    low_off: float = 1.0,
    high_off: float = 1.0,
) -> Sound:
    row = next(index for index, keys in enumerate(LAYOUT) if key in keys)
    low = tone((LOW_HZ[row] * low_off,), on_ms / 1000, low_dbm0)
    return low + tone((HIGH_HZ[LAYOUT[row].index(key)] * high_off,), on_ms / 1000, high_dbm0)


def pressed(sound: Sound, chunk: int = 160) -> str:
    """The keys that a call would get out of `sound`."""
    port = Port()
    port.add_tap(DigitDetector(port))
    line = np.concatenate([quiet(400), sound, quiet(800)])
    for start in range(0, len(line), chunk):
        port.hear(line[start : start + chunk])
    keys = ""
    for _ in range(1000):
        port.speak()
    while isinstance(event := wait_now(port), KeyPressed):
        keys += event.key
    return keys


def wait_now(port: Port) -> object:
    """The next event that is there already."""
    if not port._events:
        return HungUp("nothing more")
    return port.wait(1)


@pytest.mark.parametrize("chunk", [1, 37, 80, 160, 1000, 100_000])
def test_all_keys_in_chunks_of_any_length(chunk: int) -> None:
    assert pressed(DtmfSender().sound(KEYS), chunk) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_a_long_press_is_one_key(key: str) -> None:
    assert pressed(key_tone(key, on_ms=3000)) == key


def test_the_same_key_twice_is_two_keys() -> None:
    assert pressed(DtmfSender(on_ms=45, off_ms=40).sound("2222")) == "2222"


@pytest.mark.parametrize("on_ms", [40, 45, 50, 65, 80, 200])
@pytest.mark.parametrize("off_ms", [40, 50, 80])
def test_q24_durations_that_must_be_heard(on_ms: int, off_ms: int) -> None:
    assert pressed(DtmfSender(on_ms, off_ms).sound(KEYS)) == KEYS


@pytest.mark.parametrize("on_ms", [5, 10, 15, 20, 23])
def test_q24_durations_that_must_not_be_heard(on_ms: int) -> None:
    false = sum(bool(pressed(np.concatenate([quiet(offset), key_tone("5", on_ms)]))) for offset in range(0, 102, 3))
    assert false == 0


@pytest.mark.parametrize("off_by", [0.985, 0.99, 1.0, 1.01, 1.015])
@pytest.mark.parametrize("key", KEYS[:12])
def test_q24_frequencies_that_must_be_heard(key: str, off_by: float) -> None:
    assert pressed(key_tone(key, low_off=off_by, high_off=off_by)) == key


@pytest.mark.parametrize("off_by", [0.965, 1.035])
@pytest.mark.parametrize("key", KEYS)
def test_q24_frequencies_that_must_not_be_heard(key: str, off_by: float) -> None:
    assert pressed(key_tone(key, low_off=off_by, high_off=off_by)) == ""


@pytest.mark.parametrize("level_dbm0", [-3, -10, -20, -25, -30, -38])
def test_q24_levels_that_must_be_heard(level_dbm0: int) -> None:
    assert pressed(DtmfSender(50, 50, level_dbm0).sound(KEYS)) == KEYS


@pytest.mark.parametrize("level_dbm0", [-55, -60])
def test_q24_levels_that_must_not_be_heard(level_dbm0: int) -> None:
    assert pressed(DtmfSender(50, 50, level_dbm0).sound(KEYS)) == ""


@pytest.mark.parametrize("twist_db", [-7, -4, 0, 3, 4])
def test_q24_twist_that_must_be_heard(twist_db: int) -> None:
    heard = [pressed(key_tone(key, low_dbm0=-12, high_dbm0=-12 + twist_db)) for key in KEYS]
    assert "".join(heard) == KEYS


def test_an_interruption_of_10_ms_does_not_double_a_key() -> None:
    broken = key_tone("7", on_ms=100)
    broken[400:480] = 0
    assert pressed(broken) == "7"


@pytest.mark.parametrize("snr_db", [12, 15, 24])
def test_keys_in_noise(snr_db: int) -> None:
    sound = DtmfSender(50, 50, -10).sound(KEYS * 3).astype(np.int32)
    noise_ratio = 10 ** ((3.14 + 7 + snr_db) / 20)
    noise = np.random.default_rng(1).normal(0, 32767 / noise_ratio / np.sqrt(2), len(sound))
    assert pressed(np.clip(sound + noise, -32767, 32767).astype(np.int16)) == KEYS * 3


def test_receiver_times_are_right_to_the_block() -> None:
    sound = np.concatenate([quiet(8000), DtmfSender(100, 100).sound("5"), quiet(800)])
    down, up = DtmfReceiver().feed(sound)
    assert isinstance(down, KeyDown)
    assert isinstance(up, KeyUp)
    assert 8000 + 150 <= down.at_sample <= 8000 + 320
    assert 8800 + 100 <= up.at_sample <= 8800 + 320


@pytest.mark.parametrize("chunk", [80, 160])
@pytest.mark.parametrize("on_ms", [40, 80, 200])
def test_a_prompt_stops_while_the_key_is_still_held(chunk: int, on_ms: int) -> None:
    """From the start of the tone to `key_began`, over all alignments of tone, blocks and chunks."""
    delays_ms = [_began_after_ms(offset, chunk, on_ms) for offset in range(0, 1224, 17)]
    assert np.percentile(delays_ms, 95) <= (39 if chunk == 80 else 48)
    assert max(delays_ms) <= (40 if chunk == 80 else 50)


@pytest.mark.parametrize("offset", range(0, 102, 17))
def test_a_key_that_still_sounds_does_not_stop_the_reply_to_it(offset: int) -> None:
    port = Port()
    port.add_tap(DigitDetector(port))
    reply = PromptSource([[tone((400,), 5.0, -15)]])
    line = np.concatenate([quiet(400 + offset), key_tone(on_ms=200), quiet(800)])
    for start in range(0, len(line), 80):
        port.hear(line[start : start + 80])
        if isinstance(port.wait(0), KeyPressed):
            port.play(reply)
    port.speak()
    assert reply.spoken_s > 0


def _began_after_ms(offset: int, chunk: int, on_ms: int) -> float:
    port = Port()
    began: list[int] = []
    port.key_began = lambda: began.append(1)  # type: ignore[method-assign]
    port.add_tap(DigitDetector(port))
    start = 800 + offset
    line = np.concatenate([quiet(start), DtmfSender(on_ms, 80).sound("5"), quiet(800)])
    for at in range(0, len(line), chunk):
        port.hear(line[at : at + chunk])
        if began:
            return (at + chunk - start) / 8
    raise AssertionError("the key was not heard")


@pytest.mark.parametrize("keys", ["12x", "１２", "1 2", "E", "\0"])
def test_what_is_no_key_is_refused(keys: str) -> None:
    with pytest.raises(BadKeys):
        DtmfSender().sound(keys)


def test_more_keys_than_the_library_queues() -> None:
    assert pressed(DtmfSender(50, 50).sound("0123456789" * 30)) == "0123456789" * 30


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=0, max_size=20_000), st.integers(1, 400))
def test_garbage_sound_never_breaks_the_receiver(garbage: bytes, chunk: int) -> None:
    sound = np.frombuffer(garbage[: len(garbage) // 2 * 2], np.int16)
    receiver = DtmfReceiver()
    for at in range(0, len(sound), chunk):
        receiver.feed(sound[at : at + chunk])

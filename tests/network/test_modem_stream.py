"""The voice states: shielding, the play-out buffer, events."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.audio.spandsp import DtmfSender
from firmware.modem.virtual.voice_modem.sample_codecs import CODECS
from firmware.modem.virtual.voice_modem.stream import (
    HostCommandReceived,
    PlayOut,
    SamplesReceived,
    next_event,
    shield,
)
from tests.network.rig import Rig, bursts_ms

LOUD = bytes((0xF0, 0x30)) * 40  # 10 ms of sound


def events_of(data: bytes) -> list[SamplesReceived | HostCommandReceived]:
    buffer, events = bytearray(data), []
    while (event := next_event(buffer)) is not None:
        events.append(event)
    return events


@given(st.binary(max_size=500))
def test_shielded_samples_come_back_whole(samples: bytes) -> None:
    assert b"".join(event.data for event in events_of(shield(samples))) == samples


@given(st.binary(max_size=300), st.integers(min_value=1, max_value=7))
def test_a_stream_in_pieces_means_the_same(data: bytes, size: int) -> None:
    buffer, pieces = bytearray(), []
    for at in range(0, len(data), size):
        buffer += data[at : at + size]
        while (event := next_event(buffer)) is not None:
            pieces.append(event)
    assert joined(pieces) == joined(events_of(data))


def joined(events: list[SamplesReceived | HostCommandReceived]) -> list[bytes | int]:
    result: list[bytes | int] = []
    for event in events:
        if isinstance(event, HostCommandReceived):
            result.append(event.code)
        elif result and isinstance(result[-1], bytes):
            result[-1] += event.data
        else:
            result.append(event.data)
    return result


def test_sub_stands_for_two_dle() -> None:
    assert events_of(b"\x10\x1a") == [SamplesReceived(b"\x10\x10")]


def test_the_play_out_buffer_keeps_what_fits() -> None:
    buffer = PlayOut(100, 80)
    assert buffer.put(b"a" * 130) == 30
    assert buffer.take() == b"a" * 80
    assert buffer.would_run_dry
    assert buffer.take() == b"a" * 20


@pytest.mark.parametrize("name", sorted(CODECS))
def test_every_format_carries_sound_within_its_precision(name: str) -> None:
    codec, sound = CODECS[name], (np.sin(np.arange(800) / 7) * 12_000).astype(np.int16)
    back = codec.decode(codec.encode(sound))
    assert np.abs(back.astype(int) - sound).max() <= (600 if name.endswith("law") else 255)
    assert np.abs(codec.decode(codec.encode(np.zeros(8, np.int16)))).max() <= 8


def off_hook(rig: Rig, command: str) -> None:
    rig.talk(rig.phone())
    assert rig.ask(command) == "CONNECT"


def test_an_empty_buffer_is_reported_once_per_dry_spell(rig: Rig) -> None:
    off_hook(rig, "+VTX")
    rig.run(100)
    assert rig.events_heard() == "u"
    rig.modem.feed(LOUD * 5)
    rig.run(200)
    assert rig.events_heard() == "u"


def test_too_much_sound_is_dropped_and_reported_once(rig: Rig) -> None:
    off_hook(rig, "+VTX")
    rig.modem.feed(LOUD * 60)
    rig.modem.feed(LOUD * 60)
    assert rig.events_heard() == "Y"
    before = len(rig.heard_by(rig.phone()))
    rig.run(1_500)
    assert bursts_ms(rig.heard_by(rig.phone())[before:])[0] == pytest.approx(512, abs=10)  # 4096 bytes


def test_the_end_of_data_lets_the_buffer_play_out(rig: Rig) -> None:
    off_hook(rig, "+VTX")
    rig.modem.feed(LOUD * 30 + b"\x10\x03")
    rig.run(250)
    assert rig.heard_text() == ""
    rig.run(100)
    assert rig.heard_text() == "OK"
    assert rig.ask("+FCLASS?") == "8 | OK"


def test_a_flush_silences_at_once(rig: Rig) -> None:
    off_hook(rig, "+VTR")
    rig.modem.feed(LOUD * 40)
    rig.run(100)
    before = len(rig.heard_by(rig.phone()))
    rig.modem.feed(b"\x10\x18")
    rig.run(300)
    assert sum(bursts_ms(rig.heard_by(rig.phone())[before:])) <= 10


def test_a_paused_modem_keeps_its_buffer(rig: Rig) -> None:
    off_hook(rig, "+VTX")
    rig.modem.feed(LOUD * 10 + b"\x10p")
    before = len(rig.heard_by(rig.phone()))
    rig.run(300)
    rig.modem.feed(b"\x10r")
    rig.run(300)
    assert bursts_ms(rig.heard_by(rig.phone())[before:]) == [100]


def test_an_interrupted_prompt_ends_with_one_ok(rig: Rig) -> None:
    off_hook(rig, "+VTX")
    rig.modem.feed(LOUD * 40 + b"\x10")
    rig.modem.feed(b"\x00" + b"\x10\x18\x10\x03")
    rig.run(30)
    assert rig.heard_text().endswith("OK")


@pytest.mark.parametrize("stop", [b"\x10!", b"\x10^"])
def test_receiving_ends_with_etx_and_ok(rig: Rig, stop: bytes) -> None:
    off_hook(rig, "+VRX")
    rig.run(100)
    rig.modem.feed(stop)
    assert rig.wire.take() == b"\x80" * 800 + b"\x10\x03\r\nOK\r\n"


def test_duplex_ends_at_once(rig: Rig) -> None:
    off_hook(rig, "+VTR")
    rig.modem.feed(LOUD * 40 + b"\x10^")
    assert rig.wire.take().endswith(b"\x10\x03\r\nOK\r\n")


def test_nothing_is_received_while_only_sending(rig: Rig) -> None:
    off_hook(rig, "+VTX")
    rig.phone().press("5", 100, 50)
    rig.run(500)
    assert rig.wire.take().replace(b"\x10u", b"") == b"\x10/\x105\x105\x10~"


@pytest.mark.parametrize(("model", "reported"), [("USR5637", "/777~/1~"), ("CX93010", "71")])
def test_keys_are_reported_as_the_chipset_does(make_rig: Callable[..., Rig], model: str, reported: str) -> None:
    rig = make_rig(model=model)
    off_hook(rig, "+VTR")
    rig.run(100)
    rig.events_heard()
    rig.phone().press("7", 200, 80)
    rig.phone().press("1", 60, 80)
    rig.run(1_000)
    assert rig.events_heard().replace("q", "") == reported


def test_busy_tone_is_reported_every_four_seconds(rig: Rig) -> None:
    off_hook(rig, "+VTR")
    rig.phone().hang_up()
    rig.run(10_500)
    assert rig.events_heard().count("b") == 3


def test_a_modem_set_for_another_country_does_not_know_the_busy_tone(rig: Rig) -> None:
    rig.ask("+GCI=B5")
    off_hook(rig, "+VTR")
    rig.phone().hang_up()
    rig.run(10_500)
    assert "b" not in rig.events_heard()


def test_silence_is_reported_by_one_chipset_only(make_rig: Callable[..., Rig]) -> None:
    for model, reported in (("USR5637", "ss"), ("CX93010", "")):
        rig = make_rig(model=model)
        rig.talk(rig.phone())
        rig.ask("+VSD=128,20")
        rig.ask("+VRX")
        rig.run(4_100)
        assert rig.events_heard() == reported


def test_quiet_after_speech_is_told_from_silence(rig: Rig) -> None:
    rig.talk(rig.phone())
    rig.ask("+VSD=128,20")
    rig.ask("+VRX")
    rig.phone().leg.mouth.add(DtmfSender(400, 10).sound("5"))
    rig.run(3_000)
    assert rig.events_heard().endswith("q")


def test_a_host_that_does_not_read_loses_sound_and_is_told(rig: Rig) -> None:
    off_hook(rig, "+VRX")
    rig.wire.is_full = True
    rig.run(500)
    assert rig.wire.take() == b""
    rig.wire.is_full = False
    rig.run(10)
    assert rig.wire.take() == b"\x10o" + b"\x80" * 80


def test_echo_and_noise_reach_the_modem(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(echo_db=-14, noise_dbm0=-50)
    off_hook(rig, "+VTR")
    rig.ask("")
    rig.modem.feed(LOUD * 40)
    rig.run(300)
    received = np.frombuffer(rig.wire.take().replace(b"\x10\x10", b"\x10"), np.uint8).astype(int)[800:2000] - 128
    assert np.sqrt(np.mean(received**2)) == pytest.approx(96 * 10 ** (-14 / 20), rel=0.1)


def test_sixteen_bit_samples_need_no_luck_with_chunks(rig: Rig) -> None:
    rig.talk(rig.phone())
    rig.ask("+VSM=129,8000")
    rig.ask("+VTX")
    wave = shield((np.sin(np.arange(1600) / 3) * 9000).astype("<i2").tobytes())
    for at in range(0, len(wave), 33):
        rig.modem.feed(wave[at : at + 33])
    before = len(rig.heard_by(rig.phone()))
    rig.run(400)
    heard = rig.heard_by(rig.phone())[before + 80 : before + 1680]
    assert np.array_equal(heard, (np.sin(np.arange(1600) / 3) * 9000).astype(np.int16))

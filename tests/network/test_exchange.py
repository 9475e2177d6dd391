"""What callers hear and what becomes of their calls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from firmware.modem.virtual.errors import NothingRings, PhoneInUse
from tests.network.rig import CLINIC, PATIENT, Rig, bursts_ms, pitch_hz


def test_a_call_rings_and_is_answered(rig: Rig) -> None:
    rig.talk(rig.phone())
    assert rig.states() == ["dialling", "ringing", "answered"]
    assert rig.line.is_off_hook


def test_the_caller_hears_ring_back(rig: Rig) -> None:
    phone = rig.phone()
    phone.dial(CLINIC)
    rig.run(12_000)
    sound = rig.heard_by(phone)
    assert bursts_ms(sound)[:4] == [1000, 4000, 1000, 4000]
    assert pitch_hz(sound[6000:10_000]) == 450


def test_two_callers_get_one_line_and_one_busy_tone(rig: Rig) -> None:
    rig.talk(rig.phone())
    second = rig.phone("13800000002")
    second.dial(CLINIC)
    rig.run(5_000)
    assert rig.states()[-1] == "busy"
    assert bursts_ms(rig.heard_by(second, "call-2"))[:4] == [350, 350, 350, 350]


def test_a_line_that_already_rings_is_busy(rig: Rig) -> None:
    rig.phone().dial(CLINIC)
    rig.run(2_000)
    rig.phone("13800000002").dial(CLINIC)
    rig.run(1_000)
    assert rig.states()[-1] == "busy"


def test_an_unknown_number_is_unobtainable(rig: Rig) -> None:
    phone = rig.phone()
    phone.dial("02100000000")
    rig.run(3_000)
    assert rig.states() == ["dialling", "unobtainable"]
    assert bursts_ms(rig.heard_by(phone))[:8] == [100, 100, 100, 100, 100, 100, 400, 400]


def test_a_phone_that_is_switched_off_gives_congestion(rig: Rig) -> None:
    rig.phone("13800000002").is_reachable = False
    phone = rig.phone()
    phone.dial("13800000002")
    rig.run(5_000)
    assert rig.states() == ["dialling", "congestion"]
    assert bursts_ms(rig.heard_by(phone))[:3] == [700, 700, 700]


def test_without_a_free_trunk_there_is_congestion(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(trunks=1)
    rig.phone("13800000002").dial("13800000003")
    rig.phone("13800000003")
    rig.run(1_000)
    rig.phone().dial(CLINIC)
    rig.run(1_000)
    assert rig.events[-1].number == PATIENT
    assert rig.events[-1].state == "congestion"


def test_a_phone_lets_go_of_a_refused_call_by_itself(rig: Rig) -> None:
    phone = rig.phone()
    phone.dial("02100000000")
    rig.run(25_000)
    assert rig.states()[-1] == "ended"
    assert phone.leg is None


def test_a_caller_who_gives_up_stops_the_ringing(rig: Rig) -> None:
    phone = rig.phone()
    phone.dial(CLINIC)
    rig.run(1_000)
    assert rig.line.ring_is_on
    phone.hang_up()
    rig.run(10)
    assert not rig.line.ring_is_on
    rig.wire.take()
    rig.run(10_000)
    assert rig.heard_text() == ""


def test_an_unanswered_call_ends_after_a_while(rig: Rig) -> None:
    rig.phone().dial(CLINIC)
    rig.run(95_000)
    assert rig.events[-1].reason == "no answer"


def test_when_the_line_hangs_up_the_call_is_over_for_the_phone(rig: Rig) -> None:
    phone = rig.phone()
    rig.talk(phone)
    rig.ask("H")
    assert (rig.events[-1].state, rig.events[-1].reason) == ("ended", "called party hung up")
    assert phone.leg is None
    assert not rig.line.is_off_hook


def test_in_china_a_line_hears_busy_tone_when_the_phone_has_hung_up(rig: Rig) -> None:
    phone = rig.phone()
    rig.talk(phone)
    phone.hang_up()
    rig.run(5_000)
    heard = rig.events_heard()
    assert "b" in heard
    assert "l" not in heard


def test_elsewhere_the_loop_breaks_too(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(country="us")
    phone = rig.phone()
    rig.talk(phone)
    phone.hang_up()
    rig.run(1_000)
    assert rig.events_heard() == "l"


def test_a_phone_can_be_in_one_call_only(rig: Rig) -> None:
    phone = rig.phone()
    phone.dial(CLINIC)
    with pytest.raises(PhoneInUse):
        phone.dial(CLINIC)
    with pytest.raises(NothingRings):
        phone.answer()


def test_the_modem_calls_a_phone_by_dialling_tones(rig: Rig) -> None:
    phone = rig.phone()
    rig.ask("+FCLASS=8")
    rig.modem.feed(b"ATDT13800000001\r")
    rig.run(9_000)
    assert rig.events[-1].state == "ringing"
    assert rig.events[-1].far_number == CLINIC
    phone.answer()
    rig.run(5_500)
    assert rig.heard_text() == "OK"
    assert rig.states() == ["ringing", "answered"]


def test_dialling_a_busy_phone_ends_in_busy(rig: Rig) -> None:
    rig.phone().dial("13800000002")
    rig.ask("+FCLASS=8")
    rig.modem.feed(f"ATDT{PATIENT}\r".encode())
    rig.run(9_000)
    assert rig.heard_text() == "BUSY"
    assert not rig.line.is_off_hook


def test_nobody_answers_a_call_of_the_modem(rig: Rig) -> None:
    rig.phone()
    rig.ask("+FCLASS=8")
    rig.ask("S7=20")
    rig.modem.feed(b"ATDT13800000001\r")
    rig.run(28_000)
    assert rig.heard_text() == "NO ANSWER"


def test_a_modem_set_for_another_country_finds_no_dial_tone(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(country="eu")
    rig.ask("+FCLASS=8")
    rig.ask("+GCI=B5")
    rig.modem.feed(b"ATDT13800000001\r")
    rig.run(8_000)
    assert rig.heard_text() == "NO DIALTONE"


def test_both_ends_hear_each_other(rig: Rig) -> None:
    phone = rig.phone()
    rig.talk(phone)
    rig.ask("+VTR")
    said = (np.sin(2 * np.pi * 1000 * np.arange(1600) / 8000) * 8000).astype(np.int16)
    rig.modem.feed(((said >> 8) + 128).astype(np.uint8).tobytes())
    phone.leg.mouth.add((said // 2).astype(np.int16))
    before = phone.leg.recording.samples
    rig.run(300)
    assert pitch_hz(rig.heard_by(phone)[before + 160 : before + 1600]) == 1000
    received = np.frombuffer(rig.wire.take().replace(b"\x10\x10", b"\x10"), np.uint8)
    assert pitch_hz(received[80:1600].astype(float) - 128) == 1000

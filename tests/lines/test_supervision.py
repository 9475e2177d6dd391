"""Is the caller still there?"""

from __future__ import annotations

import pytest

from firmware.audio.port import HungUp, Port
from firmware.modem.errors import ModemGarbled
from firmware.modem.voice.coding import Coding, coder
from firmware.modem.voice.dle import LineSignal
from firmware.modem.voice.supervision import Supervision
from tests.lines.test_playout import Clip

QUIET, LOUD = b"\x80\x7f\x81\x80" * 2000, b"\xa0\x60" * 4000  # one second each


@pytest.fixture
def port() -> Port:
    return Port()


@pytest.fixture
def supervision(port: Port) -> Supervision:
    return Supervision(port, coder(Coding.LINEAR8), false_dial_tone=True)


def test_a_minute_of_silence_ends_the_call_and_a_word_or_a_key_starts_it_anew(
    port: Port, supervision: Supervision
) -> None:
    for _ in range(59):
        supervision.heard(QUIET)
    supervision.heard(LOUD)
    for _ in range(59):
        supervision.heard(QUIET)
    supervision.key()
    for _ in range(60):
        supervision.heard(QUIET)
    assert port.hung_up is None
    supervision.heard(QUIET)
    assert port.hung_up == HungUp("silence")


def test_while_something_is_played_silence_does_not_count_and_its_echo_is_no_caller(
    port: Port, supervision: Supervision
) -> None:
    for _ in range(59):
        supervision.heard(QUIET)
    port.play(Clip(1))
    for _ in range(300):
        supervision.heard(LOUD)
    port.stop()
    supervision.heard(QUIET)
    assert port.hung_up is None
    supervision.heard(QUIET)
    assert port.hung_up == HungUp("silence")


def test_dial_tone_ends_a_call_only_where_the_modem_knows_it(port: Port, supervision: Supervision) -> None:
    supervision.signal(LineSignal.DIAL_TONE)
    assert port.hung_up is None
    Supervision(port, coder(Coding.LINEAR8), false_dial_tone=False).signal(LineSignal.DIAL_TONE)
    assert port.hung_up == HungUp("dial tone")


def test_a_few_wrong_codes_are_noise_and_many_at_once_a_fault(port: Port, supervision: Supervision) -> None:
    for _ in range(100):
        supervision.fault()
        supervision.heard(QUIET)
    for _ in range(6):
        supervision.heard(QUIET)
    for _ in range(20):
        supervision.signal(LineSignal.OVERRUN)
    with pytest.raises(ModemGarbled):
        supervision.signal(LineSignal.OVERRUN)


def test_what_may_be_the_beginning_of_a_key_is_noticed_while_the_box_speaks(
    port: Port, supervision: Supervision
) -> None:
    port.play(Clip(10))
    supervision.heard(QUIET[:160])
    assert not supervision.is_loud
    supervision.heard(QUIET[:140] + LOUD[:20])
    assert supervision.is_loud

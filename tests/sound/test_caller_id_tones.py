"""Caller id as a sound: what is sent is what is heard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.audio.caller_id_tones import CallerIdFields, CallerIdReceiver, CallerIdSender, CallerIdStandard
from firmware.audio.errors import BadCallerId
from firmware.audio.port import Sound
from firmware.audio.spandsp import DtmfSender

QUIET = np.zeros(4000, np.int16)
MOBILE = "13800000001"


def hear(standard: CallerIdStandard, sound: Sound, chunk: int = 160) -> list[CallerIdFields]:
    receiver = CallerIdReceiver(standard)
    line = np.concatenate([QUIET, sound, QUIET])
    return [each for at in range(0, len(line), chunk) for each in receiver.feed(line[at : at + chunk])]


@pytest.mark.parametrize("standard", [CallerIdStandard.CLASS, CallerIdStandard.CLIP])
@pytest.mark.parametrize("chunk", [80, 160, 1000])
def test_fsk_tells_time_number_and_name(standard: CallerIdStandard, chunk: int) -> None:
    caller = CallerIdFields(MOBILE, False, "WANG", "03020900")
    assert hear(standard, CallerIdSender(standard).sound(caller), chunk) == [caller]


@pytest.mark.parametrize("standard", list(CallerIdStandard))
def test_a_withheld_number_is_told_as_withheld(standard: CallerIdStandard) -> None:
    sound = CallerIdSender(standard).sound(CallerIdFields(is_withheld=True))
    assert hear(standard, sound) == [CallerIdFields(is_withheld=True)]


@pytest.mark.parametrize("standard", list(CallerIdStandard))
def test_one_sender_can_send_many_messages(standard: CallerIdStandard) -> None:
    sender = CallerIdSender(standard)
    for number in (MOBILE, "02161230001"):
        assert hear(standard, sender.sound(CallerIdFields(number))) == [CallerIdFields(number)]


@pytest.mark.parametrize(
    ("keys", "caller"),
    [
        (f"A{MOBILE}C", CallerIdFields(MOBILE)),
        (f"A{MOBILE}#", CallerIdFields(MOBILE)),
        (f"D{MOBILE}C", CallerIdFields(MOBILE)),
        (f"{MOBILE}#", CallerIdFields(MOBILE)),
        ("D1C", CallerIdFields(is_withheld=True)),
        ("D2C", CallerIdFields(is_withheld=True)),
        ("B00C", CallerIdFields(is_withheld=True)),
        ("B10C", CallerIdFields(is_withheld=True)),
    ],
)
def test_the_ways_exchanges_send_keys(keys: str, caller: CallerIdFields) -> None:
    assert hear(CallerIdStandard.DTMF, DtmfSender(on_ms=50, off_ms=50).sound(keys)) == [caller]


def test_fsk_of_either_kind_is_heard_by_one_receiver() -> None:
    sound = CallerIdSender(CallerIdStandard.CLASS).sound(CallerIdFields(MOBILE))
    assert hear(CallerIdStandard.CLIP, sound) == [CallerIdFields(MOBILE)]


def test_a_damaged_message_is_not_reported() -> None:
    sound = CallerIdSender(CallerIdStandard.CLIP).sound(CallerIdFields(MOBILE))
    sound[3200:3400] = 0
    assert hear(CallerIdStandard.CLIP, sound) == []


@pytest.mark.parametrize("number", ["138 0000", "+8613800000001", "１３８", "1" * 21, "12A", ""])
def test_a_number_that_no_network_can_send_is_refused(number: str) -> None:
    for standard in CallerIdStandard:
        with pytest.raises(BadCallerId):
            CallerIdSender(standard).sound(CallerIdFields(number))


@given(st.binary(min_size=2, max_size=80), st.sampled_from(CallerIdStandard))
def test_no_message_breaks_the_reading_of_its_fields(message: bytes, standard: CallerIdStandard) -> None:
    CallerIdReceiver(standard)._fields(message)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=20_000), st.sampled_from(CallerIdStandard))
def test_garbage_sound_is_no_caller(garbage: bytes, standard: CallerIdStandard) -> None:
    assert hear(standard, np.frombuffer(garbage[: len(garbage) // 2 * 2], np.int16)) == []

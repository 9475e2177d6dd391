"""The shielded voice stream."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.modem.voice.dle import (
    KeyHeard,
    KeyToneBegan,
    LineSignal,
    ReportGiven,
    SignalHeard,
    StreamEnded,
    UnknownCode,
    Unshielder,
    VoiceEvent,
    shield,
)
from tests.lines.feeding import cuts

STREAMS: list[tuple[bytes, bytes, list[VoiceEvent]]] = [
    (b"\x80\x7f\x80", b"\x80\x7f\x80", []),
    (b"\x01\x10\x10\x02", b"\x01\x10\x02", []),
    (b"\x01\x10\x1a\x02", b"\x01\x10\x10\x02", []),
    (b"\x80\x10b\x80", b"\x80\x80", [SignalHeard(LineSignal.BUSY)]),
    (b"\x10l", b"", [SignalHeard(LineSignal.LOOP_BREAK)]),
    (b"\x105\x105", b"", [KeyHeard("5"), KeyHeard("5")]),
    (b"\x10/\x105\x80\x105\x80\x105\x10~\x10/\x106\x10~", b"\x80\x80", [
        KeyToneBegan(), KeyHeard("5"), KeyToneBegan(), KeyHeard("6")]),
    (b"\x10/\x10#\x10\x7f\x10#", b"", [KeyToneBegan(), KeyHeard("#"), KeyHeard("#")]),
    (b"\x80\x10X\r\nNMBR = 13800000001\r\n\x10.\x80", b"\x80\x80", [ReportGiven("\r\nNMBR = 13800000001\r\n")]),
    (b"\x80\x10\x03", b"\x80", [StreamEnded()]),
    (b"\x10\xff\x80", b"\x80", [UnknownCode(0xFF)]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "sound", "events"), STREAMS)
def test_a_stream_comes_apart_alike_however_it_is_cut(data: bytes, sound: bytes, events: list[VoiceEvent]) -> None:
    assert Unshielder().feed(data) == (sound, events)
    for first, second in cuts(data):
        parser = Unshielder()
        one, other = parser.feed(first), parser.feed(second)
        assert (one[0] + other[0], one[1] + other[1]) == (sound, events)


def test_what_follows_the_end_of_the_stream_is_command_state() -> None:
    for first, second in cuts(b"\x80\x10\x03\r\nOK\r\n\x10u"):
        parser = Unshielder()
        parser.feed(first)
        parser.feed(second)
        assert parser.take_rest() == b"\r\nOK\r\n\x10u"


def test_a_shield_whose_end_got_lost_does_not_swallow_keys_for_ever() -> None:
    parser = Unshielder()
    assert parser.feed(b"\x10/\x101", now_s=0)[1] == [KeyToneBegan(), KeyHeard("1")]
    assert parser.feed(b"\x102", now_s=9)[1] == []
    assert parser.feed(b"\x103\x104", now_s=10.5)[1] == [KeyHeard("3"), KeyHeard("4")]


def test_a_new_shield_closes_one_whose_end_got_lost() -> None:
    assert Unshielder().feed(b"\x10/\x101\x10/\x101")[1] == [KeyToneBegan(), KeyHeard("1")] * 2


def test_a_report_without_end_becomes_sound_again() -> None:
    parser = Unshielder()
    parser.feed(b"\x10X" + b"x" * 1000)
    assert parser.feed(b"\x80" * 160)[0] == b"\x80" * 160


@given(st.binary(max_size=2000))
def test_what_was_shielded_arrives_unchanged(sound: bytes) -> None:
    assert Unshielder().feed(shield(sound)) == (sound, [])


@given(st.lists(st.binary(max_size=300)), st.floats(0, 100))
def test_no_input_makes_the_unshielder_raise_or_invent_sound(parts: list[bytes], now_s: float) -> None:
    parser = Unshielder()
    given_bytes = sum(map(len, parts))
    sound = b"".join(parser.feed(part, now_s)[0] for part in parts)
    assert len(sound) + len(parser.take_rest()) <= given_bytes


@given(st.binary(max_size=400), st.integers(0, 400))
def test_where_the_stream_is_cut_changes_nothing(data: bytes, at: int) -> None:
    whole, parted = Unshielder(), Unshielder()
    sound, events = whole.feed(data)
    one, other = parted.feed(data[:at]), parted.feed(data[at:])
    assert events == one[1] + other[1]
    assert whole.take_rest() == parted.take_rest()
    assert b"X" in data or sound == one[0] + other[0]

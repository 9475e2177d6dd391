"""What a modem says in command state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.modem.voice.at import LINE_LIMIT, GarbageHeard, ReplyParser, ResultCode, ResultGiven, RingHeard, TextGiven
from tests.lines.feeding import byte_by_byte, cuts

OK = ResultGiven(ResultCode.OK)

REPLIES = [
    (b"\r\nOK\r\n", [OK]),
    (b"\r\r\nOK\r\r\n", [OK]),
    (b"\r\nERROR\r\n", [ResultGiven(ResultCode.ERROR)]),
    (b"ATI0\r\r\n5601\r\n\r\nOK\r\n", [TextGiven("5601"), OK]),
    (b"at+fclass=8\r\r\nOK\r\n", [OK]),
    (b"\r\nRING\r\n\r\nDATE = 0302\r\n", [RingHeard(), TextGiven("DATE = 0302")]),
    (b"\r\nNO DIAL TONE\r\n", [ResultGiven(ResultCode.NO_DIALTONE)]),
    (b"\r\nNO DIALTONE\r\n", [ResultGiven(ResultCode.NO_DIALTONE)]),
    (b"\r\nVCON\r\n", [ResultGiven(ResultCode.VOICE_CONNECT)]),
    (b"\r\nBUSY\r\n", [ResultGiven(ResultCode.BUSY)]),
]


@pytest.mark.parametrize(("data", "events"), REPLIES)
def test_a_reply_reads_alike_whole_in_two_parts_and_byte_by_byte(data: bytes, events: list[object]) -> None:
    assert ReplyParser().feed(data) == events
    assert byte_by_byte(ReplyParser().feed, data) == events
    for first, second in cuts(data):
        parser = ReplyParser()
        assert parser.feed(first) + parser.feed(second) == events


def test_a_name_that_contains_ring_is_no_ring() -> None:
    assert ReplyParser().feed(b"\r\nNAME = SPRINGFIELD\r\n") == [TextGiven("NAME = SPRINGFIELD")]


def test_what_follows_connect_is_sound_even_when_it_looks_like_a_reply() -> None:
    data = b"\r\nCONNECT\r\n\x80\x7f\r\nOK\r\n\x10u"
    for first, second in cuts(data):
        parser = ReplyParser()
        assert parser.feed(first) + parser.feed(second) == [ResultGiven(ResultCode.CONNECT)]
        assert parser.take_rest() == b"\x80\x7f\r\nOK\r\n\x10u"
        assert parser.feed(b"\r\nOK\r\n") == [OK]


def test_a_busy_tone_between_two_streams_is_kept_for_the_next_one() -> None:
    for first, second in cuts(b"\r\nOK\r\n\x10b\r\nCONNECT\r\n\x80"):
        parser = ReplyParser()
        assert parser.feed(first) + parser.feed(second) == [OK, ResultGiven(ResultCode.CONNECT)]
        assert parser.take_rest() == b"\x10b\x80"


def test_junk_before_and_behind_a_result_does_not_hide_it() -> None:
    parser = ReplyParser()
    events = parser.feed(b"\x00\xff\x10u\x80\x80\r\nOK\r\n\xfe\xfe")
    assert events[-1] == OK
    assert parser.feed(b"\r\nOK\r\n")[-1] == OK


def test_a_line_without_end_is_thrown_away_and_the_next_one_is_read() -> None:
    parser = ReplyParser()
    assert parser.feed(b"x" * 10_000_000) == []
    assert parser.feed(b"\r\n\r\nOK\r\n") == [GarbageHeard(), OK]


@given(st.lists(st.binary(max_size=300)))
def test_no_input_makes_the_parser_raise_or_forget_how_to_read(parts: list[bytes]) -> None:
    parser = ReplyParser()
    for part in parts:
        for event in parser.feed(part):
            assert not isinstance(event, TextGiven) or len(event.text) <= LINE_LIMIT
    parser.take_rest()
    assert parser.feed(b"x\n\r\nOK\r\n")[-1] == OK


@given(st.binary(max_size=400), st.integers(0, 400))
def test_where_the_stream_is_cut_changes_nothing(data: bytes, at: int) -> None:
    whole, parted = ReplyParser(), ReplyParser()
    assert whole.feed(data) == parted.feed(data[:at]) + parted.feed(data[at:])
    assert whole.take_rest() == parted.take_rest()

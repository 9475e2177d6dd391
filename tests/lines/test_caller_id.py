"""Who calls, in every way modems tell it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.modem.line import CallerId
from firmware.modem.voice.caller_id import read_line, read_packet

ZHANG = CallerId("13800000001")
WITHHELD = CallerId(None, withheld=True)
NOT_TOLD = CallerId(None)


@pytest.mark.parametrize(
    ("line", "caller"),
    [
        ("NMBR = 13800000001", ZHANG),
        ("NMBR=13800000001", ZHANG),
        ("nmbr = 138-0000-0001 ", ZHANG),
        ("NMBR = +8613800000001", CallerId("+8613800000001")),
        ("NMBR = P", WITHHELD),
        ("NMBR = O", NOT_TOLD),
        ("NMBR =", None),
        ("NMBR = 138;ATH", None),
        ("NMBR = " + "1" * 400, None),
        ("DATE = 0302", None),
        ("NAME = NMBR = 5", None),
        ("SPRINGFIELD", None),
        ("MESG = 040150", WITHHELD),
        ("MESG = 04014F", NOT_TOLD),
        ("MESG = 020B3133383030303030303031", ZHANG),
        ("MESG = 0", None),
    ],
)
def test_a_line_says_who_calls(line: str, caller: CallerId | None) -> None:
    assert read_line(line) == caller


def packet(body: bytes, kind: int, *, with_sum: bool = True) -> str:
    data = bytes([kind, len(body)]) + body
    return (data + bytes([-sum(data) & 0xFF]) * with_sum).hex().upper()


MULTIPLE = b"\x01\x0803021900" + b"\x02\x0b13800000001" + b"\x07\x05ZHANG"


@pytest.mark.parametrize("with_sum", [True, False])
def test_a_whole_packet_says_who_calls(with_sum: bool) -> None:
    assert read_packet(packet(MULTIPLE, 0x80, with_sum=with_sum)) == ZHANG
    assert read_packet(packet(b"0302190013800000001", 0x04, with_sum=with_sum)) == ZHANG
    assert read_packet(packet(b"\x01\x0803021900\x04\x01P", 0x80, with_sum=with_sum)) == WITHHELD
    assert read_packet(packet(b"03021900O", 0x04, with_sum=with_sum)) == NOT_TOLD


def test_the_packets_of_the_manuals_are_read() -> None:
    assert read_line("0412303332333234303539313435353132333435") == CallerId("9145512345")
    assert read_packet("80160108" + b"03171656".hex() + "020A" + b"2156430144".hex() + "BA") == CallerId("2156430144")


def test_a_packet_with_a_wrong_sum_names_nobody() -> None:
    assert read_packet(packet(MULTIPLE, 0x80)[:-2] + "00") is None


@given(st.text(max_size=600) | st.from_regex(r"(MESG ?= ?|80|04)?([0-9A-F]{2})*", fullmatch=True))
def test_no_line_makes_the_reader_raise_or_take_more_than_a_number(line: str) -> None:
    for caller in (read_line(line), read_packet(line)):
        assert caller is None or caller.number is None or (len(caller.number) <= 25 and caller.number.isascii())

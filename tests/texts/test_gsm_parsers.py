"""What modules say, whole, byte by byte and with junk: lines, sorting, replies; and the virtual module is as robust."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.clock import ManualClock
from firmware.modem.gsm import replies
from firmware.modem.gsm.lines import LINE_LIMIT, LineCutter, Pending, Sorter, Unsolicited
from firmware.modem.gsm.replies import Stored
from firmware.modem.virtual.gsm_module.module import GsmModule
from firmware.modem.virtual.text_switch import TextSwitch
from tests.texts.rig import BOX_NUMBER, MONDAY, PATIENT

lines = st.lists(
    st.one_of(st.text(max_size=60), st.from_regex(r"\+CMGL: ?[0-9]{1,3},[0-9],,[0-9]{1,3}", fullmatch=True))
)


def sort(said: list[str], command: str) -> tuple[list[str], list[Unsolicited]]:
    pending, sorter = Pending(command + "\r"), Sorter()
    unsolicited = [each for line in said if (each := sorter.sort(line, pending))]
    return pending.lines, unsolicited


# ---- lines ----


def test_lines_end_in_every_way_that_modules_know() -> None:
    assert LineCutter().feed(b"\r\nOK\r\n\r\nRING\r\r\n+CSQ: 20,99\nAT\r\r\n> ") == [
        "OK",
        "RING",
        "+CSQ: 20,99",
        "AT",
        ">",
    ]


def test_bytes_in_no_encoding_are_still_a_line() -> None:
    said = LineCutter().feed(b'+COPS: 0,0,"\xd6\xd0\xb9\xff"\r\nOK\r\n')
    assert [line[:11] for line in said] == ["+COPS: 0,0,", "OK"]


def test_a_prompt_is_heard_before_and_after_an_echo() -> None:
    assert LineCutter().feed(b"\r\n> 00110A\r\n> ") == [">", "00110A", ">"]


def test_an_endless_line_is_dropped_and_the_next_is_heard() -> None:
    assert LineCutter().feed(b"x" * LINE_LIMIT * 3 + b"\r\nOK\r\n") == ["OK"]


@given(st.one_of(st.binary(max_size=300), st.text(alphabet="> \r\nOK\0A", max_size=60).map(str.encode)))
def test_byte_by_byte_gives_what_the_whole_gives(data: bytes) -> None:
    whole, single = LineCutter(), LineCutter()
    assert [line for byte in data for line in single.feed(bytes((byte,)))] == whole.feed(data)


# ---- answers and unsolicited lines ----


def test_a_notice_in_the_middle_of_an_answer_is_told_apart() -> None:
    answer, unsolicited = sort(['+CMTI: "SM",3', "+CSQ: 20,99", "RING", '+CLIP: "+8613800000001",145', "OK"], "AT+CSQ")
    assert answer == ["+CSQ: 20,99", "OK"]
    assert [each.line for each in unsolicited] == ['+CMTI: "SM",3', "RING", '+CLIP: "+8613800000001",145']


def test_a_text_told_in_full_is_kept_together_in_the_middle_of_a_list() -> None:
    pdu, listed = "AB" * 20, "CD" * 20
    answer, unsolicited = sort(["+CMGL: 1,0,,19", listed, "+CMT: ,19", pdu, "OK"], "AT+CMGL=4")
    assert answer == ["+CMGL: 1,0,,19", listed, "OK"]
    assert unsolicited == [Unsolicited("+CMT: ,19", pdu)]


@pytest.mark.parametrize("command", ["AT+CREG?", "AT+CPIN?", "AT+CFUN?"])
def test_what_may_be_either_is_an_answer_only_to_its_own_command(command: str) -> None:
    line = {"AT+CREG?": "+CREG: 0,1", "AT+CPIN?": "+CPIN: READY", "AT+CFUN?": "+CFUN: 1"}[command]
    assert sort([line, "OK"], command) == ([line, "OK"], [])
    assert sort([line, "OK"], "AT+CSQ") == (["OK"], [Unsolicited(line)])


@pytest.mark.parametrize(
    "end", ["OK", "ERROR", "+CME ERROR: 10", "+CMS ERROR: 500", "+CME ERROR: SIM busy", "COMMAND NOT SUPPORT"]
)
def test_every_way_to_end_an_answer(end: str) -> None:
    pending = Pending("AT+CSQ\r")
    assert pending.takes(end)
    assert pending.is_answered


@pytest.mark.parametrize("line", ["OKAY, see you", "ERRORS are human", "TOK", "> "])
def test_what_only_begins_like_an_end_is_none(line: str) -> None:
    pending = Pending("AT+CSQ\r")
    pending.takes(line)
    assert not pending.is_answered


@given(st.lists(st.text(max_size=40)), st.sampled_from(["AT+CMGL=4", "ATA", "AT", "AABBCC", ""]))
def test_no_lines_hurt_the_sorter(said: list[str], command: str) -> None:
    sort(said, command)


# ---- replies ----


def test_a_list_with_junk_in_it_loses_only_what_the_junk_hit() -> None:
    said = ["+CMGL: 1,0,,3", "AABB", "+CMGL: 2,1,,3", "%$", "+CMGL: 3,3,,3", "CCDD", '+CMGL: 4,1,"",3', "EEFF", "x"]
    assert replies.stored_texts(said) == [Stored(1, 3, "AABB"), Stored(4, 3, "EEFF")]


@pytest.mark.parametrize(
    ("said", "registered"),
    [("+CREG: 0,1", True), ("+CREG: 2,5,\"1A2B\",\"01020304\",7", True), ("+CEREG: 0,6", True), ("+CREG: 0,2", False),
     ("+CREG: 0,3", False), ("+CREG: 0,0", False), ("", False)],
)  # fmt: skip
def test_registration(said: str, registered: bool) -> None:
    assert replies.is_registered([said, "OK"]) is registered


@pytest.mark.parametrize(
    ("said", "dbm"), [("+CSQ: 20,99", -73), ("+CSQ: 0,0", -113), ("+CSQ: 31,99", -51), ("+CSQ: 99,99", None)]
)
def test_signal(said: str, dbm: int | None) -> None:
    assert replies.signal_dbm([said]) == dbm


@given(lines)
def test_no_lines_hurt_the_replies(said: list[str]) -> None:
    replies.stored_texts(said)
    replies.is_registered(said)
    replies.signal_dbm(said)
    replies.pin_state(said)
    replies.pin_tries(said)
    replies.storage_use(said)
    replies.notice_settings(said)
    replies.sent_reference([*said, "OK"])
    for line in said:
        replies.error_code(line)
        replies.tells_of_text(line)


# ---- the virtual module ----


def talk(written: bytes, chunk: int) -> bytes:
    clock, said = ManualClock(MONDAY), bytearray()
    switch = TextSwitch(clock)
    module = GsmModule(BOX_NUMBER, said.extend, switch)
    for at in range(0, len(written), chunk):
        module.feed(written[at : at + chunk])
    for _ in range(200):
        clock.advance(0.01)
        module.tick(clock.monotonic())
        switch.tick()
    return bytes(said)


HELLO = (
    b"ATZ\rATE0\rAT+CMEE=1\rAT+CPIN?\rAT+CMGS=23\r0011000B916407281553F80000A90AE8329BFD4697D9EC37\x1aAT+CMGL=4\rAT\r"
)


def test_the_module_hears_the_same_whole_and_byte_by_byte() -> None:
    assert talk(HELLO, 1) == talk(HELLO, len(HELLO))
    assert talk(HELLO, 1).count(b"OK") == 7


PIECES = (
    b"AT", b"+CMGS=", b"+CMGL=4", b"+CPMS=", b"+CNMI=", b"\r", b"\x1a", b"\x1b", b"1,2", b"?", b"=?", b"+CPIN=",
    b'"', b"\xff", b"A", b"H", b"+CMGD=", b"+CMGR=",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_no_commands_hurt_the_module(pieces: list[bytes]) -> None:
    said = talk(b"".join(pieces) + b"\x1b\rAT\r", 7)
    assert b"OK" in said or b"ERROR" in said


@given(st.binary(max_size=200))
def test_no_bytes_hurt_the_module(written: bytes) -> None:
    talk(written, 5)


# ---- the service centre ----


def test_phones_text_each_other_whole() -> None:
    switch = TextSwitch(ManualClock(MONDAY))
    switch.deliver(PATIENT, "13800000002", "药" * 100 + "😀")
    assert [(text.sender, text.body, text.parts) for text in switch.received("+8613800000002")] == [
        (PATIENT, "药" * 100 + "😀", 2)
    ]

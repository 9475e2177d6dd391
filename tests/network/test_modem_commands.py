"""What each model answers to each command, in and out of voice mode."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.modem.virtual.voice_modem.commands import BadCommand, LineReader, split
from tests.network.rig import Rig

IN_DATA_MODE = [
    # command, USR5637, CX93010
    ("", "OK", "OK"),
    ("I0", "5601 | OK", "56000 | OK"),
    ("I", "5601 | OK", "56000 | OK"),
    ("I3", "U.S. Robotics 56K FAX USB V1.2.23 | OK", "CX93001-EIS_V0.2013-V92 | OK"),
    ("I99", "ERROR", "ERROR"),
    ("Z", "OK", "OK"),
    ("&F", "OK", "OK"),
    ("E0V1Q0M0&D2X4", "OK", "OK"),
    ("X9", "ERROR", "ERROR"),
    ("S0=2", "OK", "OK"),
    ("S0?", "000 | OK", "000 | OK"),
    ("+FCLASS?", "0 | OK", "0 | OK"),
    ("+FCLASS=?", "0,1,2,8 | OK", "0,1,1.0,2,8 | OK"),
    ("+FCLASS=9", "ERROR", "ERROR"),
    ("+VSM=?", "ERROR", "ERROR"),
    ("+VSM=128,8000", "ERROR", "ERROR"),
    ("+VSD=128,50", "ERROR", "ERROR"),
    ("+VLS=1", "ERROR", "ERROR"),
    ("+VTX", "ERROR", "ERROR"),
    ("+VIP", "ERROR", "ERROR"),
    ("+VCID=1", "OK", "OK"),
    ("+VCID=7", "ERROR", "ERROR"),
    ("+VCID=?", "(0-1) | OK", "(0-1) | OK"),
    ("+GCI?", "+GCI: 26 | OK", "+GCI: 26 | OK"),
    ("+GCI=99", "ERROR", "ERROR"),
    ("!4886=05", "ERROR", "OK"),
    ("!4886=77", "ERROR", "ERROR"),
    ("-STE=3", "OK", "OK"),
    ("-SCID=1;+VCID=1", "OK", "OK"),
    ("+NOSUCH=1", "ERROR", "ERROR"),
    ("H", "OK", "OK"),
    ("H7", "ERROR", "ERROR"),
    ("~", "ERROR", "ERROR"),
]

IN_VOICE_MODE = [
    ("+FCLASS?", "8 | OK", "8 | OK"),
    ("+VSM=128,8000", "OK", "ERROR"),
    ("+VSM=1,8000", "ERROR", "ERROR"),
    ("+VSM=1,8000,0,0", "ERROR", "OK"),
    ("+VSM=130", "OK", "OK"),
    ("+VSM=132", "ERROR", "OK"),
    ("+VSM=129", "OK", "ERROR"),
    ("+VSM=x", "ERROR", "ERROR"),
    ("+VSM?", "128,8000,0,0 | OK", "0,8000,0,0 | OK"),
    ("+VSD=128,50", "OK", "OK"),
    ("+VSD=128", "ERROR", "ERROR"),
    ("+VLS?", "0 | OK", "0 | OK"),
    ("+VLS=20", "ERROR", "ERROR"),
    ("+VLS=1", "OK", "OK"),
    ("+VGT=256", "ERROR", "ERROR"),
    ("+VGT=140;+VGR=120;+VIT=0;+VNH=1", "OK", "OK"),
    ("+VDR=1,10", "OK", "OK"),
    ("+VRA=60;+VRN=8", "OK", "OK"),
    ("+VTD=12", "OK", "OK"),
    ("+VTS=5", "ERROR", "ERROR"),  # on-hook
    ("+VTX", "ERROR", "ERROR"),
    ("+VTR", "ERROR", "ERROR"),
    ("+VTR=?", "OK", "OK"),
    ("+VIP", "OK", "OK"),
]


@pytest.mark.parametrize(("command", "usr", "conexant"), IN_DATA_MODE)
def test_in_data_mode(make_rig: Callable[..., Rig], command: str, usr: str, conexant: str) -> None:
    assert make_rig(model="USR5637").ask(command) == usr
    assert make_rig(model="CX93010").ask(command) == conexant


@pytest.mark.parametrize(("command", "usr", "conexant"), IN_VOICE_MODE)
def test_in_voice_mode(make_rig: Callable[..., Rig], command: str, usr: str, conexant: str) -> None:
    for model, answer in (("USR5637", usr), ("CX93010", conexant)):
        rig = make_rig(model=model)
        rig.ask("+FCLASS=8")
        assert rig.ask(command) == answer


def test_each_model_lists_its_formats(make_rig: Callable[..., Rig]) -> None:
    usr, conexant = make_rig(model="USR5637"), make_rig(model="CX93010")
    for rig in (usr, conexant):
        rig.ask("+FCLASS=8")
    assert usr.ask("+VSM=?").startswith('128,"8-BIT LINEAR",(7200,8000,11025) | 129,')
    assert '130,"UNSIGNED PCM",8,0,8000,0,0 | 131,' in conexant.ask("+VSM=?")


def test_a_modem_without_duplex_has_no_vtr(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(model="CX93010", duplex=False)
    rig.ask("+FCLASS=8")
    rig.ask("+VLS=1")
    assert rig.ask("+VTR=?") == "ERROR"
    assert rig.ask("+VTR") == "ERROR"
    assert rig.ask("+VTX") == "CONNECT"


def test_replies_follow_echo_verbosity_and_quiet(rig: Rig) -> None:
    rig.modem.feed(b"ATE1\rAT\r")
    assert rig.wire.take() == b"\r\nOK\r\nAT\r\r\nOK\r\n"
    rig.modem.feed(b"ATE0V0\rAT+FCLASS?\rATH9\r")
    assert rig.wire.take() == b"ATE0V0\r0\r0\r\n0\r4\r"
    rig.modem.feed(b"ATQ1\rAT\r")
    assert rig.wire.take() == b""


def test_settings_outlive_a_reset_only_when_stored(rig: Rig) -> None:
    rig.ask("E0+VCID=1;&W")
    rig.ask("+VCID=0")
    rig.ask("Z")
    assert rig.ask("+VCID?") == "1 | OK"


def test_leaving_voice_mode_forgets_the_format_and_hangs_up(rig: Rig) -> None:
    rig.ask("+FCLASS=8")
    rig.ask("+VSM=131,8000")
    rig.ask("+VLS=1")
    rig.ask("+FCLASS=0")
    assert not rig.line.is_off_hook
    rig.ask("+FCLASS=8")
    assert rig.ask("+VSM?") == "128,8000,0,0 | OK"


def test_without_automatic_hang_up_the_line_is_kept(rig: Rig) -> None:
    rig.ask("+FCLASS=8")
    rig.ask("+VNH=1")
    rig.ask("+VLS=1")
    rig.ask("+FCLASS=0")
    assert rig.line.is_off_hook


def test_hanging_up_leaves_voice_mode_on_one_chipset_only(make_rig: Callable[..., Rig]) -> None:
    for model, service_class in (("USR5637", "8 | OK"), ("CX93010", "0 | OK")):
        rig = make_rig(model=model)
        rig.ask("+FCLASS=8")
        rig.ask("+VLS=1")
        rig.ask("H")
        assert rig.ask("+FCLASS?") == service_class


@pytest.mark.parametrize(("model", "seized"), [("USR5637", False), ("CX93010", True)])
def test_seizing_in_a_ring_burst(make_rig: Callable[..., Rig], model: str, seized: bool) -> None:
    rig = make_rig(model=model)
    rig.phone().dial("02161230001")
    rig.run(1_000)
    rig.ask("+FCLASS=8")
    assert rig.ask("+VLS=1") == "OK"
    assert rig.line.is_off_hook is seized
    rig.run(6_000)
    assert ("R" in rig.events_heard()) is not seized
    rig.ask("+VLS=1")
    assert rig.line.is_off_hook


def test_a_closed_port_hangs_up(rig: Rig) -> None:
    rig.talk(rig.phone())
    rig.modem.host_left()
    assert rig.states()[-1] == "ended"
    assert rig.ask("+FCLASS?") == "0 | OK"


def test_tones_are_sent_before_ok(rig: Rig) -> None:
    rig.talk(rig.phone())
    assert rig.ask("+VTS=5,{#,20},[900,900,50]") == ""
    rig.run(2_500)
    assert rig.heard_text() == "OK"


@pytest.mark.parametrize("tones", ["", "=", "=x", "=[900]", "=5,,", "=[1,1,99999999]", "=5 5", "={5,0}"])
def test_tones_that_make_no_sense_are_refused(rig: Rig, tones: str) -> None:
    rig.talk(rig.phone())
    assert rig.ask("+VTS" + tones) == "ERROR"


def test_answering_a_voice_call_as_a_modem_finds_no_carrier(rig: Rig) -> None:
    rig.ask("S7=5")
    rig.phone().dial("02161230001")
    rig.run(2_000)
    rig.modem.feed(b"ATA\r")
    rig.run(6_000)
    assert rig.heard_text().endswith("NO CARRIER")


def test_a_key_on_the_keyboard_aborts_dialling(rig: Rig) -> None:
    rig.modem.feed(b"ATD13800000001\r")
    rig.run(1_000)
    rig.modem.feed(b"\r")
    assert rig.heard_text() == "NO CARRIER"
    assert not rig.line.is_off_hook


@given(st.binary(max_size=400), st.booleans())
@settings(max_examples=200, deadline=None)
def test_no_bytes_from_the_host_upset_the_modem(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, voice: bool
) -> None:
    rig = Rig(tmp_path_factory.getbasetemp())
    if voice:
        rig.modem.feed(b"AT+FCLASS=8\rAT+VLS=1\rAT+VTR\r")
    rig.modem.feed(junk)
    rig.run(30)
    rig.modem.host_left()
    rig.ask("&F")
    rig.ask("E0")
    assert rig.ask("I0") == "5601 | OK"


@given(st.text(alphabet="AT+-&!SDEV=?;,0123456789[]{}# \\", max_size=300))
def test_splitting_a_line_ends_or_refuses(line: str) -> None:
    try:
        assert all(command.name == command.name.upper() for command in split(line))
    except BadCommand:
        pass


@given(st.binary(max_size=600), st.integers(min_value=1, max_value=40))
def test_lines_are_the_same_in_pieces(data: bytes, size: int) -> None:
    def lines(chunks: list[bytes]) -> list[str]:
        reader, found = LineReader(), []
        for chunk in chunks:
            buffer = bytearray(chunk)
            while buffer:
                line = reader.next_line(buffer)[1]
                if line is not None:
                    found.append(line)
        return found

    assert lines([data]) == lines([data[at : at + size] for at in range(0, len(data), size)])

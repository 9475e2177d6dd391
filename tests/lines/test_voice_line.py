"""A voice line on scripted modems: what is said to each model, and what comes of every fault."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from firmware.audio.port import HungUp, KeyPressed, Sound
from firmware.audio.spandsp import DtmfSender
from firmware.clock import SharedClock
from firmware.modem.errors import CallerGone, LineUnplugged
from firmware.modem.line import CallerId, LineState
from firmware.modem.voice.coding import Coding, coder
from firmware.modem.voice.dle import shield
from tests.lines.desk import Desk
from tests.lines.scripted_modem import ScriptedModem

PlugIn = Callable[[str], ScriptedModem]

LOUD: Sound = np.full(160, 8192, np.int16)
LOUD_BYTE = b"\xa0"


class Loud:
    """A source that never ends."""

    stops_at_key = True

    def frame(self) -> Sound:
        return LOUD


def ring(modem: ScriptedModem, clock: SharedClock) -> None:
    modem.say("RING")
    clock.sleep(2.0)
    modem.say("DATE = 0302", "TIME = 0900", "NMBR = 13800000001")


def test_each_model_is_set_up_in_its_own_words(desk: Desk, plug_in: PlugIn) -> None:
    modem = plug_in("cx93010")
    desk.await_state(LineState.IDLE)
    assert desk.line.status().detail == "CX93010"
    assert modem.commands[-1] == "AT+FCLASS=0"
    assert "AT+VTR=?" in modem.commands


@pytest.mark.parametrize("echoes", [True, False])
def test_a_modem_that_would_echo_after_a_reset_is_told_once_not_to(
    desk: Desk, plug_in: PlugIn, clock: SharedClock, echoes: bool
) -> None:
    modem = plug_in("usr5637")
    modem.echoes = echoes
    desk.await_state(LineState.IDLE)
    assert modem.commands.count("AT&W") == echoes
    modem.unplug()
    desk.await_state(LineState.FAULT)
    modem = plug_in("usr5637")  # it has kept what it was told
    desk.await_state(LineState.IDLE)
    assert "AT&W" not in modem.commands


def test_a_call_is_shown_with_its_caller_and_answered_in_the_silence(
    desk: Desk, plug_in: PlugIn, clock: SharedClock
) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    call = desk.next_call()
    assert call.caller == CallerId("13800000001")
    port = call.answer()
    port.play(Loud())
    port.wait(1.0)
    call.hang_up()
    desk.await_state(LineState.IDLE)
    assert port.wait(1.0) == HungUp("released")
    assert modem.played.count(LOUD_BYTE) >= 8000
    seized = modem.commands.index("AT+VLS=1")
    assert modem.commands[seized - 1 :][1:3] == ["AT+VLS=1", "AT+VTR"]
    assert modem.commands[-2:] == ["ATH", "AT+FCLASS=0"]


def test_a_caller_who_gives_up_is_gone(desk: Desk, plug_in: PlugIn, clock: SharedClock) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    call = desk.next_call()
    clock.sleep(7)
    with pytest.raises(CallerGone):
        call.answer()
    desk.await_state(LineState.IDLE)


def test_ringing_without_a_caller_id_is_shown_at_the_second_ring(
    desk: Desk, plug_in: PlugIn, clock: SharedClock
) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    modem.say("RING")
    clock.sleep(4)
    assert not desk.has_calls
    modem.say("RING")
    assert desk.next_call().caller == CallerId(None)


def test_a_modem_without_duplex_gives_keys_as_events_and_switches_to_listen(
    desk: Desk, plug_in: PlugIn, clock: SharedClock
) -> None:
    modem = plug_in("cx93010")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    call = desk.next_call()
    port = call.answer()
    port.play(Loud())
    assert port.wait(1.0) is None
    modem.send(b"\x105")
    assert port.wait(5.0) == KeyPressed("5")
    assert not port.is_speaking
    port.only_listen(True)
    assert port.wait(2.0) is None
    assert modem.stream == "AT+VRX"
    port.only_listen(False)
    assert port.wait(2.0) is None
    assert modem.stream == "AT+VTX"
    call.hang_up()
    desk.await_state(LineState.IDLE)


@pytest.mark.parametrize(
    ("dialogue", "sign", "reason"),
    [
        ("usr5637", b"\x10b", "busy tone"),
        ("usr5637", b"\x10l", "loop break"),
        ("cx93010", b"\x10b", "busy tone"),
        ("cx93010", b"\x10d", "dial tone"),
    ],
)
def test_a_far_end_that_hangs_up_is_noticed(
    desk: Desk, plug_in: PlugIn, clock: SharedClock, dialogue: str, sign: bytes, reason: str
) -> None:
    modem = plug_in(dialogue)
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    port = desk.next_call().answer()
    modem.send(sign)
    assert port.wait(5.0) == HungUp(reason)
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    assert desk.next_call().caller == CallerId("13800000001")


def test_an_unplugged_modem_ends_its_call_and_the_line_is_back_after_replugging(
    desk: Desk, plug_in: PlugIn, clock: SharedClock
) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    port = desk.next_call().answer()
    modem.unplug()
    assert port.wait(5.0) == HungUp("unplugged")
    desk.await_state(LineState.FAULT)
    plug_in("usr5637")
    assert desk.await_state(LineState.IDLE) < 5.0


def test_unplugged_while_ringing_the_answer_says_so(desk: Desk, plug_in: PlugIn, clock: SharedClock) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    call = desk.next_call()
    modem.unplug()
    plug_in("usr5637")
    desk.await_state(LineState.FAULT)
    with pytest.raises(LineUnplugged):
        call.answer()


def test_a_modem_that_falls_mute_in_a_call_ends_it_and_comes_back(
    desk: Desk, plug_in: PlugIn, clock: SharedClock
) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    port = desk.next_call().answer()
    modem.is_mute = True
    assert port.wait(5.0) == HungUp("modem silent")
    modem.is_mute = False
    desk.await_state(LineState.IDLE)


def test_a_modem_that_falls_mute_on_an_idle_line_is_noticed_within_twenty_seconds(
    desk: Desk, plug_in: PlugIn, clock: SharedClock
) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    modem.is_mute = True
    assert desk.await_state(LineState.FAULT) < 20.0
    modem.is_mute = False
    desk.await_state(LineState.IDLE)


def test_garbage_in_a_call_ends_it_and_the_line_heals(desk: Desk, plug_in: PlugIn, clock: SharedClock) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    port = desk.next_call().answer()
    modem.send(b"\x10\xf0\x80" * 100)
    assert port.wait(5.0) == HungUp("modem garbled")
    desk.await_state(LineState.FAULT)
    desk.await_state(LineState.IDLE)


def test_a_line_that_goes_on_ringing_is_seized_again(desk: Desk, plug_in: PlugIn, clock: SharedClock) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    port = desk.next_call().answer()
    assert port.wait(0.5) is None
    modem.send(b"\x10R")
    modem.await_command("AT+VLS=1", times=2)
    assert port.wait(1.0) is None
    modem.send(b"\x10b")
    assert port.wait(5.0) == HungUp("busy tone")


def test_a_modem_that_breaks_its_promise_of_duplex_is_used_one_way(
    desk: Desk, plug_in: PlugIn, clock: SharedClock
) -> None:
    modem = plug_in("usr5637")
    modem.replies["AT+VTR"] = ["ERROR"]
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    port = desk.next_call().answer()
    assert port.wait(0.5) is None
    assert modem.stream == "AT+VTX"
    modem.send(b"\x10/\x107\x107\x10~")
    assert port.wait(5.0) == KeyPressed("7")


def test_a_modem_that_refuses_duplex_after_the_last_seizure_is_used_one_way(
    desk: Desk, plug_in: PlugIn, clock: SharedClock
) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    port = desk.next_call().answer()
    for seizures in (2, 3):
        assert port.wait(0.5) is None
        if seizures == 3:
            modem.replies["AT+VTR"] = ["ERROR"]
        modem.send(b"\x10R")
        modem.await_command("AT+VLS=1", times=seizures)
    assert port.wait(0.5) is None
    assert modem.stream == "AT+VTX"


def test_after_a_second_seizure_a_key_still_counts_once(desk: Desk, plug_in: PlugIn, clock: SharedClock) -> None:
    modem = plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    ring(modem, clock)
    port = desk.next_call().answer()
    assert port.wait(0.5) is None
    modem.send(b"\x10R")
    modem.await_command("AT+VTR", times=2)
    modem.send(shield(coder(Coding.LINEAR8).encode(DtmfSender().sound("5"))))
    assert port.wait(5.0) == KeyPressed("5")
    assert port.wait(1.0) is None


class Broken:
    """A tap with a fault of ours in it."""

    def heard(self, sound: Sound) -> None:
        raise ZeroDivisionError("a fault of ours")

    def spoke(self, frame: Sound) -> None:
        return


def test_a_fault_of_the_program_ends_its_call_only_and_the_line_heals(
    desk: Desk, plug_in: PlugIn, clock: SharedClock, caplog: pytest.LogCaptureFixture
) -> None:
    modem = plug_in("usr5637")
    for _ in range(2):
        desk.await_state(LineState.IDLE)
        ring(modem, clock)
        port = desk.next_call().answer()
        port.add_tap(Broken())
        while (event := port.wait(60.0)) is None:
            continue
        assert event == HungUp("line fault")
        desk.await_state(LineState.FAULT)
        assert "ZeroDivisionError" in desk.line.status().detail
    desk.await_state(LineState.IDLE)
    told = [record for record in caplog.records if record.exc_info]
    assert len(told) == 2

"""What is said to a modem to place a call, and who is faster when somebody calls in that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from firmware.audio.levels import tone
from firmware.audio.port import Port, Sound
from firmware.clock import Deadline, SharedClock
from firmware.modem.errors import CantDial, CommandRefused, LineInUse, LineUnplugged
from firmware.modem.gsm.line import GsmLine
from firmware.modem.line import CallerId, LineState
from firmware.modem.voice.coding import Coding, coder
from firmware.modem.voice.dle import shield
from tests.lines.desk import PATIENCE_S, Desk
from tests.lines.scripted_modem import ScriptedModem

PlugIn = Callable[[str], ScriptedModem]
Connect = Callable[[], Future[Port]]

NUMBER = "13800000001"
DIGITS = ",".join(NUMBER)
DIAL_TONE: Sound = tone((450.0,), 1.2, -10.0)
HELLO: Sound = np.concatenate([tone((180.0, 900.0, 2100.0), 0.2, -20.0), tone((180.0, 300.0, 1200.0), 0.3, -20.0)])


@pytest.fixture
def modem(desk: Desk, plug_in: PlugIn, request: pytest.FixtureRequest) -> ScriptedModem:
    modem = plug_in(getattr(request, "param", "usr5637"))
    modem.replies |= {"AT+VTD=10": ["OK"], f"AT+VTS={DIGITS}": ["OK"]}
    desk.await_state(LineState.IDLE)
    return modem


@pytest.fixture
def connect(desk: Desk) -> Iterator[Connect]:
    pool = ThreadPoolExecutor()
    yield lambda: pool.submit(desk.line.dial(NUMBER).connect)
    pool.shutdown(wait=False)


@pytest.fixture
def says(modem: ScriptedModem, clock: SharedClock) -> Callable[[str, bytes], None]:
    def says(stream: str, data: bytes) -> None:
        """As soon as the modem is in `stream`."""
        deadline = Deadline(clock, PATIENCE_S)
        while modem.stream != stream:
            assert not deadline.is_over, modem.commands
            clock.sleep(0.02)
        modem.send(data)

    return says


def bytes_of(sound: Sound) -> bytes:
    return shield(coder(Coding.LINEAR8).encode(sound))


def outcome(call: Future[Port], clock: SharedClock) -> Port:
    return call.result(clock.real_s(PATIENCE_S))


@pytest.mark.parametrize(
    ("modem", "listens", "sign"),
    [
        ("usr5637", "AT+VTR", b"\x10L"),
        ("usr5637", "AT+VTR", b"\x10l"),
        ("cx93010", "AT+VRX", b"\x10l"),
        ("usr5637", "AT+VTR", bytes_of(HELLO)),
        ("cx93010", "AT+VRX", bytes_of(HELLO)),
    ],
    indirect=["modem"],
)
def test_the_digits_follow_the_dial_tone_and_a_change_of_poles_or_a_voice_is_the_answer(
    modem: ScriptedModem,
    clock: SharedClock,
    connect: Connect,
    says: Callable[[str, bytes], None],
    listens: str,
    sign: bytes,
) -> None:
    call = connect()
    says("AT+VRX", bytes_of(DIAL_TONE))
    modem.await_command(f"AT+VTS={DIGITS}")
    says(listens, sign)
    port = outcome(call, clock)
    assert port.hung_up is None
    dialled = modem.commands[modem.commands.index("AT+VLS=1") :]
    assert dialled[:5] == ["AT+VLS=1", "AT+VRX", "AT+VTD=10", f"AT+VTS={DIGITS}", listens]


def test_a_ring_before_the_line_is_seized_wins_and_its_caller_is_known(
    desk: Desk, modem: ScriptedModem, clock: SharedClock, connect: Connect
) -> None:
    modem.replies["AT+VSM=128,8000"] = ["RING", "OK"]
    call = connect()
    with pytest.raises(LineInUse):
        outcome(call, clock)
    assert "AT+VLS=1" not in modem.commands
    modem.replies["AT+VSM=128,8000"] = ["OK"]
    modem.say("NMBR = 13900000002")
    incoming = desk.next_call()
    assert incoming.caller == CallerId("13900000002")
    assert incoming.answer().wait(1.0) is None
    incoming.hang_up()
    desk.await_state(LineState.IDLE)


@pytest.mark.parametrize("sign", [b"\x10R", bytes_of(HELLO)])
def test_who_was_taken_by_going_off_hook_is_a_caller(
    desk: Desk,
    modem: ScriptedModem,
    clock: SharedClock,
    connect: Connect,
    says: Callable[[str, bytes], None],
    sign: bytes,
) -> None:
    call = connect()
    says("AT+VRX", sign)
    with pytest.raises(LineInUse):
        outcome(call, clock)
    incoming = desk.next_call()
    assert incoming.caller == CallerId(None)
    assert incoming.answer().wait(1.0) is None
    assert modem.stream == "AT+VTR"
    assert not [command for command in modem.commands if "VTS" in command]
    incoming.hang_up()
    desk.await_state(LineState.IDLE)
    assert desk.line.can_dial


def test_a_modem_that_can_not_dial_says_so_and_takes_calls_all_the_same(
    desk: Desk, modem: ScriptedModem, clock: SharedClock, connect: Connect, says: Callable[[str, bytes], None]
) -> None:
    del modem.replies[f"AT+VTS={DIGITS}"]
    call = connect()
    says("AT+VRX", bytes_of(DIAL_TONE))
    with pytest.raises(CommandRefused):
        outcome(call, clock)
    desk.await_state(LineState.FAULT)
    desk.await_state(LineState.IDLE)
    modem.say("RING")
    modem.say("NMBR = 13900000002")
    assert desk.next_call().caller == CallerId("13900000002")


def test_a_line_that_is_not_there_is_not_dialled_on(desk: Desk) -> None:
    assert not desk.line.can_dial
    with pytest.raises(LineInUse):
        desk.line.dial(NUMBER)


def test_who_waits_for_a_line_that_breaks_is_told(desk: Desk, modem: ScriptedModem, plug_in: PlugIn) -> None:
    call = desk.line.dial(NUMBER)
    modem.unplug()
    desk.await_state(LineState.FAULT)
    with pytest.raises(LineUnplugged):
        call.connect()
    plug_in("usr5637")
    desk.await_state(LineState.IDLE)
    assert desk.line.can_dial


def test_who_is_being_called_when_the_box_is_stopped_is_told(
    desk: Desk, modem: ScriptedModem, clock: SharedClock, connect: Connect, says: Callable[[str, bytes], None]
) -> None:
    call = connect()
    says("AT+VRX", bytes_of(DIAL_TONE))
    modem.await_command("AT+VTR")
    desk.line.stop()
    with pytest.raises(LineUnplugged):
        outcome(call, clock)


class NoTexts:
    """A store that nothing comes to."""

    def keep_part(
        self, line: str, sender: str, service_time: str, body: str, reference: int | None, total: int, sequence: int
    ) -> bool:
        raise NotImplementedError

    def keep_unreadable(self, line: str, pdu: str) -> None: ...

    def keep_report(self, line: str, reference: int, recipient: str, is_delivered: bool) -> None: ...

    def give_up_waiting(self) -> int:
        return 0


def test_a_line_for_texts_places_no_calls(tmp_path: Path, clock: SharedClock) -> None:
    line = GsmLine("L3", tmp_path / "L3.tty", clock, NoTexts(), lambda: None)
    assert not line.can_dial
    with pytest.raises(CantDial):
        line.dial(NUMBER)

"""Calls that the box places, on the virtual telephone network: every outcome, on each kind of modem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.audio.levels import tone
from firmware.audio.port import HungUp, Port, Sound
from firmware.clock import Deadline, SharedClock
from firmware.modem.errors import (
    Busy,
    CallCancelled,
    Congested,
    LineInUse,
    LineUnplugged,
    NoAnswer,
    NoDialTone,
    NumberInvalid,
)
from firmware.modem.line import LineState, OutgoingCall
from firmware.modem.virtual.client import Network, Phone
from firmware.modem.virtual.process import NetworkProcess
from firmware.modem.voice.dialled_call import DialledCall
from firmware.modem.voice.line import VoiceLine
from firmware.modem.voice.profile import LineSettings
from tests.lines.desk import PATIENCE_S, Desk

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NUMBERS = {"L1": "02161230001", "L2": "02161230002", "L3": "02161230003"}
CONFIG = """
country: cn
lines:
  - {name: L1, kind: voice, model: USR5637, number: "02161230001"}
  - {name: L2, kind: voice, model: CX93010, number: "02161230002"}
  - {name: L3, kind: voice, model: CX93010, number: "02161230003", duplex: false}
"""
HELLO: Sound = np.concatenate([tone((300.0, 720.0, 1100.0), 0.4, -20.0), tone((250.0, 900.0, 2100.0), 0.6, -20.0)])
_phones = count(1)


class Placed:
    """A call that is being placed by a thread of its own."""

    def __init__(self, pool: ThreadPoolExecutor, clock: SharedClock, call: OutgoingCall) -> None:
        self.call = call
        self._clock = clock
        self._port: Future[Port] = pool.submit(call.connect)

    def outcome(self) -> Port:
        """The sound of the call; raises what `connect` raised."""
        return self._port.result(self._clock.real_s(PATIENCE_S))

    def hears_ringing(self) -> None:
        """Wait until two seconds more of the call's sound have come, in which there is a ring."""
        assert isinstance(self.call, DialledCall)
        port, deadline = self.call.port, Deadline(self._clock, PATIENCE_S)
        until_s = port.seconds + 2.0
        while port.seconds < until_s and not deadline.is_over:
            self._clock.sleep(0.05)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> SharedClock:
    return SharedClock.create(tmp_path_factory.mktemp("clock") / "page", START, speed=20)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory, clock: SharedClock) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("network")
    config = folder / "network.yaml"
    config.write_text(CONFIG)
    page = next(tmp_path_factory.getbasetemp().glob("clock*/page"))
    with NetworkProcess(config, folder / "run", clock, page) as network:
        yield network


@pytest.fixture(params=["L1", "L2", "L3"])
def desk(request: pytest.FixtureRequest, network: Network, clock: SharedClock) -> Iterator[Desk]:
    desk = Desk(clock)
    desk.line = VoiceLine(request.param, network.terminal(request.param), clock, desk.take)
    desk.line.start()
    desk.await_state(LineState.IDLE)
    yield desk
    network.fault(request.param, "none")
    network.set_line(request.param, gain_db=0.0)
    try:
        _takes_the_next_call(network, desk)
    finally:
        desk.line.stop()


def _takes_the_next_call(network: Network, desk: Desk) -> None:
    """Whatever became of the call that was placed."""
    desk.await_state(LineState.IDLE)
    call = network.phone(f"136000{next(_phones):05}").dial(NUMBERS[desk.line.name])
    try:
        desk.answer_next()
        call.wait_for("answered")
    finally:
        call.hang_up()


@pytest.fixture
def place(desk: Desk, clock: SharedClock) -> Iterator[Callable[[str], Placed]]:
    pool = ThreadPoolExecutor()
    yield lambda number: Placed(pool, clock, desk.line.dial(number))
    pool.shutdown(wait=False)


@pytest.fixture
def phone(network: Network) -> Phone:
    return network.phone(f"137000{next(_phones):05}")


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "hello.wav", HELLO, 8000, subtype="PCM_16")
    return tmp_path / "hello.wav"


def test_who_answers_and_says_hello_is_heard_and_hears(
    desk: Desk, place: Callable[[str], Placed], phone: Phone, hello: Path
) -> None:
    placed = place(phone.number)
    assert phone.wait_for_ring(30) == NUMBERS[desk.line.name]
    assert desk.line.status().state is LineState.BUSY
    assert not desk.line.can_dial
    answered = phone.answer()
    answered.speak(hello)
    port = placed.outcome()
    port.play(Tone())
    port.wait(3.0)
    assert np.abs(answered.heard()[-8000:]).max() > 4000
    placed.call.hang_up()
    answered.wait_for("ended")


@pytest.mark.parametrize(("plan", "country"), [("us", "us"), ("eu", "de")])
def test_other_countries_invite_to_dial_and_ring_in_tones_of_their_own(
    tmp_path: Path, hello: Path, plan: str, country: str
) -> None:
    clock, desk = SharedClock.create(tmp_path / "page", START, speed=20), Desk(SharedClock(tmp_path / "page"))
    config = tmp_path / "network.yaml"
    config.write_text(CONFIG.replace("country: cn", f"country: {plan}"))
    with NetworkProcess(config, tmp_path / "run", clock, tmp_path / "page") as network, ThreadPoolExecutor() as pool:
        desk.line = VoiceLine("L1", network.terminal("L1"), clock, desk.take, LineSettings(country))
        desk.line.start()
        desk.await_state(LineState.IDLE)
        phone = network.phone("13800000001")
        placed = Placed(pool, clock, desk.line.dial(phone.number))
        phone.wait_for_ring(30)
        clock.sleep(4.0)  # into the gap between two rings
        answered = phone.answer()
        answered.speak(hello)
        placed.outcome()
        placed.call.hang_up()
        answered.wait_for("ended")
        desk.line.stop()


class Tone:
    """Ten seconds of 1 kHz."""

    stops_at_key = False

    def __init__(self) -> None:
        self._frames = 500

    def frame(self) -> Sound | None:
        self._frames -= 1
        return tone((1000.0,), 0.02, -10.0) if self._frames else None


def test_who_answers_and_says_nothing_is_there_when_the_next_ring_is_missed(
    place: Callable[[str], Placed], phone: Phone
) -> None:
    placed = place(phone.number)
    phone.wait_for_ring(30)
    placed.hears_ringing()
    answered = phone.answer()
    placed.outcome()
    placed.call.hang_up()
    answered.wait_for("ended")


def test_a_far_end_that_hangs_up_ends_the_call(place: Callable[[str], Placed], phone: Phone, hello: Path) -> None:
    placed = place(phone.number)
    phone.wait_for_ring(30)
    answered = phone.answer()
    answered.speak(hello)
    port = placed.outcome()
    answered.hang_up()
    while not isinstance(end := port.wait(20.0), HungUp):
        assert end is None
    assert end.reason in ("busy tone", "loop break")


def test_a_phone_in_another_call_is_busy(network: Network, place: Callable[[str], Placed], phone: Phone) -> None:
    other = network.phone(f"135000{next(_phones):05}").dial(phone.number)
    phone.wait_for_ring()
    phone.answer()
    with pytest.raises(Busy) as busy:
        place(phone.number).outcome()
    assert not isinstance(busy.value, Congested)
    other.hang_up()


def test_a_phone_that_is_switched_off_can_not_be_reached_now(place: Callable[[str], Placed], phone: Phone) -> None:
    phone.switch(False)
    with pytest.raises(Congested):
        place(phone.number).outcome()


def test_nobody_answers(place: Callable[[str], Placed], phone: Phone) -> None:
    with pytest.raises(NoAnswer):
        place(phone.number).outcome()


def test_a_number_that_nobody_has_is_invalid(place: Callable[[str], Placed]) -> None:
    with pytest.raises(NumberInvalid):
        place("02199999999").outcome()


def test_given_up_while_it_rings_the_far_phone_falls_silent(place: Callable[[str], Placed], phone: Phone) -> None:
    placed = place(phone.number)
    phone.wait_for_ring(30)
    placed.call.hang_up()
    with pytest.raises(CallCancelled):
        placed.outcome()


def test_given_up_before_it_is_dialled_nothing_is_dialled(desk: Desk, phone: Phone) -> None:
    call = desk.line.dial(phone.number)
    assert not desk.line.can_dial
    call.hang_up()
    with pytest.raises(CallCancelled):
        call.connect()
    assert desk.line.can_dial


def test_one_call_at_a_time(desk: Desk, phone: Phone) -> None:
    call = desk.line.dial(phone.number)
    with pytest.raises(LineInUse):
        desk.line.dial(phone.number)
    call.hang_up()


@pytest.mark.parametrize("number", ["", "12", "110;ATH", "110\r+CFUN=1", "*72110", "138 0000 000x", "1" * 16])
def test_what_is_no_number_comes_near_no_modem(desk: Desk, number: str) -> None:
    with pytest.raises(NumberInvalid):
        desk.line.dial(number)


def test_a_dead_line_is_found_dead_and_left_alone_for_a_while(
    network: Network, desk: Desk, place: Callable[[str], Placed], phone: Phone
) -> None:
    network.set_line(desk.line.name, gain_db=-60.0)
    with pytest.raises(NoDialTone):
        place(phone.number).outcome()
    desk.next_call().hang_up()  # it may have been somebody who called that moment: the box looks
    network.set_line(desk.line.name, gain_db=0.0)
    desk.await_state(LineState.IDLE)
    assert desk.line.status().detail == "no dial tone"
    with pytest.raises(LineInUse):
        desk.line.dial(phone.number)


def test_unplugged_while_dialling(network: Network, desk: Desk, place: Callable[[str], Placed], phone: Phone) -> None:
    placed = place(phone.number)
    phone.wait_for_ring(30)
    network.fault(desk.line.name, "unplug")
    with pytest.raises(LineUnplugged):
        placed.outcome()
    network.fault(desk.line.name, "unplug", on=False)


def test_a_caller_is_faster_than_a_call_that_waits_to_be_dialled(network: Network, desk: Desk, phone: Phone) -> None:
    ours = desk.line.dial("13712345678")
    caller = phone.dial(NUMBERS[desk.line.name])
    incoming = desk.next_call()
    with pytest.raises(LineInUse):
        ours.connect()
    assert incoming.caller.number == phone.number
    incoming.answer()
    caller.wait_for("answered")
    caller.hang_up()


@pytest.mark.parametrize("late_s", [0.0, 0.1, 0.2, 0.3, 0.5])
def test_who_calls_in_the_moment_of_dialling_gets_the_line(
    clock: SharedClock, desk: Desk, place: Callable[[str], Placed], phone: Phone, late_s: float
) -> None:
    caller = phone.dial(NUMBERS[desk.line.name])
    caller.wait_for("ringing")
    clock.sleep(late_s)
    try:
        placed = place("13712345678")
    except LineInUse:
        placed = None
    port = desk.answer_next()
    caller.wait_for("answered")
    port.play(Tone())
    port.wait(2.0)
    assert np.abs(caller.heard()[-8000:]).max() > 4000
    if placed:
        with pytest.raises((LineInUse, NoDialTone)):
            placed.outcome()
    caller.hang_up()

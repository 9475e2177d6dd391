"""Voice lines on the virtual telephone network, both processes twenty times as fast as life."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.audio.levels import level_dbm0, tone
from firmware.audio.port import HungUp, KeyPressed, Port, Sound
from firmware.clock import SharedClock
from firmware.modem.line import CallerId, LineState
from firmware.modem.virtual.client import Network, Phone, PhoneCall
from firmware.modem.virtual.process import NetworkProcess
from firmware.modem.voice.line import VoiceLine
from firmware.modem.voice.profile import CallerIdKind, LineSettings
from tests.lines.desk import Desk

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CONFIG = """
country: cn
lines:
  - {name: L1, kind: voice, model: USR5637, number: "02161230001"}
  - {name: L2, kind: voice, model: CX93010, number: "02161230002"}
  - {name: L3, kind: voice, model: CX93010, number: "02161230003", duplex: false}
  - {name: L4, kind: voice, model: CX93010, number: "02161230004", caller_id: dtmf}
"""
NUMBERS = {"L1": "02161230001", "L2": "02161230002", "L3": "02161230003", "L4": "02161230004"}
SPEECH: Sound = tone((300.0, 720.0, 1100.0), 1.0, -22.0)


_phones = count(1)


class Prompt:
    """A minute of tones, as loud as speech; a key ends it."""

    stops_at_key = True

    def __init__(self) -> None:
        self._frames = 3000

    def frame(self) -> Sound | None:
        self._frames -= 1
        at = self._frames % 50 * 160
        return SPEECH[at : at + 160] if self._frames else None


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


@pytest.fixture
def open_line(network: Network, clock: SharedClock) -> Iterator[Callable[[str], Desk]]:
    lines: list[VoiceLine] = []

    def open_line(name: str) -> Desk:
        desk = Desk(clock)
        kind = CallerIdKind.DTMF if name == "L4" else CallerIdKind.FSK
        line = VoiceLine(name, network.terminal(name), clock, desk.take, LineSettings(caller_id=kind))
        desk.line = line
        line.start()
        lines.append(line)
        desk.await_state(LineState.IDLE)
        return desk

    yield open_line
    for line in lines:
        line.stop()
        network.fault(line.name, "none")


@pytest.fixture
def new_phone(network: Network) -> Callable[[], Phone]:
    return lambda: network.phone(f"138000{next(_phones):05}")


@pytest.fixture
def call(
    new_phone: Callable[[], Phone], open_line: Callable[[str], Desk]
) -> Callable[[str], tuple[Desk, PhoneCall, Port]]:
    def call(line: str) -> tuple[Desk, PhoneCall, Port]:
        desk = open_line(line)
        phone = new_phone().dial(NUMBERS[line])
        port = desk.answer_next()
        phone.wait_for("answered")
        return desk, phone, port

    return call


@pytest.mark.parametrize(("line", "withheld"), [
    ("L1", False),
    ("L2", False),
    ("L4", False),
    ("L1", True),
    ("L2", True),
])  # fmt: skip
def test_the_box_knows_who_calls_before_it_answers(
    network: Network, open_line: Callable[[str], Desk], new_phone: Callable[[], Phone], line: str, withheld: bool
) -> None:
    desk = open_line(line)
    phone = new_phone()
    call = phone.dial(NUMBERS[line], withheld=withheld)
    incoming = desk.next_call()
    assert incoming.caller == CallerId(None if withheld else phone.number, withheld)
    incoming.answer()
    call.wait_for("answered")
    incoming.hang_up()
    call.wait_for("ended")


@pytest.mark.parametrize("line", ["L1", "L2", "L3"])
def test_every_key_arrives_once_and_in_order(call: Callable[[str], tuple[Desk, PhoneCall, Port]], line: str) -> None:
    _, phone, port = call(line)
    phone.press("1234567890*#")
    pressed = [port.wait(5.0) for _ in range(12)]
    assert pressed == [KeyPressed(key) for key in "1234567890*#"]
    phone.hang_up()


@pytest.mark.parametrize("line", ["L1", "L2", "L3"])
def test_a_key_silences_the_prompt_at_the_far_end(
    call: Callable[[str], tuple[Desk, PhoneCall, Port]], line: str
) -> None:
    _, phone, port = call(line)
    port.play(Prompt())
    assert port.wait(2.0) is None
    (key,) = phone.press("5", tone_ms=200)
    assert port.wait(5.0) == KeyPressed("5")
    assert port.wait(1.0) is None
    heard = phone.heard()
    before, after = heard[key.starts_at_sample - 4000 : key.starts_at_sample], heard[key.starts_at_sample + 1600 :]
    assert level_dbm0(before) > -25
    assert level_dbm0(after[:4000]) < -45
    phone.hang_up()


def test_the_last_word_is_heard_to_its_end(
    call: Callable[[str], tuple[Desk, PhoneCall, Port]],
) -> None:
    desk, phone, port = call("L1")
    port.play(Prompt())
    assert port.wait(1.0) is None
    port.stop()
    port.play(Farewell())
    port.wait(5.0)
    desk.hang_up()
    desk.await_state(LineState.IDLE)
    heard = phone.heard().astype(np.int32)
    assert np.count_nonzero(np.abs(heard - 8192) < 300) == Farewell.samples


class Farewell:
    """Half a second that is easy to count."""

    stops_at_key = False
    samples = 4000

    def __init__(self) -> None:
        self._left = self.samples // 160

    def frame(self) -> Sound | None:
        self._left -= 1
        return np.full(160, 8192, np.int16) if self._left >= 0 else None


@pytest.mark.parametrize("line", ["L1", "L2", "L3"])
def test_a_caller_who_hangs_up_is_noticed_and_the_line_takes_the_next_call(
    new_phone: Callable[[], Phone], call: Callable[[str], tuple[Desk, PhoneCall, Port]], line: str
) -> None:
    desk, phone, port = call(line)
    port.play(Prompt())
    assert port.wait(1.0) is None
    phone.hang_up()
    end = port.wait(20.0)
    assert isinstance(end, HungUp)
    assert end.reason in ("busy tone", "loop break")
    desk.await_state(LineState.IDLE, within_s=10)
    second = new_phone().dial(NUMBERS[line])
    desk.answer_next()
    second.wait_for("answered")
    second.hang_up()


def test_a_one_way_modem_records_what_the_caller_says(
    call: Callable[[str], tuple[Desk, PhoneCall, Port]], tmp_path: Path
) -> None:
    _, phone, port = call("L3")
    meter = Meter()
    port.add_tap(meter)
    port.only_listen(True)
    assert port.wait(1.0) is None
    phone.speak(wav(tmp_path / "speech.wav", SPEECH))
    assert port.wait(2.0) is None
    assert meter.loud_s >= 0.9
    port.only_listen(False)
    port.play(Prompt())
    assert port.wait(2.0) is None
    assert level_dbm0(phone.heard()[-4000:]) > -25
    phone.hang_up()


class Meter:
    """For how long it was loud."""

    def __init__(self) -> None:
        self.loud_s = 0.0

    def heard(self, sound: Sound) -> None:
        if level_dbm0(sound) > -30:
            self.loud_s += len(sound) / 8000

    def spoke(self, frame: Sound) -> None: ...


def wav(path: Path, sound: Sound) -> Path:
    soundfile.write(path, sound, 8000, subtype="PCM_16")
    return path


@pytest.mark.parametrize(("fault", "reasons"), [
    ("unplug", {"unplugged"}),
    ("mute", {"modem silent"}),
    ("reset", {"modem silent"}),
    ("garble", {"modem garbled", "busy tone", "loop break", "congestion tone"}),
])  # fmt: skip
def test_a_broken_modem_ends_its_call_and_the_line_heals(
    network: Network,
    new_phone: Callable[[], Phone],
    call: Callable[[str], tuple[Desk, PhoneCall, Port]],
    fault: str,
    reasons: set[str],
) -> None:
    desk, phone, port = call("L1")
    network.fault("L1", fault)
    end = port.wait(20.0)
    assert isinstance(end, HungUp)
    assert end.reason in reasons
    network.fault("L1", fault, on=False)
    phone.wait_for("ended", within_s=30)
    desk.await_state(LineState.IDLE, within_s=15)
    second = new_phone().dial(NUMBERS["L1"])
    desk.answer_next()
    second.wait_for("answered")
    second.hang_up()


def test_one_broken_line_takes_no_other_down(
    network: Network, call: Callable[[str], tuple[Desk, PhoneCall, Port]]
) -> None:
    _, first, broken = call("L1")
    _, second, port = call("L2")
    network.fault("L1", "unplug")
    assert broken.wait(5.0) == HungUp("unplugged")
    second.press("7")
    assert port.wait(5.0) == KeyPressed("7")
    first.wait_for("ended")
    second.hang_up()


def test_fifty_times_unplugged_leaves_no_thread_and_no_open_file(
    network: Network, open_line: Callable[[str], Desk]
) -> None:
    desk = open_line("L2")
    threads, files = threading.active_count(), open_files()
    for _ in range(50):
        network.fault("L2", "unplug")
        desk.await_state(LineState.FAULT)
        network.fault("L2", "unplug", on=False)
        desk.await_state(LineState.IDLE)
    assert threading.active_count() == threads
    assert open_files() == files


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))

"""The network as a process, a real serial port, and a clock that runs 20 times as fast."""

from __future__ import annotations

import re
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import serial

from firmware.clock import Deadline, SharedClock
from firmware.control.channel import Refused
from firmware.modem.virtual.client import DidNotHappen, Network, PhoneCall
from firmware.modem.virtual.config import read_config
from firmware.modem.virtual.errors import BadConfig
from firmware.modem.virtual.process import NetworkDied, NetworkProcess

SPEED = 20.0
CONFIG = """
country: cn
phones: ["13800000009"]
lines:
  - {name: L1, kind: voice, model: USR5637, number: "02161230001", noise_dbm0: -60, echo_db: -20}
  - {name: L2, kind: voice, model: CX93010, number: "02161230002", duplex: false}
  - {name: L3, kind: gsm, number: "13900000000"}
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("network")
    (folder / "network.yaml").write_text(CONFIG)
    clock = SharedClock.create(folder / "clock", datetime(2026, 3, 2, 1, 0, tzinfo=UTC), SPEED)
    with NetworkProcess(folder / "network.yaml", folder / "run", clock, folder / "clock") as running:
        yield running


@pytest.fixture(autouse=True)
def _healthy(network: Network) -> None:
    for line in ("L1", "L2", "L3"):
        network.fault(line, "none")


class Host:
    """A program with the port open that knows nothing but AT commands."""

    def __init__(self, network: Network, line: str) -> None:
        self.clock = network.clock
        self.port = serial.Serial(str(network.terminal(line)), 115_200, timeout=0)
        self.received = b""
        self.clock.sleep(0.1)

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: object) -> None:
        self.port.close()

    def read_until(self, pattern: bytes, within_s: float = 8.0) -> bytes:
        """All bytes up to and with `pattern`, in box seconds."""
        deadline = Deadline(self.clock, within_s)
        while not (match := re.search(pattern, self.received, re.DOTALL)):
            if deadline.is_over:
                raise AssertionError(f"{pattern!r} did not come, but {self.received[-200:]!r}")
            self.received += self.port.read(65_536)
        before, self.received = self.received[: match.end()], self.received[match.end() :]
        return before

    def ask(self, command: str) -> bytes:
        self.port.write(command.encode() + b"\r")
        return self.read_until(rb"(OK|ERROR|CONNECT)\r\n")

    def answer(self, stream: str) -> None:
        self.read_until(rb"RING\r\n", 12)
        self.clock.sleep(1.0)  # the burst is over then
        for command in ("AT+FCLASS=8", "AT+VLS=1", stream):
            assert self.ask(command).endswith((b"OK\r\n", b"CONNECT\r\n"))


def call(network: Network, host: Host, number: str = "02161230001", stream: str = "AT+VTR") -> PhoneCall:
    for command in ("ATZ", "ATE0", "AT+VCID=1", "AT+GCI=26"):
        host.ask(command)
    placed = network.phone("13800000001").dial(number)
    placed.wait_for("ringing")
    host.answer(stream)
    placed.wait_for("answered")
    return placed


def test_phone_and_host_hear_each_other(network: Network) -> None:
    with Host(network, "L1") as host:
        placed = call(network, host)
        tone = ((np.sin(2 * np.pi * 700 * np.arange(8000) / 8000) * 90) + 128).astype(np.uint8).tobytes()
        host.port.write(tone[:4000].replace(b"\x10", b"\x10\x10"))
        keys = placed.press("1948")
        events = host.read_until(rb"\x10/\x101.*\x10/\x109.*\x10/\x104.*\x10/\x108.*?\x10~")
        assert b"\x10/" in events
        said = placed.said()
        for key in keys:
            assert not said[key.starts_at_sample - 1]
            assert np.abs(said[key.starts_at_sample : key.ends_at_sample]).max() > 3000
        heard = placed.heard()[: len(said)]
        assert len(heard) == len(said)
        spectrum = np.abs(np.fft.rfft(heard[-16_000:]))
        assert round(int(np.argmax(spectrum)) / 2) == 700
        placed.hang_up()
        assert placed.wait_for("ended")["reason"] == "caller hung up"
        host.read_until(rb"\x10b", 6)
        host.port.write(b"\x10^")
        host.read_until(rb"\x10\x03\r\nOK\r\n")
        host.ask("ATH")


def test_a_phone_speaks_a_file(network: Network, tmp_path: Path) -> None:
    file, wrong = tmp_path / "yes.wav", tmp_path / "no.wav"
    for path, rate in ((file, 8000), (wrong, 44_100)):
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes((np.sin(np.arange(800)) * 9000).astype("<i2").tobytes())
    with Host(network, "L1") as host:
        placed = call(network, host)
        with pytest.raises(Refused, match="8000 Hz"):
            placed.speak(wrong)
        place = placed.speak(file)
        assert place["ends_at_sample"] - place["starts_at_sample"] == 800
        network.clock.sleep(0.5)
        said = placed.said()[place["starts_at_sample"] : place["ends_at_sample"]]
        assert np.array_equal(said, (np.sin(np.arange(800)) * 9000).astype(np.int16))
        host.port.write(b"\x10^")
        host.read_until(rb"\x10\x03\r\nOK\r\n")
        host.ask("ATH")
        assert placed.wait_for("ended")["reason"] == "called party hung up"


def test_a_closed_port_hangs_up(network: Network) -> None:
    with Host(network, "L1") as host:
        placed = call(network, host)
    placed.wait_for("ended")


def test_unplugged_and_plugged_in_again(network: Network) -> None:
    with Host(network, "L1") as host:
        placed = call(network, host)
        network.fault("L1", "unplug")
        placed.wait_for("ended")
        assert not network.terminal("L1").exists()
        with pytest.raises((serial.SerialException, OSError)):  # noqa: PT012 - the first read may still have data
            for _ in range(3):
                host.port.read(65_536)
                host.port.write(b"AT\r")
                network.clock.sleep(0.5)
    network.fault("L1", "unplug", on=False)
    with Host(network, "L1") as host:
        assert host.ask("ATI0").endswith(b"\r\n5601\r\n\r\nOK\r\n")


def test_a_mute_modem_answers_again_when_healed(network: Network) -> None:
    with Host(network, "L1") as host:
        network.fault("L1", "mute")
        with pytest.raises(AssertionError, match="did not come"):
            host.ask("AT")
        network.fault("L1", "mute", on=False)
        host.ask("AT")


def test_late_replies_come_late(network: Network) -> None:
    with Host(network, "L1") as host:
        network.fault("L1", "late", late_s=2.0)
        before = network.clock.monotonic()
        host.ask("AT")
        assert network.clock.monotonic() - before >= 2.0


def test_garbage_comes_without_being_asked_for(network: Network) -> None:
    with Host(network, "L1") as host:
        network.fault("L1", "garble")
        host.read_until(rb".{50}", 10)
        network.fault("L1", "garble", on=False)
        network.clock.sleep(0.3)
        host.port.read(65_536)
        host.ask("AT")


def test_unsolicited_codes_can_get_lost(network: Network) -> None:
    with Host(network, "L1") as host:
        network.fault("L1", "lose-unsolicited")
        placed = network.phone("13800000002").dial("02161230001")
        placed.wait_for("ringing")
        with pytest.raises(AssertionError, match="did not come"):
            host.read_until(rb"RING", 6)
        placed.hang_up()


def test_a_line_without_duplex_takes_turns(network: Network) -> None:
    with Host(network, "L2") as host:
        placed = call(network, host, "02161230002", "AT+VTX")
        host.port.write(b"\xf0\x20" * 400 + b"\x10\x03")
        host.read_until(rb"OK\r\n")
        host.ask("AT+VRX")
        placed.press("5")
        host.read_until(rb"\x105")
        placed.hang_up()
        placed.wait_for("ended")


def test_a_phone_is_called_and_answers(network: Network) -> None:
    with Host(network, "L1") as host:
        phone = network.phone("13800000009")
        for command in ("ATZ", "ATE0", "AT+GCI=26", "AT+FCLASS=8"):
            host.ask(command)
        host.port.write(b"ATDT13800000009\r")
        assert phone.wait_for_ring() == "02161230001"
        answered = phone.answer()
        host.read_until(rb"OK\r\n", 15)
        answered.hang_up()
        answered.wait_for("ended")


def test_a_phone_that_was_switched_off_stays_off(network: Network) -> None:
    network.phone("13800000009").switch(on=False)
    placed = network.phone("13800000001").dial("13800000009")
    placed.wait_for("congestion")
    placed.hang_up()
    network.phone("13800000009").switch(on=True)
    placed = network.phone("13800000001").dial("13800000009")
    placed.wait_for("ringing")
    placed.hang_up()
    placed.wait_for("ended")


def test_a_mobile_line_rings(network: Network) -> None:
    with Host(network, "L3") as host:
        host.ask("AT+CLIP=1")
        placed = network.phone("13800000001").dial("13900000000")
        host.read_until(rb'RING.*\+CLIP: "13800000001"')
        host.ask("AT+CHUP")
        assert placed.wait_for("ended")["reason"] == "called party hung up"


def test_texts_reach_the_mobile_line(network: Network) -> None:
    with Host(network, "L3") as host:
        host.ask("AT+CPIN?")
        host.ask("AT+CMGF=0")
        host.ask("AT+CNMI=2,1,0,2")
        network.phone("13800000001").text("13900000000", "挂号")
        host.read_until(rb'\+CMTI: "[A-Z]+",\d+')


def test_impossible_requests_say_what_is_wrong(network: Network) -> None:
    phone = network.phone("13800000003")
    with pytest.raises(Refused, match="nobody calls"):
        phone.answer()
    placed = phone.dial("02100000000")
    with pytest.raises(Refused, match="telephone keys are"):
        placed.press("12x")
    with pytest.raises(Refused, match="keys is missing"):
        network.ask("press", call=placed.name, keys="")
    with pytest.raises(Refused, match="is in a call"):
        phone.dial("02161230001")
    with pytest.raises(DidNotHappen):
        placed.wait_for("answered", within_s=0.2)
    placed.hang_up()
    with pytest.raises(Refused, match="UnknownCall"):
        placed.hang_up()
    with pytest.raises(Refused, match="there are L1, L2, L3"):
        network.fault("L9", "mute")
    with pytest.raises(Refused, match="lose-unsolicited"):
        network.fault("L1", "explode")
    for keys, tone_ms in (("1" * 201, 80), ("1", 0), ("1", 99_999)):
        with pytest.raises(Refused):
            placed_again(network, keys, tone_ms)
    for nonsense in ({"gain_db": None}, {"gain_db": "loud"}, {"caller_id": "pigeon"}):
        with pytest.raises(Refused):
            network.set_line("L1", **nonsense)
    with pytest.raises(Refused, match="between"):
        network.set_line("L1", echo_db=40)
    with pytest.raises(Refused, match="copper"):
        network.set_line("L3", gain_db=-3)


def placed_again(network: Network, keys: str, tone_ms: int) -> None:
    placed = network.phone("13800000004").dial("02100000000")
    try:
        placed.press(keys, tone_ms)
    finally:
        placed.hang_up()


def test_lines_and_calls_are_shown(network: Network) -> None:
    network.set_line("L1", gain_db=-3, echo_db=None)
    state = network.state()
    assert state["lines"]["L1"]["hook"] == "on-hook"
    assert state["lines"]["L2"]["model"] == "CX93010"
    assert state["ticks"] > 0


@pytest.mark.parametrize(
    "config",
    [
        "lines: 7",
        "[]",
        "lines: [{name: L1, kind: tin-can, number: '123'}]",
        "lines: [{name: L1, kind: voice, number: x}]",
        "lines: [{name: ../L1, kind: voice, number: '123'}]",
        "lines: [{name: L1, kind: voice, number: '123', model: Hayes}]",
        "lines: [{name: L1, kind: voice, number: '123', colour: red}]",
        "lines: [{name: L1, kind: voice, number: '123', gain_db: 99}]",
        "lines: [{name: L1, kind: voice, number: '123', gain_db: loud}]",
        "country: atlantis",
        "\x00",
    ],
)
def test_a_bad_configuration_is_refused(tmp_path: Path, config: str) -> None:
    (tmp_path / "c.yaml").write_text(config)
    with pytest.raises(BadConfig):
        read_config(tmp_path / "c.yaml")


def test_a_network_that_cannot_start_says_so(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("lines: 7")
    clock = SharedClock.create(tmp_path / "clock", datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(NetworkDied), NetworkProcess(tmp_path / "c.yaml", tmp_path / "run", clock):
        pass
    assert "lines is a list" in (tmp_path / "run" / "network.log").read_text()


def test_a_call_is_heard_and_spoken_live_through_the_socket(network: Network) -> None:
    frame = (np.sin(np.arange(160) * 2 * np.pi * 700 / 8000) * 8000).astype("<i2").tobytes()
    with Host(network, "L1") as host:
        placed = call(network, host)
        network.clock.set_speed(1.0)  # a listener may be a second late, and that is real
        sound = placed.sound()
        assert [len(sound.receive(2.0) or b"") for _ in range(5)] == [320] * 5
        for _ in range(9):
            sound.send(frame)
        assert [len(sound.receive(2.0) or b"") for _ in range(15)] == [320] * 15
        assert np.abs(placed.said()).max() > 7000
        with pytest.raises(Refused, match="no call 'call-999'"):
            PhoneCall(network, "call-999").sound()
        network.clock.set_speed(SPEED)
        placed.hang_up()
        placed.wait_for("ended")

"""Live sound over the control socket: both ways, in step, and cut off rather than waited for."""

from __future__ import annotations

import logging
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.control.channel import ControlClient, ControlServer, Message, NotRunning, Refused
from firmware.control.messages import encode
from firmware.control.sound import FRAME_BYTES, MOST_UNHEARD, SoundStream, StreamEnded, open_sound

FRAME = bytes(range(160)) * 2
LATER = bytes(reversed(FRAME))


class House:
    """A server with one stream, whose end on this side the test holds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.streams: queue.Queue[SoundStream] = queue.Queue()
        self.heard: queue.Queue[bytes | None] = queue.Queue()
        self.server = ControlServer(path, {"greet": lambda _: {}}, {"sound": self._serve}).start()

    def _serve(self, request: Message, stream: SoundStream) -> None:
        if request["call"] != "call-1":
            raise KeyError(f"there is no call {request['call']!r}")
        self.streams.put(stream)
        while (frame := stream.receive()) is not None:
            self.heard.put(frame)
        self.heard.put(None)

    def open(self) -> tuple[SoundStream, SoundStream]:
        far = open_sound(self.path, 2.0, call="call-1")
        return far, self.streams.get(timeout=2)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "net.sock")
    yield house
    house.server.close()


def test_sound_goes_both_ways(house: House) -> None:
    far, near = house.open()
    near.send(FRAME)
    near.send(bytes(FRAME_BYTES))
    assert (far.receive(1.0), far.receive(1.0)) == (FRAME, bytes(FRAME_BYTES))
    far.send(FRAME)
    assert house.heard.get(timeout=1) == FRAME


def test_what_is_refused_says_why(house: House) -> None:
    with pytest.raises(Refused, match="no call 'call-9'"):
        open_sound(house.path, 2.0, call="call-9")
    raw = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    raw.connect(str(house.path))
    raw.send(encode({"ask": "sound", "version": 1, "call": "call-9"}))
    assert b"KeyError" in raw.recv(1000)
    raw.send(encode({"ask": "greet"}))  # the connection is still good for requests
    assert raw.recv(1000) == b'{"ok": true}'
    raw.close()


def test_a_stream_of_another_version_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.control.sound.VERSION", 7)
    with pytest.raises(Refused, match="version 1 is spoken here, not 7"):
        open_sound(house.path, 2.0, call="call-1")


def test_nobody_home_and_nobody_who_answers_are_the_same(tmp_path: Path) -> None:
    with pytest.raises(NotRunning):
        open_sound(tmp_path / "no.sock", 0.1)
    silent = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    silent.bind(str(tmp_path / "silent.sock"))
    silent.listen()
    with pytest.raises(NotRunning):
        open_sound(tmp_path / "silent.sock", 0.05)
    silent.close()


def test_silence_is_waited_for_no_longer_than_asked(house: House) -> None:
    far, _ = house.open()
    with pytest.raises(TimeoutError):
        far.receive(0.02)


@pytest.mark.parametrize("who", ["far", "near"])
def test_either_side_ends_the_stream(house: House, who: str) -> None:
    far, near = house.open()
    (far if who == "far" else near).close()
    assert house.heard.get(timeout=1) is None
    assert far.receive(1.0) is None
    with pytest.raises(StreamEnded):
        (near if who == "far" else far).send(FRAME)


def test_a_receiver_that_waits_is_woken_by_closing(house: House) -> None:
    far, _ = house.open()
    ended: queue.Queue[bytes | None] = queue.Queue()
    waiting = threading.Thread(target=lambda: ended.put(far.receive()), daemon=True)
    waiting.start()
    far.close()
    assert ended.get(timeout=1) is None
    waiting.join()


def test_a_server_that_ends_ends_the_stream(house: House) -> None:
    far, _ = house.open()
    house.server.close()
    assert far.receive(1.0) is None


def test_a_reader_that_was_held_up_misses_what_was_said_and_hears_on(house: House) -> None:
    far, near = house.open()
    for _ in range(MOST_UNHEARD):
        near.send(FRAME)
    kept = 0
    with suppress(TimeoutError):
        while far.receive(0.1):
            kept += 1
    assert 35 <= kept <= 75  # 0.7 to 1.5 s: what is older than that nobody wants to hear
    for _ in range(MOST_UNHEARD):
        near.send(LATER)
        assert far.receive(1.0) == LATER


def test_a_reader_that_takes_nothing_is_cut_and_never_waited_for(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    far, near = house.open()
    with caplog.at_level(logging.INFO):
        sent = send_until_cut(near)
    assert MOST_UNHEARD + 35 <= sent <= MOST_UNHEARD + 75
    assert "takes nothing" in caplog.text
    assert house.heard.get(timeout=1) is None
    while far.receive(1.0) is not None:
        pass


def send_until_cut(stream: SoundStream) -> int:
    for sent in range(10_000):
        try:
            stream.send(FRAME)
        except StreamEnded:
            return sent
    raise AssertionError("it was never cut")


def test_only_whole_frames_are_sent(house: House) -> None:
    far, _ = house.open()
    with pytest.raises(ValueError, match="320 bytes"):
        far.send(FRAME[1:])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(packet=st.binary(min_size=1, max_size=700).filter(lambda p: p[0] != 1 or len(p) != 321))
def test_anything_else_ends_the_stream_and_nothing_more(house: House, packet: bytes) -> None:
    raw = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    raw.connect(str(house.path))
    raw.send(encode({"ask": "sound", "version": 1, "call": "call-1"}))
    assert b'"ok": true' in raw.recv(1000)
    raw.send(b"\x01" + FRAME)
    raw.send(packet)
    assert house.heard.get(timeout=1) == FRAME
    assert house.heard.get(timeout=1) is None
    raw.close()
    house.streams.get(timeout=1)
    assert ControlClient(house.path).ask("greet") == {}

"""A browser's port: a box's clock drives it, whatever the browser does, and it outlives a page that comes back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from firmware.audio.bridge import Bridge
from firmware.audio.music import music
from firmware.audio.port import FRAME_SAMPLES, Port, Sound
from firmware.audio.stream_port import MOST_BEHIND_FRAMES, StreamPort
from firmware.clock import Clock, ManualClock, SharedClock, SystemClock
from firmware.control.sound import SoundStream

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WITHIN_S = 20.0

Line = tuple[SoundStream, SoundStream]  # the box's end and the browser's


def line() -> Line:
    box, browser = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return SoundStream(box), SoundStream(browser)


def frame_of(value: int) -> bytes:
    return np.full(FRAME_SAMPLES, value, "<i2").tobytes()


class Ear:
    """A tap that keeps what came, and tells when."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self._came = threading.Condition()

    def heard(self, sound: Sound) -> None:
        with self._came:
            self.values.append(int(sound[0]))
            self._came.notify_all()

    def spoke(self, frame: Sound) -> None:
        """Not of interest."""

    def wait_for(self, value: int) -> None:
        with self._came:
            assert self._came.wait_for(lambda: value in self.values, WITHIN_S)


Start = Callable[..., StreamPort]


@pytest.fixture
def start() -> Iterator[Start]:
    ports: list[StreamPort] = []

    def begin(stream: SoundStream, clock: Clock | None = None, **options: bool) -> StreamPort:
        ports.append(StreamPort(stream, clock or SystemClock(), **options).start())
        return ports[-1]

    yield begin
    for port in ports:
        port.stop()


def hears(browser: SoundStream, value: int) -> None:
    for _ in range(200):
        frame = browser.receive(WITHIN_S)
        assert frame is not None
        if np.frombuffer(frame, "<i2")[0] == value:
            return
    raise AssertionError(f"{value} was never heard")


def test_a_browser_that_says_nothing_hears_all_the_same(start: Start) -> None:
    box, browser = line()
    start(box).port.play(music())
    first = music().frame().astype("<i2").tobytes()
    while browser.receive(WITHIN_S) != first:
        pass
    assert any(np.frombuffer(browser.receive(WITHIN_S) or b"", "<i2"))


def test_what_the_browser_says_reaches_the_port_and_back(start: Start) -> None:
    box, browser = line()
    seat = start(box)
    bridge = Bridge()
    agent, other_port = bridge.join(seat.port), Port()
    other = bridge.join(other_port)
    agent.hear(other)
    other.hear(agent)
    ear = Ear()
    seat.port.add_tap(ear)
    for value in (7, 8, 9):
        browser.send(frame_of(value))
    ear.wait_for(9)
    assert ear.values == [7, 8, 9]
    assert other_port.speak()[0] == 8
    for _ in range(8):
        other_port.hear(np.full(FRAME_SAMPLES, 77, np.int16))
    hears(browser, 77)


def test_of_somebody_who_only_listens_nothing_is_taken(start: Start) -> None:
    box, browser = line()
    seat = start(box, takes_sound=False)
    ear = Ear()
    seat.port.add_tap(ear)
    browser.send(frame_of(1))
    for _ in range(30):
        browser.receive(WITHIN_S)
    seat.takes_sound = True
    browser.send(frame_of(2))
    ear.wait_for(2)
    assert ear.values == [2]


def test_when_the_page_is_gone_time_goes_on_and_the_page_comes_back(start: Start) -> None:
    box, browser = line()
    seat = start(box)
    assert not seat.is_lost
    browser.close()
    seat.wait_while_carrying(box)
    assert seat.is_lost
    assert seat.port.wait(0.1) is None
    again, browser = line()
    seat.replace(again)
    assert not seat.is_lost
    ear = Ear()
    seat.port.add_tap(ear)
    browser.send(frame_of(5))
    ear.wait_for(5)
    assert browser.receive(WITHIN_S) == frame_of(0)


def test_a_newer_page_takes_over_from_an_older_one(start: Start) -> None:
    box, browser = line()
    seat = start(box)
    newer, newer_browser = line()
    seat.replace(newer)
    seat.wait_while_carrying(box)
    while browser.receive(WITHIN_S) is not None:
        pass
    assert newer_browser.receive(WITHIN_S) == frame_of(0)
    assert not seat.is_lost


def test_a_frame_of_the_wrong_size_loses_the_stream_and_not_the_port(start: Start) -> None:
    box, browser = line()
    seat = start(box)
    browser._socket.send(b"\x01too short")
    seat.wait_while_carrying(box)
    assert seat.is_lost
    assert seat.port.wait(0.1) is None


def test_whoever_waits_for_a_stopped_port_is_let_go(start: Start) -> None:
    box, browser = line()
    seat = start(box)
    seat.stop()
    seat.wait_while_carrying(box)
    late, late_browser = line()
    seat.replace(late)
    assert late_browser.receive(WITHIN_S) is None
    while browser.receive(WITHIN_S) is not None:
        pass


def test_after_being_held_up_a_few_frames_are_caught_up_and_no_more(start: Start) -> None:
    clock = ManualClock(START)
    box, browser = line()
    seat = start(box, clock)
    assert browser.receive(WITHIN_S)
    clock.advance(10.0)
    for _ in range(MOST_BEHIND_FRAMES + 1):
        assert browser.receive(WITHIN_S)
    with pytest.raises(TimeoutError):
        browser.receive(0.1)
    assert seat.port.seconds == pytest.approx((MOST_BEHIND_FRAMES + 2) * 0.02)


def test_it_keeps_the_pace_of_a_box_whose_clock_runs_fast(start: Start, tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", START, speed=20)
    box, browser = line()
    drain = threading.Thread(target=lambda: [None for _ in iter(browser.receive, None)], daemon=True)
    drain.start()
    began_s = clock.monotonic()
    seat = start(box, clock)
    assert seat.port.wait(10.0) is None
    assert clock.monotonic() - began_s >= 10.0 - MOST_BEHIND_FRAMES * 0.02 - 0.04
    seat.stop()
    drain.join(WITHIN_S)

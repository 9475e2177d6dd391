"""From a caller's mouth to an agent's ear and back, through lines, bridge and streams, found by chirps.

The agent's page gives back every frame as soon as it has come: the way there and back is read from what one telephone
said and heard, on one line of time. Beside it stands the floor: the same line giving back its own sound at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Protocol

import numpy as np
from simple_websocket import Client, ConnectionClosed

from bench import ledgers
from bench import mouth_to_ear_chirps as chirps
from bench.box import BenchError, call_every_line, running_box
from bench.desk_people import AtDesk, hire
from bench.figures import Figures, spread
from bench.hammer_server import free_port, wait_for_pages
from bench.machine import IdleMeter, put_first
from bench.mouth_to_ear_line import parrot_call
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound
from firmware.clock import Clock
from firmware.control.sound import StreamEnded
from firmware.modem.virtual.client import PhoneCall
from firmware.staff.rights import Role

ABOUT = "chirps from a telephone to an agent's page, which gives them back, and what the lines take anyway (floor)"
_CHIRPS = 20
_LEAST_CHIRPS = 15  # a stall of the machine swallows one
_EVERY_S = 0.8
_ODD_S = 0.013  # chirps fall everywhere within a frame
_EARLIEST_S, _LATEST_S = 0.04, 0.6  # before lies the line's own echo, after it a chirp is taken for lost
_ANNOUNCED_S = 5.0  # the caller is told who speaks now
_SETTLES_S = 1.5
_LOOKS, _LOOK_EVERY_S = 100, 0.001


def measure() -> Figures:
    """The floor, then one talk whose page is reached over the control socket and, after it came back, a websocket."""
    idle, port = IdleMeter(), free_port()
    with ledgers.folder() as folder, parrot_call(folder) as (call, clock):
        floor = _there_and_back(call, clock, _said_by(call, clock, folder))
    figures: Figures = {**spread(floor, "floor_"), "floor_chirps": len(floor)}
    with running_box(1, web_port=port) as rig:
        wait_for_pages(port)
        put_first(rig.network_pid)  # it stands for modems, which nothing delays
        person = hire(rig, Role.AGENT, 1)[0]
        desk = AtDesk(rig)
        desk.ask("sign_in", person, device="browser")
        pages: dict[str, Callable[[], Page]] = {
            "control_socket_": lambda: desk.sound(person),
            "websocket_": lambda: WebPage(port, person.cookie),
        }
        for prefix, open_page in pages.items():
            page = Echo(open_page())
            if prefix == "control_socket_":
                desk.ask("ready", person)
                calls = call_every_line(rig, 1)
                desk.talk([person], calls)
            figures |= _figures(prefix, calls[0], rig.clock, page, rig.folders.data, floor)
    return figures | {"idle_pct": idle.idle_pct}


class Page(Protocol):
    """Where an agent's sound comes out, whatever it has come through."""

    def receive(self) -> bytes | None:
        """The next frame; None when it is over."""

    def send(self, frame: bytes) -> None:
        """20 ms for the caller."""


class WebPage:
    """A browser's websocket to the seat."""

    def __init__(self, port: int, cookie: str) -> None:
        headers = {"Cookie": cookie, "Origin": "http://127.0.0.1"}  # as the client names the host: without the port
        self._socket = Client(f"ws://127.0.0.1:{port}/desk/sound", headers=headers)

    def receive(self) -> bytes | None:
        try:
            frame: bytes = self._socket.receive()
        except ConnectionClosed:
            return None
        return frame

    def send(self, frame: bytes) -> None:
        self._socket.send(frame)


class Echo:
    """Gives back every frame at once, and notes when each came."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._came: list[tuple[float, bytes]] = []
        threading.Thread(target=self._run, daemon=True).start()

    def heard(self) -> tuple[list[float], Sound]:
        """When each frame came (real seconds), and all of their sound."""
        came = list(self._came)
        return [at_s for at_s, _ in came], np.frombuffer(b"".join(frame for _, frame in came), "<i2").astype(np.int16)

    def _run(self) -> None:
        while (frame := self._page.receive()) is not None:
            self._came.append((time.monotonic(), frame))
            try:
                self._page.send(frame)
            except (StreamEnded, ConnectionClosed):
                return


@dataclass(frozen=True)
class Said:
    """A chirp that a phone said: the sample where it begins, and when that was, in real seconds."""

    sample: int
    at_s: float


def _figures(prefix: str, call: PhoneCall, clock: Clock, page: Echo, folder: Path, floor: list[float]) -> Figures:
    chirped = _said_by(call, clock, folder)
    both_ways, there = _there_and_back(call, clock, chirped), _there(chirped, page)
    return {
        **spread(both_ways, f"{prefix}there_and_back_"),
        f"{prefix}chirps": len(both_ways),
        f"{prefix}added_to_floor_p50_ms": round(1000 * (median(both_ways) - median(floor)), 1),
        f"{prefix}line_to_page_p50_ms": round(1000 * median(there), 1),
        f"{prefix}page_to_line_p50_ms": round(1000 * (median(both_ways) - median(there)), 1),
    }


def _said_by(call: PhoneCall, clock: Clock, folder: Path) -> list[Said]:
    """Have the phone chirp at odd moments."""
    file = chirps.write(folder / "chirp.wav")
    clock.sleep(_ANNOUNCED_S)
    said = []
    for number in range(_CHIRPS):
        sample = int(call.speak(file)["starts_at_sample"])
        began_s = min(_began_s(call, clock) for _ in range(_LOOKS))
        said.append(Said(sample, began_s + sample / SAMPLE_RATE_HZ))
        clock.sleep(_EVERY_S + number % 3 * _ODD_S)
    return said


def _began_s(call: PhoneCall, clock: Clock) -> float:
    """When the phone's first sample was said if it has been on time since; some looks are later than others."""
    clock.sleep(_LOOK_EVERY_S)
    return time.monotonic() - call.said_file.stat().st_size / 2 / SAMPLE_RATE_HZ


def _there_and_back(call: PhoneCall, clock: Clock, chirped: list[Said]) -> list[float]:
    """How long after it was said the phone heard each chirp again, in seconds."""
    clock.sleep(_SETTLES_S)
    heard = call.heard()
    places = {said.sample: _place(heard, said.sample) for said in chirped}
    return _enough([(place - sample) / SAMPLE_RATE_HZ for sample, place in places.items() if place is not None])


def _there(chirped: list[Said], page: Echo) -> list[float]:
    """How long after it was said each chirp came out at the page, in seconds (to a tick of the network, 10 ms)."""
    came_s, sound = page.heard()
    delays = []
    for said in chirped:
        first = next(number for number, came in enumerate(came_s) if came > said.at_s)
        place = _place(sound, (first - 1) * FRAME_SAMPLES, 0.0)
        if place is not None:
            frame, within = divmod(place, FRAME_SAMPLES)
            delays.append(came_s[frame] + within / SAMPLE_RATE_HZ - said.at_s)
    return _enough(delays)


def _enough(delays: list[float]) -> list[float]:
    if len(delays) < _LEAST_CHIRPS:
        raise BenchError(f"only {len(delays)} of {_CHIRPS} chirps came")
    return delays


def _place(sound: Sound, start: int, earliest_s: float = _EARLIEST_S) -> int | None:
    first, latest = (start + round(after_s * SAMPLE_RATE_HZ) for after_s in (earliest_s, _LATEST_S + chirps.SECONDS))
    return chirps.place(sound, first, latest)

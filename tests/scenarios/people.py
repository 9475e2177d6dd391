"""People at the desk in the stories: they sign in, answer, speak (a tone of their own) and hear."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import soundfile

from firmware.audio.levels import tone
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound
from firmware.control.channel import ControlClient
from firmware.control.sound import SoundStream, StreamEnded, open_sound
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.threads import Worker
from tests.scenarios.stage import PATIENCE_S, Caller, Stage

HEARD_SHARE = 0.02  # of full scale: a tone that is there is far above, one that is not far below
WINDOW_S = 0.4
PASSWORD = "correct horse battery staple"


class Person:
    """One of the staff at a page with sound; `hertz` is their voice."""

    def __init__(
        self, stage: Stage, login: str, extension: str, hertz: float, role: Role = Role.AGENT, **card: Any
    ) -> None:
        self.stage, self.login, self.extension, self.hertz = stage, login, extension, hertz
        card = {"skills": {"reception": 1}, **card}
        with stage.ledger.transaction() as tx:
            now = stage.clock.now()
            self.user_id = users.create(tx, now, login, login.title(), role, PASSWORD).id
            agents.make(tx, self.user_id, Card(extension=extension, **card))
        self._client = ControlClient(stage.rig.folders.control_socket)
        self.sound: PageSound | None = None

    def __enter__(self) -> Person:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.sound is not None:
            self.sound.close()
        self._client.close()

    def ask(self, verb: str, **details: Any) -> dict[str, Any]:
        """What a button of their page does; the seat as it is then. Raises `Refused`."""
        seat: dict[str, Any] = self._client.ask(verb, user=self.user_id, **details).get("seat") or {}
        return seat

    @property
    def seat(self) -> dict[str, Any]:
        return self.ask("seat")

    @property
    def state(self) -> str:
        return str(self.seat["state"])

    def opens_page(self) -> None:
        """The page's sound is there (again)."""
        if self.sound is not None:
            self.sound.close()
        socket = self.stage.rig.folders.control_socket
        self.sound = PageSound(open_sound(socket, 5.0, user=self.user_id), self.hertz, self.stage)

    def closes_page(self) -> None:
        """Refresh, crash, or the lid of the laptop."""
        if self.sound is not None:
            self.sound.close()
        self.sound = None

    def comes_to_work(self) -> Person:
        """Sign in, with sound, ready."""
        self.ask("sign_in", device="browser")
        self.opens_page()
        self.ask("ready")
        return self

    def comes_back(self) -> None:
        """After the exchange has started afresh."""
        self.finds_the_exchange()
        self.opens_page()

    def finds_the_exchange(self) -> None:
        """The page's buttons work again after the exchange has started afresh."""
        self._client.close()
        self._client = ControlClient(self.stage.rig.folders.control_socket)

    def is_rung(self, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait for an offer."""
        self.stage.eventually(f"a ring at {self.login}", lambda: self.seat["offer"], within_s)
        offer: dict[str, Any] = self.seat["offer"]
        return offer

    def answers(self, within_s: float = PATIENCE_S) -> None:
        self.is_rung(within_s)
        self.ask("answer")

    def is_in(self, state: str, within_s: float = PATIENCE_S) -> None:
        self.stage.eventually(f"{self.login} is {state}", lambda: self.state == state, within_s)

    def hears(self, *hertz: float, within_s: float = PATIENCE_S) -> None:
        """Wait until exactly these of the story's voices are heard."""
        sound = self.sound
        assert sound is not None
        self.stage.eventually(f"{self.login} hears {hertz}", lambda: sound.voices() == set(hertz), within_s)


Hire = Callable[..., Person]


class PageSound:
    """The sound of one page: speaks a tone without end, keeps what it heard last."""

    def __init__(self, stream: SoundStream, hertz: float, stage: Stage) -> None:
        self._stream, self._clock = stream, stage.clock
        self._said = tone((hertz,), 1.0, -13.0) if hertz else np.zeros(SAMPLE_RATE_HZ, np.int16)
        self._heard: list[Sound] = []
        self._lock = threading.Lock()
        self._worker = Worker("a page's sound", self._run, on_death=lambda _: None).start()

    def _run(self, stop: threading.Event) -> None:
        """One frame is said for each that is heard: the box keeps the time."""
        at = 0
        while not stop.is_set() and (frame := self._stream.receive()) is not None:
            with self._lock:
                self._heard.append(np.frombuffer(frame, "<i2").astype(np.int16))
                del self._heard[: -round(10 * SAMPLE_RATE_HZ / FRAME_SAMPLES)]
            try:
                self._stream.send(self._said[at : at + FRAME_SAMPLES].astype("<i2").tobytes())
            except StreamEnded:
                return
            at = (at + FRAME_SAMPLES) % SAMPLE_RATE_HZ

    def voices(self) -> set[float]:
        """Whose tones are in the last moment."""
        with self._lock:
            last = self._heard[-round(WINDOW_S * SAMPLE_RATE_HZ / FRAME_SAMPLES) :]
        return voices_in(np.concatenate(last)) if last else set()

    def close(self) -> None:
        self._stream.close()
        self._worker.stop()


VOICES_HZ = (600.0, 800.0, 1000.0, 1250.0, 1500.0, 1750.0, 2000.0, 2250.0)  # no key, no call tone, no neighbour


def voices_in(sound: Sound) -> set[float]:
    """The voices of `VOICES_HZ` that are in it (Goertzel at each)."""
    if not len(sound):
        return set()
    times = np.arange(len(sound)) / SAMPLE_RATE_HZ
    share = {hertz: 2 * abs(np.mean(sound * np.exp(-2j * np.pi * hertz * times))) / 32768 for hertz in VOICES_HZ}
    return {hertz for hertz, there in share.items() if there > HEARD_SHARE}


def voices_heard_by(caller: Caller) -> set[float]:
    """What the patient's telephone heard last."""
    return voices_in(caller.call.heard()[-round(WINDOW_S * SAMPLE_RATE_HZ) :])


def hears(stage: Stage, caller: Caller, *hertz: float) -> None:
    stage.eventually(f"the caller hears {hertz}", lambda: voices_heard_by(caller) == set(hertz))


def speaks(caller: Caller, folder: Path, hertz: float, seconds: float = 60.0) -> None:
    """The patient speaks on and on: a tone."""
    file = folder / f"patient-{hertz:.0f}.wav"
    soundfile.write(file, tone((hertz,), seconds, -13.0), SAMPLE_RATE_HZ, subtype="PCM_16")
    caller.call.speak(file)


def is_connected(stage: Stage, agent: Person, number: str = "13800000001", line: str = "L1") -> Caller:
    """A caller who has been put through."""
    caller = stage.ring(line, number)
    caller.press("0")
    agent.answers()
    hears(stage, caller, agent.hertz)
    return caller

"""A talk with a supervisor: what the caller, the agent and the caller's recording hold while one listens, whispers,
barges in. Each says a tone of its own."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.audio.bridge import Bridge
from firmware.audio.levels import tone
from firmware.audio.port import FRAME_SAMPLES, Port, Sound
from firmware.audio.recorder import CallRecorder
from firmware.audio.recording_writer import RecordingWriter

CALLER, AGENT, SUPERVISOR = 500.0, 1000.0, 1500.0
SECOND = 50  # frames
WITHIN_S = 20.0


def tones(sound: Sound) -> set[float]:
    """Whose tone is anywhere in it."""
    frames = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    spectra = np.abs(np.fft.rfft(frames, axis=1)).max(axis=0) / FRAME_SAMPLES
    return {hertz for hertz in (CALLER, AGENT, SUPERVISOR) if spectra[round(hertz / 50)] > 100}


class Talk:
    """A recorded talk of a caller with an agent, and a supervisor who has joined without an edge."""

    def __init__(self, writer: RecordingWriter, file: Path) -> None:
        bridge = Bridge()
        self.ports = {hertz: Port() for hertz in (CALLER, AGENT, SUPERVISOR)}
        self.caller, self.agent, self.supervisor = (bridge.join(port) for port in self.ports.values())
        self.recorder = CallRecorder(writer, file)
        self.ports[CALLER].add_tap(self.recorder)
        self.caller.hear(self.agent)
        self.agent.hear(self.caller)

    def go_on(self) -> dict[float, set[float]]:
        """A second in which everybody says their tone; whom each heard, once what was on its way has come."""
        ears: dict[float, list[Sound]] = {hertz: [] for hertz in self.ports}
        for _ in range(SECOND):
            for hertz, port in self.ports.items():
                port.hear(tone((hertz,), 0.02, -15.0))
                ears[hertz].append(port.speak())
        return {hertz: tones(np.concatenate(ear[5:])) for hertz, ear in ears.items()}


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    writer = RecordingWriter().start()
    yield Talk(writer, tmp_path / "call.wav")
    writer.stop()


def recorded(talk: Talk) -> Sound:
    """Both tracks of the finished recording."""
    done, files = threading.Event(), []

    def closed(file: Path, _seconds: float) -> None:
        files.append(file)
        done.set()

    talk.recorder.close(closed)
    assert done.wait(WITHIN_S)
    sound, _ = soundfile.read(files[0], dtype="int16")
    return np.asarray(sound, np.int16)


def test_a_supervisor_who_listens_hears_both_and_is_heard_by_nobody(talk: Talk) -> None:
    talk.supervisor.hear(talk.caller)
    talk.supervisor.hear(talk.agent)
    assert talk.go_on() == {CALLER: {AGENT}, AGENT: {CALLER}, SUPERVISOR: {CALLER, AGENT}}
    sound = recorded(talk)
    assert tones(sound[:, 0]) == {CALLER}
    assert tones(sound[:, 1]) == {AGENT}


def test_a_whisper_is_heard_by_the_agent_alone_and_is_in_no_recording(talk: Talk) -> None:
    for other in (talk.caller, talk.agent):
        talk.supervisor.hear(other)
    talk.agent.hear(talk.supervisor)
    assert talk.go_on() == {CALLER: {AGENT}, AGENT: {CALLER, SUPERVISOR}, SUPERVISOR: {CALLER, AGENT}}
    sound = recorded(talk)
    assert tones(sound[:, 0]) == {CALLER}
    assert tones(sound[:, 1]) == {AGENT}


def test_who_barges_in_is_heard_by_all_and_recorded(talk: Talk) -> None:
    for other in (talk.caller, talk.agent):
        talk.supervisor.hear(other)
        other.hear(talk.supervisor)
    assert talk.go_on() == {
        CALLER: {AGENT, SUPERVISOR},
        AGENT: {CALLER, SUPERVISOR},
        SUPERVISOR: {CALLER, AGENT},
    }
    assert tones(recorded(talk)[:, 1]) == {AGENT, SUPERVISOR}


def test_when_the_supervisor_leaves_the_talk_is_as_before(talk: Talk) -> None:
    for other in (talk.caller, talk.agent):
        talk.supervisor.hear(other)
        other.hear(talk.supervisor)
    talk.go_on()
    talk.supervisor.leave()
    assert talk.go_on() == {CALLER: {AGENT}, AGENT: {CALLER}, SUPERVISOR: set()}


def test_a_caller_on_hold_is_neither_heard_nor_hears_the_consultation(talk: Talk) -> None:
    talk.agent.ignore(talk.caller)
    talk.caller.ignore(talk.agent)
    talk.agent.hear(talk.supervisor)
    talk.supervisor.hear(talk.agent)
    assert talk.go_on() == {CALLER: set(), AGENT: {SUPERVISOR}, SUPERVISOR: {AGENT}}


def test_edges_may_change_while_everybody_speaks(talk: Talk) -> None:
    parties = (talk.caller, talk.agent, talk.supervisor)
    failures: list[BaseException] = []
    is_over = threading.Event()

    def loudly(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - told by the test
                failures.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def speak(port: Port) -> None:
        sound = tone((CALLER,), 0.02, -15.0)
        while not is_over.is_set():
            port.hear(sound)
            port.speak()

    def change(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(2000):
            listener, speaker = chance.sample(parties, 2)
            chance.choice((listener.hear, listener.ignore))(speaker)

    media = [loudly(lambda port=port: speak(port)) for port in talk.ports.values()]  # type: ignore[misc]
    for thread in [loudly(lambda seed=seed: change(seed)) for seed in range(3)]:  # type: ignore[misc]
        thread.join(WITHIN_S)
    is_over.set()
    for thread in media:
        thread.join(WITHIN_S)
    assert not failures
    for listener in parties:
        for speaker in parties:
            listener.ignore(speaker)
    assert talk.go_on() == {CALLER: set(), AGENT: set(), SUPERVISOR: set()}

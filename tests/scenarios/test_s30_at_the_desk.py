"""S30, S34 and what belongs to them: callers and people at the desk, told by what each of them hears."""

import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from firmware.audio.levels import tone
from firmware.audio.port import SAMPLE_RATE_HZ
from firmware.staff.rights import Role
from firmware.storage.desk_schema import queue_entries, talks
from tests.scenarios.people import WINDOW_S, Person, voices_in
from tests.scenarios.stage import LISTENING, Caller, Stage

WANG_XIUYING = "13800000001"
PATIENT, CHEN, LIU, SUN = 600.0, 1000.0, 1500.0, 2000.0

Hire = Callable[..., Person]


@pytest.fixture
def stage(open_stage: Callable[..., Stage]) -> Stage:
    return open_stage(speed=LISTENING)


@pytest.fixture
def hire(stage: Stage) -> Iterator[Hire]:
    with ExitStack() as people:

        def come(login: str, extension: str, hertz: float, role: Role = Role.AGENT, **card: Any) -> Person:
            return people.enter_context(Person(stage, login, extension, hertz, role, **card))

        yield come


def voices_heard_by(caller: Caller) -> set[float]:
    """What the patient's telephone heard last."""
    return voices_in(caller.call.heard()[-round(WINDOW_S * SAMPLE_RATE_HZ) :])


def speaks(caller: Caller, folder: Path) -> None:
    """The patient speaks on and on (a tone of a minute)."""
    file = folder / "patient.wav"
    with wave.open(str(file), "wb") as wav:
        wav.setparams((1, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
        wav.writeframes(tone((PATIENT,), 60.0, -13.0).tobytes())
    caller.call.speak(file)


def hears(stage: Stage, caller: Caller, *hertz: float) -> None:
    stage.eventually(f"the caller hears {hertz}", lambda: voices_heard_by(caller) == set(hertz))


def test_a_caller_reaches_a_person_and_both_hear_each_other(stage: Stage, hire: Hire, tmp_path: Path) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("0")
    offer = chen.is_rung()
    assert (offer["number"], offer["queue"]) == (WANG_XIUYING, "reception")
    chen.ask("answer")
    chen.is_in("talking")
    hears(stage, caller, CHEN)
    speaks(caller, tmp_path)
    chen.hears(PATIENT)
    chen.ask("hang_up")
    caller.is_released()
    chen.is_in("wrap-up")
    chen.ask("wrapped_up")
    assert chen.state == "ready"
    (entry,) = stage.rows(queue_entries)
    assert (entry.state, entry.user_id) == ("answered", chen.user_id)
    (talk,) = stage.rows(talks)
    assert (talk.ended_by, talk.direction, talk.call_id) == ("agent", "in", entry.call_id)

"""kill -9 of the exchange at any moment of a call or a text: no acknowledged booking and no text is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import soundfile

from firmware.clock import Deadline
from firmware.storage.call_schema import recordings
from firmware.storage.roster_schema import bookings
from firmware.storage.text_schema import inbox, outbox
from tests.scenarios.stage import Stage

WANG_XIUYING, LIU_QIANG = "13800000001", "13800000005"
A_TEXT_TOO_MANY_S = 8.0  # it would have come by then
MOST_S = 200.0
PACKING_S = 400.0  # in a child process with the lowest priority; real seconds count for it


@dataclass(frozen=True)
class Moment:
    """When in a call the process dies: so long after something could be seen in the ledger."""

    name: str
    keys: str
    is_there: Callable[[Stage, int], Any]  # the second: how many confirmations there were before
    delay_s: float = 0.0


def is_answered(stage: Stage, _: int) -> Any:
    return stage.last_call()["answered_at"]


def is_held(stage: Stage, _: int = 0) -> Any:
    return stage.rows(bookings, state="held")


def is_booked(stage: Stage, before: int) -> Any:
    return stage.rows(outbox, purpose="confirmation")[before:]


def text_is_leaving(stage: Stage, before: int) -> Any:
    return [text for text in is_booked(stage, before) if text.state != "queued"]


DAYS = ("2", "3", "41", "42")  # tomorrow and the three days after that; 4 leads on in the list
TO_CONFIRM = "1{year}21{day}1"
MOMENTS = [
    Moment("in the greeting", "", is_answered, 1.0),
    Moment("the slot was held this instant", TO_CONFIRM, is_held),
    Moment("before the confirming key", TO_CONFIRM, is_held, 2.0),
    Moment("while the confirming key is pressed", TO_CONFIRM + "1", is_held, 0.1),
    Moment("after the commit, before a word", TO_CONFIRM + "1", is_booked),
    Moment("while the text is handed over", TO_CONFIRM + "1", text_is_leaving),
    Moment("while the text is on its way", TO_CONFIRM + "1", text_is_leaving, 0.3),
    Moment("while the code is spoken", TO_CONFIRM + "1", is_booked, 4.0),
]
PATIENTS = 4 * [(WANG_XIUYING, "1948")] + 3 * [(LIU_QIANG, "1979")] + [(WANG_XIUYING, "1948")]  # as their money allows


def wait_closely(stage: Stage, what: str, holds: Callable[[], Any]) -> None:
    """As `eventually`, with as little delay as possible: the kill shall hit the moment."""
    deadline = Deadline(stage.clock, MOST_S)
    while not holds():
        assert not deadline.is_over, what
        stage.clock.sleep(0.02)


def test_a_box_that_dies_in_a_call(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    for number, moment in enumerate(MOMENTS):
        patient, year = PATIENTS[number]
        day = DAYS[PATIENTS[:number].count(PATIENTS[number]) % len(DAYS)]
        before = {visit.id for visit in stage.booked()}
        texts_before, lost_before = len(stage.network.phone(patient).texts()), unknown(stage)

        is_there = partial(moment.is_there, stage, len(before))
        caller = stage.ring("L1", patient)
        if moment.keys:
            caller.press(moment.keys.format(year=year, day=day))
        wait_closely(stage, moment.name, is_there)
        stage.clock.sleep(moment.delay_s)
        stage.kill_box()
        heard = caller.heard_so_far()
        caller.is_released()
        stage.restart_box()

        new = [visit for visit in stage.booked() if visit.id not in before]
        assert "预约成功" not in heard or new, f"{moment.name}: spoken and lost"
        assert is_held(stage) == [], f"{moment.name}: the dead call still holds its slot"
        assert stage.last_call()["end_reason"] == "the box stopped"
        got = texts_about(stage, patient, new, lost_before)[texts_before:]
        lost = unknown(stage) - lost_before
        assert len(got) + len(lost) == len(new), f"{moment.name}: texted twice, or lost with nobody told"
        assert not lost or moment.is_there is text_is_leaving, f"{moment.name}: no modem had the text"
        assert all(visit.code in text for visit, text in zip(new, got, strict=False)), moment.name
        recording_is_readable(stage)
    assert len(stage.booked()) >= sum(moment.is_there in (is_booked, text_is_leaving) for moment in MOMENTS)


def unknown(stage: Stage) -> set[int]:
    """Texts that may have left or not; the pages show them to a person, and nobody sends them again by himself."""
    return {text.id for text in stage.rows(outbox, state="unknown")}


def texts_about(stage: Stage, patient: str, visits: list[Any], lost_before: set[int]) -> list[str]:
    """All that the patient has been texted, once each visit's text has come or is known to be in doubt."""
    phone = stage.network.phone(patient)

    def is_settled() -> bool:
        told = " ".join(text["body"] for text in phone.texts())
        return all(visit.code in told for visit in visits) or bool(unknown(stage) - lost_before)

    stage.eventually("the texts", is_settled, MOST_S)
    stage.clock.sleep(A_TEXT_TOO_MANY_S)
    return [text["body"] for text in phone.texts()]


# When a text finds its box dead: so long after it was sent, the process is killed.
DELAYS_S = (0.0, 0.35, 0.45, 0.55, 0.7, 1.1)
DIALOGUE = ("挂号", "2", "1", "2", "1", "1")


def test_a_box_that_dies_over_texts(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    for number, (body, delay_s) in enumerate(zip(DIALOGUE, DELAYS_S, strict=True), start=1):
        stage.text(WANG_XIUYING, body)
        stage.clock.sleep(delay_s)
        stage.kill_box()
        stage.text(f"139000002{number:02}", "帮助")  # comes while nobody is there
        stage.restart_box()
        replies = stage.texts_to(WANG_XIUYING, number, within_s=MOST_S)
        stage.clock.sleep(A_TEXT_TOO_MANY_S)
        assert len(stage.texts_to(WANG_XIUYING)) == number, f"killed {delay_s} s after {body}: two replies"
    (visit,) = stage.booked()
    assert visit.code in replies[-1]
    assert [text.handled_at is not None for text in stage.rows(inbox)] == [True] * 2 * len(DIALOGUE)
    assert stage.rows(outbox, state="unknown") == [], "every text that was in hand is settled by its report"
    others = [f"139000002{number:02}" for number in range(1, len(DIALOGUE) + 1)]
    assert [len(stage.texts_to(other)) for other in others] == [1] * len(others)


def recording_is_readable(stage: Stage) -> None:
    """The sound of the call up to the crash."""
    stage.eventually("the recording is packed", lambda: stage.rows(recordings)[-1].state == "archived", PACKING_S)
    sound, rate = soundfile.read(stage.rig.folders.recordings / stage.rows(recordings)[-1].file)
    assert sound.shape[1] == 2
    assert len(sound) / rate > 0.2

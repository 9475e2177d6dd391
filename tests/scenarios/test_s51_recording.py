"""S51: a caller refuses the recording, another is silent where it matters; both are found; what is old goes."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sqlalchemy import Row

from firmware.audio.levels import level_dbm0
from firmware.audio.port import Sound
from firmware.clinic import call_search
from firmware.clinic.call_search import Wanted
from firmware.modem.virtual.client import Pressed
from firmware.storage import recording_index
from firmware.storage.call_schema import call_events, calls, recording_marks, recordings
from firmware.storage.desk_schema import purges, talks
from tests.scenarios.people import Person, hears, speaks, voices_in
from tests.scenarios.stage import Caller, Stage

WANG_XIUYING, CHEN_XIAOBAO = "13800000001", "13800000002"
CARD, PIN = "100016", "2468"
PATIENT, CHEN = 600.0, 1000.0
DAY_S = 86_400


@pytest.fixture
def chen(stage: Stage) -> Iterator[Person]:
    with ExitStack() as people:
        yield people.enter_context(Person(stage, "chen", "8001", CHEN)).comes_to_work()


def asks_for_a_person(stage: Stage, line: str, number: str) -> Caller:
    caller = stage.ring(line, number)
    caller.press("0")
    caller.hears_prompt("recording.notice")
    return caller


def refuses(stage: Stage, chen: Person) -> str:
    """The call of somebody who presses 9."""
    caller = asks_for_a_person(stage, "L1", WANG_XIUYING)
    caller.press("9")
    caller.hears_prompt("recording.refused")
    chen.answers()
    hears(stage, caller, CHEN)
    assert not chen.seat["talk"]["is_recorded"]
    ends(stage, chen, caller)
    return str(stage.last_call()["id"])


def ends(stage: Stage, chen: Person, caller: Caller) -> None:
    chen.ask("hang_up")
    caller.is_released()
    chen.ask("wrapped_up")


def keys_a_pin(chen: Person, caller: Caller) -> tuple[list[Pressed], list[Pressed]]:
    """In a flow that the agent has started: where the tones of the card and of the PIN lie."""
    chen.ask("to_flow", to="identify")
    caller.hears("四位出生年份")
    caller.press("#")
    caller.hears("卡号")
    card = caller.press(f"{CARD}#")
    caller.hears("密码")
    return card, caller.press(f"{PIN}#")


def sides(stage: Stage, call_id: str) -> tuple[Sound, Sound]:
    """The caller's side of the recording and the clinic's."""

    def row() -> Row[tuple[str, str]]:
        return stage.rows(recordings, call_id=call_id)[0]

    stage.eventually("the packed recording", lambda: row().state == "archived", within_s=300)
    sound, rate_hz = soundfile.read(stage.rig.folders.recordings / row().file, dtype="int16")
    assert rate_hz == 8000
    return sound[:, 0], sound[:, 1]


def during(sound: Sound, caller: Caller, keys: list[Pressed]) -> Sound:
    """What is in the recording from the first of the keys to the last."""
    answered_at = caller.call.wait_for("answered")["at_sample"]
    return sound[keys[0].starts_at_sample - answered_at - 800 : keys[-1].ends_at_sample - answered_at + 800]


def test_a_refused_call_leaves_no_sound_and_its_whole_journal(stage: Stage, chen: Person) -> None:
    call_id = refuses(stage, chen)
    stage.eventually("the refusal", lambda: stage.rows(recordings)[0].deleted_why == "refused")
    assert list(stage.rig.folders.recordings.iterdir()) == []
    assert [event.kind for event in stage.rows(call_events, call_id=call_id)][:2] == ["node", "said"]
    assert [talk.user_id for talk in stage.rows(talks, call_id=call_id)] == [chen.user_id]


def test_card_pin_and_what_the_agent_pauses_are_silent(stage: Stage, chen: Person, tmp_path: Path) -> None:
    caller = asks_for_a_person(stage, "L2", WANG_XIUYING)
    chen.answers()
    hears(stage, caller, CHEN)
    card, pin = keys_a_pin(chen, caller)
    hears(stage, caller, CHEN)
    speaks(caller, tmp_path, PATIENT)
    chen.hears(PATIENT)
    chen.ask("record", on=False)
    assert chen.seat["talk"]["is_paused"]
    stage.clock.sleep(6)
    chen.ask("record", on=True)
    stage.clock.sleep(3)
    ends(stage, chen, caller)
    call_id = str(stage.last_call()["id"])
    left, right = sides(stage, call_id)
    for keys in (card, pin):
        assert level_dbm0(during(left, caller, keys)) < -45
    marks = {mark.kind: mark.at_s for mark in stage.rows(recording_marks, call_id=call_id)}
    assert marks["answered"] < marks["paused"] < marks["continued"]
    unheard = slice((marks["paused"] + 2) * 8000, marks["continued"] * 8000)  # marks are whole seconds, rounded down
    assert len(left[unheard]) >= 3 * 8000
    assert level_dbm0(left[unheard]) < -60
    assert level_dbm0(right[unheard]) < -60
    after = slice((marks["continued"] + 1) * 8000, (marks["continued"] + 2) * 8000)
    assert voices_in(left[after]) == {PATIENT}
    assert voices_in(right[after]) == {CHEN}


def test_found_by_its_keys_held_and_the_rest_gone_after_half_a_year(stage: Stage, chen: Person) -> None:
    refused = refuses(stage, chen)
    caller = asks_for_a_person(stage, "L2", CHEN_XIAOBAO)
    chen.answers()
    ends(stage, chen, caller)
    kept = str(stage.last_call()["id"])
    for _ in range(2):
        menu_only = stage.ring("L1", WANG_XIUYING)
        menu_only.hang_up()
        stage.eventually("the end", lambda: stage.last_call()["ended_at"])
    sides(stage, kept)
    (call,) = [row for row in stage.rows(calls) if row.id == kept]
    keys = {"agent": chen.user_id, "begins": call.started_at, "ends": call.ended_at, "number": CHEN_XIAOBAO}
    keys |= {"called": stage.numbers["L2"], "call_id": kept, "flow": "default"}
    with stage.ledger.reading() as tx:
        assert [found.id for found in call_search.find(tx, Wanted(**keys), 10)] == [kept]
        assert {found.id for found in call_search.find(tx, Wanted(agent=chen.user_id), 10)} == {kept, refused}
    with stage.ledger.transaction() as tx:
        recording_index.hold(tx, kept, "sun")
    stage.pass_time(181 * DAY_S)
    stage.eventually("the purge", lambda: [row for row in stage.rows(purges) if row.by_age], within_s=20 * 60)
    purge = next(row for row in stage.rows(purges) if row.by_age)
    assert (purge.by_age, purge.held, purge.failed, purge.orphan_files, purge.orphan_rows) == (2, 1, 0, 0, 0)
    assert {file.name for file in stage.rig.folders.recordings.iterdir()} == {f"{kept}.ogg"}
    assert len(stage.rows(recordings)) == 4
    assert np.abs(sides(stage, kept)[1]).max() > 1000  # and can still be heard

"""kill -9 of the exchange among people: no talk goes on without sound, and whoever was cut off is called back."""

from __future__ import annotations

from pathlib import Path

import soundfile

from firmware.staff.rights import Role
from firmware.storage.call_schema import calls, recordings, voice_messages
from firmware.storage.desk_schema import agent_states, offers, queue_entries, talks, tasks
from tests.scenarios.callbacks import owes_a_callback, picks_up
from tests.scenarios.people import Hire, Person, hears, is_connected, speaks, voices_in
from tests.scenarios.stage import Caller, Stage

WANG_XIUYING, CHEN_MIN = "13800000001", "13800000002"
PATIENT, CHEN, LIU, SUN = 600.0, 1000.0, 1500.0, 2000.0
WRITTEN_S = 5.0  # at this pace half a second of life, in which the sound reaches its file
PACKING_S = 400.0  # in a child process with the lowest priority; real seconds count for it


def dies_and_comes_back(stage: Stage, *at_the_desk: Person) -> None:
    stage.kill_box()
    stage.restart_box()
    for person in at_the_desk:
        person.comes_back()


def nothing_is_left_open(stage: Stage) -> None:
    """No talk, ring or wait of before; every call says how it ended; each agent is in one state."""
    assert {row.state for row in stage.rows(queue_entries)} <= {"answered", "abandoned", "callback"}
    assert all(row.ended_at and row.wrapped_up_at for row in stage.rows(talks))
    assert all(row.ended_at and row.outcome for row in stage.rows(offers))
    assert all(row.ended_at and row.end_reason for row in stage.rows(calls))
    now = [row.user_id for row in stage.rows(agent_states, until=None)]
    assert len(now) == len(set(now))


def is_to_be_called_back(stage: Stage, number: str) -> None:
    assert [task.number for task in stage.rows(tasks, kind="missed", done_at=None)] == [number]


def was_cut_off(stage: Stage, caller: Caller) -> str:
    """The call is over for the patient too, its row says why, and what was recorded so far can be heard."""
    caller.is_released()
    call_id = str(stage.rows(calls)[0].id)
    assert stage.rows(calls, id=call_id)[0].end_reason == "the box stopped"
    stage.eventually(
        "the recording is packed", lambda: stage.rows(recordings, call_id=call_id)[0].state == "archived", PACKING_S
    )
    return str(stage.rig.folders.recordings / stage.rows(recordings, call_id=call_id)[0].file)


def test_three_people_are_cut_off_while_one_asks_another(stage: Stage, hire: Hire, tmp_path: Path) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    liu = hire("liu", "8002", LIU).comes_to_work()
    speaks(caller, tmp_path, PATIENT)
    chen.hears(PATIENT)
    stage.clock.sleep(WRITTEN_S)
    chen.ask("consult", to="8002")
    liu.answers()
    chen.hears(LIU)
    dies_and_comes_back(stage, chen, liu)
    sound, _ = soundfile.read(was_cut_off(stage, caller), dtype="int16")
    assert any(PATIENT in voices_in(sound[at : at + 4000, 0]) for at in range(0, len(sound) - 4000, 4000))
    assert (chen.state, liu.state) == ("ready", "ready")
    assert (chen.seat["consult"], chen.seat["talk"], liu.seat["talk"]) == (None, None, None)
    assert {talk.ended_by for talk in stage.rows(talks)} == {"lost"}
    nothing_is_left_open(stage)
    is_to_be_called_back(stage, WANG_XIUYING)
    is_connected(stage, chen, line="L2").hang_up()
    chen.is_in("wrap-up")
    assert not stage.rows(tasks, done_at=None), "they have called again themselves"


def test_a_supervisor_who_listened_listens_to_nobody_afterwards(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    sun = hire("sun", "8100", SUN, Role.SUPERVISOR, skills={})
    sun.ask("sign_in", device="browser")
    sun.opens_page()
    caller = is_connected(stage, chen)
    sun.ask("whisper", agent=chen.user_id)
    chen.hears(SUN)
    dies_and_comes_back(stage, chen, sun)
    was_cut_off(stage, caller)
    assert (chen.state, chen.seat["supervised_by"]) == ("ready", None)
    assert (sun.state, sun.seat["supervises"]) == ("not-ready", None)
    nothing_is_left_open(stage)
    again = is_connected(stage, chen, line="L2")
    hears(stage, again, CHEN)
    again.hang_up()
    chen.is_in("wrap-up")


def test_who_was_being_called_back_is_called_again(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    owes_a_callback(stage, chen, CHEN_MIN)
    chen.answers()
    stage.network.phone(CHEN_MIN).wait_for_ring(60)
    dies_and_comes_back(stage, chen)
    assert stage.rows(queue_entries)[-1].state == "waiting", "the promise stands"
    assert (stage.rows(calls)[-1].direction, stage.rows(calls)[-1].end_reason) == ("out", "the box stopped")
    chen.answers()
    patient = picks_up(stage, CHEN_MIN)
    hears(stage, patient, CHEN)
    patient.hang_up()
    chen.is_in("wrap-up")
    chen.ask("wrapped_up")
    assert [row.state for row in stage.rows(queue_entries, is_callback=1)] == ["answered"]
    nothing_is_left_open(stage)


def test_who_waited_is_to_be_called_back_and_a_message_is_kept_as_far_as_it_was_spoken(
    stage: Stage, hire: Hire, tmp_path: Path
) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    chen.ask("not_ready", reason="meal")
    speaker = stage.ring("L1", CHEN_MIN)
    speaker.press("0")
    speaker.hears_prompt("message.speak")
    speaker.waits()
    speaks(speaker, tmp_path, PATIENT)
    stage.clock.sleep(6)
    chen.ask("ready")
    waiting = stage.ring("L2", WANG_XIUYING)
    waiting.press("0")
    chen.is_rung()
    dies_and_comes_back(stage, chen)
    speaker.is_released()
    waiting.is_released()
    (message,) = stage.rows(voice_messages)
    sound, _ = soundfile.read(stage.rig.folders.voice_messages / message.file, dtype="int16", always_2d=True)
    assert PATIENT in voices_in(sound[8000:16000, 0])
    assert [row.state for row in stage.rows(queue_entries)][-1] == "abandoned"
    assert (chen.state, chen.seat["offer"]) == ("ready", None)
    nothing_is_left_open(stage)
    is_to_be_called_back(stage, WANG_XIUYING)

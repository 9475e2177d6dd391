"""S30, S34 and what belongs to them: callers and people at the desk, told by what each of them hears."""

from pathlib import Path

import pytest

from firmware.control.channel import Refused
from firmware.staff.rights import Role
from firmware.storage.call_schema import calls
from firmware.storage.desk_schema import agent_states, offers, queue_entries, talks, tasks
from tests.scenarios.people import Hire, hears, is_connected, speaks, voices_heard_by
from tests.scenarios.stage import Stage

WANG_XIUYING = "13800000001"
PATIENT, CHEN, LIU, SUN = 600.0, 1000.0, 1500.0, 2000.0


def test_a_caller_reaches_a_person_and_both_hear_each_other(stage: Stage, hire: Hire, tmp_path: Path) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("0")
    offer = chen.is_rung()
    assert (offer["number"], offer["queue"]) == (WANG_XIUYING, "reception")
    chen.ask("answer")
    chen.is_in("talking")
    hears(stage, caller, CHEN)
    speaks(caller, tmp_path, PATIENT)
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


def test_who_does_not_answer_is_passed_over_and_marked(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    stage.pass_time(60)
    liu = hire("liu", "8002", LIU, skills={"reception": 2}).comes_to_work()
    for missed in (1, 2):
        caller = stage.ring("L1", WANG_XIUYING)
        caller.press("0")
        chen.is_rung()
        liu.answers(within_s=30)
        assert chen.seat["missed_in_a_row"] == missed
        liu.ask("hang_up")
        caller.is_released()
        liu.ask("wrapped_up")
    assert (chen.seat["state"], chen.seat["reason"]) == ("not-ready", "not-answering")
    assert chen.seat["notice"]["kind"] == "not-answering", "and is told so"
    assert [offer.outcome for offer in stage.rows(offers)] == ["missed", "answered"] * 2
    assert [entry.state for entry in stage.rows(queue_entries)] == ["answered"] * 2
    assert not stage.rows(tasks), "no call was lost"


def test_on_hold_nobody_hears_the_caller_and_the_caller_hears_music(stage: Stage, hire: Hire, tmp_path: Path) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    speaks(caller, tmp_path, PATIENT)
    chen.hears(PATIENT)
    chen.ask("hold")
    chen.hears()
    stage.eventually("the caller hears no agent", lambda: CHEN not in voices_heard_by(caller))
    stage.clock.sleep(3)
    chen.ask("resume")
    chen.hears(PATIENT)
    hears(stage, caller, CHEN)
    caller.hang_up()
    chen.is_in("wrap-up")
    (talk,) = stage.rows(talks)
    assert talk.ended_by == "caller"
    assert talk.held_s >= 3


def test_a_colleague_is_asked_joins_and_takes_over(stage: Stage, hire: Hire, tmp_path: Path) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    liu = hire("liu", "8002", LIU).comes_to_work()
    speaks(caller, tmp_path, PATIENT)
    with pytest.raises(Refused, match="TransferToOneself"):
        chen.ask("consult", to="8001")
    with pytest.raises(Refused, match="NoSuchNumber"):
        chen.ask("consult", to="8999")
    chen.ask("consult", to="8002")
    liu.answers()
    chen.hears(LIU)
    liu.hears(CHEN)
    stage.eventually("the caller waits", lambda: not {CHEN, LIU} & voices_heard_by(caller))
    chen.ask("join")
    chen.hears(LIU, PATIENT)
    liu.hears(CHEN, PATIENT)
    hears(stage, caller, CHEN, LIU)
    chen.ask("hang_up")
    hears(stage, caller, LIU)
    liu.hears(PATIENT)
    chen.is_in("wrap-up")
    liu.ask("hang_up")
    caller.is_released()
    assert len(stage.rows(calls)) == 1, "one call, whoever spoke in it"
    assert [talk.user_id for talk in stage.rows(talks)] == [chen.user_id, liu.user_id]


def test_a_blind_transfer_takes_caller_and_record_along(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    liu = hire("liu", "8002", LIU).comes_to_work()
    call = chen.seat["talk"]["call"]
    chen.ask("transfer", to="8002")
    offer = liu.is_rung()
    assert offer["call"] == call
    liu.ask("answer")
    hears(stage, caller, LIU)
    assert chen.state == "wrap-up"
    first, second = stage.rows(queue_entries)
    assert first.turn_at == second.turn_at, "the turn is kept"
    caller.hang_up()
    liu.is_in("wrap-up")


def test_a_supervisor_listens_whispers_barges_in_and_ends_the_call(stage: Stage, hire: Hire, tmp_path: Path) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    sun = hire("sun", "8100", SUN, Role.SUPERVISOR, skills={})
    sun.ask("sign_in", device="browser")
    sun.opens_page()
    caller = is_connected(stage, chen)
    speaks(caller, tmp_path, PATIENT)
    sun.ask("listen", agent=chen.user_id)
    sun.hears(CHEN, PATIENT)
    chen.hears(PATIENT)
    hears(stage, caller, CHEN)
    assert chen.seat["supervised_by"]["how"] == "listen"
    sun.ask("whisper", agent=chen.user_id)
    chen.hears(PATIENT, SUN)
    hears(stage, caller, CHEN)
    sun.ask("barge", agent=chen.user_id)
    hears(stage, caller, CHEN, SUN)
    chen.hears(PATIENT, SUN)
    sun.ask("leave", agent=chen.user_id)
    hears(stage, caller, CHEN)
    sun.ask("release", agent=chen.user_id, by="sun", reason="closing")
    caller.is_released()
    assert chen.seat["notice"] == {"kind": "released", "by": "sun", "reason": "closing"}
    (talk,) = stage.rows(talks)
    assert talk.ended_by == "supervisor"


def test_a_refreshed_page_keeps_the_call(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    chen.closes_page()
    stage.eventually("the call is parked", lambda: chen.seat["talk"]["is_parked"])
    stage.eventually("the caller hears no agent", lambda: CHEN not in voices_heard_by(caller))
    chen.opens_page()
    hears(stage, caller, CHEN)
    assert not chen.seat["talk"]["is_held"]
    caller.hang_up()
    chen.is_in("wrap-up")


def test_a_page_that_does_not_come_back_gives_the_caller_to_the_next(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    liu = hire("liu", "8002", LIU).comes_to_work()
    chen.closes_page()
    liu.answers(within_s=60)
    hears(stage, caller, LIU)
    assert [talk.ended_by for talk in stage.rows(talks)] == ["lost", None]
    caller.hang_up()
    liu.is_in("wrap-up")


def test_back_to_the_menu_where_the_caller_left_it(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("1")
    caller.hears("四位出生年份")
    caller.press("1948")
    caller.hears("普通门诊")
    caller.press("2")
    caller.hears("请选择科室")
    caller.press("0")
    chen.answers()
    hears(stage, caller, CHEN)
    chen.ask("to_flow", to="back")
    caller.hears("请选择科室")
    chen.is_in("wrap-up")
    caller.hang_up()


def test_whoever_gives_up_waiting_is_a_task(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    first = is_connected(stage, chen)
    second = stage.ring("L2", "13800000002")
    second.press("0")
    stage.eventually("the second waits", lambda: len(stage.rows(queue_entries)) == 2)
    second.hang_up()
    stage.eventually("a task", lambda: stage.rows(tasks))
    (task,) = stage.rows(tasks)
    assert (task.kind, task.number) == ("missed", "13800000002")
    first.hang_up()
    chen.is_in("wrap-up")


def test_nobody_is_there(stage: Stage) -> None:
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("0")
    caller.hears_prompt("message.call_back")
    caller.hang_up()


def test_a_killed_exchange_comes_back_with_its_agents(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    stage.kill_box()
    stage.restart_box()
    caller.is_released()
    chen.comes_back()
    assert chen.state == "ready"
    (talk,) = stage.rows(talks)
    assert talk.ended_by == "lost"
    assert stage.rows(agent_states, until=None)[0].state == "ready"
    again = is_connected(stage, chen, line="L2")
    again.hang_up()


def test_a_caller_keys_who_they_are_unheard_and_comes_back_to_the_same_person(
    stage: Stage, hire: Hire, tmp_path: Path
) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    chen.ask("to_flow", to="identify")
    caller.hears("四位出生年份")
    assert chen.seat["talk"]["is_away"]
    chen.hears()
    caller.press("1948")
    hears(stage, caller, CHEN)
    assert (chen.state, chen.seat["talk"]["is_away"]) == ("talking", False)
    assert stage.last_call()["patient_id"] == 1
    speaks(caller, tmp_path, PATIENT)
    chen.hears(PATIENT)
    caller.hang_up()
    chen.is_in("wrap-up")


def test_a_caller_who_hangs_up_among_the_keys_is_gone_for_the_agent_too(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    chen.ask("to_flow", to="identify")
    caller.hears("四位出生年份")
    caller.hang_up()
    chen.is_in("wrap-up")

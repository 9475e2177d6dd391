"""S31: a caller who would rather not wait is called back when it is their turn; and calls that agents place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.cli.rig import SAMPLE_LINES
from firmware.control.channel import Refused
from firmware.storage.call_schema import calls
from firmware.storage.desk_schema import queue_entries, talks
from firmware.storage.text_schema import outbox
from tests.scenarios.callbacks import owes_a_callback, picks_up, waits_and_wants_a_callback
from tests.scenarios.people import Hire, hears, is_connected, speaks, voices_heard_by
from tests.scenarios.stage import LISTENING, Stage

WANG_XIUYING, CHEN_MIN, DOCTOR = "13800000001", "13800000002", "13900000201"
PATIENT, CHEN, LIU = 600.0, 1000.0, 1500.0


THREE_LINES = (
    *SAMPLE_LINES,
    {"name": "L4", "kind": "voice", "model": "USR5637", "number": "02161230004"},
)


@pytest.fixture
def stage(open_stage: Callable[..., Stage]) -> Stage:
    """Three lines of copper, of which one stays free for callers."""
    return open_stage(speed=LISTENING, lines=THREE_LINES)


def test_a_callback_takes_its_turn_and_only_when_somebody_is_free(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    first = is_connected(stage, chen)
    waits_and_wants_a_callback(stage, CHEN_MIN)
    promised = stage.rows(queue_entries)[-1]
    assert (promised.state, promised.is_callback) == ("waiting", 1)
    assert len(stage.rows(calls)) == 2, "nobody is dialled while nobody is free"
    first.hang_up()
    chen.is_in("wrap-up")
    chen.ask("wrapped_up")
    offer = chen.is_rung()
    assert (offer["is_callback"], offer["number"]) == (True, CHEN_MIN)
    chen.ask("answer")
    patient = picks_up(stage, CHEN_MIN)
    patient.hears_prompt("recording.notice")
    hears(stage, patient, CHEN)
    patient.hang_up()
    chen.is_in("wrap-up")
    assert stage.rows(queue_entries)[-1].state == "answered"
    call = stage.rows(calls)[-1]
    assert (call.direction, call.called) == ("out", CHEN_MIN)


def test_a_callback_that_reaches_nobody_is_tried_again_and_then_given_up_with_a_text(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    owes_a_callback(stage, chen, CHEN_MIN)
    for tries in (1, 2, 3):
        chen.answers(within_s=90)
        chen.is_in("wrap-up", within_s=120)
        assert stage.rows(queue_entries)[-1].tries == tries
        chen.ask("wrapped_up")
        stage.pass_time(301)
    assert stage.rows(queue_entries)[-1].state == "failed"
    stage.eventually("a text", lambda: [text for text in stage.rows(outbox) if text.number == CHEN_MIN])


def test_who_was_called_and_calls_back_reaches_who_had_called(stage: Stage, hire: Hire) -> None:
    hire("chen", "8001", CHEN).comes_to_work()
    liu = hire("liu", "8002", LIU).comes_to_work()
    liu.ask("dial", number=CHEN_MIN)
    stage.network.phone(CHEN_MIN).wait_for_ring(60)
    liu.ask("hang_up")
    liu.is_in("wrap-up")
    liu.ask("wrapped_up")
    stage.eventually(
        "the line is free", lambda: all(stage.line(each)["state"] == "idle" for each in ("L1", "L2", "L4"))
    )
    caller = stage.ring("L1", CHEN_MIN)
    caller.press("0")
    liu.answers()
    hears(stage, caller, LIU)
    caller.hang_up()


def test_an_agent_calls_out_within_their_class(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    refusals = {
        "16812345678": "PremiumNumber", "+14155550100": "AbroadForbidden", "AT+CFUN=0": "NoSuchNumber",
        "8001": "NoSuchExtension",
    }  # fmt: skip
    for number, rule in refusals.items():
        with pytest.raises(Refused, match=rule):
            chen.ask("dial", number=number)
    assert chen.state == "ready"
    chen.ask("dial", number=DOCTOR, purpose="referral")
    assert chen.state == "talking"
    doctor = picks_up(stage, DOCTOR)
    hears(stage, doctor, CHEN)
    chen.ask("hang_up")
    doctor.is_released()
    (talk,) = stage.rows(talks)
    assert (talk.direction, talk.number) == ("out", DOCTOR)


def test_a_doctor_outside_is_asked_and_joins_them(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = is_connected(stage, chen)
    other = stage.ring("L2", CHEN_MIN)
    with pytest.raises(Refused, match="NoFreeLine"):
        chen.ask("consult", to=DOCTOR)  # the last free line belongs to callers
    assert not chen.seat["talk"]["is_held"], "the caller was not put on hold for nothing"
    other.hang_up()
    stage.eventually("the line is free", lambda: stage.line("L2")["state"] == "idle")
    chen.ask("consult", to=DOCTOR)
    doctor = picks_up(stage, DOCTOR)
    hears(stage, doctor, CHEN)
    stage.eventually("the caller waits", lambda: CHEN not in voices_heard_by(caller))
    chen.ask("join")
    hears(stage, caller, CHEN)
    chen.ask("hang_up")
    chen.is_in("wrap-up")
    doctor.hang_up()
    caller.is_released()


def test_an_agent_at_home_takes_calls_by_pressing_one(stage: Stage, hire: Hire) -> None:
    liu = hire("liu", "8002", 0.0, phone_number=DOCTOR)
    liu.ask("sign_in", device="phone")
    liu.ask("ready")
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("0")
    home = picks_up(stage, DOCTOR)
    home.hears_prompt("desk.press_one")
    home.press("1")
    liu.is_in("talking")
    home.hang_up()
    caller.is_released()
    assert not voices_heard_by(caller)


def test_an_agent_at_home_dials_and_is_rung_first(stage: Stage, hire: Hire, tmp_path: Path) -> None:
    liu = hire("liu", "8002", 0.0, phone_number=DOCTOR)
    liu.ask("sign_in", device="phone")
    liu.ask("dial", number=CHEN_MIN)
    home = picks_up(stage, DOCTOR)
    home.hears_prompt("desk.press_one_to_call")
    home.press("1")
    patient = picks_up(stage, CHEN_MIN)
    patient.hears_prompt("recording.notice")
    stage.eventually("they are joined", lambda: len(liu.seat["talk"]["parties"]) == 2)
    speaks(home, tmp_path, PATIENT)
    hears(stage, patient, PATIENT)
    home.hang_up()
    patient.is_released()
    liu.is_in("wrap-up")

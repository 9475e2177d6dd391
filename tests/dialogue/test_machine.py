"""The machine's own promises: tries, rounds, time, bounds, and that no answer can hurt it."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.clinic import accounts
from firmware.ivr import document
from firmware.ivr.document import FlowError
from firmware.ivr.machine import Machine
from firmware.ivr.plain_values import from_plain
from firmware.ivr.state import State, StateError
from firmware.ivr.steps import LISTS, STEPS
from firmware.ivr.turn import Answer, Finished, Keys, Nothing, Recorded, WantRecording
from firmware.ivr.visit import Did, Step
from firmware.storage.documents import SetupDocuments
from firmware.storage.ledger import open_ledger
from tests.dialogue.desk import KNOWN, P1, P2, Caller, Clinic, FlowBook, text
from tests.dialogue.test_checker import GOOD


def test_a_silent_caller_is_asked_three_times_in_other_words_then_may_leave_a_message(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    first = caller.press("")
    second = caller.press("")
    assert first.startswith("没有听到您按键")
    assert second.startswith("请不用着急")
    assert "留言" in caller.press("")
    assert isinstance(caller.turn.want, WantRecording)
    assert "再见" in caller.press("")
    assert isinstance(caller.turn.want, Finished)


def test_wrong_keys_too(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    assert caller.press("4").startswith("没有这个选项")
    assert caller.press("6").startswith("您按的键不对")
    caller.press("4")
    assert isinstance(caller.turn.want, WantRecording)


def test_too_few_digits_are_said_to_be_too_few(clinic: Clinic) -> None:
    assert clinic.call(P1).press("1", "19").startswith("号码没有输完")


def test_who_hesitates_gets_more_time_and_keeps_it(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    assert caller.turn.patience.first_digit_s == 8
    caller.press("")
    assert (caller.turn.patience.first_digit_s, caller.turn.patience.between_digits_s) == (15, 8)
    assert not caller.state.is_slow
    caller.press("1")
    assert caller.turn.patience.first_digit_s == 15
    assert caller.state.is_slow


def test_ten_rounds_without_result_end_in_a_message_then_goodbye(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    for _ in range(10):
        caller.press("9")
        assert caller.at == "front.main"
    assert "请直接留言" in caller.press("9")
    assert isinstance(caller.turn.want, WantRecording)


def test_booking_for_a_whole_family_is_no_going_round(clinic: Clinic) -> None:
    with clinic.ledger.transaction() as tx:
        accounts.deposit(tx, clinic.now, 2, 10_000)
    caller = clinic.call(P2)
    for year in ("1990", "2019"):
        for department in "123":
            caller.press("1", year, "1", department, "1", "1", "1")
    assert caller.at == "front.main"
    assert [patient for _, _, _, patient in clinic.booked()] == [2, 2, 2, 3, 3, 3]


def test_after_a_quarter_of_an_hour_the_call_is_brought_to_its_end(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    clinic.pass_(15 * 60)
    assert "请直接留言" in caller.press("1")
    assert "先到这里" in caller.press("1")
    assert isinstance(caller.turn.want, Finished)


def test_a_message_is_thanked_for(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press("8", "1")
    caller.answer(Recorded(Path("m.wav"), 12.0))
    assert caller.says.startswith("您的留言已经收到")


def test_when_a_step_breaks_the_flows_say_so_and_go_on(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    state = caller.state
    caller._take(lambda visit: caller.machine.trouble(state, visit))
    assert "系统出了点问题" in caller.says
    assert isinstance(caller.turn.want, WantRecording)


def small(change: dict[str, Any], steps: dict[str, Step] | None = None) -> Machine:
    draft = copy.deepcopy(GOOD)
    draft["flows"]["front"]["nodes"].update(change)
    return Machine(document.parse(draft), steps or STEPS, LISTS)


def test_a_loop_without_a_question_is_stopped(clinic: Clinic) -> None:
    machine = small({"greet": {"say": "front.goodbye", "then": "greet"}})
    with pytest.raises(FlowError, match="nothing is asked"):
        Caller(clinic, machine, P1).begin("zh")


def test_flows_do_not_run_endlessly_deep(clinic: Clinic) -> None:
    machine = small({"greet": {"run": "front", "outcomes": {"done": "main"}}})
    with pytest.raises(FlowError, match="too deep"):
        Caller(clinic, machine, P1).begin("zh")


def test_an_outcome_that_leads_nowhere_is_named(clinic: Clinic) -> None:
    steps = {"odd": Step(lambda visit, memory: Did("strange"), ("strange",))}
    machine = small({"greet": {"do": "odd", "outcomes": {"usual": "main"}}}, steps)
    with pytest.raises(FlowError, match=r"front\.greet: the outcome 'strange'"):
        Caller(clinic, machine, P1).begin("zh")


@pytest.mark.parametrize("junk", [{}, {"flow": "x"}, {"stack": 7, "asked": []}, {"stack": [], "asked": [], "odd": 1}])
def test_a_saved_state_that_is_none_is_refused(junk: dict[str, Any]) -> None:
    with pytest.raises(StateError):
        State.from_plain(junk)


@pytest.mark.parametrize("junk", [None, [], ["Number"], ["Number", "x"], ["Day", "nonsense", None], {"a": 1}])
def test_a_saved_word_that_is_none_is_refused(junk: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
        from_plain(junk)


# ---- whatever callers do ----

keys = st.one_of(
    st.sampled_from(["1", "1", "1", "2", "2", "3", "4", "5", "0", "9", "*", "8", "", "#"]),
    st.sampled_from(["1948", "1990", "2019", "100016", "2468", "1111", "13912345678"]),
    st.text("0123456789*#", max_size=12),
)
answers = st.one_of(keys.map(Keys), keys.map(Keys), st.just(Nothing()), st.just(Recorded(Path("m"), 3.0)))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sample_ledger: Path) -> Clinic:
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(sample_ledger, folder / "ledger.db")
    return Clinic(open_ledger(folder / "ledger.db"), FlowBook(SetupDocuments(folder / "setup.json"), KNOWN))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["default", "exact"]), st.sampled_from([P1, P2, None]), st.lists(answers, max_size=30))
def test_no_caller_can_break_a_call_or_be_left_in_silence(
    shared: Clinic, template: str, number: str | None, given_answers: list[Answer]
) -> None:
    caller = shared.call(number, template)
    for answer in given_answers:
        if isinstance(caller.turn.want, Finished):
            break
        caller.answer(answer)
        assert caller.says or isinstance(caller.turn.want, WantRecording)
    for _ in range(12):  # and from anywhere, silence leads to the end
        if isinstance(caller.turn.want, Finished):
            break
        caller.answer(Nothing())
    assert isinstance(caller.turn.want, Finished)
    caller.hang_up()
    assert "held" not in {state for _, _, state, _ in shared.booked()}


bodies = st.one_of(
    st.sampled_from(["1", "2", "3", "6", "好的", "返回", "1948"]),
    st.sampled_from(["挂号", "取消", "查询", "人工", "挂号 王医生 周四", "取消 1234"]),
    st.text(max_size=30),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([P1, P2, "13900000077"]), st.lists(bodies, max_size=12))
def test_no_texts_can_break_a_dialogue(shared: Clinic, number: str, given_bodies: list[str]) -> None:
    shared.pass_(3700)
    for body in given_bodies:
        reply = text(shared, number, body)
        assert reply is None or reply.strip()

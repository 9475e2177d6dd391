"""What patients hear and read of when people are there: in the evening, on a holiday, on a day that closes early."""

from __future__ import annotations

from datetime import date, datetime, time

from firmware.clinic import calendar, calendar_changes, sample
from firmware.clinic.calendar import SpecialDay
from firmware.ivr.turn import WantRecording
from tests.dialogue.desk import P1, SHANGHAI, Clinic, text

TUESDAY = date(2026, 3, 3)


def night(clinic: Clinic) -> Clinic:
    clinic.now = datetime(2026, 3, 2, 22, tzinfo=SHANGHAI)
    return clinic


def test_who_wants_a_person_at_night_hears_when_one_is_there_and_leaves_a_message(clinic: Clinic) -> None:
    caller = night(clinic).call(P1)
    said = caller.press("0")
    assert "现在没有人工服务。" in said
    assert "明天三月三号星期二上午八点开始有人工服务。" in said
    assert isinstance(caller.turn.want, WantRecording)


def test_in_english_too(clinic: Clinic) -> None:
    said = night(clinic).call(P1, language="en").press("0")
    assert "Nobody is at the desk right now." in said
    assert "Somebody will be here tomorrow Tuesday the third of March from eight a.m." in said


def test_a_holiday_is_passed_over_and_has_no_slots(clinic: Clinic) -> None:
    with clinic.ledger.transaction() as tx:
        calendar_changes.close(tx, TUESDAY, TUESDAY, "festival")
    caller = night(clinic).call(P1)
    assert "三月四号星期三上午八点开始有人工服务" in caller.press("0")
    assert "明天" not in clinic.call(P1).press("1", "1948", "2", "1"), "Tuesday is not among the days offered"


def test_booking_works_at_night(clinic: Clinic) -> None:
    night(clinic).call(P1).press("1", "1948", "2", "1", "2", "1", "1")
    assert [state for _, _, state, _ in clinic.booked()] == ["booked"]


def test_a_desk_that_closed_early_says_so_at_once_and_what_the_day_was_to_be(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    with clinic.ledger.transaction() as tx:
        calendar.close_now(tx, sample.profile(), clinic.now, "mei")
    assert "明天三月三号星期二上午八点开始有人工服务" in caller.press("0"), "also for a call that had begun before"
    said = clinic.call(P1).press("5", "3")
    assert "今天的人工服务时间： 上午八点到下午五点半" in said
    assert "明天三月三号星期二上午八点开始有人工服务" in said


def test_who_asks_for_the_hours_of_a_holiday_hears_the_next(clinic: Clinic) -> None:
    with clinic.ledger.transaction() as tx:
        calendar.put(tx, SpecialDay(date(2026, 3, 2)))
        calendar.put(tx, SpecialDay(TUESDAY, ((time(9), time(11)),)))
    said = clinic.call(P1).press("5", "3")
    assert "没有人工服务，预约和查询照常" in said
    assert "明天三月三号星期二上午九点开始有人工服务" in said


def test_while_somebody_is_there_nothing_is_said_of_tomorrow(clinic: Clinic) -> None:
    assert "明天" not in clinic.call(P1).press("5", "3")
    assert "还不能转接人工" in clinic.call(P1).press("0"), "open, but nobody could take the call"


def test_a_text_at_night_gets_the_same_answer_in_one_part(clinic: Clinic) -> None:
    reply = text(night(clinic), P1, "人工") or ""
    assert "3月3日周二08:00开始有人工服务" in reply
    assert "转给前台" in reply
    assert len(reply) <= 70

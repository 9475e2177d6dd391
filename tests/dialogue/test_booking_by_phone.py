"""The default template by phone, as transcripts: what the caller keys, what the box says, what is in the ledger."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import insert, select

from firmware.clinic import bookings, holds, sample, schedule
from firmware.clinic.roster import Slot
from firmware.ivr.turn import Finished, WantRecording
from firmware.storage import dialogues
from firmware.storage.roster_schema import absences, sessions
from tests.dialogue.desk import P1, P2, P4, Clinic

TO_FIRST_TIME = ("1", "1948", "2", "1", "2", "1")  # book, birth year, specialist, internal, tomorrow, first time


def test_a_known_caller_books_the_first_free_time_with_seven_answers(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    assert "湖滨诊所" in caller.says
    assert "出生年份" in caller.press("1")
    assert "王秀英" not in caller.says
    assert "专家门诊" in caller.press("1948")
    assert "内科" in caller.press("2")
    assert "明天三月三号" in caller.press("1")
    assert caller.press("2").startswith("请选择时间。 上午八点半王医生")
    assert re.search("三月三号星期二上午八点半王医生.*二十元.*确认", caller.press("1"))
    assert clinic.booked() == [("2026-03-03", "08:30", "held", 1)]

    said = caller.press("1")

    assert clinic.booked() == [("2026-03-03", "08:30", "booked", 1)]
    code, again = re.findall("预约码[是]?([零幺二三四五六七八九，]+)", said)
    assert code.strip("，") == again.strip("，")
    (text,) = clinic.texts(P1)
    assert len(text) <= 70
    assert "3月3日周二08:30" in text


def test_nothing_is_booked_twice_by_pressing_one_again(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press(*TO_FIRST_TIME, "1")
    assert caller.press("1").startswith("预约挂号")  # the main menu
    assert len(clinic.booked()) == 1


def test_silence_after_the_booking_ends_with_goodbye(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press(*TO_FIRST_TIME, "1", "")
    assert isinstance(caller.turn.want, Finished)
    assert "再见" in caller.says
    assert "没有听到" not in caller.says


def test_choosing_again_gives_the_held_time_back(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press(*TO_FIRST_TIME)
    assert caller.press("2").startswith("请选择时间")
    assert clinic.booked() == []
    assert "上午八点四十五分" in caller.press("2")
    assert clinic.booked() == [("2026-03-03", "08:45", "held", 1)]


def test_star_goes_back_question_by_question(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press(*TO_FIRST_TIME)
    seen = []
    for _ in range(6):
        caller.press("*")
        seen.append(caller.at)
    assert seen == ["book.times", "book.day", "book.department", "book.kind", "front.main", "front.main"]


def test_more_pages_through_the_times_of_a_day(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press("1", "1948", "2", "1", "2")
    assert "上午九点十五分王医生，请按一" in caller.press("4").replace("请按一", "，请按一")
    caller.press("4", "4")
    assert "更多" in caller.says


def test_a_general_visit_is_for_today_by_its_number(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    assert "内科一号" in caller.press("1", "1948", "1", "1")
    assert "您选的是三月二号星期一内科一号" in caller.press("1")
    assert "预约成功" in caller.press("1")


def test_the_loser_of_a_race_hears_two_other_times(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press("1", "1948", "2", "1", "2")
    with clinic.ledger.reading() as tx:
        wish = schedule.Wish(department_id=1, kind="specialist")
        tomorrow = clinic.now.date() + timedelta(days=1)
        slot = schedule.next_free(tx, sample.profile(), clinic.now, wish, after=tomorrow)[0]
    other_books(clinic, slot)

    said = caller.press("1")

    assert "刚刚被约走了" in said
    assert "八点四十五分" in said
    assert "九点" in said
    assert "三月三号" in caller.press("1")


def other_books(clinic: Clinic, slot: Slot) -> None:
    profile = sample.profile()
    with clinic.ledger.transaction() as tx:
        hold = holds.hold(tx, profile, clinic.now, slot, 4, holder="desk/8001", channel="desk")
        bookings.confirm(tx, profile, clinic.now, hold.id, holder="desk/8001")


def test_who_takes_too_long_to_confirm_hears_two_other_times(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press(*TO_FIRST_TIME)
    with clinic.ledger.reading() as tx:
        slot = schedule.slot(tx, sample.profile(), str(caller.state.memory["slot"]))
    clinic.pass_(300)
    other_books(clinic, slot)
    said = caller.press("1")
    assert "刚刚被约走了" in said
    assert "八点四十五分" in said
    assert "九点" in said
    assert caller.turn.is_news


def test_a_session_that_is_off_was_not_just_taken(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press(*TO_FIRST_TIME[:-1])
    with clinic.ledger.transaction() as tx:
        for session in tx.execute(select(sessions).where(sessions.c.doctor_id == 1)).all():
            tomorrow = clinic.now.date() + timedelta(days=1)
            tx.execute(insert(absences).values(session_id=session.id, day=tomorrow))
    said = caller.press("1")
    assert "现在不能预约" in said
    assert "约走" not in said
    assert caller.turn.is_news


def test_the_year_chooses_among_a_family_and_no_name_is_said(clinic: Clinic) -> None:
    caller = clinic.call(P2)
    caller.press("1", "2019", "2", "1", "2", "1", "1")
    assert clinic.booked() == [("2026-03-03", "08:30", "booked", 3)]


def test_three_wrong_years_lead_to_a_message_not_to_a_name(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    assert "出生年份不对" in caller.press("1", "1950")
    said = caller.press("1951", "1952")
    assert "留言" in said
    assert isinstance(caller.turn.want, WantRecording)


def test_a_withheld_caller_books_by_card_and_hears_the_code_again_on_nine(clinic: Clinic) -> None:
    caller = clinic.call(None)
    assert "卡号" in caller.press("1")
    assert "密码" in caller.press("100016")
    assert "手机号码" in caller.press("2468")
    assert "2468" not in caller.saved
    assert "不发短信" in caller.press("#")
    said = caller.press("2", "1", "2", "1", "1")
    assert said.count("预约码") == 2
    assert caller.press("9") == said
    assert clinic.booked() == [("2026-03-03", "08:30", "booked", 1)]
    assert clinic.texts(P1) == []
    caller.press("1")
    assert caller.press("1").startswith("请问挂哪一种门诊")  # the number is asked for once a call


def test_a_withheld_callers_number_gets_the_text(clinic: Clinic) -> None:
    caller = clinic.call(None)
    assert "这个号码不对" in caller.press("1", "100016", "2468", "99999999999999")
    caller.press("13912345678", "2", "1", "2", "1", "1")
    assert len(clinic.texts("13912345678")) == 1


def test_three_wrong_pins_end_the_call_without_a_hint(clinic: Clinic) -> None:
    caller = clinic.call(None)
    assert "卡号或密码不对" in caller.press("1", "100016", "1111")
    said = caller.press("999999", "2222")
    assert said == "卡号或密码不对，您还可以再试一次。 再试一次请按一 人工服务请按二"
    said = caller.press("1", "100016", "3333")
    assert said == "卡号或密码不对，本次服务结束，再见。"
    assert isinstance(caller.turn.want, Finished)


def test_before_the_last_pin_a_person_is_offered_while_people_are_there(clinic: Clinic) -> None:
    caller = clinic.call(None)
    assert "还不能转接人工" in caller.press("1", "100016", "1111", "100016", "2222", "2")
    clinic.pass_(11 * 3600)  # the evening
    caller = clinic.call(None)
    said = caller.press("1", "100024", "1111", "100024", "2222")
    assert said.startswith("卡号或密码不对，您还可以再试一次。 请输入就诊卡号")
    assert caller.at == "identify.card"


def test_a_card_is_said_to_be_locked_when_the_days_last_try_was_wrong(clinic: Clinic) -> None:
    for tries in (3, 2):
        caller = clinic.call(None)
        caller.press("1")
        for _ in range(tries):
            caller.press("100016", "1111")
            if caller.at == "identify.last_try":
                caller.press("1")
    assert "这张卡暂时不能在电话里使用" in clinic.call(None).press("1", "100016", "1111")


def test_a_landline_is_asked_for_a_mobile_number_once(clinic: Clinic) -> None:
    caller = clinic.call("02161230009")
    assert "手机号码" in caller.press("1", "100016", "2468")
    assert "这个号码不对" in caller.press("02161230009")
    caller.press("13912345678", "2", "1", "2", "1", "1")
    assert len(clinic.texts("13912345678")) == 1
    caller = clinic.call("02161230009")
    assert "普通门诊" in caller.press("1", "100016", "2468", "#")


def test_nobody_is_promised_a_call_back_who_gave_no_number(clinic: Clinic) -> None:
    assert "我们会尽快回电。 请在滴声后说话" in clinic.call(P1).press("8", "1")
    caller = clinic.call(None)
    assert caller.press("8", "1") == "请您留言。 请输入您的电话号码，以便我们回电，输完按井号键。不需要请直接按井号键。"
    assert "回电" not in caller.press("#")
    assert isinstance(caller.turn.want, WantRecording)
    caller = clinic.call(None)
    assert "我们会尽快回电。" in caller.press("8", "1", "02161230009")
    assert caller.state.memory["contact"] == "02161230009"
    assert "回电" not in clinic.call(None).press("8", "1", "")


def test_who_continues_has_not_shown_who_is_calling(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press(*TO_FIRST_TIME)
    caller.hang_up()
    with clinic.ledger.transaction() as tx:
        dialogues.save(tx, clinic.now, caller.id, dialogues.VOICE, P1, caller.state.to_plain(), 600)
    again = clinic.call(P1)
    again.press("1", "1")  # books what was held
    assert "出生年份" in again.press("1", "3")
    assert "您有一个预约" in again.press("1948")


def test_a_number_guesses_six_birth_years_a_day_in_however_many_calls(clinic: Clinic) -> None:
    for _ in range(2):
        assert "没能核对" in clinic.call(P1).press("1", "1951", "1952", "1953")
    assert "没能核对" in clinic.call(P1).press("1", "1948")
    assert "卡号" in clinic.call(P1).press("1", "#")  # the card is another matter
    clinic.pass_(24 * 3600)
    assert "专家门诊" in clinic.call(P1).press("1", "1948")


def test_somebody_without_the_money_is_told_and_books_nothing(clinic: Clinic) -> None:
    caller = clinic.call(P2)
    said = caller.press("1", "1990", "2", "1", "2", "1", "1")
    assert "还差十七元" in said
    assert clinic.booked() == []


def test_english_from_the_star_at_the_greeting_on(clinic: Clinic) -> None:
    caller = clinic.call(P4)
    assert "For English, press star" in caller.says
    assert caller.press("*").startswith("To book a visit press one")
    said = caller.press("1", "1985", "2", "1", "2", "1", "1")
    assert said.startswith("Booked.")
    (text,) = clinic.texts(P4)
    assert text.isascii()
    assert len(text) <= 160


def test_one_of_two_visits_is_cancelled(clinic: Clinic) -> None:
    clinic.call(P1).press(*TO_FIRST_TIME, "1")
    clinic.call(P1).press("1", "1948", "1", "2", "1", "1")  # Zhao today
    caller = clinic.call(P1)
    said = caller.press("2", "1948")
    assert said.index("赵医生") < said.index("王医生")
    assert "要取消三月三号星期二上午八点半王医生" in caller.press("2")
    assert "二十元已退回" in caller.press("1").replace(" ", "")
    assert [each[2] for each in clinic.booked()] == ["cancelled", "booked"]
    assert "您有一个预约" in clinic.call(P1).press("3", "1948")


def test_today_is_too_late_to_cancel(clinic: Clinic) -> None:
    clinic.call(P1).press("1", "1948", "1", "2", "1", "1")
    assert "已经过了可以取消的时间" in clinic.call(P1).press("2", "1948", "1", "1")


def test_who_is_on_duty_and_where_we_are(clinic: Clinic) -> None:
    caller = clinic.call("13900000077")
    said = caller.press("5", "1")
    assert "内科专家王医生上午八点半到上午十一点半" in said
    assert "湖滨路八十八号" in caller.press("1", "5", "4")
    assert clinic.texts("13900000077") == ["门诊地址：湖滨路八十八号。"]


def test_zero_is_a_person_who_for_now_is_a_message(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    assert "还不能转接人工" in caller.press("1", "1948", "0")
    assert isinstance(caller.turn.want, WantRecording)


def test_a_call_that_broke_at_confirm_is_continued_with_a_fresh_hold(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press(*TO_FIRST_TIME)
    caller.hang_up()
    with clinic.ledger.transaction() as tx:
        dialogues.save(tx, clinic.now, caller.id, dialogues.VOICE, P1, caller.state.to_plain(), 600)
    assert clinic.booked() == []

    again = clinic.call(P1)

    assert "还没有办完" in again.says
    assert "三月三号星期二上午八点半王医生" in again.press("1")
    assert "预约成功" in again.press("1")
    assert "还没有办完" not in clinic.call(P1).says


def test_after_ten_minutes_nobody_is_asked_to_continue(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    caller.press(*TO_FIRST_TIME)
    with clinic.ledger.transaction() as tx:
        dialogues.save(tx, clinic.now, caller.id, dialogues.VOICE, P1, caller.state.to_plain(), 600)
    clinic.pass_(601)
    assert "还没有办完" not in clinic.call(P1).says

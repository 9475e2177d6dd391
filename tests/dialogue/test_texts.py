"""Dialogues by text: every text is handled by a new channel, so nothing is kept but what is in the ledger."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from firmware.clinic import ratings, sample
from firmware.sms_parts import parts_of
from firmware.storage import calls
from firmware.storage.inbox import for_people
from firmware.storage.text_schema import dialogues, inbox, outbox
from tests.dialogue.desk import P1, P2, P4, Clinic, text

STRANGER = "13900000077"


def say(clinic: Clinic, number: str, *bodies: str) -> str:
    """The last reply to some texts, each of which got one."""
    reply = ""
    for body in bodies:
        answer = text(clinic, number, body)
        assert answer, body
        reply = answer
    return reply


def codes(reply: str) -> list[str]:
    return re.findall(r"预约码(\d{6})", reply)


def test_a_visit_is_booked_step_by_step(clinic: Clinic) -> None:
    assert say(clinic, P1, "挂号") == "请问挂哪一种门诊？\n1 普通门诊\n2 专家门诊"
    assert say(clinic, P1, "2") == "科室：\n1 内科"
    assert say(clinic, P1, "1").startswith("日期：\n1 3月2日周一\n2 3月3日周二\n")
    assert say(clinic, P1, "2").startswith("时间：\n1 08:30 王医生\n")
    assert say(clinic, P1, "1").startswith("3月3日周二08:30 王医生")
    assert clinic.booked() == [("2026-03-03", "08:30", "held", 1)]
    reply = say(clinic, P1, "1")
    assert clinic.booked() == [("2026-03-03", "08:30", "booked", 1)]
    assert codes(reply)
    assert len(clinic.texts(P1)) == 6  # one a step: the last reply is the confirmation


def waiting(clinic: Clinic) -> list[str]:
    """The texts that somebody should read."""
    with clinic.ledger.reading() as tx:
        return [each.body for each in for_people(tx)]


def test_who_asks_for_a_person_is_handed_to_one(clinic: Clinic) -> None:
    say(clinic, STRANGER, "你好")
    assert waiting(clinic) == []
    assert "转给前台" in say(clinic, STRANGER, "人工")
    assert waiting(clinic) == ["人工"]


@pytest.mark.parametrize("body", ["I need a doctor note please", "请问可以帮我开一张病假条吗"])
def test_what_the_box_does_not_understand_waits_for_a_person(clinic: Clinic, body: str) -> None:
    text(clinic, STRANGER, body)
    assert waiting(clinic) == [body]


@pytest.mark.parametrize("body", ["hello", "您好", "挂号", "book", "挂号 内科 王医生 周四 8:45"])
def test_what_the_box_deals_with_bothers_nobody(clinic: Clinic, body: str) -> None:
    text(clinic, P1, body)
    assert waiting(clinic) == []


def test_a_text_that_gets_no_reply_any_more_still_reaches_a_person(clinic: Clinic) -> None:
    bodies = [f"please do call me, it is the {count}. time" for count in range(4)]
    replies = [text(clinic, STRANGER, body) for body in bodies]
    assert not replies[-1]
    assert waiting(clinic) == bodies


def test_a_machine_floods_nobody(clinic: Clinic) -> None:
    for count in range(20):
        text(clinic, STRANGER, f"your balance today is {count} dollars")
    assert len(waiting(clinic)) == 5


def test_no_reply_lists_more_than_six_or_takes_more_than_two_parts(clinic: Clinic) -> None:
    for body in ("你好", "1", "2", "1", "4", "6", "1", "2"):
        reply = say(clinic, P1, body)
        assert len(re.findall(r"^\d ", reply, re.MULTILINE)) <= 6
        assert parts_of(reply) <= 2


def test_one_line_books_with_a_single_confirmation(clinic: Clinic) -> None:
    assert say(clinic, P1, "挂号 内科 王医生 周四 8:45").startswith("3月5日周四08:45 王医生")
    assert codes(say(clinic, P1, "好的。"))
    assert clinic.booked() == [("2026-03-05", "08:45", "booked", 1)]


@pytest.mark.parametrize(
    "wish",
    [
        "挂号 王大夫 星期四 8点45",
        "预约，内科，王医生，3月5号，上午8：45",
        "BOOK Dr Wang Thursday 8:45",
        "book internal wang 5 mar 8:45 am",
        "挂号王医生周四八点三刻",
    ],
)
def test_a_wish_in_other_words(clinic: Clinic, wish: str) -> None:
    reply = say(clinic, P1, wish)
    assert "08:45" in reply
    assert clinic.booked() == [("2026-03-05", "08:45", "held", 1)]


def test_an_unknown_doctor_gets_the_list_and_the_rest_is_kept(clinic: Clinic) -> None:
    reply = say(clinic, P1, "挂号 内科 钱医生 周四 8:45")
    assert reply == "没有找到这位医生，请从下面选择。\n1 王医生\n2 李医生"
    assert "3月5日周四08:45 王医生" in say(clinic, P1, "王医生")


def test_a_time_that_is_taken_gets_the_days_other_times(clinic: Clinic) -> None:
    say(clinic, P4, "挂号 王医生 周四 8:45", "1")
    reply = say(clinic, P1, "挂号 王医生 周四 8:45")
    assert reply.startswith("这个时间约不到。时间：\n1 08:30 王医生\n2 09:00")


def test_a_day_without_the_doctor_gets_the_days(clinic: Clinic) -> None:
    assert say(clinic, P1, "挂号 王医生 周日").startswith("那一天没有可以预约的号。日期：\n1 3月2日周一")


@pytest.mark.parametrize("yes", ["1", "１", "一", "1.", "第一个", "好的", "Yes.", "OK!", " 是 ", "确认", "first"])
def test_tolerant_yes(clinic: Clinic, yes: str) -> None:
    say(clinic, P1, "挂号 王医生 周四 8:45")
    assert codes(say(clinic, P1, yes))


@pytest.mark.parametrize("no", ["2", "二", "不", "重选", "No."])
def test_tolerant_no(clinic: Clinic, no: str) -> None:
    say(clinic, P1, "挂号 王医生 周四 8:45")
    assert say(clinic, P1, no).startswith("时间：")
    assert clinic.booked() == []


def test_the_words_of_a_choice_do_as_well_as_its_number(clinic: Clinic) -> None:
    assert say(clinic, P1, "挂号", "专家门诊", "内科", "3月3日").startswith("时间：")


def test_back_and_a_person_are_words(clinic: Clinic) -> None:
    assert say(clinic, P1, "挂号", "2", "返回").startswith("请问挂哪一种门诊")
    assert "转给前台" in say(clinic, P1, "人工")


def test_a_family_number_is_asked_for_the_birth_year(clinic: Clinic) -> None:
    reply = say(clinic, P2, "挂号")
    assert "出生年份" in reply
    assert "陈" not in reply
    say(clinic, P2, "2019年", "2", "1", "2", "1")
    say(clinic, P2, "好")
    assert clinic.booked() == [("2026-03-03", "08:30", "booked", 3)]


def test_a_stranger_is_told_to_call(clinic: Clinic) -> None:
    assert "没能核对您的身份" in say(clinic, STRANGER, "挂号")


def test_a_code_cancels_at_once_and_only_once(clinic: Clinic) -> None:
    (code,) = codes(say(clinic, P1, "挂号 王医生 周四 8:45", "1"))
    assert "已取消3月5日周四08:45" in say(clinic, P1, f"取消 {code[:4]}")
    assert clinic.booked() == [("2026-03-05", "08:45", "cancelled", 1)]
    assert say(clinic, P1, f"取消{code}") == "这个预约已经取消或者结束了。"


def test_a_code_from_another_number_cancels_nothing(clinic: Clinic) -> None:
    (code,) = codes(say(clinic, P1, "挂号 王医生 周四 8:45", "1"))
    assert "没有找到这个预约码" in say(clinic, P4, f"取消 {code}")
    assert "没有找到这个预约码" in say(clinic, P4, f"取消 {code[:4]}")
    assert clinic.booked() == [("2026-03-05", "08:45", "booked", 1)]


def test_cancelling_in_the_middle_of_another_dialogue(clinic: Clinic) -> None:
    (code,) = codes(say(clinic, P1, "挂号 王医生 周四 8:45", "1"))
    say(clinic, P1, "挂号 王医生 周五 8:45")
    assert "已取消" in say(clinic, P1, f"取消 {code[:4]}")
    assert [each[2] for each in clinic.booked()] == ["cancelled"]  # and what the other one held is free


def test_my_bookings_one_a_line(clinic: Clinic) -> None:
    say(clinic, P1, "挂号 王医生 周四 8:45", "1", "挂号 赵医生 今天 14:00", "1")
    reply = say(clinic, P1, "查询")
    assert re.fullmatch(r"您有2个预约：\n3月2日周一14:00 赵医生 \d{6}\n3月5日周四08:45 王医生 \d{6}", reply)


def test_nobody_takes_a_hold_for_a_booking_and_no_character_is_wasted(clinic: Clinic) -> None:
    assert "为您保留30分钟，请确认：\n1 确认\n2 重选" in say(clinic, P1, "挂号 王医生 周四 8:45")
    assert "Kept for you for 30 minutes. Please confirm:\n1 book it\n2 choose another" in say(
        clinic, P4, "BOOK DR WANG THU 9:00"
    )
    say(clinic, P4, "1")
    assert " \n" not in say(clinic, P4, "MINE")


def test_the_dialogue_ends_after_half_an_hour_and_what_it_held_is_free(clinic: Clinic) -> None:
    say(clinic, P1, "挂号 王医生 周四 8:45")
    clinic.pass_(29 * 60)
    assert clinic.booked() == [("2026-03-05", "08:45", "held", 1)]
    assert "王医生" in say(clinic, P4, "挂号 王医生 周四 8:45")  # still held for P1: other times
    assert codes(say(clinic, P1, "1"))
    say(clinic, P1, "挂号 王医生 周五 8:45")
    clinic.pass_(31 * 60)
    assert say(clinic, P1, "1").startswith("刚才的对话已经过期，请重新开始。您好，请回复数字：\n1 ")
    assert "3月6日周五08:45" in say(clinic, P4, "挂号 王医生 周五 8:45")


def test_the_language_is_the_one_that_is_written_and_is_remembered(clinic: Clinic) -> None:
    reply = say(clinic, P4, "BOOK")
    assert reply.startswith("Which kind of visit?\n1 general\n2 specialist")
    assert reply.isascii()
    assert say(clinic, P4, "2", "1", "2").isascii()
    clinic.pass_(3600)
    assert say(clinic, P4, "12345").isascii()


@pytest.mark.parametrize("word", ["OK", "Yes", "TD", "hello", "T", "ok 1"])
def test_one_word_that_anybody_writes_is_not_english(clinic: Clinic, word: str) -> None:
    assert "请" in say(clinic, P1, word) or "对话结束" in say(clinic, P1, word)
    assert say(clinic, P1, "1").isascii() is False
    assert say(clinic, P1, "挂号 王医生 周四 8:45").endswith("1 确认\n2 重选")


@pytest.mark.parametrize("words", ["MINE", "Book", "I would like to see a doctor"])
def test_a_command_or_a_sentence_in_english_is(clinic: Clinic, words: str) -> None:
    assert say(clinic, P1, words).isascii()


def test_who_writes_chinese_is_answered_in_chinese_again(clinic: Clinic) -> None:
    assert say(clinic, P1, "BOOK").startswith("Which kind")
    assert say(clinic, P1, "专家门诊").startswith("科室：")
    clinic.pass_(3600)
    assert say(clinic, P1, "1").startswith("刚才")


def test_a_number_nobody_has_used_yet_is_answered_in_its_owners_language(clinic: Clinic) -> None:
    assert say(clinic, P4, "1").isascii()


def test_a_machine_that_only_answers_gets_three_replies_an_hour(clinic: Clinic) -> None:
    replies = [text(clinic, STRANGER, "我现在不方便接听") for _ in range(8)]
    assert sum(reply is not None for reply in replies) == 3
    clinic.pass_(3700)
    assert text(clinic, STRANGER, "我现在不方便接听") is not None


def test_a_machine_whose_words_begin_a_booking_gets_three_too(clinic: Clinic) -> None:
    replies = [text(clinic, P1, "挂号") for _ in range(8)]
    assert sum(reply is not None for reply in replies) == 3


def test_what_is_understood_is_answered_however_much_was_not(clinic: Clinic) -> None:
    for body in ("喂喂", "有人吗", "你们好慢", "在不在"):
        text(clinic, P1, body)
    assert "3月5日周四08:45" in say(clinic, P1, "挂号 内科 王医生 周四 8:45")
    assert codes(say(clinic, P1, "好的"))
    assert say(clinic, P1, "查询").startswith("您有1个预约")
    assert say(clinic, P1, "什么").startswith("您好")


def test_the_last_reply_for_now_says_so(clinic: Clinic) -> None:
    replies = [text(clinic, P1, body) or "" for body in ("喂喂", "有人吗", "你们好慢", "在不在")]
    assert ["最后一条自动回复，需要帮助请来电" in reply for reply in replies] == [False, False, True, False]
    assert replies[3] == ""


def test_somebody_who_asks_for_the_same_after_something_else_is_answered(clinic: Clinic) -> None:
    for _ in range(5):
        say(clinic, P1, "查询", "帮助")


def test_no_pin_is_ever_asked_for_by_text(clinic: Clinic) -> None:
    say(clinic, P2, "挂号")
    for body in ("。", "#", "", " ", "？"):
        reply = text(clinic, P2, body) or ""
        assert "卡" not in reply
        assert "密码" not in reply


def test_an_answer_the_next_day_is_told_that_its_dialogue_has_run_out_once(clinic: Clinic) -> None:
    say(clinic, P1, "挂号 王医生 周五 8:45")
    clinic.pass_(20 * 3600)
    assert say(clinic, P1, "好的").startswith("刚才的对话已经过期")
    say(clinic, P1, "挂号 王医生 周五 8:45", "1")  # brought to its end
    clinic.pass_(3600)
    assert say(clinic, P1, "1").startswith("您好")


def test_somebody_who_gets_on_is_never_cut_short(clinic: Clinic) -> None:
    for _ in range(6):
        say(clinic, P1, "挂号", "2", "1", "2", "1", "2", "返回")


def test_a_sender_without_a_number_gets_no_reply(clinic: Clinic) -> None:
    assert text(clinic, "中国移动", "挂号") is None


def test_stop_ends_the_dialogue(clinic: Clinic) -> None:
    say(clinic, P1, "挂号 王医生 周四 8:45")
    assert "对话结束。您的预约有变化时仍会短信通知您" in say(clinic, P1, "TD")
    assert clinic.booked() == []


def test_one_open_dialogue_and_no_text_unhandled(clinic: Clinic) -> None:
    say(clinic, P1, "挂号", "2", "挂号", "帮助", "挂号")
    with clinic.ledger.reading() as tx:
        assert tx.execute(select(func.count()).where(dialogues.c.is_open == 1)).scalar_one() == 1
        assert tx.execute(select(func.count()).where(inbox.c.handled_at.is_(None))).scalar_one() == 0
        assert tx.execute(select(func.count()).where(outbox.c.answers_id.is_(None))).scalar_one() == 0


def test_a_reply_to_the_question_how_it_was_rates_the_call_and_begins_no_dialogue(clinic: Clinic) -> None:
    with clinic.ledger.transaction() as tx:
        calls.begin(tx, clinic.now, "c1", "L1", P1, is_withheld=False)
        ratings.ask_by_text(tx, clinic.now, sample.profile(), "c1", None, P1, "zh")
    assert "谢谢您的评价" in say(clinic, P1, "5分")
    with clinic.ledger.reading() as tx:
        said = ratings.of_call(tx, "c1")
    assert said is not None
    assert (said.score, said.channel) == (5, "text")


def test_in_a_dialogue_a_number_answers_the_dialogue(clinic: Clinic) -> None:
    say(clinic, P1, "挂号")
    with clinic.ledger.transaction() as tx:
        calls.begin(tx, clinic.now, "c1", "L1", P1, is_withheld=False)
        ratings.ask_by_text(tx, clinic.now, sample.profile(), "c1", None, P1, "zh")
    assert "科室" in say(clinic, P1, "2")

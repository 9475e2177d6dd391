"""S13: a withheld number books with the card; a number for the confirmation is asked for once."""

from collections.abc import Callable

import pytest

from firmware.storage.call_schema import calls
from firmware.storage.text_schema import outbox
from tests.scenarios.spoken import pauses_s, spoken_code
from tests.scenarios.stage import LISTENING, Caller, Stage

SOMEBODY, TOM_REED = "13900001111", "13800000004"


def show_card(caller: Caller, card: str, pin: str) -> None:
    caller.press("1")
    caller.hears("请输入就诊卡号")
    caller.press(f"{card}#")
    caller.hears("请输入密码")
    caller.press(f"{pin}#")
    caller.hears("请输入您的手机号码")


def book(caller: Caller) -> None:
    for question, key in (("普通门诊", "2"), ("请选择科室", "1"), ("请选择日期", "2"), ("请选择时间", "1")):
        caller.hears(question)
        caller.press(key)
    caller.hears("您选的是", "王医生", "确认", "一")
    caller.press("1")
    caller.hears("预约成功", "您的预约码是", "再说一遍")


def test_a_withheld_number_books_with_the_card_and_gets_no_text(
    open_stage: Callable[..., Stage], capsys: pytest.CaptureFixture[str]
) -> None:
    stage = open_stage(speed=LISTENING)
    caller = stage.ring("L1", SOMEBODY, withheld=True)
    show_card(caller, "100016", "2468")
    caller.press("#")
    caller.hears("不发短信")
    book(caller)
    caller.hears("返回主菜单", "一", "重听", "九")
    (visit,) = stage.booked()
    assert (visit.patient_id, visit.contact_number) == (1, None)
    code = spoken_code(visit.code)
    assert caller.heard_so_far().count(code) == 2
    first_digits = [each for each in caller.fragments() if each.text in code][-6:]
    assert min(pauses_s(first_digits)) > 0.4, "slow enough to write them down"
    caller.press("9")
    caller.hears("预约成功", "重听", "九")
    assert caller.heard_so_far().count(code) == 4
    asked = caller.heard_so_far().count("请输入您的手机号码")
    caller.press("1")  # a second visit in the same call: the number is not asked for again
    caller.hears("预约挂号")
    caller.press("1")
    caller.hears("普通门诊")
    assert caller.heard_so_far().count("请输入您的手机号码") == asked
    caller.hang_up()

    (call,) = stage.rows(calls)
    assert (call.caller, call.is_withheld) == (None, 1)
    stage.desk("calls")
    assert "withheld" in capsys.readouterr().out
    assert stage.rows(outbox) == []


def test_a_number_that_is_keyed_gets_the_text(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage(speed=LISTENING)
    caller = stage.ring("L1", SOMEBODY, withheld=True)
    show_card(caller, "100032", "8642")
    caller.press("123456#")
    caller.hears("这个号码不对", "请输入您的手机号码")
    caller.press(f"{TOM_REED}#")
    caller.hears("短信会发到", "幺", "三", "八")
    book(caller)
    caller.hang_up()
    (visit,) = stage.booked()
    (text,) = stage.texts_to(TOM_REED)
    assert visit.code in text
    assert stage.network.phone(SOMEBODY).texts() == []

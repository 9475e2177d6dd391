"""The exact template: the source's keypad flow, key for key."""

from __future__ import annotations

from firmware.clinic import accounts
from firmware.ivr.turn import Finished, WantRecording
from tests.dialogue.desk import P1, P2, Clinic


def test_a_general_visit_for_today(clinic: Clinic) -> None:
    caller = clinic.call(P1, "exact")
    assert caller.press("1") == "请输入就诊卡号码。"
    assert caller.press("100016") == "请输入密码。"
    assert caller.press("2468") == "普通门诊请按一 专家门诊请按二"
    assert caller.press("1") == "请选择科目。 内科请按一 外科请按二 五官科请按三"
    assert caller.press("1") == "您要挂的是内科 确认请按一 重输请按二"
    assert "请于当日及时到自助终端打印号单" in caller.press("1")
    assert clinic.booked() == [("2026-03-02", "08:00", "booked", 1)]
    with clinic.ledger.reading() as tx:
        account = accounts.account(tx, 1)
    assert account is not None
    assert account.available_cents == 4500
    assert len(clinic.texts(P1)) == 1

    caller.press("1", "1")  # the main menu, and booking anew: the card is known, nothing is booked

    assert len(clinic.booked()) == 1


def test_two_enters_the_department_again(clinic: Clinic) -> None:
    caller = clinic.call(P1, "exact")
    assert caller.press("1", "100016", "2468", "1", "1", "2").startswith("请选择科目")


def test_a_specialist_with_zero_to_choose_again(clinic: Clinic) -> None:
    caller = clinic.call(P1, "exact")
    caller.press("1", "100016", "2468", "2", "1")
    assert caller.says == "您要挂的是内科 确认请按一 重选请按零"
    assert caller.press("0").startswith("请选择科目")
    assert caller.press("1", "1").startswith("今天三月二号星期一请按一")
    assert "明天三月三号星期二的内科" in caller.press("2")
    assert caller.press("0").startswith("今天三月二号星期一请按一")
    said = caller.press("2", "1")
    assert said.index("上午一号专家王医生") < said.index("下午二号专家李医生")
    assert caller.press("1").endswith("挂号请按一 放弃请按二")
    assert "请于就诊时到自助终端打印号单" in caller.press("1")
    assert clinic.booked() == [("2026-03-03", "08:30", "booked", 1)]
    assert "3月3日周二" in clinic.texts(P1)[0]


def test_giving_up_books_nothing_and_frees_the_slot(clinic: Clinic) -> None:
    caller = clinic.call(P1, "exact")
    caller.press("1", "100016", "2468", "2", "1", "1", "2", "1", "1", "2")
    assert clinic.booked() == []


def test_too_little_money_is_said_before_anything_is_chosen(clinic: Clinic) -> None:
    caller = clinic.call(P2, "exact")
    assert "还差两元" in caller.press("1", "100024", "1357")
    assert clinic.booked() == []


def test_three_wrong_pins_and_the_service_ends(clinic: Clinic) -> None:
    caller = clinic.call(P1, "exact")
    caller.press("1")
    assert "不对，您还可以再试" in caller.press("100016", "1111")
    assert "不对，您还可以再试" in caller.press("100016", "2222")
    assert caller.says.endswith("再试一次请按一 人工服务请按二")
    assert caller.press("1") == "请输入就诊卡号码。"
    assert "本次服务结束" in caller.press("100016", "3333")
    assert isinstance(caller.turn.want, Finished)


def test_a_person_is_at_star_zero_and_the_first_error_says_so(clinic: Clinic) -> None:
    caller = clinic.call(P1, "exact")
    caller.press("1", "100016", "2468")
    assert "请按星号键，再按零" in caller.press("7")
    assert "人工服务请按零" in caller.press("*")
    assert caller.press("*").startswith("普通门诊请按一")  # back to the very question
    caller.press("*", "0")
    assert isinstance(caller.turn.want, WantRecording)


def test_where_star_is_another_language_nobody_is_sent_to_star(clinic: Clinic) -> None:
    said = clinic.call(P1, "exact").press("7")
    assert "星号键" not in said
    assert "人工服务请按零" in said


def test_star_works_in_the_middle_of_the_card_number(clinic: Clinic) -> None:
    caller = clinic.call(P1, "exact")
    caller.press("1", "*", "*")
    assert caller.at == "identify.card"

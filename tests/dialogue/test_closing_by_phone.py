"""A supervisor closes the desk from any telephone, with extension and PIN; nobody else does."""

from __future__ import annotations

import pytest

from firmware.clinic import calendar, sample
from firmware.staff import agents, phone_pins, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage import audit
from tests.dialogue.desk import P1, Clinic

STRANGER = "13900000077"


@pytest.fixture
def pin(clinic: Clinic) -> str:
    """Of Mei, the supervisor on 8100."""
    with clinic.ledger.transaction() as tx:
        mei = users.create(tx, clinic.now, "mei", "Mei", Role.SUPERVISOR, "correct horse battery staple")
        agents.make(tx, mei.id, Card(extension="8100"))
        return phone_pins.renew(tx, mei.id)


def is_open(clinic: Clinic) -> bool:
    with clinic.ledger.reading() as tx:
        return calendar.is_open(tx, sample.profile(), clinic.now)


def test_she_closes_and_opens_and_both_are_traced(clinic: Clinic, pin: str) -> None:
    caller = clinic.call(STRANGER)
    caller.press("5", "7", "8100#", pin)
    said = caller.press("1")
    assert "已经下班" in said
    assert "明天三月三号星期二上午八点开始有人工服务" in said
    assert not is_open(clinic)
    assert "现在没有人工服务" in clinic.call(P1).press("0")
    assert "已经重新开放" in clinic.call(STRANGER).press("5", "7", "8100#", pin, "2")
    assert is_open(clinic)
    with clinic.ledger.reading() as tx:
        traces = [(trace.who, trace.what, trace.detail) for trace in audit.latest(tx, 2)]
    assert traces == [("mei", "desk opened again", "by telephone"), ("mei", "desk closed now", "by telephone")]


def test_a_wrong_pin_changes_nothing_and_ends_after_five(clinic: Clinic, pin: str) -> None:
    wrong = f"{(int(pin) + 1) % 1000000:06}"
    caller = clinic.call(STRANGER)
    assert "分机号或电话密码不对" in caller.press("5", "7", "8100#", wrong)
    caller.press("8100#", wrong, "8100#", wrong, "8100#", wrong)
    assert "输错太多次" in caller.press("8100#", wrong)
    assert "输错太多次" in clinic.call(STRANGER).press("5", "7", "8100#", pin)
    assert is_open(clinic)


def test_what_is_closed_already_is_told(clinic: Clinic, pin: str) -> None:
    assert "没有提前下班" in clinic.call(STRANGER).press("5", "7", "8100#", pin, "2")
    clinic.pass_(13 * 3600)
    assert "本来就没有人工服务" in clinic.call(STRANGER).press("5", "7", "8100#", pin, "1")


def test_the_menu_does_not_speak_of_it_and_its_star_leads_back(clinic: Clinic) -> None:
    caller = clinic.call(STRANGER)
    assert "工作人员" not in caller.press("5")
    assert "请问想了解什么" in caller.press("7", "*")

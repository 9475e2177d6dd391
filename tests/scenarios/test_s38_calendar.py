"""S38: a make-up Saturday, a holiday, closing time and the night, by the calendar; and who waits is not turned away."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from firmware.control.channel import ControlClient
from firmware.staff import phone_pins
from firmware.staff.rights import Role
from firmware.storage.call_schema import call_events
from firmware.storage.desk_schema import queue_entries
from tests.scenarios.people import Hire
from tests.scenarios.stage import LISTENING, Stage

SHANGHAI = ZoneInfo("Asia/Shanghai")
SATURDAY_10 = datetime(2026, 2, 14, 10, tzinfo=SHANGHAI)
MONDAY_10 = datetime(2026, 2, 16, 10, tzinfo=SHANGHAI)
WANG_XIUYING, CHEN_MIN = "13800000001", "13800000002"
CHEN = 1000.0


@pytest.fixture
def stage(open_stage: Callable[..., Stage]) -> Stage:
    """Saturday, 14 February: a workday like a Friday; the Monday after it is a holiday."""
    stage = open_stage(speed=LISTENING, start=SATURDAY_10)
    stage.desk("make-up", "2026-02-14", "--like", "fri")
    stage.desk("closed", "2026-02-16", "--yes", "--reason", "Spring Festival")
    return stage


def comes(stage: Stage, moment: datetime) -> None:
    """Let the time be that."""
    stage.pass_time((moment - stage.clock.now()).total_seconds())


def test_the_calendar_says_when_there_are_people_and_slots(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()

    caller = stage.ring("L1", WANG_XIUYING)  # the make-up day: an expert who has no Saturdays, and people
    caller.press("5")
    caller.hears("今天谁出诊", "一")
    caller.press("1")
    caller.hears("内科", "专家", "王医生")
    caller.press("0")
    chen.is_rung()
    caller.hang_up()
    chen.is_in("ready")

    comes(stage, MONDAY_10)  # the holiday: no people, no slots today, and when there will be people
    entries = len(stage.rows(queue_entries))
    caller = stage.ring("L1", CHEN_MIN)
    caller.press("0")
    caller.hears("现在没有人工服务", "明天", "二月", "十七号", "星期二", "八点", "开始有人工服务", "请您留言")
    caller.hang_up()
    caller = stage.ring("L2", WANG_XIUYING)
    for question, key in (("预约挂号", "1"), ("出生年份", "1948"), ("专家门诊", "2"), ("请选择科室", "1")):
        caller.hears(question)
        caller.press(key)
    caller.hears("请选择日期", "明天", "后天")
    assert "今天" not in caller.heard_so_far()
    caller.hang_up()
    assert len(stage.rows(queue_entries)) == entries


def test_at_closing_time_who_is_inside_finishes_and_nobody_new_waits(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    comes(stage, datetime(2026, 3, 2, 17, 29, 30, tzinfo=SHANGHAI))
    inside = stage.ring("L1", WANG_XIUYING)
    inside.press("0")
    chen.answers()
    chen.is_in("talking")
    stage.eventually("closing time", lambda: stage.clock.now() > datetime(2026, 3, 2, 17, 30, 5, tzinfo=SHANGHAI))
    late = stage.ring("L2", CHEN_MIN)
    late.press("0")
    late.hears("现在没有人工服务", "明天", "三月", "三号", "八点", "开始有人工服务")
    late.hang_up()
    assert chen.state == "talking"
    assert len(stage.rows(queue_entries)) == 1
    chen.ask("hang_up")
    inside.is_released()


def test_booking_works_at_night(stage: Stage) -> None:
    comes(stage, datetime(2026, 3, 2, 22, tzinfo=SHANGHAI))
    caller = stage.ring("L1", WANG_XIUYING)
    to_the_day = ("预约挂号", "1"), ("出生年份", "1948"), ("专家门诊", "2"), ("请选择科室", "1"), ("明天", "2")
    for question, key in (*to_the_day, ("请选择时间", "1"), ("确认", "1")):
        caller.hears(question)
        caller.press(key)
    caller.hears("预约成功")
    assert [f"{visit.day}" for visit in stage.booked()] == ["2026-03-03"]


def test_a_supervisor_closes_early_from_any_telephone(stage: Stage, hire: Hire) -> None:
    mei = hire("mei", "8100", CHEN, Role.SUPERVISOR)
    with stage.ledger.transaction() as tx:
        pin = phone_pins.renew(tx, mei.user_id)
    caller = stage.ring("L1", "13900000077")
    for question, keys in (
        ("预约挂号", "5"),
        ("请问想了解什么", "7"),
        ("请输入分机号", "8100#"),
        ("电话密码", pin),
        ("现在下班", "1"),
    ):
        caller.hears(question)
        caller.press(keys)
    caller.hears("已经下班", "二月", "十七号", "星期二")  # over the Sunday and the holiday
    caller.hang_up()
    client = ControlClient(stage.rig.folders.control_socket)
    assert client.ask("desk")["closed_now"], "the wall shows it"
    client.close()
    late = stage.ring("L2", CHEN_MIN)
    late.press("0")
    late.hears("现在没有人工服务")
    late.hang_up()
    assert stage.rows(queue_entries) == []
    journal = " ".join(row.detail for row in stage.rows(call_events))
    assert "工作人员" in journal
    assert pin not in journal

"""S02: a specialist for tomorrow; 0 chooses again and reaches nobody."""

from collections.abc import Callable
from datetime import date, time

from firmware.sms_parts import parts_of
from firmware.storage.call_schema import call_events
from firmware.storage.roster_schema import doctors
from tests.scenarios.stage import LISTENING, Caller, Stage

WANG_XIUYING = "13800000001"


def choose_internal_medicine(caller: Caller, then: str) -> None:
    caller.hears("请选择科目", "内科", "一", "外科", "二", "五官科", "三")
    caller.press("1")
    caller.hears("您要挂的是", "内科", "确认", "一", "重选", "零")
    caller.press(then)


def choose_tomorrow(caller: Caller, then: str) -> None:
    caller.hears("今天", "星期一", "一", "明天", "星期二", "二", "后天", "星期三", "三")
    caller.press("2")
    caller.hears("您要挂的是", "明天", "三月", "三号", "星期二", "内科", "确认", "一", "重选", "零")
    caller.press(then)


def test_a_specialist_for_tomorrow_with_second_thoughts(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage("exact", speed=LISTENING)
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("1")
    caller.hears("请输入就诊卡号码")
    caller.press("100016")  # a card's six digits need no #
    caller.hears("请输入密码")
    caller.press("2468")
    caller.hears("普通门诊", "一", "专家门诊", "二")
    caller.press("2")
    choose_internal_medicine(caller, then="0")
    choose_internal_medicine(caller, then="1")
    choose_tomorrow(caller, then="0")
    choose_tomorrow(caller, then="1")
    caller.hears("专家", "上午", "专家", "王医生", "一", "下午", "专家", "李医生", "二")
    assert stage.booked() == []
    caller.press("1")
    caller.hears("三月", "三号", "星期二", "上午", "王医生", "二十", "挂号", "一", "放弃", "二")
    caller.press("1")
    caller.hears("请于就诊时到自助终端打印号单后就诊", "王医生", "您的预约码是")

    (visit,) = stage.booked()
    (wang,) = stage.rows(doctors, name_zh="王医生")
    assert (visit.patient_id, visit.doctor_id, visit.kind) == (1, wang.id, "specialist")
    assert (visit.day, visit.begins) == (date(2026, 3, 3), time(8, 30))
    assert stage.available_cents(1) == 3000
    (text,) = stage.texts_to(WANG_XIUYING)
    assert parts_of(text) == 1
    assert all(words in text for words in ("3月3日周二", "08:30", "王医生", visit.code))

    caller.hears("再见")  # nothing more is pressed
    caller.is_released()
    assert "没有听到" not in caller.heard_so_far().rpartition("您的预约码是")[2]
    places = {event.detail for event in stage.rows(call_events, kind="node")}
    assert not {place for place in places if "person" in place or "record." in place or place == "front.record"}

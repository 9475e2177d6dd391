"""S01: a general visit for today, key for key as the source documents have it."""

from collections.abc import Callable
from datetime import date

from firmware.sms_parts import parts_of
from firmware.storage.roster_schema import departments
from firmware.storage.text_schema import outbox
from tests.scenarios.spoken import spoken_code
from tests.scenarios.stage import LISTENING, Caller, Stage

WANG_XIUYING = "13800000001"


def choose_internal_medicine(caller: Caller) -> None:
    caller.hears("普通门诊", "请按", "一", "专家门诊", "请按", "二")
    caller.press("1")
    caller.hears("请选择科目", "内科", "一", "外科", "二", "五官科", "三")
    caller.press("1")
    caller.hears("您要挂的是", "内科", "确认", "一", "重输", "二")
    caller.press("1")


def test_a_general_visit_for_today_in_the_exact_order(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage("exact", speed=LISTENING)
    caller = stage.ring("L1", WANG_XIUYING)
    caller.hears("湖滨诊所", "预约挂号", "请按", "一")
    caller.press("1")
    caller.hears("请输入就诊卡号码")
    caller.press("100016#")
    caller.hears("请输入密码")
    caller.press("2468#")
    choose_internal_medicine(caller)
    caller.hears("请于当日及时到自助终端打印号单后就诊", "三月", "二号", "星期一", "内科", "一", "号", "您的预约码是")

    (visit,) = stage.booked()
    (internal,) = stage.rows(departments, key=1)
    assert (visit.patient_id, visit.department_id, visit.kind) == (1, internal.id, "general")
    assert (visit.day, visit.queue_number) == (date(2026, 3, 2), 1)
    assert stage.available_cents(1) == 4500
    (text,) = stage.texts_to(WANG_XIUYING, within_s=10)
    assert parts_of(text) == 1
    assert all(words in text for words in ("3月2日周一", "内科1号", visit.code))
    caller.hears("返回主菜单", "一", "重听", "九")
    assert caller.heard_so_far().count(spoken_code(visit.code)) == 2

    caller.press("1")  # once more the same: nothing is booked twice
    caller.hears("预约挂号")
    caller.press("1")
    choose_internal_medicine(caller)
    caller.hears("三月", "二号", "星期一", "内科", "已经有预约", "还有别的事吗")
    caller.press("2")
    caller.hears("再见")
    caller.is_released()
    assert len(stage.booked()) == 1
    assert stage.available_cents(1) == 4500
    assert len(stage.rows(outbox)) == 1

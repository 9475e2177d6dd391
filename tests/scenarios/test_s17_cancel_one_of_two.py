"""S17: one of two visits is cancelled."""

from collections.abc import Callable

from firmware.sms_parts import parts_of
from firmware.storage.roster_schema import bookings
from tests.scenarios.stage import LISTENING, Stage

WANG_XIUYING = "13800000001"


def test_only_the_picked_visit_is_cancelled(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage(speed=LISTENING)
    stage.desk("book", "100016", "--doctor", "王医生", "--day", "2026-03-03", "--time", "8:30")
    stage.desk("book", "100016", "--doctor", "赵医生", "--day", "2026-03-04", "--time", "9:00")
    assert stage.available_cents(1) == 2500
    texts_before = len(stage.texts_to(WANG_XIUYING, 2, within_s=40))
    stage.pass_time(30 * 60)

    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("2")
    caller.hears("四位出生年份")
    caller.press("1948")
    caller.hears("请选择要取消的预约", "三号", "星期二", "王医生", "一", "四号", "星期三", "上午九点", "赵医生", "二")
    caller.press("2")
    caller.hears("要取消", "四号", "星期三", "赵医生", "预约吗", "确认取消", "一", "不取消", "二")
    assert len(stage.booked()) == 2
    caller.press("1")
    caller.hears("已经取消", "星期三", "赵医生", "五", "元", "退回卡里", "还有别的事吗")

    wang, zhao = stage.rows(bookings, patient_id=1)
    assert (wang.state, zhao.state) == ("booked", "cancelled")
    assert stage.available_cents(1) == 3000
    text = stage.texts_to(WANG_XIUYING, texts_before + 1)[-1]
    assert parts_of(text) == 1
    assert all(words in text for words in ("已取消", "3月4日周三", "09:00", "赵医生"))
    stage.desk("book", "100032", "--doctor", "赵医生", "--day", "2026-03-04", "--time", "9:00")  # free at once

    caller.press("1")
    caller.hears("预约挂号")
    caller.press("3")
    caller.hears("您有", "一", "个预约", "三号", "星期二", "上午八点", "半", "王医生", "预约码", "还有别的事吗")
    caller.press("2")
    caller.is_released()
    assert "赵医生" not in caller.heard_so_far().rpartition("您有")[2]

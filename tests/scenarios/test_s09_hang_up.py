"""S09: a caller hangs up just before confirming; another can have the time, and the first can go on later."""

from collections.abc import Callable
from datetime import date, time

from firmware.storage.call_schema import calls
from firmware.storage.roster_schema import bookings
from firmware.storage.text_schema import outbox
from tests.scenarios.stage import LISTENING, Caller, Stage

WANG_XIUYING, LIU_QIANG = "13800000001", "13800000005"


def reach_confirmation(caller: Caller, born: str) -> None:
    caller.press("1")
    caller.hears("四位出生年份")
    caller.press(born)
    caller.hears("普通门诊")
    caller.press("2")
    caller.hears("请选择科室")
    caller.press("1")
    caller.hears("请选择日期")
    caller.press("2")
    caller.hears("请选择时间", "上午八点", "半", "王医生")
    caller.press("1")
    caller.hears("您选的是", "三月", "三号", "星期二", "上午八点", "半", "确认", "一")


def test_who_hangs_up_gives_the_time_back_and_can_continue(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage(speed=LISTENING)
    caller = stage.ring("L1", WANG_XIUYING)
    reach_confirmation(caller, "1948")
    (held,) = stage.rows(bookings, state="held")
    caller.hang_up()
    stage.eventually("the hold is given back", lambda: not stage.rows(bookings, state="held"), within_s=2)

    other = stage.ring("L2", LIU_QIANG)
    reach_confirmation(other, "1979")  # the same 08:30 is offered and held
    (held_by_other,) = stage.rows(bookings, state="held")
    assert held_by_other.slot_key == held.slot_key
    other.hang_up()
    stage.eventually("the second hold is given back", lambda: not stage.rows(bookings, state="held"), within_s=2)
    assert [call.outcome for call in stage.rows(calls)] == ["left at confirm", "left at confirm"]
    assert stage.rows(outbox) == [], "nothing was booked, so nothing is texted"

    caller = stage.ring("L1", WANG_XIUYING)
    caller.hears("湖滨诊所", "还没有办完", "接着办理", "一", "重新开始", "二")
    assert "八点半" not in caller.heard_so_far(), "what was chosen is not told to whoever answers this number"
    caller.press("1")
    caller.hears("您选的是", "三月", "三号", "星期二", "上午八点", "半", "王医生", "确认", "一")
    (fresh,) = stage.rows(bookings, state="held")
    assert (fresh.slot_key, fresh.patient_id) == (held.slot_key, 1)
    assert fresh.holder != held.holder
    caller.press("1")
    caller.hears("您的预约码是")
    caller.hang_up()
    (visit,) = stage.booked()
    assert (visit.day, visit.begins) == (date(2026, 3, 3), time(8, 30))
    (text,) = stage.texts_to(WANG_XIUYING)
    assert visit.code in text

    stage.pass_time(11 * 60)
    other = stage.ring("L2", LIU_QIANG)  # too late to continue: the usual beginning
    other.hears("湖滨诊所", "预约挂号")
    assert "没有办完" not in other.heard_so_far()
    other.hang_up()

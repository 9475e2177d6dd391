"""S22: a visit is booked by text, step by step and on another day in one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

from firmware.sms_parts import parts_of
from tests.scenarios.stage import Stage

WANG_XIUYING = "13800000001"
DAY_S = 24 * 3600


def test_booking_by_dialogue_then_in_one_line(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    replies = stage.converse(WANG_XIUYING, "挂号", "2", "1", "2", "1", "1")
    assert len(stage.network.phone(WANG_XIUYING).texts()) == len(replies), "one text a step"
    for reply in replies:
        assert 1 <= len(choices(reply)) <= 6 or reply is replies[-1]
        assert parts_of(reply) == 1
    (visit,) = stage.booked()
    assert (visit.day, visit.begins, visit.channel) == (date(2026, 3, 3), time(8, 30), "text")
    assert visit.code in replies[-1]
    assert "3月3日周二08:30" in replies[-1]

    stage.pass_time(DAY_S)
    asked, done = stage.converse(WANG_XIUYING, "挂号 内科 王医生 周四 8:45", "1")
    assert asked.startswith("3月5日周四08:45 王医生")
    assert choices(asked) == ["1 确认", "2 重选"]
    thursday = stage.booked()[1]
    assert (thursday.day, thursday.begins) == (date(2026, 3, 5), time(8, 45))
    assert thursday.code in done

    (offered,) = stage.converse(WANG_XIUYING, "挂号 内科 钱医生 周五 9:00")
    assert choices(offered) == ["1 王医生", "2 李医生"]
    (asked,) = stage.converse(WANG_XIUYING, "1")
    assert asked.startswith("3月6日周五09:00 王医生"), "the day and the time were not forgotten"


def choices(reply: str) -> list[str]:
    return re.findall(r"^\d .+$", reply, re.MULTILINE)

"""S24: networks and modules deliver twice; a patient who asks twice is another thing."""

from __future__ import annotations

from collections.abc import Callable

from firmware.storage.roster_schema import booking_events
from firmware.storage.text_schema import inbox
from tests.scenarios.stage import Stage

WANG_XIUYING = "13800000001"
REFERENCE = 77
FIVE_MINUTES_S = 300
TOO_MANY_S = 10  # by then a reply too many would have come


def test_one_cancellation_whatever_is_delivered_again(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    booked = stage.converse(WANG_XIUYING, "挂号 内科 王医生 周四 8:45", "1")
    (visit,) = stage.booked()
    words = f"取消 {visit.code[:4]}"

    stage.text(WANG_XIUYING, words, reference=REFERENCE)
    stage.clock.sleep(0.2)
    stage.text(WANG_XIUYING, words, reference=REFERENCE)
    cancelled = stage.texts_to(WANG_XIUYING, len(booked) + 1)[-1]
    assert "已取消3月5日周四08:45" in cancelled
    stage.eventually("the first duplicate dropped", lambda: duplicates(stage) == 1)

    stage.network.restart("L3")
    stage.text(WANG_XIUYING, words, reference=REFERENCE)
    stage.eventually("the second duplicate dropped", lambda: duplicates(stage) == 2, within_s=60)

    stage.pass_time(FIVE_MINUTES_S)
    stage.text(WANG_XIUYING, words)
    assert stage.texts_to(WANG_XIUYING, len(booked) + 2)[-1].startswith("这个预约已经取消")
    stage.clock.sleep(TOO_MANY_S)
    assert len(stage.texts_to(WANG_XIUYING)) == len(booked) + 2, "one reply to the first three, one to the last"
    assert len(stage.rows(inbox)) == len(booked) + 2
    assert len(stage.rows(booking_events, what="cancelled")) == 1


def duplicates(stage: Stage) -> int:
    return (stage.rig.folders.run / "exchange.log").read_text().count("a duplicate text was dropped")

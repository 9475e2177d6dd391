"""S05 and S06: a patient whom the box knows by the number books without a card."""

from collections.abc import Callable
from datetime import date, time

from firmware.sms_parts import parts_of
from firmware.storage.call_schema import call_events
from tests.scenarios.stage import Stage

WANG_XIUYING = "13800000001"


def test_a_known_caller_books_without_a_card(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    caller = stage.ring("L1", WANG_XIUYING)
    said = caller.answers("1", "1948", "2", "1", "2", "1", "1")
    assert "王秀英" not in "".join(said[:2]), "no name before the birth year"
    assert "上午八点半王医生" in said[5]
    assert "三月三号星期二上午八点半王医生" in said[6]
    after = caller.waits()
    (visit,) = stage.booked()
    assert (visit.day, visit.begins) == (date(2026, 3, 3), time(8, 30))
    spoken_code = visit.code.translate(str.maketrans("0123456789", "零幺二三四五六七八九"))
    assert after.count(spoken_code) == 2
    (text,) = stage.texts_to(WANG_XIUYING)
    assert parts_of(text) == 1
    assert visit.code in text
    assert "08:30" in text


def test_all_keys_typed_ahead_book_the_same(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    caller = stage.ring("L1", WANG_XIUYING)
    began = stage.clock.monotonic()
    caller.press("11948" + "21211", gap_s=0.15)
    stage.eventually("the booking", stage.booked, within_s=20)
    assert stage.clock.monotonic() - began < 20
    (visit,) = stage.booked()
    assert (visit.day, visit.begins) == (date(2026, 3, 3), time(8, 30))
    caller.waits()
    keys = [event.detail for event in stage.rows(call_events) if event.kind == "key"]
    assert keys == ["1", "4 digits", "2", "1", "2", "1", "1"]

"""What the desk does in the pages reaches the patients' phones, and what patients do shows in the pages by itself."""

from __future__ import annotations

from datetime import date, time

import pytest
from playwright.sync_api import expect

from firmware.storage.schema import absences, outbox
from tests.browser.conftest import Staff
from tests.scenarios.spoken import spoken_code
from tests.scenarios.stage import Stage

SPEED = 4.0  # the stories listen to every word while a browser works beside them
WANG_XIUYING, TOM_REED, LIU_QIANG, STRANGER = "13800000001", "13800000004", "13800000005", "13900000077"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
NAMES = {"zh": "王秀英", "en": "Wang Xiuying"}
A_CALL_MS = 60000  # of real time: a call at four times the speed of life


@pytest.mark.parametrize(
    ("language", "at", "heard"), [("zh", "09:15", ("上午九点", "十五分")), ("en", "10:45", ("上午十点", "四十五分"))]
)
def test_a_visit_booked_at_the_desk_in_three_clicks_is_read_out_to_its_patient(
    stage: Stage, staff: Staff, language: str, at: str, heard: tuple[str, ...]
) -> None:
    day = {"zh": date(2026, 3, 5), "en": date(2026, 3, 6)}[language]
    desk = staff("desk", language)
    desk.goes_to(f"/bookings?day={day}&patient=1&department=1")
    desk.page.get_by_role("button", name=at, exact=True).click()
    desk.button("bookings.confirm").click()
    desk.reads(desk.words("bookings.state.booked"))
    (visit,) = stage.booked(patient_id=1, day=day)
    assert (visit.begins, visit.channel) == (time.fromisoformat(at), "desk")

    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("3")
    caller.hears("四位出生年份")
    caller.press("1948")
    caller.hears("您有", *heard, "王医生", "预约码", *spoken_code(visit.code)[:1])
    caller.hang_up()


@LANGUAGES
def test_today_shows_a_call_and_its_booking_while_they_happen(stage: Stage, staff: Staff, language: str) -> None:
    born, department = {"zh": ("1979", "2"), "en": ("1979", "3")}[language]
    day = {"zh": "2", "en": "3"}[language]
    desk = staff("desk", language)
    desk.goes_to("/")
    desk.page.evaluate("window.sameAsBefore = true")
    busy = desk.page.locator("#now .line.is-live")
    expect(busy).to_have_count(0)

    caller = stage.ring("L1", LIU_QIANG)
    expect(busy).to_have_count(1, timeout=A_CALL_MS)
    expect(busy.locator(".line-who")).to_contain_text(LIU_QIANG)
    caller.press("1")
    caller.hears("四位出生年份")
    first = busy.locator(".line-place").inner_text()
    caller.press(born)
    caller.hears("普通门诊")
    expect(busy.locator(".line-place")).not_to_have_text(first, timeout=A_CALL_MS)
    before = desk.page.locator(".timeline li").count()
    caller.press("1" + department)  # general, a number of today
    caller.hears("一")
    caller.answers("1", "1")
    stage.eventually("the booking", lambda: stage.booked(patient_id=5, channel="voice"))
    expect(desk.page.locator(".timeline li")).to_have_count(before + 1, timeout=A_CALL_MS)
    caller.hang_up()
    expect(busy).to_have_count(0, timeout=A_CALL_MS)
    assert desk.page.evaluate("window.sameAsBefore") is True, "the page was never loaded again"

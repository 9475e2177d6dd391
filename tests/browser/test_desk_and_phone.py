"""What the desk does in the pages reaches the patients' phones, and what patients do shows in the pages by itself."""

from __future__ import annotations

from datetime import date, time

import pytest
from playwright.sync_api import expect

from firmware.storage.roster_schema import absences
from firmware.storage.text_schema import outbox
from tests.browser.conftest import Staff
from tests.scenarios.spoken import spoken_code
from tests.scenarios.stage import Stage

SPEED = 4.0  # the stories listen to every word while a browser works beside them
WANG_XIUYING, TOM_REED, LIU_QIANG, STRANGER = "13800000001", "13800000004", "13800000005", "13900000077"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
NAMES = {"zh": "王秀英", "en": "Wang Xiuying"}
QUESTIONS = {"zh": ("请问可以停车吗?", "可以,从东门进。"), "en": ("Is there parking?", "Yes, by the east gate.")}
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
    department = {"zh": "2", "en": "3"}[language]
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
    caller.press("1979")
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


@LANGUAGES
def test_the_desk_answers_a_text_and_the_answer_arrives(stage: Stage, staff: Staff, language: str) -> None:
    asked, answer = {
        "zh": ("请问可以停车吗?", "可以,从东门进。"),
        "en": ("Is there parking?", "Yes, by the east gate."),
    }[language]
    number = STRANGER if language == "zh" else STRANGER[:-1] + "8"
    desk = staff("desk", language)
    desk.goes_to(f"/messages/with?number={number}")
    stage.text(number, asked)
    desk.reads(asked, "#said")
    (menu,) = stage.texts_to(number)
    desk.reads(menu.splitlines()[1], "#said")

    desk.page.locator("#field-body").fill(answer)
    desk.button("messages.send").click()
    desk.reads(answer, "#said")
    received = stage.texts_to(number, 2)[1]
    assert received == answer
    expect(desk.page.locator("#said .is-ours").last).to_contain_text(desk.words("text.delivered"), timeout=A_CALL_MS)
    (text,) = stage.rows(outbox, number=number, purpose="staff")
    assert text.author == "desk"


@pytest.mark.parametrize(("language", "day", "key"), [("zh", date(2026, 3, 10), "8"), ("en", date(2026, 3, 11), "9")])
def test_an_absent_doctor_s_patients_are_shown_first_and_nobody_new_gets_in(
    stage: Stage, staff: Staff, language: str, day: date, key: str
) -> None:
    visit = ("100016", "--doctor", "王医生", "--day", day.isoformat(), "--time", "8:30", "--pay-at-desk")
    stage.desk("book", *visit)
    desk = staff("desk", language)
    desk.goes_to("/roster")
    desk.link("roster.days.away").first.click()
    desk.field("roster.doctor").select_option("1")
    desk.field("roster.first").fill(day.isoformat())
    desk.field("roster.last").fill(day.isoformat())
    desk.button("roster.look").click()
    desk.reads(NAMES[language])
    assert not stage.rows(absences, day=day), "only looked at"
    desk.button("roster.plan.confirm_off", count=1).click()
    desk.reads(NAMES[language])
    assert len(stage.rows(absences, day=day)) == 1
    assert stage.booked(day=day), "it stands until the patient is told"

    stage.text(TOM_REED, f"book Internal medicine Dr Wang {day:%d %b} 9:00")
    reply = stage.texts_to(TOM_REED, len(stage.network.phone(TOM_REED).texts()) + 1)[-1]
    assert "Dr Wang" not in reply.splitlines()[0], reply


@LANGUAGES
def test_a_killed_phone_service_comes_back_while_the_pages_go_on(stage: Stage, staff: Staff, language: str) -> None:
    desk = staff("desk", language)
    desk.goes_to("/")
    banner = desk.page.locator("#phone-service")
    expect(banner).to_be_hidden()
    stage.kill_box()
    try:
        expect(banner).to_be_visible(timeout=A_CALL_MS)
        assert desk.words("service.away") in banner.inner_text()
        desk.goes_to("/bookings")
        expect(banner).to_be_visible()
        desk.page.locator("#find").fill("wang")
        desk.reads("1948-03-07", "#found")
    finally:
        stage.restart_box()
    expect(banner).to_be_hidden(timeout=A_CALL_MS)
    desk.goes_to("/")
    expect(desk.page.locator("#now .line.is-good")).to_have_count(3)

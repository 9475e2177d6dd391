"""What goes wrong at a real desk: double clicks, two people at one record, a page left open, a lost connection."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from firmware.storage.account_schema import account_entries
from firmware.storage.people_schema import patients
from tests.browser.conftest import Staff
from tests.browser.people import Person
from tests.scenarios.stage import Stage
from webui.recordings import UPLOAD_BYTES

SPEED = 1.0
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
WEDNESDAY, THURSDAY = date(2026, 3, 4), date(2026, 3, 5)


@LANGUAGES
def test_a_button_clicked_twice_books_once(stage: Stage, staff: Staff, language: str) -> None:
    day = {"zh": WEDNESDAY, "en": THURSDAY}[language]
    desk = staff("desk", language)
    desk.goes_to(f"/bookings?day={day}&patient=5&department=1")
    desk.page.get_by_role("button", name="09:30", exact=True).dblclick()
    desk.button("bookings.confirm").dblclick()
    desk.reads(desk.words("bookings.state.booked"))
    assert len(stage.booked(day=day, patient_id=5)) == 1


@LANGUAGES
def test_of_two_who_edit_one_patient_the_second_is_told(stage: Stage, staff: Staff, language: str) -> None:
    patient = {"zh": 2, "en": 4}[language]
    first, second = staff("desk", language), staff("supervisor", language)
    for person in (first, second):
        person.goes_to(f"/patients/{patient}/edit")
    first.page.locator("[name=en]").fill("Somebody New")
    second.page.locator("[name=en]").fill("Somebody Else")
    first.button("page.save").click()
    first.reads("Somebody New")
    second.excuse("409")
    second.button("page.save").click()
    second.reads(second.words("form.changed_meanwhile"))
    (kept,) = stage.rows(patients, id=patient)
    assert kept.name_en == "Somebody New"


@LANGUAGES
def test_a_form_left_open_for_long_is_not_carried_out_and_says_so(stage: Stage, staff: Staff, language: str) -> None:
    desk = staff("desk", language)
    desk.goes_to("/patients/1")
    pays_in(desk, "30")
    before = len(stage.rows(account_entries, patient_id=1))
    stage.pass_time(13 * 3600)
    desk.excuse("401")
    desk.button("patients.money.book").click()
    desk.reads(desk.words("status.401"))
    assert len(stage.rows(account_entries, patient_id=1)) == before


@LANGUAGES
def test_a_file_that_is_too_large_is_refused_in_the_page_and_at_the_box(
    staff: Staff, tmp_path: Path, language: str
) -> None:
    file = tmp_path / "long.wav"
    file.write_bytes(bytes(UPLOAD_BYTES + 100_000))
    chief = staff("supervisor", language)
    chief.goes_to("/prompts/piece?piece=front.welcome&language=zh")
    field = chief.page.locator("input[type=file]")
    field.set_input_files(file)
    assert field.evaluate("field => field.validationMessage") == chief.words("look.too_large")
    chief.button("prompts.save").click()
    assert "/prompts/piece" in chief.page.url, "nothing was sent"

    chief.excuse("413")
    chief.excuse("ERR_CONNECTION_RESET")
    field.evaluate("field => field.setCustomValidity('')")  # a browser that knows nothing of the limit
    chief.button("prompts.save").click()
    chief.reads(chief.words("status.413"))


@LANGUAGES
def test_a_form_whose_answer_was_lost_is_sent_again_and_acts_once(stage: Stage, staff: Staff, language: str) -> None:
    desk = staff("desk", language)
    desk.goes_to("/patients/4")
    before = len(stage.rows(account_entries, patient_id=4, kind="deposit"))
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        lost.append(route.request.url)
        if len(lost) == 1:
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    desk.excuse("ERR_CONNECTION_RESET")
    desk.page.route("**/money", lose_the_answer)
    pays_in(desk, "12")
    desk.button("patients.money.book").click()
    expect(desk.page.locator("#main")).to_have_count(0)
    assert len(stage.rows(account_entries, patient_id=4, kind="deposit")) == before + 1
    desk.page.reload()  # the browser sends the same form again
    desk.reads(desk.words("form.already_done"))
    assert len(lost) == 2
    assert len(stage.rows(account_entries, patient_id=4, kind="deposit")) == before + 1


def pays_in(desk: Person, yuan: str) -> None:
    desk.page.get_by_text(desk.words("patients.money"), exact=True).first.click()
    desk.page.locator("[name=amount]").fill(yuan)

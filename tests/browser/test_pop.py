"""Beside a call: notes that outlast a reload and a lost connection, and a visit booked without leaving the page."""

from __future__ import annotations

from playwright.sync_api import Route, expect
from sqlalchemy import insert

from firmware.storage import calls
from firmware.storage.desk_schema import call_notes, queue_entries
from firmware.storage.roster_schema import bookings
from tests.browser.conftest import Staff
from tests.browser.people import Person
from tests.scenarios.stage import Stage

SPEED = 1.0
WANG_XIUYING, FAMILY = "13800000001", "13800000002"
CHEN_XIAOBAO = 3


def rings(stage: Stage, number: str) -> str:
    """Somebody waits for a person: the address of the pop."""
    with stage.ledger.transaction() as tx:
        now = stage.clock.now()
        call_id = calls.new_id(now)
        calls.begin(tx, now, call_id, "L1", number, is_withheld=False)
        row = {"call_id": call_id, "queue": "reception", "language": "zh", "number": number, "state": "answered"}
        tx.execute(insert(queue_entries).values(row | {"turn_at": now}))
    return f"/desk/pop?call={call_id}"


def notes_kept(stage: Stage, body: str) -> bool:
    return any(row.body == body for row in stage.rows(call_notes))


def writes(person: Person, words: str) -> None:
    field = person.page.locator("#pop-note")
    field.press("End")
    field.press_sequentially(words)


def test_a_reload_in_the_middle_of_a_word_costs_nothing(stage: Stage, staff: Staff) -> None:
    desk = staff("desk", "en")
    desk.goes_to(rings(stage, WANG_XIUYING))
    writes(desk, "wants to come on Thurs")
    desk.page.reload()
    expect(desk.page.locator("#pop-note")).to_have_value("wants to come on Thurs")
    writes(desk, "day")
    stage.eventually("the note", lambda: notes_kept(stage, "wants to come on Thursday"))
    desk.reads(desk.words("pop.note.saved"))


def test_notes_wait_for_the_box_to_come_back(stage: Stage, staff: Staff) -> None:
    desk = staff("desk", "en")
    desk.goes_to(rings(stage, WANG_XIUYING))
    desk.excuse("ERR_FAILED")

    def away(route: Route) -> None:
        route.abort()

    desk.page.route("**/desk/pop/note", away)
    writes(desk, "calls back at noon")
    desk.reads(desk.words("pop.note.failed"))
    assert not notes_kept(stage, "calls back at noon")
    desk.page.unroute("**/desk/pop/note")
    stage.eventually("the note", lambda: notes_kept(stage, "calls back at noon"))


def test_who_it_is_is_chosen_and_their_visit_booked_beside_the_call(stage: Stage, staff: Staff) -> None:
    desk = staff("desk", "zh")
    address = rings(stage, FAMILY)
    desk.goes_to(address)
    writes(desk, "孩子发烧")
    desk.page.get_by_role("button", name="陈小宝").click()
    desk.reads(desk.words("pop.chosen"))
    expect(desk.page.locator("#pop-note")).to_have_value("孩子发烧")
    desk.link("pop.book").click()
    pane = desk.page.locator(".pop-pane")
    pane.locator(".bookings-toolbar select[name=doctor]").select_option("1")
    expect(pane.get_by_role("button", name="10:30", exact=True)).to_have_count(1)  # his alone
    pane.get_by_role("button", name="10:30", exact=True).click()
    pane.get_by_role("button", name=desk.words("bookings.confirm")).click()
    stage.eventually("the visit", lambda: stage.booked(patient_id=CHEN_XIAOBAO))
    expect(desk.page.locator(".pop-visit")).to_contain_text("10:30")
    assert desk.page.url.endswith(address)
    pane.get_by_role("button", name=desk.words("page.close")).click()
    expect(pane).to_be_hidden()


def test_a_time_that_was_pointed_at_is_free_again_when_the_pane_is_closed(stage: Stage, staff: Staff) -> None:
    desk = staff("desk", "zh")
    desk.goes_to(rings(stage, WANG_XIUYING))
    desk.link("pop.book").click()
    pane = desk.page.locator(".pop-pane")
    pane.get_by_role("button", name="11:00", exact=True).first.click()
    pane.get_by_role("button", name=desk.words("bookings.confirm")).wait_for()
    assert held(stage) == 1
    pane.get_by_role("button", name=desk.words("page.close")).click()
    stage.eventually("nothing is held", lambda: held(stage) == 0)


def held(stage: Stage) -> int:
    return len(stage.rows(bookings, state="held"))

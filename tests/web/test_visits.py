"""The desk looks at visits, moves, cancels and finds them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from firmware.clinic import bookings, schedule
from firmware.clinic.schedule import Wish
from firmware.clock import ManualClock
from tests.clinic.visits import P4, TUESDAY, WANG, WEDNESDAY
from tests.web.booking_desk import TUESDAY_PAGE, Clinic, book, click
from tests.web.browser import Browser
from webui.office import Office


def test_a_cancellation_undone_within_seconds_leaves_no_trace_at_the_patient(
    desk: Browser, clinic: Clinic, clock: ManualClock
) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    assert clinic.send_texts() == 1
    page = desk.get(f"/bookings/{visit.id}")
    cancelled = desk.send(page.form(f"/bookings/{visit.id}/cancel"))
    assert "cancelled" in cancelled.text
    assert clinic.slot("08:30") == visit.slot, "free at once"
    clock.advance(10)
    restored = desk.send(cancelled.form(f"/bookings/{visit.id}/restore"))
    assert "It stands again" in restored.text
    assert clinic.visit(visit.id) == visit
    clock.advance(3600)
    assert clinic.send_texts() == 0


def test_a_cancellation_not_undone_is_texted(desk: Browser, clinic: Clinic, clock: ManualClock) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    desk.send(desk.get(f"/bookings/{visit.id}").form(f"/bookings/{visit.id}/cancel"))
    assert clinic.send_texts() == 0
    clock.advance(16)
    assert clinic.send_texts() == 1
    assert "已取消" in clinic.texts("sent")[-1]


def test_past_the_patients_cut_off_the_desk_still_cancels_and_is_told(
    desk: Browser, clinic: Clinic, clock: ManualClock
) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    assert "past the time" not in desk.get(f"/bookings/{visit.id}").text
    clock.advance(9 * 3600)
    page = desk.get(f"/bookings/{visit.id}")
    assert "past the time until which patients can cancel" in page.text
    desk.send(page.form(f"/bookings/{visit.id}/cancel"))
    assert clinic.visit(visit.id).state == "cancelled"


def test_two_people_cancel_and_the_second_is_told(sign_in: Callable[..., Browser], clinic: Clinic) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    first, second = sign_in("desk"), sign_in("nurse")
    forms = [browser.get(f"/bookings/{visit.id}").form(f"/bookings/{visit.id}/cancel") for browser in (first, second)]
    first.send(forms[0])
    assert "cancelled before" in second.send(forms[1]).text


def test_a_visit_moves_by_the_days_page(desk: Browser, clinic: Clinic, clock: ManualClock) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    target = clinic.slot("09:00", WEDNESDAY)
    day = f"/bookings?day=2026-03-04&move={visit.id}"
    assert "click the new time" in desk.get(day).text
    page = click(desk, target, day)
    assert "Kept for you" in page.text
    assert "已改约3月4日周三09:00" in page.text
    moved = desk.send(page.form(f"/bookings/{visit.id}/move"))
    assert "was Tue 3 Mar 08:30, Dr Wang" in moved.text
    assert (clinic.visit(visit.id).slot, clinic.visit(visit.id).code) == (target, visit.code)
    back = desk.send(moved.form(f"/bookings/{visit.id}/move-back"))
    assert clinic.visit(visit.id) == visit
    assert "Moved" in back.text
    clock.advance(60)
    assert clinic.send_texts() == 1, "the confirmation, which had not left before"


def test_the_desk_checks_in_and_takes_it_back(desk: Browser, clinic: Clinic) -> None:
    visit = clinic.phone_books(clinic.slot("10:00", clinic.now.date()))
    day = desk.get("/bookings")
    assert "Check in" in day.text
    shown = desk.post(f"/bookings/{visit.id}/check-in", **day.form("/bookings/hold").fields)
    assert "Arrived: Wang Xiuying" in shown.text
    assert "1 arrived" in shown.text
    assert clinic.visit(visit.id).state == "arrived"
    desk.send(shown.form(f"/bookings/{visit.id}/reopen"))
    assert clinic.visit(visit.id) == visit


@pytest.mark.parametrize(
    ("pay_at_desk", "before", "after"),
    [("", "held on the account", "paid from the account"), ("1", "to be paid at the desk", "to be paid at the desk")],
)
def test_a_visit_says_how_its_fee_is_paid(
    desk: Browser, clinic: Clinic, pay_at_desk: str, before: str, after: str
) -> None:
    book(desk, clinic.slot("10:00", clinic.now.date()), pay_at_desk=pay_at_desk)
    (visit,) = clinic.visits()
    page = desk.get(f"/bookings/{visit.id}")
    assert before in page.text
    desk.send(page.form(f"/bookings/{visit.id}/check-in"))
    assert after in desk.get(f"/bookings/{visit.id}").text


def test_the_days_list_on_paper_says_who_was_born_when_and_what_is_paid(desk: Browser, clinic: Clinic) -> None:
    clinic.phone_books(clinic.slot("08:30"))
    page = desk.get(TUESDAY_PAGE)
    assert '<span class="print-only">1948-03-07</span>' in page.body
    assert '<td class="print-only">20.00 yuan held on the account</td>' in page.body
    assert "Lakeside Clinic · 2026-03-03" in page.text
    sections = re.findall(r'<section class="card bookings-session([^"]*)"', page.body)
    assert len([extra for extra in sections if "no-print" not in extra]) == 1


def test_nobody_has_missed_a_visit_still_to_come(desk: Browser, clinic: Clinic, clock: ManualClock) -> None:
    visit = clinic.phone_books(clinic.slot("10:00", clinic.now.date()))
    page = desk.get(f"/bookings/{visit.id}")
    assert "Did not come" not in page.text
    forged = page.form(f"/bookings/{visit.id}/cancel").fields
    assert "its state has changed" in desk.post(f"/bookings/{visit.id}/no-show", **forged).text
    clock.advance(2 * 3600)
    page = desk.get(f"/bookings/{visit.id}")
    assert "did not come" in desk.send(page.form(f"/bookings/{visit.id}/no-show")).text
    assert clinic.visit(visit.id).state == "no-show"


def test_the_ticket_says_when_where_and_the_code(desk: Browser, clinic: Clinic) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    ticket = desk.get(f"/bookings/{visit.id}/ticket").text
    for word in ("Tue 3 Mar 08:30", "Dr Wang", str(visit.code), "Lakeside Clinic"):
        assert word in ticket


def test_the_history_tells_who_over_which_channel_and_what_was_texted(desk: Browser, clinic: Clinic) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    page = desk.get(f"/bookings/{visit.id}")
    assert "by telephone" in page.text
    assert clinic.texts()[0] in page.text
    clinic.send_texts()
    assert "sent" in desk.get(f"/bookings/{visit.id}").text


# ---- looking ----


def test_the_cancelled_are_listed_with_who_and_how(desk: Browser, clinic: Clinic, office: Office) -> None:
    by_phone = clinic.phone_books(clinic.slot("08:30"))
    at_desk = clinic.phone_books(clinic.slot("09:00"), P4, "13800000004")
    with office.ledger.transaction() as tx:
        bookings.cancel(tx, clinic.profile, clinic.now, by_phone.id, channel="voice", cause="call/9")
    desk.send(desk.get(f"/bookings/{at_desk.id}").form(f"/bookings/{at_desk.id}/cancel"))
    everything = desk.get("/bookings/cancelled?from=2026-03-02").text
    assert "Wang Xiuying" in everything
    assert "Tom Reed" in everything
    phone = desk.get("/bookings/cancelled?from=2026-03-02&channel=voice").text
    assert "Wang Xiuying" in phone
    assert "Tom Reed" not in phone
    assert "1 cancelled" not in desk.get(TUESDAY_PAGE + "&doctor=2").text
    assert "2 cancelled" in desk.get(TUESDAY_PAGE + "&show=cancelled").text


def test_the_visits_of_an_absent_doctor_stay_in_sight(desk: Browser, clinic: Clinic, office: Office) -> None:
    from firmware.clinic import closing

    visit = clinic.phone_books(clinic.slot("08:30"))
    with office.ledger.transaction() as tx:
        closing.close(tx, TUESDAY, Wish(doctor_id=WANG))
    page = desk.get(TUESDAY_PAGE)
    assert "still need another time" in page.text
    assert f"/bookings/{visit.id}" in page.body
    with office.ledger.reading() as tx:
        assert schedule.free_slots(tx, clinic.profile, clinic.now, TUESDAY, Wish(doctor_id=WANG)) == []


def test_who_may_only_look_sees_the_day_and_can_change_nothing(sign_in: Callable[..., Browser], clinic: Clinic) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    auditor = sign_in("auditor")
    day = auditor.get(TUESDAY_PAGE)
    assert "Wang Xiuying" in day.text
    assert 'name="slot"' not in day.body
    page = auditor.get(f"/bookings/{visit.id}")
    assert "Cancel the visit" not in page.text
    csrf = day.form("/bookings/hold").fields
    for path in ("/bookings/hold", "/bookings/book", f"/bookings/{visit.id}/cancel", f"/bookings/{visit.id}/move"):
        assert auditor.post(path, follow=False, **csrf).status == 403
    assert clinic.visit(visit.id) == visit


@pytest.mark.parametrize(
    "path",
    ["/bookings?day=9999-12-31", "/bookings?day=0001-01-01", "/bookings?day=x&department=-1&doctor=999&show=?",
     "/bookings?patient=999&move=999", "/bookings/find?q=%00%ff%27%22%3C", "/bookings/find?q=" + "9" * 300,
     "/bookings/cancelled?from=9999-12-31&to=0001-01-01&channel=x"],
)  # fmt: skip
def test_odd_addresses_are_answered_with_a_page(desk: Browser, clinic: Clinic, path: str) -> None:
    assert desk.get(path).status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("/bookings/999", 404), ("/bookings/999/ticket", 404), ("/bookings/999/move?slot=1/2026-03-03/1", 409),
     ("/bookings/book?slot=x", 409), ("/bookings/book?slot=99999999999999999999/2026-03-03/1", 409),
     ("/bookings/book?slot=1/2026-03-03/99999999999999999999", 409),
     ("/bookings/book", 409)],
)  # fmt: skip
def test_what_is_not_there_is_told(desk: Browser, clinic: Clinic, path: str, status: int) -> None:
    assert desk.get(path).status == status


def test_the_pages_speak_chinese_too(sign_in: Callable[..., Browser], clinic: Clinic, clock: ManualClock) -> None:
    reader = sign_in("desk", "zh")
    visit = clinic.phone_books(clinic.slot("08:30"))
    slot = clinic.slot("09:00")
    for path, words in (
        (TUESDAY_PAGE, "3月3日周二"),
        (f"/bookings/{visit.id}", "经过"),
        (f"/bookings/{visit.id}/ticket", "湖滨诊所"),
        (f"/bookings/book?slot={slot.id}", "给哪位患者"),
        (f"/bookings/{visit.id}/move?slot={slot.id}", "确认改约"),
        ("/bookings/find?q=wxy", "王秀英"),
        ("/bookings/cancelled", "没有取消的预约"),
    ):
        assert words in reader.get(path).text, path
    clock.advance(timedelta(days=30).total_seconds())
    assert "目前可以预约到" not in reader.get("/bookings").text

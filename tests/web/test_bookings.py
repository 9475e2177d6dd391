"""The desk books, moves, cancels and finds, as its pages let it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from firmware.clinic import accounts, bookings, holds, patient_changes, people, records, sample, schedule, search
from firmware.clinic.errors import SlotTaken
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.clinic.schedule import Wish
from firmware.clock import ManualClock
from firmware.storage import audit, outbox
from firmware.storage.people_schema import patients
from firmware.storage.roster_schema import bookings as rows
from firmware.storage.text_schema import outbox as texts_table
from tests.clinic.visits import P1, P2, P3, P4, TUESDAY, WANG, WEDNESDAY, slot_at
from tests.web.browser import Browser, Reply
from webui.office import Office

P6 = 6  # deceased
TUESDAY_PAGE = "/bookings?day=2026-03-03"


class Clinic:
    """What the tests ask the ledger, and what happens there without a browser."""

    def __init__(self, office: Office) -> None:
        self.office, self.profile = office, sample.profile()

    @property
    def now(self) -> Any:
        return self.office.clock.now()

    def slot(self, at: str, day: Any = TUESDAY, doctor: int = WANG) -> Slot:
        with self.office.ledger.reading() as tx:
            return slot_at(tx, self.profile, self.now, day, at, doctor)

    def phone_books(self, slot: Slot, patient: int = P1, number: str | None = "13800000001") -> Booking:
        with self.office.ledger.transaction() as tx:
            held = holds.hold(tx, self.profile, self.now, slot, patient, holder=f"call/{patient}", channel="voice")
            return bookings.confirm(tx, self.profile, self.now, held.id, holder=f"call/{patient}", number=number)

    def visit(self, booking_id: int) -> Booking:
        with self.office.ledger.reading() as tx:
            return records.booking(tx, booking_id)

    def visits(self) -> list[Booking]:
        with self.office.ledger.reading() as tx:
            keys = tx.execute(select(rows.c.id).where(rows.c.state == "booked")).scalars().all()
            return [records.booking(tx, key) for key in keys]

    def texts(self, state: str = "queued") -> list[str]:
        with self.office.ledger.reading() as tx:
            of_state = select(texts_table.c.body).where(texts_table.c.state == state)
            return list(tx.execute(of_state.order_by(texts_table.c.id)).scalars())

    def send_texts(self) -> int:
        count = 0
        with self.office.ledger.transaction() as tx:
            while text := outbox.claim_next(tx, self.now, "L3"):
                outbox.mark_sent(tx, self.now, text.id)
                count += 1
        return count

    def audited(self) -> list[tuple[str, str]]:
        with self.office.ledger.reading() as tx:
            return [(trace.who, trace.what) for trace in audit.latest(tx)]


@pytest.fixture
def clinic(office: Office) -> Clinic:
    return Clinic(office)


def click(desk: Browser, slot: Slot, page: str = TUESDAY_PAGE) -> Reply:
    """The first click: on a free time of the day."""
    shown = desk.get(page)
    assert f'value="{slot.id}"' in shown.body, "the time is offered"
    return desk.send(shown.form("/bookings/hold"), slot=slot.id)


def book(desk: Browser, slot: Slot, patient: int = P1, **fields: str) -> Reply:
    """All three clicks."""
    click(desk, slot, f"/bookings?day={slot.day}")
    chosen = desk.get(f"/bookings/book?slot={slot.id}&patient={patient}")
    return desk.send(chosen.form("/bookings/book"), **fields)


# ---- three clicks ----


def test_three_clicks_make_a_visit_with_its_text(desk: Browser, clinic: Clinic) -> None:
    slot = clinic.slot("08:30")
    page = click(desk, slot)
    assert "Tue 3 Mar 08:30" in page.text
    assert "Kept for you until 09:03" in page.text
    found = desk.part(f"/bookings/find?q=wxy&slot={slot.id}")
    (link,) = re.findall(r'href="(/bookings/book\?[^"]+)"', found.body)
    chosen = desk.get(link.replace("&amp;", "&"))
    assert "13800000001" in chosen.text
    assert "已约3月3日周二08:30内科王医生,预约码••••••。取消请回复:取消••••" in chosen.text
    done = desk.send(chosen.form("/bookings/book"))
    assert "Booked: Wang Xiuying 王秀英, Tue 3 Mar 08:30" in done.text
    (visit,) = clinic.visits()
    assert (visit.slot, visit.patient_id, visit.channel, visit.fee_is_held) == (slot, P1, "desk", True)
    assert str(visit.code) in done.text
    assert "at the desk · Desk" in done.text.replace("\n", " ")
    assert clinic.texts()[0].startswith("【湖滨诊所】已约3月3日周二08:30")
    assert clinic.audited()[0] == ("desk", "book")


def test_a_time_that_was_clicked_is_not_sold_on_the_phone_until_the_page_is_left(desk: Browser, clinic: Clinic) -> None:
    slot = clinic.slot("08:30")
    page = click(desk, slot)
    with pytest.raises(SlotTaken):
        clinic.phone_books(slot)
    assert "at the desk now" in desk.get(TUESDAY_PAGE).text
    desk.send(page.form("/bookings/release"))
    assert clinic.phone_books(slot).state == "booked"


def test_two_pages_of_one_person_keep_a_time_each(desk: Browser, clinic: Clinic) -> None:
    early, late = clinic.slot("08:30"), clinic.slot("08:45")
    first, second = click(desk, early), click(desk, late)
    for slot in (early, late):
        with pytest.raises(SlotTaken):
            clinic.phone_books(slot)
    desk.send(second.form("/bookings/release"))
    assert clinic.phone_books(late).state == "booked"
    assert "Kept for you" in desk.post("/bookings/keep", **first.form("/bookings/hold").fields).text


def test_of_two_who_click_the_next_number_each_keeps_one(sign_in: Callable[..., Browser], clinic: Clinic) -> None:
    people_there = [sign_in("desk"), sign_in("admin")]
    pages = [each.get(TUESDAY_PAGE) for each in people_there]
    (slot_id,) = re.findall(r'value="([^"]+)" id="slot-[^"]+">.*?Book No. 1<', pages[0].body)
    forms = [page.form("/bookings/hold") for page in pages]
    kept = [each.send(form, slot=slot_id) for each, form in zip(people_there, forms, strict=True)]
    assert ["Kept for you" in page.text for page in kept] == [True, True]
    assert ["No. 2" in page.text for page in kept] == [False, True]


def test_a_page_that_stays_open_keeps_its_time_but_not_for_ever(
    desk: Browser, clinic: Clinic, clock: ManualClock
) -> None:
    page = click(desk, clinic.slot("08:30"))
    fields = page.form("/bookings/hold").fields
    clock.advance(170)
    assert "Kept for you until 09:05" in desk.post("/bookings/keep", **fields).text
    clock.advance(15 * 60)
    assert "not kept" in desk.post("/bookings/keep", **fields).text


def test_who_was_slower_is_offered_the_next_times(desk: Browser, clinic: Clinic, clock: ManualClock) -> None:
    slot = clinic.slot("08:30")
    page = click(desk, slot)
    clock.advance(200)  # the browser slept
    clinic.phone_books(slot)
    told = desk.post("/bookings/keep", **page.form("/bookings/hold").fields)
    assert "just been taken" in told.text
    assert "Tue 3 Mar 08:45" in told.text
    chosen = desk.get(f"/bookings/book?slot={slot.id}&patient={P4}")
    refused = desk.send(chosen.form("/bookings/book"))
    assert "Somebody was quicker" in refused.text
    assert [visit.patient_id for visit in clinic.visits()] == [P1]
    other = desk.send(refused.form("/bookings/hold"), slot=clinic.slot("08:45").id)
    assert "Tue 3 Mar 08:45" in other.text
    assert "Tom Reed" in other.text, "the patient is still chosen"


def test_a_button_clicked_twice_books_once(desk: Browser, clinic: Clinic) -> None:
    slot = clinic.slot("08:30")
    click(desk, slot, f"/bookings?day={slot.day}")
    form = desk.get(f"/bookings/book?slot={slot.id}&patient={P1}").form("/bookings/book")
    desk.send(form)
    assert "nothing was done twice" in desk.send(form).text
    assert len(clinic.visits()) == 1
    assert len(clinic.texts()) == 1


def test_a_queue_number_is_booked_like_a_time(desk: Browser, clinic: Clinic) -> None:
    page = desk.get(TUESDAY_PAGE)
    (slot_id,) = re.findall(r'value="([^"]+)" id="slot-[^"]+">.*?Book No. 1<', page.body)
    desk.send(page.form("/bookings/hold"), slot=slot_id)
    done = desk.send(desk.get(f"/bookings/book?slot={slot_id}&patient={P1}").form("/bookings/book"))
    assert "Tue 3 Mar No. 1" in done.text
    assert "Book No. 2" in desk.get(TUESDAY_PAGE).text


# ---- for whom ----


def test_one_number_shows_the_family_to_choose_from(desk: Browser, clinic: Clinic) -> None:
    found = desk.part("/bookings/find?q=138-0000/0002")
    assert found.text.index("Chen Min") < found.text.index("Chen Xiaobao")


def test_a_child_without_a_number_is_told_through_the_guardian(desk: Browser, clinic: Clinic, office: Office) -> None:
    with office.ledger.transaction() as tx:
        child = people.register(
            tx, people.patient(tx, P3).name, TUESDAY.replace(year=2020), guardian_id=P2
        )  # fmt: skip
    page = desk.get(f"/bookings/book?slot={clinic.slot('08:30').id}&patient={child.id}")
    assert "the guardian's" in page.text
    assert "13800000002" in page.text


def test_pay_at_the_desk_leaves_the_account_alone(desk: Browser, clinic: Clinic, office: Office) -> None:
    book(desk, clinic.slot("08:30"), pay_at_desk="1")
    with office.ledger.reading() as tx:
        assert accounts.account(tx, P1) == accounts.Account(5000, 0)


def test_too_little_money_is_told_and_nothing_is_booked(desk: Browser, clinic: Clinic) -> None:
    told = book(desk, clinic.slot("08:30"), P2, pay_at_desk="")
    assert "The account lacks 17.00 yuan" in told.text
    assert clinic.visits() == []


def test_no_number_means_no_text(desk: Browser, clinic: Clinic) -> None:
    book(desk, clinic.slot("08:30"), number="")
    assert clinic.visits()[0].contact_number is None
    assert clinic.texts() == []


@pytest.mark.parametrize("number", ["13912345678", "no number"])
def test_a_forged_number_gets_no_text(desk: Browser, clinic: Clinic, number: str) -> None:
    book(desk, clinic.slot("08:30"), number=number)
    assert clinic.visits() == []
    assert clinic.texts() == []


def test_a_new_patient_is_registered_on_the_way(desk: Browser, clinic: Clinic, office: Office) -> None:
    slot = clinic.slot("08:30")
    form = click(desk, slot).form("/bookings/patient")
    wrong = desk.send(form, name="", born="2030-01-01", phone="12", follow=False)
    assert wrong.status == 400
    assert "Please check the date of birth" in wrong.text
    assert "Please fill this in" in wrong.text
    assert "Please give a telephone number" in wrong.text
    hostile = "<script>alert(1)</script>"
    page = desk.send(wrong.form("/bookings/patient"), name=hostile, born="1980-05-06", phone="139 1234-5678")
    assert hostile not in page.body
    assert hostile in page.text
    desk.send(page.form("/bookings/book"))
    (visit,) = clinic.visits()
    assert visit.contact_number == "13912345678"
    with office.ledger.reading() as tx:
        assert [one.id for one in search.people_like(tx, "13912345678")] == [visit.patient_id]
    assert hostile not in desk.get(TUESDAY_PAGE).body


def test_somebody_known_is_not_registered_twice(desk: Browser, clinic: Clinic, office: Office) -> None:
    with office.ledger.reading() as tx:
        before = len(tx.execute(select(patients.c.id)).all())
    form = click(desk, clinic.slot("08:30")).form("/bookings/patient")
    desk.send(form, name="何新", born="1990-01-01")
    again = click(desk, clinic.slot("08:45")).form("/bookings/patient")
    page = desk.send(again, name="何新", born="1990-01-01")
    assert "known already" in page.text
    with office.ledger.reading() as tx:
        assert len(tx.execute(select(patients.c.id)).all()) == before + 1


def test_somebody_known_by_two_names_is_found_by_one(desk: Browser, clinic: Clinic, office: Office) -> None:
    with office.ledger.reading() as tx:
        known = people.patient(tx, P1)
    form = click(desk, clinic.slot("08:30")).form("/bookings/patient")
    page = desk.send(form, name=known.name.zh, born=known.born.isoformat())
    assert "known already" in page.text
    assert page.form("/bookings/book").fields["patient"] == str(P1)


def test_a_visit_of_somebody_who_has_died_is_cancelled_without_a_text(
    desk: Browser, clinic: Clinic, office: Office
) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    clinic.send_texts()
    with office.ledger.transaction() as tx:
        patient_changes.set_deceased(tx, P1, True)
    page = desk.send(desk.get(f"/bookings/{visit.id}").form(f"/bookings/{visit.id}/cancel"))
    assert clinic.visit(visit.id).state == "cancelled"
    assert clinic.texts() == []
    assert "No text goes out" in page.text


def test_nothing_is_booked_for_the_dead(desk: Browser, clinic: Clinic) -> None:
    assert "Book" not in desk.part("/bookings/find?q=zhoudefu").text.replace("Bookings", "")
    slot = clinic.slot("08:30")
    page = desk.get(f"/bookings/book?slot={slot.id}&patient={P6}")
    assert "has died" in page.text
    other = desk.get(f"/bookings/book?slot={slot.id}&patient={P1}").form("/bookings/book")
    assert "has died" in desk.send(other, patient=str(P6), number="").text
    assert clinic.visits() == []


def test_another_visit_that_day_is_told_before_and_can_be_moved(desk: Browser, clinic: Clinic) -> None:
    visit = clinic.phone_books(clinic.slot("08:30"))
    slot = clinic.slot("09:00")
    click(desk, slot, f"/bookings?day={slot.day}")
    page = desk.get(f"/bookings/book?slot={slot.id}&patient={P1}")
    assert "already has a visit" in page.text
    assert f"/bookings/{visit.id}/move?slot={slot.id.replace('/', '/')}" in page.body


# ---- one visit ----


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

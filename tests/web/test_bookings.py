"""The desk books, as its pages let it: three clicks, and for whom."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from firmware.clinic import accounts, patient_changes, people, search
from firmware.clinic.errors import SlotTaken
from firmware.clock import ManualClock
from firmware.storage.people_schema import patients
from tests.clinic.visits import P1, P2, P3, P4, TUESDAY
from tests.web.booking_desk import P6, TUESDAY_PAGE, Clinic, book, click
from tests.web.browser import Browser
from webui.office import Office

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

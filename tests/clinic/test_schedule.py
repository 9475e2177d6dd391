from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import insert, update

from firmware.clinic import schedule
from firmware.clinic.errors import BeyondHorizon, NoSuchSlot
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import absences, sessions
from tests.clinic.visits import INTERNAL, LI, SURGERY, TUESDAY, WANG, WEDNESDAY, ZHAO, book, slot_at

SPECIALIST = Wish(INTERNAL, "specialist")
GENERAL = Wish(INTERNAL, "general")


def test_departments_come_in_the_order_of_their_keys(tx: Transaction) -> None:
    found = schedule.all_departments(tx)
    assert [(one.key, one.name.zh) for one in found] == [(1, "内科"), (2, "外科"), (3, "五官科")]
    assert "ent" in found[2].aliases


def test_doctors_of_a_department(tx: Transaction) -> None:
    assert [doctor.name.zh for doctor in schedule.all_doctors(tx, INTERNAL)] == ["王医生", "李医生"]
    assert len(schedule.all_doctors(tx)) == 4


def test_the_experts_of_tomorrow_are_wang_in_the_morning_and_li_in_the_afternoon(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    offers = schedule.offers(tx, profile, now, TUESDAY, SPECIALIST)
    who = [
        (o.session.doctor.expert_code, o.session.doctor.name.zh, o.session.begins) for o in offers if o.session.doctor
    ]
    assert who == [(1, "王医生", time(8, 30)), (2, "李医生", time(14))]
    assert [len(offer.free) for offer in offers] == [12, 12]


def test_what_has_begun_is_not_offered(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    today = schedule.free_slots(tx, profile, now, now.date(), Wish(doctor_id=WANG))
    assert today[0].begins == time(9, 15), "it is 09:00, and the slot of 09:00 has begun"


def test_numbers_of_a_series_are_sold_until_its_end(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    assert len(schedule.free_slots(tx, profile, now, now.date(), GENERAL)) == 40
    closing = now.replace(hour=17, minute=30)
    assert schedule.free_slots(tx, profile, closing, now.date(), GENERAL) == []


def test_a_sold_slot_is_not_free(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    assert schedule.free_slots(tx, profile, now, TUESDAY, Wish(doctor_id=WANG))[0].begins == time(8, 45)


def test_an_absent_doctor_has_no_slots_on_that_day_only(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    session = slot_at(tx, profile, now, TUESDAY, "08:30").session
    tx.execute(insert(absences).values(session_id=session.id, day=TUESDAY, reason="ill"))
    assert schedule.free_slots(tx, profile, now, TUESDAY, Wish(doctor_id=WANG)) == []
    assert schedule.free_slots(tx, profile, now, TUESDAY + timedelta(days=7), Wish(doctor_id=WANG)) != []
    assert WANG not in [s.doctor.id for s in schedule.on_duty(tx, TUESDAY) if s.doctor]


def test_a_session_counts_only_while_it_is_valid(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    of_wang = update(sessions).where(sessions.c.doctor_id == WANG)
    tx.execute(of_wang.values(valid_from=WEDNESDAY, valid_until=WEDNESDAY + timedelta(days=1)))
    assert schedule.days_offered(tx, profile, now, Wish(doctor_id=WANG)) == [WEDNESDAY, date(2026, 3, 5)]


def test_days_offered_are_those_with_something_free(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    days = schedule.days_offered(tx, profile, now, SPECIALIST)
    assert [day.isoformat()[-5:] for day in days] == ["03-02", "03-03", "03-04", "03-05", "03-06", "03-09"]


def test_nothing_is_offered_beyond_the_horizon(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    last = date(2026, 3, 16)
    assert schedule.free_slots(tx, profile, now, last, SPECIALIST)
    with pytest.raises(BeyondHorizon) as refusal:
        schedule.free_slots(tx, profile, now, last + timedelta(days=1), SPECIALIST)
    assert refusal.value.last_day == last
    assert max(schedule.days_offered(tx, profile, now, SPECIALIST, most=99)) == last


def test_the_next_free_slots_run_over_the_end_of_a_day(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    evening = now.replace(hour=11, minute=10)
    two = schedule.next_free(tx, profile, evening, Wish(doctor_id=WANG))
    assert [(slot.day, slot.begins) for slot in two] == [(now.date(), time(11, 15)), (TUESDAY, time(8, 30))]


def test_who_is_on_duty_on_wednesday_in_surgery(tx: Transaction) -> None:
    assert {s.doctor.id for s in schedule.on_duty(tx, WEDNESDAY, Wish(SURGERY)) if s.doctor} == {ZHAO}
    assert schedule.on_duty(tx, date(2026, 3, 8)) == [], "Sunday"


def test_a_slot_is_found_again_by_its_id(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    slot = slot_at(tx, profile, now, TUESDAY, "14:15", LI)
    assert schedule.slot(tx, profile, slot.id) == slot


@pytest.mark.parametrize(
    "slot_id",
    [
        "",
        "1",
        "1/2026-03-03",
        "99/2026-03-03/1",
        "1/2026-03-08/1",
        "8/2026-03-03/99",
        "1/2026-13-03/1",
        "x/y/z",
        "1/2026-03-03/1; DROP TABLE",
    ],
)
def test_an_unknown_slot_id_is_refused(tx: Transaction, profile: ClinicProfile, slot_id: str) -> None:
    with pytest.raises(NoSuchSlot):
        schedule.slot(tx, profile, slot_id)

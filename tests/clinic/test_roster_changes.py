"""A clinic's own roster: put in, put in again, changed, and days that are unlike the week."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from firmware.clinic import bookings, closing, holds, roster_changes, sample, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster_changes import Outcome
from firmware.clinic.roster_document import RosterError, read_roster
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import bookings as booking_rows
from firmware.storage.roster_schema import sessions

TUESDAY = date(2026, 3, 3)


def plain() -> dict[str, Any]:
    return {part: deepcopy(sample.document()[part]) for part in ("departments", "doctors", "sessions")}


@pytest.fixture
def today(now: datetime) -> date:
    return now.date()


def put(tx: Transaction, profile: ClinicProfile, today: date, document: dict[str, Any]) -> Outcome:
    return roster_changes.put_in_place(tx, profile, today, read_roster(document))


def signs(outcome: Outcome) -> str:
    return "".join(change.sign for change in outcome.changes)


def visit(tx: Transaction, profile: ClinicProfile, now: datetime, doctor: str, at: time) -> int:
    """Patient 1 books with the doctor on Tuesday."""
    wish = Wish(doctor_id=next(each.id for each in schedule.all_doctors(tx) if each.name.zh == doctor))
    slot = next(slot for slot in schedule.free_slots(tx, profile, now, TUESDAY, wish) if slot.begins == at)
    held = holds.hold(tx, profile, now, slot, 1, holder="desk/x", channel="desk")
    return bookings.confirm(tx, profile, now, held.id, holder="desk/x", pay_at_desk=True).id


def test_the_samples_roster_over_itself_changes_nothing(tx: Transaction, profile: ClinicProfile, today: date) -> None:
    before = tx.execute(select(sessions)).all()
    outcome = put(tx, profile, today, plain())
    assert (outcome.changes, outcome.stranded) == ((), ())
    assert tx.execute(select(sessions)).all() == before


def test_what_differs_is_told_and_takes_effect(
    tx: Transaction, profile: ClinicProfile, now: datetime, today: date
) -> None:
    document = plain()
    document["departments"].append({"key": 4, "zh": "皮肤科", "en": "Skin"})
    document["doctors"].append({"department": 4, "zh": "周医生"})
    document["sessions"][0]["capacity"] = 10
    document["sessions"].append(
        {"doctor": "周医生", "kind": "general", "days": ["tue"], "begins": "09:00", "ends": "10:00", "slot_minutes": 30}
    )
    outcome = put(tx, profile, today, document)
    assert signs(outcome) == "++" + "~" * 6 + "+"
    (session,) = schedule.on_duty(tx, TUESDAY, Wish(department_id=schedule.all_departments(tx)[-1].id))
    assert (session.doctor and session.doctor.name.zh, session.fee_cents) == ("周医生", 0)
    general = schedule.on_duty(tx, TUESDAY, Wish(kind="general"))[0]
    assert general.capacity == 10
    assert put(tx, profile, today, document).changes == ()


def test_who_is_left_out_is_ended_and_can_come_back(tx: Transaction, profile: ClinicProfile, today: date) -> None:
    document = plain()
    del document["departments"][2], document["doctors"][3], document["sessions"][5:]
    count = select(func.count()).select_from(sessions)
    rows = tx.execute(count).scalar_one()
    assert set(signs(put(tx, profile, today, document))) == {"-"}
    assert [each.key for each in schedule.all_departments(tx)] == [1, 2]
    assert len(schedule.on_duty(tx, TUESDAY)) == 5
    put(tx, profile, today, plain())
    assert [each.name.zh for each in schedule.all_departments(tx)] == ["内科", "外科", "五官科"]
    assert len(schedule.on_duty(tx, TUESDAY)) == 7
    assert tx.execute(count).scalar_one() == rows


def test_menu_keys_can_be_exchanged_and_visits_stay_where_they_are(
    tx: Transaction, profile: ClinicProfile, now: datetime, today: date
) -> None:
    booked = visit(tx, profile, now, "王医生", time(8, 45))
    document = plain()
    for entry in document["departments"][:2]:
        entry["key"] = 3 - entry["key"]
    for entry in document["doctors"][:3]:
        entry["department"] = 3 - entry["department"]
    document["sessions"][0]["department"] = 2
    assert put(tx, profile, today, document).stranded == ()
    assert [each.name.zh for each in schedule.all_departments(tx)] == ["外科", "内科", "五官科"]
    department = tx.execute(select(booking_rows.c.department_id).where(booking_rows.c.id == booked)).scalar()
    assert department == schedule.all_departments(tx)[1].id


@pytest.mark.parametrize(
    ("change", "is_stranded"),
    [({"begins": "09:00"}, True), ({"ends": "08:45"}, True), ({"slot_minutes": 20}, True), ({"fee_cents": 1}, False)],
)
def test_a_visit_whose_slot_is_gone_is_told_of_and_stands(
    tx: Transaction, profile: ClinicProfile, now: datetime, today: date, change: dict[str, Any], is_stranded: bool
) -> None:
    booked = visit(tx, profile, now, "王医生", time(8, 45))
    document = plain()
    document["sessions"][1] |= change
    outcome = put(tx, profile, today, document)
    assert [each.id for each in outcome.stranded] == ([booked] if is_stranded else [])
    assert tx.execute(select(booking_rows.c.state).where(booking_rows.c.id == booked)).scalar() == "booked"


def test_fewer_numbers_strand_only_the_numbers_above(
    tx: Transaction, profile: ClinicProfile, now: datetime, today: date
) -> None:
    wish = Wish(department_id=1, kind="general")
    numbers = schedule.free_slots(tx, profile, now, today, wish)
    for patient, slot in ((1, numbers[0]), (2, numbers[5])):
        held = holds.hold(tx, profile, now, slot, patient, holder="desk/x", channel="desk")
        bookings.confirm(tx, profile, now, held.id, holder="desk/x", pay_at_desk=True)
    document = plain()
    document["sessions"][0]["capacity"] = 5
    assert [each.queue_number for each in put(tx, profile, today, document).stranded] == [6]


def test_a_day_closed_can_be_opened_again(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    assert closing.close(tx, TUESDAY, Wish(), "holiday") == 7
    assert schedule.free_slots(tx, profile, now, TUESDAY) == []
    assert closing.reopen(tx, TUESDAY, Wish(department_id=3)) == 2
    assert closing.reopen(tx, TUESDAY, Wish(doctor_id=1)) == 1
    assert len(schedule.on_duty(tx, TUESDAY)) == 3
    assert closing.reopen(tx, TUESDAY, Wish(doctor_id=1)) == 0


def test_an_extra_half_day_is_of_its_date_only_and_outlives_a_new_roster(
    tx: Transaction, profile: ClinicProfile, now: datetime, today: date
) -> None:
    wang = schedule.all_doctors(tx)[0]
    sunday = date(2026, 3, 8)
    half_day = {"begins": time(9), "ends": time(11), "slot_minutes": 30, "capacity": None, "fee_cents": 0}
    closing.add_extra(tx, sunday, wang, kind="specialist", **half_day)  # type: ignore[arg-type]
    assert len(schedule.free_slots(tx, profile, now, sunday)) == 4
    assert schedule.on_duty(tx, sunday + timedelta(days=7)) == []
    assert put(tx, profile, today, plain()).changes == ()
    assert len(schedule.on_duty(tx, sunday)) == 1
    with pytest.raises(RosterError, match="there is a session from 09:00 to 11:00"):
        closing.add_extra(tx, sunday, wang, kind="specialist", **half_day)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("part", "entry", "why"),
    [
        ("departments", {"key": 0, "zh": "甲"}, "departments 4 (甲): key: must be a whole number from 1 to 99"),
        ("departments", {"key": 3, "zh": "甲"}, "two departments have the key 3"),
        ("departments", {"key": 4, "zh": "内科"}, "two departments are called 内科"),
        ("departments", {"key": 4}, "departments 4: give a name"),
        ("departments", {"key": 4, "zh": "甲", "alias": "x"}, "unknown key 'alias'; did you mean 'aliases'?"),
        ("departments", "外科", "departments 4: '外科' is no entry"),
        ("doctors", {"department": 9, "zh": "甲"}, "doctors 5 (甲): department: 9 is none of 1, 2, 3"),
        ("doctors", {"department": 1, "zh": "王医生"}, "two doctors are called 王医生"),
        ("sessions", {"doctor": "马医生"}, "sessions 8 (马医生): "),
        ("sessions", {"doctor": "王医生", "department": 1}, "name either a doctor or"),
        ("sessions", {"doctor": "王医生", "capacity": 1, "slot_minutes": 5}, "give either slot_minutes or"),
        ("sessions", {"department": 1, "capacity": 5, "kind": "specialist"}, "kind: 'specialist' is none of general"),
        (
            "sessions",
            {"doctor": "王医生", "capacity": 5, "kind": "general", "begins": 510, "ends": "09:00"},
            'begins: must be a time in quotes such as "08:30"',
        ),
        (
            "sessions",
            {
                "doctor": "王医生",
                "capacity": 5,
                "kind": "general",
                "begins": "18:00",
                "ends": "19:00",
                "days": "sun-mon",
            },
            "days: 'sun-mon' ends before it begins",
        ),
        (
            "sessions",
            {"doctor": "王医生", "capacity": 5, "kind": "general", "begins": "18:00", "ends": "17:00", "days": "mon"},
            "it ends at 17:00, before it begins",
        ),
        (
            "sessions",
            {"doctor": "王医生", "capacity": 5, "kind": "general", "begins": "08:00", "ends": "09:00", "days": "tue"},
            "two of 王医生 overlap on tue, from 08:30 and 08:00",
        ),
    ],
)
def test_a_wrong_entry_is_named(part: str, entry: Any, why: str) -> None:
    document = plain()
    document[part].append(entry)
    with pytest.raises(RosterError) as refusal:
        read_roster(document)
    assert why in str(refusal.value)


@pytest.mark.parametrize("document", [None, [], "x", {}, {"departments": {}}, {"doctors": []}])
def test_what_is_no_roster_is_refused(document: Any) -> None:
    with pytest.raises(RosterError):
        read_roster(document)

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select

from firmware.clinic import bookings, holds, schedule
from firmware.clinic.errors import AlreadyBookedThatDay, BeyondHorizon, HoldLost, SlotTaken
from firmware.clinic.profile import ClinicProfile, read_profile
from firmware.clinic.roster import Slot
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import absences, sessions
from firmware.storage.roster_schema import bookings as rows
from tests.clinic.visits import INTERNAL, P1, P2, P4, P5, TUESDAY, WANG, book, slot_at


def hold(tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot, patient: int, holder: str) -> holds.Hold:
    return holds.hold(tx, profile, now, slot, patient, holder=holder, channel="voice")


def held(tx: Transaction) -> int:
    return tx.execute(select(func.count()).where(rows.c.state == "held")).scalar_one()


@pytest.fixture
def slot(tx: Transaction, profile: ClinicProfile, now: datetime) -> Slot:
    return slot_at(tx, profile, now, TUESDAY, "08:30")


def test_a_held_slot_is_nobody_elses_and_the_loser_hears_two_others(
    tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot
) -> None:
    hold(tx, profile, now, slot, P1, "call/1")
    with pytest.raises(SlotTaken) as loss:
        hold(tx, profile, now, slot, P4, "dialogue/2")
    assert [other.begins for other in loss.value.alternatives] == [time(8, 45), time(9)]
    assert slot not in schedule.free_slots(tx, profile, now, TUESDAY)


def test_a_holder_holds_one_slot_and_choosing_again_frees_the_first(
    tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot
) -> None:
    hold(tx, profile, now, slot, P1, "call/1")
    hold(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:00"), P1, "call/1")
    assert held(tx) == 1
    hold(tx, profile, now, slot, P4, "call/2")


def test_holding_the_same_slot_again_is_no_quarrel_with_oneself(
    tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot
) -> None:
    hold(tx, profile, now, slot, P1, "call/1")
    again = hold(tx, profile, now + timedelta(seconds=60), slot, P1, "call/1")
    assert again.until == now + timedelta(seconds=240)


def test_a_hold_dies_with_its_holder(tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot) -> None:
    hold(tx, profile, now, slot, P1, "call/1")
    holds.release_all(tx, "call/1")
    hold(tx, profile, now, slot, P4, "call/2")


def test_a_hold_ends_by_the_clock_unless_renewed(
    tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot
) -> None:
    hold(tx, profile, now, slot, P1, "call/1")
    later = now + timedelta(seconds=170)
    holds.renew(tx, profile, later, "call/1")
    assert slot not in schedule.free_slots(tx, profile, now + timedelta(seconds=181), TUESDAY)
    over = later + timedelta(seconds=180)
    assert slot in schedule.free_slots(tx, profile, over, TUESDAY)
    hold(tx, profile, over, slot, P4, "call/2")
    assert held(tx) == 1, "the old hold was swept on the way"


def test_what_a_crash_left_behind_is_swept(tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot) -> None:
    hold(tx, profile, now, slot, P1, "call/1")
    hold(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:00"), P4, "dialogue/2")
    holds.release_calls(tx)
    assert held(tx) == 1, "a text dialogue outlives the process"
    assert holds.sweep(tx, now + timedelta(hours=1)) == 1
    assert held(tx) == 0


def test_numbers_of_a_series_are_given_out_in_turn(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    first = schedule.next_free(tx, profile, now, Wish(INTERNAL, "general"))[0]
    numbers = [hold(tx, profile, now, first, who, f"call/{who}").slot.number for who in (P1, P2, P4)]
    assert numbers == [1, 2, 3], "who asks for a number that has just gone gets the next one"
    holds.release_all(tx, f"call/{P2}")
    assert hold(tx, profile, now, first, P5, "call/9").slot.number == 2


def test_a_full_series_is_taken(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    first = schedule.next_free(tx, profile, now, Wish(INTERNAL, "general"))[0]
    for caller in range(40):
        hold(tx, profile, now, first, P1, f"call/{caller}")
    with pytest.raises(SlotTaken) as loss:
        hold(tx, profile, now, first, P4, "call/late")
    assert {(other.day, other.number) for other in loss.value.alternatives} == {(TUESDAY, 1), (TUESDAY, 2)}


def test_one_visit_per_person_department_and_day(
    tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot
) -> None:
    visit = book(tx, profile, now, slot)
    with pytest.raises(AlreadyBookedThatDay) as refusal:
        hold(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "14:00", 2), P1, "call/2")
    assert refusal.value.booking == visit
    hold(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30", 3), P1, "call/2")


def test_a_slot_that_has_begun_can_not_be_held(
    tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot
) -> None:
    tomorrow = now.replace(day=3, hour=8, minute=30)
    with pytest.raises(SlotTaken):
        hold(tx, profile, tomorrow, slot, P1, "call/1")


def test_a_slot_of_a_doctor_who_fell_ill_meanwhile_is_not_held(
    tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot
) -> None:
    tx.execute(insert(absences).values(session_id=slot.session.id, day=TUESDAY, reason="ill"))
    with pytest.raises(SlotTaken) as loss:
        hold(tx, profile, now, slot, P1, "call/1")
    assert all(other.session.doctor and other.session.doctor.id == WANG for other in loss.value.alternatives)
    assert loss.value.alternatives[0].day == date(2026, 3, 4)


def test_nobody_holds_beyond_the_horizon(tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot) -> None:
    with pytest.raises(BeyondHorizon):
        hold(tx, profile, now - timedelta(days=30), slot, P1, "call/1")


def test_a_lost_hold_can_not_be_confirmed(tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot) -> None:
    mine = hold(tx, profile, now, slot, P1, "call/1")
    hold(tx, profile, now + timedelta(seconds=181), slot, P4, "call/2")
    with pytest.raises(HoldLost) as loss:
        bookings.confirm(tx, profile, now + timedelta(seconds=182), mine.id, holder="call/1", slot=slot)
    assert [other.begins for other in loss.value.alternatives] == [time(8, 45), time(9)]


def test_an_old_hold_that_nobody_else_took_is_still_good(
    tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot
) -> None:
    mine = hold(tx, profile, now, slot, P1, "call/1")
    assert bookings.confirm(tx, profile, now + timedelta(seconds=400), mine.id, holder="call/1").state == "booked"


@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_hold_lives_three_minutes_over_a_clock_change(tx: Transaction, profile: ClinicProfile, night: date) -> None:
    berlin = read_profile({"name": {"en": "Nachtklinik"}, "zone": "Europe/Berlin"})
    session = {"department_id": INTERNAL, "kind": "general", "weekday": 7, "begins": time(1), "ends": time(5)}
    tx.execute(insert(sessions).values(**session, mode="time", slot_minutes=30))
    before = datetime.combine(night, time(1, 59), ZoneInfo("Europe/Berlin"))
    if night.month == 10:
        before = datetime.combine(night, time(2, 59), ZoneInfo("Europe/Berlin"))
    slot = next(s for s in schedule.free_slots(tx, berlin, before, night, Wish(INTERNAL)) if s.begins == time(3, 30))
    hold(tx, berlin, before, slot, P1, "call/1")
    utc = before.astimezone(ZoneInfo("UTC"))
    assert slot not in schedule.free_slots(tx, berlin, utc + timedelta(seconds=179), night)
    assert slot in schedule.free_slots(tx, berlin, utc + timedelta(seconds=180), night)

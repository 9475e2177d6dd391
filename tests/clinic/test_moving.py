"""A visit that moves is never lost, never doubled, and never stands where somebody else does."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from firmware.clinic import accounts, bookings, daybook, holds, moving, records, schedule
from firmware.clinic.errors import (
    AlreadyBookedThatDay,
    BeyondHorizon,
    ClinicError,
    NoSuchBooking,
    NotEnoughMoney,
    SlotOff,
    SlotTaken,
)
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.roster_schema import bookings as rows
from tests.clinic.test_race import held_cents_agree
from tests.clinic.visits import LI, P1, P2, P4, SURGERY, TUESDAY, WANG, WEDNESDAY, ZHAO, book, slot_at, texts


def move(tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking, slot: Slot, **how: bool) -> Booking:
    return moving.move(tx, profile, now, visit.id, slot, holder="desk/chen/1", channel="desk", **how)


def test_a_moved_visit_is_the_same_booking_elsewhere(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    target = slot_at(tx, profile, now, WEDNESDAY, "14:00", LI)
    moved = move(tx, profile, now, visit, target)
    assert records.booking(tx, visit.id) == moved
    assert (moved.id, moved.code, moved.slot, moved.state) == (visit.id, visit.code, target, "booked")
    assert visit.slot in schedule.free_slots(tx, profile, now, TUESDAY, Wish(doctor_id=WANG))
    assert target not in schedule.free_slots(tx, profile, now, WEDNESDAY, Wish(doctor_id=LI))
    (told,) = texts(tx)  # the confirmation of the old time has not left and never will
    assert told.startswith("【湖滨诊所】已改约3月4日周三14:00内科李医生,预约码" + str(visit.code))
    before = daybook.history(tx, visit.id)[-1].before
    assert before is not None
    assert (before.slot_id, before.begins) == (visit.slot.id, visit.begins)


def test_money_follows_the_visit(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))  # 20.00
    cheaper = move(tx, profile, now, visit, slot_at(tx, profile, now, TUESDAY, "09:00", ZHAO))  # 5.00
    assert cheaper.fee_is_held
    assert accounts.account(tx, P1) == accounts.Account(5000, 500)
    dearer = move(tx, profile, now, cheaper, slot_at(tx, profile, now, TUESDAY, "09:00"))
    assert accounts.account(tx, P1) == accounts.Account(5000, 2000)
    at_desk = move(tx, profile, now, dearer, slot_at(tx, profile, now, TUESDAY, "09:15"), pay_at_desk=True)
    assert not at_desk.fee_is_held
    assert accounts.account(tx, P1) == accounts.Account(5000, 0)
    assert not move(tx, profile, now, at_desk, slot_at(tx, profile, now, TUESDAY, "09:30")).fee_is_held


def test_who_can_not_pay_the_dearer_time_stays(ledger: Ledger, profile: ClinicProfile, now: datetime) -> None:
    with ledger.transaction() as tx:
        accounts.deposit(tx, now, P2, 300)  # 6.00 together
        visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:00", ZHAO), P2)
        target = slot_at(tx, profile, now, TUESDAY, "08:30")
    with pytest.raises(NotEnoughMoney), ledger.transaction() as tx:
        move(tx, profile, now, visit, target)
    with ledger.reading() as tx:
        assert records.booking(tx, visit.id) == visit
        assert accounts.account(tx, P2) == accounts.Account(600, 500)
        assert target in schedule.free_slots(tx, profile, now, TUESDAY, Wish(doctor_id=WANG))


def test_a_slot_that_somebody_has_or_keeps_is_not_moved_to(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    taken = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:00"), P4).slot
    kept = slot_at(tx, profile, now, TUESDAY, "09:15")
    holds.hold(tx, profile, now, kept, None, holder="desk/wu/2", channel="desk")
    for slot in (taken, kept, visit.slot):
        with pytest.raises(SlotTaken) as refusal:
            move(tx, profile, now, visit, slot)
        assert len(refusal.value.alternatives) == 2


def test_the_slot_kept_at_this_desk_is_moved_to(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    kept = slot_at(tx, profile, now, TUESDAY, "09:15")
    holds.hold(tx, profile, now, kept, None, holder="desk/chen/1", channel="desk")
    assert move(tx, profile, now, visit, kept).slot == kept


def test_no_way_to_another_visit_of_the_day_nor_past_the_horizon_nor_to_yesterday(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    book(tx, profile, now, slot_at(tx, profile, now, WEDNESDAY, "08:30"))
    with pytest.raises(AlreadyBookedThatDay):
        move(tx, profile, now, visit, slot_at(tx, profile, now, WEDNESDAY, "09:00"))
    late = slot_at(tx, profile, now + timedelta(days=20), TUESDAY + timedelta(days=28), "08:30")
    with pytest.raises(BeyondHorizon):
        move(tx, profile, now, visit, late)
    with pytest.raises(SlotOff):
        move(tx, profile, now + timedelta(days=1, hours=2), visit, slot_at(tx, profile, now, TUESDAY, "08:45"))
    bookings.cancel(tx, profile, now, visit.id, channel="desk", cause="desk/chen", by_staff=True)
    with pytest.raises(NoSuchBooking):
        move(tx, profile, now, visit, slot_at(tx, profile, now, TUESDAY, "09:00"))


STEP = st.tuples(st.integers(0, 2), st.sampled_from((P1, P2, P4)), st.integers(0, 9), st.booleans())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=15))
def test_whatever_the_desk_does_nothing_is_lost_or_doubled(
    ledger: Ledger, profile: ClinicProfile, now: datetime, steps: list[tuple[int, int, int, bool]]
) -> None:
    """Book, move and cancel at random over ten slots of two departments: what was told is what stands."""
    outer = ledger.engine.connect()
    with outer.begin() as everything:
        free = schedule.free_slots(outer, profile, now, TUESDAY, Wish(doctor_id=WANG))[:5]
        free += schedule.free_slots(outer, profile, now, TUESDAY, Wish(department_id=SURGERY))[:5]
        standing: dict[int, str] = {}
        for what, patient, place, pays_at_desk in steps:
            try:
                with outer.begin_nested():
                    _step(outer, profile, now, standing, what, patient, free[place], pays_at_desk)
            except ClinicError:
                pass
            live = select(rows.c.id, rows.c.slot_key).where(rows.c.state == "booked")
            assert {row.id: row.slot_key for row in outer.execute(live)} == standing
            assert len(set(standing.values())) == len(standing)
            assert held_cents_agree(outer)
        everything.rollback()
    outer.close()


def _step(
    tx: Transaction, profile: ClinicProfile, now: datetime, standing: dict[int, str],
    what: int, patient: int, slot: Slot, pays_at_desk: bool,
) -> None:  # fmt: skip
    if what == 0 or not standing:
        visit = book(tx, profile, now, slot, patient, pay_at_desk=pays_at_desk)
        standing[visit.id] = visit.slot.key
    elif what == 1:
        mine = records.booking(tx, sorted(standing)[patient % len(standing)])
        standing[mine.id] = move(tx, profile, now, mine, slot, pay_at_desk=pays_at_desk).slot.key
    else:
        gone = sorted(standing)[patient % len(standing)]
        bookings.cancel(tx, profile, now, gone, channel="desk", cause="desk/chen")
        del standing[gone]


def test_two_desks_race_for_one_slot(ledger: Ledger, profile: ClinicProfile, now: datetime) -> None:
    with ledger.transaction() as tx:
        visits = [
            book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, at), patient, holder=f"call/{patient}")
            for at, patient in (("08:30", P1), ("08:45", P4))
        ]
        target = slot_at(tx, profile, now, TUESDAY, "10:00")
    line, outcomes = threading.Barrier(2), []

    def try_to_move(visit: Booking) -> None:
        line.wait()
        try:
            with ledger.transaction() as tx:
                moving.move(tx, profile, now, visit.id, target, holder=f"desk/{visit.id}", channel="desk")
            outcomes.append("won")
        except SlotTaken:
            outcomes.append("lost")

    threads = [threading.Thread(target=try_to_move, args=(visit,), daemon=True) for visit in visits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "won"]
    with ledger.reading() as tx:
        keys = [records.booking(tx, visit.id).slot.key for visit in visits]
        assert len(set(keys)) == 2
        assert target.key in keys
        assert held_cents_agree(tx)

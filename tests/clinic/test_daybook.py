"""The day at the desk shows every place once: free, kept, taken or over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from firmware.clinic import bookings, closing, daybook, desk, holds, people, records
from firmware.clinic.daybook import DaySession
from firmware.clinic.errors import SlotTaken
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.schedule import Wish
from firmware.language.values import Name
from firmware.storage.ledger import Transaction
from tests.clinic.visits import INTERNAL, P1, P2, P4, PHONE, TUESDAY, WANG, book, slot_at


def wang(tx: Transaction, profile: ClinicProfile, now: datetime) -> DaySession:
    """Dr Wang's Tuesday: 08:30 to 11:30 in quarters of an hour."""
    (session,) = daybook.day_book(tx, profile, now, TUESDAY, Wish(doctor_id=WANG))
    return session


def test_every_place_is_there_once_and_in_order(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:45"))
    kept = desk.keep(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:00"), holder="desk/chen/1")
    day = wang(tx, profile, now)
    assert [place.state for place in day.places] == ["free", "booked", "held", *["free"] * 9]
    assert [place.slot.begins for place in day.places] == sorted(place.slot.begins for place in day.places)
    taken, held = day.visits
    assert (taken.id, taken.name, taken.number, taken.code) == (
        visit.id,
        Name("王秀英", "Wang Xiuying"),
        PHONE[P1],
        visit.code,
    )
    assert (held.id, held.patient_id, held.name) == (kept.id, None, None)
    assert day.counts == {"free": 10, "booked": 1, "held": 1}


def test_a_kept_slot_is_free_again_when_its_time_is_over(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    slot = slot_at(tx, profile, now, TUESDAY, "09:00")
    desk.keep(tx, profile, now, slot, holder="desk/chen/1")
    later = now + timedelta(seconds=profile.hold_s + 1)
    assert desk.kept_until(tx, now, slot, holder="desk/chen/1") == now + timedelta(seconds=profile.hold_s)
    assert desk.kept_until(tx, now, slot, holder="desk/wu/2") is None
    assert desk.kept_until(tx, later, slot, holder="desk/chen/1") is None
    assert wang(tx, profile, later).counts == {"free": 12}


def test_who_comes_at_a_time_that_is_past_stays_and_the_rest_is_over(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    tuesday_noon = now + timedelta(days=1, hours=3)
    assert wang(tx, profile, tuesday_noon).counts == {"booked": 1, "past": 11}


def test_the_cancelled_stand_apart_and_their_places_are_free(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    bookings.cancel(tx, profile, now, visit.id, channel="voice", cause="call/2")
    day = wang(tx, profile, now)
    assert day.places[0].state == "free"
    assert [each.id for each in day.cancelled] == [visit.id]
    (found,) = daybook.cancellations(tx, TUESDAY, TUESDAY)
    assert (found.visit.id, found.event.channel, found.event.cause) == (visit.id, "voice", "call/2")
    assert daybook.cancellations(tx, TUESDAY, TUESDAY, "desk") == []


def test_visits_of_a_half_day_that_is_off_are_not_lost_from_sight(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    closing.close(tx, TUESDAY, Wish(doctor_id=WANG))
    for wish in (Wish(), Wish(doctor_id=WANG), Wish(department_id=INTERNAL)):
        off = [day for day in daybook.day_book(tx, profile, now, TUESDAY, wish) if day.is_off]
        assert [(each.visits[0].id, each.free) for each in off] == [(visit.id, [])]


def test_the_desk_books_what_it_keeps_and_nobody_else_can(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    slot = slot_at(tx, profile, now, TUESDAY, "09:00")
    desk.keep(tx, profile, now, slot, holder="desk/chen/1")
    with pytest.raises(SlotTaken):
        holds.hold(tx, profile, now, slot, P4, holder="call/7", channel="voice")
    visit = desk.book(tx, profile, now, slot, P1, holder="desk/chen/1", number=PHONE[P1])
    assert records.booking(tx, visit.id).slot == slot
    assert [event.what for event in daybook.history(tx, visit.id)] == ["booked"]
    assert daybook.texts(tx, visit.id)[0].state == "queued"


def test_who_has_no_number_is_told_through_the_guardian(tx: Transaction) -> None:
    child = people.register(tx, Name("陈二宝", ""), TUESDAY.replace(year=2024), guardian_id=P2)
    reach = desk.reach(tx, child)
    assert (reach.numbers, reach.is_guardians) == ((PHONE[P2],), True)
    assert not desk.reach(tx, people.patient(tx, P2)).is_guardians


def test_nobody_is_registered_twice_or_booked_for_after_death(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    known = people.patient(tx, P1)
    with pytest.raises(desk.KnownAlready) as refusal:
        desk.register(tx, known.name, known.born, "13912345678")
    assert refusal.value.patient == known
    with pytest.raises(desk.PatientDeceased):
        desk.book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:00"), 6, holder="desk/chen/1", number=None)

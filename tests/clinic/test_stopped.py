"""Visits that lost their place: each cancelled once, told where it can be, and the numbers add up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from firmware.clinic import accounts, bookings, records, stopped
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import patient_contacts, patients
from tests.clinic.visits import P1, P2, P3, P4, P5, TUESDAY, WANG, ZHAO, book, slot_at, texts


def twelve_minus_eight(tx: Transaction, profile: ClinicProfile, now: datetime) -> list[Booking]:
    """A mobile, a withheld number, a landline, nobody's number, and somebody who has died since."""
    times = ("08:30", "08:45", "09:00", "09:15", "09:30")
    numbers = ("13800000001", None, "02161230001", None, "13800000005")
    visits = [
        book(
            tx,
            profile,
            now,
            slot_at(tx, profile, now, TUESDAY, at, ZHAO),
            patient,
            f"call/{patient}",
            number=number,
            pay_at_desk=True,
        )
        for patient, at, number in zip((P1, P2, P3, P4, P5), times, numbers, strict=True)
    ]
    tx.execute(patient_contacts.delete().where(patient_contacts.c.patient_id == P4))
    tx.execute(update(patients).where(patients.c.id == P5).values(is_deceased=1))
    return [records.booking(tx, visit.id) for visit in visits]


def test_who_can_be_reached_how(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    told = stopped.told(tx, profile, now, twelve_minus_eight(tx, profile, now))
    assert [each.reach for each in told] == ["mobile", "mobile", "landline", "none", "deceased"]
    assert [bool(each.text) for each in told] == [True, True, False, False, False]
    assert told[1].number == "13800000002"  # withheld, but the clinic knows one


def test_everybody_is_cancelled_once_and_the_report_adds_up(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visits = twelve_minus_eight(tx, profile, now)
    bookings.cancel(tx, profile, now, visits[0].id, channel="desk", cause="x", by_staff=True, notify=False)
    before = texts(tx)
    report = stopped.cancel_all(tx, profile, now, visits, cause="web/ann")
    assert (report.asked, report.texted, report.to_call, report.gone) == (5, 1, 3, 1)
    assert [text for text in texts(tx) if "停诊" in text] == [
        "【湖滨诊所】抱歉,3月3日周二08:45外科赵医生停诊,您的预约已取消。改约请来电。"
    ]
    assert len(texts(tx)) <= len(before)  # the confirmations that had not left yet are withdrawn
    again = stopped.cancel_all(tx, profile, now, visits, cause="web/ann")
    assert (again.asked, again.gone) == (5, 5)


def available(tx: Transaction) -> int:
    account = accounts.account(tx, P4)
    return account.available_cents if account else 0


def test_money_comes_back(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30", WANG), P4)
    assert available(tx) == 8000
    stopped.cancel_all(tx, profile, now, [visit], cause="web/ann")
    assert available(tx) == 10000

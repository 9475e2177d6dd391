from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from firmware.clinic import bookings, holds, roster, sample, schedule
from firmware.clinic.records import Booking
from firmware.clock import ManualClock
from firmware.storage import calls, outbox, people_schema, recordings, roster_schema, text_schema
from firmware.storage.inbox import TextKeeper
from tests.web.browser import Browser
from webui.office import Office

LINE = {
    "name": "L1",
    "kind": "voice",
    "state": "idle",
    "detail": "USR5637",
    "caller": None,
    "node": None,
    "since_s": None,
}


@pytest.fixture
def exchange(office: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`exchange({...}, notices=[...])`: what the exchange answers when it is asked for its status."""

    def answer(*lines: dict[str, Any], notices: list[str] | None = None) -> None:
        status = {"lines": [LINE | line for line in lines], "notices": notices or []}
        monkeypatch.setattr(office.phone, "status", lambda: status)

    return answer


def book(office: Office, who: str = "陈小宝", doctor: str = "孙医生", place: int = 0, day: int = 0) -> Booking:
    """The patient books one of the doctor's free times by phone."""
    now, profile = office.clock.now(), sample.profile()
    with office.ledger.transaction() as tx:
        patient_id = tx.execute(people_schema.patients.select().where(people_schema.patients.c.name_zh == who)).one().id
        when = roster.wall_day(now, profile.zone) + timedelta(days=day)
        doctor_id = tx.execute(roster_schema.doctors.select().where(roster_schema.doctors.c.name_zh == doctor)).one().id
        slot = schedule.free_slots(tx, profile, now, when, schedule.Wish(doctor_id=doctor_id))[place]
        held = holds.hold(tx, profile, now, slot, patient_id, holder="call/c1", channel="voice")
        return bookings.confirm(tx, profile, now, held.id, holder="call/c1", slot=slot, pay_at_desk=True)


def test_a_call_under_way_is_told_with_its_place_in_the_menus(desk: Browser, exchange: Callable[..., None]) -> None:
    exchange(
        {"name": "L1"},
        {"name": "L2", "state": "busy", "caller": "13800000002", "node": "book.times", "since_s": 65.4},
    )
    page = desk.get("/").text
    assert "1 of 2 lines in use" in page
    for words in ("idle", "on a call", "13800000002", "Number of Chen Min, Chen Xiaobao", "choosing the time", "1:05"):
        assert words in page
    assert "book.times" not in page


def test_a_node_of_a_flow_that_nobody_knows_is_still_told(desk: Browser, exchange: Callable[..., None]) -> None:
    exchange({"state": "busy", "node": "gone.some_node", "since_s": 1.0})
    assert "some node" in desk.get("/").text


def test_a_broken_line_says_what_to_do(sign_in: Callable[..., Browser], exchange: Callable[..., None]) -> None:
    exchange({"state": "fault", "detail": "the device is gone"})
    assert "Check the modem's USB cable" in sign_in("desk").get("/").text
    chinese = sign_in("desk", "zh").get("/").text
    assert "设备没有连接" in chinese
    assert "the device is gone" not in chinese


def test_a_weak_signal_is_told(desk: Browser, exchange: Callable[..., None]) -> None:
    exchange({"kind": "gsm", "signal_dbm": -107, "registered": False})
    page = desk.get("/").body
    assert "signal: weak" in page
    assert "not registered with a network" in page


def test_the_test_phone_counts_as_no_line(desk: Browser, exchange: Callable[..., None]) -> None:
    test = {"name": "test", "is_test": True}
    exchange({}, test)
    assert "test phone" not in desk.get("/").text
    exchange({}, {**test, "state": "busy", "node": "front.main", "since_s": 1.0})
    page = desk.get("/").text
    assert "test phone" in page
    assert "0 of 1 lines in use" in page


def test_without_the_exchange_the_visits_are_there(desk: Browser, office: Office) -> None:
    book(office)
    page = desk.get("/").text
    assert "The phone service is not running" in page
    assert "Chen Xiaobao" in page


def test_what_a_caller_claims_never_becomes_markup(desk: Browser, exchange: Callable[..., None]) -> None:
    exchange({"state": "busy", "caller": "<script>alert(1)</script>", "node": "<b>x</b>", "detail": "<i>"})
    body = desk.get("/").body
    assert "<script>alert" not in body
    assert "<b>x" not in body


def test_each_doctor_with_who_comes_and_what_is_free(desk: Browser, office: Office) -> None:
    before = _counts(desk)["Dr Sun"]
    first, _ = book(office), book(office, who="刘强", place=4)
    with office.ledger.transaction() as tx:
        bookings.check_in(tx, office.clock.now(), first.id, channel="desk", cause="desk/x")
    expected, arrived, free = _counts(desk)["Dr Sun"]
    assert (expected, arrived, free) == (1, 1, before[2] - 2)
    page = desk.get("/").text
    assert "Liu Qiang" in page
    assert "Chen Xiaobao booked" in page  # the desk is told of what patients did without it


def test_visits_that_nobody_marked_are_asked_for(desk: Browser, office: Office, clock: ManualClock) -> None:
    book(office)
    assert "without a note whether the patient came" not in desk.get("/").text
    clock.advance(5 * 3600)
    assert "without a note whether the patient came: 1" in desk.get("/").text


def test_an_absent_doctor_with_visits_needs_attention(desk: Browser, office: Office) -> None:
    visit = book(office, doctor="王医生")
    with office.ledger.transaction() as tx:
        tx.execute(insert(roster_schema.absences).values(session_id=visit.slot.session.id, day=visit.day, reason="ill"))
    page = desk.get("/").text
    assert "Dr Wang: not on duty today, yet visits are booked (1)" in page


def test_patients_of_a_half_day_that_was_called_off_wait_to_be_told(desk: Browser, office: Office) -> None:
    visit = book(office, doctor="王医生", day=1)
    assert "/roster/visits" not in desk.get("/").body
    with office.ledger.transaction() as tx:
        tx.execute(insert(roster_schema.absences).values(session_id=visit.slot.session.id, day=visit.day, reason="ill"))
    page = desk.get("/")
    assert "Bookings that have lost their place: 1" in page.text
    assert "/roster/visits" in page.body


def test_a_doctor_without_half_days_needs_attention(desk: Browser, office: Office) -> None:
    assert "without any half-day" not in desk.get("/").text
    with office.ledger.transaction() as tx:
        wang = tx.execute(roster_schema.doctors.select().where(roster_schema.doctors.c.name_zh == "王医生")).one().id
        tx.execute(delete(roster_schema.sessions).where(roster_schema.sessions.c.doctor_id == wang))
    assert "Dr Wang without any half-day" in desk.get("/").text


def test_a_full_disk_needs_attention(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(32 * 10**9, 31_900 * 10**6, 100 * 10**6))
    assert "Only 100 MB are free" in desk.get("/").text


def test_backups_that_stopped_need_attention(desk: Browser, office: Office) -> None:
    folder = office.folders.ledger.with_name("ledger.backups")
    folder.mkdir()
    (folder / "2026-03-01.db").touch()
    assert "last back-up" not in desk.get("/").text
    (folder / "2026-03-01.db").rename(folder / "2026-02-20.db")
    assert "The last back-up is of Fri 20 Feb" in desk.get("/").text


def test_what_the_exchange_complains_of_is_told_in_the_readers_language(
    sign_in: Callable[..., Browser], exchange: Callable[..., None]
) -> None:
    exchange({}, notices=["The ledger can't be used: is the disk full?", "3 texts did not arrive or are in doubt"])
    page = sign_in("desk", "zh").get("/").text
    assert "数据库无法写入" in page
    assert "3 条短信" not in page  # it stands among what waits


def test_what_waits_for_a_person_is_counted_without_the_test_phones(desk: Browser, office: Office) -> None:
    now = office.clock.now()
    keeper = TextKeeper(office.ledger, office.clock)
    keeper.keep_part("L2", "13800000005", "1", "When do you close?", None, 1, 1)
    keeper.keep_part("test-text", "13900000002", "2", "Only a try", None, 1, 1)
    with office.ledger.transaction() as tx:
        tx.execute(update(text_schema.inbox).values(needs_person=1, handled_at=now))
        recordings.add_message(tx, now - timedelta(hours=2), None, "13800000001", "a.wav", 12)
        calls.begin(tx, now, "c9", "test", None, is_withheld=False)
        recordings.add_message(tx, now, "c9", None, "b.wav", 3)
        lost = outbox.queue_text(tx, now, "13800000002", "Hello", "notice")
        outbox.mark_failed(tx, lost, "refused")
        calls.begin(tx, now, "c2", "L1", None, is_withheld=True)
        calls.conclude(tx, "c2", "left at times")
    words = desk.get("/").text.split("\n")
    for what in ("Voice messages", "Texts to answer", "Texts that did not arrive", "Hung up midway today"):
        after = words[words.index(what) + 1 :]
        assert next(word for word in after if word.isdecimal()) == "1", what
    assert "oldest 2 h ago" in words


def test_the_live_parts_come_without_the_frame(desk: Browser, exchange: Callable[..., None]) -> None:
    exchange({"name": "Line of the desk"})
    now, day = desk.part("/today/now"), desk.part("/today/day")
    assert "Line of the desk" in now.body
    assert "Dr Wang" in day.body
    assert "<html" not in now.body + day.body


def _counts(desk: Browser) -> dict[str, tuple[int, int, int]]:
    """By doctor: expected, arrived, free, as they stand on the page."""
    words = desk.get("/").text.split("\n")
    found = {}
    for at, word in enumerate(words):
        if word.startswith("Dr ") and "expected" in words[at : at + 5]:
            numbers = words[at + 2 : at + 8]
            found[word] = int(numbers[0]), int(numbers[2]), int(numbers[4])
    return found

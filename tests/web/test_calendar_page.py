"""Holidays and make-up days are put in by the desk; the switch closes at once and says who closed until when."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

import pytest

from firmware.clinic import calendar, schedule
from firmware.clinic.calendar import SpecialDay
from firmware.storage import audit
from tests.clinic.visits import book, slot_at
from tests.web.browser import Browser
from webui.office import Office

HERE = "/settings/calendar"
TUESDAY, SUNDAY = date(2026, 3, 3), date(2026, 3, 8)


def special(office: Office, day: date) -> SpecialDay | None:
    with office.ledger.reading() as tx:
        return calendar.between(tx, day, day).get(day)


def test_days_off_are_closed_and_the_way_back_is_offered(desk: Browser, office: Office) -> None:
    form = desk.get(HERE).form(HERE)
    reply = desk.send(form, first="2026-03-03", last="2026-03-05", reason="festival")
    assert "Closed from" in reply.text
    assert special(office, TUESDAY) == SpecialDay(TUESDAY, (), "festival")
    with office.ledger.reading() as tx:
        assert schedule.on_duty(tx, date(2026, 3, 5)) == []
    desk.send(reply.form(f"{HERE}/undo"))
    assert special(office, TUESDAY) is None
    with office.ledger.reading() as tx:
        assert schedule.on_duty(tx, TUESDAY)


def test_who_has_booked_on_a_day_off_is_shown_next(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        profile, now = office.profile(), office.clock.now()
        book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    reply = desk.send(desk.get(HERE).form(HERE), first=f"{TUESDAY}", last=f"{TUESDAY}")
    assert desk.path == "/roster/visits"
    assert "1 visits are booked" in reply.text
    assert "Wang Xiuying" in reply.text


def test_a_make_up_day_is_worked_and_can_be_undone(desk: Browser, office: Office) -> None:
    form = desk.get(f"{HERE}?what=make-up").form(HERE)
    reply = desk.send(form, first=f"{SUNDAY}", weekday="5")
    assert special(office, SUNDAY) == SpecialDay(SUNDAY, office.profile().hours[4])
    with office.ledger.reading() as tx:
        assert schedule.on_duty(tx, SUNDAY)
    desk.send(reply.form(f"{HERE}/undo"))
    assert special(office, SUNDAY) is None
    with office.ledger.reading() as tx:
        assert schedule.on_duty(tx, SUNDAY) == []


def test_a_day_with_other_hours(desk: Browser, office: Office) -> None:
    form = desk.get(f"{HERE}?what=hours").form(HERE)
    fields = {"first": f"{TUESDAY}", "day-1-from": "08:00", "day-1-to": "11:30"}
    reply = desk.send(form, **fields)
    assert "08:00-11:30" in reply.text
    assert special(office, TUESDAY) == SpecialDay(TUESDAY, ((time(8), time(11, 30)),))
    reply = desk.send(reply.form(f"{HERE}/remove"))
    assert special(office, TUESDAY) is None
    desk.send(reply.form(f"{HERE}/undo"))
    assert special(office, TUESDAY) == SpecialDay(TUESDAY, ((time(8), time(11, 30)),))


@pytest.mark.parametrize(
    ("what", "fields", "told"),
    [
        ("closed", {"first": "2026-02-27", "last": "2026-02-27"}, "past"),
        ("closed", {"first": "2026-03-03", "last": "2026-05-03"}, "At most 31 days"),
        ("hours", {"first": "2026-03-03"}, "Please fill this in"),
        ("hours", {"first": "2026-03-03", "day-1-from": "12:00", "day-1-to": "08:00"}, "ends before it begins"),
    ],
)
def test_what_cannot_be_is_told_beside_the_field(
    desk: Browser, office: Office, what: str, fields: dict[str, str], told: str
) -> None:
    reply = desk.send(desk.get(f"{HERE}?what={what}").form(HERE), follow=False, **fields)
    assert reply.status == 422
    assert told in reply.text
    assert special(office, TUESDAY) is None


def test_a_supervisor_closes_now_and_everybody_sees_until_when(
    sign_in: Callable[..., Browser], desk: Browser, office: Office
) -> None:
    supervisor = sign_in("supervisor")
    reply = supervisor.send(supervisor.get(HERE).form(f"{HERE}/close"))
    assert "closed early" in reply.text
    assert "desk closed, opens" in desk.get("/").text
    with office.ledger.reading() as tx:
        assert not calendar.is_open(tx, office.profile(), office.clock.now())
    reply = supervisor.send(reply.form(f"{HERE}/open"))
    assert "desk open" in desk.get("/").text
    with office.ledger.reading() as tx:
        acts = [trace.what for trace in audit.latest(tx, 2)]
    assert set(acts) == {"desk closed now", "desk opened again"}


def test_the_desk_itself_may_not_close_now(desk: Browser) -> None:
    page = desk.get(HERE)
    assert f"{HERE}/close" not in page.body
    assert desk.post(f"{HERE}/close").status == 403


def test_a_supervisor_gets_a_phone_pin_once_and_the_desk_none(sign_in: Callable[..., Browser], desk: Browser) -> None:
    supervisor = sign_in("supervisor")
    reply = supervisor.send(supervisor.get("/account").form("/account/phone-pin"))
    assert re.search(r"Your phone PIN is [0-9]{6}\.", reply.text)
    assert not re.search(r"phone PIN is", supervisor.get("/account").text)
    assert "phone PIN" not in desk.get("/account").text

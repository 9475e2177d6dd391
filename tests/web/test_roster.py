"""Who works when: the week, a doctor away, holidays, make-up workdays, the weekly roster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from firmware.clinic import bookings, holds, roster_edits, schedule
from firmware.clinic.records import Booking
from firmware.clinic.schedule import Wish
from firmware.storage import audit
from firmware.storage.text_schema import outbox
from tests.clinic.visits import INTERNAL, LI, P1, P2, P4, P5, WANG, ZHAO
from tests.web.browser import Browser, Reply
from webui.office import Office

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)
SUNDAY = date(2026, 3, 8)
WEEK = timedelta(days=7)
ANYBODY = Wish()

Book = Callable[..., Booking]


@pytest.fixture
def book(office: Office) -> Book:
    """`book(P1, "08:30")`: a visit with Dr Wang on Tuesday."""

    def book_one(
        patient: int, at: str, doctor: int = WANG, day: date = TUESDAY, number: str | None = "13800000001"
    ) -> Booking:
        now = office.clock.now()
        with office.ledger.transaction() as tx:
            free = schedule.free_slots(tx, office.profile(), now, day, Wish(doctor_id=doctor))
            slot = next(each for each in free if each.begins == time.fromisoformat(at))
            held = holds.hold(tx, office.profile(), now, slot, patient, holder="desk/x", channel="desk")
            return bookings.confirm(
                tx, office.profile(), now, held.id, holder="desk/x", number=number, pay_at_desk=True, notify=False
            )

    return book_one


@pytest.fixture(autouse=True)
def nothing_broke(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert not [record for record in caplog.records if record.exc_info]


def days(what: str, **query: object) -> str:
    return "/roster/days?" + urlencode({"what": what, **query})


def wang_away(browser: Browser, first: date = TUESDAY, last: date = TUESDAY) -> Reply:
    """The page on which Dr Wang's absence is looked at."""
    return browser.get(days("away", doctor=WANG, first=first, last=last))


def on_duty(office: Office, day: date, wish: Wish = ANYBODY) -> int:
    with office.ledger.reading() as tx:
        return len(schedule.on_duty(tx, day, wish))


def texts(office: Office) -> list[tuple[str, str]]:
    with office.ledger.reading() as tx:
        rows = select(outbox.c.number, outbox.c.body).where(outbox.c.state == "queued").order_by(outbox.c.id)
        return [(row.number, row.body) for row in tx.execute(rows)]


def test_the_week_shows_who_is_there_and_how_full_it_is(desk: Browser, book: Book) -> None:
    book(P1, "08:30")
    page = desk.get("/roster")
    assert page.status == 200
    assert "1 of 12 booked\n11 free" in page.text
    assert "Internal medicine, general" in page.text
    assert "Nobody is on duty" in page.text  # on Sunday
    assert "data-roster-week=" in page.body


def test_the_same_in_chinese(sign_in: Callable[..., Browser]) -> None:
    page = sign_in("desk", "zh").get("/roster")
    assert "王医生" in page.text
    assert "已约0/12\n余12" in page.text


@pytest.mark.parametrize("day", ["2026-03-09", "1970-01-01", "9999-12-31", "0001-01-01", "x", "2026-02-30"])
def test_any_week_can_be_looked_at_and_odd_ones_are_this_one(desk: Browser, day: str) -> None:
    assert desk.get(f"/roster?day={day}").status == 200


def test_a_doctor_away_is_looked_at_first_and_nothing_is_changed_by_looking(
    desk: Browser, office: Office, book: Book
) -> None:
    book(P1, "08:30")
    page = wang_away(desk)
    assert "Bookings it touches: 1" in page.text
    assert "Wang Xiuying" in page.text
    assert "停诊" in page.text  # the text as it would go out
    assert on_duty(office, TUESDAY, Wish(doctor_id=WANG)) == 1


def test_once_confirmed_nobody_new_gets_in_and_it_can_be_undone(desk: Browser, office: Office) -> None:
    page = desk.send(wang_away(desk).form("/roster/days/save"), reason="training")
    assert "1 half-days called off" in page.text
    assert on_duty(office, TUESDAY, Wish(doctor_id=WANG)) == 0
    assert texts(office) == []
    page = desk.send(page.form("/roster/days/undo"))
    assert "Undone" in page.text
    assert on_duty(office, TUESDAY, Wish(doctor_id=WANG)) == 1
    with office.ledger.reading() as tx:
        done = [(trace.who, trace.what) for trace in audit.latest(tx, 2)]
    assert done == [("desk", "roster undo"), ("desk", "roster away")]


def test_absent_tomorrow_from_the_list_to_the_last_text(desk: Browser, office: Office, book: Book) -> None:
    """S39: one mobile, one landline, one who has died; the report adds up and each is changed once."""
    with office.ledger.transaction() as tx:
        tx.exec_driver_sql("UPDATE patients SET is_deceased = 1 WHERE id = ?", (P5,))
    for patient, at, number in ((P1, "08:30", "13800000001"), (P2, "08:45", "02161230001"), (P5, "09:00", None)):
        book(patient, at, number=number)
    page = wang_away(desk)
    assert "Bookings it touches: 3" in page.text
    assert "1 can be texted, 1 must be called, 1 are not contacted." in page.text
    page = desk.send(page.form("/roster/days/save"))
    assert "Bookings without a place" in page.text
    ticked = [each.split('"')[0] for each in page.body.split('name="visit" value="')[1:]]
    page = desk.send(page.form("/roster/visits/cancel"), visit=ticked)
    assert "Of 3: 1 cancelled and texted, 2 cancelled without a text, 0 settled before." in page.text
    assert "Please call these patients" in page.text
    assert "02161230001" in page.text
    assert [number for number, _ in texts(office)] == ["13800000001"]
    assert "Nobody is waiting" in desk.get("/roster/visits").text
    assert "at the desk · Desk" in desk.get(f"/bookings/{ticked[0]}").text.replace("\n", " "), "the history says who"


def test_ticked_visits_that_have_their_place_back_are_left_alone(desk: Browser, office: Office, book: Book) -> None:
    visit = book(P1, "08:30")
    page = desk.send(wang_away(desk).form("/roster/days/save"))
    form = page.form("/roster/visits/cancel")
    desk.send(page.form("/roster/days/undo"))
    assert "1 settled before" in desk.send(form, visit=[str(visit.id)]).text
    assert texts(office) == []


def test_a_single_half_day_and_back(desk: Browser, office: Office) -> None:
    with office.ledger.reading() as tx:
        morning = schedule.on_duty(tx, TUESDAY, Wish(doctor_id=ZHAO))[0]
    where = days("half", session=morning.id, first=TUESDAY)
    desk.send(desk.get(where).form("/roster/days/save"), reason="ill")
    page = desk.get(where)
    assert "Reason: ill" in page.text
    assert on_duty(office, TUESDAY, Wish(doctor_id=ZHAO)) == 1
    desk.send(page.form("/roster/days/open"))
    assert on_duty(office, TUESDAY, Wish(doctor_id=ZHAO)) == 2


def test_a_holiday_and_the_day_that_makes_up_for_it(desk: Browser, office: Office) -> None:
    page = desk.get(days("closed", first=TUESDAY, last=TUESDAY + timedelta(days=1)))
    desk.send(page.form("/roster/days/save"))
    assert on_duty(office, TUESDAY) == on_duty(office, TUESDAY + timedelta(days=1)) == 0
    page = desk.send(desk.get(days("make-up", first=SUNDAY, weekday=2)).form("/roster/days/save"))
    assert on_duty(office, SUNDAY) == 7
    desk.send(page.form("/roster/days/undo"))
    assert on_duty(office, SUNDAY) == 0


def test_a_week_is_copied_onto_another(desk: Browser, office: Office) -> None:
    desk.send(wang_away(desk).form("/roster/days/save"))
    desk.send(desk.get(days("copy", source=MONDAY, first=MONDAY + WEEK)).form("/roster/days/save"))
    assert on_duty(office, TUESDAY + WEEK, Wish(doctor_id=WANG)) == 0


def test_a_plan_that_would_do_something_else_by_now_is_refused(desk: Browser, office: Office) -> None:
    form = wang_away(desk, TUESDAY, TUESDAY + timedelta(days=1)).form("/roster/days/save")
    desk.send(wang_away(desk).form("/roster/days/save"))
    assert "Somebody else changed this" in desk.send(form).text
    assert on_duty(office, TUESDAY + timedelta(days=1), Wish(doctor_id=WANG)) == 1


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [("2026-03-01", "2026-03-03", "past"), ("2026-03-05", "2026-09-04", "62")],
)
def test_impossible_days_are_told_beside_their_field(desk: Browser, first: str, last: str, says: str) -> None:
    page = desk.get(days("away", doctor=WANG, first=first, last=last))
    assert says in page.text
    assert not [form for form in page.forms if form.method == "post" and form.action == "/roster/days/save"]


@pytest.mark.parametrize("first", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("what", ["away", "closed", "make-up", "copy"])
def test_no_day_is_so_far_away_that_a_page_breaks(desk: Browser, what: str, first: str) -> None:
    page = desk.get(days(what, doctor=WANG, first=first, last=first, source=first))
    assert page.status == 200
    assert "/roster/days/save" not in page.body
    assert desk.get(days("half", session=1, first=first)).status == 200


def test_an_extra_half_day_can_be_booked_and_then_not_undone(desk: Browser, office: Office, book: Book) -> None:
    form = desk.get("/roster/extra").form("/roster/extra")
    fields: dict[str, Any] = {
        "owner": f"doctor-{LI}",
        "day": str(SUNDAY),
        "begins": "09:00",
        "ends": "10:00",
        "amount": "30",
        "fee": "5",
    }
    page = desk.send(form, **fields)
    assert "Dr Li has an extra half-day" in page.text
    book(P1, "09:00", LI, SUNDAY)
    assert "Somebody has booked the extra half-day" in desk.send(page.form("/roster/days/undo")).text
    assert on_duty(office, SUNDAY) == 1


def test_an_extra_half_day_over_another_is_refused_beside_its_time(desk: Browser, office: Office) -> None:
    form = desk.get("/roster/extra").form("/roster/extra")
    fields: dict[str, Any] = {"owner": f"doctor-{WANG}", "day": str(TUESDAY), "begins": "11:00", "ends": "12:00"}
    page = desk.send(form, **fields)
    assert "This overlaps with another half-day" in page.text
    assert on_duty(office, TUESDAY) == 7


# ---- the weekly roster ----


def test_the_weekly_roster_is_shown_in_words(desk: Browser) -> None:
    page = desk.get("/roster/weekly")
    assert "Mon, Tue, Wed, Thu, Fri" in page.text
    assert "08:30–11:30, 15 min each, specialist, 20 yuan" in page.text


def test_an_absence_whose_end_was_left_behind_is_one_day(desk: Browser) -> None:
    page = wang_away(desk, TUESDAY + WEEK, TUESDAY)
    assert page.status == 200
    assert page.form("/roster/days").fields["last"] == str(TUESDAY + WEEK)


def test_a_shorter_morning_shows_whom_it_strands_before_it_is_saved(desk: Browser, office: Office, book: Book) -> None:
    book(P4, "11:15")
    form = desk.get(f"/roster/weekly/doctor/{WANG}").form(f"/roster/weekly/doctor/{WANG}")
    preview = desk.send(form, ends0="10:00")
    assert "Bookings that lose their place: 1" in preview.text
    assert "Changed: Dr Wang Mon, Tue, Wed, Thu, Fri 08:30–10:00" in preview.text
    with office.ledger.reading() as tx:
        assert schedule.on_duty(tx, TUESDAY, Wish(doctor_id=WANG))[0].ends == time(11, 30)
    page = desk.send(preview.form(f"/roster/weekly/doctor/{WANG}"), step="save")
    assert "Bookings without a place" in page.text
    desk.send(page.form(f"/roster/weekly/doctor/{WANG}"))  # undo
    with office.ledger.reading() as tx:
        assert schedule.on_duty(tx, TUESDAY, Wish(doctor_id=WANG))[0].ends == time(11, 30)


def test_a_line_left_empty_does_not_keep_the_browser_from_sending(desk: Browser) -> None:
    page = desk.get(f"/roster/weekly/doctor/{WANG}")
    assert page.body.count("novalidate") == 1
    assert page.form(f"/roster/weekly/doctor/{WANG}").fields["begins1"] == ""


def test_a_new_department_with_a_new_doctor(desk: Browser, office: Office) -> None:
    form = desk.get("/roster/weekly/department/0").form("/roster/weekly/department/0")
    preview = desk.send(form, zh="皮肤科", en="Skin", key="4")
    desk.send(preview.form("/roster/weekly/department/0"), step="save")
    with office.ledger.reading() as tx:
        skin = schedule.all_departments(tx)[-1]
    form = desk.get(f"/roster/weekly/doctor/0?department={skin.id}").form("/roster/weekly/doctor/0")
    row: dict[str, Any] = {"day0.7": "1", "begins0": "09:00", "ends0": "11:00", "amount0": "20", "fee0": "12.50"}
    preview = desk.send(form, zh="周医生", en="Dr Zhou", department=str(skin.id), **row)
    assert "New: Dr Zhou Sun 09:00–11:00" in preview.text
    desk.send(preview.form("/roster/weekly/doctor/0"), step="save")
    assert on_duty(office, SUNDAY) == 1


def test_a_doctor_is_taken_off_the_roster(desk: Browser, office: Office) -> None:
    page = desk.get(f"/roster/weekly/doctor/{ZHAO}")
    preview = desk.send(page.form(f"/roster/weekly/doctor/{ZHAO}/remove"))
    assert "No longer: Dr Zhao" in preview.text
    assert on_duty(office, TUESDAY, Wish(doctor_id=ZHAO)) == 2
    page = desk.send(preview.form(f"/roster/weekly/doctor/{ZHAO}/remove"), step="save")
    assert on_duty(office, TUESDAY, Wish(doctor_id=ZHAO)) == 0
    desk.send(page.form(f"/roster/weekly/doctor/{ZHAO}"))  # undo
    assert on_duty(office, TUESDAY, Wish(doctor_id=ZHAO)) == 2


def test_a_department_is_taken_off_the_roster_and_comes_back_as_it_was(desk: Browser, office: Office) -> None:
    def roster() -> str:
        with office.ledger.reading() as tx:
            return roster_edits.fingerprint(tx, MONDAY)

    before = roster()
    where = f"/roster/weekly/department/{INTERNAL}"
    preview = desk.send(desk.get(where).form(f"{where}/remove"))
    page = desk.send(preview.form(f"{where}/remove"), step="save")
    assert on_duty(office, TUESDAY, Wish(department_id=INTERNAL)) == 0
    undo = page.form(f"{where}/return")
    assert "Somebody else changed this" in desk.send(undo, key="no key").text
    assert roster() != before
    desk.send(undo)
    assert roster() == before


def test_of_two_people_editing_the_second_is_told(desk: Browser, admin: Browser) -> None:
    where = f"/roster/weekly/doctor/{WANG}"
    theirs = admin.send(admin.get(where).form(where), en="Dr W")
    preview = desk.send(desk.get(where).form(where), aliases="wang")
    desk.send(preview.form(where), step="save")
    assert "Somebody else changed this" in admin.send(theirs.form(where), step="save").text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"zh": "", "en": ""}, "in one of the two"),
        ({"zh": "李医生"}, "can&#39;t be like that"),
        ({"ends0": "08:00"}, "The end must be after the beginning"),
        ({"amount0": "0"}, "whole number"),
        ({"fee0": "free"}, "amount"),
        ({"begins0": "half nine"}, "a time such as"),
        ({"department": "99"}, "can&#39;t be like that"),
        ({"mode0": "x"}, "choose"),
        ({"zh": "很" * 40}, "would then take 2 parts"),  # texts to patients would take two parts
        ({"day1.1": "1", "begins1": "09:00", "ends1": "10:00", "amount1": "15", "fee1": "0"}, "This overlaps"),
    ],
)
def test_what_is_wrong_is_told_on_the_form_with_everything_typed(
    desk: Browser, office: Office, fields: dict[str, Any], says: str
) -> None:
    where = f"/roster/weekly/doctor/{WANG}"
    page = desk.send(desk.get(where).form(where), **({"aliases": "kept as typed"} | fields))
    assert page.status == 422
    assert says in page.body
    assert "kept as typed" in page.body


# ---- who may, and what is forged ----


def test_who_only_looks_finds_no_way_to_change(sign_in: Callable[..., Browser], book: Book) -> None:
    book(P1, "08:30")
    auditor = sign_in("auditor")
    for where in ("/roster", days("away", doctor=WANG, first=TUESDAY), "/roster/weekly", "/roster/visits"):
        page = auditor.get(where)
        assert page.status == 200
        assert not [form for form in page.forms if form.action.startswith("/roster") and form.method == "post"]
    assert auditor.get("/roster/extra").status == 403
    assert auditor.get(f"/roster/weekly/doctor/{WANG}").status == 403


@pytest.mark.parametrize(
    "where",
    [
        "/roster/weekly/doctor/99",
        "/roster/weekly/department/99",
        days("half", session=99, first=TUESDAY),
        days("half", session="x", first="y"),
    ],
)
def test_what_is_not_there_is_said(desk: Browser, where: str) -> None:
    assert desk.get(where).status == 409


@pytest.mark.parametrize("query", ["call=x-99-1", "call=" + "9" * 300, "call=-"])
def test_a_forged_list_of_calls_is_a_page_without_them(desk: Browser, query: str) -> None:
    assert desk.get(f"/roster/visits?{query}").status == 200


@pytest.mark.parametrize("forged", [{"off.tomorrow": "1"}, {"added.2026-03-03": "1 99 x", "on.2026-03-03": "999 -1"}])
def test_a_forged_undo_changes_nothing(desk: Browser, office: Office, forged: dict[str, str]) -> None:
    form = desk.send(wang_away(desk).form("/roster/days/save")).form("/roster/days/undo")
    form.fields = {name: value for name, value in form.fields.items() if "." not in name} | forged
    assert desk.send(form).status == 200
    assert on_duty(office, TUESDAY) == 6


def test_hostile_names_are_only_text(desk: Browser, book: Book) -> None:
    book(P1, "08:30")
    where = f"/roster/weekly/doctor/{WANG}"
    preview = desk.send(desk.get(where).form(where), en="<script>x</script>'\"")
    desk.send(preview.form(where), step="save")
    for page in ("/roster", "/roster/weekly", days("away", doctor=WANG, first=TUESDAY)):
        assert "<script>x" not in desk.get(page).body

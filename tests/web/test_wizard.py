"""The first set-up: an owner who has just claimed the box makes it the clinic's own, step by step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from firmware.box.requests import always_answered
from firmware.clinic import people, sample, schedule
from firmware.clinic.profile import load_profile
from firmware.control.channel import ControlServer
from firmware.language.values import Name
from firmware.staff import sessions, users
from firmware.staff.rights import Role
from tests.web.browser import Browser, Reply
from tests.web.conftest import PASSWORD
from webui.app import build_app
from webui.gate import SESSION_COOKIE
from webui.guard import guarded
from webui.office import Office

Open = Callable[..., Browser]

CLINIC = {"name_zh": "湖滨诊所", "name_en": "Lakeside Clinic", "address_zh": "湖滨路八号", "zone": "Asia/Shanghai"}
PEOPLE = {"department-1-zh": "内科", "doctor-1-zh": "王医生", "doctor-1-en": "Dr Wang", "doctor-1-fee": "20"}


@pytest.fixture
def open_box(empty_office: Office) -> Open:
    """A browser in which somebody is signed in at a box that no clinic has been set up on."""

    def sign_in(role: Role = Role.ADMIN) -> Browser:
        now = empty_office.clock.now()
        with empty_office.ledger.transaction() as tx:
            user = users.by_login(tx, role.value) or users.create(tx, now, role.value, role.value, role, PASSWORD)
            token, _ = sessions.open_session(tx, now, user.id)
        browser = Browser(guarded(build_app(empty_office)))
        browser.cookies[SESSION_COOKIE] = token
        return browser

    return sign_in


@pytest.fixture
def owner(open_box: Open) -> Browser:
    return open_box()


@pytest.fixture
def restarts(empty_office: Office) -> Iterator[list[Any]]:
    """The phone service, as far as the wizard asks it, with one modem plugged in; holds the restarts asked for."""
    asked: list[Any] = []
    empty_office.folders.network.mkdir(parents=True)
    (empty_office.folders.network / "L1.tty").touch()
    handlers = {**always_answered(empty_office.folders), "restart": lambda _: asked.append(1) or {}}
    server = ControlServer(empty_office.folders.control_socket, handlers).start()
    yield asked
    server.close()


def fill(browser: Browser, step: str, *, follow: bool = True, **fields: str) -> Reply:
    return browser.send(browser.get(f"/setup/{step}").form(f"/setup/{step}"), follow=follow, **fields)


def fill_until(browser: Browser, step: str) -> None:
    """Everything before the step, in the shortest way."""
    for each, fields in (("language", {}), ("clinic", CLINIC), ("people", PEOPLE), ("hours", {})):
        if each == step:
            return
        assert fill(browser, each, follow=False, **fields).status == 303


def test_a_clinic_is_set_up_from_the_first_step_to_the_last(
    owner: Browser, empty_office: Office, restarts: list[Any]
) -> None:
    assert "Which language" in owner.get("/").text
    assert "您的诊所" in fill(owner, "language", language="zh").text
    fill(owner, "language", language="en")
    assert "Departments and doctors" in fill(owner, "clinic", **CLINIC).text
    assert "When is the clinic open" in fill(owner, "people", **PEOPLE).text
    lines = fill(owner, "hours", **{"sat-1-from": "09:00", "sat-1-to": "11:00"})
    device = lines.form("/setup/lines").fields["line-1-device"]
    assert device.endswith("L1.tty")
    assert "test call" in fill(owner, "lines", **{"line-1-use": "1", "line-1-name": "front"}).text
    assert "The clinic is set up" in fill(owner, "call").text
    assert owner.get("/setup", follow=False).location == "/"

    profile = load_profile(empty_office.documents)
    assert profile.name == Name("湖滨诊所", "Lakeside Clinic")
    assert [len(day) for day in profile.hours] == [2, 2, 2, 2, 2, 1, 0]
    with empty_office.ledger.reading() as tx:
        (doctor,) = schedule.all_doctors(tx)
        monday = schedule.on_duty(tx, date(2026, 11, 23))
    assert doctor.aliases == ("王医生", "王大夫", "王", "wang")
    assert [(each.begins.hour, each.slot_minutes, each.fee_cents) for each in monday] == [(8, 15, 2000), (14, 15, 2000)]
    (line,) = (empty_office.documents.load("lines") or {})["lines"]
    assert line == {"name": "front", "kind": "voice", "device": device, "country": "cn", "caller_id": "fsk"}
    assert restarts == [1]


def test_without_a_clinic_every_page_leads_its_owner_to_the_set_up(owner: Browser) -> None:
    for path in ("/", "/bookings", "/users"):
        assert owner.get(path, follow=False).location == "/setup", path
    account = owner.get("/account")
    assert account.status == 200
    assert re.search('id="phone-service"[^>]* hidden', account.body), "there is nothing yet to answer calls for"


def test_without_a_clinic_others_are_told_who_can_help(open_box: Open) -> None:
    told = open_box(Role.DESK).get("/")
    assert told.status == 409
    assert "administrator has to sign in" in told.text
    assert open_box(Role.DESK).get("/setup", follow=False).status == 403


def test_an_interrupted_set_up_goes_on_where_it_ended_at_the_next_sign_in(owner: Browser, open_box: Open) -> None:
    fill_until(owner, "people")
    owner.send(owner.get("/account").form("/sign-out"))
    back = open_box()
    back.cookies.clear()
    page = back.send(back.get("/sign-in").form("/sign-in"), login="admin", password=PASSWORD)
    assert "Departments and doctors" in page.text


def test_who_has_left_the_set_up_is_reminded_of_it_on_the_first_page(owner: Browser, open_box: Open) -> None:
    fill_until(owner, "hours")
    assert "The set-up of the clinic is not finished" in owner.get("/").text
    assert "not finished" not in open_box(Role.DESK).get("/").text


def test_later_steps_wait_for_the_earlier_ones(owner: Browser, empty_office: Office) -> None:
    assert owner.get("/setup/hours", follow=False).location == "/setup"
    csrf = owner.get("/setup/language").form("/setup/language").fields["csrf"]
    assert owner.post("/setup/call", csrf=csrf, follow=False).location == "/setup"
    assert owner.get("/setup/nonsense").status == 404
    assert empty_office.documents.load("wizard") is None


def test_the_back_button_shows_what_was_saved_and_saving_again_loses_no_progress(owner: Browser) -> None:
    fill_until(owner, "lines")
    form = owner.get("/setup/clinic").form("/setup/clinic")
    assert form.fields["name_zh"] == "湖滨诊所"
    assert owner.send(form, follow=False, name_zh="湖东诊所").location == "/setup/people"
    assert owner.get("/setup/people").form("/setup/people").fields["doctor-1-en"] == "Dr Wang"
    assert owner.get("/setup", follow=False).location == "/setup/lines"


def test_of_two_open_tabs_the_slower_one_is_told_and_changes_nothing(owner: Browser, empty_office: Office) -> None:
    fill_until(owner, "clinic")
    slower = owner.get("/setup/clinic").form("/setup/clinic")
    fill(owner, "clinic", **CLINIC)
    told = owner.send(slower, name_zh="别的诊所", zone="Europe/Berlin")
    assert told.status == 422
    assert "Somebody else has just changed this" in told.text
    assert told.form("/setup/clinic").fields["name_zh"] == "湖滨诊所"
    assert load_profile(empty_office.documents).name.zh == "湖滨诊所"


def test_a_double_click_saves_once(owner: Browser) -> None:
    fill_until(owner, "clinic")
    form = owner.get("/setup/clinic").form("/setup/clinic")
    owner.send(form, **CLINIC)
    assert "nothing was done twice" in owner.send(form, **CLINIC).text


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name_zh", "", "Please fill this in"),
        ("zone", "Mars/Olympus", "choose a time zone"),
        ("zone", "../../etc/passwd", "choose a time zone"),
        ("name_en", "x" * 41, "too long"),
    ],
)
def test_what_is_wrong_with_the_clinic_is_told_beside_the_field(
    owner: Browser, field: str, typed: str, told: str
) -> None:
    fill_until(owner, "clinic")
    page = fill(owner, "clinic", **{**CLINIC, "name_en": "", field: typed})
    assert page.status == 422
    assert told in page.text


def test_a_wall_clock_tells_whether_the_zone_is_right(owner: Browser) -> None:
    assert "It is 09:00 there now" in owner.part("/setup/zone-time?zone=Asia%2FShanghai").text
    assert owner.part("/setup/zone-time?zone=Mars").text == ""


class TestThePeople:
    def test_rows_are_added_and_removed_without_losing_what_was_typed(self, owner: Browser) -> None:
        fill_until(owner, "people")
        typed = {**PEOPLE, "department-1-zh": "内科"}
        more = fill(owner, "people", do="add-department", **typed)
        more = owner.send(more.form("/setup/people"), do="add-doctor", **{"department-2-zh": "外科"})
        form = more.form("/setup/people")
        assert (form.fields["departments"], form.fields["doctors"]) == ("2", "2")
        assert form.fields["doctor-2-1-from"] == "08:30"
        less = owner.send(form, do="remove-department-1", **{"doctor-2-zh": "赵医生", "doctor-2-department": "2"})
        fields = less.form("/setup/people").fields
        assert fields["department-1-zh"] == "外科"
        assert (fields["doctor-1-department"], fields["doctor-2-department"]) == ("", "1")

    def test_blank_rows_are_left_out(self, owner: Browser, empty_office: Office) -> None:
        fill_until(owner, "people")
        more = fill(owner, "people", do="add-doctor", **PEOPLE)
        owner.send(more.form("/setup/people"))
        with empty_office.ledger.reading() as tx:
            assert len(schedule.all_doctors(tx)) == 1

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"doctor-1-zh": "", "doctor-1-en": ""}, "Please fill this in"),
            ({"doctor-1-department": "7"}, "choose one of these"),
            ({"doctor-1-kind": "royal"}, "choose one of these"),
            ({"doctor-1-minutes": "0"}, "whole number"),
            ({"doctor-1-fee": "-1"}, "amount"),
            ({"doctor-1-1-from": "12:00"}, "ends before"),
            ({"doctor-1-1-from": "11:20"}, "too short"),
            ({"doctor-1-2-from": "11:00"}, "overlap"),
            ({f"doctor-1-{half}-{end}": "" for half in (1, 2) for end in ("from", "to")}, "morning's or the"),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_is_saved(
        self, owner: Browser, empty_office: Office, wrong: dict[str, str], told: str
    ) -> None:
        fill_until(owner, "people")
        page = fill(owner, "people", **{**PEOPLE, **wrong})
        assert page.status == 422
        assert told in page.text
        with empty_office.ledger.reading() as tx:
            assert schedule.all_departments(tx) == []

    def test_two_of_one_name_are_refused(self, owner: Browser) -> None:
        fill_until(owner, "people")
        more = fill(owner, "people", do="add-doctor", **PEOPLE)
        page = owner.send(more.form("/setup/people"), **{"doctor-2-zh": "王医生"})
        assert "This name is there twice" in page.text

    def test_names_too_long_for_a_text_message_are_told(self, owner: Browser, empty_office: Office) -> None:
        fill_until(owner, "people")
        page = fill(owner, "people", **{**PEOPLE, "department-1-zh": "内" * 40, "doctor-1-zh": "王" * 40})
        assert "would not fit into one text message" in page.text
        with empty_office.ledger.reading() as tx:
            assert schedule.all_departments(tx) == []

    def test_a_roster_that_was_made_elsewhere_is_left_alone(self, owner: Browser, empty_office: Office) -> None:
        fill_until(owner, "people")
        with empty_office.ledger.transaction() as tx:
            sample.fill(tx, empty_office.clock.now())
        page = owner.get("/setup/people")
        assert "3 departments, 4 doctors" in page.text
        assert "When is the clinic open" in owner.send(page.form("/setup/people"), do="keep").text


class TestTheSample:
    def test_whoever_only_tries_it_out_has_a_clinic_at_once(self, owner: Browser, empty_office: Office) -> None:
        fill_until(owner, "clinic")
        page = owner.send(owner.get("/setup/clinic").form("/setup/sample"))
        assert "The sample clinic is loaded" in page.text
        assert "Telephone lines" in page.text
        assert load_profile(empty_office.documents).name.en == "Lakeside Clinic"

    def test_it_is_neither_offered_nor_loaded_where_there_are_patients(
        self, owner: Browser, empty_office: Office
    ) -> None:
        fill_until(owner, "clinic")
        form = owner.get("/setup/clinic").form("/setup/sample")
        with empty_office.ledger.transaction() as tx:
            people.register(tx, Name("王秀英", ""), date(1948, 3, 7))
        assert "/setup/sample" not in owner.get("/setup/clinic").body
        assert "has a clinic in it already" in owner.send(form).text
        assert empty_office.documents.load("clinic") is None


class TestTheHours:
    def test_monday_is_copied_to_the_working_days(self, owner: Browser) -> None:
        fill_until(owner, "hours")
        page = fill(owner, "hours", do="copy", **{"mon-1-from": "07:30", "wed-1-from": "10:00"})
        assert page.form("/setup/hours").fields["wed-1-from"] == "07:30"
        assert page.form("/setup/hours").fields["sat-1-from"] == ""

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"mon-1-to": ""}, "Please give a time"),
            ({"mon-1-to": "25:00"}, "Please give a time"),
            ({"mon-1-to": "07:00"}, "ends before"),
            ({"mon-2-from": "11:00"}, "overlap"),
        ],
    )
    def test_impossible_hours_are_told(self, owner: Browser, wrong: dict[str, str], told: str) -> None:
        fill_until(owner, "hours")
        page = fill(owner, "hours", **wrong)
        assert page.status == 422
        assert told in page.text


class TestTheLines:
    def test_while_the_phone_service_is_away_the_set_up_goes_on_without(self, owner: Browser) -> None:
        fill_until(owner, "lines")
        page = owner.get("/setup/lines")
        assert "not running" in page.text
        assert "test call" in owner.send(page.form("/setup/lines"), do="skip").text

    def test_only_devices_that_were_found_become_lines(
        self, owner: Browser, empty_office: Office, restarts: list[Any]
    ) -> None:
        fill_until(owner, "lines")
        fill(owner, "lines", **{"line-1-use": "1", "line-1-device": "/etc/shadow"})
        assert empty_office.documents.load("lines") == {"lines": []}

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"line-1-name": "前台"}, "Latin letters"),
            ({"line-1-name": ""}, "Please fill this in"),
            ({"line-1-name": "test"}, "can't use lines like these"),
            ({"line-1-kind": "telegraph"}, "choose one of these"),
            ({"line-1-kind": "gsm", "line-1-pin": "12"}, "4 to 8 digits"),
        ],
    )
    def test_what_is_wrong_with_a_line_is_told(
        self, owner: Browser, empty_office: Office, restarts: list[Any], wrong: dict[str, str], told: str
    ) -> None:
        fill_until(owner, "lines")
        page = fill(owner, "lines", **{"line-1-use": "1", **wrong})
        assert page.status == 422
        assert told in page.text
        assert empty_office.documents.load("lines") is None
        assert restarts == []

    def test_a_sim_cards_pin_is_kept_and_never_shown_again(
        self, owner: Browser, empty_office: Office, restarts: list[Any]
    ) -> None:
        fill_until(owner, "lines")
        fill(owner, "lines", **{"line-1-use": "1", "line-1-kind": "gsm", "line-1-pin": "4711"})
        page = owner.get("/setup/lines")
        assert "4711" not in page.body
        owner.send(page.form("/setup/lines"), **{"line-1-name": "text"})
        (line,) = (empty_office.documents.load("lines") or {})["lines"]
        assert (line["name"], line["pin"]) == ("text", "4711")


def test_without_patients_or_a_line_nobody_is_told_that_calling_works(owner: Browser, empty_office: Office) -> None:
    fill_until(owner, "lines")
    fill(owner, "lines", do="skip")
    told = "Register yourself first with your own mobile number"
    for path in ("/setup/call", "/test-phone?wizard=1"):
        page = owner.get(path)
        assert told in page.text, path
        assert 'href="/patients/new"' in page.body, path
    with empty_office.ledger.transaction() as tx:
        people.register(tx, Name("王", "Wang"), date(1990, 1, 1))
    assert told not in owner.get("/test-phone").text
    done = fill(owner, "call").text
    assert "Nobody can call yet" in done
    assert "Patients can call now" not in done


def test_when_all_is_done_an_old_page_changes_nothing(owner: Browser, empty_office: Office) -> None:
    fill_until(owner, "clinic")
    old = owner.get("/setup/clinic").form("/setup/clinic")
    fill_until(owner, "lines")
    fill(owner, "lines", do="skip")
    fill(owner, "call")
    before = empty_office.documents.load("clinic")
    assert owner.send(old, follow=False, **CLINIC, name="x").location == "/"
    assert empty_office.documents.load("clinic") == before


def test_a_clinic_that_was_set_up_at_the_box_needs_no_wizard(admin: Browser) -> None:
    assert admin.get("/setup", follow=False).location == "/"

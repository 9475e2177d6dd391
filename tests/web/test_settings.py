"""The owner sets the clinic up: what is saved holds, what can't be is told, two editors don't clash."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.storage import audit
from firmware.storage.errors import LedgerBusy
from tests.web.browser import Browser
from webui import clinic_forms
from webui.forms import Form
from webui.office import Office
from webui.rooms.settings.index import TILES
from webui.rooms.settings.rules import RULES


@pytest.mark.parametrize("path", [tile[0] for tile in TILES])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages(sign_in: Callable[..., Browser], path: str, language: str) -> None:
    assert sign_in("admin", language).get(path).status == 200


def test_the_desk_sees_only_its_own_tiles(desk: Browser) -> None:
    page = desk.get("/settings")
    assert "My account" in page.text
    assert "Back-ups" not in page.text


def test_a_new_name_is_the_clinics_name_at_once(admin: Browser, office: Office) -> None:
    reply = admin.send(admin.get("/settings/clinic").form("/settings/clinic"), name_en="Hillside Clinic")
    assert "Saved" in reply.text
    assert office.profile().name.en == "Hillside Clinic"


def test_two_editors_the_second_is_told(admin: Browser, sign_in: Callable[..., Browser], office: Office) -> None:
    other = sign_in("admin")
    mine, theirs = (each.get("/settings/clinic").form("/settings/clinic") for each in (admin, other))
    admin.send(mine, name_en="Mine")
    reply = other.send(theirs, name_en="Theirs", follow=False)
    assert reply.status == 422
    assert "Somebody else changed this" in reply.text
    assert office.profile().name.en == "Mine"


def test_opening_hours_that_end_before_they_begin_are_told_beside_the_field(admin: Browser, office: Office) -> None:
    form = admin.get("/settings/hours").form("/settings/hours")
    before = office.profile().hours
    reply = admin.send(form, **{"mon-1-from": "12:00", "mon-1-to": "08:00"}, follow=False)
    assert reply.status == 422
    assert "ends before it begins" in reply.text
    assert office.profile().hours == before


def test_every_rule_has_its_words_and_can_be_changed(admin: Browser, office: Office) -> None:
    form = admin.get("/settings/rules").form("/settings/rules")
    assert {rule.name for rule in RULES} - {"general_asks_day"} <= set(form.fields)  # an unticked box sends nothing
    admin.send(form, horizon_days=30, hold_s=5, cancel_until="16:30", no_show_fee="charge", general_asks_day="1")
    profile = office.profile()
    assert (profile.horizon_days, profile.hold_s, profile.no_show_fee) == (30, 300, "charge")
    assert profile.general_asks_day


@pytest.mark.parametrize(("field", "value"), [("horizon_days", "91"), ("horizon_days", "x"), ("no_show_fee", "keep")])
def test_a_forged_rule_changes_nothing(admin: Browser, office: Office, field: str, value: str) -> None:
    before = office.profile()
    form = admin.get("/settings/rules").form("/settings/rules")
    assert admin.send(form, **{field: value}, follow=False).status == 422
    assert office.profile() == before


def test_the_clinic_words_a_text_itself_and_goes_back(admin: Browser, office: Office) -> None:
    form = admin.get("/settings/wordings/booked.time").form("/settings/wordings/booked.time")
    own = "{sign}: see you {day} at {time}. Code {code}"
    shown = admin.post("/settings/wordings/booked.time/preview", follow=False, **{**form.fields, "text_en": own})
    assert "see you" in shown.text
    admin.send(form, text_en=own)
    assert ("booked.time", "en", own) in office.profile().wordings
    page = admin.get("/settings/wordings/booked.time")
    admin.send(page.form("/settings/wordings/booked.time/revert"))
    assert office.profile().wordings == ()


def test_a_wording_without_the_code_is_refused(admin: Browser, office: Office) -> None:
    form = admin.get("/settings/wordings/booked.time").form("/settings/wordings/booked.time")
    reply = admin.send(form, text_en="{sign}: see you {day} at {time}.", follow=False)
    assert reply.status == 422
    assert office.profile().wordings == ()


def test_going_back_to_a_version_shows_first_and_can_be_undone(admin: Browser, office: Office) -> None:
    first = office.documents.versions()[-1]
    admin.send(admin.get("/settings/clinic").form("/settings/clinic"), name_en="Hillside Clinic")
    page = admin.get(f"/settings/versions/{first}")
    assert "Hillside Clinic" in page.text
    reply = admin.send(page.form(f"/settings/versions/{first}/restore"))
    assert office.profile().name.en == "Lakeside Clinic"
    admin.send(reply.form("/settings/versions/"))
    assert office.profile().name.en == "Hillside Clinic"


def test_a_version_never_shows_a_sim_cards_pin(admin: Browser, office: Office) -> None:
    number = office.documents.versions()[-1]
    office.documents.save("lines", {"lines": [{"name": "L3", "kind": "gsm", "device": "/dev/x", "pin": "4711"}]})
    assert "4711" not in admin.get(f"/settings/versions/{number}").body


def test_a_back_up_is_a_whole_ledger_with_the_set_up(admin: Browser, office: Office, tmp_path: Path) -> None:
    page = admin.send(admin.get("/settings/backups").form("/settings/backups"))
    form = next(each for each in page.forms if each.action.endswith("/download"))
    reply = admin.send(form)
    with tarfile.open(fileobj=io.BytesIO(reply.content)) as archive:
        members = {Path(name).name: archive.extractfile(name) for name in archive.getnames()}
    assert {"ledger.db", "setup.json"} <= set(members)
    ledger = members["ledger.db"]
    assert ledger is not None
    (tmp_path / "copy.db").write_bytes(ledger.read())
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("SELECT count(*) FROM patients").fetchone()[0] > 0
    with office.ledger.reading() as tx:
        assert any(trace.what == "back-up download" for trace in audit.latest(tx))


def test_no_address_of_a_back_up_leads_elsewhere(admin: Browser) -> None:
    form = admin.get("/settings/backups").form("/settings/backups")
    for label in ("..%2f..%2fledger", "nothing", "%2e%2e"):
        assert admin.post(f"/settings/backups/{label}/download", follow=False, **form.fields).status == 404


def test_a_back_up_is_dated_by_the_clock_that_named_it(admin: Browser, office: Office) -> None:
    page = admin.send(admin.get("/settings/backups").form("/settings/backups"))
    assert "by-hand-2026-03-02-090000" in page.text
    assert "09:00" in page.text.split("by-hand-2026-03-02-090000")[1]


def test_the_trail_says_who_did_what(admin: Browser, sign_in: Callable[..., Browser]) -> None:
    admin.send(admin.get("/settings/hours").form("/settings/hours"))
    auditor = sign_in("auditor")
    page = auditor.get("/settings/trail")
    assert "changed the opening hours" in page.text
    assert "changed the opening hours" not in auditor.get("/settings/trail?who=nobody").text


def test_lines_wait_for_the_phone_service(admin: Browser) -> None:
    assert admin.get("/settings/lines").status == 200
    reply = admin.post("/settings/lines", csrf=admin.get("/settings/hours").form("/settings/hours").fields["csrf"])
    assert "phone service is restarting" in reply.text


def test_two_settings_saved_at_the_same_moment_both_hold(
    admin: Browser, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody saves the rules after these hours were read from their form, and before they are put in place."""
    form = admin.get("/settings/hours").form("/settings/hours")
    load = office.documents.load("clinic") or {}
    read = clinic_forms.read_hours

    def meanwhile(fields: Form) -> dict[str, list[str]]:
        with pytest.raises(LedgerBusy):  # a change of another page has to wait
            second_writer(office)
        return read(fields)

    monkeypatch.setattr(clinic_forms, "read_hours", meanwhile)
    admin.send(form, **{"sun-1-from": "09:00", "sun-1-to": "10:00"})
    assert office.documents.load("clinic") == {**load, "hours": {**load["hours"], "sun": ["09:00-10:00"]}}


def second_writer(office: Office) -> None:
    other = sqlite3.connect(office.folders.ledger, timeout=0)
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise LedgerBusy("held") from error
    finally:
        other.close()


def test_rules_that_were_not_touched_keep_what_the_document_says(admin: Browser, office: Office) -> None:
    before = office.documents.load("clinic") or {}
    odd = {**before, "hold_s": 150}
    office.documents.save("clinic", odd)
    admin.send(admin.get("/settings/rules").form("/settings/rules"), horizon_days=20)
    assert office.documents.load("clinic") == {**odd, "horizon_days": 20}


def test_a_single_afternoon_is_shown_in_the_afternoon(admin: Browser, office: Office) -> None:
    form = admin.get("/settings/hours").form("/settings/hours")
    empty = {name: "" for name in form.fields if name.startswith("sat-")}
    admin.send(form, **{**empty, "sat-2-from": "14:00", "sat-2-to": "17:00"})
    shown = admin.get("/settings/hours").form("/settings/hours").fields
    assert (shown["sat-1-from"], shown["sat-2-from"]) == ("", "14:00")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{sign}: {day} {time}.", "必须写上{code}"),
        ("{sign}{day}{time}{code}{nose}", "{nose}在这里不能用"),
        ("{", "大括号"),
    ],
)
def test_what_is_wrong_with_a_wording_is_said_in_the_readers_language(
    sign_in: Callable[..., Browser], text: str, reason: str
) -> None:
    reader = sign_in("admin", "zh")
    form = reader.get("/settings/wordings/booked.time").form("/settings/wordings/booked.time")
    reply = reader.send(form, text_zh=text, follow=False)
    assert reply.status == 422
    assert reason in reply.text


@pytest.mark.parametrize("key", ["booked.time", "cancelled.time", "stopped.number"])
def test_no_text_may_cost_more_parts_than_the_rules_allow(
    sign_in: Callable[..., Browser], office: Office, key: str
) -> None:
    reader = sign_in("admin", "zh")
    form = reader.get(f"/settings/wordings/{key}").form(f"/settings/wordings/{key}")
    wish = form.fields["text_zh"].strip() + "请多保重" * 20
    preview = reader.post(f"/settings/wordings/{key}/preview", **{**form.fields, "text_zh": wish})
    reply = reader.send(form, text_zh=wish, follow=False)
    assert reply.status == 422
    assert "规则最多允许1条" in reply.text
    for page in (preview, reply):
        assert "请多保重" * 20 in page.text.split("预约规则最多允许1条，这样写保存不了")[0]
        assert 'href="/settings/rules#field-text_parts"' in page.body
    assert office.profile().wordings == ()


def test_going_back_needs_no_phone_service_unless_the_lines_change(admin: Browser, office: Office) -> None:
    lines = {"lines": [{"name": "L3", "kind": "gsm", "device": "/dev/x", "pin": "4711"}]}
    office.documents.save("lines", lines)
    first = office.documents.versions()[-1]
    admin.send(admin.get("/settings/clinic").form("/settings/clinic"), name_en="Hillside Clinic")
    admin.send(admin.get(f"/settings/versions/{first}").form(f"/settings/versions/{first}/restore"))
    assert office.profile().name.en == "Lakeside Clinic"
    office.documents.save("lines", {"lines": [{**lines["lines"][0], "pin": "4712"}]})
    page = admin.get(f"/settings/versions/{first}")
    assert "lines · 1 · SIM card's PIN" in page.text
    reply = admin.send(page.form(f"/settings/versions/{first}/restore"))
    assert "phone service is restarting" in reply.text
    assert (office.documents.load("lines") or {})["lines"][0]["pin"] == "4712"


def test_there_is_no_going_back_to_before_the_clinic(admin: Browser, office: Office) -> None:
    clinic = office.documents.load("clinic")
    with office.documents.changing() as tables:
        tables.drop_table("clinic")
    number = office.documents.versions()[-1]
    office.documents.save("clinic", clinic or {})
    page = admin.get(f"/settings/versions/{number}")
    assert not any("restore" in form.action for form in page.forms)
    csrf = admin.get("/settings/hours").form("/settings/hours").fields["csrf"]
    assert "no clinic yet" in admin.post(f"/settings/versions/{number}/restore", csrf=csrf).text
    assert office.documents.load("clinic") == clinic


def test_the_name_of_a_setting_is_the_one_its_page_uses(admin: Browser, office: Office) -> None:
    number = office.documents.versions()[-1]
    admin.send(admin.get("/settings/hours").form("/settings/hours"), **{"mon-1-from": "07:00"})
    assert "clinic · opening hours · Monday · 1" in admin.get(f"/settings/versions/{number}").text

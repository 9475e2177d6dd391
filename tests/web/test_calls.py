from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import event

from firmware.clinic import bookings, holds, ratings, sample, schedule
from firmware.clinic.call_search import Wanted, find
from firmware.modem import line as lines
from firmware.storage import audit, calls, recording_index, recordings
from tests.web.browser import Browser, Reply
from webui.office import Office

NIGHT = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)  # Monday 00:30 in Shanghai, still Sunday in UTC
WAY = (
    ("node", "front.main"), ("said", "Hello, this is Lakeside Clinic. To book a visit, press 1"), ("key", "1"),
    ("node", "identify.year"), ("said", "Please key the year"), ("key", "4 digits"),
    ("node", "book.kind"), ("said", "Which kind of visit?"), ("key", "silence"),
    ("node", "book.kind"), ("said", "I did not hear a key."), ("key", "2"),
    ("outcome", "booked"), ("node", "book.told_time"), ("said", "Booked."),
)  # fmt: skip


def ring(office: Office, call_id: str = "c1", at: datetime | None = None, **what: Any) -> str:
    """One call in the journal, a minute long."""
    at = at or office.clock.now() - timedelta(hours=1)
    given = {"line": "L1", "number": "13800000001", "outcome": None, "way": (), "file": None, "patient_id": None} | what
    with office.ledger.transaction() as tx:
        calls.begin(tx, at, call_id, given["line"], given["number"], is_withheld=given["number"] is None)
        calls.answer(tx, at + timedelta(seconds=3), call_id)
        for kind, detail in given["way"]:
            calls.note(tx, at + timedelta(seconds=5), call_id, kind, detail)
        calls.describe(tx, call_id, flow="default", flow_version=0, language="en", patient_id=given["patient_id"])
        if given["outcome"]:
            calls.conclude(tx, call_id, given["outcome"])
        if given["file"]:
            recordings.begin(tx, call_id, given["file"])
            recordings.complete(tx, call_id, given["file"], 60)
        calls.end(tx, at + timedelta(seconds=60), call_id, "released")
    return call_id


def listed(page: Reply) -> set[str]:
    """The ids of the calls on the page."""
    return {part.split('"')[0] for part in page.body.split('href="/calls/')[1:] if not part.startswith("export")}


@pytest.fixture
def some(office: Office) -> Office:
    ring(office, "a", NIGHT, line="L1", outcome="booked", patient_id=1, file="a.wav")
    ring(office, "b", NIGHT - timedelta(hours=2), line="L2", number="02161230001", outcome="left at times")
    ring(office, "c", NIGHT - timedelta(days=3), line="L2", number=None, outcome="cancelled", patient_id=2)
    ring(office, "d", line="test", number="02160000001", outcome="booked")
    with office.ledger.transaction() as tx:
        recording_index.hold(tx, "a", "admin")
        calls.describe(tx, "b", called="02161230001")
        ratings.rate(tx, NIGHT, "b", None, 2)
    return office


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", "abc"),
        ("from=2026-03-02", "a"),  # of the clinic's day, not of UTC's
        ("to=2026-03-01", "bc"),
        ("from=2026-03-01&to=2026-03-01", "b"),
        ("number=%2B86+138-0000-0001", "a"),
        ("number=021-6123-0001", "b"),
        ("line=L2", "bc"),
        ("line=L2&outcome=cancelled", "c"),
        ("outcome=left", "b"),
        ("outcome=booked&tests=too", "ad"),
        ("tests=only", "d"),
        ("patient=wangxiuying", "a"),
        ("patient=%E7%8E%8B%E7%A7%80", "a"),
        ("patient_id=2", "c"),
        ("patient=nobody", ""),
        ("recorded=yes", "a"),
        ("recorded=no&line=L2&from=2026-03-01", "b"),
        ("call=b", "b"),
        ("from=2026-03-02&from_time=00:29", "a"),
        ("from=2026-03-02&from_time=00:31", ""),
        ("to=2026-03-02&to_time=00:30", "abc"),
        ("to=2026-03-02&to_time=00:29", "bc"),
        ("from_time=00:31", "abc"),  # of which day is not said
        ("flow=default&line=L1", "a"),
        ("called=02161230001", "b"),
        ("held=yes", "a"),
        ("rating=low", "b"),
        ("rating=5", ""),
        ("ticket=9", ""),
        ("agent=1&quality=low", ""),
        ("disposition=%E5%92%A8%E8%AF%A2", ""),
    ],
)
def test_calls_are_found_by_any_combination(desk: Browser, some: Office, asked: str, found: str) -> None:
    assert listed(desk.get(f"/calls?{asked}")) == set(found)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("from=2026-03-02&to=2026-03-01", "The last day is before the first"),
        ("from=9999-12-31", "Please give a date"),
        ("from=0001-01-01", "Please give a date"),
        ("number=abc", "Please give a telephone number"),
        ("outcome=%27+OR+1=1", "Please choose one of these"),
        ("tests=x&recorded=y", "Please choose one of these"),
        ("from=2026-03-02&from_time=25:00", "Please give a time"),
        ("rating=6", "Please choose one of these"),
        ("ticket=x", "whole number"),
    ],
)
def test_a_filter_that_cannot_be_is_told_beside_its_field(desk: Browser, some: Office, asked: str, told: str) -> None:
    page = desk.get(f"/calls?{asked}")
    assert page.status == 200
    assert told in page.text
    assert not listed(page)


def test_a_page_behind_the_first_goes_on_where_it_ended(desk: Browser, office: Office) -> None:
    for number in range(120):  # all of one moment, so that the place within it counts
        ring(office, f"n{number:03}", NIGHT)
    seen: list[set[str]] = []
    page = desk.get("/calls?line=L1")
    while True:
        seen.append(listed(page))
        older = [part.split('"')[0] for part in page.body.split('href="')[1:] if "after=" in part.split('"')[0]]
        older = [each for each in older if each.startswith("/calls?")]
        if not older:
            break
        page = desk.get(older[0].replace("&amp;", "&"))
    assert [len(each) for each in seen] == [50, 50, 20]
    assert len(set.union(*seen)) == 120


def test_a_mistyped_place_begins_anew(desk: Browser, some: Office) -> None:
    for place in ("x", "2026-03-01T00:00:00~a", "~", "9" * 300):
        assert listed(desk.get(f"/calls?after={place}")) == set("abc")


def test_a_search_reads_a_page_and_no_more(office: Office) -> None:
    """At 100 000 calls as at 100: the index gives the order, nothing is sorted."""
    plans: list[str] = []

    def explain(connection: Any, _: Any, statement: str, parameters: Any, *__: Any) -> None:
        if statement.startswith("SELECT"):
            rows = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in rows)

    event.listen(office.ledger.engine, "before_cursor_execute", explain)
    for wanted in (Wanted(), Wanted(line="L1"), Wanted(number="13800000001", is_test=False), Wanted(outcome="booked")):
        plans.clear()
        with office.ledger.reading() as tx:
            find(tx, wanted, 50)
        assert any("USING INDEX" in plan for plan in plans), plans
        assert not any(plan == "USE TEMP B-TREE FOR ORDER BY" for plan in plans), plans


def test_the_way_through_the_menus_in_words(desk: Browser, office: Office) -> None:
    ring(office, way=WAY, outcome="booked")
    words = desk.get("/calls/c1").text.split("\n")
    for station in (
        "main menu",
        "year of birth",
        "kind of visit",
        "booked: the code is read out",
        "the caller hung up",
    ):
        assert station in words
    for answer in ("book a visit", "digits keyed: 4", "no key came", "specialist", "asked again"):
        assert answer in words
    assert words.index("kind of visit") < words.index("booked: the code is read out")
    assert "book.kind" not in words


def test_a_call_on_a_flow_that_is_gone_is_still_told(desk: Browser, office: Office) -> None:
    ring(office, way=(("node", "old.ask_me"), ("said", "Hm?"), ("key", "7")))
    with office.ledger.transaction() as tx:
        calls.describe(tx, "c1", flow="lost", flow_version=3)
    assert "ask me" in desk.get("/calls/c1").text


def test_hostile_words_stay_words(desk: Browser, office: Office) -> None:
    ring(
        office, way=(("node", "<b>.<i>"), ("said", "<script>alert(1)</script>"), ("key", "<u>")), outcome="<em> at <s>"
    )
    for path in ("/calls", "/calls/c1"):
        body = desk.get(path).body
        for tag in ("<b>", "<script>alert", "<u>", "<em>", "<i>"):
            assert tag not in body


def test_a_call_leads_to_its_bookings_and_texts(desk: Browser, office: Office) -> None:
    now, profile = office.clock.now(), sample.profile()
    with office.ledger.transaction() as tx:
        calls.begin(tx, now, "c1", "L1", "13800000002", is_withheld=False)
        slot = schedule.next_free(tx, profile, now, schedule.Wish(kind="specialist"))[0]
        held = holds.hold(tx, profile, now, slot, 3, holder="call/c1", channel="voice")
        visit = bookings.confirm(
            tx, profile, now, held.id, holder="call/c1", slot=slot, number="13800000002", pay_at_desk=True
        )
        calls.end(tx, now + timedelta(seconds=30), "c1", "finished")
    page = desk.get("/calls/c1")
    assert f'href="/bookings/{visit.id}"' in page.body
    assert "Chen Xiaobao" in page.text
    assert str(visit.code) in page.text  # in the confirmation


def test_a_call_under_way_grows_and_comes_anew_when_it_is_over(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        calls.begin(tx, office.clock.now(), "c1", "L1", None, is_withheld=True)
    assert 'hx-get="/calls/c1/path"' in desk.get("/calls/c1").body
    part = desk.part("/calls/c1/path")
    assert "this picture grows" in part.text
    assert "Hx-Refresh" not in part.headers
    with office.ledger.transaction() as tx:
        calls.end(tx, office.clock.now(), "c1", "released")
    assert desk.part("/calls/c1/path").headers["Hx-Refresh"] == "true"


def test_a_call_that_never_was(desk: Browser) -> None:
    for path in ("/calls/nothing", "/calls/nothing/path", "/calls/nothing/recording", "/calls/..%2f..%2fetc"):
        assert desk.get(path).status == 404


# ---- the sound ----


@pytest.fixture
def recorded(office: Office) -> Office:
    ring(office, file="c1.wav")
    (office.folders.recordings / "c1.wav").write_bytes(b"RIFF" + bytes(range(96)))
    return office


def test_a_recording_is_served_in_ranges(desk: Browser, recorded: Office) -> None:
    whole = desk.get("/calls/c1/recording")
    assert (whole.status, len(whole.content), whole.headers["Content-Type"]) == (200, 100, "audio/wav")
    part = desk.get("/calls/c1/recording", Range="bytes=4-7")
    assert (part.status, part.content) == (206, bytes(range(4)))
    assert part.headers["Content-Range"] == "bytes 4-7/100"
    assert desk.get("/calls/c1/recording", Range="bytes=200-").status == 416


def test_listening_is_for_those_who_may_and_leaves_one_trace(sign_in: Callable[..., Browser], recorded: Office) -> None:
    assert sign_in("auditor").get("/calls/c1/recording").status == 403
    assert "may not listen" in sign_in("auditor").get("/calls/c1").text
    desk = sign_in("desk")
    for header in ("bytes=0-", "bytes=50-", "bytes=0-"):
        desk.get("/calls/c1/recording", Range=header)
    assert [trace.detail for trace in _traces(recorded, "recording heard")] == ["c1"]


def test_only_a_file_of_the_recordings_folder_is_ever_served(desk: Browser, recorded: Office) -> None:
    (recorded.folders.data / "secret.wav").write_bytes(b"secret")
    for number, file in enumerate(("../secret.wav", str(recorded.folders.data / "secret.wav"), "../setup.json", "")):
        ring(recorded, f"x{number}", file=file)
        assert desk.get(f"/calls/x{number}/recording").status == 404


def test_why_there_is_nothing_to_hear(desk: Browser, office: Office) -> None:
    ring(office, "gone", file="gone.wav")
    ring(office, "never")
    with office.ledger.transaction() as tx:
        now = office.clock.now()
        calls.begin(tx, now, "now", "L1", None, is_withheld=True)
        recordings.begin(tx, "now", "now.wav")
        calls.begin(tx, now, "short", "L1", None, is_withheld=True)
        calls.end(tx, now, "short", "CallerGone")
    assert "no longer on the box" in desk.get("/calls/gone").text
    assert "was not recorded" in desk.get("/calls/never").text
    assert "is being recorded" in desk.get("/calls/now").text
    assert "not answered, so there is nothing to hear" in desk.get("/calls/short").text


# ---- the table ----


def test_the_table_holds_what_was_asked_for_and_no_formula(desk: Browser, some: Office) -> None:
    ring(some, "f", line="=cmd|' /C calc'!A0", number="+14155550100", outcome="@SUM(1)")
    reply = desk.get("/calls/export?from=2026-03-01")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in reply.headers["Content-Disposition"]
    assert reply.content.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(reply.body.removeprefix("\ufeff"))))
    assert [row[-1] for row in rows[1:]] == ["f", "a", "b"]
    assert [row[2] for row in rows[1:]] == ["'+14155550100", "'13800000001", "'02161230001"]
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]


def test_who_took_a_table_away_is_kept_without_whom_they_looked_for(desk: Browser, some: Office) -> None:
    desk.get("/calls/export?number=13800000001&line=L1")
    (trace,) = _traces(some, "calls exported")
    assert (trace.who, trace.detail) == ("desk", "1 calls, by line, number")


def test_a_doctor_has_no_business_here(sign_in: Callable[..., Browser], some: Office) -> None:
    for path in ("/calls", "/calls/a", "/calls/a/path", "/calls/export"):
        assert sign_in("doctor").get(path).status == 403


def test_the_test_phones_lines_have_one_name_everywhere() -> None:
    assert calls.TEST_LINES == (lines.TEST_LINE, lines.TEST_TEXT_LINE)


def _traces(office: Office, what: str) -> list[audit.Trace]:
    with office.ledger.reading() as tx:
        return [trace for trace in audit.latest(tx) if trace.what == what]


@pytest.mark.parametrize(
    "field", ["call", "number", "called", "patient", "patient_id", "after", "task", "agent", "line"]
)
def test_a_wish_that_is_none_is_told_beside_its_name(admin: Browser, field: str) -> None:
    """A scanner found the field whose name had no words."""
    for nonsense in ("x" * 5000, "\u202e", "'\"<>", "-1"):
        assert admin.get(f"/calls?{urlencode({field: nonsense})}").status < 500

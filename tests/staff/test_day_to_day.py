from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from firmware.cli.where import demo_data
from firmware.control.channel import ControlServer
from firmware.storage import calls, inbox, outbox, recordings
from firmware.storage.folders import Folders
from firmware.storage.inbox import Part
from firmware.storage.text_schema import outbox as outbox_rows
from tests.staff.conftest import MONDAY_9, Desk

CURLY, EMOJI = "\u201c", "\U0001f600"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("a" * 159 + "€", 2),
        ("挂" * 70, 1), ("挂" * 71, 2), ("挂" * 134, 2), ("挂" * 135, 3),
        ("a" * 69 + CURLY, 1), ("a" * 70 + CURLY, 2), (EMOJI * 35, 1), (EMOJI * 36, 2),
    ],
)  # fmt: skip
def test_s26_parts_are_counted_as_the_network_counts(empty_desk: Desk, text: str, parts: int) -> None:
    said = empty_desk("text-parts", text, "--price", "0.10")
    assert said.out.startswith(f"{parts} part{'s' if parts > 1 else ''}, 0.{parts}0 yuan; ")


def test_s26_a_straight_quote_is_suggested_where_it_saves(empty_desk: Desk) -> None:
    assert empty_desk("text-parts", "a" * 70 + CURLY).rows[1] == f'In the 7-bit alphabet 1 part: {"a" * 70}"'
    assert len(empty_desk("text-parts", "挂号" + CURLY).rows) == 1


def test_s26_a_text_above_the_clinics_limit_is_not_accepted(desk: Desk) -> None:
    said = desk.type("text-parts", "a" * 161)
    assert (said.status, said.rows[-1]) == (1, "The clinic's limit is 1 part.")
    assert "0 characters left" in desk("text-parts", "a" * 160).out
    assert "'free' is no amount" in desk.refused("text-parts", "a", "--price", "free")


def test_what_callers_left_waits_until_somebody_has_dealt_with_it(desk: Desk) -> None:
    ledger = desk.ledger()
    with ledger.transaction() as tx:
        recordings.add_message(tx, MONDAY_9, None, None, "m1.wav", 12)
        part = Part("L3", "13800000001", "26/03/02", "请回\x1b[2J电\n话")
        inbox.keep_part(tx, MONDAY_9 + timedelta(minutes=5), part)
        inbox.mark_handled(tx, MONDAY_9, inbox.unhandled(tx)[0].id, needs_person=True)
    ledger.close()
    rows = desk("messages").rows
    assert rows[1] == f"v1  2026-03-02 09:00  withheld     12 s: {desk.folders.voice_messages / 'm1.wav'}"
    assert rows[2] == "t1  2026-03-02 09:05  13800000001  请回 [2J电 话"
    desk("messages", "done", "v1")
    desk("messages", "done", "t1")
    assert desk("messages").out == "Nothing waits.\n"
    assert desk.refused("messages", "done", "v1") == "No message v1 waits."
    assert "'7' is no message's id" in desk.refused("messages", "done", "7")
    assert [(trace.who, trace.detail) for trace in desk.audit] == [("reception", "t1"), ("reception", "v1")]


def test_the_calls_of_a_day_are_those_of_the_clinics_day(desk: Desk) -> None:
    ledger = desk.ledger()
    midnight = MONDAY_9 - timedelta(hours=9)
    with ledger.transaction() as tx:
        for name, at in (("sunday", midnight - timedelta(seconds=1)), ("monday", midnight)):
            calls.begin(tx, at, name, "L1", "13800000001", is_withheld=False)
            calls.conclude(tx, name, "booked")
            calls.end(tx, at + timedelta(seconds=65), name, "caller hung up")
        calls.begin(tx, MONDAY_9, "now", "L2", None, is_withheld=True)
    ledger.close()
    rows = desk("calls").rows
    assert rows[2] == "00:00:00  L1    13800000001  1:05    booked   caller hung up"
    assert rows[3].split() == ["09:00:00", "L2", "withheld", "running"]
    assert len(desk("calls", "--day", "2026-03-01").rows) == 3


def test_a_back_up_is_a_whole_ledger(desk: Desk) -> None:
    copy = Path(desk("back-up").out.partition(" (")[0])
    with closing(sqlite3.connect(copy)) as ledger:
        assert ledger.execute("SELECT count(*) FROM patients").fetchone() == (6,)
    assert desk.audit[0].what == "back-up"


def test_there_is_nothing_to_back_up_in_an_empty_box(empty_desk: Desk) -> None:
    assert empty_desk.refused("back-up") == f"There is no ledger in {empty_desk.folders.data}."
    assert not empty_desk.folders.ledger.exists()


def test_a_ledger_that_may_not_be_opened_is_said_in_a_sentence(desk: Desk) -> None:
    desk.folders.ledger.unlink()
    desk.folders.ledger.mkdir()
    assert desk.refused("bookings") == "The ledger can't be used: unable to open database file."


@pytest.fixture
def demo(empty_desk: Desk) -> Iterator[Folders]:
    """A demo that runs in the desk's data folder."""
    folders = Folders(demo_data(empty_desk.folders.data))
    folders.make()
    server = ControlServer(folders.control_socket, {})
    server.start()
    yield folders
    server.close()


def test_where_only_a_demo_is_its_data_is_meant_and_that_is_said(empty_desk: Desk, demo: Folders) -> None:
    assert empty_desk("patients").rows == [f"(This is the demo's data, in {demo.data}.)", "Nobody found."]


def test_a_clinics_own_data_is_never_mistaken_for_the_demos(desk: Desk, demo: Folders) -> None:
    assert "王秀英" in desk("patients").out
    assert desk("patients", "--demo").rows[-1] == "Nobody found."


def test_a_clinic_is_founded_in_its_own_folder_while_a_demo_runs(empty_desk: Desk, demo: Folders) -> None:
    empty_desk("load-sample")
    assert "王秀英" in empty_desk("patients").out
    assert not demo.ledger.exists()


def test_a_text_that_did_not_arrive_waits_until_it_is_sent_again_or_dealt_with(desk: Desk) -> None:
    ledger = desk.ledger()
    with ledger.transaction() as tx:
        for state in ("failed", "unknown", "delivered"):
            key = outbox.queue_text(tx, MONDAY_9, "13800000001", f"{state}!", "notice")
            tx.execute(update(outbox_rows).where(outbox_rows.c.id == key).values(state=state, error="no signal"))
    ledger.close()
    assert desk("messages").rows[1:] == [
        "o1  2026-03-02 09:00  13800000001  not sent (no signal): failed!",
        "o2  2026-03-02 09:00  13800000001  nobody knows whether it arrived (no signal): unknown!",
    ]
    assert "o1 is queued again" in desk("messages", "resend", "o1").out
    assert desk.audit[0].detail == "o1, as o4"
    desk("messages", "done", "o2")
    assert desk("messages").out == "Nothing waits.\n"
    assert desk.refused("messages", "resend", "o1") == "No message o1 waits."
    assert "only those, such as o7" in desk.refused("messages", "resend", "v1")

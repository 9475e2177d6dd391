"""Trying the menus: what a test brings about is real, but its texts leave through the test phone's line alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, insert, select

from firmware.audio.recording_writer import RecordingWriter
from firmware.clinic import people, sample
from firmware.clock import ManualClock
from firmware.ivr.call import IncomingConversation, Reception
from firmware.ivr.texting import TextChannel
from firmware.modem.line import TEST_LINE, TEST_TEXT_LINE
from firmware.storage import dialogues
from firmware.storage.inbox import unhandled
from firmware.storage.text_schema import inbox, outbox
from tests.dialogue.desk import NINE, P1, Clinic
from tests.dialogue.line import Ringing, VirtualPort, reception

BOOK, CANCEL = "11948212" + "11", "219481" + "1"
THROUGH = {TEST_LINE: TEST_TEXT_LINE, "L1": None}


@pytest.fixture
def desk(clinic: Clinic, tmp_path: Path) -> Iterator[tuple[ManualClock, Reception]]:
    clock, writer = ManualClock(NINE), RecordingWriter().start()
    yield clock, reception(clinic, tmp_path / "data", clock, writer)
    writer.stop()


def call(desk: tuple[ManualClock, Reception], line: str, keys: Iterable[str]) -> None:
    ringing = Ringing(VirtualPort(desk[0], keys), P1)
    ringing.line_name = line
    IncomingConversation(ringing, desk[1]).run()


def texts(clinic: Clinic) -> list[Row[Any]]:
    with clinic.ledger.reading() as tx:
        return list(tx.execute(select(outbox).order_by(outbox.c.id)).all())


def write(clinic: Clinic, line: str, body: str) -> None:
    with clinic.ledger.transaction() as tx:
        tx.execute(insert(inbox).values(line=line, number=P1, body=body, received_at=clinic.now))
    with clinic.ledger.transaction() as tx:
        (message,) = unhandled(tx)
        TextChannel(clinic.flows, sample.profile).handle(tx, clinic.now, message)


@pytest.mark.parametrize("line", THROUGH)
def test_a_call_that_books_and_one_that_cancels(clinic: Clinic, desk: tuple[ManualClock, Reception], line: str) -> None:
    call(desk, line, BOOK)
    call(desk, line, CANCEL)
    assert [(text.purpose, text.line) for text in texts(clinic)] == [
        ("confirmation", THROUGH[line]),
        ("cancellation", THROUGH[line]),
    ]


@pytest.mark.parametrize("line", [TEST_TEXT_LINE, "L3"])
def test_a_dialogue_by_text_answers_where_it_was_asked(clinic: Clinic, line: str) -> None:
    for body in ("预约", "2", "1", "2", "1", "1"):
        write(clinic, line, body)
    assert {text.line for text in texts(clinic)} == {line}
    assert [state for _, _, state, _ in clinic.booked()] == ["booked"]


def test_what_happens_in_a_call_is_told_as_it_is_noted(clinic: Clinic, desk: tuple[ManualClock, Reception]) -> None:
    told: list[tuple[str, str, str, str]] = []
    clock, box = desk
    call((clock, replace(box, tell=lambda *news: told.append(news))), "L1", BOOK)
    assert len({call for call, _, _, _ in told}) == 1
    assert {line for _, line, _, _ in told} == {"L1"}
    kinds = [kind for _, _, kind, _ in told]
    assert (kinds[0], told[0][3], kinds[-1], told[-1][3]) == ("began", P1, "ended", "finished")
    assert [detail for _, _, kind, detail in told if kind == "key"][:3] == ["1", "4 digits", "2"]
    assert {"node", "said", "outcome"} <= set(kinds)
    assert "1948" not in str([detail for _, _, kind, detail in told if kind != "said"])


@pytest.mark.parametrize(("line", "leaves"), [(TEST_LINE, 0), ("L1", 1)])
def test_a_test_that_stops_in_the_middle_leaves_nothing_to_the_number(
    clinic: Clinic, desk: tuple[ManualClock, Reception], line: str, leaves: int
) -> None:
    call(desk, line, ["*", *BOOK[:-1], "hang"])  # in the other language, up to the question whether to book
    with clinic.ledger.reading() as tx:
        assert (dialogues.open_dialogue(tx, clinic.now, dialogues.VOICE, P1) is not None) == bool(leaves)
        assert (people.language_of(tx, P1) == "en") == bool(leaves)


def test_a_test_by_text_is_not_gone_on_with_by_whoever_has_the_number(clinic: Clinic) -> None:
    write(clinic, TEST_TEXT_LINE, "book")
    write(clinic, "L3", "1")
    with clinic.ledger.reading() as tx:
        assert dialogues.open_dialogue(tx, clinic.now, dialogues.TEST_TEXT, P1) is not None
        assert people.language_of(tx, P1) is None
    asked, answered = texts(clinic)
    assert asked.line == TEST_TEXT_LINE
    assert asked.body.splitlines()[-1] not in answered.body

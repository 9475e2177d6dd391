"""Texts that came in: kept once, whole, and handed out until somebody handled them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.clock import ManualClock
from firmware.sms_parts import split
from firmware.storage.inbox import MISSING_PART, InboxText, TextKeeper, mark_handled, unhandled
from firmware.storage.ledger import Ledger
from firmware.storage.tables import metadata
from tests.texts.rig import MONDAY, PATIENT, new_ledger

TWENTY_PARTS = "".join(chr(0x4E00 + at) for at in range(67 * 20))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = new_ledger(tmp_path)
    yield ledger
    ledger.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
def keeper(ledger: Ledger, clock: ManualClock) -> TextKeeper:
    return TextKeeper(ledger, clock)


def texts(ledger: Ledger) -> list[InboxText]:
    with ledger.transaction() as tx:
        return unhandled(tx)


def keep(keeper: TextKeeper, body: str, stamp: str = "62302090000023", reference: int = 7, order: str = "") -> None:
    parts = split(body).parts
    numbered = list(enumerate(parts, start=1))
    if order == "backwards":
        numbered.reverse()
    elif order == "shuffled":
        random.Random(1).shuffle(numbered)
    for sequence, part in numbered:
        keeper.keep_part(
            "L3", "+86" + PATIENT, stamp, part, reference if len(parts) > 1 else None, len(parts), sequence
        )


def test_s24_the_same_text_is_kept_once_and_the_same_words_sent_again_are_kept_again(
    keeper: TextKeeper, ledger: Ledger
) -> None:
    keep(keeper, "取消 4829")
    keep(keeper, "取消 4829")
    keep(keeper, "取消 4829")  # under another storage index, after a restart: nothing of that is in its identity
    assert [text.body for text in texts(ledger)] == ["取消 4829"]
    keep(keeper, "取消 4829", stamp="62302090500023")
    assert [text.body for text in texts(ledger)] == ["取消 4829", "取消 4829"]


@pytest.mark.parametrize("order", ["", "backwards", "shuffled"])
def test_twenty_parts_in_any_order_make_one_text(keeper: TextKeeper, ledger: Ledger, order: str) -> None:
    keep(keeper, TWENTY_PARTS, order=order)
    assert [(text.number, text.body, text.is_partial) for text in texts(ledger)] == [(PATIENT, TWENTY_PARTS, False)]


def test_two_senders_under_one_reference_are_not_mixed(keeper: TextKeeper, ledger: Ledger) -> None:
    for sequence, (one, other) in enumerate([("a1", "b1"), ("a2", "b2")], start=1):
        keeper.keep_part("L3", "13800000001", "t", one, 9, 2, sequence)
        keeper.keep_part("L3", "13800000002", "t", other, 9, 2, sequence)
    assert {(text.number, text.body) for text in texts(ledger)} == {("13800000001", "a1a2"), ("13800000002", "b1b2")}


def test_half_emoji_that_meet_at_a_seam_become_whole(keeper: TextKeeper, ledger: Ledger) -> None:
    keeper.keep_part("L3", PATIENT, "t", "好\ud83d", 9, 2, 1)
    keeper.keep_part("L3", PATIENT, "t", "\ude00!", 9, 2, 2)
    keeper.keep_part("L3", PATIENT, "t2", "alone \ud83d", None, 1, 1)
    assert [text.body for text in texts(ledger)] == ["好😀!", "alone \ufffd"]


def test_a_part_that_never_comes_is_waited_for_a_day(keeper: TextKeeper, ledger: Ledger, clock: ManualClock) -> None:
    keeper.keep_part("L3", PATIENT, "t", "one ", 9, 3, 1)
    clock.advance(timedelta(hours=12).total_seconds())
    keeper.keep_part("L3", PATIENT, "t", " three", 9, 3, 3)
    clock.advance(timedelta(hours=23).total_seconds())
    assert keeper.give_up_waiting() == 0
    clock.advance(timedelta(hours=2).total_seconds())
    assert keeper.give_up_waiting() == 1
    assert [(text.body, text.is_partial) for text in texts(ledger)] == [(f"one {MISSING_PART} three", True)]
    assert keeper.give_up_waiting() == 0


def test_a_part_sent_again_under_a_new_time_is_no_new_text(keeper: TextKeeper, ledger: Ledger) -> None:
    for stamp in ("t1", "t2"):
        for sequence, body in enumerate(["one", "two"], start=1):
            keeper.keep_part("L3", PATIENT, stamp, body, 9, 2, sequence)
    assert [text.body for text in texts(ledger)] == ["onetwo"]


def test_a_reference_that_comes_round_again_starts_a_new_text(keeper: TextKeeper, ledger: Ledger) -> None:
    keeper.keep_part("L3", PATIENT, "t1", "lost", 9, 2, 1)
    keeper.keep_part("L3", PATIENT, "t2", "new ", 9, 2, 1)
    keeper.keep_part("L3", PATIENT, "t2", "text", 9, 2, 2)
    assert [(text.body, text.is_partial) for text in texts(ledger)] == [
        (f"lost{MISSING_PART}", True),
        ("new text", False),
    ]


def test_a_text_waits_until_it_is_handled(keeper: TextKeeper, ledger: Ledger, clock: ManualClock) -> None:
    keep(keeper, "挂号")
    with ledger.transaction() as tx:
        mark_handled(tx, clock.now(), unhandled(tx)[0].id)
    assert texts(ledger) == []


def test_what_is_no_text_is_kept_for_people_and_given_to_no_dialogue(keeper: TextKeeper, ledger: Ledger) -> None:
    keeper.keep_unreadable("L3", "DEADBEEF")
    keeper.keep_unreadable("L3", "DEADBEEF")
    assert texts(ledger) == []
    with ledger.transaction() as tx:
        assert [row.body for row in tx.execute(metadata.tables["inbox"].select())] == ["DEADBEEF"]


@pytest.mark.parametrize(
    ("sender", "kept"), [("Lake Bank", "Lake Bank"), ("10086", "10086"), ("", "?"), ("\x00\n", "?")]
)
def test_a_sender_without_a_number_keeps_its_name(keeper: TextKeeper, ledger: Ledger, sender: str, kept: str) -> None:
    keeper.keep_part("L3", sender, "t", "hello", None, 1, 1)
    (text,) = texts(ledger)
    assert (text.number, text.is_answerable) == (kept, kept == "10086")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_however_parts_arrive_every_text_is_handed_out_once(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    bodies = data.draw(st.lists(st.text(alphabet="药a😀", min_size=1, max_size=200), min_size=1, max_size=4))
    arrivals = [
        (f"1380000000{who}", f"stamp{who}", part, who if total > 1 else None, total, sequence)
        for who, body in enumerate(bodies)
        for parts in [split(body).parts]
        for total in [len(parts)]
        for sequence, part in enumerate(parts, start=1)
    ]
    repeated = data.draw(st.permutations(arrivals + data.draw(st.lists(st.sampled_from(arrivals), max_size=6))))
    ledger = new_ledger(tmp_path_factory.mktemp("inbox"))
    keeper = TextKeeper(ledger, ManualClock(MONDAY))
    for arrival in repeated:
        keeper.keep_part("L3", *arrival)
    assert sorted(text.body for text in texts(ledger)) == sorted(bodies)
    ledger.close()

"""Texts on their way out: in a fair order, at most once, and told apart when nobody knows."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from firmware.clock import ManualClock
from firmware.modem.errors import LineUnplugged, NumberRefused, TextRefused, TextUnconfirmed
from firmware.modem.gsm.send import SentPart
from firmware.outreach.texts import RETRY_AFTER, LineSender, Outbox
from firmware.phone_number import NotANumber
from firmware.sms_parts import parts_of
from firmware.storage import lost_texts, outbox
from firmware.storage.inbox import TextKeeper, unhandled
from firmware.storage.ledger import Ledger
from firmware.storage.tables import metadata
from tests.texts.rig import MONDAY, PATIENT, new_ledger


class PaperLine:
    """A line that writes what leaves it on paper."""

    name = "L3"

    def __init__(self, clock: ManualClock, step: Callable[[str], None] = lambda what: None) -> None:
        self.clock = clock
        self.can_send = True
        self.left: list[str] = []
        self.refuses: list[Exception] = []
        self._step = step

    def send_text(
        self, number: str, body: str, on_part: Callable[[SentPart], None], on_prompt: Callable[[], None]
    ) -> list[SentPart]:
        if self.refuses:
            raise self.refuses.pop(0)
        self._step("before it is asked for")
        on_prompt()
        self._step("asked for")
        sent = []
        for sequence in range(1, parts_of(body) + 1):
            self._step("before it leaves")
            self.left.append(body)
            self._step("left")
            sent.append(SentPart(sequence, len(self.left) % 256, self.clock.now()))
            on_part(sent[-1])
        return sent


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = new_ledger(tmp_path)
    yield ledger
    ledger.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
def line(clock: ManualClock) -> PaperLine:
    return PaperLine(clock)


@pytest.fixture
def sender(ledger: Ledger, clock: ManualClock, line: PaperLine) -> LineSender:
    return LineSender(ledger, clock, line)


def queue(ledger: Ledger, clock: ManualClock, body: str, purpose: str = "confirmation", number: str = PATIENT) -> int:
    with ledger.transaction() as tx:
        return outbox.queue_text(tx, clock.now(), number, body, purpose)


def states(ledger: Ledger) -> list[str]:
    table = metadata.tables["outbox"]
    with ledger.transaction() as tx:
        return [row.state for row in tx.execute(table.select().order_by(table.c.id))]


def report(
    ledger: Ledger, clock: ManualClock, reference: int, is_delivered: bool = True, number: str = PATIENT
) -> None:
    TextKeeper(ledger, clock).keep_report("L3", reference, "+86" + number, is_delivered)


def test_a_text_is_sent_once_and_reported_delivered(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    queue(ledger, clock, "已约")
    assert sender.send_next()
    assert not sender.send_next()
    assert (line.left, states(ledger)) == (["已约"], ["sent"])
    report(ledger, clock, reference=1)
    assert states(ledger) == ["delivered"]


def test_a_text_of_two_parts_is_delivered_when_both_are(ledger: Ledger, clock: ManualClock, sender: LineSender) -> None:
    queue(ledger, clock, "药" * 100)
    sender.send_next()
    report(ledger, clock, reference=2)
    assert states(ledger) == ["sent"]
    report(ledger, clock, reference=1)
    assert states(ledger) == ["delivered"]


def test_a_report_from_another_number_or_too_late_settles_nothing(
    ledger: Ledger, clock: ManualClock, sender: LineSender
) -> None:
    queue(ledger, clock, "已约")
    sender.send_next()
    report(ledger, clock, reference=1, number="13800000009")
    assert states(ledger) == ["sent"]
    clock.advance(timedelta(days=4).total_seconds())
    report(ledger, clock, reference=1)
    assert states(ledger) == ["sent"]


def test_a_text_that_was_not_delivered_has_failed(ledger: Ledger, clock: ManualClock, sender: LineSender) -> None:
    queue(ledger, clock, "已约")
    sender.send_next()
    report(ledger, clock, reference=1, is_delivered=False)
    assert states(ledger) == ["failed"]


def test_replies_go_first_then_the_order_of_queueing(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    for body, purpose in [("one", "notice"), ("two", "confirmation"), ("answer", "reply")]:
        queue(ledger, clock, body, purpose)
    while sender.send_next():
        pass
    assert line.left == ["answer", "one", "two"]


def test_a_sim_card_sends_no_more_than_a_part_in_four_seconds(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    for number in range(40):
        queue(ledger, clock, str(number))
    for _ in range(60):
        while sender.send_next():
            pass
        clock.advance(1.0)
    assert 15 <= len(line.left) <= 18  # a burst of three, then one every four seconds


def test_a_refused_text_is_tried_again_by_the_table_and_then_given_up(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    queue(ledger, clock, "已约")
    for pause in RETRY_AFTER:
        line.refuses = [TextRefused("no")]
        assert sender.send_next()
        clock.advance(pause.total_seconds() - 1)
        assert not sender.send_next()
        clock.advance(2)
    line.refuses = [TextRefused("no")]
    assert sender.send_next()
    assert (states(ledger), line.left) == (["failed"], [])


def test_a_broken_line_costs_a_text_nothing(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    queue(ledger, clock, "已约")
    for _ in range(20):
        line.refuses = [LineUnplugged("gone")]
        assert sender.send_next()
        clock.advance(11)
    assert sender.send_next()
    assert (states(ledger), line.left) == (["sent"], ["已约"])


def test_a_line_that_is_not_ready_takes_nothing_in_hand(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    queue(ledger, clock, "已约")
    line.can_send = False
    assert not sender.send_next()
    assert states(ledger) == ["queued"]


def test_a_hopeless_number_is_not_tried_again(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    queue(ledger, clock, "已约")
    line.refuses = [NumberRefused("unassigned")]
    sender.send_next()
    assert states(ledger) == ["failed"]


def test_a_text_without_an_answer_is_unknown_until_a_report_comes(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    queue(ledger, clock, "已约")
    line.refuses = [TextUnconfirmed("silence")]
    sender.send_next()
    clock.advance(7200)
    assert not sender.send_next()
    assert states(ledger) == ["unknown"]
    report(ledger, clock, reference=77)
    assert states(ledger) == ["delivered"]


def test_a_text_that_could_not_be_sent_for_a_day_is_not_sent_any_more(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    queue(ledger, clock, "已约")
    clock.advance(timedelta(hours=25).total_seconds())
    assert not sender.send_next()
    assert (states(ledger), line.left) == (["failed"], [])


def test_a_text_received_has_at_most_one_reply(ledger: Ledger, clock: ManualClock) -> None:
    TextKeeper(ledger, clock).keep_part("L3", PATIENT, "t", "挂号", None, 1, 1)
    with ledger.transaction() as tx:
        text = unhandled(tx)[0]
        outbox.queue_text(tx, clock.now(), text.number, "1 内科", "reply", answers_id=text.id)
    with ledger.transaction() as tx, pytest.raises(outbox.AlreadyAnswered):
        outbox.queue_text(tx, clock.now(), text.number, "1 内科", "reply", answers_id=text.id)
    assert states(ledger) == ["queued"]


def test_a_text_to_no_number_is_refused_when_it_is_queued(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.transaction() as tx, pytest.raises(NotANumber):
        outbox.queue_text(tx, clock.now(), "138;AT+CMGD=1,4", "hi", "notice")


def test_two_lines_never_take_the_same_text(ledger: Ledger, clock: ManualClock) -> None:
    queue(ledger, clock, "已约")
    with ledger.transaction() as tx:
        assert outbox.claim_next(tx, clock.now(), "L3") is not None
        assert outbox.claim_next(tx, clock.now(), "L4") is None


def test_a_wake_up_sends_at_once(ledger: Ledger, clock: ManualClock, line: PaperLine) -> None:
    workers = Outbox(ledger, clock, [line])
    workers.start()
    queue(ledger, clock, "已约")
    workers.wake()
    for _ in range(500):
        if line.left:
            break
        signal.sigtimedwait([], 0.01)
    workers.stop()
    assert line.left == ["已约"]


# ---- the test phone's line ----


def queue_for(ledger: Ledger, clock: ManualClock, line: str | None, body: str) -> None:
    with ledger.transaction() as tx:
        outbox.queue_text(tx, clock.now(), PATIENT, body, "confirmation", line=line)


def paper(clock: ManualClock, name: str) -> PaperLine:
    line = PaperLine(clock)
    line.name = name
    return line


def send_all(*senders: LineSender) -> None:
    for sender in senders:
        while sender.send_next():
            continue


def test_a_patients_text_never_leaves_through_the_test_phone_nor_a_tests_text_through_the_clinics_line(
    ledger: Ledger, clock: ManualClock, line: PaperLine, sender: LineSender
) -> None:
    test = paper(clock, "test-text")
    tests = LineSender(ledger, clock, test, takes_any=False)
    for wish, body in ((None, "any"), ("test-text", "tried"), ("L3", "third"), ("L4", "fourth")):
        queue_for(ledger, clock, wish, body)
    send_all(tests)
    assert test.left == ["tried"]
    queue_for(ledger, clock, "test-text", "tried again")
    send_all(sender)
    assert line.left == ["any", "third"]
    assert states(ledger) == ["sent", "sent", "sent", "queued", "queued"]


def test_a_line_that_is_added_sends_its_own_texts_and_none_once_it_is_removed(
    ledger: Ledger, clock: ManualClock, line: PaperLine
) -> None:
    told: list[list[str]] = []
    workers = Outbox(ledger, clock, [], on_change=lambda: told.append(states(ledger)))
    workers.start()
    queue_for(ledger, clock, "test-text", "tried")
    queue_for(ledger, clock, None, "any")
    test = paper(clock, "test-text")
    workers.add(test)
    for _ in range(500):
        if len(told) == 2:
            break
        signal.sigtimedwait([], 0.01)
    workers.remove("test-text")
    workers.remove("test-text")
    queue_for(ledger, clock, "test-text", "too late")
    workers.wake()
    workers.stop()
    assert test.left == ["tried"]
    assert told == [["sending", "queued"], ["sent", "queued"]]


def test_what_a_test_left_behind_is_withdrawn_and_troubles_nobody(ledger: Ledger, clock: ManualClock) -> None:
    for wish in ("test-text", "test-text", None, None):
        queue_for(ledger, clock, wish, "text")
    with ledger.transaction() as tx:
        outbox.mark_failed(tx, 1, "no network")
        outbox.mark_failed(tx, 3, "no network")
        outbox.close_line(tx, clock.now(), "test-text")
        assert [text.id for text in lost_texts.not_arrived(tx, clock.now())] == [3]
    assert states(ledger) == ["failed", "withdrawn", "failed", "queued"]


# ---- kill -9 ----


def _die_at(step: int, folder: Path, paper: Path) -> None:
    """In a child: send one text, and kill the process at its `step`-th step."""
    taken = 0

    def count(what: str) -> None:
        nonlocal taken
        taken += 1
        if what in ("asked for", "left"):
            with paper.open("a") as file:
                file.write(f"{what}\n")
        if taken == step:
            os.kill(os.getpid(), signal.SIGKILL)

    ledger, clock = new_ledger(folder), ManualClock(MONDAY)
    event.listen(ledger.engine, "before_cursor_execute", lambda *_: count("statement"))
    event.listen(ledger.engine, "commit", lambda _: count("commit"))
    LineSender(ledger, clock, PaperLine(clock, count)).send_next()


@pytest.mark.parametrize("body", ["已约", "药" * 100], ids=["one part", "two parts"])
def test_a_kill_at_any_step_never_sends_a_text_twice_and_never_forgets_it(tmp_path: Path, body: str) -> None:
    died, step = True, 0
    while died:
        step += 1
        folder = tmp_path / str(step)
        folder.mkdir()
        paper, ledger, clock = folder / "paper", new_ledger(folder), ManualClock(MONDAY)
        queue(ledger, clock, body)
        ledger.close()
        if (child := os.fork()) == 0:
            _die_at(step, folder, paper)
            os._exit(0)
        died = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
        _check_after_restart(folder, paper, clock, parts_of(body))
    assert step > 8


def _check_after_restart(folder: Path, paper: Path, clock: ManualClock, parts: int) -> None:
    ledger, line = new_ledger(folder), PaperLine(clock)
    with ledger.transaction() as tx:
        outbox.recover(tx)
    sender = LineSender(ledger, clock, line)
    for _ in range(5):
        sender.send_next()
        clock.advance(60)
    before = paper.read_text().splitlines() if paper.exists() else []
    left_before = before.count("left")
    (state,) = states(ledger)
    ledger.close()
    assert "asked for" in before or len(line.left) == parts, "not handed over, so it is sent now"
    assert left_before == 0 or line.left == [], "sent twice"
    if left_before + len(line.left) == parts:
        assert state in ("sent", "unknown")
    else:
        assert state == "unknown", "forgotten"

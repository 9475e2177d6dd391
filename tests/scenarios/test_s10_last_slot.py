"""S10: three channels race for the last slot: exactly one booking each round, and the losers are told at once.

The telephone's conversation, the text channel and the desk run in three threads on one ledger file, the desk on a
connection of its own as the web pages are.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from firmware.clinic import bookings, holds, sample, schedule
from firmware.clinic.errors import SlotTaken
from firmware.clinic.roster import Slot
from firmware.clinic.schedule import Wish
from firmware.ivr.book import FlowBook
from firmware.ivr.catalogue import prompts
from firmware.ivr.checker import Known
from firmware.ivr.conversation import Conversation
from firmware.ivr.speaking import words
from firmware.ivr.steps import LISTS, STEPS
from firmware.ivr.texting import TextChannel
from firmware.ivr.turn import Keys
from firmware.ivr.visit import VOICE, Visit
from firmware.storage import calls
from firmware.storage.account_schema import accounts
from firmware.storage.call_schema import call_events
from firmware.storage.documents import SetupDocuments
from firmware.storage.inbox import unhandled
from firmware.storage.ledger import Ledger, Transaction, open_ledger
from firmware.storage.roster_schema import bookings as visits
from firmware.storage.text_schema import inbox, outbox
from tests.clinic.conftest import MONDAY_9
from tests.clinic.test_race import held_cents_agree, walk_ins
from tests.clinic.visits import TUESDAY, WANG, slot_at
from tests.scenarios.stage import Stage

ROUNDS = 200  # as the story asks; tests/clinic/test_race.py runs thousands
FEE_CENTS = 2000
PROFILE = sample.profile()
WANG_XIUYING, TOM_REED = "13800000001", "13800000004"


def fill_all_but_the_last(tx: Transaction, now: datetime) -> Slot:
    """All of Wang's Tuesday is full but 11:15."""
    last = slot_at(tx, PROFILE, now, TUESDAY, "11:15")
    others = [slot for slot in schedule.free_slots(tx, PROFILE, now, TUESDAY, Wish(doctor_id=WANG)) if slot != last]
    for patient_id, slot in zip(walk_ins(tx, now, len(others), FEE_CENTS), others, strict=True):
        book(tx, now, slot, patient_id, f"desk/{patient_id}")
    return last


def book(tx: Transaction, now: datetime, slot: Slot, patient_id: int, holder: str) -> int:
    held = holds.hold(tx, PROFILE, now, slot, patient_id, holder=holder, channel="desk")
    return bookings.confirm(tx, PROFILE, now, held.id, holder=holder).id


@dataclass
class Contender:
    """One who wants 11:15: comes up to where it is offered, takes it, and leaves whatever came of it."""

    ledger: Ledger
    flows: FlowBook
    number: int = 0  # of the round

    @property
    def now(self) -> datetime:
        return MONDAY_9 + timedelta(seconds=10 * self.number)

    def come_up(self) -> None: ...

    def take(self) -> str:
        """What was said or written at last."""
        raise NotImplementedError

    def leave(self) -> None: ...


class OnThePhone(Contender):
    """Wang Xiuying in the telephone dialogue."""

    def come_up(self) -> None:
        self.id = f"round-{self.number}"
        with self.ledger.transaction() as tx:
            calls.begin(tx, self.now, self.id, "L1", WANG_XIUYING, is_withheld=False)
        self.talk = Conversation(self.flows, self.ledger, self.visit, self.note)
        self.talk.begin("zh", is_slow=False)
        for keys in ("1", "1948", "2", "1", "2"):
            self.talk.answer(Keys(keys))

    def take(self) -> str:
        self.talk.answer(Keys("1"))
        if self.talk.node == "book.confirm":
            self.talk.answer(Keys("1"))
        turn = self.talk._turn
        assert turn is not None
        return words(turn, "zh", prompts())

    def leave(self) -> None:
        with self.ledger.transaction() as tx:
            holds.release_all(tx, f"call/{self.id}")
            calls.end(tx, self.now, self.id, "the story is over")

    def visit(self, tx: Transaction) -> Visit:
        return Visit(tx, self.now, PROFILE, VOICE, f"call/{self.id}", WANG_XIUYING)

    def note(self, tx: Transaction, kind: str, detail: str) -> None:
        calls.note(tx, self.now, self.id, kind, detail)


class ByText(Contender):
    """Tom Reed in the text dialogue, in English."""

    def come_up(self) -> None:
        self.write("BOOK INTERNAL SPECIALIST TOMORROW")

    def take(self) -> str:
        reply = self.write("1")
        return self.write("1") if "11:15" in reply else reply

    def leave(self) -> None:
        self.write("STOP")

    def write(self, body: str) -> str:
        with self.ledger.transaction() as tx:
            row = {"line": "L3", "number": TOM_REED, "body": body, "received_at": self.now}
            text_id = tx.execute(insert(inbox).values(row)).inserted_primary_key[0]  # type: ignore[index]
        with self.ledger.transaction() as tx:
            (message,) = unhandled(tx)
            TextChannel(self.flows, lambda: PROFILE).handle(tx, self.now, message)
        with self.ledger.reading() as tx:
            return str(tx.execute(select(outbox.c.body).where(outbox.c.answers_id == text_id)).scalar())


class AtTheDesk(Contender):
    """Agent 8001 for a walk-in."""

    patient_id: int
    slot: Slot

    def take(self) -> str:
        try:
            with self.ledger.transaction() as tx:
                book(tx, self.now, self.slot, self.patient_id, f"desk/8001-{self.number}")
        except SlotTaken as taken:
            return f"taken, free are {[f'{other.begins:%H:%M}' for other in taken.alternatives]}"
        return "booked"


@pytest.fixture
def ledgers(tmp_path: Path) -> Iterator[list[Ledger]]:
    """The exchange's ledger and the web pages' own."""
    opened = [open_ledger(tmp_path / "ledger.db") for _ in range(2)]
    with opened[0].transaction() as tx:
        sample.fill(tx, MONDAY_9)
    yield opened
    for ledger in opened:
        ledger.close()


def at_once(contenders: list[Contender], dice: random.Random) -> list[str]:
    """Everybody takes it within the same 50 ms, in an order that the dice give; what each was told."""
    told = [""] * len(contenders)
    line = threading.Barrier(len(contenders))

    def run(which: int, delay_s: float) -> None:
        line.wait()
        time.sleep(delay_s)
        told[which] = contenders[which].take()

    delays = [dice.choice((0, 0, 0.001, dice.uniform(0, 0.01))) for _ in contenders]
    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(delays)]
    dice.shuffle(threads)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


IS_TOLD = (
    # how the winner's answer begins, what is in a loser's
    ("预约成功。", ("抱歉，这个号刚刚被约走了。", "还可以约：", "请按一", "请按二")),
    ("Lakeside Clinic: booked Tue 3 Mar 11:15", ("Sorry, it has just been taken. These are free:\n1 ", "\n2 ")),
    ("booked", ("taken, free are ['", "', '")),
)


@pytest.mark.timeout(60 + ROUNDS)
def test_three_channels_race_for_the_last_slot(ledgers: list[Ledger], tmp_path: Path) -> None:
    flows = FlowBook(SetupDocuments(tmp_path / "setup.json"), Known(STEPS, LISTS, prompts()))
    phone, texter, desk = (
        OnThePhone(ledgers[0], flows),
        ByText(ledgers[0], flows),
        AtTheDesk(ledgers[1], flows),
    )
    with ledgers[0].transaction() as tx:
        desk.slot = fill_all_but_the_last(tx, MONDAY_9)
        desk.patient_id = walk_ins(tx, MONDAY_9, 1, FEE_CENTS)[0]
    contenders: list[Contender] = [phone, texter, desk]
    dice, wins = random.Random(10), [0, 0, 0]
    for number in range(ROUNDS):
        for each in contenders:
            each.number = number
            each.come_up()
        told = at_once(contenders, dice)
        winners = [which for which, said in enumerate(told) if said.startswith(IS_TOLD[which][0])]
        assert len(winners) == 1, told
        wins[winners[0]] += 1
        for which in {0, 1, 2} - set(winners):
            assert all(part in told[which] for part in IS_TOLD[which][1]), told[which]
        for each in contenders:
            each.leave()
        give_back(ledgers[0], desk.slot, phone.now)
    assert all(wins), f"each channel is the first now and then: {wins}"


def give_back(ledger: Ledger, slot: Slot, now: datetime) -> None:
    """There is one booking, no hold and no money kept for anything else; the next round begins with the slot free."""
    with ledger.transaction() as tx:
        standing = tx.execute(
            select(visits.c.id, visits.c.state).where(
                visits.c.slot_key == slot.key, visits.c.state.in_(("held", "booked"))
            )
        ).all()
        assert [visit.state for visit in standing] == ["booked"]
        assert tx.execute(select(func.count()).where(visits.c.state == "held")).scalar_one() == 0
        assert held_cents_agree(tx)
        bookings.cancel(tx, PROFILE, now, standing[0].id, channel="desk", cause="referee", notify=False)


def test_the_same_race_on_a_whole_box(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    with stage.ledger.transaction() as tx:
        now = stage.clock.now()
        last = fill_all_but_the_last(tx, now)
        walk_in = walk_ins(tx, now, 1, FEE_CENTS)[0]
    stage.converse(TOM_REED, "BOOK INTERNAL SPECIALIST TOMORROW")
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("11948212")
    stage.eventually("the times are offered", lambda: was_told(stage, "请选择时间"))
    caller.press("11")
    stage.text(TOM_REED, "1")
    desk_is_told = "booked"
    try:
        with stage.ledger.transaction() as tx:
            book(tx, stage.clock.now(), last, walk_in, "desk/8001")
    except SlotTaken as taken:
        desk_is_told = f"taken, {len(taken.alternatives)} are free"
    stage.eventually("the caller is told", lambda: was_told(stage, "预约成功", "刚刚被约走了"))
    reply = stage.texts_to(TOM_REED, 2, within_s=60)[1]
    (visit,) = stage.booked(slot_key=last.key)
    assert stage.rows(visits, state="held", slot_key=last.key) == []
    assert (visit.channel == "desk") == (desk_is_told == "booked")
    assert (visit.channel == "voice") == was_told(stage, "预约成功")
    assert was_told(stage, "刚刚被约走了") == (visit.channel != "voice")
    assert ("just been taken" in reply) == (visit.channel != "text")
    assert [account.held_cents for account in stage.rows(accounts, patient_id=visit.patient_id)] == [FEE_CENTS]


def was_told(stage: Stage, *words: str) -> bool:
    """Whether the caller was told one of these, as the journal has it."""
    return any(word in event.detail for event in stage.rows(call_events, kind="said") for word in words)

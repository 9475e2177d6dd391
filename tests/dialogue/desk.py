"""A clinic to talk to: the sample clinic on a real ledger, spoken with by keys or by texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from firmware.clinic import holds, sample
from firmware.ivr.book import FlowBook
from firmware.ivr.catalogue import prompts
from firmware.ivr.checker import Known
from firmware.ivr.machine import Machine
from firmware.ivr.speaking import words
from firmware.ivr.state import State
from firmware.ivr.steps import LISTS, STEPS
from firmware.ivr.texting import TextChannel
from firmware.ivr.turn import Answer, Keys, Nothing, Turn, WantRecording
from firmware.ivr.visit import VOICE, Visit
from firmware.storage.documents import SetupDocuments
from firmware.storage.inbox import unhandled
from firmware.storage.ledger import Ledger, open_ledger
from firmware.storage.roster_schema import bookings
from firmware.storage.text_schema import inbox, outbox

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
KNOWN = Known(STEPS, LISTS, prompts())

P1, P2, P4 = "13800000001", "13800000002", "13800000004"


@dataclass
class Clinic:
    """The sample clinic with its ledger, flows and a clock that stands until it is moved."""

    ledger: Ledger
    flows: FlowBook
    now: datetime = NINE

    @classmethod
    def open(cls, folder: Path) -> Clinic:
        ledger = open_ledger(folder / "ledger.db")
        with ledger.transaction() as tx:
            sample.fill(tx, NINE)
        return cls(ledger, FlowBook(SetupDocuments(folder / "setup.json"), KNOWN))

    def call(self, number: str | None, template: str = "default", language: str = "zh") -> Caller:
        caller = Caller(self, Machine(self.flows.newest(template), STEPS, LISTS), number)
        caller.begin(language)
        return caller

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def booked(self) -> list[tuple[str, str, str, int]]:
        """Visits and holds from today on, as (day, time, state, patient id), in the order of booking."""
        table = bookings.c
        with self.ledger.reading() as tx:
            found = select(table.day, table.begins, table.state, table.patient_id).where(table.day >= NINE.date())
            rows = tx.execute(found.order_by(table.id))
            return [(f"{row.day}", f"{row.begins:%H:%M}", row.state, row.patient_id) for row in rows]

    def texts(self, number: str) -> list[str]:
        with self.ledger.reading() as tx:
            rows = tx.execute(select(outbox.c.body).where(outbox.c.number == number).order_by(outbox.c.id))
            return list(rows.scalars())


@dataclass
class Caller:
    """One dialogue by voice, without sound: the state goes through JSON between any two turns."""

    clinic: Clinic
    machine: Machine
    number: str | None
    id: str = "c1"
    saved: str = ""
    turn: Turn = field(init=False)

    def begin(self, language: str) -> None:
        self.id = f"c{self.clinic.now.timestamp():.0f}"
        self._take(lambda visit: self.machine.start(visit, language))

    def press(self, *keys: str) -> str:
        """Answer turn by turn ("" is silence, "#" an empty entry); what was said last."""
        for each in keys:
            self.answer(Keys(each.removesuffix("#")) if each else Nothing())
        return self.says

    def answer(self, answer: Answer) -> None:
        state = State.from_plain(json.loads(self.saved))
        self._take(lambda visit: self.machine.resume(state, answer, visit))

    def hang_up(self) -> None:
        with self.clinic.ledger.transaction() as tx:
            holds.release_all(tx, f"call/{self.id}")

    @property
    def state(self) -> State:
        return State.from_plain(json.loads(self.saved))

    @property
    def says(self) -> str:
        return words(self.turn, self.state.language, prompts())

    @property
    def at(self) -> str:
        return self.turn.node

    def _take(self, step: Callable[[Visit], tuple[State, Turn]]) -> None:
        clinic = self.clinic
        clinic.pass_(5)
        with clinic.ledger.transaction() as tx:
            visit = Visit(tx, clinic.now, sample.profile(), VOICE, f"call/{self.id}", self.number)
            state, self.turn = step(visit)
        self.saved = json.dumps(state.to_plain(), ensure_ascii=False)
        assert self.says or isinstance(self.turn.want, WantRecording) or self.at.startswith("front."), self.at


def text(clinic: Clinic, number: str, body: str) -> str | None:
    """Send the clinic a text; its reply, or None."""
    clinic.pass_(5)
    with clinic.ledger.transaction() as tx:
        tx.execute(insert(inbox).values(line="L3", number=number, body=body, received_at=clinic.now))
    channel = TextChannel(clinic.flows, sample.profile)  # a new one each time: nothing is kept outside the ledger
    with clinic.ledger.transaction() as tx:
        (message,) = unhandled(tx)
        channel.handle(tx, clinic.now, message)
    with clinic.ledger.reading() as tx:
        newest = select(func.max(inbox.c.id)).scalar_subquery()
        return tx.execute(select(outbox.c.body).where(outbox.c.answers_id == newest)).scalar()

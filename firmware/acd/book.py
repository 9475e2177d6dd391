"""Writes down what happens at the desk, as it happens.

Conversations are in memory; the ledger is their history, and what a fresh start is built from. A ledger that can't be
used ends nobody's call: what could not be written is in the log, without names or numbers.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select, update

from firmware.clock import Clock
from firmware.language.values import Language
from firmware.storage import audit, calls
from firmware.storage.desk_schema import agent_states, offers, queue_entries, talks
from firmware.storage.instants import later
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.trouble import LEDGER_UNAVAILABLE

log = logging.getLogger(__name__)

Kept = TypeVar("Kept")


TRIED_WITHIN_S = 24 * 3600
WHO = "box"  # in the trail


def who_tried(tx: Transaction, now: datetime, number: str | None) -> int | None:
    """Who of the desk called this number last, if it was not long ago: they know what it is about."""
    if number is None:
        return None
    tried = select(talks.c.user_id).where(
        talks.c.number == number, talks.c.direction == "out", talks.c.began_at > later(now, -TRIED_WITHIN_S)
    )
    return tx.execute(tried.order_by(talks.c.began_at.desc()).limit(1)).scalar()


class Book:
    """The desk's pen; safe from any thread."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock
        self._stand_ins = itertools.count(-1, -1)  # ids of what could not be written

    def write(self, what: Callable[[Transaction], Kept]) -> Kept | None:
        """Carry out `what` in a transaction of its own; None when the ledger can't be used."""
        try:
            with self._ledger.transaction() as tx:
                return what(tx)
        except LEDGER_UNAVAILABLE as error:
            log.error("the desk could not write something down (%s)", type(error).__name__)
            return None

    # ---- agents ----

    def state(self, user_id: int, state: str, reason: str, device: str, card: str, by: str | None) -> None:
        """An agent does something else from now on; `by` is the login of who forced it."""
        now = self._clock.now()

        def change(tx: Transaction) -> None:
            is_now = (agent_states.c.user_id == user_id, agent_states.c.until.is_(None))
            tx.execute(update(agent_states).where(*is_now).values(until=now))
            row = {"user_id": user_id, "state": state, "reason": reason, "device": device, "card": card}
            tx.execute(agent_states.insert(), {**row, "by": by, "at": now})

        self.write(change)

    # ---- callers who wait ----

    def enter(self, queue: str, language: Language, number: str | None, **more: object) -> int:
        """A caller begins to wait; the entry's id."""
        row = {"queue": queue, "language": language, "number": number, "state": "waiting", **more}
        row.setdefault("turn_at", self._clock.now())
        added = queue_entries.insert().returning(queue_entries.c.id)
        return self.write(lambda tx: int(tx.execute(added, row).scalar_one())) or next(self._stand_ins)

    def change_entry(self, entry_id: int, **values: object) -> None:
        self.write(lambda tx: tx.execute(update(queue_entries).where(queue_entries.c.id == entry_id).values(**values)))

    def leave(self, entry_id: int, state: str, **values: object) -> None:
        """The caller waits no more; `state` says why."""
        self.change_entry(entry_id, state=state, left_at=self._clock.now(), **values)

    # ---- offers ----

    def offer(self, entry_id: int, user_id: int) -> int:
        """A caller rings at an agent; the offer's id."""
        row = {"entry_id": entry_id, "user_id": user_id, "at": self._clock.now()}
        added = offers.insert().returning(offers.c.id)
        return self.write(lambda tx: int(tx.execute(added, row).scalar_one())) or next(self._stand_ins)

    def offer_ended(self, offer_id: int, outcome: str) -> None:
        ended = update(offers).where(offers.c.id == offer_id)
        self.write(lambda tx: tx.execute(ended.values(ended_at=self._clock.now(), outcome=outcome)))

    # ---- talks ----

    def talk_began(self, call_id: str, user_id: int, direction: str, number: str | None, **more: object) -> int:
        """An agent talks from now on; the row's id."""
        row = {"call_id": call_id, "user_id": user_id, "direction": direction, "number": number, **more}
        row.setdefault("began_at", self._clock.now())
        added = talks.insert().returning(talks.c.id)
        return self.write(lambda tx: int(tx.execute(added, row).scalar_one())) or next(self._stand_ins)

    def talk_ended(self, talk_id: int, by: str, held_s: int) -> None:
        ended = update(talks).where(talks.c.id == talk_id)
        self.write(lambda tx: tx.execute(ended.values(ended_at=self._clock.now(), ended_by=by, held_s=held_s)))

    def wrapped_up(self, talk_id: int) -> None:
        done = update(talks).where(talks.c.id == talk_id)
        self.write(lambda tx: tx.execute(done.values(wrapped_up_at=self._clock.now())))

    def has_disposition(self, talk_id: int) -> bool:
        """Whether somebody said what the talk was about; also True when nobody can know."""
        said = select(talks.c.disposition).where(talks.c.id == talk_id)
        row = self.write(lambda tx: tx.execute(said).first())
        return row is None or row.disposition is not None

    # ---- the trail, the call's journal ----

    def trail(self, what: str, detail: str) -> None:
        """The box did something that staff want to know of, by itself."""
        self.write(lambda tx: audit.record(tx, self._clock.now(), WHO, what, detail))

    def note(self, call_id: str, what: str) -> None:
        """Something happened in the call at the desk, for its journal."""
        self.write(lambda tx: calls.note(tx, self._clock.now(), call_id, "desk", what))

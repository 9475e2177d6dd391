"""A patient's prepaid money: held when a visit is booked, charged when the patient comes, else released.

The database keeps the account above its floor; here the rule speaks the clinic's words. Every change is an entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import sqlite

from firmware.clinic.errors import NoAccount, NotEnoughMoney
from firmware.storage.ledger import Transaction
from firmware.storage.prepared import Prepared, named
from firmware.storage.schema import account_entries, accounts


@dataclass(frozen=True)
class Account:
    """Money in cents: `balance_cents` is on the account, of which `held_cents` wait for visits."""

    balance_cents: int
    held_cents: int
    floor_cents: int = 0

    @property
    def available_cents(self) -> int:
        """What a new visit may cost."""
        return self.balance_cents - self.held_cents - self.floor_cents


_ACCOUNT = select(accounts.c.balance_cents, accounts.c.held_cents, accounts.c.floor_cents).where(
    accounts.c.patient_id == bindparam("who")
)
_MOVE = Prepared(
    update(accounts)
    .where(
        accounts.c.patient_id == bindparam("who"),
        accounts.c.balance_cents + bindparam("balance") - accounts.c.held_cents - bindparam("held")
        >= accounts.c.floor_cents,
    )
    .values(
        balance_cents=accounts.c.balance_cents + bindparam("balance"),
        held_cents=accounts.c.held_cents + bindparam("held"),
    )
)
_ENTRY = Prepared(insert(account_entries).values(named("patient_id", "booking_id", "kind", "cents", "at", "note")))


def account(tx: Transaction, patient_id: int) -> Account | None:
    """The person's account, or None for somebody who pays at the desk."""
    row = tx.execute(_ACCOUNT, {"who": patient_id}).first()
    return Account(*row) if row else None


def deposit(tx: Transaction, now: datetime, patient_id: int, cents: int, note: str = "") -> None:
    """Pay in; the first deposit opens the account."""
    tx.execute(sqlite.insert(accounts).values(patient_id=patient_id).on_conflict_do_nothing())
    _move(tx, patient_id, balance=cents, held=0, wanted=0)
    _enter(tx, now, patient_id, "deposit", cents, note=note)


def hold(tx: Transaction, now: datetime, patient_id: int, cents: int, booking_id: int) -> None:
    """Keep the fee for a visit aside; raises `NotEnoughMoney` or `NoAccount`."""
    _move(tx, patient_id, balance=0, held=cents, wanted=cents)
    _enter(tx, now, patient_id, "hold", cents, booking_id)


def release(tx: Transaction, now: datetime, patient_id: int, cents: int, booking_id: int) -> None:
    """Give held money back: the visit was cancelled."""
    _move(tx, patient_id, balance=0, held=-cents, wanted=0)
    _enter(tx, now, patient_id, "release", cents, booking_id)


def charge(tx: Transaction, now: datetime, patient_id: int, cents: int, booking_id: int) -> None:
    """Take held money: the patient came."""
    _move(tx, patient_id, balance=-cents, held=-cents, wanted=cents)
    _enter(tx, now, patient_id, "charge", cents, booking_id)


def _move(tx: Transaction, patient_id: int, *, balance: int, held: int, wanted: int) -> None:
    if _MOVE.run(tx, who=patient_id, balance=balance, held=held) == 0:
        there = account(tx, patient_id)
        if there is None:
            raise NoAccount(f"patient {patient_id} has no account")
        raise NotEnoughMoney(there.available_cents, wanted)


def _enter(
    tx: Transaction,
    now: datetime,
    patient_id: int,
    kind: str,
    cents: int,
    booking_id: int | None = None,
    note: str | None = None,
) -> None:
    _ENTRY.run(tx, patient_id=patient_id, booking_id=booking_id, kind=kind, cents=cents, at=now, note=note)

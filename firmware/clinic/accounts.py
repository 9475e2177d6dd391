"""A patient's prepaid money: held when a visit is booked, charged when the patient comes, else released.

The database keeps the account above its floor; here the rule speaks the clinic's words. Every change is an entry.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, case, func, insert, select, update
from sqlalchemy.dialects import sqlite

from firmware.clinic.errors import NoAccount, NotEnoughMoney
from firmware.storage.account_schema import account_entries, accounts
from firmware.storage.ledger import Transaction
from firmware.storage.prepared import Prepared, named


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


@dataclass(frozen=True)
class Entry:
    """One line of a statement; money in cents."""

    id: int
    at: datetime
    kind: str  # deposit, hold, charge, release, refund
    cents: int
    booking_id: int | None
    note: str  # who took the money, ...
    effect_cents: int  # what it did to the balance
    balance_cents: int  # on the account after it

    @property
    def is_cash(self) -> bool:
        """Whether money went over the desk; a fee that came back was a visit noted by mistake."""
        return self.kind in ("deposit", "refund") and self.booking_id is None


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


_EFFECT = case(
    (account_entries.c.kind == "deposit", account_entries.c.cents),
    (account_entries.c.kind == "charge", -account_entries.c.cents),
    (and_(account_entries.c.kind == "refund", account_entries.c.booking_id.is_not(None)), account_entries.c.cents),
    (account_entries.c.kind == "refund", -account_entries.c.cents),  # paid back to the patient
    else_=0,  # what is held or released stays on the account
)
_COLUMNS = tuple(account_entries.c[name] for name in ("id", "at", "kind", "cents", "booking_id", "note"))


def account(tx: Transaction, patient_id: int) -> Account | None:
    """The person's account, or None for somebody who pays at the desk."""
    row = tx.execute(_ACCOUNT, {"who": patient_id}).first()
    return Account(*row) if row else None


def statement(tx: Transaction, patient_id: int, most: int, before: int | None = None) -> list[Entry]:
    """What happened on the account, newest first, older than the entry `before`; each with the balance after it."""
    theirs = account_entries.c.patient_id == patient_id
    balance = func.sum(_EFFECT).over(order_by=account_entries.c.id)
    everything = select(*_COLUMNS, _EFFECT.label("effect"), balance.label("balance")).where(theirs).subquery()
    wanted = select(everything).order_by(everything.c.id.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(everything.c.id < before)
    return [
        Entry(row.id, row.at, row.kind, row.cents, row.booking_id, row.note or "", row.effect, row.balance)
        for row in tx.execute(wanted)
    ]


def entry(tx: Transaction, patient_id: int, entry_id: int) -> Entry | None:
    """One line of the person's statement."""
    newest_first = statement(tx, patient_id, 1, before=entry_id + 1)
    return newest_first[0] if newest_first and newest_first[0].id == entry_id else None


def charged(tx: Transaction, booking_ids: Collection[int]) -> frozenset[int]:
    """Those of these visits that an account has paid for; what was given back has not been paid."""
    entries = account_entries.c
    theirs = select(entries.booking_id, entries.kind).where(entries.booking_id.in_(booking_ids)).order_by(entries.id)
    last = {row.booking_id: row.kind for row in tx.execute(theirs)}
    return frozenset(key for key, kind in last.items() if kind == "charge")


def deposit(tx: Transaction, now: datetime, patient_id: int, cents: int, note: str = "") -> int:
    """Pay in, the entry's id; the first deposit opens the account."""
    tx.execute(sqlite.insert(accounts).values(patient_id=patient_id).on_conflict_do_nothing())
    _move(tx, patient_id, balance=cents, held=0, wanted=0)
    _enter(tx, now, patient_id, "deposit", cents, note=note)
    return _newest_entry(tx, patient_id)


def pay_back(tx: Transaction, now: datetime, patient_id: int, cents: int, note: str = "") -> int:
    """Give money back that nothing waits for, the entry's id; raises `NotEnoughMoney` or `NoAccount`."""
    _move(tx, patient_id, balance=-cents, held=0, wanted=cents)
    _enter(tx, now, patient_id, "refund", cents, note=note)
    return _newest_entry(tx, patient_id)


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


def refund(tx: Transaction, now: datetime, patient_id: int, cents: int, booking_id: int) -> None:
    """Give charged money back: the visit was noted by mistake."""
    _move(tx, patient_id, balance=cents, held=0, wanted=0)
    _enter(tx, now, patient_id, "refund", cents, booking_id)


def _newest_entry(tx: Transaction, patient_id: int) -> int:
    newest = select(func.max(account_entries.c.id)).where(account_entries.c.patient_id == patient_id)
    entry_id: int = tx.execute(newest).scalar_one()
    return entry_id


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

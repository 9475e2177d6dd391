"""The PIN with which a supervisor is known on the telephone: made by the box, kept as a hash, a few guesses at most."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import sqlite

from firmware.staff import passwords, users
from firmware.staff.errors import WrongPin
from firmware.staff.records import User
from firmware.staff.rights import Right, may
from firmware.storage.desk_schema import agents, staff_pins
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction

DIGITS = 6
MOST_FAILURES = 5
LOCKED_S = 3600


def renew(tx: Transaction, user_id: int) -> str:
    """A new PIN for this person, told this once; the old one is nothing any more."""
    pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = {"pin_hash": passwords.hash_password(pin), "failures": 0, "failed_at": None}
    statement = sqlite.insert(staff_pins).values(user_id=user_id, **row)
    tx.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=row))
    return pin


def check(tx: Transaction, now: datetime, extension: str, pin: str) -> User:
    """The supervisor who has this extension and this PIN; raises `WrongPin`."""
    row = _of_extension(tx, extension)
    if row is not None and _is_locked(row, now):
        raise WrongPin(is_locked=True)
    is_right = passwords.matches(row.pin_hash if row else None, pin)
    if row is None:
        raise WrongPin(is_locked=False)
    user = users.by_id(tx, row.user_id)
    if not (is_right and user.is_active and may(user.role, Right.SUPERVISE)):
        failures = 1 if row.failures >= MOST_FAILURES else row.failures + 1
        _keep(tx, row.user_id, failures, now)
        raise WrongPin(is_locked=failures >= MOST_FAILURES)
    _keep(tx, row.user_id, 0, None)
    return user


def _of_extension(tx: Transaction, extension: str) -> Row[Any] | None:
    joined = staff_pins.join(agents, agents.c.user_id == staff_pins.c.user_id)
    return tx.execute(select(staff_pins).select_from(joined).where(agents.c.extension == extension)).first()


def _is_locked(row: Row[Any], now: datetime) -> bool:
    return row.failures >= MOST_FAILURES and row.failed_at is not None and now < later(row.failed_at, LOCKED_S)


def _keep(tx: Transaction, user_id: int, failures: int, failed_at: datetime | None) -> None:
    changed = update(staff_pins).where(staff_pins.c.user_id == user_id)
    tx.execute(changed.values(failures=failures, failed_at=failed_at))

"""Signing in, with a back-off that slows guessing down and locks nobody out of the place where they work.

Wrong passwords of the last day are counted in four ways; the longest wait holds, and a try made during it is refused
unread and not counted:

- this login from this address: 5 free, then 15 s, 30 s, ... up to 15 min. At most 105 guesses a day; of passwords
  that take 10^8 guesses (the least accepted) a guesser finds one in 1 300 years on average.
- this address, whatever the login: 20 free, then the same. At most 120 guesses a day over all logins.
- this login, from wherever: 20 free, then 15 s up to 5 min. A thousand machines get 311 guesses a day at one login.
- the whole box: 300 an hour, which is also the most that strangers can make it write.

Only the first holds for a login at an address where it signed in within the last 90 days. So whoever hammers on
"admin" from elsewhere slows down only those who sign in somewhere new; who hammers from the admin's own computer
makes that computer wait, and no other. The last resort is a claim code, at the box.

A try is written down before the password is looked at, and struck out when it was right: neither a crash nor a
second try at the same time gives a free guess. The hashing happens outside the ledger's transactions, so that a crowd
at the door holds up no booking.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.dialects import sqlite

from firmware.staff import passwords, users
from firmware.staff.back_off import BackOff
from firmware.staff.errors import TooManyTries, WrongLogin
from firmware.staff.records import COLUMNS, User, user_from
from firmware.storage import audit
from firmware.storage.instants import later
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.staff_schema import known_sources, login_failures
from firmware.storage.staff_schema import users as user_rows

PAIR = BackOff(free=5, first_s=15, most_s=900)
SOURCE = BackOff(free=20, first_s=15, most_s=900)
LOGIN = BackOff(free=20, first_s=15, most_s=300)
BOX_FAILURES, BOX_WINDOW_S = 300, 3600
WINDOW_S = 24 * 3600
KNOWN_S = 90 * 24 * 3600

_MOST_SOURCE = 45  # the longest way to write an address


@dataclass(frozen=True)
class _Try:
    now: datetime
    login: str
    source: str


def sign_in(ledger: Ledger, now: datetime, login: str, password: str, source: str) -> User:
    """Whose login and password these are; `source` is the address that asks. Takes transactions of its own.

    Raises `WrongLogin`, in the same time whether the login exists or not, or `TooManyTries`. Also for asking those
    who are signed in once more for their password.
    """
    attempt = _Try(now, users.normal_login(login)[: users.MOST_LOGIN], source[:_MOST_SOURCE])
    with ledger.transaction() as tx:
        _check_wait(tx, attempt)
        failure = {"login": attempt.login, "source": attempt.source, "at": now}
        tx.execute(login_failures.insert(), failure)
        found = select(*COLUMNS, user_rows.c.password_hash).where(
            user_rows.c.login == attempt.login, user_rows.c.is_active == 1
        )
        row = tx.execute(found).first()
    if not passwords.matches(row.password_hash if row else None, password) or row is None:
        raise WrongLogin
    user = user_from(row)
    with ledger.transaction() as tx:
        _welcome(tx, attempt, user)
    return user


def sweep(tx: Transaction, now: datetime) -> None:
    """Forget failures that count no more, and addresses where nobody signed in for long."""
    tx.execute(delete(login_failures).where(login_failures.c.at <= later(now, -WINDOW_S)))
    tx.execute(delete(known_sources).where(known_sources.c.at <= later(now, -KNOWN_S)))


def _check_wait(tx: Transaction, attempt: _Try) -> None:
    f = login_failures.c
    of_login, from_source = f.login == attempt.login, f.source == attempt.source
    left_s = _left_s(tx, attempt.now, of_login & from_source, PAIR)
    if not _is_known(tx, attempt):
        left_s = max(
            left_s,
            _left_s(tx, attempt.now, from_source, SOURCE),
            _left_s(tx, attempt.now, of_login, LOGIN),
            _box_left_s(tx, attempt.now),
        )
    if left_s > 0:
        raise TooManyTries(math.ceil(left_s))


def _left_s(tx: Transaction, now: datetime, which: ColumnElement[bool], back_off: BackOff) -> float:
    """What is left of the wait; failures from after `now` (the clock was wrong) don't count."""
    f = login_failures.c
    counted = select(func.count(), func.max(f.at)).where(which, f.at > later(now, -WINDOW_S), f.at <= now)
    failures, last = tx.execute(counted).one()
    return (later(last, back_off.wait_s(failures)) - now).total_seconds() if failures else 0.0


def _box_left_s(tx: Transaction, now: datetime) -> float:
    """Until fewer than the box's most failures lie within its window."""
    f = login_failures.c
    newest = select(f.at).where(f.at <= now).order_by(f.id.desc()).offset(BOX_FAILURES - 1).limit(1)
    oldest = tx.execute(newest).scalar_one_or_none()
    return (later(oldest, BOX_WINDOW_S) - now).total_seconds() if oldest else 0.0


def _is_known(tx: Transaction, attempt: _Try) -> bool:
    k = known_sources.c
    signed_in = (
        exists()
        .where(k.user_id == user_rows.c.id, k.source == attempt.source, k.at > later(attempt.now, -KNOWN_S))
        .where(user_rows.c.login == attempt.login)
    )
    return tx.execute(select(signed_in)).scalar_one()


def _welcome(tx: Transaction, attempt: _Try, user: User) -> None:
    """The failures of this login at this address are forgotten, and the address is known."""
    f = login_failures.c
    tx.execute(delete(login_failures).where(f.login == attempt.login, f.source == attempt.source))
    row = {"user_id": user.id, "source": attempt.source, "at": attempt.now}
    tx.execute(
        sqlite.insert(known_sources)
        .values(row)
        .on_conflict_do_update(index_elements=["user_id", "source"], set_={"at": attempt.now})
    )
    audit.record(tx, attempt.now, user.login, "sign-in", attempt.source)

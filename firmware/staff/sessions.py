"""Who is signed in: a random token in the browser's cookie, everything else in the ledger.

The ledger keeps only the token's SHA-256, so that a copy of it opens no session.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from firmware.staff.records import COLUMNS, User, user_from
from firmware.storage.instants import later
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.staff_schema import users, web_sessions

IDLE_S = 12 * 3600  # a working day: nobody is signed out between two patients
LONGEST_S = 7 * 24 * 3600
TOUCH_S = 300  # how exactly idleness is known; a page that looks every second must not write every second
AT_WORK_S = 900
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Session:
    """One browser in which somebody is signed in; its forms carry `csrf`."""

    user: User
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    token_hash: str


def open_session(tx: Transaction, now: datetime, user_id: int) -> tuple[str, Session]:
    """A new session and its token, which is told only here: sign-in and a new password never keep an old one."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    user = user_from(tx.execute(select(*COLUMNS).where(users.c.id == user_id)).one())
    session = Session(user, secrets.token_urlsafe(_TOKEN_BYTES), now, now, later(now, LONGEST_S), _hash(token))
    row = {
        "token_hash": session.token_hash,
        "user_id": user_id,
        "csrf": session.csrf,
        "created_at": now,
        "seen_at": now,
        "expires_at": session.expires_at,
    }
    tx.execute(web_sessions.insert(), row)
    return token, session


def find(tx: Transaction, now: datetime, token: str) -> Session | None:
    """The session of the token; None when there is none, it is over, or its user was switched off."""
    return find_again(tx, now, _hash(token))


def find_again(tx: Transaction, now: datetime, token_hash: str) -> Session | None:
    """A session that was found before, as it stands now; None when it is over."""
    s = web_sessions.c
    found = (
        select(*COLUMNS, s.csrf, s.created_at, s.seen_at, s.expires_at, s.token_hash)
        .join_from(web_sessions, users)
        .where(s.token_hash == token_hash, s.expires_at > now, s.seen_at > later(now, -IDLE_S))
        .where(users.c.is_active == 1)
    )
    row = tx.execute(found).first()
    return Session(user_from(row), *row[len(COLUMNS) :]) if row else None


def touch(ledger: Ledger, now: datetime, session: Session) -> None:
    """The session is in use; writes this down at most every `TOUCH_S`, in a transaction of its own."""
    if now < later(session.seen_at, TOUCH_S):
        return
    with ledger.transaction() as tx:
        tx.execute(update(web_sessions).where(web_sessions.c.token_hash == session.token_hash).values(seen_at=now))


def is_at_work(tx: Transaction, now: datetime, user_id: int) -> bool:
    """Whether the user did anything in any browser in the last quarter of an hour."""
    s = web_sessions.c
    recent = select(s.token_hash).where(s.user_id == user_id, s.expires_at > now, s.seen_at > later(now, -AT_WORK_S))
    return tx.execute(recent.limit(1)).first() is not None


def close_session(tx: Transaction, token_hash: str) -> None:
    """Sign out of one browser."""
    tx.execute(delete(web_sessions).where(web_sessions.c.token_hash == token_hash))


def close_all(tx: Transaction, user_id: int, but: str | None = None) -> None:
    """Sign the user out everywhere, except in the session with the token hash `but`."""
    theirs = web_sessions.c.user_id == user_id
    tx.execute(delete(web_sessions).where(theirs if but is None else theirs & (web_sessions.c.token_hash != but)))


def sweep(tx: Transaction, now: datetime) -> None:
    """Forget the sessions that are over."""
    s = web_sessions.c
    tx.execute(delete(web_sessions).where(or_(s.expires_at <= now, s.seen_at <= later(now, -IDLE_S))))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from firmware.staff import sessions, users
from firmware.staff.records import User
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.staff_schema import web_sessions
from tests.staff.colleagues import hire_li

HOUR = timedelta(hours=1)


@pytest.fixture
def li(ledger: Ledger, now: datetime) -> User:
    with ledger.transaction() as tx:
        return hire_li(tx, now)


@pytest.fixture
def token(ledger: Ledger, now: datetime, li: User) -> str:
    with ledger.transaction() as tx:
        return sessions.open_session(tx, now, li.id)[0]


def is_open(ledger: Ledger, now: datetime, token: str) -> bool:
    with ledger.reading() as tx:
        return sessions.find(tx, now, token) is not None


def touch(ledger: Ledger, now: datetime, token: str) -> None:
    with ledger.reading() as tx:
        session = sessions.find(tx, now, token)
    assert session is not None
    sessions.touch(ledger, now, session)


def test_the_cookie_opens_the_session_and_nothing_else_does(
    ledger: Ledger, now: datetime, li: User, token: str
) -> None:
    with ledger.reading() as tx:
        session = sessions.find(tx, now, token)
        kept = tx.execute(select(web_sessions)).one()
    assert session is not None
    assert (session.user, session.created_at, session.token_hash) == (li, now, kept.token_hash)
    assert token not in kept, "a copy of the ledger opens no session"
    for forged in ("", "x", token[:-1], token + "A", session.token_hash, "\ud800", "' OR 1=1 --"):
        assert not is_open(ledger, now, forged)


def test_every_session_has_a_token_and_a_secret_of_its_own(tx: Transaction, now: datetime) -> None:
    user_id = hire_li(tx, now).id
    opened = [sessions.open_session(tx, now, user_id) for _ in range(20)]
    assert len({token for token, _ in opened} | {session.csrf for _, session in opened}) == 40
    assert min(len(token) for token, _ in opened) == 43, "256 bits"


def test_twelve_hours_without_a_click_end_it(ledger: Ledger, now: datetime, token: str) -> None:
    assert is_open(ledger, now + 12 * HOUR - timedelta(seconds=1), token)
    assert not is_open(ledger, now + 12 * HOUR, token)


def test_who_works_on_stays_signed_in_for_a_week_at_most(ledger: Ledger, now: datetime, token: str) -> None:
    for hours in range(10, 7 * 24, 10):
        touch(ledger, now + hours * HOUR, token)
    assert is_open(ledger, now + 7 * 24 * HOUR - timedelta(seconds=1), token)
    assert not is_open(ledger, now + 7 * 24 * HOUR, token)


def test_a_page_that_looks_every_second_does_not_write_every_second(ledger: Ledger, now: datetime, token: str) -> None:
    def last_seen() -> datetime:
        with ledger.reading() as tx:
            return tx.execute(select(web_sessions.c.seen_at)).scalar_one()

    for seconds in (1, 299):
        touch(ledger, now + timedelta(seconds=seconds), token)
        assert last_seen() == now
    touch(ledger, now + timedelta(seconds=300), token)
    assert last_seen() == now + timedelta(seconds=300)


def test_signing_out_ends_this_session_only(ledger: Ledger, now: datetime, li: User, token: str) -> None:
    with ledger.transaction() as tx:
        other, session = sessions.open_session(tx, now, li.id)
        sessions.close_session(tx, session.token_hash)
    assert not is_open(ledger, now, other)
    assert is_open(ledger, now, token)


def test_who_is_switched_off_is_out_at_once(ledger: Ledger, now: datetime, li: User, token: str) -> None:
    with ledger.transaction() as tx:
        users.set_active(tx, li.id, is_active=False)
        late, _ = sessions.open_session(tx, now, li.id)
    assert not is_open(ledger, now, token)
    assert not is_open(ledger, now, late), "also if the password was checked a moment before"


def test_sessions_that_are_over_are_swept(ledger: Ledger, now: datetime, li: User, token: str) -> None:
    with ledger.transaction() as tx:
        fresh, _ = sessions.open_session(tx, now + 11 * HOUR, li.id)
        sessions.sweep(tx, now + 12 * HOUR)
        assert tx.execute(select(func.count()).select_from(web_sessions)).scalar_one() == 1
    assert is_open(ledger, now + 12 * HOUR, fresh)

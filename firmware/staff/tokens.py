"""Tokens with which other programs use the box: each may do what its scopes say, until it is revoked.

A token is shown once; the ledger keeps its SHA-256. It is random and long, so it needs no slow hash.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, update

from firmware.staff.errors import BadTokenName, NoSuchToken
from firmware.storage.desk_schema import api_tokens
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction

PREFIX = "cbx_"  # so that a token that was left somewhere is known for what it is
MOST_TOKENS = 50
NAME_CHARACTERS = 60
SEEN_EVERY_S = 300
_BYTES = 32


class Scope(StrEnum):
    """One thing that a program may be allowed."""

    AGENTS = "agents"  # who is at the desk and in what state; the queues
    CALLS = "calls"  # the journal of calls, and calls as they happen
    DIAL = "dial"  # call a number for an agent
    BOOKINGS = "bookings"  # see free times and visits
    BOOK = "book"  # book and cancel


@dataclass(frozen=True)
class Token:
    """A program's token; `scopes` in the order of `Scope`."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    created_by: str
    seen_at: datetime | None
    revoked_at: datetime | None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


def make(tx: Transaction, now: datetime, name: str, scopes: Collection[Scope], by: str) -> tuple[str, Token]:
    """A new token: its text, which is told only here, and what is kept of it. Raises `BadTokenName`."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_CHARACTERS or not name.isprintable() or not scopes:
        raise BadTokenName
    text = PREFIX + secrets.token_urlsafe(_BYTES)
    ordered = " ".join(scope for scope in Scope if scope in scopes)
    row = {"name": name, "token_hash": _hash(text), "scopes": ordered, "created_at": now, "created_by": by}
    made = tx.execute(api_tokens.insert().returning(api_tokens), row).one()
    return text, _token(made)


def find(tx: Transaction, text: str) -> Token | None:
    """The token, unless it was revoked or never was."""
    live = select(api_tokens).where(api_tokens.c.token_hash == _hash(text), api_tokens.c.revoked_at.is_(None))
    row = tx.execute(live).first()
    return _token(row) if row else None


def needs_touch(token: Token, now: datetime) -> bool:
    """Whether it is time to write down that the token is in use."""
    return token.seen_at is None or now >= later(token.seen_at, SEEN_EVERY_S)


def touch(tx: Transaction, now: datetime, token_id: int) -> None:
    """The token is in use."""
    tx.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(seen_at=now))


def revoke(tx: Transaction, now: datetime, token_id: int) -> Token:
    """It opens nothing any more, from the next request on. Raises `NoSuchToken`."""
    live = update(api_tokens).where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
    row = tx.execute(live.values(revoked_at=now).returning(api_tokens)).first()
    if row is None:
        raise NoSuchToken(token_id)
    return _token(row)


def living(tx: Transaction) -> list[Token]:
    """Those that open something, newest first."""
    rows = select(api_tokens).where(api_tokens.c.revoked_at.is_(None)).order_by(api_tokens.c.id.desc())
    return [_token(row) for row in tx.execute(rows.limit(MOST_TOKENS))]


def _token(row: Row[Any]) -> Token:
    scopes = tuple(Scope(scope) for scope in row.scopes.split())
    return Token(row.id, row.name, scopes, row.created_at, row.created_by, row.seen_at, row.revoked_at)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

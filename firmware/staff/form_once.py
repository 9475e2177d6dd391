"""Forms that act once: a button clicked twice, or a page sent again after a lost connection, changes nothing more."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import sqlite

from firmware.staff.errors import AlreadyDone
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import form_posts

KEPT_S = 2 * 24 * 3600


def fresh() -> str:
    """A token for a form about to be shown."""
    return secrets.token_urlsafe(16)


def use(tx: Transaction, now: datetime, token: str) -> None:
    """In the transaction that carries the form out; raises `AlreadyDone` if one did before."""
    row = {"token": hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest(), "at": now}  # any length fits
    if tx.execute(sqlite.insert(form_posts).on_conflict_do_nothing(), row).rowcount == 0:
        raise AlreadyDone


def sweep(tx: Transaction, now: datetime) -> None:
    """Forget forms so old that nobody sends them again."""
    tx.execute(delete(form_posts).where(form_posts.c.at <= later(now, -KEPT_S)))

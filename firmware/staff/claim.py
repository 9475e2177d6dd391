"""The claim code: with it the owner of the box becomes its administrator, for whoever reads it stands at the box.

Ten signs of 29 are 48 bits: ten tries at one code succeed once in 4 * 10^13 times, and then the box must print
another. The ledger keeps its SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime

from sqlalchemy import delete, select, update

from firmware.staff import users
from firmware.staff.errors import NoClaim, WrongCode
from firmware.staff.records import User
from firmware.staff.rights import Role
from firmware.storage.instants import later
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.staff_schema import claims

ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"  # none of 0 and O, 1 and I and L, 5 and S, U and V is mistaken for another
GROUPS, GROUP = 2, 5
VALID_S = 24 * 3600
MOST_FAILURES = 10


def is_needed(tx: Transaction) -> bool:
    """Whether nobody can sign in as administrator."""
    return not users.has_admin(tx)


def code_to_print(ledger: Ledger, now: datetime) -> str | None:
    """A fresh code for the box to print when it starts without an administrator; None when it has one."""
    with ledger.reading() as tx:
        if not is_needed(tx):
            return None
    with ledger.transaction() as tx:
        return issue(tx, now)


def issue(tx: Transaction, now: datetime) -> str:
    """A new code such as 7KM2P-X9QRT, valid for a day and once; the one before is void."""
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS)]
    code = "-".join(groups)
    tx.execute(delete(claims).where(claims.c.used_at.is_(None)))
    tx.execute(claims.insert(), {"code_hash": _hash(code), "created_at": now})
    return code


def redeem(tx: Transaction, now: datetime, code: str) -> None:
    """Use the code up. Raises `WrongCode`, which is remembered, or `NoClaim`."""
    is_open = claims.c.used_at.is_(None) & (claims.c.failures < MOST_FAILURES)
    claim = tx.execute(select(claims).where(is_open, claims.c.created_at > later(now, -VALID_S))).first()
    if claim is None:
        raise NoClaim
    this = update(claims).where(claims.c.id == claim.id)
    if not hmac.compare_digest(claim.code_hash, _hash(code)):
        tx.execute(this.values(failures=claim.failures + 1))
        raise WrongCode(MOST_FAILURES - claim.failures - 1)
    tx.execute(this.values(used_at=now))


def become_admin(
    tx: Transaction, now: datetime, code: str, login: str, name: str, password: str, language: str | None = None
) -> User:
    """The code's holder is an administrator from now on; an account that has the login is taken over.

    Raises what `redeem` and `users.create` raise; a weak password does not use the code up.
    """
    redeem(tx, now, code)
    there = users.by_login(tx, login)
    if there is None:
        return users.create(tx, now, login, name, Role.ADMIN, password, language)
    users.rename(tx, there.id, name)
    users.set_active(tx, there.id, is_active=True)
    users.set_role(tx, there.id, Role.ADMIN)
    users.change_password(tx, now, there.id, password)
    return users.by_id(tx, there.id)


def _hash(typed: str) -> str:
    """Of a code in any case, with or without hyphens and blanks."""
    signs = (sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    return hashlib.sha256("".join(signs).encode()).hexdigest()

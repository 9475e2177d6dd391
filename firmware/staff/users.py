"""The staff's accounts: who they are, what they may do, and the password they sign in with.

A new password or role, or switching off, ends the person's sessions, except the one with the token hash `but`. The
last administrator who can sign in can be neither demoted nor switched off.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import sqlite

from firmware.staff import passwords, sessions
from firmware.staff.errors import BadLogin, BadName, LastAdmin, LoginTaken, NoSuchUser
from firmware.staff.records import COLUMNS, User, user_from
from firmware.staff.rights import Role
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import users

LEAST_LOGIN = 2
MOST_LOGIN = 40
MOST_NAME = 60


def create(
    tx: Transaction, now: datetime, login: str, name: str, role: Role, password: str, language: str | None = None
) -> User:
    """A new account. Raises `BadLogin`, `BadName`, `WeakPassword` or `LoginTaken`."""
    login, name = checked_login(login), checked_name(name)
    passwords.check_strength(password, login, name)
    row = {
        "login": login,
        "name": name,
        "role": role.value,
        "password_hash": passwords.hash_password(password),
        "language": language,
        "created_at": now,
        "password_at": now,
    }
    statement = sqlite.insert(users).on_conflict_do_nothing(index_elements=["login"]).returning(*COLUMNS)
    created = tx.execute(statement, row).first()
    if created is None:
        raise LoginTaken(login)
    return user_from(created)


def by_id(tx: Transaction, user_id: int) -> User:
    """Raises `NoSuchUser`."""
    row = tx.execute(select(*COLUMNS).where(users.c.id == user_id)).first()
    if row is None:
        raise NoSuchUser(f"number {user_id}")
    return user_from(row)


def by_login(tx: Transaction, login: str) -> User | None:
    """Whoever has the login, typed in any case."""
    row = tx.execute(select(*COLUMNS).where(users.c.login == normal_login(login))).first()
    return user_from(row) if row else None


def all_users(tx: Transaction) -> list[User]:
    """Everybody, by login; those who are switched off last."""
    return [user_from(row) for row in tx.execute(select(*COLUMNS).order_by(users.c.is_active.desc(), users.c.login))]


def change_password(
    tx: Transaction, now: datetime, user_id: int, password: str, *own_words: str, but: str | None = None
) -> None:
    """Raises `WeakPassword`. Who changes their own is given a new session afterwards."""
    user = by_id(tx, user_id)
    passwords.check_strength(password, user.login, user.name, *own_words)
    _set(tx, user_id, password_hash=passwords.hash_password(password), password_at=now)
    sessions.close_all(tx, user_id, but)


def rename(tx: Transaction, user_id: int, name: str) -> None:
    """What the person is called; the login stays."""
    by_id(tx, user_id)
    _set(tx, user_id, name=checked_name(name))


def set_language(tx: Transaction, user_id: int, language: str | None) -> None:
    """None: as the browser wishes."""
    by_id(tx, user_id)
    _set(tx, user_id, language=language)


def set_role(tx: Transaction, user_id: int, role: Role, but: str | None = None) -> None:
    """Raises `LastAdmin`."""
    user = by_id(tx, user_id)
    if user.role == role:
        return
    _check_admin_stays(tx, user)
    _set(tx, user_id, role=role.value)
    sessions.close_all(tx, user_id, but)


def set_active(tx: Transaction, user_id: int, is_active: bool, but: str | None = None) -> None:
    """Let the person sign in, or not any more; accounts are never deleted, for the audit trail names them.

    Raises `LastAdmin`.
    """
    user = by_id(tx, user_id)
    if user.is_active == is_active:
        return
    _check_admin_stays(tx, user)
    _set(tx, user_id, is_active=int(is_active))
    sessions.close_all(tx, user_id, but)


def has_admin(tx: Transaction, but: int | None = None) -> bool:
    """Whether some administrator can sign in, other than the user `but`."""
    admins = (users.c.role == Role.ADMIN.value) & (users.c.is_active == 1)
    others = admins if but is None else admins & (users.c.id != but)
    return tx.execute(select(exists().where(others))).scalar_one()


def normal_login(typed: str) -> str:
    """The login as the ledger keeps it: full-width letters and capitals are the same as others."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()


def checked_login(typed: str) -> str:
    """The login in normal form; raises `BadLogin`."""
    login = normal_login(typed)
    if not LEAST_LOGIN <= len(login) <= MOST_LOGIN:
        raise BadLogin
    if not all(character.isalnum() or character in "._-" for character in login):
        raise BadLogin
    if not (login[0].isalnum() and login[-1].isalnum()):
        raise BadLogin
    return login


def checked_name(typed: str) -> str:
    """The name without blanks around it; raises `BadName`."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise BadName
    return name


def _check_admin_stays(tx: Transaction, user: User) -> None:
    """Of an administrator who can sign in: there is another one."""
    if user.role == Role.ADMIN and user.is_active and not has_admin(tx, but=user.id):
        raise LastAdmin


def _set(tx: Transaction, user_id: int, **values: Any) -> None:
    tx.execute(update(users).where(users.c.id == user_id).values(**values))

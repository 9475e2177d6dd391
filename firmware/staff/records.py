"""Somebody who signs in, as the ledger knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from firmware.staff.rights import Right, Role, may
from firmware.storage.staff_schema import users

COLUMNS = (users.c.id, users.c.login, users.c.name, users.c.role, users.c.language, users.c.is_active)


@dataclass(frozen=True)
class User:
    """One of the staff; `language` None: as the browser wishes."""

    id: int
    login: str
    name: str
    role: Role
    language: str | None
    is_active: bool

    def may(self, right: Right) -> bool:
        """Whether this person's role has the right."""
        return may(self.role, right)


def user_from(row: Sequence[Any]) -> User:
    """The user in a row that begins with `COLUMNS`."""
    user_id, login, name, role, language, is_active = row[: len(COLUMNS)]
    return User(user_id, login, name, Role(role), language, bool(is_active))

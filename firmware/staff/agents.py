"""Staff who take calls: each has an extension, languages, skills by queue, and a class of numbers they may call.

Who takes calls no more keeps a row without extension, for states, offers and talks name it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects import sqlite

from firmware.phone_number import is_service
from firmware.staff import users
from firmware.staff.errors import BadExtension, ExtensionTaken, MayNotAnswer, NoSuchAgent
from firmware.staff.rights import Right, Role, may
from firmware.storage.desk_schema import agent_skills, agents
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import users as user_rows

LANGUAGES = ("zh", "en")
LEAST_DIGITS, MOST_DIGITS = 2, 6
LEVELS = range(1, 10)  # 1 is asked first


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is settled about somebody who takes calls."""

    extension: str
    languages: tuple[str, ...] = LANGUAGES
    skills: Mapping[str, int] = field(default_factory=dict)  # level by queue
    phone_number: str | None = None  # in normal form; where they are reached away from the desk
    outside_class: str = "local"  # key of a `CallClass`

    def __post_init__(self) -> None:
        if not self.languages or not set(self.languages) <= set(LANGUAGES):
            raise ValueError("an agent speaks Chinese, English or both")
        if not set(self.skills.values()) <= set(LEVELS):
            raise ValueError("a skill has a level from 1 to 9")


@dataclass(frozen=True, kw_only=True)
class Agent(Card):
    """Somebody who takes calls; `language` None: they read pages as the browser wishes."""

    user_id: int
    login: str
    name: str
    language: str | None


def make(tx: Transaction, user_id: int, card: Card, emergency_numbers: Collection[str] = ()) -> Agent:
    """Let the user take calls; a card they had before is replaced.

    Raises `NoSuchUser`, `MayNotAnswer`, `BadExtension` or `ExtensionTaken`.
    """
    user = users.by_id(tx, user_id)
    if not user.may(Right.ANSWER):
        raise MayNotAnswer(user.login)
    _check_extension(tx, user_id, card.extension, emergency_numbers)
    row = {
        "extension": card.extension,
        "languages": " ".join(language for language in LANGUAGES if language in card.languages),
        "phone_number": card.phone_number,
        "outside_class": card.outside_class,
    }
    statement = sqlite.insert(agents).values(user_id=user_id, **row)
    tx.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=row))
    _set_skills(tx, user_id, card.skills)
    return find(tx, user_id)


def change(tx: Transaction, user_id: int, card: Card, emergency_numbers: Collection[str] = ()) -> Agent:
    """Another card for somebody who takes calls. Raises as `make` does, or `NoSuchAgent`."""
    find(tx, user_id)
    return make(tx, user_id, card, emergency_numbers)


def remove(tx: Transaction, user_id: int) -> None:
    """The user takes calls no more, and the extension is free. Raises `NoSuchAgent`."""
    find(tx, user_id)
    _set_skills(tx, user_id, {})
    tx.execute(agents.update().where(agents.c.user_id == user_id).values(extension=None))


def add_skill(tx: Transaction, queue: str) -> None:
    """Everybody who takes calls takes those of the queue too, as one of the first."""
    rows = [{"user_id": agent.user_id, "queue": queue} for agent in all(tx) if queue not in agent.skills]
    if rows:
        tx.execute(agent_skills.insert(), rows)


def forget_skill(tx: Transaction, queue: str) -> None:
    """Nobody takes calls of the queue any more."""
    tx.execute(delete(agent_skills).where(agent_skills.c.queue == queue))


def find(tx: Transaction, user_id: int) -> Agent:
    """Raises `NoSuchAgent`, also of who is switched off or may answer no more."""
    return _one(tx, agents.c.user_id == user_id, f"number {user_id}")


def by_extension(tx: Transaction, extension: str) -> Agent:
    """Raises `NoSuchAgent`."""
    return _one(tx, agents.c.extension == extension, f"extension {extension}")


def all(tx: Transaction) -> list[Agent]:  # noqa: A001 - it reads as agents.all(tx)
    """Everybody who can sign in and take calls, by extension."""
    rows = tx.execute(_living().order_by(agents.c.extension)).all()
    skills: dict[int, dict[str, int]] = {}
    for user_id, queue, level in tx.execute(select(agent_skills)):
        skills.setdefault(user_id, {})[queue] = level
    return [_agent(row, skills.get(row.user_id, {})) for row in _with_right(rows)]


def _check_extension(tx: Transaction, user_id: int, extension: str, emergency_numbers: Collection[str]) -> None:
    is_number = extension.isascii() and extension.isdigit() and LEAST_DIGITS <= len(extension) <= MOST_DIGITS
    if not is_number or is_service(extension) or extension in emergency_numbers:
        raise BadExtension(extension)
    whose = select(user_rows.c.login).join(agents, agents.c.user_id == user_rows.c.id)
    taken = whose.where(agents.c.extension == extension, agents.c.user_id != user_id)
    if login := tx.execute(taken).scalar_one_or_none():
        raise ExtensionTaken(extension, login)


def _set_skills(tx: Transaction, user_id: int, skills: Mapping[str, int]) -> None:
    tx.execute(delete(agent_skills).where(agent_skills.c.user_id == user_id))
    rows = [{"user_id": user_id, "queue": queue, "level": level} for queue, level in skills.items()]
    if rows:
        tx.execute(agent_skills.insert(), rows)


def _living() -> Select[Any]:
    u = user_rows.c
    columns = select(agents, u.login, u.name, u.role, u.language)
    return columns.join(user_rows, u.id == agents.c.user_id).where(agents.c.extension.is_not(None), u.is_active == 1)


def _one(tx: Transaction, which: Any, who: str) -> Agent:
    found = list(_with_right(tx.execute(_living().where(which)).all()))
    if not found:
        raise NoSuchAgent(who)
    s = agent_skills.c
    skills = tx.execute(select(s.queue, s.level).where(s.user_id == found[0].user_id))
    return _agent(found[0], {row.queue: row.level for row in skills})


def _with_right(rows: Iterable[Any]) -> Iterable[Any]:
    return (row for row in rows if may(Role(row.role), Right.ANSWER))


def _agent(row: Any, skills: Mapping[str, int]) -> Agent:
    return Agent(
        user_id=row.user_id,
        login=row.login,
        name=row.name,
        extension=row.extension,
        languages=tuple(row.languages.split()),
        skills=dict(skills),
        phone_number=row.phone_number,
        outside_class=row.outside_class,
        language=row.language,
    )

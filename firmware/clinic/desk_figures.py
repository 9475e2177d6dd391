"""How the desk did: what became of callers who waited for a person, and what agents' work was. Bounded by its days.

How each figure is counted (the page's help says the same):

- A caller counts on the day and at the hour when their wait began. A callback without a caller is none of them.
- Who hung up within `SHORT_S` of waiting counts as `short`, not as abandoned; who went back to the menu as `returned`.
- Service level: of all callers but the short, the returned and those who still wait, the part that was answered within
  the clinic's `service_level_s`. With no such caller there is none.
- A talk counts on the day and at the hour when it began. The three times are kept apart, as averages over what is over:
  ring to answer (from the ring at this agent's telephone; incoming talks only), agent time (talk with what is held, and
  the work after the call), trunk time (each call once, from the ring on the line to its end; none inside the house).
- A ring counts with the caller's wait. One that a colleague was faster to answer is none.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

from sqlalchemy import func, or_, select

from firmware.storage.call_schema import calls
from firmware.storage.calls import TEST_LINES
from firmware.storage.desk_schema import offers, queue_entries, talks
from firmware.storage.ledger import Transaction

SHORT_S = 5
MOST_DAYS = 31

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Caller:
    """One wait for a person; `wait_s` is how long it lasted, None while it does."""

    queue: str
    language: str
    at: datetime  # when the wait began
    state: str  # of the queue entry
    user_id: int | None  # who took the call
    wait_s: float | None


@dataclass(frozen=True)
class Talk:
    """One agent's part in one call; the times are None while they run, or were never measured."""

    call_id: str
    user_id: int
    queue: str | None
    at: datetime
    direction: str  # in, out, inside
    ring_s: float | None
    agent_s: float | None
    trunk_s: float | None


@dataclass(frozen=True)
class Waits:
    """What became of some callers."""

    came: int
    answered: int
    in_time: int  # of those
    abandoned: int
    short: int
    message: int
    callback: int
    returned: int
    waiting: int
    wait_s: float | None  # on average until answered
    longest_s: float | None  # wait of any of them that is over

    @property
    def other(self) -> int:
        """Closed, failed or withdrawn."""
        settled = self.answered + self.abandoned + self.short + self.message + self.callback + self.returned
        return self.came - settled - self.waiting

    @property
    def level(self) -> float | None:
        """The service level, from 0 to 1."""
        counted = self.came - self.short - self.returned - self.waiting
        return self.in_time / counted if counted else None


@dataclass(frozen=True)
class Work:
    """What some talks were."""

    talks: int
    incoming: int
    outgoing: int
    ring_s: float | None
    agent_s: float | None
    trunk_s: float | None


@dataclass(frozen=True)
class Offers:
    """How often one agent's telephone rang for the queue."""

    rang: int
    missed: int
    rejected: int


def day_span(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """From the first day's beginning to the last day's end."""
    return datetime.combine(first, time.min, zone), datetime.combine(last + timedelta(days=1), time.min, zone)


def callers(tx: Transaction, begins: datetime, ends: datetime) -> list[Caller]:
    """Everybody whose wait for a person began in this time; not from the test phone."""
    e = queue_entries.c
    columns = select(e.queue, e.language, e.turn_at, e.state, e.user_id, e.answered_at, e.left_at)
    wanted = columns.join(calls, calls.c.id == e.call_id).where(
        e.turn_at >= begins, e.turn_at < ends, e.is_callback == 0, calls.c.line.not_in(TEST_LINES)
    )
    return [
        Caller(queue, language, at, state, user_id, _seconds(at, answered or left))
        for queue, language, at, state, user_id, answered, left in tx.execute(wanted.order_by(e.turn_at))
    ]


def talks_of(tx: Transaction, begins: datetime, ends: datetime) -> list[Talk]:
    """Every talk that began in this time; not with the test phone."""
    t, c = talks.c, calls.c
    columns = select(
        t.call_id, t.user_id, queue_entries.c.queue, t.began_at, t.direction, t.rang_at, t.ended_at, t.wrapped_up_at,
        c.started_at, c.ended_at,
    )  # fmt: skip
    wanted = columns.join(calls, c.id == t.call_id).outerjoin(queue_entries, queue_entries.c.id == t.entry_id)
    wanted = wanted.where(t.began_at >= begins, t.began_at < ends, c.line.not_in(TEST_LINES)).order_by(t.began_at)
    return [_talk(row) for row in tx.execute(wanted)]


def talks_by_agent(tx: Transaction, begins: datetime, ends: datetime) -> dict[int, int]:
    """How many talks each agent began in this time; not with the test phone."""
    t = talks.c
    counted = select(t.user_id, func.count().label("many")).join(calls, calls.c.id == t.call_id)
    counted = counted.where(t.began_at >= begins, t.began_at < ends, calls.c.line.not_in(TEST_LINES))
    return {row.user_id: row.many for row in tx.execute(counted.group_by(t.user_id))}


def offers_by_agent(tx: Transaction, begins: datetime, ends: datetime) -> dict[int, Offers]:
    """How often each agent's telephone rang for the callers of this time, and was not answered."""
    o, e = offers.c, queue_entries.c
    rings = select(o.user_id, o.outcome).join(queue_entries, e.id == o.entry_id)
    rings = rings.where(e.turn_at >= begins, e.turn_at < ends, or_(o.outcome.is_(None), o.outcome != "withdrawn"))
    found: dict[int, list[str | None]] = {}
    for user_id, outcome in tx.execute(rings):
        found.setdefault(user_id, []).append(outcome)
    return {each: Offers(len(all_), all_.count("missed"), all_.count("rejected")) for each, all_ in found.items()}


def waits(some: Iterable[Caller], service_level_s: int) -> Waits:
    """What became of these callers."""
    some = list(some)
    answered = [each.wait_s for each in some if each.state == "answered" and each.wait_s is not None]
    gone = [each.wait_s or 0.0 for each in some if each.state == "abandoned"]
    short = sum(wait_s <= SHORT_S for wait_s in gone)
    states = [each.state for each in some]
    return Waits(
        came=len(some),
        answered=states.count("answered"),
        in_time=sum(wait_s <= service_level_s for wait_s in answered),
        abandoned=len(gone) - short,
        short=short,
        message=states.count("message"),
        callback=states.count("callback"),
        returned=states.count("returned"),
        waiting=states.count("waiting") + states.count("calling"),
        wait_s=_mean(answered),
        longest_s=max((each.wait_s for each in some if each.wait_s is not None), default=None),
    )


def work(some: Iterable[Talk]) -> Work:
    """What these talks were."""
    some = list(some)
    return Work(
        talks=len(some),
        incoming=sum(each.direction == "in" for each in some),
        outgoing=sum(each.direction == "out" for each in some),
        ring_s=_mean(each.ring_s for each in some),
        agent_s=_mean(each.agent_s for each in some),
        trunk_s=_mean({each.call_id: each.trunk_s for each in some}.values()),
    )


Kept = TypeVar("Kept", Caller, Talk)


def grouped(some: Iterable[Kept], by: Callable[[Kept], Key]) -> dict[Key, list[Kept]]:
    """The same in groups, each in the order it had; groups in the order in which they begin."""
    groups: dict[Key, list[Kept]] = {}
    for each in some:
        groups.setdefault(by(each), []).append(each)
    return groups


def _talk(row: Any) -> Talk:
    call_id, user_id, queue, began, direction, rang, ended, wrapped_up, started, call_ended = row
    return Talk(
        call_id, user_id, queue, began, direction,
        ring_s=_seconds(rang, began) if direction == "in" else None,
        agent_s=_seconds(began, wrapped_up or ended),
        trunk_s=_seconds(started, call_ended) if direction != "inside" else None,
    )  # fmt: skip


def _seconds(begins: datetime | None, ends: datetime | None) -> float | None:
    return (ends - begins).total_seconds() if begins and ends else None


def _mean(seconds: Iterable[float | None]) -> float | None:
    known = [each for each in seconds if each is not None]
    return sum(known) / len(known) if known else None

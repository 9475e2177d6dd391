from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert

from firmware.clinic import desk_figures
from firmware.clinic.desk_figures import Offers, Waits
from firmware.storage.desk_schema import queue_entries, talks
from firmware.storage.ledger import Transaction
from tests.clinic.conftest import SHANGHAI
from tests.clinic.desk_days import agent, caller, ring, served

MONDAY = date(2026, 3, 2)
DAY = desk_figures.day_span(MONDAY, MONDAY, SHANGHAI)


@pytest.fixture
def li(tx: Transaction, now: datetime) -> int:
    return agent(tx, now, "li", "8001")


@pytest.fixture
def wang(tx: Transaction, now: datetime) -> int:
    return agent(tx, now, "wang", "8002")


def waits(tx: Transaction, service_level_s: int = 20) -> Waits:
    return desk_figures.waits(desk_figures.callers(tx, *DAY), service_level_s)


def test_who_hangs_up_at_once_counts_as_no_abandoned_caller(tx: Transaction, now: datetime) -> None:
    for wait_s in (2, 5, 5.001, 40):
        caller(tx, now, "abandoned", wait_s)
    figures = waits(tx)
    assert (figures.came, figures.short, figures.abandoned) == (4, 2, 2)
    assert figures.level == 0.0


def test_the_service_level_leaves_out_who_did_not_want_to_be_answered(tx: Transaction, now: datetime, li: int) -> None:
    for wait_s in (5, 20, 20.5):
        served(tx, now, li, wait_s=wait_s)
    for state in ("message", "returned", "waiting", "closed"):
        caller(tx, now, state, 60)
    caller(tx, now, "abandoned", 3)
    caller(tx, now, "abandoned", 30)
    figures = waits(tx)
    # of three answered, one message, one closed and one who gave up: two in time
    assert figures.level == pytest.approx(2 / 6)
    assert (figures.came, figures.answered, figures.in_time) == (9, 3, 2)
    assert (figures.message, figures.returned, figures.waiting, figures.other) == (1, 1, 1, 1)
    assert figures.wait_s == pytest.approx((5 + 20 + 20.5) / 3)
    assert figures.longest_s == 60


def test_a_day_without_callers_has_no_service_level(tx: Transaction) -> None:
    figures = waits(tx)
    assert (figures.came, figures.level, figures.wait_s, figures.longest_s) == (0, None, None, None)


def test_a_day_is_the_clinics_and_has_its_own_callers_only(tx: Transaction, now: datetime) -> None:
    midnight = now.replace(hour=0)
    for at in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=23, minutes=59)):
        caller(tx, at)
    caller(tx, midnight + timedelta(days=1))
    caller(tx, now, line="test")  # nobody real
    callback = {"queue": "reception", "language": "zh", "turn_at": now, "state": "answered", "is_callback": 1}
    tx.execute(insert(queue_entries), callback)
    assert waits(tx).came == 2


def test_the_three_times_are_kept_apart(tx: Transaction, now: datetime, li: int) -> None:
    served(tx, now, li, wait_s=20, ring_s=6, talk_s=100, wrap_s=20)
    served(tx, now, li, wait_s=10, ring_s=2, talk_s=40, wrap_s=0)
    work = desk_figures.work(desk_figures.talks_of(tx, *DAY))
    assert work.ring_s == pytest.approx(4)
    assert work.agent_s == pytest.approx((120 + 40) / 2)
    assert work.trunk_s == pytest.approx((30 + 20 + 100 + 30 + 10 + 40) / 2)  # the half minute in the menus, too


def test_a_call_that_two_agents_talked_in_takes_the_trunk_once(
    tx: Transaction, now: datetime, li: int, wang: int
) -> None:
    call_id = served(tx, now, li, wait_s=10, talk_s=60)
    second = {"call_id": call_id, "user_id": wang, "direction": "in", "began_at": now, "ended_at": now}
    tx.execute(insert(talks), second)
    served(tx, now, li, wait_s=10, talk_s=160)
    work = desk_figures.work(desk_figures.talks_of(tx, *DAY))
    assert work.talks == 3
    assert work.trunk_s == pytest.approx((100 + 200) / 2)


def test_a_talk_inside_the_house_takes_no_trunk_and_one_that_goes_on_has_no_length_yet(
    tx: Transaction, now: datetime, li: int
) -> None:
    call_id, entry_id = caller(tx, now, wait_s=10)
    inside = {"call_id": call_id, "user_id": li, "direction": "inside", "began_at": now}
    outside = {"call_id": call_id, "user_id": li, "direction": "out", "began_at": now, "entry_id": entry_id}
    tx.execute(insert(talks), [inside | {"entry_id": None}, outside])
    work = desk_figures.work(desk_figures.talks_of(tx, *DAY))
    assert (work.talks, work.incoming, work.outgoing) == (2, 0, 1)
    assert (work.ring_s, work.agent_s) == (None, None)
    assert work.trunk_s == pytest.approx(40)
    assert desk_figures.talks_of(tx, *DAY)[0].trunk_s is None


def test_agents_queues_and_hours_have_their_own_figures(tx: Transaction, now: datetime, li: int, wang: int) -> None:
    served(tx, now, li)
    served(tx, now + timedelta(hours=1), wang, queue="billing")
    served(tx, now + timedelta(hours=1), wang, queue="billing")
    talks_today = desk_figures.talks_of(tx, *DAY)
    assert {key: len(some) for key, some in desk_figures.grouped(talks_today, lambda each: each.user_id).items()} == {
        li: 1,
        wang: 2,
    }
    assert desk_figures.talks_by_agent(tx, *DAY) == {li: 1, wang: 2}
    by_queue = desk_figures.grouped(desk_figures.callers(tx, *DAY), lambda each: each.queue)
    assert {key: len(some) for key, some in by_queue.items()} == {"reception": 1, "billing": 2}
    by_hour = desk_figures.grouped(talks_today, lambda each: each.at.astimezone(SHANGHAI).hour)
    assert {key: len(some) for key, some in by_hour.items()} == {9: 1, 10: 2}


def test_a_ring_that_a_colleague_took_is_none(tx: Transaction, now: datetime, li: int, wang: int) -> None:
    _, entry_id = caller(tx, now, "waiting")
    ring(tx, now, entry_id, li, "missed")
    ring(tx, now, entry_id, wang, "withdrawn")
    ring(tx, now, entry_id, wang, "rejected")
    ring(tx, now, entry_id, wang, None)  # it rings now
    assert desk_figures.offers_by_agent(tx, *DAY) == {li: Offers(1, 1, 0), wang: Offers(2, 0, 1)}


@pytest.mark.parametrize(
    "read",
    [desk_figures.callers, desk_figures.talks_of, desk_figures.talks_by_agent, desk_figures.offers_by_agent],
)
def test_no_question_grows_with_the_history(tx: Transaction, read: object) -> None:
    """Each begins in an index on time, and goes on by keys."""
    asked: list[tuple[str, object]] = []
    connection = tx.connection.driver_connection
    assert connection is not None
    connection.set_trace_callback(lambda statement: asked.append((statement, None)))
    read(tx, *DAY)  # type: ignore[operator]
    connection.set_trace_callback(None)
    plan = [row[3] for statement, _ in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert plan
    assert not [step for step in plan if step.startswith("SCAN")]
    assert any("_in_time" in step for step in plan)

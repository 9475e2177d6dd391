"""What callers are told of their wait is never better than what is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from firmware.acd.waits import LEAST_TALKS, LONGEST_MINUTES, handling_times, minutes_to_wait
from firmware.clinic.desk_settings import RECEPTION
from firmware.storage.call_schema import calls
from firmware.storage.desk_schema import agents, queue_entries, talks
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction, open_ledger
from firmware.storage.staff_schema import users
from tests.acd.waiting import NOW

FOUR_MINUTES = [240.0] * LEAST_TALKS


@pytest.mark.parametrize(
    ("place", "agents", "minutes"), [(1, 1, 4), (1, 2, 2), (1, 3, 2), (3, 2, 10), (2, 4, 2), (4, 1, 20), (1, 99, 1)]
)
def test_the_wait_grows_with_those_before_and_falls_with_those_at_work(place: int, agents: int, minutes: int) -> None:
    assert minutes_to_wait(place, agents, FOUR_MINUTES) == minutes


def test_nobody_guesses() -> None:
    assert minutes_to_wait(1, 0, FOUR_MINUTES) is None, "nobody is at work"
    assert minutes_to_wait(1, 1, FOUR_MINUTES[1:]) is None, "a new queue has no experience"
    assert minutes_to_wait(20, 1, FOUR_MINUTES) is None, "80 minutes is not a wait but a reason to offer something else"


@given(st.integers(1, 30), st.integers(1, 8), st.lists(st.floats(1, 3600), min_size=LEAST_TALKS, max_size=20))
def test_what_is_said_is_rounded_up(place: int, agents: int, handling_s: list[float]) -> None:
    said = minutes_to_wait(place, agents, handling_s)
    reckoned = place * sum(handling_s) / len(handling_s) / agents / 60
    if said is None:
        assert reckoned > LONGEST_MINUTES - 5
    else:
        assert reckoned <= said + 1e-9
        assert said <= max(1, reckoned + (1 if said <= 5 else 5))


def test_experience_is_each_queues_own_with_the_work_after_the_call_and_without_old_or_running_talks(
    tmp_path: Path,
) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    with ledger.transaction() as tx:
        _agent_one(tx)
        _talk(tx, 1, RECEPTION, minutes_ago=60, talked_s=200, wrapped_s=30)
        _talk(tx, 2, RECEPTION, minutes_ago=30, talked_s=100, wrapped_s=None)
        _talk(tx, 3, "english", minutes_ago=20, talked_s=999, wrapped_s=None)
        _talk(tx, 4, RECEPTION, minutes_ago=2, talked_s=None, wrapped_s=None)
        _talk(tx, 5, RECEPTION, minutes_ago=60 * 24 * 15, talked_s=999, wrapped_s=None)
        assert sorted(handling_times(tx, RECEPTION, NOW)) == [100, 230]
    ledger.close()


def _agent_one(tx: Transaction) -> None:
    values = {
        "login": "mei",
        "name": "Mei",
        "role": "desk",
        "password_hash": "-",
        "created_at": NOW,
        "password_at": NOW,
    }
    tx.execute(insert(users).values(id=1, **values))
    tx.execute(insert(agents).values(user_id=1, extension="8001"))


def _talk(
    tx: Transaction, key: int, queue: str, *, minutes_ago: int, talked_s: int | None, wrapped_s: int | None
) -> None:
    began = later(NOW, -60 * minutes_ago)
    ended = None if talked_s is None else later(began, talked_s)
    wrapped = None if ended is None or wrapped_s is None else later(ended, wrapped_s)
    tx.execute(insert(calls).values(id=f"call-{key}", line="L1", started_at=began))
    entry = {"id": key, "call_id": f"call-{key}", "queue": queue, "language": "zh", "turn_at": began}
    tx.execute(insert(queue_entries).values(**entry, state="answered"))
    talk = {"call_id": f"call-{key}", "entry_id": key, "user_id": 1, "direction": "in", "began_at": began}
    tx.execute(insert(talks).values(**talk, ended_at=ended, wrapped_up_at=wrapped))

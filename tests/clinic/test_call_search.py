"""Calls are found by each of their keys and by any of them together, at 100 000 calls as at ten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from firmware.clinic import call_search, ratings
from firmware.clinic.call_search import Wanted, find
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage import calls, recording_index, recordings
from firmware.storage.desk_schema import quality_scores, talks, tasks
from firmware.storage.ledger import Transaction
from tests.clinic.conftest import MONDAY_9

LI, ZHAO = "8001", "8002"
P1, P2 = "13800000001", "13800000002"
OURS, OTHER = "02161230001", "02161230002"


@pytest.fixture
def people(tx: Transaction, now: datetime) -> dict[str, int]:
    """Two agents by their extensions."""
    found = {}
    for extension in (LI, ZHAO):
        user = users.create(tx, now, f"agent{extension}", f"Agent {extension}", Role.AGENT, "quiet lamp over water")
        agents.make(tx, user.id, Card(extension=extension))
        found[extension] = user.id
    return found


def ring(tx: Transaction, call_id: str, hours_ago: float, *who: int, **what: Any) -> None:
    """A call that so many hours ago was answered by these agents."""
    at = MONDAY_9 - timedelta(hours=hours_ago)
    calls.begin(tx, at, call_id, what.get("line", "L1"), what.get("number", P1), is_withheld=False)
    calls.describe(tx, call_id, called=what.get("called", OURS), flow="default", patient_id=what.get("patient"))
    if outcome := what.get("outcome"):
        calls.conclude(tx, call_id, outcome)
    for user_id in who:
        row = {"call_id": call_id, "user_id": user_id, "direction": "in", "began_at": at + timedelta(seconds=20)}
        tx.execute(talks.insert(), row | {"disposition": what.get("about")})
    calls.end(tx, at + timedelta(minutes=2), call_id, "released")


@pytest.fixture
def journal(tx: Transaction, now: datetime, people: dict[str, int]) -> dict[str, int]:
    li, zhao = people[LI], people[ZHAO]
    ring(tx, "a", 1, li, about="投诉", outcome="message", patient=1)
    ring(tx, "b", 2, li, zhao, number=P2, about="咨询")
    ring(tx, "c", 30, zhao, called=OTHER, line="L2")
    ring(tx, "d", 50, outcome="booked")
    for call_id in ("a", "b", "c"):
        recordings.begin(tx, call_id, f"{call_id}.wav")
    recording_index.hold(tx, "b", "lawyer")
    recording_index.delete(tx, now, ["c"], "age")
    ratings.rate(tx, now, "a", li, 1)
    ratings.rate(tx, now, "b", zhao, 5)
    scored = {
        "call_id": "b",
        "user_id": zhao,
        "form": "talk",
        "asked": "{}",
        "answers": "{}",
        "author": "sv",
        "at": now,
    }
    tx.execute(quality_scores.insert(), scored | {"points": 5, "most_points": 10})
    tx.execute(tasks.insert(), {"id": 77, "kind": "callback", "call_id": "c", "created_at": now})
    return people


def ids(tx: Transaction, **wanted: Any) -> str:
    return "".join(call.id for call in find(tx, Wanted(**wanted), 50))


@pytest.mark.parametrize("few", [-1, 2000], ids=["many have it", "few have it"])
def test_by_everything_that_is_known_of_a_call(
    tx: Transaction, journal: dict[str, int], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_search, "FEW", few)
    assert ids(tx) == "abcd"
    assert ids(tx, call_id="c") == "c"
    assert ids(tx, agent=journal[LI]) == "ab"
    assert ids(tx, agent=journal[ZHAO]) == "bc"
    assert ids(tx, disposition="投诉") == "a"
    assert ids(tx, outcome="booked") == "d"
    assert ids(tx, flow="exact") == ""
    assert ids(tx, number=P2) == "b"
    assert ids(tx, called=OTHER) == "c"
    assert ids(tx, begins=MONDAY_9 - timedelta(hours=3)) == "ab"
    assert ids(tx, ends=MONDAY_9 - timedelta(hours=3)) == "cd"
    assert ids(tx, patients=(1,)) == "a"
    assert ids(tx, task=77) == "c"
    assert ids(tx, ratings=(1, 2)) == "a"
    assert ids(tx, quality="low") == "b"
    assert ids(tx, quality="appealed") == ""
    assert ids(tx, is_held=True) == "b"
    assert ids(tx, is_recorded=True) == "ab"  # c's recording was deleted
    assert ids(tx, is_recorded=False) == "cd"


def test_a_score_that_was_withdrawn_is_none(tx: Transaction, journal: dict[str, int]) -> None:
    tx.execute(quality_scores.update().values(appeal="no", appeal_answer="so it was", is_withdrawn=1))
    assert ids(tx, quality="low") == ids(tx, quality="judged") == ""
    assert ids(tx, quality="appealed") == "b"


def test_the_seven_keys_work_in_every_combination(tx: Transaction, journal: dict[str, int]) -> None:
    """S51: call, agent, business, caller, number called, start and end of the call a; each alone and all together."""
    keys: dict[str, Any] = {
        "call_id": "a",
        "agent": journal[LI],
        "disposition": "投诉",
        "number": P1,
        "called": OURS,
        "begins": MONDAY_9 - timedelta(hours=1.5),
        "ends": MONDAY_9 - timedelta(hours=0.5),
    }
    for count in range(1, len(keys) + 1):
        for chosen in combinations(keys, count):
            found = ids(tx, **{key: keys[key] for key in chosen})
            assert "a" in found, chosen
            assert found == "a" or len(chosen) < 7, chosen
    assert ids(tx, **{**keys, "agent": journal[ZHAO]}) == ""


def test_who_spoke_in_each_call(tx: Transaction, journal: dict[str, int]) -> None:
    assert call_search.speakers_in(tx, ["a", "b", "d"]) == {"a": [journal[LI]], "b": [journal[LI], journal[ZHAO]]}
    agents.remove(tx, journal[LI])
    assert [(each.extension, each.name) for each in call_search.speakers(tx)] == [
        (ZHAO, "Agent 8002"),
        (None, "Agent 8001"),
    ]


@pytest.mark.parametrize("wanted", [{"agent": 1}, {"disposition": "咨询"}, {"ratings": (5,)}, {"is_held": True}])
def test_one_call_after_the_other_is_asked_by_its_id(
    tx: Transaction,
    journal: dict[str, int],
    wanted: dict[str, Any],
    plans: Callable[[Callable[[], object]], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where many calls suit: else SQLite reads, for each call anew, all that suits."""
    monkeypatch.setattr(call_search, "FEW", -1)
    told = plans(lambda: find(tx, Wanted(**wanted), 50))
    asked = [plan for plan in told if plan.startswith("SEARCH") and "call_id=?" in plan]
    assert len(asked) >= 2, told  # the recording that the row shows, and what was asked for
    assert not [plan for plan in told if plan == "USE TEMP B-TREE FOR ORDER BY"], told


def test_calls_without_a_recording_are_found_without_a_look_at_all_that_have_one(
    tx: Transaction, journal: dict[str, int], plans: Callable[[Callable[[], object]], list[str]]
) -> None:
    told = plans(lambda: find(tx, Wanted(is_recorded=False), 50))
    assert "SCAN calls USING INDEX calls_without_sound" in told

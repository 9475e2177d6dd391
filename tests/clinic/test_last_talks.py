"""The last numbers of somebody at the desk: each once, the newest first, and found by index alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from firmware.clinic.last_talks import last_talks, patient_of
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage import calls
from firmware.storage.desk_schema import talks
from firmware.storage.ledger import Ledger
from tests.clinic.visits import P1, PHONE

STRANGER = "13900000077"
TALKS = (PHONE[P1], STRANGER, PHONE[P1], None)  # the last one withheld


@pytest.fixture
def anna(ledger: Ledger, now: datetime) -> int:
    """Anna has spoken with them, a minute apart."""
    with ledger.transaction() as tx:
        user = users.create(tx, now, "anna", "Anna", Role.AGENT, "quiet lamp over water")
        agents.make(tx, user.id, Card(extension="8001"))
        for at, number in enumerate(TALKS):
            moment = now + timedelta(minutes=at)
            calls.begin(tx, moment, f"call-{at}", "L1", number, is_withheld=number is None)
            row = {"call_id": f"call-{at}", "user_id": user.id, "direction": "in", "number": number}
            tx.execute(talks.insert().values(began_at=moment, **row))
        calls.describe(tx, "call-2", patient_id=P1)
    return user.id


def test_each_number_stands_once_with_its_newest_talk_and_patient(ledger: Ledger, anna: int) -> None:
    with ledger.reading() as tx:
        found = last_talks(tx, anna, 5)
        assert [(talk.number, talk.call_id, talk.patient_id) for talk in found] == [
            (PHONE[P1], "call-2", P1),
            (STRANGER, "call-1", None),
        ]
        assert len(last_talks(tx, anna, 1)) == 1
        assert last_talks(tx, anna + 1, 5) == []


def test_a_call_knows_its_patient_once_somebody_has_said_who(ledger: Ledger, anna: int) -> None:
    with ledger.reading() as tx:
        assert [patient_of(tx, call) for call in ("call-1", "call-2", "call-99")] == [None, P1, None]


def test_the_last_numbers_are_found_by_index(
    ledger: Ledger, anna: int, plans: Callable[[Callable[[], object]], list[str]]
) -> None:
    with ledger.reading() as tx:
        found = plans(lambda: (last_talks(tx, anna, 5), patient_of(tx, "call-1")))
    assert any("talks_of_agent" in plan for plan in found)
    assert not [plan for plan in found if plan.startswith("SCAN") or "TEMP B-TREE" in plan]

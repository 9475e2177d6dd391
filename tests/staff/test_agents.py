from __future__ import annotations

from datetime import datetime

import pytest

from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.errors import BadExtension, ExtensionTaken, MayNotAnswer, NoSuchAgent, NoSuchUser
from firmware.staff.records import User
from firmware.staff.rights import Role
from firmware.storage.desk_schema import agent_states
from firmware.storage.ledger import Transaction
from tests.staff.colleagues import OWNER_PASSWORD, hire_li, hire_owner


@pytest.fixture
def owner(tx: Transaction, now: datetime) -> User:
    return hire_owner(tx, now)


@pytest.fixture
def li(tx: Transaction, now: datetime) -> User:
    return hire_li(tx, now)


def test_who_takes_calls_is_found_by_extension(tx: Transaction, li: User) -> None:
    card = Card(extension="8001", languages=("zh",), skills={"reception": 1, "english": 2}, phone_number="13800000001")
    made = agents.make(tx, li.id, card)
    assert agents.by_extension(tx, "8001") == agents.find(tx, li.id) == made
    assert (made.login, made.name, made.language) == ("li.na", "李娜", "zh")
    assert (made.languages, made.skills, made.phone_number) == (card.languages, card.skills, card.phone_number)


def test_everybody_who_takes_calls_stands_by_extension(tx: Transaction, li: User, owner: User) -> None:
    agents.make(tx, li.id, Card(extension="8002", skills={"reception": 1}))
    agents.make(tx, owner.id, Card(extension="8001", skills={"reception": 2, "billing": 1}))
    assert [(agent.login, agent.skills) for agent in agents.all(tx)] == [
        ("admin", {"reception": 2, "billing": 1}),
        ("li.na", {"reception": 1}),
    ]


def test_a_changed_card_leaves_nothing_of_the_old_one(tx: Transaction, li: User) -> None:
    agents.make(tx, li.id, Card(extension="8001", skills={"reception": 1, "billing": 3}, phone_number="13800000001"))
    changed = agents.change(tx, li.id, Card(extension="8009", skills={"billing": 1}, outside_class="none"))
    assert (changed.extension, changed.skills, changed.phone_number) == ("8009", {"billing": 1}, None)
    assert changed.outside_class == "none"
    with pytest.raises(NoSuchAgent):
        agents.by_extension(tx, "8001")


def test_two_people_cannot_have_one_extension(tx: Transaction, li: User, owner: User) -> None:
    agents.make(tx, li.id, Card(extension="8001"))
    with pytest.raises(ExtensionTaken, match=r"li\.na has the extension 8001") as refused:
        agents.make(tx, owner.id, Card(extension="8001"))
    assert refused.value.login == "li.na"
    assert agents.change(tx, li.id, Card(extension="8001", languages=("en",))).languages == ("en",)


@pytest.mark.parametrize(
    "extension", ["", "8", "8001234", "80a1", "８００１", "8 01", "+801", "120", "10086", "95588", "*78", "99"]
)
def test_extensions_that_are_none_or_somebody_elses_are_refused(tx: Transaction, li: User, extension: str) -> None:
    with pytest.raises(BadExtension):
        agents.make(tx, li.id, Card(extension=extension), emergency_numbers=("99",))
    assert agents.all(tx) == []


def test_who_takes_calls_no_more_frees_the_extension_and_keeps_the_history(
    tx: Transaction, li: User, owner: User, now: datetime
) -> None:
    agents.make(tx, li.id, Card(extension="8001", skills={"reception": 1}))
    tx.execute(agent_states.insert(), {"user_id": li.id, "state": "ready", "at": now})
    agents.remove(tx, li.id)
    assert agents.all(tx) == []
    with pytest.raises(NoSuchAgent):
        agents.change(tx, li.id, Card(extension="8001"))
    agents.make(tx, owner.id, Card(extension="8001"))
    assert agents.make(tx, li.id, Card(extension="8002")).skills == {}  # came back, with nothing of the old card


def test_people_who_may_not_answer_take_no_calls(tx: Transaction, li: User, owner: User, now: datetime) -> None:
    auditor = users.create(tx, now, "audit", "审计", Role.AUDITOR, OWNER_PASSWORD)
    with pytest.raises(MayNotAnswer):
        agents.make(tx, auditor.id, Card(extension="8001"))
    with pytest.raises(NoSuchUser):
        agents.make(tx, 4711, Card(extension="8001"))
    agents.make(tx, li.id, Card(extension="8001"))
    users.set_role(tx, li.id, Role.AUDITOR)
    assert agents.all(tx) == []


def test_who_is_switched_off_takes_no_calls_and_keeps_the_extension(tx: Transaction, li: User, owner: User) -> None:
    agents.make(tx, li.id, Card(extension="8001"))
    users.set_active(tx, li.id, is_active=False)
    with pytest.raises(NoSuchAgent):
        agents.find(tx, li.id)
    with pytest.raises(ExtensionTaken):
        agents.make(tx, owner.id, Card(extension="8001"))
    users.set_active(tx, li.id, is_active=True)
    assert agents.by_extension(tx, "8001").login == "li.na"


def test_a_card_speaks_a_language_and_has_levels(tx: Transaction) -> None:
    with pytest.raises(ValueError, match="speaks"):
        Card(extension="8001", languages=())
    with pytest.raises(ValueError, match="level"):
        Card(extension="8001", skills={"reception": 0})

"""What patients think of a talk: a key at its end, or a reply to a text within a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from firmware.clinic import ratings
from firmware.clinic.profile import ClinicProfile
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage import calls
from firmware.storage.ledger import Transaction
from firmware.storage.text_schema import outbox

MOBILE, LANDLINE = "13800000001", "02161230001"


@pytest.fixture
def agent(tx: Transaction, now: datetime) -> int:
    user = users.create(tx, now, "li", "Li", Role.AGENT, "quiet lamp over water")
    agents.make(tx, user.id, Card(extension="8001"))
    calls.begin(tx, now, "c1", "L1", MOBILE, is_withheld=False)
    calls.begin(tx, now, "c2", "L1", MOBILE, is_withheld=False)
    return user.id


def test_the_last_word_on_a_call_counts(tx: Transaction, now: datetime, agent: int) -> None:
    ratings.rate(tx, now, "c1", agent, 2)
    ratings.rate(tx, now, "c1", agent, 5, ratings.TEXT)
    said = ratings.of_call(tx, "c1")
    assert said is not None
    assert (said.score, said.channel, said.user_id) == (5, "text", agent)
    with pytest.raises(ValueError, match="1 to 5"):
        ratings.rate(tx, now, "c1", agent, 6)


@pytest.mark.parametrize(("body", "score"), [("4", 4), (" ５分。", 5), ("1!", 1)])
def test_a_reply_to_the_text_rates_the_call(
    tx: Transaction, now: datetime, profile: ClinicProfile, agent: int, body: str, score: int
) -> None:
    assert ratings.ask_by_text(tx, now, profile, "c1", agent, MOBILE, "zh")
    assert [row.purpose for row in tx.execute(select(outbox))] == ["rating"]
    thanks = ratings.take_text(tx, now + timedelta(hours=23), profile, MOBILE, body, "zh")
    assert thanks is not None
    assert "谢谢" in thanks
    said = ratings.of_call(tx, "c1")
    assert said is not None
    assert (said.score, said.channel) == (score, "text")
    assert ratings.take_text(tx, now + timedelta(hours=23), profile, MOBILE, "1", "zh") is None  # once


@pytest.mark.parametrize(
    ("number", "body", "hours"), [(MOBILE, "6", 1), (MOBILE, "挂号", 1), (LANDLINE, "5", 1), (MOBILE, "5", 25)]
)
def test_other_texts_are_not_ratings(
    tx: Transaction, now: datetime, profile: ClinicProfile, agent: int, number: str, body: str, hours: int
) -> None:
    ratings.ask_by_text(tx, now, profile, "c1", agent, MOBILE, "zh")
    assert ratings.take_text(tx, now + timedelta(hours=hours), profile, number, body, "zh") is None
    assert ratings.of_call(tx, "c1") is None


def test_nobody_is_asked_who_cannot_be_or_twice_for_one_call(
    tx: Transaction, now: datetime, profile: ClinicProfile, agent: int
) -> None:
    assert not ratings.ask_by_text(tx, now, profile, "c1", agent, LANDLINE, "zh")
    assert not ratings.ask_by_text(tx, now, profile, "c1", agent, None, "zh")
    assert ratings.ask_by_text(tx, now, profile, "c1", agent, MOBILE, "en")
    assert ratings.ask_by_text(tx, now, profile, "c1", agent, MOBILE, "en")
    assert len(tx.execute(select(outbox)).all()) == 1


def test_the_figures_of_an_agent(tx: Transaction, now: datetime, agent: int) -> None:
    ratings.rate(tx, now, "c1", agent, 5)
    ratings.rate(tx, now, "c2", agent, 2)
    (figures,) = ratings.by_agent(tx, now, now + timedelta(days=1), [agent])
    assert (figures.count, figures.mean, figures.low) == (2, 3.5, 1)
    assert ratings.by_agent(tx, now - timedelta(days=1), now, [agent]) == []

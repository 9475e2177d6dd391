"""Talks are judged by forms, at random, by somebody else; agents may appeal once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from firmware.clinic import quality, quality_samples
from firmware.clinic.errors import ProfileError
from firmware.clinic.quality import AlreadyAppealed, AlreadyDecided, BadPoints, JudgesSelf, NoSuchScore, NotInTheTalk
from firmware.clinic.quality_forms import SAMPLE, QualityPlan, form_document, read_form, read_plan
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage import calls, recording_index, recordings
from firmware.storage.desk_schema import talks
from firmware.storage.ledger import Transaction
from tests.clinic.conftest import MONDAY_9

FORM = SAMPLE.forms[0]
ALL = {question.key: question.points for question in FORM.questions}
MONTH = (MONDAY_9 - timedelta(days=1), MONDAY_9 + timedelta(days=30))


@pytest.fixture
def li(tx: Transaction, now: datetime) -> int:
    user = users.create(tx, now, "li", "Li", Role.AGENT, "quiet lamp over water")
    agents.make(tx, user.id, Card(extension="8001"))
    return user.id


def talk(tx: Transaction, user_id: int, call_id: str, seconds: int = 60, at: datetime = MONDAY_9) -> str:
    calls.begin(tx, at, call_id, "L1", None, is_withheld=True)
    row = {"call_id": call_id, "user_id": user_id, "direction": "in", "began_at": at, "ended_at": at}
    tx.execute(talks.insert(), row)
    recordings.begin(tx, call_id, f"{call_id}.wav")
    recordings.complete(tx, call_id, f"{call_id}.wav", seconds)
    return call_id


def judge(tx: Transaction, user_id: int, call_id: str, author: str = "sv", **points: int) -> int:
    return quality.judge(tx, MONDAY_9, author, call_id, user_id, FORM, ALL | points, "kind")


def test_a_score_is_the_sum_of_its_points(tx: Transaction, li: int) -> None:
    talk(tx, li, "c1")
    judge(tx, li, "c1", right=0)
    (score,) = quality.of_call(tx, "c1")
    assert (score.points, score.most_points, score.percent, score.agent, score.author) == (70, 100, 70, "Li", "sv")
    assert score.answers["right"] == 0
    assert quality.tally(tx, *MONTH, [li])[li].percent == 70


@pytest.mark.parametrize("points", [{"right": 31}, {"right": -1}, {"unknown": 1}])
def test_points_that_do_not_fit_the_form_are_refused(tx: Transaction, li: int, points: dict[str, int]) -> None:
    talk(tx, li, "c1")
    with pytest.raises(BadPoints):
        judge(tx, li, "c1", **points)


def test_nobody_judges_their_own_talk_or_one_that_was_not_held(tx: Transaction, li: int) -> None:
    talk(tx, li, "c1")
    with pytest.raises(JudgesSelf):
        judge(tx, li, "c1", author="li")
    with pytest.raises(NotInTheTalk):
        judge(tx, 99, "c1")


def test_an_agent_appeals_once_and_gets_an_answer(tx: Transaction, li: int) -> None:
    talk(tx, li, "c1")
    score_id = judge(tx, li, "c1", kind=0)
    with pytest.raises(NoSuchScore):
        quality.appeal(tx, 99, score_id, "not mine")
    with pytest.raises(NoSuchScore):
        quality.decide(tx, "sv", score_id, "nobody asked", is_withdrawn=True)
    quality.appeal(tx, li, score_id, "the line was bad")
    assert [score.appeal for score in quality.open_appeals(tx)] == ["the line was bad"]
    with pytest.raises(AlreadyAppealed):
        quality.appeal(tx, li, score_id, "again")
    with pytest.raises(JudgesSelf):
        quality.decide(tx, "li", score_id, "I am right", is_withdrawn=True)
    quality.decide(tx, "sv", score_id, "it was clear on the recording", is_withdrawn=False)
    assert quality.open_appeals(tx) == []
    assert quality.of_agent(tx, li)[0].appeal_answer == "it was clear on the recording"
    assert quality.tally(tx, *MONTH, [li])[li].percent == 90
    with pytest.raises(AlreadyDecided):
        quality.decide(tx, "sv", score_id, "once more", is_withdrawn=True)


def test_a_score_that_was_withdrawn_counts_no_more_and_the_talk_may_be_judged_anew(tx: Transaction, li: int) -> None:
    talk(tx, li, "c1")
    score_id = judge(tx, li, "c1", kind=0)
    quality.appeal(tx, li, score_id, "the line was bad")
    quality.decide(tx, "sv", score_id, "you are right", is_withdrawn=True)
    assert quality.tally(tx, *MONTH, [li]) == {}
    assert quality.of_agent(tx, li)[0].is_withdrawn
    assert quality_samples.another(tx, li, *MONTH) == "c1"


def test_a_score_keeps_the_words_that_were_asked(tx: Transaction, li: int) -> None:
    talk(tx, li, "c1")
    judge(tx, li, "c1")
    assert quality.of_call(tx, "c1")[0].form == FORM  # read from the ledger, whatever the forms say today


def test_one_more_is_of_talks_that_can_be_heard_and_nobody_judged(tx: Transaction, now: datetime, li: int) -> None:
    for call_id in ("c1", "c2"):
        talk(tx, li, call_id)
    talk(tx, li, "short", seconds=5)
    talk(tx, li, "long ago", at=MONDAY_9 - timedelta(days=40))
    talk(tx, li, "gone")
    recording_index.delete(tx, now, ["gone"], "age")
    picked = set()
    for _ in range(2):
        found = quality_samples.another(tx, li, *MONTH)
        assert found is not None
        judge(tx, li, found)
        picked.add(found)
    assert picked == {"c1", "c2"}
    assert quality_samples.another(tx, li, *MONTH) is None


def form(**what: Any) -> dict[str, Any]:
    question = {"key": "kind", "text": {"zh": "友善", "en": "Kind"}, "points": 10}
    return {"key": "own", "name": {"zh": "本院", "en": "Ours"}, "questions": [question], **what}


def test_a_clinic_has_forms_of_its_own() -> None:
    plan = read_plan({"forms": [form()], "per_week": 3})
    assert (plan.forms[0].most_points, plan.per_week) == (10, 3)
    assert read_plan(None) == SAMPLE


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        ({"forms": []}, "there must be a form"),
        ({"forms": [form(questions=[])]}, "has questions"),
        ({"forms": [form(), form(name={"zh": "另", "en": "Other"})]}, "'own' is there twice"),
        ({"forms": [form(key="a b")]}, "short word"),
        ({"forms": [form(calls="some")]}, "must be all, made or queue:NAME"),
        ({"form": []}, "did you mean 'forms'"),
        ({"forms": [form()], "per_week": 51}, "from 0 to 50"),
    ],
)
def test_a_document_that_cannot_be_is_refused_with_the_reason(document: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ProfileError, match=wrong):
        read_plan(document)


def test_the_most_particular_form_comes_first() -> None:
    usual, ours = SAMPLE.forms[0], read_form(form(calls="queue:reception"))
    made = read_form(form(key="made", calls="made"))
    plan = QualityPlan((usual, ours, made))
    assert plan.forms_for({"queue:reception"}) == (ours, usual)
    assert plan.forms_for({"made"}) == (made, usual)
    assert QualityPlan((made,)).forms_for({"queue:reception"}) == (made,)
    assert read_form(form_document(ours)) == ours

"""Judging talks on the pages: from the sample to the score, the agent's view and appeal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta

import pytest

from firmware.clinic import quality, quality_samples, ratings
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.storage import audit
from firmware.storage.desk_schema import talks
from tests.web.browser import Browser
from tests.web.test_calls import ring
from webui.office import Office


@pytest.fixture
def agent(sign_in: Callable[..., Browser], office: Office) -> Browser:
    """Somebody with extension 8001 who spoke in the recorded call c1; the patient gave one star."""
    browser = sign_in("agent")
    at = office.clock.now() - timedelta(hours=1)
    ring(office, "c1", at, file="c1.wav")
    (office.folders.recordings / "c1.wav").write_bytes(b"RIFF" + bytes(96))
    with office.ledger.transaction() as tx:
        user = users.by_login(tx, "agent")
        assert user is not None
        agents.make(tx, user.id, Card(extension="8001"))
        row = {"call_id": "c1", "user_id": user.id, "direction": "in", "began_at": at, "ended_at": at}
        tx.execute(talks.insert(), row)
        ratings.rate(tx, office.clock.now(), "c1", user.id, 1)
    return browser


def judge(supervisor: Browser) -> None:
    page = supervisor.get("/calls/c1")
    supervisor.send(page.form("/calls/c1/judge"), **{"points-right": "10", "remark": "please check the day"})


def test_from_the_sample_to_the_score(sign_in: Callable[..., Browser], office: Office, agent: Browser) -> None:
    with office.ledger.transaction() as tx:
        assert quality_samples.draw(tx, office.clock.now() + timedelta(days=7), UTC, 2) == 1
    supervisor = sign_in("supervisor")
    page = supervisor.get("/quality")
    assert "8001" in page.text
    assert "Listen and judge" in page.text
    assert "Judge: A usual talk" in supervisor.get("/calls/c1?judge=yes").text
    judge(supervisor)
    page = supervisor.get("/quality")
    assert "Every Monday 2 talks" in page.text  # nothing waits any more
    assert "80 %" in page.text
    with office.ledger.reading() as tx:
        assert any(trace.what == "talk judged" and trace.detail == "c1, 80 of 100" for trace in audit.latest(tx))


def test_one_more_talk_is_drawn_on_demand(sign_in: Callable[..., Browser], agent: Browser) -> None:
    supervisor = sign_in("supervisor")
    page = supervisor.get("/quality")
    (link,) = [part.split('"')[0] for part in page.body.split('href="') if part.startswith("/quality/next")]
    assert "Judge: A usual talk" in supervisor.get(link.replace("&amp;", "&")).text
    judge(supervisor)
    assert "no talk with a recording left" in supervisor.get(link.replace("&amp;", "&")).text


def test_points_beyond_the_form_are_told(sign_in: Callable[..., Browser], office: Office, agent: Browser) -> None:
    supervisor = sign_in("supervisor")
    form = supervisor.get("/calls/c1").form("/calls/c1/judge")
    assert "out of range" in supervisor.send(form, **{"points-right": "31"}).text
    with office.ledger.reading() as tx:
        assert quality.of_call(tx, "c1") == []


def test_the_agent_sees_the_score_and_appeals_once(
    sign_in: Callable[..., Browser], office: Office, agent: Browser
) -> None:
    supervisor = sign_in("supervisor")
    judge(supervisor)
    page = agent.get("/quality/mine")
    assert "please check the day" in page.text
    form = page.form("/quality/")
    assert "was sent" in agent.send(form, why="the patient changed the day").text
    assert "before" in agent.send(form, why="again", once="another").text
    assert [form.action for form in agent.get("/quality/mine").forms if "appeal" in form.action] == []
    page = supervisor.get("/quality")
    assert "the patient changed the day" in page.text
    assert "give the reason" in supervisor.send(page.form("/quality/"), answer="", decision="withdrawn").text
    page = supervisor.get("/quality")
    supervisor.send(page.form("/quality/"), answer="so it was", decision="withdrawn")
    assert "80 %" not in supervisor.get("/quality").text  # it counts no more
    mine = agent.get("/quality/mine").text
    assert "so it was" in mine
    assert "withdrawn" in mine


def test_scores_are_nobody_elses_business(sign_in: Callable[..., Browser], agent: Browser) -> None:
    judge(sign_in("supervisor"))
    assert "please check the day" not in sign_in("desk").get("/calls/c1").text
    assert "please check the day" in agent.get("/calls/c1").text
    assert sign_in("desk").get("/quality").status == 403
    assert "No scores yet" in sign_in("desk").get("/quality/mine").text
    assert "1 of 5" in sign_in("desk").get("/calls/c1").text  # what the patient said is for everybody there

"""The clinic's own score forms and its sample, made on the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware.clinic.quality_forms import Question
from firmware.language.values import Name
from firmware.storage import audit
from firmware.storage.desk_schema import queue_entries, talks
from tests.web.browser import Browser
from tests.web.test_quality import agent, judge
from webui.office import Office

__all__ = ["agent"]
WORDS = {"name_zh": "收费", "calls": "queue:reception", "text-0_zh": "价格说清楚", "points-0": "30"}


@pytest.fixture
def supervisor(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("supervisor")


def add(supervisor: Browser, **what: str) -> str:
    page = supervisor.get("/quality/forms/new")
    return supervisor.send(page.form("/quality/forms/new"), **(WORDS | what)).text


def test_a_form_for_one_queue_comes_first_for_its_talks(supervisor: Browser, office: Office, agent: Browser) -> None:
    assert "Saved" in add(supervisor, **{"text-1_en": "Says goodbye", "points-1": "5"})
    made = office.quality().forms[1]
    assert made.name == Name("收费", "收费")
    assert made.questions[1] == Question("q2", Name("Says goodbye", "Says goodbye"), 5)
    assert "Queue: Reception" in supervisor.get("/quality/forms").text
    with office.ledger.transaction() as tx:
        waited = {"queue": "reception", "language": "zh", "turn_at": office.clock.now(), "state": "answered"}
        entry = tx.execute(queue_entries.insert().returning(queue_entries.c.id), waited).scalar_one()
        tx.execute(talks.update().values(entry_id=entry))
    text = supervisor.get("/calls/c1").text
    assert text.index("Judge: 收费") < text.index("Judge: A usual talk")


def test_a_judged_talk_keeps_its_questions_when_the_form_changes(supervisor: Browser, agent: Browser) -> None:
    judge(supervisor)
    page = supervisor.get("/quality/forms/talk")
    emptied = {f"text-{at}_{language}": "" for at in range(1, 6) for language in ("zh", "en")}
    supervisor.send(page.form("/quality/forms/talk"), **emptied, **{"text-0_en": "Is quick", "points-0": "7"})
    assert "Is quick" in supervisor.get("/quality/forms/talk").body
    mine = agent.get("/quality/mine").text
    assert "Greets and says the number" in mine
    assert "Is quick" not in mine


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ({"name_zh": ""}, "fill this in"),
        ({"text-0_zh": ""}, "one question"),
        ({"points-0": "0"}, "whole number"),
        ({"points-0": ""}, "whole number"),
        ({"calls": "queue:nowhere"}, "choose"),
        ({"text-0_zh": "x" * 81}, "long"),
    ],
)
def test_a_form_that_cannot_be_is_told_beside_the_field(
    supervisor: Browser, office: Office, what: dict[str, str], told: str
) -> None:
    assert told in add(supervisor, **what)
    assert len(office.quality().forms) == 1


def test_the_last_form_stays(supervisor: Browser, office: Office) -> None:
    page = supervisor.get("/quality/forms/talk")
    assert "one form at least" in supervisor.send(page.form("/quality/forms/talk/remove")).text
    add(supervisor)
    page = supervisor.get("/quality/forms/talk")
    supervisor.send(page.form("/quality/forms/talk/remove"))
    assert [form.key for form in office.quality().forms] == ["form_1"]


def test_two_who_change_the_forms_at_once_do_not_undo_each_other(supervisor: Browser, office: Office) -> None:
    shown = supervisor.get("/quality/forms/talk").form("/quality/forms/talk")
    add(supervisor)
    assert "Somebody else" in supervisor.send(shown, name_zh="别的").text
    assert len(office.quality().forms) == 2
    assert office.quality().forms[0].name.zh != "别的"


def test_how_many_are_drawn_each_week_is_set_and_told(supervisor: Browser, office: Office) -> None:
    page = supervisor.get("/quality/forms")
    assert "range" in supervisor.send(page.form("/quality/forms"), per_week="51").text
    page = supervisor.get("/quality/forms")
    supervisor.send(page.form("/quality/forms"), per_week="0")
    assert office.quality().per_week == 0
    assert "No talks are drawn" in supervisor.get("/quality").text
    with office.ledger.reading() as tx:
        assert any(trace.what == "quality sample set" for trace in audit.latest(tx))


def test_a_form_that_is_not_there_is_not_found(supervisor: Browser) -> None:
    assert supervisor.get("/quality/forms/nothing").status == 404

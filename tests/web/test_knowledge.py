"""What the desk knows: everybody who answers reads it, supervisors write it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from firmware.clinic import knowledge
from tests.web.browser import Browser, Reply
from webui.office import Office

SignIn = Callable[..., Browser]
ARTICLE = {
    "topic_zh": "就诊/眼科", "topic_en": "Your visit/Eyes", "title_zh": "配眼镜", "title_en": "Glasses",
    "body_zh": "二楼验光室，周一到周五。", "body_en": "On the first floor, Monday to Friday.", "keywords": "验光",
}  # fmt: skip


def fill_in(browser: Browser, **fields: str) -> Reply:
    return browser.send(browser.get("/knowledge/new").form("/knowledge/new"), **{**ARTICLE, **fields})  # type: ignore[arg-type]


@pytest.fixture
def supervisor(sign_in: SignIn) -> Browser:
    return sign_in("supervisor")


def titles(office: Office) -> list[str]:
    with office.ledger.reading() as tx:
        return [each.text.title.en for each in knowledge.everything(tx)]


def test_the_sample_clinic_knows_what_patients_ask(desk: Browser) -> None:
    page = desk.get("/knowledge")
    assert "Parking" in page.text
    assert "Fees › Insurance" in page.text


@pytest.mark.parametrize("words", ["空腹", "fasting", "blood water"])
def test_articles_are_found_while_words_are_typed(desk: Browser, words: str) -> None:
    found = desk.part(f"/knowledge?{urlencode({'q': words})}")
    assert "Fasting before a blood test" in found.text
    assert "Parking" not in found.text


def test_words_that_nobody_wrote_down_find_nothing(desk: Browser) -> None:
    assert "Nothing found" in desk.get("/knowledge?q=zzz").text


def test_a_supervisor_writes_changes_and_deletes_an_article(supervisor: Browser, office: Office) -> None:
    fill_in(supervisor)
    with office.ledger.reading() as tx:
        (found,) = knowledge.find(tx, "验光")
    assert found.changed_by == "supervisor"
    address = f"/knowledge/{found.id}"
    page = supervisor.get(address)
    assert page.form(address).fields["topic_en"] == "Your visit/Eyes"
    reply = supervisor.send(page.form(address), title_en="Spectacles")
    assert "Saved" in reply.text
    assert "Spectacles" in titles(office)
    reply = supervisor.send(supervisor.get(address).form(f"{address}/delete"))
    assert "“Spectacles” is deleted" in reply.text
    assert "Spectacles" not in titles(office)
    assert supervisor.get(address).status == 404


def test_an_article_that_says_nothing_is_not_kept(supervisor: Browser, office: Office) -> None:
    before = titles(office)
    reply = fill_in(supervisor, body_zh="", body_en=" ")
    assert "Please fill this in" in reply.text
    assert titles(office) == before
    assert reply.form("/knowledge/new").fields["title_en"] == "Glasses"


def test_one_language_is_enough(supervisor: Browser) -> None:
    form = supervisor.get("/knowledge/new").form("/knowledge/new")
    supervisor.send(form, topic_zh="就诊", title_zh="量血压", body_zh="一楼大厅，免费。")
    assert "一楼大厅，免费。" in supervisor.get(f"/knowledge?{urlencode({'q': '量血压'})}").text


def test_who_answers_reads_and_does_not_write(desk: Browser, sign_in: SignIn) -> None:
    assert desk.get("/knowledge/new").status == 403
    assert desk.get("/knowledge/1").status == 403
    assert "/knowledge/1" not in desk.get("/knowledge").body
    assert sign_in("auditor").get("/knowledge").status == 403


def test_what_an_article_says_is_text(supervisor: Browser) -> None:
    fill_in(supervisor, title_en="<img src=x>", body_en="<script>alert(1)</script>")
    assert "<script>alert" not in supervisor.get("/knowledge").body
    assert "<img src=x>" not in supervisor.get("/knowledge").body

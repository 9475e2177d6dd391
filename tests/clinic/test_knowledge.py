"""What the desk knows, found while somebody waits for the answer."""

from __future__ import annotations

from datetime import datetime

import pytest

from firmware.clinic import knowledge
from firmware.clinic.knowledge import NoSuchArticle, Text, TooManyArticles
from firmware.language.values import Name
from firmware.sms_parts import parts_of
from firmware.storage.ledger import Transaction

GLASSES = Text(Name("就诊/眼科", "Visit/Eyes"), Name("配眼镜", "Glasses"), Name("二楼", "Upstairs"), "验光 optician")


def titles(tx: Transaction, words: str) -> list[str]:
    return [found.text.title.en for found in knowledge.find(tx, words)]


@pytest.mark.parametrize("words", ["停车", "Parking", "wheelchair", "轮椅", "parking ticket"])
def test_an_article_is_found_by_title_keyword_or_text_in_both_languages(tx: Transaction, words: str) -> None:
    assert titles(tx, words)[0] == "Parking"


def test_what_names_the_word_stands_before_what_only_speaks_of_it(tx: Transaction, now: datetime) -> None:
    knowledge.add(tx, now, GLASSES, "anna")
    knowledge.add(tx, now, Text(GLASSES.topic, Name("眼科", "Eye tests"), Name("", "bring your glasses")), "anna")
    assert titles(tx, "glasses") == ["Glasses", "Eye tests"]


@pytest.mark.parametrize("words", ["", "   ", "zzz", "%", "_", "parking zzz", "' OR 1=1 --"])
def test_what_nobody_wrote_about_finds_nothing(tx: Transaction, words: str) -> None:
    assert titles(tx, words) == []


def test_a_changed_article_says_who_changed_it(tx: Transaction, now: datetime) -> None:
    key = knowledge.add(tx, now, GLASSES, "anna")
    knowledge.change(tx, now, key, Text(GLASSES.topic, GLASSES.title, Name("三楼", "Second floor")), "bert")
    found = knowledge.article(tx, key)
    assert (found.text.body.zh, found.changed_by) == ("三楼", "bert")


def test_a_deleted_article_is_gone(tx: Transaction, now: datetime) -> None:
    key = knowledge.add(tx, now, GLASSES, "anna")
    assert knowledge.remove(tx, key).text == GLASSES
    for act in (lambda: knowledge.remove(tx, key), lambda: knowledge.change(tx, now, key, GLASSES, "anna")):
        with pytest.raises(NoSuchArticle):
            act()


def test_there_is_an_end_to_knowledge(tx: Transaction, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "MOST_ARTICLES", len(knowledge.everything(tx)) + 1)
    knowledge.add(tx, now, GLASSES, "anna")
    with pytest.raises(TooManyArticles):
        knowledge.add(tx, now, GLASSES, "anna")


def test_every_sample_article_fits_into_few_texts_in_both_languages() -> None:
    for text in knowledge.samples():
        assert text.topic.zh.count("/") == text.topic.en.count("/")
        for body in (text.body.zh, text.body.en):
            assert 1 <= parts_of(body) <= 3, body

"""What the desk knows: short articles in both languages, in a tree of topics, found by the words that callers use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import ColumnElement, Row, Select, case, delete, func, insert, or_, select, update

from firmware.clinic.errors import ClinicError
from firmware.language.values import Name
from firmware.storage.desk_schema import articles
from firmware.storage.ledger import Transaction

MOST_ARTICLES = 500
MOST_FOUND = 12
MOST_WORDS = 5
LONGEST_WORDS = 60
TOPIC_CHARACTERS, TITLE_CHARACTERS, BODY_CHARACTERS, KEYWORDS_CHARACTERS = 60, 80, 2000, 200
LEVELS_BETWEEN = "/"


class NoSuchArticle(ClinicError):
    """Somebody has deleted the article meanwhile."""


class TooManyArticles(ClinicError):
    """Nobody finds anything in more."""


@dataclass(frozen=True)
class Text:
    """What an article says. A topic holds the levels of the tree with "/" between them: "Fees/Insurance"."""

    topic: Name
    title: Name
    body: Name  # in words that can be read out or texted
    keywords: str = ""  # other words for it, blank-separated


@dataclass(frozen=True)
class Article:
    """One article and who changed it last."""

    id: int
    text: Text
    changed_at: datetime
    changed_by: str


def everything(tx: Transaction) -> list[Article]:
    """All articles by topic and title; at most `MOST_ARTICLES`, for there can't be more."""
    columns = articles.c
    return [_article(row) for row in tx.execute(_ALL.order_by(columns.topic_zh, columns.title_zh, columns.id))]


def article(tx: Transaction, article_id: int) -> Article:
    """Raises `NoSuchArticle`."""
    row = tx.execute(_ALL.where(articles.c.id == article_id)).first()
    if row is None:
        raise NoSuchArticle(f"no article {article_id}")
    return _article(row)


def find(tx: Transaction, words: str, most: int = MOST_FOUND) -> list[Article]:
    """The articles that hold all the words somewhere, those that name them in their title or keywords first."""
    wanted = words.lower().split()[:MOST_WORDS]
    if not wanted:
        return []
    named = case(*((_holds(word, _NAMES), 0) for word in wanted), else_=1)
    suits = [_holds(word, (*_NAMES, *_BODIES)) for word in wanted]
    return [_article(row) for row in tx.execute(_ALL.where(*suits).order_by(named, articles.c.id).limit(most))]


def add(tx: Transaction, now: datetime, text: Text, by: str) -> int:
    """A new article, its id; raises `TooManyArticles`."""
    if tx.execute(select(func.count()).select_from(articles)).scalar_one() >= MOST_ARTICLES:
        raise TooManyArticles(f"there are {MOST_ARTICLES} articles already")
    return int(tx.execute(insert(articles).values(_row(now, text, by)).returning(articles.c.id)).scalar_one())


def change(tx: Transaction, now: datetime, article_id: int, text: Text, by: str) -> None:
    """The article says this from now on; raises `NoSuchArticle`."""
    which = update(articles).where(articles.c.id == article_id)
    if tx.execute(which.values(_row(now, text, by))).rowcount == 0:
        raise NoSuchArticle(f"no article {article_id}")


def remove(tx: Transaction, article_id: int) -> Article:
    """Delete it; what it said, for second thoughts. Raises `NoSuchArticle`."""
    was = article(tx, article_id)
    tx.execute(delete(articles).where(articles.c.id == article_id))
    return was


@cache
def samples() -> tuple[Text, ...]:
    """The articles of the sample clinic, useful in others too."""
    file = Path(__file__).with_name("knowledge.yaml")
    return tuple(_sample(entry) for entry in yaml.safe_load(file.read_text(encoding="utf-8")))


def fill(tx: Transaction, now: datetime) -> None:
    """Put the sample articles into the ledger."""
    for text in samples():
        add(tx, now, text, "sample")


_ALL: Select[Any] = select(articles)
_NAMES = tuple(articles.c[name] for name in ("title_zh", "title_en", "topic_zh", "topic_en", "keywords"))
_BODIES = (articles.c.body_zh, articles.c.body_en)


def _holds(word: str, columns: tuple[ColumnElement[str], ...]) -> ColumnElement[bool]:
    return or_(*(func.instr(func.lower(column), word) > 0 for column in columns))


def _row(now: datetime, text: Text, by: str) -> dict[str, Any]:
    return {
        "topic_zh": text.topic.zh, "topic_en": text.topic.en, "title_zh": text.title.zh, "title_en": text.title.en,
        "body_zh": text.body.zh, "body_en": text.body.en, "keywords": text.keywords, "changed_at": now,
        "changed_by": by,
    }  # fmt: skip


def _article(row: Row[Any]) -> Article:
    text = Text(
        Name(row.topic_zh, row.topic_en), Name(row.title_zh, row.title_en), Name(row.body_zh, row.body_en), row.keywords
    )
    return Article(row.id, text, row.changed_at, row.changed_by)


def _sample(entry: Mapping[str, Any]) -> Text:
    topic, title, body = (Name(entry[part]["zh"], entry[part]["en"]) for part in ("topic", "title", "body"))
    return Text(topic, title, body, entry.get("keywords", ""))

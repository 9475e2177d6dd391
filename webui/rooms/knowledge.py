"""What the desk knows: articles by topic, found by their words; whoever looks after the prompts writes them."""

from __future__ import annotations

from bottle import HTTPError, HTTPResponse

from firmware.clinic import knowledge
from firmware.clinic.knowledge import (
    BODY_CHARACTERS,
    KEYWORDS_CHARACTERS,
    TITLE_CHARACTERS,
    TOPIC_CHARACTERS,
    Article,
    NoSuchArticle,
    Text,
    TooManyArticles,
)
from firmware.language.values import Name
from firmware.sms_parts import parts_of
from firmware.staff import users
from firmware.staff.rights import Right
from webui.forms import Form
from webui.reader import Reader
from webui.routes import Routes

HERE = "/knowledge"
ONE = "/knowledge/<article_id:int>"


def add_to(routes: Routes) -> None:
    routes.get(HERE, show, Right.ANSWER)
    routes.get(f"{HERE}/new", show_new, Right.PROMPTS)
    routes.post(f"{HERE}/new", add, Right.PROMPTS)
    routes.get(ONE, show_one, Right.PROMPTS)
    routes.post(ONE, change, Right.PROMPTS)
    routes.post(f"{ONE}/delete", delete, Right.PROMPTS)


def show(reader: Reader) -> HTTPResponse:
    """All articles by topic, or those with the words that were asked for."""
    words = reader.query.text("q", knowledge.LONGEST_WORDS, needed=False)
    with reader.office.ledger.reading() as tx:
        found = knowledge.find(tx, words, knowledge.MOST_ARTICLES) if words else knowledge.everything(tx)
        staff = {user.login: user.name for user in users.all_users(tx)}
    template = "knowledge/found.html" if reader.is_part else "knowledge/list.html"
    return reader.page(template, topics=_by_topic(reader, found), words=words, staff=staff, parts_of=parts_of)


def show_new(reader: Reader) -> HTTPResponse:
    """An empty article, or what was just deleted."""
    return reader.page("knowledge/edit.html", form=None, article=None, topics=_topics(reader))


def show_one(reader: Reader, article_id: int) -> HTTPResponse:
    """An article to change."""
    return reader.page("knowledge/edit.html", form=None, article=_article(reader, article_id), topics=_topics(reader))


def add(reader: Reader) -> HTTPResponse:
    """A new article."""
    text = _text(reader.form)
    if not reader.form.is_good:
        return reader.page("knowledge/edit.html", 422, form=reader.form, article=None, topics=_topics(reader))
    try:
        with reader.changing("article written") as change:
            change.detail = f"article {knowledge.add(change.tx, change.now, text, reader.login)}"
    except TooManyArticles:
        return reader.refused("knowledge.too_many", HERE, most=knowledge.MOST_ARTICLES)
    return reader.done("knowledge.saved", HERE)


def change(reader: Reader, article_id: int) -> HTTPResponse:
    """What the article says from now on."""
    text = _text(reader.form)
    if not reader.form.is_good:
        article = _article(reader, article_id)
        return reader.page("knowledge/edit.html", 422, form=reader.form, article=article, topics=_topics(reader))
    try:
        with reader.changing("article changed") as changing:
            knowledge.change(changing.tx, changing.now, article_id, text, reader.login)
            changing.detail = f"article {article_id}"
    except NoSuchArticle as error:
        raise HTTPError(404) from error
    return reader.done("knowledge.saved", HERE)


def delete(reader: Reader, article_id: int) -> HTTPResponse:
    """The article is no longer true."""
    try:
        with reader.changing("article deleted") as changing:
            was = knowledge.remove(changing.tx, article_id)
            changing.detail = f"article {article_id}: {was.text.title.zh or was.text.title.en}"
    except NoSuchArticle as error:
        raise HTTPError(404) from error
    return reader.done("knowledge.deleted", HERE, title=was.text.title)


def _text(form: Form) -> Text:
    """An article as it was written; where one language is missing the other stands for it."""
    return Text(
        topic=_name(form, "topic", TOPIC_CHARACTERS),
        title=_name(form, "title", TITLE_CHARACTERS),
        body=_name(form, "body", BODY_CHARACTERS, lines=True),
        keywords=form.text("keywords", KEYWORDS_CHARACTERS, needed=False),
    )


def _name(form: Form, name: str, most: int, *, lines: bool = False) -> Name:
    zh = form.text(f"{name}_zh", most, needed=False, lines=lines)
    en = form.text(f"{name}_en", most, needed=False, lines=lines)
    if not (zh or en):
        form.refuse(f"{name}_zh", "form.needed")
    return Name(zh or en, en or zh) if zh or en else Name("-", "-")


def _article(reader: Reader, article_id: int) -> Article:
    try:
        with reader.office.ledger.reading() as tx:
            return knowledge.article(tx, article_id)
    except NoSuchArticle as error:
        raise HTTPError(404) from error


def _topics(reader: Reader) -> list[Name]:
    """Those in use, to choose from."""
    with reader.office.ledger.reading() as tx:
        return list(dict.fromkeys(each.text.topic for each in knowledge.everything(tx)))


def _by_topic(reader: Reader, found: list[Article]) -> dict[str, list[Article]]:
    """Articles under the words of their topic, in the topics' order."""
    topics: dict[str, list[Article]] = {}
    for each in found:
        topics.setdefault(reader.words.name(each.text.topic), []).append(each)
    return dict(sorted(topics.items())) if reader.language == "en" else topics

"""Answers for the caller: what the desk knows, found while they wait, and sent to them as a text."""

from __future__ import annotations

from typing import Any

from bottle import HTTPError, HTTPResponse

from firmware.clinic import knowledge, notices, people, screen_pop
from firmware.clinic.call_journal import NoSuchCall
from firmware.clinic.knowledge import NoSuchArticle
from firmware.clinic.screen_pop import Pop
from firmware.language.values import Language
from firmware.sms_parts import parts_of, plainer
from firmware.storage import outbox
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.outbox import AlreadyLeft
from webui.forms import LONGEST_FIELD, Form
from webui.reader import Reader, address
from webui.rooms.messages.writing import MOST_PARTS, UNDO_S, cost_of, takes_texts
from webui.rooms.pop.page import HERE
from webui.rooms.pop.shown import call_id_of


def find(reader: Reader) -> HTTPResponse:
    """The articles with all the words."""
    words = reader.query.text("q", knowledge.LONGEST_WORDS, needed=False)
    call_id = call_id_of(reader.query) if reader.query.raw("call") else ""
    with reader.office.ledger.reading() as tx:
        found = knowledge.find(tx, words)
    return reader.page("pop/found.html", found=found, words=words, call_id=call_id)


def compose(reader: Reader) -> HTTPResponse:
    """The article as a text to the caller, in the caller's language; it may be changed before it goes."""
    call_id = call_id_of(reader.query)
    with reader.office.ledger.reading() as tx:
        pop = _pop(reader, tx, call_id)
        try:
            article = knowledge.article(tx, reader.query.key("article"))
        except NoSuchArticle as error:
            raise HTTPError(404) from error
        language = _language(tx, pop)
        body = notices.opening(reader.profile, language) + article.text.body.in_language(language)
        return _composing(reader, tx, pop, Form({}), body)


def send(reader: Reader) -> HTTPResponse:
    """Queue the text; for a moment it can be called back."""
    form, call_id = reader.form, call_id_of(reader.form)
    body = form.text("body", LONGEST_FIELD, lines=True)
    if form.raw("do") == "plain":
        with reader.office.ledger.reading() as tx:
            return _composing(reader, tx, _pop(reader, tx, call_id), Form({}), plainer(body) or body)
    number = form.phone("number")
    if parts_of(body) > MOST_PARTS:
        form.refuse("body", "messages.too_many_parts")
    if number is not None and not takes_texts(number):
        form.refuse("number", "messages.no_texts_there")
    if number is None or not form.is_good:
        with reader.office.ledger.reading() as tx:
            return _composing(reader, tx, _pop(reader, tx, call_id), form, body)
    with reader.changing("text written") as change:
        text_id = outbox.queue_text(
            change.tx, change.now, number, body, "staff", not_before=later(change.now, UNDO_S), author=reader.login
        )
        change.detail = f"text {text_id}, {parts_of(body)} parts"
    reader.office.phone.tell("wake")
    if not reader.is_part:
        return reader.go(address(HERE, call=call_id))
    return reader.page("pop/sent.html", text_id=text_id, number=number, call_id=call_id, told="pop.sent")


def unsend(reader: Reader) -> HTTPResponse:
    """The text is not to be sent after all, if it has not left."""
    try:
        with reader.changing("text withdrawn") as change:
            outbox.withdraw_text(change.tx, reader.form.key("id"))
            change.detail = f"text {reader.form.key('id')}"
        told = "messages.withdrawn"
    except AlreadyLeft:
        told = "messages.already_left"
    if not reader.is_part:
        return reader.done(told, address(HERE, call=call_id_of(reader.form)))
    return reader.page("pop/sent.html", text_id=0, number="", call_id="", told=told)


def _composing(reader: Reader, tx: Transaction, pop: Pop, form: Form, body: str) -> HTTPResponse:
    context: dict[str, Any] = {
        "call_id": pop.call.id,
        "numbers": _numbers(tx, pop),
        "form": form,
        "body": body,
        "cost": cost_of(body),
    }
    return reader.page("pop/text.html", **context)


def _numbers(tx: Transaction, pop: Pop) -> list[str]:
    """Where the text can go: the number of the call first, then the patient's own."""
    own = people.numbers(tx, pop.patient.id) if pop.patient else []
    return [each for each in dict.fromkeys([pop.number or "", *own]) if each and takes_texts(each)]


def _language(tx: Transaction, pop: Pop) -> Language:
    known = pop.call.language or people.language_of(tx, pop.number) or (pop.patient.language if pop.patient else None)
    return known or "zh"


def _pop(reader: Reader, tx: Transaction, call_id: str) -> Pop:
    try:
        return screen_pop.gather(tx, reader.profile, reader.now, call_id)
    except NoSuchCall as error:
        raise HTTPError(404) from error

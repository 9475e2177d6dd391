"""Writing a text: to whom, what it will take, and the conversation that it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from bottle import HTTPResponse

from firmware.clinic import notices, people, search
from firmware.clinic.people import Patient
from firmware.language.values import LANGUAGES
from firmware.phone_number import NotANumber, is_diallable, normalise
from firmware.sms_parts import Coding, costly_characters, parts_of, plainer, room_left, split
from firmware.storage import lost_texts, messages, outbox
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.lost_texts import NoLongerTrue, NotLost
from firmware.storage.messages import KINDS, LOST
from firmware.storage.outbox import AlreadyLeft
from webui.flashes import Undo
from webui.forms import LONGEST_FIELD, Form
from webui.reader import Reader, address
from webui.rooms.messages.naming import names
from webui.rooms.messages.sight import must_see

MOST_SHOWN = 60
MOST_FOUND = 12
MOST_PARTS = 6
FEW = 5  # so many characters are worth naming when they make a text dear
UNDO_S = 8  # a text waits so long for second thoughts
CONVERSATION = "/messages/with"


@dataclass(frozen=True)
class Cost:
    """What a text takes."""

    parts: int
    left: int  # characters that still fit
    is_wide: bool  # in the alphabet for all characters, which holds fewer in a part
    dear: str  # the few characters that make it so
    plainer: str | None  # the same without them
    is_too_long: bool


def choose(reader: Reader) -> HTTPResponse:
    """To whom: a number, or somebody found by name."""
    words = reader.query.text("q", search.LONGEST_WORDS, needed=False)
    patient_id = reader.query.key("patient")
    with reader.office.ledger.reading() as tx:
        found = [people.patient(tx, patient_id)] if patient_id else search.people_like(tx, words, MOST_FOUND)
        numbers = {person.id: people.numbers(tx, person.id) for person in found}
    reached = [number for person in found for number in numbers[person.id]]
    if patient_id and len(reached) == 1:
        return reader.go(address(CONVERSATION, number=reached[0]))
    template = "messages/found.html" if reader.is_part else "messages/to.html"
    return reader.page(template, words=words, found=found, numbers=numbers, number=_as_number(words))


def conversation(reader: Reader) -> HTTPResponse:
    """Everything to and from one number, and the place to write."""
    return _conversation_page(reader, reader.query, 200)


def send(reader: Reader) -> HTTPResponse:
    """Queue the text; what it answers is done."""
    form = reader.form
    if form.raw("do") == "plain":
        return _conversation_page(reader, Form({**_kept(form), "body": plainer(_body(form)) or _body(form)}), 200)
    number, body = form.phone("number"), _body(form)
    if number is not None and not takes_texts(number):
        form.refuse("number", "messages.no_texts_there")
    if body in ("", *(notices.opening(reader.profile, language).strip() for language in LANGUAGES)):
        form.refuse("body", "form.needed")
    if parts_of(body) > MOST_PARTS:
        form.refuse("body", "messages.too_many_parts")
    if number is None or not form.is_good:
        return _conversation_page(reader, form, 422)
    with reader.changing("text written") as change:
        not_before = later(change.now, UNDO_S)
        text_id = outbox.queue_text(
            change.tx, change.now, number, body, "staff", not_before=not_before, author=reader.login
        )
        answers = form.raw("answers") if form.flag("finish") else ""
        if answered := _message(answers):
            must_see(reader, change.tx, *answered)
            messages.finish(change.tx, change.now, *answered, reader.login)
        change.detail = f"text {text_id}, {parts_of(body)} parts"
    reader.office.phone.tell("wake")
    return reader.done("messages.queued", address(CONVERSATION, number=number), _undo(text_id, answers))


def count(reader: Reader) -> HTTPResponse:
    """What the text that is being written takes, while it is written."""
    return reader.page("messages/cost.html", cost=cost_of(_body(reader.form)))


def resend(reader: Reader) -> HTTPResponse:
    """The same text once more; the person was warned that it may then come twice."""
    lost = reader.form.key("id")
    try:
        with reader.changing("text sent again") as change:
            text_id = lost_texts.resend(change.tx, change.now, lost, reader.login)
            change.detail = f"text {text_id}"
    except NotLost:
        return reader.refused("messages.not_lost")
    except NoLongerTrue:
        return reader.refused("messages.no_longer_true")
    reader.office.phone.tell("wake")
    return reader.done("messages.resent", reader.came_from, _undo(text_id, f"{LOST}-{lost}"))


def withdraw(reader: Reader) -> HTTPResponse:
    """The text is not to be sent, if it has not left; as an undo, what was done with it waits for somebody again."""
    try:
        with reader.changing("text withdrawn") as change:
            outbox.withdraw_text(change.tx, reader.form.key("id"))
            if reopened := _message(reader.form.raw("reopens")):
                must_see(reader, change.tx, *reopened)
                messages.reopen(change.tx, *reopened)
            change.detail = f"text {reader.form.key('id')}"
    except AlreadyLeft:
        return reader.refused("messages.already_left")
    return reader.done("messages.withdrawn", reader.came_from)


def cost_of(body: str) -> Cost:
    """What `body` takes, and why."""
    dear = costly_characters(body)
    return Cost(
        parts=parts_of(body),
        left=room_left(body),
        is_wide=split(body).coding is Coding.UCS2,
        dear=dear if len(dear) <= FEW else "",
        plainer=plainer(body),
        is_too_long=parts_of(body) > MOST_PARTS,
    )


def takes_texts(number: str) -> bool:
    """Whether a text could arrive there: at a mobile, or a service of the network, but at no landline."""
    return is_diallable(number) and not number.startswith("0")


def _conversation_page(reader: Reader, form: Form, status: int) -> HTTPResponse:
    number = _as_number(form.raw("number")) or form.text("number", 20)
    with reader.office.ledger.reading() as tx:
        said = messages.conversation(tx, number, MOST_SHOWN)
        named = names(tx, [number])
        body = form.raw("body") or _opening(reader, tx, number, named.owners.get(number, []))
    template = "messages/said.html" if reader.is_part else "messages/conversation.html"
    return reader.page(
        template,
        status,
        number=number,
        said=said,
        names=named,
        form=form,
        body=body,
        answers=form.raw("answers"),
        cost=cost_of(body),
        takes_texts=takes_texts(number),
        has_mobile_line=_has_mobile_line(reader),
    )


def _opening(reader: Reader, tx: Transaction, number: str, owners: list[Patient]) -> str:
    """The clinic's sign, which tells the patient who writes."""
    language = people.language_of(tx, number) or (owners[0].language if owners else None) or "zh"
    return notices.opening(reader.profile, language)


def _has_mobile_line(reader: Reader) -> bool:
    """Whether texts can leave at all; taken for granted while the phone service is away."""
    status = reader.office.phone.status()
    return status is None or any(line["kind"] == "gsm" for line in status["lines"])


def _undo(text_id: int, dealt_with: str) -> Undo:
    """Withdraws the text; the message that was done with it waits for somebody again."""
    return Undo("/messages/withdraw", {"id": str(text_id), "reopens": dealt_with})


def _message(name: str) -> tuple[str, int] | None:
    """Kind and id of a message that a form names as text-5, voice-3 or lost-7."""
    kind, _, key = name.partition("-")
    return (kind, Form({"id": key}).key("id")) if kind in KINDS else None


def _kept(form: Form) -> dict[str, str]:
    return {name: form.raw(name) for name in ("number", "answers")}


def _body(form: Form) -> str:
    """The text as it will be sent."""
    return form.text("body", LONGEST_FIELD, needed=False, lines=True)


def _as_number(words: str) -> str | None:
    try:
        return normalise(words)
    except NotANumber:
        return None

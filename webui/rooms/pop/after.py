"""What is written down of a call: notes while it goes on, what it was about, and what is to follow."""

from __future__ import annotations

from bottle import HTTPError, HTTPResponse

from firmware.clinic import call_journal, callbacks, screen_pop, talk_notes, tasks
from firmware.clinic.call_journal import NoSuchCall
from firmware.clinic.callbacks import PURPOSE_CHARACTERS, BadTime
from firmware.clinic.talk_notes import NOTE_CHARACTERS, NoSuchDisposition, NotYourTalk
from firmware.clinic.tasks import DETAIL_CHARACTERS
from firmware.staff import users
from webui.reader import Reader, address
from webui.rooms.pop import shown
from webui.rooms.pop.page import HERE
from webui.rooms.pop.shown import call_id_of
from webui.rooms.tasks import due_in, moment_in, queue_in


def save_note(reader: Reader) -> HTTPResponse:
    """What I have to say about the call, as far as it is written; the page sends it again and again."""
    call_id = call_id_of(reader.form)
    body = reader.form.text("body", NOTE_CHARACTERS, needed=False, lines=True)
    if not reader.form.is_good:
        return HTTPResponse("", 422)
    try:
        with reader.office.ledger.transaction() as tx:
            call_journal.call(tx, call_id)
            talk_notes.save(tx, reader.now, call_id, reader.login, body)
    except NoSuchCall as error:
        raise HTTPError(404) from error
    return HTTPResponse("", 204) if reader.is_part else reader.go(address(HERE, call=call_id))


def dispose(reader: Reader) -> HTTPResponse:
    """What the call was about."""
    call_id, settings = call_id_of(reader.form), reader.office.desk_settings()
    try:
        with reader.changing("call sorted") as change:
            talk_notes.dispose(
                change.tx, settings, reader.signed_in.id, call_id, reader.form.raw("disposition")
            )  # fmt: skip
            change.detail = f"call {call_id}"
    except (NotYourTalk, NoSuchDisposition) as error:
        raise HTTPError(409) from error
    if not reader.is_part:
        return reader.go(address(HERE, call=call_id))
    with reader.office.ledger.reading() as tx:
        return reader.page("pop/about.html", **shown.about(reader, tx, call_id))


def plan_callback(reader: Reader) -> HTTPResponse:
    """Promise to call at a time; the desk dials when it comes."""
    form, call_id = reader.form, call_id_of(reader.form)
    number = form.phone("number")
    purpose = form.text("purpose", PURPOSE_CHARACTERS, needed=False)
    at = moment_in(reader)
    if number is None or not form.is_good:
        return _follow_up(reader, call_id)
    try:
        with reader.changing("callback planned") as change:
            call = call_journal.call(change.tx, call_id)
            entry_id = callbacks.plan(
                change.tx, reader.now, number, at, purpose, queue=queue_in(reader),
                owner=reader.login if form.flag("mine") else None, patient_id=call.patient_id,
            )  # fmt: skip
            change.detail = f"entry {entry_id}"
    except BadTime:
        form.refuse("at", "tasks.bad_time")
        return _follow_up(reader, call_id)
    return _follow_up(reader, call_id, "tasks.planned")


def add_task(reader: Reader) -> HTTPResponse:
    """Something that somebody is to do because of the call."""
    form, call_id = reader.form, call_id_of(reader.form)
    detail = form.text("detail", DETAIL_CHARACTERS)
    due_at = due_in(reader)
    if not form.is_good:
        return _follow_up(reader, call_id)
    with reader.changing("task added") as change:
        call = call_journal.call(change.tx, call_id)
        owner = users.by_login(change.tx, form.raw("owner"))
        number = screen_pop.number_of(call)
        task_id = tasks.add(
            change.tx, reader.now, detail, number=number, patient_id=call.patient_id, call_id=call_id, due_at=due_at,
            owner=owner.login if owner else None,
        )  # fmt: skip
        change.detail = f"task {task_id}"
    return _follow_up(reader, call_id, "tasks.added")


def _follow_up(reader: Reader, call_id: str, done: str = "") -> HTTPResponse:
    form = None if done else reader.form
    with reader.office.ledger.reading() as tx:
        context = shown.everything(reader, tx, call_id, form)
    context["done"] = reader.words(done) if done else ""
    return reader.page("pop/after.html" if reader.is_part else "pop/page.html", **context)

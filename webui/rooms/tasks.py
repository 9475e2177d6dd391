"""Tasks: callers whom nobody answered, callbacks that were agreed, and matters to follow up, dealt with as a team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import callbacks, doctor_answers, people, roster, tasks
from firmware.clinic.callbacks import PURPOSE_CHARACTERS, BadTime, NoLongerWaits
from firmware.clinic.errors import NoSuchPatient
from firmware.clinic.people import Patient
from firmware.clinic.tasks import DETAIL_CHARACTERS, NoSuchTask
from firmware.staff import users
from firmware.staff.rights import Right
from firmware.storage.ledger import Transaction
from firmware.storage.messages import TakenBy
from webui.flashes import Undo
from webui.forms import Form
from webui.reader import Change, Reader, address
from webui.routes import Routes

HERE = "/tasks"
DAY_ENDS = time(18)
SHOWN = ("all", "mine")
MOST_SHOWN = 50  # the most urgent; nobody reads further down
MOST_OWNERS = 3


def add_to(routes: Routes) -> None:
    routes.get(HERE, show, Right.ANSWER)
    routes.post(f"{HERE}/take", take, Right.ANSWER)
    routes.post(f"{HERE}/done", finish, Right.ANSWER)
    routes.post(f"{HERE}/reopen", reopen, Right.ANSWER)
    routes.get(f"{HERE}/new", show_new, Right.ANSWER)
    routes.post(f"{HERE}/new", add, Right.ANSWER)
    routes.post(f"{HERE}/callback", plan, Right.ANSWER)
    routes.post(f"{HERE}/withdraw", withdraw, Right.ANSWER)
    routes.post(f"{HERE}/restore", restore, Right.ANSWER)


def show(reader: Reader) -> HTTPResponse:
    """What is to be done, the most urgent first; the list alone when something has changed."""
    which = reader.query.choice("show", SHOWN, "all")
    with reader.office.ledger.reading() as tx:
        waiting, planned = tasks.waiting(tx), callbacks.waiting(tx)
        if which == "mine":
            waiting = [each for each in waiting if each.owner == reader.login]
            planned = [each for each in planned if each.owner == reader.login]
        counts = len(waiting), len(planned)
        waiting, planned = waiting[:MOST_SHOWN], planned[:MOST_SHOWN]
        numbers = {each.patient_id: people.numbers(tx, each.patient_id) for each in waiting if each.patient_id}
        context: dict[str, Any] = {
            "tasks": waiting,
            "callbacks": planned,
            "which": which,
            "counts": counts,
            "names": _names(tx, {each.number for each in waiting} | {each.number for each in planned}),
            "patients": _patients(tx, {each.patient_id for each in waiting} | {each.patient_id for each in planned}),
            "own_number": lambda patient_id: next(iter(numbers.get(patient_id, ())), ""),
            "staff": {user.login: user.name for user in users.all_users(tx)},
            "queue_name": lambda key: reader.words.name(reader.office.desk_settings().queue(key).name),
        }
    return reader.page("tasks/list.html" if reader.is_part else "tasks/page.html", **context)


def show_new(reader: Reader) -> HTTPResponse:
    """A callback to agree on, or something to do: for a number or a patient if the address names one."""
    return _new_page(reader, reader.query, None)


def take(reader: Reader) -> HTTPResponse:
    """I do it; or, with `give` set, nobody in particular does."""
    form = reader.form
    owner = None if form.flag("give") else reader.login
    try:
        with reader.changing("task given back" if owner is None else "task taken") as change:
            tasks.take(change.tx, form.key("id"), form.text("seen", 40, needed=False) or None, owner)
            change.detail = f"task {form.key('id')}"
    except TakenBy as error:
        return reader.refused("tasks.taken_by", name=_name_of(reader, error.owner))
    except NoSuchTask:
        return reader.refused("tasks.gone")
    return reader.done("tasks.given_back" if owner is None else "tasks.taken", reader.came_from)


def finish(reader: Reader) -> HTTPResponse:
    """It is done; of a doctor's answer, the patient has been told."""

    def do(change: Change, task_id: int) -> None:
        message_id = tasks.task(change.tx, task_id).message_id
        if message_id is None:
            tasks.finish(change.tx, change.now, task_id, reader.login)
        else:
            doctor_answers.told(change.tx, change.now, message_id, reader.login)

    return _carry_out(reader, "task done", "task", do, "tasks.finished", f"{HERE}/reopen")


def reopen(reader: Reader) -> HTTPResponse:
    """It is not done after all."""

    def do(change: Change, task_id: int) -> None:
        message_id = tasks.task(change.tx, task_id).message_id
        if message_id is None:
            tasks.reopen(change.tx, task_id)
        else:
            doctor_answers.not_told(change.tx, message_id)

    return _carry_out(reader, "task reopened", "task", do, "tasks.reopened")


def add(reader: Reader) -> HTTPResponse:
    """Something to do."""
    form = reader.form
    detail = form.text("detail", DETAIL_CHARACTERS)
    due_at = due_in(reader)
    number = form.phone("number", needed=False)
    if not form.is_good:
        return _new_page(reader, form, form)
    with reader.changing("task added") as change:
        owner = users.by_login(change.tx, form.raw("owner"))
        task_id = tasks.add(
            change.tx, change.now, detail, number=number, patient_id=_patient_id(change.tx, form), due_at=due_at,
            owner=owner.login if owner else None,
        )  # fmt: skip
        change.detail = f"task {task_id}"
    return reader.done("tasks.added", HERE)


def plan(reader: Reader) -> HTTPResponse:
    """A callback is promised; the desk dials when its time comes."""
    form = reader.form
    number, at = form.phone("number"), moment_in(reader)
    purpose = form.text("purpose", PURPOSE_CHARACTERS, needed=False)
    if number is None or not form.is_good:
        return _new_page(reader, form, form)
    try:
        with reader.changing("callback planned") as change:
            entry_id = callbacks.plan(
                change.tx, change.now, number, at, purpose, queue=queue_in(reader),
                owner=reader.login if form.flag("mine") else None, patient_id=_patient_id(change.tx, form),
            )  # fmt: skip
            change.detail = f"entry {entry_id}"
    except BadTime:
        form.refuse("at", "tasks.bad_time")
        return _new_page(reader, form, form)
    return reader.done("tasks.planned", HERE)


def withdraw(reader: Reader) -> HTTPResponse:
    """Nobody is to call any more."""

    def do(change: Change, entry_id: int) -> None:
        callbacks.withdraw(change.tx, change.now, entry_id)

    return _carry_out(reader, "callback withdrawn", "entry", do, "tasks.withdrawn", f"{HERE}/restore")


def restore(reader: Reader) -> HTTPResponse:
    """The callback is to be made after all."""

    def do(change: Change, entry_id: int) -> None:
        callbacks.restore(change.tx, entry_id)

    return _carry_out(reader, "callback restored", "entry", do, "tasks.reopened")


def moment_in(reader: Reader) -> datetime:
    """Day and time of the form, on the clinic's wall."""
    day = reader.form.near_day("day", reader.today, reader.today)
    return roster.instant(day, reader.form.time("at"), reader.profile.zone)


def due_in(reader: Reader) -> datetime:
    """The end of the day until which it is to be done."""
    day = reader.form.near_day("due", reader.today, reader.today)
    return roster.instant(day, DAY_ENDS, reader.profile.zone)


def queue_in(reader: Reader) -> str:
    """The queue of the form, else the first."""
    return reader.office.desk_settings().queue(reader.form.raw("queue")).key


def _carry_out(
    reader: Reader, what: str, thing: str, do: Callable[[Change, int], None], told: str, undo: str = ""
) -> HTTPResponse:
    """Do it to the one that the form names and say so; `undo`: the address that takes it back."""
    key = reader.form.key("id")
    try:
        with reader.changing(what) as change:
            do(change, key)
            change.detail = f"{thing} {key}"
    except (NoSuchTask, NoLongerWaits):
        return reader.refused("tasks.gone")
    return reader.done(told, reader.came_from, Undo(undo, {"id": str(key)}) if undo else None)


def _new_page(reader: Reader, given: Form, form: Form | None) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        patient_id = _patient_id(tx, given)
        patient = people.patient(tx, patient_id) if patient_id else None
        number = given.raw("number") or next(iter(people.numbers(tx, patient_id)) if patient_id else iter(()), "")
        context: dict[str, Any] = {
            "patient": patient,
            "number": number,
            "colleagues": [each for each in users.all_users(tx) if each.is_active],
            "queues": reader.office.desk_settings().queues,
            "form": form,
        }
    return reader.page("tasks/new.html", 422 if form else 200, back=address(HERE), **context)


def _patient_id(tx: Transaction, form: Form) -> int | None:
    """The patient that the form names, if there is one."""
    try:
        return people.patient(tx, form.key("patient")).id
    except NoSuchPatient:
        return None


def _names(tx: Transaction, numbers: set[str | None]) -> dict[str, list[Patient]]:
    return {number: people.owners(tx, number)[:MOST_OWNERS] for number in numbers if number}


def _patients(tx: Transaction, ids: set[int | None]) -> dict[int, Patient]:
    return {key: people.patient(tx, key) for key in ids if key is not None}


def _name_of(reader: Reader, login: str | None) -> str:
    with reader.office.ledger.reading() as tx:
        user = users.by_login(tx, login) if login else None
    return user.name if user else reader.words("tasks.anybody")

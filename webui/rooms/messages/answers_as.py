"""As whom of the roster a doctor who signs in hears patients' questions and answers them."""

from __future__ import annotations

from bottle import HTTPError, HTTPResponse

from firmware.clinic import message_boxes, schedule
from firmware.clinic.roster import Doctor
from firmware.language.values import Name
from firmware.staff import users
from firmware.staff.records import User
from firmware.staff.rights import Right, Role
from firmware.storage.ledger import Transaction
from webui.flashes import Undo
from webui.reader import Reader
from webui.routes import Routes

_HERE = "/users/<user_id:int>/doctor"


def add_to(routes: Routes) -> None:
    routes.get(_HERE, show, Right.USERS)
    routes.post(_HERE, save, Right.USERS)


def show(reader: Reader, user_id: int) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        user, doctors = _doctors_account(tx, user_id), schedule.all_doctors(tx)
        chosen = message_boxes.doctor_of(tx, user_id)
    choices = [
        ("", reader.words("messages.answers_as_nobody")),
        *((str(each.id), _name(reader, each)) for each in doctors),
    ]
    return reader.page("messages/answers_as.html", user=user, choices=choices, chosen=chosen or "", form=reader.form)


def save(reader: Reader, user_id: int) -> HTTPResponse:
    """From now on patients can ask this doctor, or no longer."""
    with reader.changing("doctor set") as change:
        user, doctors = _doctors_account(change.tx, user_id), schedule.all_doctors(change.tx)
        before = message_boxes.doctor_of(change.tx, user_id)
        chosen = reader.form.choice("doctor", ["", *(str(each.id) for each in doctors)])
        if not reader.form.is_good:
            raise HTTPError(404)
        message_boxes.answers_as(change.tx, user_id, int(chosen) if chosen else None)
        change.detail = user.login
    undo = Undo(f"/users/{user_id}/doctor", {"doctor": str(before or "")})
    key = "messages.answers_as_set" if chosen else "messages.answers_as_unset"
    return reader.done(key, f"/users/{user_id}", undo, name=Name(user.name, user.name))


def _doctors_account(tx: Transaction, user_id: int) -> User:
    user = users.by_id(tx, user_id)
    if user.role is not Role.DOCTOR:
        raise HTTPError(404)
    return user


def _name(reader: Reader, doctor: Doctor) -> str:
    return reader.words.name(doctor.name)

"""The first set-up of a clinic: one step after the other, each saved for real, until it is done for good."""

from __future__ import annotations

from collections.abc import Callable

from bottle import HTTPError, HTTPResponse

from firmware.clinic import patient_file, schedule
from firmware.language.values import LANGUAGES
from firmware.staff import users
from firmware.staff.rights import Right
from webui.reader import Reader
from webui.routes import Routes
from webui.wizard import clinic, frame, hours, lines, people, progress

Page = Callable[[Reader], HTTPResponse]


def add_to(routes: Routes) -> None:
    routes.get(frame.START, go_on, Right.SETTINGS, before_clinic=True)
    routes.post(f"{frame.START}/sample", clinic.load_sample, Right.SETTINGS, before_clinic=True)
    routes.get(f"{frame.START}/zone-time", clinic.zone_time, Right.SETTINGS, before_clinic=True)
    routes.get(f"{frame.START}/<step>", show, Right.SETTINGS, before_clinic=True)
    routes.post(f"{frame.START}/<step>", save, Right.SETTINGS, before_clinic=True)


def go_on(reader: Reader) -> HTTPResponse:
    """To the step that waits, or to the front page when there is none."""
    waiting = progress.reached(reader.office)
    return reader.go("/" if waiting == progress.DONE else f"{frame.START}/{waiting}")


def show(reader: Reader, step: str) -> HTTPResponse:
    """A step's page; later ones have to wait."""
    if step not in _SHOW:
        raise HTTPError(404)
    return _SHOW[step](reader) if progress.is_open(step, progress.reached(reader.office)) else reader.go(frame.START)


def save(reader: Reader, step: str) -> HTTPResponse:
    """Carry out a step; when all is done the settings are the place."""
    if step not in _SAVE:
        raise HTTPError(404)
    waiting = progress.reached(reader.office)
    if waiting == progress.DONE:
        return reader.refused("wizard.is_over", "/")
    return _SAVE[step](reader) if progress.is_open(step, waiting) else reader.go(frame.START)


def _show_language(reader: Reader) -> HTTPResponse:
    return frame.page(reader, progress.LANGUAGE, language=reader.language)


def _save_language(reader: Reader) -> HTTPResponse:
    language = reader.form.choice("language", LANGUAGES, reader.language)
    with reader.changing("account") as change:
        users.set_language(change.tx, reader.signed_in.id, language)
        progress.advance(reader.office, progress.LANGUAGE)
    return frame.next_step(reader, progress.LANGUAGE)


def _show_call(reader: Reader) -> HTTPResponse:
    status = reader.office.phone.status()
    waiting = [line for line in (status or {}).get("lines", ()) if not line.get("is_test")]
    with reader.office.ledger.reading() as tx:
        has_patients = patient_file.count(tx) > 0
    return frame.page(reader, progress.CALL, is_away=status is None, lines=waiting, has_patients=has_patients)


def _save_call(reader: Reader) -> HTTPResponse:
    progress.advance(reader.office, progress.CALL)
    return frame.next_step(reader, progress.CALL)


def _show_done(reader: Reader) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        departments, doctors = schedule.all_departments(tx), schedule.all_doctors(tx)
    kinds = {line["kind"] for line in (reader.office.documents.load(lines.LINES) or {}).get("lines", ())}
    reached = "calls" if "voice" in kinds else "texts" if kinds else "nothing"
    return frame.page(reader, progress.DONE, departments=len(departments), doctors=len(doctors), reached=reached)


_SHOW: dict[str, Page] = {
    progress.LANGUAGE: _show_language,
    progress.CLINIC: clinic.show,
    progress.PEOPLE: people.show,
    progress.HOURS: hours.show,
    progress.LINES: lines.show,
    progress.CALL: _show_call,
    progress.DONE: _show_done,
}
_SAVE: dict[str, Page] = {
    progress.LANGUAGE: _save_language,
    progress.CLINIC: clinic.save,
    progress.PEOPLE: people.save,
    progress.HOURS: hours.save,
    progress.LINES: lines.save,
    progress.CALL: _save_call,
}

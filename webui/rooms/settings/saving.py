"""How the settings change set-up documents: in one transaction, so that no two changes undo each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bottle import HTTPResponse

from firmware.clinic import set_up
from firmware.clinic.errors import ProfileError
from firmware.storage.documents import SetupDocuments
from webui import clinic_forms, refusals
from webui.flashes import Flash
from webui.reader import Change, Reader

Settings = TypeVar("Settings")
Edit = Callable[[Change, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class SettingsDocument(Generic[Settings]):
    """A set-up document that is read and written as a value of its own."""

    name: str
    load: Callable[[SetupDocuments], Settings]
    save: Callable[[SetupDocuments, Settings], None]


class NotSaved(Exception):
    """Nothing was changed: the form's errors say why, or `told` does."""

    def __init__(self, told: str = "") -> None:
        super().__init__(told)
        self.told = told


def answer(
    reader: Reader, save: Callable[[], None], again: Callable[[NotSaved], HTTPResponse], address: str
) -> HTTPResponse:
    """Save, then on to `address`; where nothing was saved, what `again` makes of the refusal."""
    try:
        save()
    except NotSaved as refusal:
        return again(refusal)
    return reader.done("settings.saved", address)


def page(reader: Reader, template: str, document: str, refusal: NotSaved | None = None, **context: Any) -> HTTPResponse:
    """A page with a form for a set-up document; after a refusal with what was typed and what is wrong with it."""
    return reader.page(
        template,
        422 if refusal else 200,
        form=reader.form if refusal else None,
        told=refusal.told if refusal else "",
        seen=clinic_forms.fingerprint(reader.office.documents.load(document)),
        **context,
    )


def told(reader: Reader, refusal: NotSaved, address: str) -> HTTPResponse:
    """For a form that is only a button: on to `address` with what was wrong."""
    text = refusal.told or reader.words(next(iter(reader.form.errors.values()), "form.changed_meanwhile"))
    return reader.go(address, Flash(text, "bad"))


def save(reader: Reader, what: str, edit: Edit) -> None:
    """Put in place what `edit` makes of the clinic's document, unless it is not the one that the form showed.

    Raises `NotSaved`.
    """

    def checked(change: Change, document: dict[str, Any]) -> dict[str, Any]:
        clinic_forms.check_unchanged(reader.form, document)
        edited = edit(change, document)
        if not reader.form.is_good:
            raise NotSaved
        return edited

    try:
        put(reader, what, checked)
    except ProfileError as error:
        raise NotSaved(refusals.sentence(error, reader.words)) from error


def save_document(
    reader: Reader, what: str, document: SettingsDocument[Settings], edit: Callable[[Change, Settings], Settings]
) -> None:
    """The same for another document; raises `NotSaved`."""
    documents = reader.office.documents
    with reader.changing(what) as change:
        clinic_forms.check_unchanged(reader.form, documents.load(document.name))
        try:
            edited = edit(change, document.load(documents))
            if not reader.form.is_good:
                raise NotSaved
            document.save(documents, edited)
        except ProfileError as error:
            raise NotSaved(refusals.sentence(error, reader.words)) from error


def put(reader: Reader, what: str, edit: Edit) -> None:
    """Put in place what `edit` makes of the document, whatever it is now; raises `ProfileError`."""
    documents = reader.office.documents
    with reader.changing(what) as change:
        document = edit(change, documents.load(set_up.CLINIC) or {})
        set_up.save_clinic(change.tx, documents, document)

"""How the settings change the clinic's document: in one transaction, so that no two changes undo each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firmware.clinic import set_up
from firmware.clinic.errors import ProfileError
from webui import clinic_forms, refusals
from webui.reader import Change, Reader

Edit = Callable[[Change, dict[str, Any]], dict[str, Any]]


class NotSaved(Exception):
    """Nothing was changed: the form's errors say why, or `told` does."""

    def __init__(self, told: str = "") -> None:
        super().__init__(told)
        self.told = told


def save(reader: Reader, what: str, edit: Edit) -> None:
    """Put in place what `edit` makes of the document, unless it is not the one that the form showed.

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


def put(reader: Reader, what: str, edit: Edit) -> None:
    """Put in place what `edit` makes of the document, whatever it is now; raises `ProfileError`."""
    documents = reader.office.documents
    with reader.changing(what) as change:
        document = edit(change, documents.load(set_up.CLINIC) or {})
        set_up.save_clinic(change.tx, documents, document)

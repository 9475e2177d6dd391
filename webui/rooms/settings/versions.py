"""The versions of the set-up: what changed when, what a version would change back, and going back to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bottle import HTTPError, HTTPResponse

from firmware.clinic import set_up
from firmware.staff.rights import Right
from firmware.storage.documents import SetupDocuments, Tables
from webui.flashes import Undo
from webui.reader import Reader
from webui.routes import Routes
from webui.words import Words

ADDRESS = "/settings/versions"
RESTORED = ("clinic", "lines")  # flows and prompts have versions of their own
HIDDEN = "••••"
SECRETS = frozenset({"pin"})
LONGEST_VALUE = 200


Path = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """One value that a version has otherwise than now; None: not there."""

    document: str
    path: Path
    now: str | None
    then: str | None


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show_all, Right.SETTINGS)
    routes.get(f"{ADDRESS}/<number:int>", show, Right.SETTINGS)
    routes.post(f"{ADDRESS}/<number:int>/restore", restore, Right.SETTINGS)


def show_all(reader: Reader) -> HTTPResponse:
    return reader.page("settings/versions.html", versions=reader.office.documents.history())


def show(reader: Reader, number: int) -> HTTPResponse:
    """What would be different."""
    documents = reader.office.documents
    versions = documents.versions()
    then = _kept(documents, number)
    found = differences(documents.at(versions[-1]), then)
    shown = [(each, _label(reader.words, each.document, each.path)) for each in found]
    return reader.page(
        "settings/version.html", number=number, differences=shown, has_clinic=_of(then, set_up.CLINIC) is not None
    )


def restore(reader: Reader, number: int) -> HTTPResponse:
    """Make clinic and lines what they were; what they are now is a version too."""
    documents, phone = reader.office.documents, reader.office.phone
    then = _kept(documents, number)
    clinic, lines = _of(then, set_up.CLINIC), _of(then, "lines")
    if clinic is None:
        return reader.refused("settings.no_clinic_then", ADDRESS)
    if lines is not None and lines != documents.load("lines"):
        phone.ask("check_lines", document=lines)  # before the transaction: nobody waits for an exchange that hangs
    with reader.changing("set-up restore") as change:
        set_up.check_clinic(change.tx, clinic)
        before, has_other_lines = documents.versions()[-1], lines != documents.load("lines")
        documents.restore(number, RESTORED)
        change.detail = f"version {number}"
    if has_other_lines:
        phone.tell("restart")
    return reader.done("settings.restored", ADDRESS, Undo(f"{ADDRESS}/{before}/restore", {}), number=number)


def differences(now: Tables, then: Tables) -> list[Difference]:
    """What going back would change, value by value; a secret differs without being shown."""
    found = []
    for document in RESTORED:
        values_now, values_then = (dict(_leaves((), _of(tables, document) or {})) for tables in (now, then))
        for path in sorted({*values_now, *values_then}):
            if values_now.get(path) != values_then.get(path):
                found.append(Difference(document, path, _shown(values_now, path), _shown(values_then, path)))
    return found


def _shown(values: dict[Path, str], path: Path) -> str | None:
    return HIDDEN if path[-1] in SECRETS and path in values else values.get(path)


def _kept(documents: SetupDocuments, number: int) -> Tables:
    if number not in documents.versions():
        raise HTTPError(404)
    return documents.at(number)


def _of(tables: Tables, document: str) -> dict[str, Any] | None:
    return tables.get(document, {}).get("1")


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves((*path, str(key)), each)
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _leaves((*path, str(number)), each)
    else:
        yield path, str(value)[:LONGEST_VALUE]


def _label(words: Words, document: str, path: Path) -> str:
    """Where a value stands, as the pages of the settings call it."""
    names = [words.code("document", document)]
    for each in path:
        known = (f"setting.{each}", f"rule.{each}", f"weekday.{each}", f"wording.{each}")
        name = next((words(key) for key in known if key in words), each)
        if name != names[-1]:  # the lines' document is a list of lines
            names.append(name)
    return " · ".join(names)

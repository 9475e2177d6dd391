"""The versions of the set-up: what changed when, what a version would change back, and going back to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bottle import HTTPError, HTTPResponse

from firmware.clinic import set_up
from firmware.staff.rights import Right
from firmware.storage.documents import Tables
from webui.flashes import Undo
from webui.reader import Reader
from webui.routes import Routes

ADDRESS = "/settings/versions"
RESTORED = ("clinic", "lines")  # flows and prompts have versions of their own
HIDDEN = "••••"
SECRETS = frozenset({"pin"})
LONGEST_VALUE = 200


@dataclass(frozen=True)
class Difference:
    """One value that a version has otherwise than now; None: not there."""

    document: str
    path: str
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
    if number not in versions:
        raise HTTPError(404)
    now, then = documents.at(versions[-1]), documents.at(number)
    return reader.page(
        "settings/version.html", number=number, is_current=number == versions[-1], differences=differences(now, then)
    )


def restore(reader: Reader, number: int) -> HTTPResponse:
    """Make clinic and lines what they were; what they are now is a version too."""
    documents = reader.office.documents
    versions = documents.versions()
    if number not in versions:
        raise HTTPError(404)
    then = documents.at(number)
    with reader.changing("set-up restore") as change:
        if clinic := then.get(set_up.CLINIC, {}).get("1"):
            set_up.check_clinic(change.tx, clinic)
        if lines := then.get("lines", {}).get("1"):
            reader.office.phone.ask("check_lines", document=lines)
        documents.restore(number, RESTORED)
        change.detail = f"version {number}"
    if then.get("lines") != documents.at(versions[-1]).get("lines"):
        reader.office.phone.tell("restart")
    undo = Undo(f"{ADDRESS}/{versions[-1]}/restore", {})
    return reader.done("settings.restored", ADDRESS, undo, number=number)


def differences(now: Tables, then: Tables) -> list[Difference]:
    """What going back would change, value by value."""
    found = []
    for document in RESTORED:
        values_now, values_then = dict(_values(now, document)), dict(_values(then, document))
        for path in sorted({*values_now, *values_then}):
            if values_now.get(path) != values_then.get(path):
                found.append(Difference(document, path, values_now.get(path), values_then.get(path)))
    return found


def _values(tables: Tables, document: str) -> Iterator[tuple[str, str]]:
    yield from _leaves("", tables.get(document, {}).get("1", {}))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(f"{path} · {key}" if path else str(key), HIDDEN if key in SECRETS else each)
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _leaves(f"{path} {number}", each)
    else:
        yield path, str(value)[:LONGEST_VALUE]

"""`clinicbox flows`: the dialogues' documents, from a draft to what callers hear."""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from firmware.cli.staff import reading, table
from firmware.cli.staff.office import Office, command
from firmware.ivr.book import SHIPPED, FlowBook
from firmware.ivr.catalogue import prompts
from firmware.ivr.checker import Known
from firmware.ivr.document import FlowSet, parse
from firmware.ivr.machine import Machine
from firmware.ivr.steps import LISTS, STEPS
from firmware.ivr.walk import HANG_UP, walk
from firmware.language.values import LANGUAGES
from firmware.phone_number import normalise
from firmware.storage.ledger import Ledger, open_ledger

NAME = "flows"
HELP = "list, check, publish, roll back or walk through the dialogues"


def configure(parser: argparse.ArgumentParser) -> None:
    """One action each."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="the templates, their versions and which one callers get")
    for name, what in (("check", "say what is wrong with a draft"), ("publish", "make a draft the newest version")):
        actions.add_parser(name, help=what).add_argument("file", type=Path, help="the flows as YAML")
    back = actions.add_parser("roll-back", help="make an earlier version the newest again (0: as shipped)")
    back.add_argument("template")
    back.add_argument("version", type=int)
    actions.add_parser("use", help="give callers this template").add_argument("template")
    try_it = actions.add_parser("walk", help="hold a dialogue with the keyboard; nothing of it is kept")
    try_it.add_argument("file", nargs="?", type=Path, help="a draft (default: what callers get)")
    try_it.add_argument("--from", dest="number", metavar="NUMBER", help="the number that calls")
    try_it.add_argument("--language", choices=LANGUAGES, default="zh")


@command
def run(office: Office, arguments: argparse.Namespace) -> int:
    """Carry out one action; exit status 1 when a draft has errors."""
    book = FlowBook(office.documents, Known(STEPS, LISTS, prompts()))
    match arguments.action:
        case "list":
            _list(book)
        case "check":
            return _check(book, arguments.file)
        case "publish":
            _publish(office, book, arguments.file)
        case "roll-back":
            _roll_back(office, book, arguments.template, arguments.version)
        case "use":
            _use(office, book, arguments.template)
        case "walk":
            flows = parse(reading.document(arguments.file)) if arguments.file else book.current()
            _walk(office, flows, normalise(arguments.number) if arguments.number else None, arguments.language)
    return 0


def _list(book: FlowBook) -> None:
    current = book.current()
    rows: list[tuple[object, ...]] = []
    for template in sorted(file.stem for file in SHIPPED.glob("*.yaml")):
        rows.append((template, 0, "", "shipped", _mark(current, template, 0)))
        for edition in book.history(template):
            what = "published" if edition.returns_to is None else f"as version {edition.returns_to}"
            mark = _mark(current, template, edition.version)
            rows.append(
                (template, edition.version, edition.at[:16].replace("T", " "), f"{what} by {edition.who}", mark)
            )
    table.show(("template", "version", "when", "what", ""), rows, "")


def _mark(current: FlowSet, template: str, version: int) -> str:
    return "<- callers get this" if (current.template, current.version) == (template, version) else ""


def _check(book: FlowBook, file: Path) -> int:
    issues = book.check(reading.document(file))
    for issue in issues:
        print(issue)
    if any(issue.is_error for issue in issues):
        return 1
    print("It can be published.")
    return 0


def _publish(office: Office, book: FlowBook, file: Path) -> None:
    draft = reading.document(file)
    with office.changing("flows publish") as change:
        edition = book.publish(draft, office.who, change.now.astimezone(office.zone))
        change.detail = f"{edition.template} version {edition.version}"
    print(
        f"{edition.template} is now version {edition.version}: new calls and texts get it, running ones end on theirs."
    )
    _say_if_unused(book, edition.template)


def _roll_back(office: Office, book: FlowBook, template: str, version: int) -> None:
    with office.changing("flows roll-back") as change:
        edition = book.roll_back(template, version, office.who, change.now.astimezone(office.zone))
        change.detail = f"{template} version {edition.version}, as {version}"
    print(f"{template} is now version {edition.version}, the same as version {version}.")
    _say_if_unused(book, template)


def _say_if_unused(book: FlowBook, template: str) -> None:
    used = book.current().template
    if used != template:
        print(f"Callers get the template {used}; 'clinicbox flows use {template}' changes that.")


def _use(office: Office, book: FlowBook, template: str) -> None:
    with office.changing("flows use") as change:
        book.use(template)
        change.detail = template
    print(f"New calls and texts get the template {template}.")


def _walk(office: Office, flows: FlowSet, number: str | None, language: str) -> None:
    print(f"Type keys; an empty line is silence, '{HANG_UP}' ends. Nothing of this is kept.")
    with _copy(office) as ledger:
        walk(
            Machine(flows, STEPS, LISTS), ledger, office.profile,
            now=office.now, number=number, language=language, ask=_ask, show=lambda line: print(table.clean(line)),
        )  # fmt: skip


def _ask(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return HANG_UP


@contextmanager
def _copy(office: Office) -> Iterator[Ledger]:
    """The ledger as it stands, to be played with."""
    office.ledger.close()  # opened and so checked, and brought to the newest schema
    with tempfile.TemporaryDirectory(prefix="clinicbox-") as folder:
        file = Path(folder) / "ledger.db"
        with closing(sqlite3.connect(office.folders.ledger)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
        ledger = open_ledger(file)
        yield ledger
        ledger.close()

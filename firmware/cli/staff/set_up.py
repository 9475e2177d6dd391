"""`clinicbox set-up`: the documents that say who the clinic is and which lines it has, and their versions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from firmware.cli.staff import reading, table
from firmware.cli.staff.line_check import check_lines, missing_devices
from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused
from firmware.clinic import set_up
from firmware.clinic.profile import read_profile

NAME = "set-up"
HELP = "show or change the clinic's settings and lines, or go back to an earlier version"

DOCUMENTS = ("clinic", "lines")
EXAMPLES = Path(__file__).with_name("examples")
HIDDEN_PIN = "****"


def configure(parser: argparse.ArgumentParser) -> None:
    """One action each."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="print the documents as YAML (SIM PINs hidden)")
    show.add_argument("document", nargs="?", choices=DOCUMENTS, help="only this one")
    actions.add_parser("versions", help="list the kept versions")
    restore = actions.add_parser("restore", help="make clinic and lines what they were in a version")
    restore.add_argument("version", type=int)
    change = actions.add_parser("set", help="put a YAML file in the place of a document")
    change.add_argument("document", choices=DOCUMENTS)
    change.add_argument("file", type=Path)
    init = actions.add_parser("init", help="write commented examples of clinic, lines and roster to start from")
    init.add_argument("folder", nargs="?", type=Path, default=Path(), help="where to (default: the current folder)")
    parser.set_defaults(founds=True)


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Carry out one action."""
    match arguments.action:
        case "show":
            _show(office, [arguments.document] if arguments.document else DOCUMENTS)
        case "versions":
            _list_versions(office)
        case "restore":
            _restore(office, arguments.version)
        case "init":
            _write_examples(arguments.folder)
        case "set":
            _set(office, arguments.document, arguments.file)


def _show(office: Office, names: Any) -> None:
    found = {name: document for name in names if (document := office.documents.load(name))}
    if not found:
        print("Nothing is set up yet.")
        return
    for line in found.get("lines", {}).get("lines", []):
        if line.get("pin"):
            line["pin"] = HIDDEN_PIN
    shown = found if len(names) > 1 else found[names[0]]
    print(yaml.safe_dump(shown, allow_unicode=True, sort_keys=False).rstrip())


def _list_versions(office: Office) -> None:
    versions = office.documents.history()[::-1]
    changes = ["(oldest kept)", *(", ".join(each.changed) for each in versions[1:])]
    rows = [
        (each.number, f"{each.saved_at.astimezone():%Y-%m-%d %H:%M}", what)
        for each, what in zip(versions, changes, strict=False)
    ]
    table.show(("version", "saved", "changed"), rows, "Nothing is set up yet.")


def _restore(office: Office, number: int) -> None:
    kept = office.documents.versions()
    if number not in kept:
        raise Refused(f"There is no version {number}; kept are {', '.join(map(str, kept)) or 'none'}.")
    tables = office.documents.at(number)
    if clinic := tables.get("clinic", {}).get("1"):
        _check_clinic(office, clinic)
    if lines := tables.get("lines", {}).get("1"):
        check_lines(lines)
    office.folders.make()
    with office.changing("set-up restore") as change:
        office.documents.restore(number, DOCUMENTS)
        change.detail = f"version {number}, as version {office.documents.versions()[-1]}"
    print(f"Clinic and lines are what they were in version {number}. {_WHEN}")


def _set(office: Office, name: str, file: Path) -> None:
    document = reading.document(file)
    if name == "clinic":
        if not isinstance(document, dict):
            raise Refused(f"{file} holds no settings: write 'name:', 'zone:' and so on.")
        _check_clinic(office, document)
    else:
        document = check_lines(document)
    office.folders.make()
    with office.changing(f"set-up {name}") as change:
        office.documents.save(name, document)
        change.detail = f"version {office.documents.versions()[-1]}"
    print(f"The {name} document is version {office.documents.versions()[-1]}. {_WHEN}")
    for device in missing_devices(document) if name == "lines" else ():
        print(f"Warning: {device} is not there now.")


def _write_examples(folder: Path) -> None:
    """Copies for the clinic to change; none of its own files is ever overwritten."""
    examples = sorted(EXAMPLES.glob("*.yaml"))
    if there := [example.name for example in examples if (folder / example.name).exists()]:
        raise Refused(f"Nothing was written: in {folder} there is {', '.join(there)} already.")
    for example in examples:
        (folder / example.name).write_bytes(example.read_bytes())
        print(f"Wrote {folder / example.name}")
    print("Change them to what your clinic is, then: 'clinicbox set-up set clinic clinic.yaml',")
    print("'clinicbox set-up set lines lines.yaml', 'clinicbox roster set roster.yaml'.")


def _check_clinic(office: Office, document: dict[str, Any]) -> None:
    if not office.folders.ledger.exists():
        read_profile(document)
        return  # there is no roster yet
    with office.ledger.reading() as tx:
        set_up.check_clinic(tx, document)


_WHEN = "The box takes it up when it is started again."

"""`clinicbox roster set`: a whole weekly roster from a file, shown before it is put in place."""

from __future__ import annotations

import argparse
import sys

from firmware.cli.staff import asking, days_off, reading, table
from firmware.cli.staff.office import Office
from firmware.cli.staff.refusals import Refused
from firmware.clinic import roster_edits, set_up
from firmware.clinic.roster_changes import Outcome, RosterChange
from firmware.clinic.roster_document import RosterDocument, read_roster
from firmware.clinic.set_up import LosesVisits
from firmware.language.values import Day
from firmware.language.writing import write
from firmware.storage.ledger import Transaction


def put(office: Office, arguments: argparse.Namespace) -> int:
    """Show what the file changes and whom it strands, ask, and do it; exit status 1 when nothing was changed."""
    document = read_roster(reading.document(arguments.file))
    planned = roster_edits.preview(office.ledger, lambda tx: _put(office, tx, document, most_lost=sys.maxsize))
    if not planned.changes:
        print("The roster is like this already.")
        return 0
    for line in lines(planned.changes):
        print(line)
    if planned.stranded:
        _show_stranded(office, planned)
        if not arguments.keep_visits:
            raise Refused("Nothing was changed: cancel these visits first, or say --keep-visits and tell the patients.")
    if not arguments.yes and not asking.is_sure("Put this roster in place?"):
        print("Nothing was changed.")
        return 1
    try:
        with office.changing("roster set") as change:
            done = _put(office, change.tx, document, most_lost=len(planned.stranded))
            change.detail = f"{len(done.changes)} changes, {len(done.stranded)} visits without a place"
    except LosesVisits as error:
        raise Refused("Somebody has booked meanwhile what the new roster has no place for; try again.") from error
    print("The roster is in place; new calls and texts get it at once.")
    return 0


def lines(changes: tuple[RosterChange, ...]) -> list[str]:
    """The changes in words, a half-day of several weekdays in one line."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        grouped.setdefault((change.sign, change.what), []).append(change.weekday)
    return [" ".join([sign, what, *filter(None, days)]) for (sign, what), days in grouped.items()]


def _put(office: Office, tx: Transaction, document: RosterDocument, most_lost: int) -> Outcome:
    return set_up.put_roster(tx, office.profile, office.today, document, most_lost)


def _show_stranded(office: Office, outcome: Outcome) -> None:
    print(f"{len(outcome.stranded)} booked visits have no place in it:")
    with office.ledger.reading() as tx:
        rows = days_off.visit_rows(tx, list(outcome.stranded))
    days = [write(Day(visit.day, office.today), "en") for visit in outcome.stranded]
    table.show(("day", *days_off.HEADINGS), [(day, *row) for day, row in zip(days, rows, strict=True)], "")

"""Taking somebody off the roster for one day: who is touched, the question, and who must be told."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date

from firmware.cli.staff import asking, persons, table
from firmware.cli.staff.office import Office
from firmware.clinic import calendar, calendar_changes, closing, people
from firmware.clinic.records import Booking
from firmware.clinic.schedule import Wish
from firmware.language.values import Day
from firmware.language.writing import write
from firmware.phone_number import is_mobile
from firmware.storage.ledger import Transaction

REASON_CHARACTERS = 60
HEADINGS = ("when", "patient", "number", "reach by", "code")


@dataclass(frozen=True)
class DayOff:
    """What is closed on which day: `who` for the screen, `traced` for the audit trail."""

    command: str
    day: date
    wish: Wish
    who: str
    traced: str

    def close(self, tx: Transaction, reason: str) -> None:
        """Nobody new gets in; the whole clinic is closed by the calendar, which closes the desk too."""
        if self.wish == Wish():
            calendar_changes.close(tx, self.day, self.day, reason)
        else:
            closing.close(tx, self.day, self.wish, reason)

    def reopen(self, tx: Transaction) -> bool:
        """Undo `close`; False if nothing was closed."""
        if self.wish != Wish():
            return closing.reopen(tx, self.day, self.wish) > 0
        special = calendar.between(tx, self.day, self.day).get(self.day)
        if special is None or not special.is_closed:
            return False
        calendar.remove(tx, self.day)
        return True


def configure(parser: argparse.ArgumentParser) -> None:
    """When, why, and whether to ask."""
    parser.add_argument("day", help="today, tomorrow, a weekday or a date")
    parser.add_argument("--reason", default="", help="kept with the roster, not told to patients")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def close(office: Office, off: DayOff, arguments: argparse.Namespace) -> int:
    """Show what it touches, ask, close the slots, list who must be told; exit status 1 when the answer is no."""
    when = write(Day(off.day, office.today), "en")
    with office.ledger.reading() as tx:
        rows = visit_rows(tx, closing.affected(tx, off.day, off.wish))
    print(f"{off.who}, {when}: {len(rows)} booked.")
    if rows:
        table.show(HEADINGS, rows, "")
    if not arguments.yes and not asking.is_sure(f"Take {off.who} off the roster on {when}?"):
        print("Nothing was changed.")
        return 1
    with office.changing(off.command) as change:
        off.close(change.tx, arguments.reason[:REASON_CHARACTERS])
        to_tell = visit_rows(change.tx, closing.affected(change.tx, off.day, off.wish))
        change.detail = f"{off.traced}, {off.day}, {len(to_tell)} booked"
    _tell(off.who, when, rows, to_tell)
    return 0


def reopen(office: Office, off: DayOff) -> bool:
    """Undo `close`; False if nothing was closed."""
    with office.changing(off.command) as change:
        was_closed = off.reopen(change.tx)
        change.detail = f"{off.traced}, {off.day}"
    return was_closed


def visit_rows(tx: Transaction, visits: list[Booking]) -> list[tuple[object, ...]]:
    """The visits for a table under `HEADINGS`."""
    return [_row(tx, visit) for visit in visits]


def _row(tx: Transaction, visit: Booking) -> tuple[object, ...]:
    name = persons.full_name(people.patient(tx, visit.patient_id))
    number = visit.contact_number or next(iter(people.numbers(tx, visit.patient_id)), None)
    way = "no number" if number is None else "text or call" if is_mobile(number) else "call"
    return (f"{visit.begins:%H:%M}", name, number or "", way, visit.code or "")


def _tell(who: str, when: str, shown: list[tuple[object, ...]], to_tell: list[tuple[object, ...]]) -> None:
    print(f"{who} is off the roster on {when}; nobody new gets in.")
    if not to_tell:
        return
    print(f"{len(to_tell)} to be told. Their bookings stand until you cancel them with 'clinicbox cancel CODE'.")
    if to_tell != shown:  # somebody booked or cancelled while the question stood
        table.show(HEADINGS, to_tell, "")

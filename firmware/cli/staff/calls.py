"""`clinicbox calls`: the calls of a day and what came of them."""

from __future__ import annotations

import argparse
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Row, select

from firmware.cli.staff import reading, table
from firmware.cli.staff.office import Office, command
from firmware.clinic.roster import instant
from firmware.language.values import Day
from firmware.language.writing import write
from firmware.storage.call_schema import calls

NAME = "calls"
HELP = "list the calls of a day"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which day."""
    parser.add_argument("--day", default="today", help="today, a weekday to come or a date (default: today)")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """A table by time."""
    day = reading.day(arguments.day, office.today)
    with office.ledger.reading() as tx:
        rows = [_row(office, call) for call in tx.execute(_of_day(office, day))]
    print(write(Day(day, office.today), "en"))
    table.show(("time", "line", "caller", "length", "outcome", "ended"), rows, "No calls.")


def _of_day(office: Office, day: date) -> Any:
    begins, ends = (instant(each, time(0), office.zone) for each in (day, day + timedelta(days=1)))
    of_day = select(calls).where(calls.c.started_at >= begins, calls.c.started_at < ends)
    return of_day.order_by(calls.c.started_at)


def _row(office: Office, call: Row[Any]) -> tuple[object, ...]:
    length = "" if call.ended_at is None else _minutes((call.ended_at - call.started_at).total_seconds())
    return (
        f"{call.started_at.astimezone(office.zone):%H:%M:%S}",
        call.line,
        call.caller or ("withheld" if call.is_withheld else "unknown"),
        length,
        call.outcome or "",
        call.end_reason or "running",
    )


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"

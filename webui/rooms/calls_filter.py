"""Which calls a person asks for: the fields of the address, and the address again for the next page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from firmware.clinic import call_journal
from firmware.clinic.call_journal import OUTCOMES, Place, Wanted
from firmware.storage.ledger import Transaction
from firmware.storage.schema import instant_text
from webui.forms import Form
from webui.reader import Reader, address

FIRST_YEAR, LAST_YEAR = 2000, 2200
FIELDS = ("from", "to", "number", "line", "outcome", "patient", "patient_id", "recorded", "tests")
RECORDED = {"": None, "yes": True, "no": False}
TESTS = {"no": False, "only": True, "too": None}


@dataclass(frozen=True)
class Filter:
    """What was asked for, and how to ask for it again."""

    wanted: Wanted
    fields: dict[str, str]
    after: Place | None

    @property
    def is_narrow(self) -> bool:
        """Whether anything at all is left out, but for the test calls."""
        return any(value for name, value in self.fields.items() if name != "tests")

    def url(self, path: str, after: Place | None = None) -> str:
        """The same calls at another address, or the page behind this one."""
        cursor = f"{instant_text(after.started_at)}~{after.id}" if after else None
        return address(path, **self.fields, after=cursor)


def read(reader: Reader, tx: Transaction) -> Filter | None:
    """The filter in the address; None, with the reasons in `reader.query.errors`, when it can't be."""
    form = reader.query
    first, last = _day(form, "from"), _day(form, "to")
    if first and last and last < first:
        form.refuse("to", "calls.dates_wrong")
    zone = reader.zone
    wanted = Wanted(
        begins=_midnight(first, zone) if first else None,
        ends=_midnight(last + timedelta(days=1), zone) if last else None,
        number=form.phone("number", needed=False),
        line=form.text("line", 20, needed=False) or None,
        outcome=form.choice("outcome", ("", *OUTCOMES), "") or None,
        patients=_patients(form, tx),
        is_recorded=RECORDED[form.choice("recorded", RECORDED, "")],
        is_test=TESTS[form.choice("tests", TESTS, "no")],
    )
    fields = {name: form.raw(name) for name in FIELDS if form.raw(name) and (name, form.raw(name)) != ("tests", "no")}
    return Filter(wanted, fields, _place(form.raw("after"))) if form.is_good else None


def _day(form: Form, name: str) -> date | None:
    if not form.raw(name).strip():
        return None
    day = form.day(name, date.min)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        form.refuse(name, "form.date")
        return None
    return day


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _patients(form: Form, tx: Transaction) -> tuple[int, ...] | None:
    if patient_id := form.key("patient_id"):
        return (patient_id,)
    name = form.text("patient", 60, needed=False)
    return call_journal.namesakes(tx, name) if name else None


def _place(cursor: str) -> Place | None:
    """Where the page before ended; a mistyped one begins anew."""
    moment, _, call_id = cursor.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Place(at, call_id) if at.tzinfo else None

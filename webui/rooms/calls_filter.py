"""Which calls a person asks for: the fields of the address, and the address again for the next page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from firmware.clinic import call_search
from firmware.clinic.call_journal import Place
from firmware.clinic.call_search import OUTCOMES, QUALITIES, Wanted
from firmware.storage.ledger import Transaction
from firmware.storage.schema import instant_text
from webui.forms import Form
from webui.reader import Reader, address

FIRST_YEAR, LAST_YEAR = 2000, 2200
FIRST_SHOWN = ("from", "to", "number", "patient", "agent", "outcome", "recorded", "tests")
MORE = (  # behind a button
    "from_time", "to_time", "call", "called", "line", "flow", "disposition", "ticket", "rating", "quality", "held",
)  # fmt: skip
FIELDS = (*FIRST_SHOWN, "patient_id", *MORE)
RATINGS = {"": None, "low": (1, 2), "any": (1, 2, 3, 4, 5), **{str(score): (score,) for score in range(5, 0, -1)}}
HELD = {"": None, "yes": True}
RECORDED = {"": None, "yes": True, "no": False}
TESTS = {"no": False, "only": True, "too": None}


@dataclass(frozen=True)
class Filter:
    """What was asked for, and how to ask for it again."""

    wanted: Wanted
    fields: dict[str, str]
    after: Place | None

    @property
    def shows_more(self) -> bool:
        """Whether a filter is set that stands behind the button."""
        return any(name in self.fields for name in MORE)

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
    begins, ends = _moment(form, first, "from_time", zone), _end(form, last, "to_time", zone)
    wanted = Wanted(
        begins=begins,
        ends=ends,
        number=form.phone("number", needed=False),
        called=form.phone("called", needed=False),
        line=form.text("line", 20, needed=False) or None,
        outcome=form.choice("outcome", ("", *OUTCOMES), "") or None,
        patients=_patients(form, tx),
        is_recorded=RECORDED[form.choice("recorded", RECORDED, "")],
        is_test=TESTS[form.choice("tests", TESTS, "no")],
        **_of_people(form),
    )
    fields = {name: form.raw(name) for name in FIELDS if form.raw(name) and (name, form.raw(name)) != ("tests", "no")}
    return Filter(wanted, fields, _place(form.raw("after"))) if form.is_good else None


def _of_people(form: Form) -> dict[str, Any]:
    """What is asked for beside the call itself."""
    return {
        "call_id": form.text("call", 40, needed=False) or None,
        "agent": form.key("agent") or None,
        "flow": form.text("flow", 40, needed=False) or None,
        "disposition": form.text("disposition", 40, needed=False) or None,
        "task": form.whole("ticket", 1, 999_999_999, 0) or None,
        "ratings": RATINGS[form.choice("rating", RATINGS, "")],
        "quality": form.choice("quality", ("", *QUALITIES), "") or None,
        "is_held": HELD[form.choice("held", HELD, "")],
    }


def _moment(form: Form, day: date | None, field: str, zone: tzinfo) -> datetime | None:
    """The beginning of the day, or the time of it that was given."""
    if day is None:
        return None
    at = form.time(field) if form.raw(field).strip() else time.min
    return datetime.combine(day, at, zone).astimezone(UTC)


def _end(form: Form, day: date | None, field: str, zone: tzinfo) -> datetime | None:
    """The end of the day, or of the minute of it that was given."""
    if day is None:
        return None
    if not form.raw(field).strip():
        return _moment(form, day + timedelta(days=1), "", zone)
    found = _moment(form, day, field, zone)
    return found and found + timedelta(minutes=1)


def _day(form: Form, name: str) -> date | None:
    if not form.raw(name).strip():
        return None
    day = form.day(name, date.min)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        form.refuse(name, "form.date")
        return None
    return day


def _patients(form: Form, tx: Transaction) -> tuple[int, ...] | None:
    if patient_id := form.key("patient_id"):
        return (patient_id,)
    name = form.text("patient", 60, needed=False)
    return call_search.namesakes(tx, name) if name else None


def _place(cursor: str) -> Place | None:
    """Where the page before ended; a mistyped one begins anew."""
    moment, _, call_id = cursor.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Place(at, call_id) if at.tzinfo else None

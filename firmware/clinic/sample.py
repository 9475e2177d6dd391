"""The sample clinic: departments, doctors, roster, six patients and what its desk knows, loaded with one call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, insert, select

from firmware.clinic import accounts, cards, knowledge, people, roster, roster_changes
from firmware.clinic.errors import ClinicError
from firmware.clinic.profile import ClinicProfile, read_profile
from firmware.clinic.roster_document import read_roster
from firmware.language.values import Name
from firmware.storage.documents import SetupDocuments
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.people_schema import patients
from firmware.storage.roster_schema import bookings, sessions

ROSTER_PARTS = ("departments", "doctors", "sessions")

Entry = Mapping[str, Any]


class LedgerNotEmpty(ClinicError):
    """The ledger has patients already; a sample must never mix with real ones."""


@cache
def document() -> Entry:
    """The whole sample as it stands in sample.yaml; `document()["clinic"]` is the set-up document."""
    loaded: Entry = yaml.safe_load(Path(__file__).with_name("sample.yaml").read_text(encoding="utf-8"))
    return loaded


def profile() -> ClinicProfile:
    """The sample clinic's profile."""
    return read_profile(document()["clinic"])


def load(ledger: Ledger, documents: SetupDocuments, now: datetime) -> None:
    """Make an empty box the sample clinic's: ledger and set-up document; raises `LedgerNotEmpty`."""
    with ledger.transaction() as tx:
        fill(tx, now)
        documents.save("clinic", document()["clinic"])


def fill(tx: Transaction, now: datetime) -> None:
    """Put the sample clinic's people and roster into an empty ledger; raises `LedgerNotEmpty`."""
    if tx.execute(select(func.count()).select_from(patients)).scalar_one():
        raise LedgerNotEmpty("the ledger already has patients")
    roster_changes.put_in_place(
        tx,
        profile(),
        roster.wall_day(now, profile().zone),
        read_roster({part: document()[part] for part in ROSTER_PARTS}),
    )
    known: dict[str, int] = {}
    for entry in document()["patients"]:
        known[entry["zh"]] = _add_patient(tx, now, entry, known)
    knowledge.fill(tx, now)


def _add_patient(tx: Transaction, now: datetime, entry: Entry, known: Mapping[str, int]) -> int:
    person = people.register(
        tx,
        Name(entry["zh"], entry["en"]),
        entry["born"],
        number=entry["number"],
        rank=entry.get("rank", 1),
        language=entry.get("language"),
        tier=entry.get("tier", "normal"),
        is_deceased=entry.get("is_deceased", False),
        guardian_id=known.get(entry.get("guardian", "")),
    )
    if "card" in entry:
        cards.issue(tx, entry["card"], person.id, entry["pin"])
        accounts.deposit(tx, now, person.id, entry["balance_cents"])
    for days_ago in entry.get("missed_days_ago", ()):
        _add_missed_visit(tx, now - timedelta(days=days_ago), person.id)
    return person.id


def _add_missed_visit(tx: Transaction, when: datetime, patient_id: int) -> None:
    day = roster.wall_day(when, profile().zone)
    session = tx.execute(select(sessions).where(sessions.c.weekday == day.isoweekday())).first()
    if session is None:  # closed on that weekday: the visit was on the day before
        _add_missed_visit(tx, when - timedelta(days=1), patient_id)
        return
    missed = {"slot_key": f"series/{session.id}/{day}/1", "session_id": session.id, "queue_number": 1}
    what = {"kind": session.kind, "fee_cents": session.fee_cents, "department_id": session.department_id}
    when_and_who = {"day": day, "begins": session.begins, "patient_id": patient_id, "created_at": when}
    _insert(tx, bookings, **missed, **what, **when_and_who, state="no-show", holder="desk/sample", channel="desk")


def _insert(tx: Transaction, table: Any, **values: Any) -> int:
    key: int = tx.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
    return key

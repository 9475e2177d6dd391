"""Founding a clinic, and changing who it is: what must hold before a set-up is put in place.

A set-up document and the ledger are two files. So each function here is called within the transaction of the change,
which holds off every other writer, and saves the document last: when that fails, the ledger keeps nothing either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select

from firmware.clinic import notices, roster_changes, sample, schedule
from firmware.clinic.errors import ClinicError
from firmware.clinic.profile import ClinicProfile, read_profile
from firmware.clinic.roster_changes import Outcome
from firmware.clinic.roster_document import RosterDocument
from firmware.storage.documents import SetupDocuments
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import patients

CLINIC = "clinic"


class OtherClinic(ClinicError):
    """The box is set up for a clinic already; the sample must not mix with it."""


class LosesVisits(ClinicError):
    """More booked visits than may be would have no place in the roster; `count` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} booked visits would have no place in this roster")
        self.count = count


def check_clinic(tx: Transaction, document: Mapping[str, Any]) -> ClinicProfile:
    """The profile that the document describes; raises `ProfileError`.

    The clinic's name stands in every text: with it, none may take more parts than the clinic allows.
    """
    profile = read_profile(document)
    notices.check_parts(profile, schedule.all_sessions(tx))
    return profile


def save_clinic(tx: Transaction, documents: SetupDocuments, document: Mapping[str, Any]) -> None:
    """Make the clinic what the document says; raises `ProfileError`."""
    check_clinic(tx, document)
    documents.save(CLINIC, document)


def put_roster(
    tx: Transaction, profile: ClinicProfile, today: date, document: RosterDocument, most_lost: int = 0
) -> Outcome:
    """Put a whole roster in place; raises `LosesVisits`, or `ProfileError` when a text with its names is too long."""
    outcome = roster_changes.put_in_place(tx, profile, today, document)
    notices.check_parts(profile, schedule.all_sessions(tx))
    if len(outcome.stranded) > most_lost:
        raise LosesVisits(len(outcome.stranded))
    return outcome


def is_empty(tx: Transaction) -> bool:
    """Whether the ledger has neither a roster nor patients."""
    has_patients: bool = tx.execute(select(exists().select_from(patients))).scalar_one()
    return not has_patients and not schedule.all_departments(tx)


def load_sample(tx: Transaction, documents: SetupDocuments, now: datetime) -> None:
    """Make an empty box the sample clinic's; raises `LedgerNotEmpty` or `OtherClinic`."""
    if not is_empty(tx):
        raise sample.LedgerNotEmpty("this box has a clinic in it already; nothing was loaded")
    there = documents.load(CLINIC)
    if there is not None and there != sample.document()[CLINIC]:
        raise OtherClinic("This box is set up for another clinic already; nothing was loaded.")
    sample.fill(tx, now)
    documents.save(CLINIC, sample.document()[CLINIC])

"""Texts to whoever looks after the box: what can't wait until somebody opens a page; each at most once a day."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import select

from firmware.clinic import people
from firmware.clinic.profile import ClinicProfile
from firmware.language.catalogue import Catalogue, Prompt
from firmware.language.values import DEFAULT_LANGUAGE, Number, Value
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.outbox import queue_text
from firmware.storage.text_schema import outbox

ALARM = "alarm"  # purpose of these texts
APART_S = 86_400


def disk_full(tx: Transaction, profile: ClinicProfile, now: datetime, number: str, percent: int) -> bool:
    """Tell `number` that the disk for recordings is fuller than it should be; False when it knows already."""
    sent = outbox.c
    known = select(sent.id).where(sent.number == number, sent.created_at > later(now, -APART_S), sent.purpose == ALARM)
    if tx.execute(known.limit(1)).first() is not None:
        return False
    language = people.language_of(tx, number) or DEFAULT_LANGUAGE
    values: dict[str, Value] = {"sign": profile.sign, "percent": Number(percent)}
    queue_text(tx, now, number, _catalogue().written(Prompt("alarm.disk_full", values), language), ALARM)
    return True


@cache
def _catalogue() -> Catalogue:
    return Catalogue(Path(__file__).with_suffix(".yaml"))

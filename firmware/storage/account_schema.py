"""The ledger's tables of money: what patients have paid in and what their visits cost."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from firmware.storage.people_schema import patients
from firmware.storage.roster_schema import bookings
from firmware.storage.schema import Instant, metadata

accounts = Table(
    "accounts", metadata,
    Column("patient_id", ForeignKey(patients.c.id), primary_key=True),
    Column("balance_cents", Integer, nullable=False, server_default="0"),
    Column("held_cents", Integer, nullable=False, server_default="0"),
    Column("floor_cents", Integer, nullable=False, server_default="0"),
    CheckConstraint("held_cents >= 0", name="held_money_is_not_negative"),
    CheckConstraint("balance_cents - held_cents >= floor_cents", name="account_stays_above_its_floor"),
)  # fmt: skip

account_entries = Table(
    "account_entries", metadata,
    Column("id", Integer, primary_key=True),
    Column("patient_id", ForeignKey(patients.c.id), nullable=False, index=True),
    Column("booking_id", ForeignKey(bookings.c.id), index=True),
    Column("kind", String(10), nullable=False),  # deposit, hold, charge, release, refund
    Column("cents", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", String(100)),
)  # fmt: skip

"""The ledger's tables of people: patients, how they are reached, and how they are known on the telephone."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text

from firmware.storage.schema import Instant, metadata

contacts = Table(
    "contacts", metadata,
    Column("number", String(20), primary_key=True),  # normalised, see firmware.phone_number
    Column("language", String(2)),
    Column("slow_keys", Integer, nullable=False, server_default="0"),
)  # fmt: skip

patients = Table(
    "patients", metadata,
    Column("id", Integer, primary_key=True),
    Column("name_zh", String(60), nullable=False),
    Column("name_en", String(60), nullable=False),
    Column("born", Date, nullable=False),
    Column("language", String(2)),
    Column("tier", String(10), nullable=False, server_default="normal"),
    Column("is_deceased", Integer, nullable=False, server_default="0"),
    Column("guardian_id", ForeignKey("patients.id")),
    Column("pinyin", String(200), nullable=False, server_default=""),  # of the Chinese name: wangxiuying
    Column("initials", String(60), nullable=False, server_default=""),  # wxy
    Index("patients_by_pinyin", "pinyin"),
    Index("patients_by_initials", "initials"),
    Index("patients_by_name", "name_zh", "name_en"),
    Index("patients_by_birth", "born"),
    Index("patients_by_guardian", "guardian_id"),
)  # fmt: skip

patient_contacts = Table(
    "patient_contacts", metadata,
    Column("patient_id", ForeignKey("patients.id"), primary_key=True),
    Column("number", ForeignKey("contacts.number"), primary_key=True, index=True),
    Column("rank", Integer, nullable=False, server_default="1"),  # 1 is tried first
)  # fmt: skip

cards = Table(
    "cards", metadata,
    Column("number", String(12), primary_key=True),  # ends in a Luhn digit
    Column("patient_id", ForeignKey("patients.id"), nullable=False, index=True),
    Column("pin_hash", Text, nullable=False),
    Column("unlocked_at", Instant),  # by staff: wrong PINs before it no longer count
)  # fmt: skip

pin_failures = Table(
    "pin_failures", metadata,
    Column("id", Integer, primary_key=True),
    Column("card_number", String(12), nullable=False),  # as keyed, may not exist; never the PIN
    Column("caller", String(20)),
    Column("call_id", String(40)),
    Column("at", Instant, nullable=False),
    Index("pin_failures_by_card", "card_number", "at"),
    Index("pin_failures_by_caller", "caller", "at"),
)  # fmt: skip

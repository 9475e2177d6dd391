"""The ledger's tables of who signs in and what was done; and when the box last wrote."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from firmware.storage.roster_schema import doctors
from firmware.storage.schema import Instant, metadata

audit = Table(
    "audit", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("who", String(40), nullable=False, index=True),
    Column("what", String(60), nullable=False),
    Column("detail", String(200), nullable=False, server_default=""),
)  # fmt: skip

users = Table(
    "users", metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(40), nullable=False, unique=True),  # casefolded
    Column("name", String(60), nullable=False),
    Column("role", String(12), nullable=False),  # see firmware.staff.rights
    Column("password_hash", Text, nullable=False),
    Column("language", String(2)),
    Column("is_active", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    Column("password_at", Instant, nullable=False),  # when the password was set
    Column("doctor_id", ForeignKey(doctors.c.id)),  # as whom of the roster this person answers patients' questions
)  # fmt: skip

web_sessions = Table(
    "web_sessions", metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256 of the cookie: a stolen ledger opens no session
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)  # fmt: skip

login_failures = Table(
    "login_failures", metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(40), nullable=False),  # as typed, casefolded and cut; may not exist
    Column("source", String(45), nullable=False),  # the address that tried
    Column("at", Instant, nullable=False),
    Index("login_failures_by_login", "login", "at"),
    Index("login_failures_by_source", "source", "at"),
)  # fmt: skip

known_sources = Table(  # where a user signed in before
    "known_sources", metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("source", String(45), primary_key=True),  # the address
    Column("at", Instant, nullable=False),  # last
)  # fmt: skip

claims = Table(  # one-time codes with which the box's owner becomes its administrator
    "claims", metadata,
    Column("id", Integer, primary_key=True),
    Column("code_hash", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
)  # fmt: skip

form_posts = Table(  # forms that were carried out: sent twice, a form still acts once
    "form_posts", metadata,
    Column("token", String(64), primary_key=True),
    Column("at", Instant, nullable=False, index=True),
)  # fmt: skip

heartbeat = Table(  # one row: when the box last wrote
    "heartbeat", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
)  # fmt: skip

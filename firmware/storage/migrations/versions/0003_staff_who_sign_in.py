"""Staff who sign in, forms that act once; pinyin of names, owners of messages, authors of texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_INSTANT = sa.String(length=24)


def upgrade() -> None:
    _add_columns()
    _add_tables()


def _add_columns() -> None:
    op.add_column("patients", sa.Column("pinyin", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("patients", sa.Column("initials", sa.String(length=60), nullable=False, server_default=""))
    op.create_index("patients_by_pinyin", "patients", ["pinyin"])
    op.create_index("patients_by_initials", "patients", ["initials"])
    op.add_column("voice_messages", sa.Column("owner", sa.String(length=40)))
    op.add_column("inbox", sa.Column("owner", sa.String(length=40)))
    op.add_column("outbox", sa.Column("author", sa.String(length=40)))


def _add_tables() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2)),
        sa.Column("is_active", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("password_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "web_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_web_sessions_user_id", "web_sessions", ["user_id"])
    op.create_index("ix_web_sessions_expires_at", "web_sessions", ["expires_at"])
    op.create_table(
        "login_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=45), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("login_failures_by_login", "login_failures", ["login", "at"])
    op.create_index("login_failures_by_source", "login_failures", ["source", "at"])
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "form_posts",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("ix_form_posts_at", "form_posts", ["at"])

"""The desk: agents, callers who wait, talks, tasks, what is kept of recordings and messages, tokens of programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_INSTANT = sa.String(length=24)
_IS_MISSED = "kind = 'missed' AND done_at IS NULL"
_ENTRY_STATES = (
    "waiting", "calling", "answered", "abandoned", "message", "callback", "returned", "closed", "failed", "withdrawn",
)  # fmt: skip


def upgrade() -> None:
    _add_agents()
    _add_agent_states()
    _add_opening()
    _add_staff_pins()
    _add_api_tokens()
    _add_articles()
    _add_call_notes()
    _add_quality_scores()
    _add_quality_samples()
    _add_queue_entries()
    _index_queue_entries()
    _add_offers()
    _add_talks()
    _add_ratings()
    _add_tasks()
    _add_recording_marks()
    _add_purges()
    _change_calls()
    _change_recordings()
    _change_messages()
    _change_users()


def _add_agents() -> None:
    op.create_table(
        "agents",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("extension", sa.String(length=8)),
        sa.Column("languages", sa.String(length=20), server_default="zh en", nullable=False),
        sa.Column("phone_number", sa.String(length=20)),
        sa.Column("outside_class", sa.String(length=20), server_default="local", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("extension"),
    )
    op.create_table(
        "agent_skills",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["agents.user_id"]),
        sa.PrimaryKeyConstraint("user_id", "queue"),
    )


def _add_agent_states() -> None:
    op.create_table(
        "agent_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=100), server_default="", nullable=False),
        sa.Column("device", sa.String(length=10), server_default="browser", nullable=False),
        sa.Column("card", sa.String(length=100), server_default="", nullable=False),
        sa.Column("by", sa.String(length=40)),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT),
        sa.CheckConstraint(
            "state IN ('offline', 'ready', 'not-ready', 'ringing', 'talking', 'wrap-up')", name="agent_state"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["agents.user_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    _index_where("agent_state_now", "agent_states", ["user_id"], "until IS NULL", is_unique=True)
    op.create_index("agent_states_in_time", "agent_states", ["user_id", "at"])


def _add_opening() -> None:
    op.create_table(
        "special_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=60), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Column("ended_by", sa.String(length=40)),
        sa.PrimaryKeyConstraint("id"),
    )


def _add_staff_pins() -> None:
    op.create_table(
        "staff_pins",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_at", _INSTANT),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("user_id"),
    )


def _add_api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("seen_at", _INSTANT),
        sa.Column("revoked_at", _INSTANT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )


def _add_articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_zh", sa.String(length=60), nullable=False),
        sa.Column("topic_en", sa.String(length=60), nullable=False),
        sa.Column("title_zh", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=80), nullable=False),
        sa.Column("body_zh", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("keywords", sa.String(length=200), server_default="", nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _add_call_notes() -> None:
    op.create_table(
        "call_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_call_notes_call_id", "call_notes", ["call_id"])


def _add_quality_scores() -> None:
    op.create_table(
        "quality_scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("most_points", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("appeal", sa.Text()),
        sa.Column("appeal_answer", sa.Text()),
        sa.Column("is_withdrawn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["agents.user_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_quality_scores_call_id", "quality_scores", ["call_id"])
    op.create_index("quality_of_agent", "quality_scores", ["user_id", "at"])
    _index_where("appeals_that_wait", "quality_scores", ["id"], "appeal IS NOT NULL AND appeal_answer IS NULL")


def _add_quality_samples() -> None:
    op.create_table(
        "quality_samples",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["agents.user_id"]),
        sa.PrimaryKeyConstraint("call_id", "user_id"),
    )
    op.create_index("samples_by_week", "quality_samples", ["week", "user_id"])


def _add_queue_entries() -> None:
    op.create_table(
        "queue_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=40)),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("number", sa.String(length=20)),
        sa.Column("patient_id", sa.Integer()),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wished_user_id", sa.Integer()),
        sa.Column("turn_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_callback", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", _INSTANT),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("purpose", sa.String(length=100), server_default="", nullable=False),
        sa.Column("owner", sa.String(length=40)),
        sa.Column("said_position", sa.Integer()),
        sa.Column("user_id", sa.Integer()),
        sa.Column("answered_at", _INSTANT),
        sa.Column("left_at", _INSTANT),
        sa.CheckConstraint(f"state IN {_ENTRY_STATES}", name="entry_state"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["agents.user_id"]),
        sa.ForeignKeyConstraint(["wished_user_id"], ["agents.user_id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _index_queue_entries() -> None:
    op.create_index("entries_by_number", "queue_entries", ["number", "turn_at"])
    op.create_index("entries_in_time", "queue_entries", ["turn_at"])
    _index_where("entries_that_wait", "queue_entries", ["turn_at"], "state IN ('waiting', 'calling')")
    op.create_index("ix_queue_entries_call_id", "queue_entries", ["call_id"])


def _add_offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Column("outcome", sa.String(length=10)),
        sa.ForeignKeyConstraint(["entry_id"], ["queue_entries.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["agents.user_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_offers_entry_id", "offers", ["entry_id"])
    op.create_index("offers_of_agent", "offers", ["user_id", "at"])


def _add_talks() -> None:
    op.create_table(
        "talks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.Integer()),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=20)),
        sa.Column("rang_at", _INSTANT),
        sa.Column("began_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Column("ended_by", sa.String(length=10)),
        sa.Column("held_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wrapped_up_at", _INSTANT),
        sa.Column("disposition", sa.String(length=40)),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["queue_entries.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["agents.user_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_talks_call_id", "talks", ["call_id"])
    op.create_index("talks_in_time", "talks", ["began_at"])
    op.create_index("talks_by_disposition", "talks", ["disposition", "began_at"])
    op.create_index("talks_by_number", "talks", ["number", "began_at"])
    op.create_index("talks_of_agent", "talks", ["user_id", "began_at"])


def _add_ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name="rating_score"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["agents.user_id"]),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index("ratings_of_agent", "ratings", ["user_id", "at"])
    op.create_index("ratings_by_score", "ratings", ["score", "at"])
    op.create_table(
        "rating_requests",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["agents.user_id"]),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index("rating_requests_by_number", "rating_requests", ["number", "at"])


def _add_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=20)),
        sa.Column("patient_id", sa.Integer()),
        sa.Column("call_id", sa.String(length=40)),
        sa.Column("message_id", sa.Integer()),
        sa.Column("detail", sa.String(length=200), server_default="", nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT),
        sa.Column("owner", sa.String(length=40)),
        sa.Column("done_at", _INSTANT),
        sa.Column("done_by", sa.String(length=40)),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["voice_messages.id"]),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("tasks_by_number", "tasks", ["number", "created_at"])
    op.create_index("tasks_by_patient", "tasks", ["patient_id"])
    _index_where(
        "one_missed_task_per_number", "tasks", ["number"], "kind = 'missed' AND done_at IS NULL", is_unique=True
    )
    _index_where("tasks_not_done", "tasks", ["created_at"], "done_at IS NULL")


def _add_recording_marks() -> None:
    op.create_table(
        "recording_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("at_s", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["recordings.call_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recording_marks_call_id", "recording_marks", ["call_id"])


def _add_purges() -> None:
    counts = ("by_age", "by_quota", "messages", "held", "leftovers", "orphan_files", "orphan_rows", "failed")
    op.create_table(
        "purges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        *(sa.Column(each, sa.Integer(), nullable=False) for each in counts),
        sa.Column("failed_names", sa.Text(), server_default="", nullable=False),
        sa.Column("used_percent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _change_calls() -> None:
    op.add_column("calls", sa.Column("direction", sa.String(length=8), server_default="in", nullable=False))
    op.add_column("calls", sa.Column("called", sa.String(length=20)))
    op.add_column("calls", sa.Column("has_sound", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE calls SET has_sound = 1 WHERE id IN (SELECT call_id FROM recordings)")
    _index_where("calls_without_sound", "calls", ["started_at"], "has_sound = 0")
    op.create_index("calls_by_called", "calls", ["called", "started_at"])
    op.create_index("calls_by_flow", "calls", ["flow", "started_at"])


def _change_recordings() -> None:
    op.add_column(
        "recordings", sa.Column("keep_class", sa.String(length=20), server_default="ordinary", nullable=False)
    )
    op.add_column("recordings", sa.Column("is_held", sa.Integer(), server_default="0", nullable=False))
    op.add_column("recordings", sa.Column("held_by", sa.String(length=40)))
    op.add_column("recordings", sa.Column("deleted_at", _INSTANT))
    op.add_column("recordings", sa.Column("deleted_why", sa.String(length=20)))
    op.add_column("recordings", sa.Column("began_at", _INSTANT))
    op.execute("UPDATE recordings SET began_at = (SELECT started_at FROM calls WHERE calls.id = recordings.call_id)")
    _index_where("recordings_kept", "recordings", ["began_at", "call_id"], "deleted_at IS NULL")
    _index_where("recordings_by_class", "recordings", ["keep_class", "began_at", "call_id"], "deleted_at IS NULL")
    _index_where("recordings_on_hold", "recordings", ["call_id"], "is_held = 1")
    op.drop_index("recordings_not_archived", "recordings")
    _index_where("recordings_not_archived", "recordings", ["call_id"], "state IN ('recording', 'complete')")


def _change_messages() -> None:
    op.add_column("voice_messages", sa.Column("box", sa.String(length=40), server_default="shared", nullable=False))
    op.add_column("voice_messages", sa.Column("due_at", _INSTANT))
    op.execute("ALTER TABLE voice_messages ADD COLUMN patient_id INTEGER REFERENCES patients (id)")
    op.add_column("voice_messages", sa.Column("queue", sa.String(length=40)))
    op.add_column("voice_messages", sa.Column("language", sa.String(length=2)))
    op.add_column("voice_messages", sa.Column("answer_file", sa.String(length=200)))
    op.add_column("voice_messages", sa.Column("answer_text", sa.Text()))
    op.add_column("voice_messages", sa.Column("answered_at", _INSTANT))
    op.add_column("voice_messages", sa.Column("answered_by", sa.String(length=40)))
    op.add_column("voice_messages", sa.Column("answer_code", sa.String(length=8)))
    op.add_column("voice_messages", sa.Column("deleted_at", _INSTANT))
    op.add_column("voice_messages", sa.Column("heard_at", _INSTANT))
    _index_where("messages_that_sound", "voice_messages", ["done_at"], "deleted_at IS NULL AND done_at IS NOT NULL")
    op.create_index("messages_by_box", "voice_messages", ["box", "id"])
    op.create_index("messages_by_code", "voice_messages", ["answer_code"], unique=True)


def _change_users() -> None:
    op.execute("ALTER TABLE users ADD COLUMN doctor_id INTEGER REFERENCES doctors (id)")


def _index_where(name: str, table: str, columns: list[str], condition: str, is_unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=is_unique, sqlite_where=where, postgresql_where=where)

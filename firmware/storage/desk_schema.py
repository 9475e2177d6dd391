"""The desk's tables in the ledger: agents and what they do, callers who wait, talks and what is said of them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text, text

from firmware.storage.call_schema import calls, voice_messages
from firmware.storage.people_schema import patients
from firmware.storage.schema import Instant, metadata
from firmware.storage.staff_schema import users

_IS_NOW = text("until IS NULL")
_WAITS = text("state IN ('waiting', 'calling')")
_NOT_DONE = text("done_at IS NULL")
_TO_ANSWER = text("appeal IS NOT NULL AND appeal_answer IS NULL")
_TO_CALL_BACK = text("kind = 'missed' AND done_at IS NULL")

agents = Table(  # staff who take calls
    "agents", metadata,
    Column("user_id", ForeignKey(users.c.id), primary_key=True),
    Column("extension", String(8), unique=True),  # NULL: takes calls no more
    Column("languages", String(20), nullable=False, server_default="zh en"),  # blank-separated
    Column("phone_number", String(20)),  # where an agent away from the desk is reached
    Column("outside_class", String(20), nullable=False, server_default="local"),  # whom this agent may call
)  # fmt: skip

staff_pins = Table(  # with which supervisors are known on the telephone
    "staff_pins", metadata,
    Column("user_id", ForeignKey(users.c.id), primary_key=True),
    Column("pin_hash", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),  # since the last time that it was right
    Column("failed_at", Instant),
)  # fmt: skip

agent_skills = Table(
    "agent_skills", metadata,
    Column("user_id", ForeignKey("agents.user_id"), primary_key=True),
    Column("queue", String(40), primary_key=True),
    Column("level", Integer, nullable=False, server_default="1"),  # 1 is asked first
)  # fmt: skip

agent_states = Table(  # who was what from when to when; the row without an end is now
    "agent_states", metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("agents.user_id"), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(100), nullable=False, server_default=""),  # "break", ...; a supervisor's own words
    Column("device", String(10), nullable=False, server_default="browser"),
    Column("card", String(100), nullable=False, server_default=""),  # of a headset: which one
    Column("by", String(40)),  # the login of who forced it
    Column("at", Instant, nullable=False),
    Column("until", Instant),
    Index("agent_state_now", "user_id", unique=True, sqlite_where=_IS_NOW, postgresql_where=_IS_NOW),
    Index("agent_states_in_time", "user_id", "at"),
    CheckConstraint(
        "state IN ('offline', 'ready', 'not-ready', 'ringing', 'talking', 'wrap-up')", name="agent_state"
    ),
)  # fmt: skip

queue_entries = Table(  # callers who wait, or waited, for a person; a callback keeps its caller's turn
    "queue_entries", metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", ForeignKey(calls.c.id), index=True),  # NULL: a callback that nobody called for
    Column("queue", String(40), nullable=False),
    Column("language", String(2), nullable=False),
    Column("number", String(20)),
    Column("patient_id", ForeignKey(patients.c.id)),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("wished_user_id", ForeignKey("agents.user_id")),  # who tried to reach this caller, or whom they asked for
    Column("turn_at", Instant, nullable=False),  # since when the caller waits: the turn
    Column("state", String(10), nullable=False),
    Column("is_callback", Integer, nullable=False, server_default="0"),
    Column("not_before", Instant),  # of a callback: the next try, or the time that was agreed
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("purpose", String(100), nullable=False, server_default=""),  # of a callback: what for
    Column("owner", String(40)),  # of a callback that was agreed with one agent: their login
    Column("said_position", Integer),  # the best that was spoken; it never goes up
    Column("user_id", ForeignKey("agents.user_id")),  # who took it
    Column("answered_at", Instant),
    Column("left_at", Instant),
    Index("entries_that_wait", "turn_at", sqlite_where=_WAITS, postgresql_where=_WAITS),
    Index("entries_in_time", "turn_at"),
    Index("entries_by_number", "number", "turn_at"),
    CheckConstraint(
        "state IN ('waiting', 'calling', 'answered', 'abandoned', 'message', 'callback', 'returned', 'closed', "
        "'failed', 'withdrawn')",
        name="entry_state",
    ),
)  # fmt: skip

offers = Table(  # one ring at one agent
    "offers", metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_id", ForeignKey("queue_entries.id"), nullable=False, index=True),
    Column("user_id", ForeignKey("agents.user_id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String(10)),  # answered, missed, rejected, withdrawn (somebody else was faster), gone
    Index("offers_of_agent", "user_id", "at"),
)  # fmt: skip

talks = Table(  # one agent's part in one call
    "talks", metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", ForeignKey(calls.c.id), nullable=False, index=True),
    Column("entry_id", ForeignKey("queue_entries.id")),
    Column("user_id", ForeignKey("agents.user_id"), nullable=False),
    Column("direction", String(8), nullable=False),  # in, out, inside
    Column("number", String(20)),
    Column("rang_at", Instant),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(10)),  # caller, agent, transfer, supervisor, lost
    Column("held_s", Integer, nullable=False, server_default="0"),
    Column("wrapped_up_at", Instant),  # when the work after the call was done
    Column("disposition", String(40)),
    Index("talks_of_agent", "user_id", "began_at"),
    Index("talks_in_time", "began_at"),
    Index("talks_by_disposition", "disposition", "began_at"),
    Index("talks_by_number", "number", "began_at"),
)  # fmt: skip

call_notes = Table(
    "call_notes", metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", ForeignKey(calls.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("author", String(40), nullable=False),
    Column("body", Text, nullable=False),
)  # fmt: skip

ratings = Table(  # what patients think of a talk
    "ratings", metadata,
    Column("call_id", ForeignKey(calls.c.id), primary_key=True),
    Column("user_id", ForeignKey("agents.user_id")),
    Column("score", Integer, nullable=False),
    Column("channel", String(10), nullable=False),  # voice, text
    Column("at", Instant, nullable=False),
    Index("ratings_of_agent", "user_id", "at"),
    Index("ratings_by_score", "score", "at"),
    CheckConstraint("score BETWEEN 1 AND 5", name="rating_score"),
)  # fmt: skip

rating_requests = Table(  # patients who were asked by text what they think of a talk
    "rating_requests", metadata,
    Column("call_id", ForeignKey(calls.c.id), primary_key=True),
    Column("user_id", ForeignKey("agents.user_id")),
    Column("number", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Index("rating_requests_by_number", "number", "at"),
)  # fmt: skip

tasks = Table(  # what somebody at the desk still has to do
    "tasks", metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(12), nullable=False),  # missed, callback, question, other
    Column("number", String(20)),
    Column("patient_id", ForeignKey(patients.c.id)),
    Column("call_id", ForeignKey(calls.c.id)),
    Column("message_id", ForeignKey(voice_messages.c.id), unique=True),  # the question whose answer is to be told
    Column("detail", String(200), nullable=False, server_default=""),
    Column("times", Integer, nullable=False, server_default="1"),  # so often the same number was missed
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("owner", String(40)),
    Column("done_at", Instant),
    Column("done_by", String(40)),
    Index("tasks_not_done", "created_at", sqlite_where=_NOT_DONE, postgresql_where=_NOT_DONE),
    Index("tasks_by_number", "number", "created_at"),
    Index("tasks_by_patient", "patient_id"),
    Index(
        "one_missed_task_per_number", "number",
        unique=True, sqlite_where=_TO_CALL_BACK, postgresql_where=_TO_CALL_BACK,
    ),
)  # fmt: skip

quality_scores = Table(  # a talk judged by a supervisor
    "quality_scores", metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", ForeignKey(calls.c.id), nullable=False, index=True),
    Column("user_id", ForeignKey("agents.user_id"), nullable=False),
    Column("form", String(40), nullable=False),
    Column("asked", Text, nullable=False),  # JSON: the form's words and most points, as they were when it was judged
    Column("answers", Text, nullable=False),  # JSON: points by question
    Column("points", Integer, nullable=False),
    Column("most_points", Integer, nullable=False),
    Column("remark", Text, nullable=False, server_default=""),
    Column("appeal", Text),  # what the agent says against it
    Column("appeal_answer", Text),
    Column("is_withdrawn", Integer, nullable=False, server_default="0"),  # the appeal was right: it counts no more
    Column("author", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Index("quality_of_agent", "user_id", "at"),
    Index("appeals_that_wait", "id", sqlite_where=_TO_ANSWER, postgresql_where=_TO_ANSWER),
)  # fmt: skip

quality_samples = Table(  # talks that were drawn by lot to be judged
    "quality_samples", metadata,
    Column("call_id", ForeignKey(calls.c.id), primary_key=True),
    Column("user_id", ForeignKey("agents.user_id"), primary_key=True),
    Column("week", Date, nullable=False),  # the Monday of the week in which they were held
    Index("samples_by_week", "week", "user_id"),
)  # fmt: skip

purges = Table(  # what was deleted of recordings and messages, and what could not be
    "purges", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by_age", Integer, nullable=False),
    Column("by_quota", Integer, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("held", Integer, nullable=False),  # that would have gone but for their legal hold
    Column("leftovers", Integer, nullable=False),  # files of recordings that had been deleted before
    Column("orphan_files", Integer, nullable=False),  # that no row knows: nobody's, so they stay
    Column("orphan_rows", Integer, nullable=False),  # whose file is gone
    Column("failed", Integer, nullable=False),
    Column("failed_names", Text, nullable=False, server_default=""),  # the first of them
    Column("used_percent", Integer, nullable=False),  # of the disk, afterwards
)  # fmt: skip

articles = Table(  # what is known at the desk, in words that may be read out or texted
    "articles", metadata,
    Column("id", Integer, primary_key=True),
    Column("topic_zh", String(60), nullable=False),  # levels of the tree with "/" between them
    Column("topic_en", String(60), nullable=False),
    Column("title_zh", String(80), nullable=False),
    Column("title_en", String(80), nullable=False),
    Column("body_zh", Text, nullable=False),
    Column("body_en", Text, nullable=False),
    Column("keywords", String(200), nullable=False, server_default=""),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", String(40), nullable=False),
)  # fmt: skip

special_days = Table(  # days on which people are at the desk at other hours than the week says
    "special_days", metadata,
    Column("day", Date, primary_key=True),
    Column("hours", String(60), nullable=False),  # "08:00-12:00 14:00-17:30"; empty: closed, no half-day takes place
    Column("reason", String(60), nullable=False, server_default=""),
)  # fmt: skip

closures = Table(  # the closed-now switch: each holds to the end of the opening hours in which it was made
    "closures", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", String(40), nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(40)),
)  # fmt: skip

api_tokens = Table(  # other programs that may ask the box things
    "api_tokens", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(60), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),  # SHA-256: a stolen ledger opens nothing
    Column("scopes", String(200), nullable=False),  # blank-separated
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(40), nullable=False),
    Column("seen_at", Instant),
    Column("revoked_at", Instant),
)  # fmt: skip

"""Alembic runs this: migrate over the connection that `migration.upgrade` hands in."""

from __future__ import annotations

from alembic import context

from firmware.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, and the connection has its transaction already
    render_as_batch=True,
)
context.run_migrations()

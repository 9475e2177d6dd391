"""What the migrations build is what the models say."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from firmware.storage import backups, lost_texts, migration
from firmware.storage.ledger import SCHEMA_REVISION, Ledger, open_ledger, sqlite_engine
from firmware.storage.schema import instant_text
from firmware.storage.tables import metadata


def shape(engine: Engine) -> dict[str, Any]:
    """Everything that a database keeps of its tables: columns, keys, checks and indexes with their conditions."""
    seen = inspect(engine)
    tables = {
        table: {
            "columns": [{**column, "type": str(column["type"])} for column in seen.get_columns(table)],
            "primary key": seen.get_pk_constraint(table)["constrained_columns"],
            "foreign keys": sorted(
                (k["constrained_columns"], k["referred_table"]) for k in seen.get_foreign_keys(table)
            ),
            "checks": sorted((str(check["name"]), check["sqltext"]) for check in seen.get_check_constraints(table)),
            "unique": sorted(key["column_names"] for key in seen.get_unique_constraints(table)),
        }
        for table in seen.get_table_names()
        if table != "alembic_version"
    }
    with engine.connect() as connection:
        indexes = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        )
        return {**tables, "indexes": {name: re.sub(r"\s+", " ", sql) for name, sql in indexes}}


def test_models_and_migrations_agree(ledger: Ledger, tmp_path: Path) -> None:
    modelled = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    metadata.create_all(modelled)
    assert shape(ledger.engine) == shape(modelled)
    with ledger.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_revision_is_the_one_that_the_ledger_expects() -> None:
    assert ScriptDirectory.from_config(migration.configuration()).get_heads() == [SCHEMA_REVISION]


def test_two_processes_that_migrate_at_once_do_it_once(file: Path) -> None:
    migration.upgrade(sqlite_engine(file), file, None)
    migration.upgrade(sqlite_engine(file), file, None)
    open_ledger(file).close()


def test_a_ledger_of_the_first_version_is_brought_up_to_date_and_backed_up(file: Path, now: datetime) -> None:
    config, engine = migration.configuration(), sqlite_engine(file)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        old = {"number": "13800000001", "body": "x", "purpose": "notice", "state": "failed", "at": instant_text(now)}
        columns = "INSERT INTO outbox (number, body, purpose, state, created_at)"
        connection.execute(text(f"{columns} VALUES (:number, :body, :purpose, :state, :at)"), old)
    engine.dispose()
    ledger = open_ledger(file)
    with ledger.reading() as tx:
        assert [lost.body for lost in lost_texts.not_arrived(tx, now)] == ["x"]
    ledger.close()
    assert backups.exists(file, "before-0001")

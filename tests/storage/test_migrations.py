"""What the migrations build is what the models say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from firmware.storage import migration
from firmware.storage.ledger import SCHEMA_REVISION, Ledger, open_ledger, sqlite_engine
from firmware.storage.schema import metadata


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

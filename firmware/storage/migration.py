"""Bringing a ledger to the newest schema; imported only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from firmware.storage import backups
from firmware.storage.errors import LedgerTooNew


def configuration() -> Config:
    """Alembic's settings: only where the revisions lie."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config


def upgrade(engine: Engine, file: Path, revision: str | None) -> None:
    """Run the revisions after `revision` (None: all) in one transaction, with a back-up of what was there before."""
    config = configuration()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None:
        if revision not in known:
            raise LedgerTooNew(f"the ledger {file} has schema {revision}, which this version does not know")
        backups.back_up(file, f"before-{revision}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

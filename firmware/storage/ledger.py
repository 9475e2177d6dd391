"""The ledger: one SQL database, opened so that what was committed survives a power cut.

WAL with `synchronous=FULL` lost nothing in 200 power cuts, NORMAL lost commits in 168 of them; so FULL is set on
every connection that the pool opens.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event

from firmware.storage.backups import make_private, newest_backup
from firmware.storage.errors import LedgerBusy, LedgerDamaged, Settled

BUSY_TIMEOUT_S = 5.0
SCHEMA_REVISION = "0010"  # the newest in migrations/versions; Alembic is imported only for another one

Transaction = Connection


class Ledger:
    """Opens transactions on the database; safe to use from any thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(reads_only=True)
        self._writing = threading.Lock()
        self._writer: Connection | None = None  # kept: the writers of one process take turns anyway

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A write transaction: committed (and on disk) when the block ends, rolled back when it raises.

        An error that is `Settled` leaves the block too, but after the commit. The writers of one process queue up
        here, so that none starves in SQLite's own busy loop; transactions don't nest.
        """
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_S):
            raise LedgerBusy("another transaction of this process did not end")
        try:
            answer: Settled | None = None
            if self._writer is None:
                self._writer = self.engine.connect()
            with self._writer.begin():
                try:
                    yield self._writer
                except Settled as error:
                    answer = error
            if answer is not None:
                raise answer
        finally:
            self._writing.release()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A read transaction: one consistent view, never waits for a writer, can't write."""
        with self._reader.begin() as connection:
            yield connection

    def close(self) -> None:
        with self._writing:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        self.engine.dispose()


def open_ledger(file: Path) -> Ledger:
    """The ledger in `file`, migrated to the newest schema; made if absent.

    Raises `LedgerDamaged`, without touching anything, when the file is no sound ledger, or is gone while back-ups of
    it are there.
    """
    revision = _revision_in(file)
    make_private(file)
    engine = sqlite_engine(file)
    if revision != SCHEMA_REVISION:
        from firmware.storage import migration  # half a second that a usual start does not spend

        migration.upgrade(engine, file, revision)
    return Ledger(engine)


def sqlite_engine(file: Path) -> Engine:
    """An engine whose every connection is durable and checks foreign keys."""
    engine = create_engine(
        f"sqlite:///{file}",
        connect_args={"timeout": BUSY_TIMEOUT_S},
        hide_parameters=True,  # they are patients' data, and errors end up in logs
    )
    event.listen(engine, "connect", _make_durable)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        """A writer takes its place at once: a read that becomes a write later could only fail."""
        reads_only = connection.get_execution_options().get("reads_only", False)
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute("BEGIN" if reads_only else "BEGIN IMMEDIATE")
        except sqlite3.Error as fault:
            _name_fault(fault, file)
            raise

    @event.listens_for(engine, "handle_error")
    def _on_error(context: ExceptionContext) -> None:
        _name_fault(context.original_exception, file)

    return engine


def _name_fault(fault: BaseException, file: Path) -> None:
    """Raise what stands behind the fault, if that has a name of ours."""
    if isinstance(fault, sqlite3.OperationalError) and fault.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        raise LedgerBusy(f"other processes held {file} for {BUSY_TIMEOUT_S} s") from fault
    if isinstance(fault, sqlite3.DatabaseError) and _is_damage(fault):
        raise LedgerDamaged(file, str(fault), newest_backup(file)) from fault


def _revision_in(file: Path) -> str | None:
    """The schema revision of the ledger, None if there is no ledger yet."""
    if not file.exists() or file.stat().st_size == 0:
        if backup := newest_backup(file):
            raise LedgerDamaged(file, "the file is missing or empty", backup)
        return None
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_S)) as connection:
            return _checked_revision(connection, file)
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            raise LedgerDamaged(file, str(error), newest_backup(file)) from error
        raise


def _checked_revision(connection: sqlite3.Connection, file: Path) -> str | None:
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise LedgerDamaged(file, verdict, newest_backup(file))
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" not in tables:
        if tables:
            raise LedgerDamaged(file, "it is some other database", newest_backup(file))
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)  # the primary result code


def _make_durable(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event sends BEGIN itself
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")

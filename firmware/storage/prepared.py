"""The statements on the path of a booking, compiled once.

SQLAlchemy spends 15 us (warm) to 60 us (after a sync, with cold caches) on a Core statement before SQLite sees it; ten
of them made a booking three times as slow as plain sqlite3. A prepared statement is written in Core, over the
schema's tables and types, but on SQLite goes straight to the driver. Elsewhere it is executed as it stands.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable
from typing import Any

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from firmware.storage.ledger import Transaction

_DIALECT = sqlite.dialect(paramstyle="named")

Convert = Callable[[Any], Any]


class Prepared:
    """One Core statement, executed with the parameters that it names."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        compiled = statement.compile(dialect=_DIALECT)
        self._sql = str(compiled)
        self._writers = {name: _writer(bind.type) for name, bind in compiled.binds.items()}
        self._constants = {
            name: self._write(name, bind.value) for name, bind in compiled.binds.items() if not bind.required
        }
        columns = statement.exported_columns
        self._row: Any = namedtuple("Row", columns.keys())  # type: ignore[misc]  # known only at run time
        self._readers = [(place, reader) for place, column in enumerate(columns) if (reader := _reader(column.type))]

    def run(self, tx: Transaction, **values: Any) -> int:
        """Execute it; how many rows it met."""
        if tx.dialect.name != "sqlite":
            return int(tx.execute(self._statement, values).rowcount)
        return self._execute(tx, values).rowcount

    def first(self, tx: Transaction, **values: Any) -> Any:
        """The first row, with its columns as attributes, or None."""
        if tx.dialect.name != "sqlite":
            return tx.execute(self._statement, values).first()
        row = self._execute(tx, values).fetchone()
        if row is None:
            return None
        fields = list(row)
        for place, read in self._readers:
            fields[place] = read(fields[place])
        return self._row._make(fields)

    def _execute(self, tx: Transaction, values: dict[str, Any]) -> sqlite3.Cursor:
        parameters = {**self._constants, **{name: self._write(name, value) for name, value in values.items()}}
        driver: sqlite3.Connection = tx.connection.driver_connection  # type: ignore[assignment]
        try:
            return driver.execute(self._sql, parameters)
        except sqlite3.Error:
            tx.execute(self._statement, values)  # fails in the same way, and SQLAlchemy gives the fault its name
            raise

    def _write(self, name: str, value: Any) -> Any:
        write = self._writers[name]
        return value if write is None or value is None else write(value)


def named(*columns: str) -> dict[str, BindParameter[Any]]:
    """The values of an insert: each column gets the parameter of its own name."""
    return {column: bindparam(column) for column in columns}


def _writer(kind: TypeEngine[Any]) -> Convert | None:
    return kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)


def _reader(kind: TypeEngine[Any]) -> Convert | None:
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)

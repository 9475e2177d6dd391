"""The sample clinic on a ledger of its own, Monday 2026-03-02 09:00 in Shanghai."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from firmware.clinic import sample
from firmware.clinic.profile import ClinicProfile
from firmware.storage.ledger import Ledger, Transaction, open_ledger

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY_9 = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sample") / "ledger.db"
    ledger = open_ledger(file)
    with ledger.transaction() as tx:
        sample.fill(tx, MONDAY_9)
    ledger.close()
    return file


@pytest.fixture
def ledger(sample_file: Path, tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(Path(shutil.copy(sample_file, tmp_path / "ledger.db")))
    yield opened
    opened.close()


@pytest.fixture
def tx(ledger: Ledger) -> Iterator[Transaction]:
    with ledger.transaction() as transaction:
        yield transaction


@pytest.fixture
def profile() -> ClinicProfile:
    return sample.profile()


@pytest.fixture
def now() -> datetime:
    return MONDAY_9


@pytest.fixture
def plans(ledger: Ledger) -> Iterator[Callable[[Callable[[], object]], list[str]]]:
    """`plans(ask)`: how SQLite finds what `ask` reads, one line for each table."""
    found: list[str] = []

    def explain(connection: Any, _: Any, statement: str, parameters: Any, *__: Any) -> None:
        if statement.startswith("SELECT"):
            rows = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.extend(row[3] for row in rows)

    def told(ask: Callable[[], object]) -> list[str]:
        found.clear()
        ask()
        return list(found)

    event.listen(ledger.engine, "before_cursor_execute", explain)
    yield told
    event.remove(ledger.engine, "before_cursor_execute", explain)

"""The sample clinic on a ledger of its own, Monday 2026-03-02 09:00 in Shanghai."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

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

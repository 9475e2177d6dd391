"""Each test talks to a sample clinic of its own; the filled ledger is made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from firmware.ivr.book import FlowBook
from firmware.storage.documents import SetupDocuments
from firmware.storage.ledger import open_ledger
from tests.dialogue.desk import KNOWN, Clinic


@pytest.fixture(scope="session")
def sample_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    Clinic.open(folder).ledger.close()
    return folder / "ledger.db"


@pytest.fixture
def clinic(tmp_path: Path, sample_ledger: Path) -> Clinic:
    shutil.copy(sample_ledger, tmp_path / "ledger.db")
    ledger = open_ledger(tmp_path / "ledger.db")
    return Clinic(ledger, FlowBook(SetupDocuments(tmp_path / "setup.json"), KNOWN))

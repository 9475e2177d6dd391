"""The desk of a clinic: commands typed as a person types them, on a box whose clock says Monday 2026-03-02 09:00."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from firmware.cli.main import main
from firmware.clinic import sample
from firmware.clock import SharedClock
from firmware.storage.audit import Trace, latest
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger, Transaction, open_ledger

MONDAY_9 = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
STANDS_STILL = 1e-6


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[str]:
        return self.out.splitlines()


@dataclass
class Desk:
    """One data folder and the screen."""

    folders: Folders
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Said:
        """Type a command that must be carried out."""
        said = self.type(*words)
        assert (said.status, said.err) == (0, "")
        return said

    def refused(self, *words: str) -> str:
        """Type a command that must be refused; the one sentence that says why."""
        said = self.type(*words)
        assert (said.status, said.out) == (1, "")
        assert said.err.count("\n") == 1
        return said.err.strip()

    def type(self, *words: str) -> Said:
        command, *rest = words
        status = main([command, "--data", str(self.folders.data), *rest])
        printed = self.capsys.readouterr()
        return Said(status, printed.out, printed.err)

    def book(self, *words: str) -> str:
        """Book and return the code."""
        return self("book", *words).out.partition("code ")[2][:6]

    @property
    def audit(self) -> list[Trace]:
        """The newest trace first."""
        ledger = self.ledger()
        with ledger.reading() as tx:
            found = latest(tx)
        ledger.close()
        return found

    def ledger(self) -> Ledger:
        return open_ledger(self.folders.ledger)

    @property
    def documents(self) -> SetupDocuments:
        return SetupDocuments(self.folders.setup)


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folders = Folders(tmp_path_factory.mktemp("sample"))
    ledger = open_ledger(folders.ledger)
    sample.load(ledger, SetupDocuments(folders.setup), MONDAY_9)
    ledger.close()
    return folders.data


@pytest.fixture
def empty_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("LOGNAME", "reception")
    monkeypatch.delenv("SUDO_USER", raising=False)
    folders = Folders(tmp_path / "data")
    folders.make()
    SharedClock.create(folders.clock, MONDAY_9, STANDS_STILL)
    return Desk(folders, capsys)


@pytest.fixture
def desk(empty_desk: Desk, sample_data: Path) -> Desk:
    shutil.copytree(sample_data, empty_desk.folders.data, dirs_exist_ok=True)
    return empty_desk


@pytest.fixture(scope="session")
def empty_ledger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("staff") / "ledger.db"
    open_ledger(file).close()
    return file


@pytest.fixture
def ledger_file(empty_ledger_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_ledger_file, tmp_path / "ledger.db"))


@pytest.fixture
def ledger(ledger_file: Path) -> Iterator[Ledger]:
    """A box in which nobody can sign in yet."""
    opened = open_ledger(ledger_file)
    yield opened
    opened.close()


@pytest.fixture
def tx(ledger: Ledger) -> Iterator[Transaction]:
    with ledger.transaction() as transaction:
        yield transaction


@pytest.fixture
def now() -> datetime:
    return MONDAY_9

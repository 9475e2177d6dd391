"""The data folder: for its owner only, and for one exchange at a time."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from firmware.storage import backups, heartbeat
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger, open_ledger
from firmware.storage.locking import AlreadyRunning, claim


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
def test_a_folder_that_was_there_before_is_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Folders(tmp_path).make()
    assert rights(tmp_path) == 0o700


@pytest.mark.usefixtures("usual_umask")
@pytest.mark.parametrize("found", [None, 0o644])
def test_the_ledger_and_its_back_ups_are_for_their_owner_only(tmp_path: Path, found: int | None, now: datetime) -> None:
    file = tmp_path / "ledger.db"
    if found is not None:
        file.touch(found)
    ledger = open_ledger(file)
    with ledger.transaction() as tx:
        heartbeat.beat(tx, now)
    copy = backups.back_up(file, "2026-03-02")
    files = [each for each in (*tmp_path.iterdir(), copy) if each.is_file()]
    assert {each.name for each in files} == {"ledger.db", "ledger.db-wal", "ledger.db-shm", "2026-03-02.db"}
    assert {rights(each) for each in files} == {0o600}
    ledger.close()


def test_a_second_exchange_on_the_same_data_is_refused(tmp_path: Path) -> None:
    mine = claim(Folders(tmp_path))
    with pytest.raises(AlreadyRunning, match="another clinicbox runs with the data in"):
        claim(Folders(tmp_path))
    mine.close()
    claim(Folders(tmp_path)).close()


def test_a_claim_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from firmware.storage.folders import Folders\n"
        "from firmware.storage.locking import claim\n"
        "lock = claim(Folders(pathlib.Path(sys.argv[1])))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    died = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=Path(__file__).parents[2], check=False)
    assert died.returncode == -9
    claim(Folders(tmp_path)).close()


def test_each_beat_of_the_heart_is_a_real_write(ledger: Ledger, now: datetime) -> None:
    with ledger.reading() as tx:
        assert heartbeat.last_beat(tx) is None
    for _ in range(2):
        with ledger.transaction() as tx:
            before = tx.connection.driver_connection.total_changes  # type: ignore[union-attr]
            heartbeat.beat(tx, now)
            assert tx.connection.driver_connection.total_changes == before + 1  # type: ignore[union-attr]
    with ledger.reading() as tx:
        assert heartbeat.last_beat(tx) == now


def rights(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)

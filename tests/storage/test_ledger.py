from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from firmware.storage import audit, backups, ledger
from firmware.storage.call_schema import call_events
from firmware.storage.errors import LedgerBusy, LedgerDamaged, LedgerTooNew, Settled
from firmware.storage.ledger import Ledger, open_ledger


def traces(opened: Ledger) -> list[str]:
    with opened.reading() as tx:
        return [trace.what for trace in audit.latest(tx)]


PAGE_BYTES = 4096


def damage(file: Path, at: int, garbage: bytes = b"\xff" * 64) -> bytes:
    content = bytearray(file.read_bytes())
    content[at : at + len(garbage)] = garbage
    file.write_bytes(content)
    return bytes(content)


@pytest.fixture
def closed_ledger(file: Path, now: datetime) -> Path:
    opened = open_ledger(file)
    with opened.transaction() as tx:
        audit.record(tx, now, "chen", "opened the clinic")
    opened.close()
    return file


def test_every_connection_is_durable_and_checks_foreign_keys(ledger: Ledger) -> None:
    with ledger.reading() as one, ledger.reading() as other:
        for connection in (one, other):
            pragmas = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
            assert pragmas == ["wal", 2, 1]


def test_a_row_without_its_parent_is_refused(ledger: Ledger, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), ledger.transaction() as tx:
        tx.execute(call_events.insert(), {"call_id": "nobody's", "at": now, "kind": "key"})


def test_an_error_undoes_the_transaction(ledger: Ledger, now: datetime) -> None:
    def fail() -> None:
        with ledger.transaction() as tx:
            audit.record(tx, now, "chen", "began")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert traces(ledger) == []


def test_an_answer_that_is_an_error_keeps_what_was_written(ledger: Ledger, now: datetime) -> None:
    def answer() -> None:
        with ledger.transaction() as tx:
            audit.record(tx, now, "chen", "tried")
            raise Settled

    with pytest.raises(Settled):
        answer()
    assert traces(ledger) == ["tried"]


def test_a_reader_sees_one_moment_and_waits_for_nobody(ledger: Ledger, now: datetime) -> None:
    with ledger.reading() as tx:
        assert audit.latest(tx) == []
        with ledger.transaction() as writer:
            audit.record(writer, now, "chen", "wrote meanwhile")
        assert audit.latest(tx) == []
    assert traces(ledger) == ["wrote meanwhile"]


def test_a_transaction_inside_a_transaction_is_refused_and_not_a_standstill(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.storage.ledger.BUSY_TIMEOUT_S", 0.05)
    with ledger.transaction(), pytest.raises(LedgerBusy), ledger.transaction():
        pass


def test_another_process_that_never_ends_its_transaction_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.storage.ledger.BUSY_TIMEOUT_S", 0.05)
    opened = open_ledger(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerBusy, match="other processes"), opened.transaction():
            pass
    opened.close()


def test_many_threads_write_one_after_the_other(ledger: Ledger, now: datetime) -> None:
    def write() -> None:
        for _ in range(10):
            with ledger.transaction() as tx:
                audit.record(tx, now, "thread", "wrote")

    threads = [threading.Thread(target=write, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.reading() as tx:
        assert len(audit.latest(tx, 100)) == 80


# ---- damage ----


@pytest.mark.parametrize("content", [b"not a ledger at all", b"\0" * 8192, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_file_that_is_no_ledger_is_named_and_left_alone(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(LedgerDamaged, match=r"ledger\.db is damaged .* there is no back-up"):
        open_ledger(file)
    assert file.read_bytes() == content


def test_damage_inside_the_file_is_found_at_the_start(closed_ledger: Path) -> None:
    backup = backups.back_up(closed_ledger, "yesterday")
    content = damage(closed_ledger, 4096)
    with pytest.raises(LedgerDamaged, match=r"last back-up is .*yesterday\.db") as refusal:
        open_ledger(closed_ledger)
    assert refusal.value.backup == backup
    assert closed_ledger.read_bytes() == content


def test_damage_that_comes_later_is_named_too(file: Path, now: datetime) -> None:
    opened = open_ledger(file)
    with opened.transaction() as tx:
        for _ in range(200):
            audit.record(tx, now, "chen", "wrote", "x" * 200)
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    opened.close()
    again = Ledger(ledger.sqlite_engine(file))
    row = file.read_bytes().index(b"x" * 200)
    damage(file, row // PAGE_BYTES * PAGE_BYTES, b"\xff" * PAGE_BYTES)
    with pytest.raises(LedgerDamaged, match="nothing was changed"), again.reading() as tx:
        audit.latest(tx, 500)
    again.close()


@pytest.mark.parametrize("remains", [None, b""])
def test_a_ledger_that_is_gone_is_not_silently_begun_anew(closed_ledger: Path, remains: bytes | None) -> None:
    backups.back_up(closed_ledger, "yesterday")
    closed_ledger.unlink()
    if remains is not None:
        closed_ledger.write_bytes(remains)
    with pytest.raises(LedgerDamaged, match=r"missing or empty.*yesterday"):
        open_ledger(closed_ledger)


def test_another_programs_database_is_not_made_a_ledger(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(LedgerDamaged, match="some other database"):
        open_ledger(file)


def test_a_ledger_of_a_newer_version_is_left_alone(closed_ledger: Path) -> None:
    with closing(sqlite3.connect(closed_ledger)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerTooNew, match="9999"):
        open_ledger(closed_ledger)


# ---- back-ups ----


def test_a_back_up_is_a_whole_ledger(ledger: Ledger, file: Path, now: datetime, tmp_path: Path) -> None:
    with ledger.transaction() as tx:
        audit.record(tx, now, "chen", "wrote")
    copy = backups.back_up(file, "now")
    restored = open_ledger(copy)
    assert traces(restored) == ["wrote"]
    restored.close()


def test_the_last_ten_back_ups_stay(ledger: Ledger, file: Path) -> None:
    made = [backups.back_up(file, f"day-{number}") for number in range(12)]
    assert backups.all_backups(file) == made[2:]
    assert backups.newest_backup(file) == made[-1]


# ---- start ----


def test_an_ordinary_start_does_not_load_alembic(closed_ledger: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from firmware.storage.ledger import open_ledger;"
        f"open_ledger(Path({str(closed_ledger)!r})); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_ledger_can_not_be_made_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_ledger(tmp_path / "nowhere" / "ledger.db")

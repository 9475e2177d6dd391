"""A box that is started without an owner says how to become one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware.cli.claim_notice import tell_claim
from firmware.clock import ManualClock
from firmware.staff import claim
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger

START = datetime(2026, 11, 23, tzinfo=UTC)
PASSWORD = "seven herons by the lake"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    found = Folders(tmp_path / "data")
    found.make()
    return found


def test_the_code_that_a_new_box_prints_makes_its_reader_the_administrator(
    folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = ManualClock(START)
    tell_claim(folders, clock, "http://localhost:8080")
    told = re.search(r"open http://localhost:8080, claim code ([A-Z0-9]{5}-[A-Z0-9]{5})", capsys.readouterr().out)
    assert told is not None
    ledger = open_ledger(folders.ledger)
    with ledger.transaction() as tx:
        claim.become_admin(tx, clock.now(), told[1], "anna", "Anna", PASSWORD)
    ledger.close()
    tell_claim(folders, clock, "http://localhost:8080")
    assert capsys.readouterr().out == ""


def test_the_notice_is_a_frame_without_dents(folders: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    tell_claim(folders, ManualClock(START), "http://localhost:8080")
    lines = capsys.readouterr().out.splitlines()
    assert len({len(line) for line in lines}) == 1
    assert {line[0] + line[-1] for line in lines} == {"++", "||"}


def test_a_damaged_ledger_keeps_no_box_from_starting(folders: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    folders.ledger.write_bytes(b"no ledger at all" * 100)
    tell_claim(folders, ManualClock(START), "http://localhost:8080")
    assert capsys.readouterr().out == ""

"""An exchange that cannot start waits for the file that is to blame; one that ends says whether it broke."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from firmware.cli import exchange
from firmware.cli.exchange import BROKEN, FRESH_START, FreshStart
from firmware.clinic.errors import ProfileError
from firmware.modem.line_setup import LineSetupError
from firmware.storage.errors import LedgerBusy, LedgerDamaged, SetupDamaged
from firmware.storage.folders import Folders


def names(error: Exception, folders: Folders) -> set[str]:
    return {file.name for file in exchange._files_behind(error, folders)}


def test_a_box_without_a_clinic_waits_for_the_set_up_whatever_is_written_to_the_ledger(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    for error in (ProfileError("no clinic"), LineSetupError("two lines L1"), SetupDamaged("not JSON")):
        assert names(error, folders) == {"setup.json"}


def test_a_damaged_ledger_is_waited_for_itself_and_other_trouble_for_either(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    assert names(LedgerDamaged(folders.ledger, "garbage", None), folders) == {"ledger.db"}
    assert names(LedgerBusy("held"), folders) == {"ledger.db", "setup.json"}


def test_a_file_that_is_put_in_place_looks_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "setup.json"
    absent = exchange._looks([file])
    file.write_text("{}")
    there = exchange._looks([file])
    file.write_text("{} ")
    assert len({str(each) for each in (absent, there, exchange._looks([file]))}) == 3


@pytest.mark.parametrize("dies_first", [True, False])
def test_the_first_reason_to_end_decides_what_the_keeper_is_told(dies_first: bool) -> None:
    stop = threading.Event()
    fresh_start = FreshStart(stop)
    death = threading.ExceptHookArgs((OSError, None, None, threading.Thread(name="care")))
    first, second = fresh_start.is_asked_for, lambda: fresh_start.is_needed(death)
    if dies_first:
        first, second = second, first
    first()
    second()
    assert stop.is_set()
    assert fresh_start.status == (BROKEN if dies_first else FRESH_START)


def test_a_box_that_ends_as_it_should_was_not_broken() -> None:
    assert FreshStart(threading.Event()).status == 0

"""How long recordings are kept: the purge deletes every copy, skips holds, makes room, counts what it could not do."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from firmware.clinic import retention, sample
from firmware.clinic.desk_settings import RecordingRules
from firmware.clinic.purge import Purge
from firmware.clock import ManualClock
from firmware.storage import audit, calls, recording_index, recordings
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger
from firmware.storage.text_schema import outbox
from tests.clinic.conftest import MONDAY_9

RULES = RecordingRules(keep_days={"ordinary": 180, "complaint": 730}, least_days=30, quota_percent=90)
SOUND = 1000  # bytes of each file


class Disk:
    """A disk of a hundred recordings, of which others have taken some."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.taken_elsewhere = 0

    def __call__(self, _: Path) -> tuple[int, int, int]:
        used = self.taken_elsewhere + sum(file.stat().st_size for file in self._folder.iterdir())
        return 100 * SOUND, used, 100 * SOUND - used


class Shelf:
    """The recordings of a clinic and their purge."""

    def __init__(self, ledger: Ledger, folders: Folders) -> None:
        folders.make()
        self.ledger, self.folders, self.rules = ledger, folders, RULES
        self.clock, self.disk = ManualClock(MONDAY_9), Disk(folders.recordings)
        self.purge = Purge(ledger, self.clock, folders, lambda: self.rules, self.disk)

    def keep(self, call_id: str, days: float, **what: Any) -> None:
        """A recording that is so many days old."""
        began_at = self.clock.now() - timedelta(days=days)
        with self.ledger.transaction() as tx:
            calls.begin(tx, began_at, call_id, "L1", None, is_withheld=True)
            calls.end(tx, began_at + timedelta(minutes=1), call_id, "released")
            recordings.begin(tx, call_id, f"{call_id}.wav")
            recordings.archive(tx, call_id, f"{call_id}.ogg")
            recording_index.keep_as(tx, call_id, what.get("keep_class", "ordinary"))
            if what.get("is_held"):
                recording_index.hold(tx, call_id, "lawyer")
        for suffix in what.get("files", [".ogg"]):
            (self.folders.recordings / f"{call_id}{suffix}").write_bytes(bytes(SOUND))

    def why(self, call_id: str) -> str | None:
        """Why the recording is there no more, by its row."""
        with self.ledger.reading() as tx:
            found = recording_index.keeping(tx, call_id)
        assert found is not None
        assert (found.deleted_at is None) == (found.deleted_why is None)
        return found.deleted_why

    @property
    def files(self) -> set[str]:
        return {file.name for file in self.folders.recordings.iterdir()}

    def last(self) -> retention.PastPurge:
        with self.ledger.reading() as tx:
            return retention.past_purges(tx, 1)[0]

    def message(self, file: str, done_days_ago: float | None, call_id: str | None = None) -> None:
        with self.ledger.transaction() as tx:
            found = recordings.add_message(tx, self.clock.now() - timedelta(days=400), call_id, None, file, 5)
            if done_days_ago is not None:
                recordings.finish_message(tx, self.clock.now() - timedelta(days=done_days_ago), found, "chen")
        (self.folders.voice_messages / file).write_bytes(b"hello")


@pytest.fixture
def shelf(ledger: Ledger, tmp_path: Path) -> Shelf:
    return Shelf(ledger, Folders(tmp_path / "data"))


def test_what_is_over_its_time_goes_with_every_copy_and_the_row_stays(shelf: Shelf) -> None:
    shelf.keep("old", 181, files=[".wav", ".ogg", ".ogg.part"])
    shelf.keep("young", 179)
    shelf.keep("complaint", 400, keep_class="complaint")
    count = shelf.purge.run()
    assert shelf.files == {"young.ogg", "complaint.ogg"}
    assert (count.by_age, shelf.why("old"), shelf.why("young"), shelf.why("complaint")) == (1, "age", None, None)


def test_a_class_that_is_there_no_more_is_kept_as_long_as_any(shelf: Shelf) -> None:
    shelf.keep("course", 700, keep_class="training")
    shelf.keep("older", 731, keep_class="training")
    shelf.purge.run()
    assert shelf.files == {"course.ogg"}


def test_a_legal_hold_is_skipped_and_counted_until_it_ends(shelf: Shelf) -> None:
    shelf.keep("held", 500, is_held=True)
    assert shelf.purge.run().held == 1
    assert shelf.files == {"held.ogg"}
    with shelf.ledger.transaction() as tx:
        assert recording_index.release(tx, "held")
    assert shelf.purge.run().by_age == 1
    assert shelf.files == set()


def test_many_go_in_one_night(shelf: Shelf) -> None:
    for number in range(230):
        shelf.keep(f"n{number:03}", 200 + number % 3)
    assert shelf.purge.run().by_age == 230
    assert shelf.files == set()


def test_what_cannot_be_deleted_is_named_and_tried_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.keep("stuck", 300)
    shelf.keep("loose", 299)
    unlink = Path.unlink

    def stuck(file: Path, missing_ok: bool = False) -> None:
        if file.name == "stuck.ogg":
            raise OSError(errno.EROFS, "Read-only file system")
        unlink(file, missing_ok)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "unlink", stuck)
        shelf.purge.run()
    assert (shelf.why("stuck"), shelf.why("loose")) == (None, "age")
    assert (shelf.last().failed, shelf.last().failed_names) == (1, "stuck.ogg (Read-only file system)")
    assert list(shelf.purge.notices) == ["1 recordings could not be deleted: see the page of kept recordings."]
    shelf.purge.run()
    assert (shelf.why("stuck"), shelf.last().failed, list(shelf.purge.notices)) == ("age", 0, [])


def test_a_row_that_names_a_file_elsewhere_deletes_nothing_there(shelf: Shelf) -> None:
    (shelf.folders.data / "setup.json").write_bytes(b"{}")
    shelf.keep("odd", 300)
    with shelf.ledger.transaction() as tx:
        recordings.archive(tx, "odd", "../setup.json")
    shelf.purge.run()
    assert (shelf.folders.data / "setup.json").exists()
    assert shelf.last().failed == 1


def test_orphans_on_both_sides_are_counted(shelf: Shelf) -> None:
    shelf.keep("lost", 10, files=[])
    (shelf.folders.recordings / "nobodys.ogg").write_bytes(b"sound")
    count = shelf.purge.run()
    assert (count.orphan_files, count.orphan_rows) == (1, 1)
    assert shelf.why("lost") == "lost"
    assert shelf.files == {"nobodys.ogg"}
    assert shelf.purge.run().orphan_rows == 0


def test_a_refused_recording_that_a_power_cut_brought_back_goes_at_the_next_start(shelf: Shelf) -> None:
    shelf.keep("refused", 0)
    with shelf.ledger.transaction() as tx:
        recording_index.delete(tx, shelf.clock.now(), ["refused"], recording_index.REFUSED)
    shelf.purge.finish_refusals()
    assert shelf.files == set()
    assert shelf.why("refused") == "refused"


def test_a_call_that_goes_on_is_nobodys_business_yet(shelf: Shelf) -> None:
    with shelf.ledger.transaction() as tx:
        calls.begin(tx, shelf.clock.now(), "now", "L1", None, is_withheld=True)
        recordings.begin(tx, "now", "now.wav")  # its first half-second is not on disk yet
    assert shelf.purge.run().orphan_rows == 0
    assert shelf.why("now") is None


# ---- the disk ----


def test_on_a_full_disk_the_oldest_beyond_the_minimum_go_first(shelf: Shelf) -> None:
    for days in (10, 40, 50, 60):
        shelf.keep(f"d{days}", days)
    shelf.keep("held", 100, is_held=True)
    shelf.disk.taken_elsewhere = 87 * SOUND  # with five recordings 92 of 100
    count = shelf.purge.run()
    assert count.by_quota == 2
    assert shelf.files == {"d10.ogg", "d40.ogg", "held.ogg"}
    assert (shelf.why("d60"), shelf.why("d50")) == ("quota", "quota")
    assert shelf.last().used_percent == 90


def test_a_disk_that_others_have_filled_costs_no_young_recording_and_is_told(shelf: Shelf) -> None:
    shelf.keep("young", 29)
    shelf.disk.taken_elsewhere = 95 * SOUND
    shelf.purge.look(sample.profile())
    shelf.purge.look(sample.profile())
    assert shelf.files == {"young.ogg"}
    assert list(shelf.purge.notices) == ["The disk is more than 90 % full: the oldest recordings are deleted."]


def alarms(shelf: Shelf) -> list[tuple[str, str]]:
    """The texts to whoever looks after the box."""
    with shelf.ledger.reading() as tx:
        rows = tx.execute(select(outbox.c.number, outbox.c.body).where(outbox.c.purpose == "alarm"))
        return [tuple(row) for row in rows]


def test_a_full_disk_is_texted_to_the_alarm_number_once_a_day(shelf: Shelf) -> None:
    shelf.rules = replace(RULES, alarm_number="13900000009")
    shelf.purge.look(sample.profile())
    assert alarms(shelf) == []
    shelf.disk.taken_elsewhere = 95 * SOUND
    for _ in range(3):
        shelf.purge.look(sample.profile())
        shelf.clock.advance(3600)
    ((number, body),) = alarms(shelf)
    assert number == "13900000009"
    assert "90%" in body
    shelf.clock.advance(22 * 3600)
    shelf.purge.look(sample.profile())
    assert len(alarms(shelf)) == 2


def test_without_an_alarm_number_nobody_is_texted(shelf: Shelf) -> None:
    shelf.disk.taken_elsewhere = 95 * SOUND
    shelf.purge.look(sample.profile())
    assert alarms(shelf) == []


# ---- when ----


def test_it_runs_once_a_night_and_at_once_when_the_disk_is_full(shelf: Shelf) -> None:
    def runs_after(hours: float) -> int:
        shelf.clock.advance(hours * 3600)
        shelf.purge.look(sample.profile())
        with shelf.ledger.reading() as tx:
            return len(retention.past_purges(tx, 10))

    assert runs_after(0) == 1  # Monday 09:00: the night was missed
    assert runs_after(1) == 1
    assert runs_after(14) == 1
    assert runs_after(2) == 1  # Tuesday 02:00
    assert runs_after(1.1) == 2
    shelf.keep("old", 40)
    shelf.disk.taken_elsewhere = 90 * SOUND
    assert runs_after(1) == 3
    assert runs_after(1) == 3
    assert shelf.files == set()


def test_a_purge_tells_in_the_audit_trail_what_it_did(shelf: Shelf) -> None:
    shelf.keep("old", 181)
    shelf.purge.run()
    with shelf.ledger.reading() as tx:
        (trace,) = audit.latest(tx)
    assert (trace.who, trace.what) == ("box", "recordings purged")
    assert trace.detail.startswith("by age 1, by quota 0, messages 0, held 0,")


# ---- messages ----


def test_messages_go_when_they_were_dealt_with_long_ago(shelf: Shelf) -> None:
    shelf.keep("held", 400, is_held=True)
    shelf.message("old.wav", 181)
    shelf.message("young.wav", 179)
    shelf.message("waits.wav", None)
    shelf.message("evidence.wav", 300, call_id="held")
    assert shelf.purge.run().messages == 1
    names = {file.name for file in shelf.folders.voice_messages.iterdir()}
    assert names == {"young.wav", "waits.wav", "evidence.wav"}
    assert shelf.purge.run().messages == 0
    shelf.rules = replace(RULES, keep_days={"ordinary": 30, "complaint": 730})
    assert shelf.purge.run().messages == 1


# ---- what comes next ----


def test_what_would_go_next_and_when(shelf: Shelf) -> None:
    shelf.keep("a", 100)
    shelf.keep("b", 170)
    shelf.keep("c", 725, keep_class="complaint")
    shelf.keep("held", 179, is_held=True)
    with shelf.ledger.reading() as tx:
        found = retention.next_to_go(tx, RULES, 2)
    in_days = [(round((at - shelf.clock.now()) / timedelta(days=1)), kept.call_id) for at, kept in found]
    assert in_days == [(5, "c"), (10, "b")]


@pytest.mark.parametrize(
    "ask",
    [
        lambda tx, now: list(retention.over_time(tx, RULES, now, 10)),
        lambda tx, now: list(retention.oldest(tx, RULES, now, 10)),
        lambda tx, now: retention.next_to_go(tx, RULES, 10),
        lambda tx, now: list(retention.old_messages(tx, RULES, now, 10)),
    ],
)
def test_looking_for_what_may_go_reads_nothing_that_is_gone(
    shelf: Shelf, plans: Callable[[Callable[[], object]], list[str]], ask: Callable[[Any, datetime], object]
) -> None:
    """However much was deleted in all the years: the indexes hold what is still there, in its order."""
    shelf.keep("old", 200)
    shelf.message("old.wav", 200)
    with shelf.ledger.reading() as tx:
        told = plans(lambda: ask(tx, shelf.clock.now()))
    assert not [plan for plan in told if plan.startswith("SCAN") and "INDEX" not in plan], told
    assert not [plan for plan in told if "TEMP B-TREE" in plan], told

"""Deletes what is over its time, with every copy of it, and counts what it did and could not do.

First the files, then the row: after a power cut in between the row is still due and the next purge finishes it. The
rows stay for ever; only the sound goes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from firmware.clinic import alarms, retention
from firmware.clinic.desk_settings import RecordingRules
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.retention import Kept
from firmware.clinic.roster import wall_day
from firmware.clock import Clock
from firmware.storage import audit, recording_index
from firmware.storage.call_schema import recordings, voice_messages
from firmware.storage.desk_schema import purges
from firmware.storage.files import sync_folder
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.recording_index import BY_AGE, BY_QUOTA, LOST

NIGHT = time(3)  # not before this wall time
LIST = 100  # so many at a time, one sync of the folder for all of them
COPIES = (".wav", ".ogg", ".ogg.part")  # of one recording, whichever it is in
MOST_NAMED = 20
WHO = "box"

Usage = Callable[[Path], tuple[int, int, int]]  # total, used, free bytes of the disk that holds a folder


@dataclass
class Count:
    """What a purge did."""

    by_age: int = 0
    by_quota: int = 0
    messages: int = 0
    held: int = 0
    leftovers: int = 0
    orphan_files: int = 0
    orphan_rows: int = 0
    failures: list[str] = field(default_factory=list)


class Purge:
    """Belongs to one thread."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        folders: Folders,
        rules: Callable[[], RecordingRules],
        usage: Usage = shutil.disk_usage,
    ) -> None:
        self._ledger, self._clock, self._folders, self._rules, self._usage = ledger, clock, folders, rules, usage
        self._is_too_full = False
        self._failed = 0

    @property
    def notices(self) -> Iterator[str]:
        """What people should know, in English."""
        if self._is_too_full:
            percent = self._rules().quota_percent
            yield f"The disk is more than {percent} % full: the oldest recordings are deleted."
        if self._failed:
            yield f"{self._failed} recordings could not be deleted: see the page of kept recordings."

    def look(self, profile: ClinicProfile) -> None:
        """To be called every minute: purges once a night, and whenever the disk is too full and something may go."""
        self._is_too_full = self._bytes_over() > 0
        if self._is_night_due(profile.zone) or (self._is_too_full and self._has_old()):
            self.run()
        if self._is_too_full:
            self._tell(profile)

    def run(self) -> Count:
        """The whole purge; its count goes to the ledger and to the audit trail."""
        count = Count()
        self._purge_leftovers(count)
        with self._reading() as tx:
            for due in retention.over_time(tx, self._rules(), self._now(), LIST):
                count.by_age += len(self._delete(due, BY_AGE, count))
            count.held = retention.held_over_time(tx, self._rules(), self._now())
        self._purge_messages(count)
        self._make_room(count)
        self._count_lost(count)
        self._write_down(count)
        return count

    def finish_refusals(self) -> None:
        """At start-up, before anything is made of the files that are there: what was deleted stays deleted."""
        self._purge_leftovers(Count())

    # ---- what goes ----

    def _make_room(self, count: Count) -> None:
        over = self._bytes_over()
        with self._reading() as tx:
            for old in retention.oldest(tx, self._rules(), self._now(), LIST):
                if over <= 0:
                    break
                count.by_quota += len(self._delete(_worth(old, over, self._bytes_of), BY_QUOTA, count))
                over = self._bytes_over()

    def _purge_messages(self, count: Count) -> None:
        with self._reading() as tx:
            for old in retention.old_messages(tx, self._rules(), self._now(), LIST):
                gone = [each.id for each in old if self._remove(self._folders.voice_messages, each.files, count)]
                sync_folder(self._folders.voice_messages)
                with self._ledger.transaction() as writing:
                    left = update(voice_messages).where(voice_messages.c.id.in_(gone))
                    writing.execute(left.values(deleted_at=self._now(), answer_text=None))
                count.messages += len(gone)

    def _purge_leftovers(self, count: Count) -> None:
        """Files whose rows say that they were deleted: a refusal or a purge that a power cut undid."""
        found = _names(self._folders.recordings)
        for names in (found[place : place + LIST] for place in range(0, len(found), LIST)):
            ids = {_call_of(name) for name in names}
            with self._reading() as tx:
                columns = recordings.c
                known = tx.execute(select(columns.call_id, columns.deleted_at).where(columns.call_id.in_(ids))).all()
            deleted = {row.call_id for row in known if row.deleted_at}
            left = [name for name in names if _call_of(name) in deleted]
            count.leftovers += sum(self._remove(self._folders.recordings, [name], count) for name in left)
            count.orphan_files += len([name for name in names if _call_of(name) not in {row.call_id for row in known}])
        sync_folder(self._folders.recordings)

    def _count_lost(self, count: Count) -> None:
        """Rows whose file somebody or something else took away: they say so from now on."""
        with self._reading() as tx:
            for kept in retention.all_kept(tx, self._now(), LIST):
                lost = [each.call_id for each in kept if not any(file.exists() for file in self._copies(each))]
                if lost:
                    with self._ledger.transaction() as writing:
                        recording_index.delete(writing, self._now(), lost, LOST)
                count.orphan_rows += len(lost)

    def _delete(self, due: Iterable[Kept], why: str, count: Count) -> list[str]:
        folder = self._folders.recordings
        gone = [each.call_id for each in due if self._remove(folder, _file_names(each), count)]
        sync_folder(folder)
        with self._ledger.transaction() as tx:
            recording_index.delete(tx, self._now(), gone, why)
        return gone

    def _remove(self, folder: Path, names: Iterable[str], count: Count) -> bool:
        """Whether none of the files is there any more; which one still is stands in the count."""
        for name in names:
            try:
                if Path(name).name != name:
                    raise OSError("it lies in no folder of ours")
                (folder / name).unlink(missing_ok=True)
            except OSError as error:
                count.failures.append(f"{name} ({error.strerror or error})")
                return False
        return True

    # ---- the disk ----

    def _bytes_over(self) -> int:
        total, used, _ = self._usage(self._folders.recordings)
        return used - total * self._rules().quota_percent // 100

    def _bytes_of(self, kept: Kept) -> int:
        return sum(file.stat().st_size for file in self._copies(kept) if file.exists())

    def _copies(self, kept: Kept) -> list[Path]:
        return [self._folders.recordings / name for name in _file_names(kept)]

    # ---- when and how it was ----

    def _is_night_due(self, zone: ZoneInfo) -> bool:
        here = self._now().astimezone(zone)
        if here.time() < NIGHT:
            return False
        with self._reading() as tx:
            last = retention.past_purges(tx, 1)
        return not last or wall_day(last[0].at, zone) < here.date()

    def _has_old(self) -> bool:
        with self._reading() as tx:
            return next(retention.oldest(tx, self._rules(), self._now(), 1), None) is not None

    def _tell(self, profile: ClinicProfile) -> None:
        rules = self._rules()
        if rules.alarm_number:
            with self._ledger.transaction() as tx:
                alarms.disk_full(tx, profile, self._now(), rules.alarm_number, rules.quota_percent)

    def _write_down(self, count: Count) -> None:
        total, used, _ = self._usage(self._folders.recordings)
        row = {**asdict(count), "at": self._now(), "used_percent": round(used * 100 / total)}
        failures = row.pop("failures")
        row |= {"failed": len(failures), "failed_names": "\n".join(failures[:MOST_NAMED])}
        told = ", ".join(f"{name.replace('_', ' ')} {row[name]}" for name in (*_COUNTED, "failed"))
        with self._ledger.transaction() as tx:
            tx.execute(purges.insert(), row)
            audit.record(tx, self._now(), WHO, "recordings purged", told)
        self._failed = len(failures)

    def _reading(self) -> AbstractContextManager[Transaction]:
        return self._ledger.reading()

    def _now(self) -> datetime:
        return self._clock.now()


_COUNTED = ("by_age", "by_quota", "messages", "held", "leftovers", "orphan_files", "orphan_rows")


def _worth(old: list[Kept], over: int, size: Callable[[Kept], int]) -> list[Kept]:
    """The first of `old` that make up `over` bytes."""
    taken = 0
    while taken < len(old) and over > 0:
        over -= size(old[taken])
        taken += 1
    return old[:taken]


def _file_names(kept: Kept) -> list[str]:
    stem = _call_of(kept.file)
    return list(dict.fromkeys(chain([kept.file], (stem + suffix for suffix in COPIES))))


def _call_of(name: str) -> str:
    return name.partition(".")[0]


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.name.endswith(COPIES)]

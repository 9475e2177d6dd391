"""The set-up documents: small, human-readable, edited rarely, kept in TinyDB on a storage that survives a power cut.

TinyDB's own storage overwrites the file in place and lost it in 45 of 100 power cuts. Here a change is written to a
new file, synced, renamed over the old one, and the folder is synced: it is wholly there or wholly absent. Each change
is also kept as a version of its own, the last ten of them.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document

from firmware.storage.errors import SetupDamaged

log = logging.getLogger(__name__)

VERSIONS_KEPT = 10

Tables = dict[str, dict[str, Any]]


class DurableStorage(Storage):
    """A `tinydb.Storage` on one JSON file with a folder of earlier versions beside it.

    A damaged or missing file is replaced by the newest good version and moved aside, never deleted; `damage` then
    says so. Raises `SetupDamaged` when there is no good version.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.versions_folder = file.with_suffix(".versions")
        self.damage: SetupDamaged | None = None

    def read(self) -> Tables | None:
        try:
            return _parse(self.file.read_bytes())
        except FileNotFoundError:
            return self._restore_newest("is missing") if self.versions() else None
        except ValueError as error:
            return self._restore_newest(f"is damaged ({error})")

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        content = json.dumps(data, ensure_ascii=False, indent=1).encode()
        self.versions_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = max(self.versions(), default=0) + 1
        _replace(self._version_file(number), content)
        _replace(self.file, content)
        for old in self.versions()[:-VERSIONS_KEPT]:
            self._version_file(old).unlink()

    def versions(self) -> list[int]:
        """The numbers of the kept versions, oldest first."""
        files = self.versions_folder.glob("*.json")
        return sorted(int(file.stem) for file in files if file.stem.isdecimal())

    def version(self, number: int) -> Tables:
        """What the documents were in that version; raises `SetupDamaged` if it can't be read."""
        file = self._version_file(number)
        try:
            return _parse(file.read_bytes())
        except (OSError, ValueError) as error:
            raise SetupDamaged(f"version {number} of the set-up, {file}, can't be read: {error}") from error

    def saved_at(self, number: int) -> datetime:
        """When the version was written."""
        return datetime.fromtimestamp(self._version_file(number).stat().st_mtime, UTC)

    def _restore_newest(self, what_happened: str) -> Tables:
        for number in reversed(self.versions()):
            try:
                tables = self.version(number)
            except SetupDamaged:
                log.exception("a kept version of the set-up is damaged too")
                continue
            aside = self._move_aside()
            self.write(tables)
            kept = f", what is left of it is in {aside}" if aside else ""
            self.damage = SetupDamaged(f"{self.file} {what_happened}: version {number} was restored{kept}")
            log.error("%s", self.damage)
            return tables
        raise SetupDamaged(f"{self.file} {what_happened} and there is no good version of it")

    def _move_aside(self) -> Path | None:
        if not self.file.exists():
            return None
        number = 1
        while (aside := self.file.with_name(f"{self.file.name}.damaged-{number}")).exists():
            number += 1
        self.file.rename(aside)
        return aside

    def _version_file(self, number: int) -> Path:
        return self.versions_folder / f"{number:06}.json"


@dataclass(frozen=True)
class Version:
    """A kept state of all documents: when it was saved, and which documents differ from the version before."""

    number: int
    saved_at: datetime
    changed: tuple[str, ...]


class SetupDocuments:
    """Named documents, and for those who need more than one of a kind, TinyDB's tables.

    Safe from several threads and processes: a change holds a lock on the file from its first read to its write.
    """

    def __init__(self, file: Path) -> None:
        self._storage = DurableStorage(file)
        self._lock_file = file.with_suffix(".lock")

    @property
    def damage(self) -> SetupDamaged | None:
        """What was found damaged and restored since this object was made; for a page where a person sees it."""
        return self._storage.damage

    def stamp(self) -> tuple[int, int] | None:
        """Differs when the documents have changed; cheap enough to ask all the time. None while there are none."""
        try:
            status = self._storage.file.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_size

    def load(self, name: str) -> dict[str, Any] | None:
        """The document `name`, or None if there is none."""
        with self.reading() as db:
            document = db.table(name).get(doc_id=1)
        return dict(document) if isinstance(document, Document) else None

    def save(self, name: str, document: Mapping[str, Any]) -> None:
        """Put `document` in the place of `name`; it is on disk when this returns."""
        with self.changing() as db:
            table = db.table(name)
            table.truncate()
            table.insert(Document(dict(document), doc_id=1))

    @contextmanager
    def reading(self) -> Iterator[TinyDB]:
        """All tables as they stand now; what the block changes is not kept."""
        with self._locked():
            tables = self._storage.read()
        yield TinyDB(storage=lambda: _Draft(tables))

    @contextmanager
    def changing(self) -> Iterator[TinyDB]:
        """All tables to be changed: written once, as one version, when the block ends; not at all when it raises."""
        with self._locked():
            draft = _Draft(self._storage.read())
            yield TinyDB(storage=lambda: draft)
            if draft.is_changed and draft.tables is not None:
                self._storage.write(draft.tables)

    def versions(self) -> list[int]:
        """The numbers of the kept versions, oldest first; the last is how things are now."""
        return self._storage.versions()

    def history(self) -> list[Version]:
        """The kept versions, newest first, each with what it changed."""
        found, before = [], Tables()
        for number in self._storage.versions():
            tables = self._storage.version(number)
            changed = tuple(sorted(name for name in {*tables, *before} if tables.get(name) != before.get(name)))
            found.append(Version(number, self._storage.saved_at(number), changed if before else tuple(sorted(tables))))
            before = tables
        return found[::-1]

    def at(self, number: int) -> Tables:
        """All tables as they were in a version; raises `SetupDamaged`."""
        return self._storage.version(number)

    def restore(self, number: int, names: Collection[str]) -> None:
        """Make the documents `names`, and no others, what they were in that version; this is a new version itself."""
        with self._locked():
            then, now = self._storage.version(number), self._storage.read() or {}
            kept = {name: table for name, table in now.items() if name not in names}
            self._storage.write(kept | {name: then[name] for name in names if name in then})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._lock_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock_file.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class _Draft(Storage):
    """What a block of changes works on before it is written."""

    def __init__(self, tables: Tables | None) -> None:
        self.tables = tables
        self.is_changed = False

    def read(self) -> Tables | None:
        return self.tables

    def write(self, data: Tables) -> None:
        self.tables = data
        self.is_changed = True


def _parse(content: bytes) -> Tables:
    try:
        tables = json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(tables, dict) or not all(map(_is_table, tables.values())):
        raise ValueError("not a file of tables")
    return tables


def _is_table(table: Any) -> bool:
    return isinstance(table, dict) and all(
        number.isdecimal() and isinstance(document, dict) for number, document in table.items()
    )


def _replace(file: Path, content: bytes) -> None:
    """`file` holds `content`, on disk, or what it held before."""
    new = file.with_name(f".{file.name}.new")
    with new.open("wb") as stream:
        new.chmod(0o600)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

"""The clinic's own recordings of prompts: `<voice>/<name>.wav` is what callers hear, `history/` keeps every take.

A take's file name says when and by whom it was made, and the file in use has the same time of change as its take. So
the folder alone is the truth: it can be copied, backed up and looked at by hand, and the exchange only looks for the
file in use. Voice and name come from the catalogue (`firmware.ivr.recordable`), never from what a browser sent.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from firmware.ivr.recordable import Spoken

LONGEST_S = 60
UPLOAD_BYTES = 10 * 1024 * 1024
TAKES_KEPT = 10  # of each piece; the one in use is never among those that go

_HISTORY = "history"
_STAMP = "%Y%m%dT%H%M%S%fZ"
_BETWEEN = "~"
_HEAD_BYTES, _BYTES_PER_S = 44, 16_000  # WAV, mono, 8 kHz, 16 bits
_CHILD_TIMEOUT_S = 30
_REFUSED = 2  # exit status of the child that decodes
_ROOT = Path(__file__).parents[1]

REASONS = ("not-sound", "too-long", "silent", "too-short")


class NotTaken(Exception):
    """What was sent is no recording; `reason` is one of `REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason if reason in REASONS else REASONS[0]


@dataclass(frozen=True)
class Take:
    """One recording of a piece; `who` is "" for a file that was put there by hand."""

    file: Path
    at: datetime
    who: str
    seconds: float
    in_use: bool

    @property
    def id(self) -> str:
        return f"{self.at:{_STAMP}}{_BETWEEN}{self.who}"


class StaffRecordings:
    """The recordings below one folder; may be asked from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recorded(self) -> set[tuple[str, str]]:
        """Every (voice, name) that has a recording in use."""
        folders = [each for each in self._folder.iterdir() if each.is_dir()] if self._folder.is_dir() else []
        return {(folder.name, file.stem) for folder in folders for file in folder.glob("*.wav")}

    def file(self, spoken: Spoken) -> Path:
        """Where the recording in use is, or would be."""
        return self._folder / spoken.voice / f"{spoken.name}.wav"

    def in_use(self, spoken: Spoken) -> Take | None:
        """What callers hear, None when that is the synthetic voice."""
        try:
            changed_ns = self.file(spoken).stat().st_mtime_ns
        except FileNotFoundError:
            return None
        found = next((take for take in self.takes(spoken) if take.file.stat().st_mtime_ns == changed_ns), None)
        return found or _take(self.file(spoken), changed_ns)

    def takes(self, spoken: Spoken) -> list[Take]:
        """Every recording of the piece that is kept, newest first."""
        try:
            changed_ns = self.file(spoken).stat().st_mtime_ns
        except FileNotFoundError:
            changed_ns = 0
        return [_take(file, changed_ns) for file in sorted(self._history(spoken).glob("*.wav"), reverse=True)]

    @contextmanager
    def decoded(self, upload: bytes) -> Iterator[Path]:
        """The clip that was sent, as callers will hear it; gone when the block ends. Raises `NotTaken`."""
        with decoded(self._folder, upload) as clip:
            yield clip

    def keep(self, spoken: Spoken, clip: Path, who: str, now: datetime) -> None:
        """Make a decoded clip the newest take, and the one in use."""
        self._keep_unknown(spoken)
        take = self._history(spoken) / f"{now.astimezone(UTC):{_STAMP}}{_BETWEEN}{who}.wav"
        put(clip, take)
        put(take, self.file(spoken))
        self._forget_old(spoken)

    def use(self, spoken: Spoken, take_id: str) -> bool:
        """Put an earlier take into use again; False when it is not kept any more."""
        found = next((take for take in self.takes(spoken) if take.id == take_id), None)
        if found is None:
            return False
        self._keep_unknown(spoken)
        put(found.file, self.file(spoken))
        return True

    def use_none(self, spoken: Spoken) -> None:
        """Back to the synthetic voice; the takes stay."""
        self._keep_unknown(spoken)
        self.file(spoken).unlink(missing_ok=True)

    def _history(self, spoken: Spoken) -> Path:
        return self._folder / _HISTORY / spoken.voice / spoken.name

    def _keep_unknown(self, spoken: Spoken) -> None:
        """A file that somebody put there by hand becomes a take, before another one takes its place."""
        now = self.in_use(spoken)
        if now is not None and now.file == self.file(spoken):
            put(now.file, self._history(spoken) / f"{now.id}.wav")

    def _forget_old(self, spoken: Spoken) -> None:
        for take in self.takes(spoken)[TAKES_KEPT:]:
            take.file.unlink(missing_ok=True)


@contextmanager
def decoded(folder: Path, upload: bytes, longest_s: int = LONGEST_S) -> Iterator[Path]:
    """What was sent, as a clip below `folder` that is gone when the block ends. Raises `NotTaken`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".upload-", dir=folder) as place:
        source, clip = Path(place) / "sent", Path(place) / "clip.wav"
        source.write_bytes(upload)
        _decode(source, clip, longest_s)
        yield clip


def _take(file: Path, in_use_ns: int) -> Take:
    status = file.stat()
    stamp, is_ours, who = file.stem.partition(_BETWEEN)
    try:
        at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        at, is_ours = datetime.fromtimestamp(status.st_mtime, UTC), ""
    return Take(file, at, who if is_ours else "", seconds_of(file), status.st_mtime_ns == in_use_ns)


def seconds_of(clip: Path) -> float:
    """How long a clip is."""
    return max(0.0, (clip.stat().st_size - _HEAD_BYTES) / _BYTES_PER_S)


def _decode(source: Path, clip: Path, longest_s: int) -> None:
    """In a process of its own with little time and memory: what a browser sends is not to be trusted."""
    command = [sys.executable, "-m", "firmware.audio.import_recording", str(source), str(clip)]
    try:
        child = subprocess.run(
            [*command, "--at-most-s", str(longest_s)],
            cwd=_ROOT, capture_output=True, timeout=_CHILD_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise NotTaken("not-sound") from error
    if child.returncode != 0 or not clip.is_file():
        raise NotTaken(child.stderr.decode(errors="replace").strip() if child.returncode == _REFUSED else "not-sound")


def put(source: Path, target: Path) -> None:
    """`target` is the same, with the same time of change, wholly or not at all: a caller may be listening."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = source.stat()
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        with open(handle, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
            stream.write(source.read_bytes())
            stream.flush()
            os.fsync(stream.fileno())
        os.utime(part, ns=(status.st_atime_ns, status.st_mtime_ns))
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise

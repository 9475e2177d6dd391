"""The one thread that writes all recordings, so that a slow disk never holds up a call's sound."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from firmware.audio.recording_file import RecordingFile
from firmware.storage.files import remove
from firmware.threads import Worker

log = logging.getLogger(__name__)

Job = Callable[[RecordingFile], None]

_QUEUED_JOBS = 1000  # half a second of one call each: a minute of a stalled disk at eight calls


@dataclass(frozen=True)
class Mark:
    """Something that happened `at_s` seconds after the beginning of a recording."""

    at_s: float
    kind: str
    detail: str = ""


class Index(Protocol):
    """Where it is written down what becomes of recordings; told in the writer's thread."""

    def marked(self, file: Path, mark: Mark) -> None:
        """The mark belongs to the recording."""

    def refused(self, file: Path) -> None:
        """The recording will be thrown away as soon as this returns."""


class NoIndex:
    """For recordings that nobody keeps a list of."""

    def marked(self, file: Path, mark: Mark) -> None:
        """Nobody wants to know."""

    def refused(self, file: Path) -> None:
        """Nobody wants to know."""


class Recording:
    """One recording, seen by the thread that makes the sound: jobs done on its file in order, later.

    After a failure (a full disk, a stalled one) the recording is dropped: one log line, the call goes on.
    """

    def __init__(self, file: Path, channels: int, jobs: queue.Queue[Callable[[], None]], index: Index) -> None:
        self._file = file
        self._channels = channels
        self._jobs = jobs
        self._index = index
        self._open: RecordingFile | None = None
        self._is_dropped = False
        self._is_closed = False

    def do(self, job: Job) -> None:
        """Queue `job`; returns at once."""
        if self._is_closed or self._is_dropped:
            return
        if self._jobs.qsize() >= _QUEUED_JOBS:
            self._drop("the disk is too slow")
            return
        self._jobs.put(lambda: self._work(job))

    def mark(self, mark: Mark) -> None:
        """Have the mark written down; returns at once."""
        if not self._is_closed:
            self._jobs.put(lambda: self._index.marked(self._file, mark))

    def discard(self) -> None:
        """Keep nothing of it, neither what was written nor what is still queued; returns at once."""
        if not self._is_closed:
            self._is_closed = True
            self._jobs.put(self._throw_away)

    def close(self, on_closed: Callable[[Path, float], None] | None = None) -> None:
        """Finish the file; `on_closed(file, seconds)` comes in the writer's thread, unless it was dropped or empty."""
        if not self._is_closed:
            self._is_closed = True
            self._jobs.put(lambda: self._finish(on_closed))

    def _work(self, job: Job) -> None:
        if self._is_dropped:
            return
        try:
            if self._open is None:
                self._open = RecordingFile(self._file, self._channels)
            job(self._open)
        except OSError as error:
            self._drop(str(error))

    def _finish(self, on_closed: Callable[[Path, float], None] | None) -> None:
        if self._open is None:
            return
        try:
            self._open.close()
        except OSError as error:
            self._drop(str(error))
        if on_closed is not None and not self._is_dropped:
            on_closed(self._file, self._open.seconds)

    def _throw_away(self) -> None:
        self._is_dropped = True
        try:
            self._index.refused(self._file)  # first: a power cut in between leaves a file that the index disowns
        finally:
            if self._open is not None:
                self._open.close()
            remove(self._file)

    def _drop(self, why: str) -> None:
        if not self._is_dropped:
            self._is_dropped = True
            log.error("recording %s is dropped: %s", self._file.name, why)


class RecordingWriter:
    """Owns the thread and its queue."""

    def __init__(self, index: Index | None = None) -> None:
        self._index = index or NoIndex()
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue()
        self._is_ending = False
        self._worker = Worker("recording writer", self._run)

    def start(self) -> RecordingWriter:
        self._worker.start()
        return self

    def open(self, file: Path, channels: int) -> Recording:
        """A new recording; its file appears with the first sound."""
        return Recording(file, channels, self._jobs, self._index)

    def flush(self) -> None:
        """Block until all that was queued is written."""
        self._jobs.join()

    def stop(self) -> None:
        """Write what is queued and end the thread."""
        self._jobs.put(self._end)
        self._worker.stop()

    def _end(self) -> None:
        self._is_ending = True

    def _run(self, _stop: threading.Event) -> None:
        while not self._is_ending:
            job = self._jobs.get()
            try:
                job()
            except Exception:  # one bad recording must not end all others
                log.exception("a recording failed")
            finally:
                self._jobs.task_done()

"""The one thread that writes all recordings, so that a slow disk never holds up a call's sound."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from firmware.audio.recording_file import RecordingFile
from firmware.threads import Worker

log = logging.getLogger(__name__)

Job = Callable[[RecordingFile], None]

_QUEUED_JOBS = 1000  # half a second of one call each: a minute of a stalled disk at eight calls


class Recording:
    """One recording, seen by the thread that makes the sound: jobs done on its file in order, later.

    After a failure (a full disk, a stalled one) the recording is dropped: one log line, the call goes on.
    """

    def __init__(self, file: Path, channels: int, jobs: queue.Queue[Callable[[], None]]) -> None:
        self._file = file
        self._channels = channels
        self._jobs = jobs
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

    def _drop(self, why: str) -> None:
        if not self._is_dropped:
            self._is_dropped = True
            log.error("recording %s is dropped: %s", self._file.name, why)


class RecordingWriter:
    """Owns the thread and its queue."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue()
        self._is_ending = False
        self._worker = Worker("recording writer", self._run)

    def start(self) -> RecordingWriter:
        self._worker.start()
        return self

    def open(self, file: Path, channels: int) -> Recording:
        """A new recording; its file appears with the first sound."""
        return Recording(file, channels, self._jobs)

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

"""After a call its WAV recording becomes Ogg/Opus, a sixth of the size, in a child process of low priority."""

from __future__ import annotations

import logging
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from firmware.audio.recording_file import HEADER_BYTES
from firmware.storage.files import sync_folder
from firmware.threads import Worker

log = logging.getLogger(__name__)

CHILD_TIMEOUT_S = 600  # real seconds; an hour of stereo takes about four minutes of a Pi 4 core
SUFFIX = ".ogg"

_CHILD = Path(__file__).with_name("archive_child.py")

OnComplete = Callable[[Path, float], None]
OnArchived = Callable[[Path, Path], None]


class Archiver:
    """One thread, one child at a time. The WAV goes only after the archive was read back whole and is on disk."""

    def __init__(self, on_archived: OnArchived | None = None, on_complete: OnComplete | None = None) -> None:
        """Both are called in the archiver's thread.

        `on_complete(wav, seconds)` comes first, for each recording that `archive` was told of; `on_archived(wav, ogg)`
        before the WAV is removed.
        """
        self._on_archived = on_archived
        self._on_complete = on_complete
        self._files: queue.Queue[tuple[Path, float | None] | None] = queue.Queue()  # None: the end
        self._child: subprocess.Popen[bytes] | None = None
        self._is_ending = False
        self._ending = threading.Lock()  # guards the two above
        self._worker = Worker("archiver", self._run)

    def start(self) -> Archiver:
        self._worker.start()
        return self

    def stop(self) -> None:
        """End now: all that was queued is told as complete, and is archived after the next start."""
        with self._ending:
            self._is_ending = True
            if self._child is not None:
                self._child.kill()
        self._files.put(None)
        self._worker.stop()

    def archive(self, wav: Path, seconds: float | None = None) -> None:
        """Queue one complete recording; `seconds`: how long it is, unless that was told before."""
        self._files.put((wav, seconds))

    def sweep(self, folder: Path) -> int:
        """At start-up, before the first call: queue what a crash left behind, without the empty; returns how many."""
        for unfinished in folder.rglob(f"*{SUFFIX}.part"):
            unfinished.unlink(missing_ok=True)
        for empty in [wav for wav in folder.rglob("*.wav") if wav.stat().st_size <= HEADER_BYTES]:
            empty.unlink()
        orphans = sorted(folder.rglob("*.wav"))
        for wav in orphans:
            self.archive(wav)
        return len(orphans)

    def flush(self) -> None:
        """Block until all that was queued is archived."""
        self._files.join()

    def _run(self, _stop: threading.Event) -> None:
        while (job := self._files.get()) is not None:
            wav, seconds = job
            try:
                if seconds is not None and self._on_complete is not None:
                    self._on_complete(wav, seconds)
                self._archive(wav)
            except Exception:  # one bad recording must not end all others
                log.exception("recording %s stays a WAV file", wav.name)
            finally:
                self._files.task_done()
        self._files.task_done()

    def _archive(self, wav: Path) -> None:
        ogg, part = wav.with_suffix(SUFFIX), wav.with_suffix(f"{SUFFIX}.part")
        try:
            if not self._convert(wav, part):
                return
            part.replace(ogg)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(wav.parent)
        if self._on_archived is not None:
            self._on_archived(wav, ogg)
        wav.unlink()

    def _convert(self, wav: Path, part: Path) -> bool:
        """Whether it was done: not if `stop` came first. Raises `SubprocessError` when it failed."""
        command = ["nice", "-n", "15", sys.executable, "-P", str(_CHILD), str(wav), str(part)]
        with self._ending:
            if self._is_ending:
                return False
            child = self._child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            status = child.wait(CHILD_TIMEOUT_S)
        finally:
            child.kill()
            child.wait()
            with self._ending:
                self._child = None
        if status and not self._is_ending:
            raise subprocess.CalledProcessError(status, command)
        return not status

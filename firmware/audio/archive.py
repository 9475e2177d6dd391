"""After a call its WAV recording becomes Ogg/Opus, a sixth of the size, in a child process of low priority."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from firmware.audio.recording_file import HEADER_BYTES
from firmware.threads import Worker

log = logging.getLogger(__name__)

CHILD_TIMEOUT_S = 600  # real seconds; an hour of stereo takes about four minutes of a Pi 4 core
SUFFIX = ".ogg"

_CHILD = Path(__file__).with_name("archive_child.py")

OnArchived = Callable[[Path, Path], None]


class Archiver:
    """One thread, one child at a time. The WAV goes only after the archive was read back whole and is on disk."""

    def __init__(self, on_archived: OnArchived | None = None) -> None:
        """`on_archived(wav, ogg)` is called in the archiver's thread, before the WAV is removed."""
        self._on_archived = on_archived
        self._files: queue.Queue[Path | None] = queue.Queue()  # None: wake up to end
        self._is_ending = False
        self._worker = Worker("archiver", self._run)

    def start(self) -> Archiver:
        self._worker.start()
        return self

    def stop(self) -> None:
        """End after the recording that is being worked on; the others wait for the next start."""
        self._is_ending = True
        self._files.put(None)
        self._worker.stop(CHILD_TIMEOUT_S)

    def archive(self, wav: Path) -> None:
        """Queue one complete recording."""
        self._files.put(wav)

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
        while not self._is_ending:
            wav = self._files.get()
            try:
                if wav is not None and not self._is_ending:
                    self._archive(wav)
            except Exception:  # one bad recording must not end all others
                log.exception("recording %s stays a WAV file", wav and wav.name)
            finally:
                self._files.task_done()

    def _archive(self, wav: Path) -> None:
        ogg, part = wav.with_suffix(SUFFIX), wav.with_suffix(f"{SUFFIX}.part")
        try:
            command = ["nice", "-n", "15", sys.executable, "-P", str(_CHILD), str(wav), str(part)]
            subprocess.run(command, check=True, capture_output=True, timeout=CHILD_TIMEOUT_S)
            part.replace(ogg)
        finally:
            part.unlink(missing_ok=True)
        _sync_folder(wav.parent)
        if self._on_archived is not None:
            self._on_archived(wav, ogg)
        wav.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

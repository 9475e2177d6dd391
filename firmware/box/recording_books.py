"""Writes down what becomes of recordings: in the ledger, from the threads that write and archive them."""

from __future__ import annotations

import logging
from pathlib import Path

from firmware.audio.recording_writer import Mark
from firmware.clock import Clock
from firmware.storage import recording_index, recordings
from firmware.storage.ledger import Ledger
from firmware.storage.trouble import LEDGER_UNAVAILABLE

log = logging.getLogger(__name__)


class RecordingBooks:
    """The index of the recordings' files; a file's stem is the id of its call."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock

    def marked(self, file: Path, mark: Mark) -> None:
        """A mark is worth no trouble: without the ledger it is lost."""
        try:
            with self._ledger.transaction() as tx:
                recording_index.mark(tx, file.stem, mark.at_s, mark.kind, mark.detail)
        except LEDGER_UNAVAILABLE as error:
            log.error("recording %s: a mark is lost (%s)", file.name, type(error).__name__)

    def refused(self, file: Path) -> None:
        """Before the file goes, so that nothing brings it back."""
        try:
            with self._ledger.transaction() as tx:
                recording_index.delete(tx, self._clock.now(), [file.stem], recording_index.REFUSED)
        except LEDGER_UNAVAILABLE as error:
            log.error("recording %s: the refusal is not written down (%s)", file.name, type(error).__name__)

    def completed(self, wav: Path, seconds: float) -> None:
        with self._ledger.transaction() as tx:
            recordings.complete(tx, wav.stem, wav.name, round(seconds))

    def archived(self, wav: Path, ogg: Path) -> None:
        with self._ledger.transaction() as tx:
            recordings.archive(tx, wav.stem, ogg.name)

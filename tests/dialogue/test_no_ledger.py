"""A ledger that can't be used: the caller is told so, never left ringing or in silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from firmware.audio.recording_writer import RecordingWriter
from firmware.clock import ManualClock
from firmware.ivr.call import IncomingConversation, Reception
from firmware.storage.errors import LedgerBusy
from firmware.storage.ledger import Ledger, Transaction
from tests.dialogue.desk import NINE, P1, Clinic
from tests.dialogue.line import Ringing, VirtualPort, reception


class FailingLedger(Ledger):
    """A ledger whose disk fills up after so many transactions."""

    def __init__(self, ledger: Ledger, good: int) -> None:
        super().__init__(ledger.engine)
        self._good = good

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        self._good -= 1
        if self._good < 0:
            raise LedgerBusy("the disk is full")
        with super().transaction() as tx:
            yield tx


@pytest.mark.parametrize("good", [0, 1, 2, 3, 5])
def test_a_caller_is_told_when_nothing_can_be_written_down(clinic: Clinic, tmp_path: Path, good: int) -> None:
    clock, writer = ManualClock(NINE), RecordingWriter().start()
    sound: Reception = reception(clinic, tmp_path / "data", clock, writer)
    port = VirtualPort(clock, "11948212")
    ringing = Ringing(port, P1)
    IncomingConversation(ringing, replace(sound, ledger=FailingLedger(clinic.ledger, good))).run()
    assert ringing.is_released
    assert port.spoken_frames > 50, "the apology was heard"
    assert clinic.booked() == []
    writer.stop()

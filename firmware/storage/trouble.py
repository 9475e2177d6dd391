"""A ledger that can't be used for a while (a full disk, a lock that does not end): told once, tried again."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from firmware.storage.errors import LedgerBusy

LEDGER_UNAVAILABLE = (OperationalError, sqlite3.OperationalError, LedgerBusy, OSError)


class LedgerTrouble:
    """Keeps one worker's record of whether the ledger can be used; belongs to one thread."""

    def __init__(self, log: logging.Logger, who: str) -> None:
        self._log, self._who = log, who
        self.is_present = False

    def survived(self, work: Callable[[], object]) -> bool:
        """Do the work; False if the ledger did not let it. A fault is logged when it begins and when it ends."""
        try:
            work()
        except LEDGER_UNAVAILABLE as error:
            if not self.is_present:
                self._log.error("%s: the ledger can't be used (%s); trying again", self._who, type(error).__name__)
            self.is_present = True
            return False
        if self.is_present:
            self._log.info("%s: the ledger can be used again", self._who)
        self.is_present = False
        return True

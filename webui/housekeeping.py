"""Once a day: what is over (sessions, forms, failed sign-ins) is forgotten, and the certificate is renewed in time."""

from __future__ import annotations

import logging
import threading

from firmware.clinic import pinyin
from firmware.clock import Clock
from firmware.staff import form_once, sessions, sign_in
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger
from firmware.storage.trouble import LEDGER_UNAVAILABLE
from firmware.threads import Worker
from webui import certificates
from webui.certificates import CertificateFiles

log = logging.getLogger(__name__)

DAY_REAL_S = 86_400.0


class Housekeeping:
    """A thread of the web process."""

    def __init__(self, folders: Folders, ledger: Ledger, clock: Clock) -> None:
        self._files = CertificateFiles(folders.certificates)
        self._ledger, self._clock = ledger, clock

    def start(self) -> None:
        Worker("housekeeping", self._work).start()

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.clean()
            stop.wait(DAY_REAL_S)

    def clean(self) -> None:
        """One day's work."""
        now = self._clock.now()
        try:
            with self._ledger.transaction() as tx:
                for room in (sessions, form_once, sign_in):
                    room.sweep(tx, now)
            pinyin.fill_missing(self._ledger)
        except LEDGER_UNAVAILABLE as error:
            log.warning("the daily work is not done: the ledger can't be used (%s)", type(error).__name__)
        if self._files.authority.exists():
            certificates.ensure(self._files, now, certificates.own_addresses())

"""Every hour what is over (sessions, forms, failed sign-ins) is forgotten; the certificate follows time and address.

Talks to judge are drawn here too: in the first hour of a week, or when the box is on again.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from firmware.clinic import pinyin, quality_samples
from firmware.clinic.errors import ProfileError
from firmware.clinic.profile import CurrentProfile
from firmware.clinic.quality_forms import CurrentQuality
from firmware.clock import Clock
from firmware.staff import form_once, sessions, sign_in
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger
from firmware.storage.trouble import LEDGER_UNAVAILABLE
from firmware.threads import Worker
from webui import certificates
from webui.certificates import CertificateFiles

log = logging.getLogger(__name__)

HOUR_REAL_S = 3600.0


class Housekeeping:
    """A thread of the web process."""

    def __init__(self, folders: Folders, ledger: Ledger, clock: Clock) -> None:
        self._files = CertificateFiles(folders.certificates)
        self._ledger, self._clock = ledger, clock
        documents = SetupDocuments(folders.setup)
        self._profile, self._quality = CurrentProfile(documents), CurrentQuality(documents)

    def start(self) -> None:
        Worker("housekeeping", self._work).start()

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.clean()
            stop.wait(HOUR_REAL_S)

    def clean(self) -> None:
        """One hour's work."""
        now = self._clock.now()
        try:
            with self._ledger.transaction() as tx:
                for room in (sessions, form_once, sign_in):
                    room.sweep(tx, now)
            self._draw_talks(now)
            pinyin.fill_missing(self._ledger)
            if self._files.authority.exists():
                certificates.ensure(self._files, now, certificates.own_addresses())
        except LEDGER_UNAVAILABLE as error:
            log.warning("the housekeeping is not done: the disk can't be used (%s)", type(error).__name__)

    def _draw_talks(self, now: datetime) -> None:
        try:
            zone = self._profile().zone
        except ProfileError:
            return  # no clinic yet, so no talks
        with self._ledger.transaction() as tx:
            quality_samples.draw(tx, now, zone, self._quality().per_week)

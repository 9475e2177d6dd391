"""Speech for new names: a doctor who joins, a clinic that is renamed, before the first caller hears of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from firmware.audio.clips import ClipStore
from firmware.audio.errors import SpeechError
from firmware.clinic.profile import ClinicProfile
from firmware.ivr.warm_up import names_to_warm
from firmware.language.catalogue import Fragment
from firmware.language.values import Language
from firmware.storage.ledger import Ledger
from firmware.storage.trouble import LedgerTrouble
from firmware.threads import Worker

log = logging.getLogger(__name__)

LOOK_REAL_S = 5.0


class NameWarmer:
    """Makes missing clips one after the other, in a thread of its own: calls need the processor more."""

    def __init__(self, ledger: Ledger, clips: ClipStore, profile: Callable[[], ClinicProfile]) -> None:
        self._ledger, self._clips, self._profile = ledger, clips, profile
        self._warm: set[tuple[Fragment, Language]] = set()
        self._trouble = LedgerTrouble(log, "names")
        self._worker = Worker("names", self._work)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def _work(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_REAL_S):
            self._trouble.survived(lambda: self.look(stop))

    def look(self, stop: threading.Event) -> None:
        """Make what is new since the last look; one that can't be made is not tried again before it changes."""
        with self._ledger.reading() as tx:
            names = dict.fromkeys(names_to_warm(tx, self._profile()))
        for fragment, language in names:
            if (fragment, language) in self._warm or stop.is_set():
                continue
            try:
                self._clips.clip(fragment.text, language, fragment.key)
            except SpeechError as error:
                log.warning("a name can't be spoken: %s", error)
            self._warm.add((fragment, language))

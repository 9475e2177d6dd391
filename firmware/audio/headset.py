"""The port of somebody with a headset that is plugged into the box itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from firmware.audio.alsa import CardGone, OpenCard
from firmware.audio.port import FRAME_SAMPLES, Port
from firmware.threads import Worker

AGAIN_S = 1.0  # real seconds: a card that is gone may be plugged in again at any moment

log = logging.getLogger(__name__)


class Headset:
    """One `port` over a sound card that may be pulled out and come back; clocked by the card while it is there.

    With `takes_sound` False what the card hears is thrown away: whoever wears it only listens.
    """

    def __init__(self, card: str, changed: Callable[[], None], open_card: Callable[[str], OpenCard] = OpenCard) -> None:
        """`changed` is called, in another thread, when the card has come or gone."""
        self.port = Port()
        self.takes_sound = True
        self._card, self._changed, self._open_card = card, changed, open_card
        self._is_lost = True
        self._worker = Worker("headset", self._run)

    @property
    def is_lost(self) -> bool:
        """Whether the card is not there."""
        return self._is_lost

    def start(self) -> Headset:
        self._worker.start()
        return self

    def stop(self) -> None:
        """Let go of the card when its next sound comes: one that hangs keeps nobody waiting."""
        self._worker.ask_to_stop()

    def _run(self, stop: threading.Event) -> None:
        said = ""
        while not stop.is_set():
            try:
                with self._open_card(self._card) as card:
                    self._turn(is_lost=False)
                    said = ""
                    log.info("the headset %s is there", self._card)
                    self._carry(card, stop)
            except CardGone as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("the headset %s is not there: %s", self._card, said)
            finally:
                self._turn(is_lost=True)
            stop.wait(AGAIN_S)

    def _carry(self, card: OpenCard, stop: threading.Event) -> None:
        owed = 0
        while not stop.is_set():
            sound = card.read()
            if self.takes_sound and len(sound):
                self.port.hear(sound)
            owed += len(sound)
            while owed >= FRAME_SAMPLES:
                owed -= FRAME_SAMPLES
                card.write(self.port.speak())

    def _turn(self, is_lost: bool) -> None:
        if is_lost is not self._is_lost:
            self._is_lost = is_lost
            self._changed()

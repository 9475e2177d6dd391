"""The headsets that are plugged into the box itself: which there are, and who of the desk has which."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.acd.errors import HeadsetTaken, NoHeadset
from firmware.acd.floor import HEADSET, Floor, Seat
from firmware.acd.records import OFFLINE
from firmware.audio.alsa import SoundCard, sound_cards
from firmware.audio.headset import Headset


@dataclass(frozen=True)
class Plugged:
    """A headset at the box, and the extension of who has it; None while nobody has."""

    card: SoundCard
    used_by: str | None


class Headsets:
    """One card serves one seat."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def all(self) -> list[Plugged]:
        """As they are plugged in now."""
        return [Plugged(card, self._used_by(card.key)) for card in sound_cards()]

    def choose(self, user_id: int, wanted: str) -> str:
        """The card `wanted`, by default the first that is free; raises `NoHeadset` or `HeadsetTaken`."""
        own = self._floor.seats.get(user_id)
        if own is not None and own.state != OFFLINE and own.device == HEADSET and wanted in ("", own.card):
            return own.card  # theirs already, also while it is unplugged
        cards = [each for each in self.all() if wanted in ("", each.card.key)]
        if not cards:
            raise NoHeadset("no such headset is plugged into the box")
        free = [each.card.key for each in cards if each.used_by is None]
        if not free:
            raise HeadsetTaken(f"{cards[0].used_by} has that headset")
        return free[0]

    def put_on(self, seat: Seat) -> None:
        """The seat's sound is that of its card from now on, and whenever the card is plugged in."""
        seat.sound = Headset(seat.card, self._floor.changed.set).start()

    def _used_by(self, card: str) -> str | None:
        for seat in self._floor.seats.values():
            if seat.state != OFFLINE and seat.device == HEADSET and seat.card == card:
                return seat.agent.extension
        return None

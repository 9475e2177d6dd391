"""What lies in a virtual GSM module: a SIM card with its PIN, and message storages with a finite number of places."""

from __future__ import annotations

from dataclasses import dataclass, field

PIN_TRIES = 3
PUK_TRIES = 10


@dataclass
class Sim:
    """A SIM card; without a PIN it is ready at once."""

    pin: str | None = None
    puk: str = "12345678"
    pin_tries: int = PIN_TRIES
    puk_tries: int = PUK_TRIES
    is_unlocked: bool = field(default=False, init=False)

    @property
    def state(self) -> str:
        """As AT+CPIN? says it (27.007 clause 8.3)."""
        if self.pin_tries == 0:
            return "SIM PUK"
        return "READY" if self.pin is None or self.is_unlocked else "SIM PIN"

    def power_on(self) -> None:
        """The card forgets that it was unlocked, never how often a PIN was wrong."""
        self.is_unlocked = False

    def try_pin(self, pin: str) -> bool:
        """One attempt; a wrong one costs a try."""
        self.is_unlocked = pin == self.pin
        self.pin_tries = PIN_TRIES if self.is_unlocked else self.pin_tries - 1
        return self.is_unlocked

    def try_puk(self, puk: str, new_pin: str) -> bool:
        """One attempt to unblock the card and give it a new PIN."""
        if puk != self.puk or self.puk_tries == 0:
            self.puk_tries = max(0, self.puk_tries - 1)
            return False
        self.pin, self.pin_tries, self.is_unlocked = new_pin, PIN_TRIES, True
        return True


@dataclass
class StoredText:
    """A PDU in a place of a storage."""

    pdu: bytes
    is_read: bool = False


class MessageStorage:
    """Places 1 to `capacity`; each holds one PDU or nothing."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.texts: dict[int, StoredText] = {}

    @property
    def used(self) -> int:
        return len(self.texts)

    def put(self, pdu: bytes) -> int | None:
        """Store in the lowest free place and return its number; None when all are taken."""
        free = (index for index in range(1, self.capacity + 1) if index not in self.texts)
        index = next(free, None)
        if index is not None:
            self.texts[index] = StoredText(pdu)
        return index

    def renumber(self) -> None:
        """Move every text to another place, as some modules do at a restart."""
        stored = list(self.texts.values())
        self.texts = {self.capacity - at: text for at, text in enumerate(stored)}

"""What is said once on the next page a person opens: what was done, and how to undo it. Lost with the process only."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

SESSIONS_KEPT = 200
FLASHES_KEPT = 4


@dataclass(frozen=True)
class Undo:
    """A form that takes back what was done."""

    action: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Flash:
    """One sentence, in the reader's language already."""

    text: str
    tone: str = "good"  # good, bad
    undo: Undo | None = None


@dataclass
class Flashes:
    """By session."""

    _waiting: OrderedDict[str, list[Flash]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, session: str, flash: Flash) -> None:
        with self._lock:
            kept = self._waiting.setdefault(session, [])
            kept.append(flash)
            del kept[:-FLASHES_KEPT]
            while len(self._waiting) > SESSIONS_KEPT:
                self._waiting.popitem(last=False)

    def take(self, session: str) -> list[Flash]:
        with self._lock:
            return self._waiting.pop(session, [])

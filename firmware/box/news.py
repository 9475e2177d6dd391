"""What the exchange tells those who listen: lines that changed, calls as they go, texts that came or went."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

from firmware.threads import Worker

LOOK_REAL_S = 0.25

Entry = dict[str, Any]


class Publish(Protocol):
    """Sends an event to whoever listens; never waits."""

    def __call__(self, event: str, **details: Any) -> None: ...


class News:
    """Looks at the lines four times a second and tells what changed; calls tell of themselves.

    `also` is called at each look: for what else must be noticed soon.
    """

    def __init__(self, publish: Publish, lines: Callable[[], list[Entry]], also: Callable[[], None]) -> None:
        self._publish, self._lines, self._also = publish, lines, also
        self._seen: dict[str, Entry] = {}
        self._texts_changed = threading.Event()
        self._worker = Worker("news", self._work)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def call(self, call: str, line: str, kind: str, detail: str) -> None:
        """Something happened in a call; in the call's thread."""
        self._publish("call", call=call, line=line, kind=kind, detail=detail)

    def texts(self) -> None:
        """The inbox or the outbox changed; from any thread. Many changes at once are told once."""
        self._texts_changed.set()

    def look(self) -> None:
        """Tell what is new since the last look."""
        now = {entry["name"]: entry for entry in self._lines()}
        for name, entry in now.items():
            if _steady(entry) != _steady(self._seen.get(name, {})):
                self._publish("line", **entry)
        for name in self._seen.keys() - now.keys():
            self._publish("line", **{**self._seen[name], "state": "gone"})
        self._seen = now
        if self._texts_changed.is_set():
            self._texts_changed.clear()
            self._publish("texts")

    def _work(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_REAL_S):
            self.look()
            self._also()


def _steady(entry: Entry) -> Entry:
    """Without what changes all the time by itself."""
    return {key: value for key, value in entry.items() if key != "since_s"}

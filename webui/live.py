"""What changes, told to open pages at once: server-sent events from the exchange's events and the ledger's counter.

SQLite's `data_version` grows when another connection has committed, whichever process it belongs to; so a page sees
what the phone, the desk and the command line did without any of them knowing of pages.
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from firmware.control.channel import ControlClient, ControlError
from firmware.threads import Worker

LOOK_S = 0.5
RETRY_S = 1.0
KEEP_ALIVE_S = 4.0  # a page that was left is found out after two of them; until then it keeps its place and thread
MOST_LISTENERS = 40  # each keeps one thread of the server
MOST_WAITING = 100  # a page that does not read is cut off; when it comes back it asks for everything anew

Waiting = queue.Queue[tuple[str, str] | None]  # name and text of events; None: no more
_STILL_HERE = ("", ": still here\n\n")  # finds out that the page has gone


class TooManyPages(Exception):
    """So many pages are open that this one has to ask by itself now and then."""


class Live:
    """Events: `service` (how the exchange is), `line`, `call`, `texts` from the exchange, `ledger` from the counter."""

    def __init__(self, socket: Path, ledger: Path) -> None:
        self._socket, self._ledger = socket, ledger
        self._listeners: set[Waiting] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._client: ControlClient | None = None
        self.is_up = False
        self.out_of_order = ""  # why the exchange cannot start, in its own words

    @property
    def service(self) -> str:
        """How the phone service is: "up", "out-of-order" or "away"."""
        return "out-of-order" if self.out_of_order else "up" if self.is_up else "away"

    def start(self) -> None:
        """Begin to listen; the threads live as long as the process."""
        Worker("live exchange", self._follow_exchange).start()
        Worker("live ledger", self._follow_ledger).start()

    def stop(self) -> None:
        """End every stream, so that the server can go."""
        self._stopping.set()
        if self._client is not None:
            self._client.close()
        with self._lock:
            for listener in self._listeners:
                listener.put_nowait(None)

    @property
    def is_ending(self) -> bool:
        """Whether the process is about to go: what lasts must end."""
        return self._stopping.is_set()

    def stream(self, hears: Callable[[str], bool], may_stay: Callable[[], bool]) -> Iterator[str]:
        """Server-sent events for one page, until the page or the process goes; raises `TooManyPages` at once.

        `hears` tells which events the person may know of; `may_stay` is asked now and then, and always when something
        was written to the ledger, whether they are still signed in.
        """
        mine: Waiting = queue.Queue()
        with self._lock:
            if len(self._listeners) >= MOST_LISTENERS:
                raise TooManyPages
            self._listeners.add(mine)
        mine.put(("service", _event("service", {"state": self.service})))
        return self._serve(mine, hears, may_stay)

    def publish(self, name: str, /, **details: Any) -> None:
        """Tell every page."""
        message = (name, _event(name, details))
        with self._lock:
            for listener in self._listeners:
                if listener.qsize() <= MOST_WAITING:
                    listener.put_nowait(message if listener.qsize() < MOST_WAITING else None)

    def _serve(self, mine: Waiting, hears: Callable[[str], bool], may_stay: Callable[[], bool]) -> Iterator[str]:
        try:
            yield "retry: 2000\n\n"
            while not self._stopping.is_set():
                try:
                    message = mine.get(timeout=KEEP_ALIVE_S)
                except queue.Empty:
                    message = _STILL_HERE
                if message is None or (message[0] in ("ledger", "") and not may_stay()):
                    return
                if hears(message[0]):
                    yield message[1]
        finally:
            with self._lock:
                self._listeners.discard(mine)

    def _follow_exchange(self, _: threading.Event) -> None:
        while not self._stopping.is_set():
            try:
                self._client = ControlClient(self._socket)
                self._follow(self._client)
            except ControlError:
                self._tell_service(False)
            self._stopping.wait(RETRY_S)

    def _follow(self, client: ControlClient) -> None:
        out_of_order = str(client.ask("status").get("out_of_order", ""))
        stream = client.events()
        self._tell_service(True, out_of_order)  # it stays so: an exchange that was mended starts afresh
        for event in stream:
            self.publish(event.pop("event"), **event)
        self._tell_service(False)

    def _tell_service(self, is_up: bool, out_of_order: str = "") -> None:
        before = self.service
        self.is_up, self.out_of_order = is_up, out_of_order
        if self.service != before:
            self.publish("service", state=self.service)

    def _follow_ledger(self, _: threading.Event) -> None:
        while not self._stopping.is_set():
            try:
                with closing(sqlite3.connect(f"file:{self._ledger}?mode=ro", uri=True)) as watcher:
                    self._watch(watcher)
            except sqlite3.Error:
                self._stopping.wait(RETRY_S)  # the pages themselves say what is wrong with it

    def _watch(self, watcher: sqlite3.Connection) -> None:
        """On one connection: the counter means nothing across two."""
        seen = watcher.execute("PRAGMA data_version").fetchone()
        while not self._stopping.wait(LOOK_S):
            version = watcher.execute("PRAGMA data_version").fetchone()
            if version != seen:
                self.publish("ledger")
            seen = version


def _event(name: str, details: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(details, ensure_ascii=False)}\n\n"

"""Threads with a name, a stop event, a bounded join and a loud death."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

JOIN_TIMEOUT_S = 5.0


class ZombieThread(RuntimeError):
    """A thread was told to stop and did not end in time."""


class Worker:
    """One background thread: `work(stop)` runs until it returns, raises, or `stop` is set.

    A worker that raises is a fault: it is logged with its traceback, then `on_death` is called with the exception, in
    the dying thread. Without an `on_death` the exception goes on to `threading.excepthook`, where the exchange ends
    the process so that it is started afresh: a box without one of its permanent threads only looks alive.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[threading.Event], None],
        on_death: Callable[[BaseException], None] | None = None,
    ) -> None:
        self.name = name
        self._work = work
        self._on_death = on_death
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> Worker:
        self._thread.start()
        return self

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def ask_to_stop(self) -> None:
        """Set the stop event and return at once."""
        self._stop.set()

    def stop(self, timeout_s: float = JOIN_TIMEOUT_S) -> None:
        """Ask the thread to end and wait for it, in real seconds; raises `ZombieThread` if it will not."""
        self._stop.set()
        if self._thread is threading.current_thread() or not self._thread.ident:
            return
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise ZombieThread(f"thread {self.name} did not stop within {timeout_s} s")

    def _run(self) -> None:
        try:
            self._work(self._stop)
        except Exception as error:
            log.exception("thread %s died", self.name)
            if self._on_death is None:
                raise
            self._on_death(error)

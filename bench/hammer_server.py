"""The clinic that is hammered, its pages in a process of their own, and crowds of clients in another."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from bench import ledgers
from bench.box import BenchError
from bench.figures import Figures
from bench.hammer_clients import Crowd, as_line
from bench.machine import family
from bench.pages_addresses import addresses
from bench.pages_browser import sign_in
from bench.pages_clinic import Size, fill
from firmware.clinic import sample
from firmware.clock import CLOCK_VARIABLE, Deadline, SharedClock, SystemClock
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger
from webui.gate import SESSION_COOKIE

SIZE = Size(bookings=5_000, patients=5_000, calls=20_000, texts=2_000)
_START_LIMIT_S = 30.0
_END_LIMIT_S = 60.0


def prepare(data: Path) -> None:
    """A clinic of some months, in a new data folder."""
    folders = Folders(data)
    folders.make()
    SetupDocuments(folders.setup).save("clinic", dict(sample.document()["clinic"]))
    ledger = ledgers.sample_ledger(folders.ledger)
    fill(ledger, SIZE)
    ledger.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def web_process(data: Path) -> Iterator[tuple[int, int]]:
    """The pages alone on a prepared folder, without an exchange: process id and port."""
    folders, port = Folders(data), free_port()
    SharedClock.create(folders.clock, ledgers.NOW)
    command = [sys.executable, "-m", "webui", "--data", str(data), "--port", str(port)]
    with subprocess.Popen(command, env={**os.environ, CLOCK_VARIABLE: str(folders.clock)}) as process:
        try:
            wait_for_pages(port)
            yield process.pid, port
        finally:
            process.terminate()


def wait_for_pages(port: int) -> None:
    """Until they are served."""
    clock = SystemClock()
    deadline = Deadline(clock, _START_LIMIT_S)
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/sign-in")
            connection.getresponse().read()
            return
        except OSError as error:
            if deadline.is_over:
                raise BenchError("the pages are not served") from error
            clock.sleep(0.05)
        finally:
            connection.close()


def worker(web_pid: int) -> int:
    """The process that makes the pages: gunicorn's own only looks after it."""
    return family(web_pid)[1]


def crowd(data: Path, port: int, *, clients: int, streams: int = 0, requests: int = 0) -> Crowd:
    """An administrator at so many browsers, who looks at every page there is."""
    ledger = open_ledger(Folders(data).ledger)
    every = [address for group in addresses(ledger).values() for address in group]
    cookie = f"{SESSION_COOKIE}={sign_in(ledger)}"
    ledger.close()
    return Crowd(port, cookie, every, clients, streams, requests)


class Hammer:
    """A crowd at work, from the beginning until `stop`."""

    def __init__(self, wanted: Crowd) -> None:
        command = [sys.executable, "-m", "bench.hammer_clients"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._tell(as_line(wanted))

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> Figures:
        """Have it end (one with a number of requests ends by itself); what it got."""
        said, _ = self._process.communicate(timeout=_END_LIMIT_S * 10)
        if self._process.returncode:
            raise BenchError("the clients broke")
        got: Figures = json.loads(said)
        return got

    def _tell(self, line: str) -> None:
        if self._process.stdin is None:
            raise BenchError("the clients take no orders")
        self._process.stdin.write(line)
        self._process.stdin.flush()

"""The web process on the sample clinic, as it runs on the box, and raw connections to it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from firmware.clinic import sample
from firmware.clock import Deadline, SystemClock
from firmware.staff import sessions, users
from firmware.staff.rights import Role
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger

PASSWORD = "quiet lamp over water"
STARTS_WITHIN_S = 60


@dataclass(frozen=True)
class Served:
    """A web process; `cookie` and `csrf` are those of the administrator, who has signed in."""

    port: int
    process: int  # the one that answers, gunicorn's worker
    cookie: str
    csrf: str
    folders: Folders

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def connect(self, source: str = "127.0.0.1", timeout_s: float = 10) -> socket.socket:
        """A connection from `source`, any address of this machine's loopback."""
        return socket.create_connection(("127.0.0.1", self.port), timeout_s, (source, 0))

    def get(self, path: str, *, timeout_s: float = 10, source: str = "127.0.0.1") -> tuple[int, str]:
        """Status and body, as the administrator."""
        there = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s, source_address=(source, 0))
        try:
            there.request("GET", path, headers={"Cookie": self.cookie})
            reply = there.getresponse()
            return reply.status, reply.read().decode()
        finally:
            there.close()

    def head(self, method: str, path: str, *more: str) -> bytes:
        """The head of a request from our own page."""
        lines = (f"{method} {path} HTTP/1.1", f"Host: {self.host}", f"Origin: {self.origin}", f"Cookie: {self.cookie}")
        return "\r\n".join((*lines, *more, "", "")).encode()

    def memory_kb(self) -> int:
        """What the process holds."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


@contextmanager
def serving(data: Path) -> Iterator[Served]:
    """The sample clinic, served until the block ends."""
    folders = Folders(data)
    folders.make()
    cookie, csrf = _make_clinic(folders)
    port = free_port()
    command = [sys.executable, "-m", "webui", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "HOME": str(data)})
    try:
        _wait_for(port)
        worker = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
        yield Served(port, worker, cookie, csrf, folders)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _make_clinic(folders: Folders) -> tuple[str, str]:
    now = SystemClock().now()
    ledger = open_ledger(folders.ledger)
    sample.load(ledger, SetupDocuments(folders.setup), now)
    with ledger.transaction() as tx:
        admin = users.create(tx, now, "admin", "Admin", Role.ADMIN, PASSWORD)
        token, session = sessions.open_session(tx, now, admin.id)
    ledger.close()
    return f"session={token}", session.csrf


def _wait_for(port: int) -> None:
    clock = SystemClock()
    deadline = Deadline(clock, STARTS_WITHIN_S)
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/sign-in")
            connection.getresponse().read()
            return
        except ConnectionRefusedError:
            assert not deadline.is_over
            clock.sleep(0.1)
        finally:
            connection.close()

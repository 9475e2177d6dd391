"""The web process as it is started on a box: with or without a clinic, on a ledger that is whole or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from firmware.cli.run import keep_up
from firmware.clock import Deadline, SystemClock
from firmware.storage.folders import Folders
from tests.web.serving import free_port, serving


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders(tmp_path / "data")
    folders.make()
    return folders


@contextmanager
def started(folders: Folders) -> Iterator[int]:
    """The process at a port of its own, until SIGTERM, which it must obey at once."""
    port = free_port()
    command = [sys.executable, "-m", "webui", "--data", str(folders.data), "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "HOME": str(folders.data)}, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def ask(port: int, path: str) -> tuple[int, str, str]:
    """Status, location and body, as soon as the process answers."""
    clock = SystemClock()
    deadline = Deadline(clock, 60)
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.getheader("Location", ""), reply.read().decode()
        except ConnectionRefusedError:
            assert not deadline.is_over
            clock.sleep(0.05)
        finally:
            connection.close()


def test_a_new_box_waits_for_its_owner_and_keeps_what_it_makes_to_itself(folders: Folders) -> None:
    with started(folders) as port:
        assert ask(port, "/")[:2] == (303, "/sign-in")
        assert ask(port, "/sign-in")[:2] == (303, "/welcome")
        assert ask(port, "/welcome")[0] == 200
    assert not (folders.data / ".gunicorn").exists()
    assert folders.ledger.stat().st_mode & 0o077 == 0


def test_a_damaged_ledger_is_said_on_the_page_and_left_as_it_is(folders: Folders) -> None:
    folders.ledger.write_bytes(b"rubbish" * 1000)
    with started(folders) as port:
        status, _, said = ask(port, "/")
    assert status == 503
    assert "ledger.db" in said
    assert "Traceback" not in said
    assert folders.ledger.read_bytes() == b"rubbish" * 1000


def test_it_ends_at_once_although_a_page_listens(tmp_path: Path) -> None:
    clock = SystemClock()
    with serving(tmp_path / "data") as served:
        page = served.connect()
        page.sendall(served.head("GET", "/live"))
        assert b"200 OK" in page.recv(65536)
        began = clock.monotonic()
    assert clock.monotonic() - began < 10
    page.close()


def test_nothing_of_it_stays_when_its_master_is_killed_although_a_page_listens(tmp_path: Path) -> None:
    clock = SystemClock()
    with serving(tmp_path / "data") as served:
        page = served.connect()
        page.sendall(served.head("GET", "/live"))
        assert b"200 OK" in page.recv(65536)
        os.kill(parent_of(served.process), signal.SIGKILL)
        deadline = Deadline(clock, 20)
        while is_there(served.process):
            assert not deadline.is_over, "the worker went on without its master"
            clock.sleep(0.1)
    page.close()


def test_its_keeper_serves_the_pages_again_although_a_page_still_listened(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as made:
        cookie = made.cookie
    port, stop = free_port(), threading.Event()
    command = ["-m", "webui", "--data", str(tmp_path / "data"), "--port", str(port)]
    keeper = threading.Thread(target=keep_up, args=(command, stop), daemon=True)
    keeper.start()
    try:
        assert ask(port, "/sign-in")[0] == 200
        page = HTTPConnection("127.0.0.1", port, timeout=30)
        page.request("GET", "/live", headers={"Cookie": cookie})
        assert page.getresponse().status == 200
        (first,) = children_with(str(port))
        os.kill(first, signal.SIGKILL)
        clock = SystemClock()
        deadline = Deadline(clock, 60)
        while children_with(str(port)) in ([], [first]):
            assert not deadline.is_over
            clock.sleep(0.05)
        while ask(port, "/sign-in")[0] != 200:
            assert not deadline.is_over
        page.close()
    finally:
        stop.set()
        keeper.join(timeout=30)
    assert not keeper.is_alive()


def children_with(word: str) -> list[int]:
    """The processes that this one has started with the word in their command."""
    found = []
    for thread in Path("/proc/self/task").iterdir():
        for child in map(int, (thread / "children").read_text().split()):
            if word in Path(f"/proc/{child}/cmdline").read_text().split("\0"):
                found.append(child)
    return found


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def is_there(process: int) -> bool:
    """Whether it runs; who has ended and was not asked for its status yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

"""Threads: a permanent one that dies ends the process; one that won't stop is said so."""

import subprocess
import sys
import threading

import pytest

from firmware.threads import Worker, ZombieThread


def test_the_death_of_a_permanent_thread_reaches_the_process() -> None:
    code = """
import threading, sys
from firmware.threads import Worker
died = threading.Event()
threading.excepthook = lambda death: (print(death.thread.name), died.set())
Worker("care", lambda stop: 1 / 0).start()
died.wait(5)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "care"


def test_a_death_that_is_awaited_stays_with_its_owner() -> None:
    deaths: list[BaseException] = []
    told = threading.Event()

    def on_death(error: BaseException) -> None:
        deaths.append(error)
        told.set()

    Worker("line L1", lambda stop: {}["a fault"], on_death).start()
    assert told.wait(5)
    assert isinstance(deaths[0], KeyError)


def test_a_thread_that_does_not_stop_is_reported() -> None:
    release = threading.Event()
    worker = Worker("stuck", lambda stop: release.wait() and None).start()
    with pytest.raises(ZombieThread, match="stuck"):
        worker.stop(timeout_s=0.05)
    release.set()
    worker.stop()
    assert not worker.is_alive

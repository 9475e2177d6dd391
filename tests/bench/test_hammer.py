"""A crowd at the pages of a small clinic, served by the real web process."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import hammer_server
from bench.hammer_server import Hammer, crowd, prepare, web_process, worker
from bench.machine import rss_mb
from bench.pages_clinic import Size


def test_a_crowd_gets_its_pages_and_its_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hammer_server, "SIZE", Size(bookings=400, patients=60, calls=400, texts=100))
    prepare(tmp_path)
    with web_process(tmp_path) as (pid, port):
        got = Hammer(crowd(tmp_path, port, clients=3, streams=1, requests=12)).stop()
        assert rss_mb(worker(pid)) > 10
    assert 12 <= int(got["answers"]) <= 14  # those that were under way come home
    assert int(got["events"]) >= 1
    assert not [name for name in got if name.startswith("answered_")]
    assert float(got["p95_ms"]) > 0


def test_a_crowd_without_an_end_stops_when_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hammer_server, "SIZE", Size(bookings=400, patients=60, calls=400, texts=100))
    prepare(tmp_path)
    with web_process(tmp_path) as (_, port):
        hammer = Hammer(crowd(tmp_path, port, clients=2))
        hammer.stop()
        assert Hammer(crowd(tmp_path, port, clients=1, requests=1)).stop()["answers"] == 1

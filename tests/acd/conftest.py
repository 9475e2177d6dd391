"""The desk of the tests, and the threads of the calls that it places."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acd.desk import Room, room
from tests.acd.lines import Threads


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as opened:
        yield opened


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Threads:
    """Calls that the desk places go on when the story lets them."""
    standing = Threads()
    monkeypatch.setattr("firmware.acd.outside.Worker", standing)
    return standing

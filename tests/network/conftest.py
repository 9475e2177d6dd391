from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.network.rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


@pytest.fixture
def make_rig(tmp_path: Path) -> Callable[..., Rig]:
    return lambda **details: Rig(tmp_path, **details)

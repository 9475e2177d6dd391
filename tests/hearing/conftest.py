"""One library of real clips for all hearing tests, and an ear that knows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.modem.virtual.hearing.listener import Ear
from tests.hearing import library


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return library.make(tmp_path_factory.mktemp("clips"), library.all_texts())


@pytest.fixture(scope="session")
def ear(clips: Path) -> Ear:
    return Ear(clips)

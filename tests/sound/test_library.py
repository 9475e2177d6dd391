"""A box without libspandsp says what to install."""

from __future__ import annotations

import pytest

from firmware.audio import libspandsp
from firmware.audio.errors import LibraryMissing


def test_the_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libspandsp, "LIBRARY", "libspandsp.so.99")
    libspandsp.library.cache_clear()
    with pytest.raises(LibraryMissing, match="apt install libspandsp2"):
        libspandsp.library()
    libspandsp.library.cache_clear()

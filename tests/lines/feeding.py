"""Every parser is fed three ways: whole, byte by byte, and with junk around."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

Event = TypeVar("Event")


def byte_by_byte(feed: Callable[[bytes], list[Event]], data: bytes) -> list[Event]:
    return [event for number in data for event in feed(bytes([number]))]


def cuts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every way to cut `data` in two."""
    for at in range(len(data) + 1):
        yield data[:at], data[at:]

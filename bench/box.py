"""A real box in a process of its own on the virtual network, with as many voice lines as a bench needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import ledgers
from firmware.cli.rig import Rig
from firmware.modem.virtual.client import PhoneCall

RING_LIMIT_S = 20.0
_STRANGER = "138001{:05}"


class BenchError(Exception):
    """A bench could not measure what it is there to measure."""


@contextmanager
def running_box(
    line_count: int, *, prepare: Callable[[Path], None] = lambda _: None, web_port: int | None = None
) -> Iterator[Rig]:
    """A fresh box with the sample clinic, or with what `prepare` puts into its folder; its pages too, for a port.

    Speech is kept between runs, so that only the first one makes it.
    """
    clips = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "clinicbox" / "clips"
    with ledgers.folder() as folder:
        prepare(folder)
        with Rig(folder, lines=_lines(line_count), clips=clips, web_port=web_port) as rig:
            yield rig


def call_every_line(rig: Rig, line_count: int) -> list[PhoneCall]:
    """A stranger calls each line; the calls, all answered."""
    calls = [
        rig.network.phone(_STRANGER.format(number)).dial(line["number"])
        for number, line in enumerate(_lines(line_count))
    ]
    for call in calls:
        call.wait_for("answered", within_s=RING_LIMIT_S)
    return calls


def _lines(count: int) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"name": f"L{number}", "kind": "voice", "model": "USR5637", "number": f"021612300{number:02}"}
        for number in range(1, count + 1)
    )

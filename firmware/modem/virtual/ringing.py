"""What an analogue line carries while it rings: ring current and, before or between, the caller id's sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle

import numpy as np

from firmware.audio.caller_id_tones import CallerIdFields, CallerIdSender, CallerIdStandard
from firmware.audio.port import Sound
from firmware.modem.virtual.plans import CountryPlan
from firmware.modem.virtual.tones import TICK_SAMPLES, ticks

FSK_AFTER_RING_MS = 500  # Bellcore GR-30: 500 to 1500 ms after the first ring
DTMF_BEFORE_RING_MS = 300  # ETSI EN 300 659: the first ring 200 to 500 ms after the data
DTMF_AFTER_START_MS = 200


@dataclass(frozen=True)
class RingTick:
    """10 ms of a ringing line."""

    rings: bool = False
    sound: Sound | None = None


QUIET = RingTick()
RING = RingTick(rings=True)


def ring_signal(plan: CountryPlan, caller_id: str, caller: CallerIdFields) -> Iterator[RingTick]:
    """A call as the on-hook line sees it, for as long as it rings; `caller_id` is "fsk", "dtmf" or "none"."""
    pause = ticks(plan.ring_ms[-1])
    opening = [ticks(ms) for ms in plan.ring_ms[:-1]]
    if caller_id == "dtmf":
        yield from [QUIET] * ticks(DTMF_AFTER_START_MS)
        yield from _spill(CallerIdStandard.DTMF, caller)
        yield from [QUIET] * ticks(DTMF_BEFORE_RING_MS)
    if caller_id == "fsk":
        yield from _bursts(opening)
        spill = _spill(CallerIdStandard.CLASS, caller)
        yield from [QUIET] * ticks(FSK_AFTER_RING_MS)
        yield from spill
        yield from [QUIET] * max(0, pause - ticks(FSK_AFTER_RING_MS) - len(spill))
    yield from cycle([*_bursts(opening), *[QUIET] * pause])


def caller_fields(number: str | None, withheld: bool, now: datetime) -> CallerIdFields:
    """What the network tells about a caller; `now` in the country's own wall time."""
    return CallerIdFields(
        number=None if withheld or number is None else "".join(filter(str.isdigit, number)),
        is_withheld=withheld,
        month_day_time=now.strftime("%m%d%H%M"),
    )


def _bursts(lengths: list[int]) -> list[RingTick]:
    return [RING if index % 2 == 0 else QUIET for index, length in enumerate(lengths) for _ in range(length)]


def _spill(standard: CallerIdStandard, caller: CallerIdFields) -> list[RingTick]:
    sound = CallerIdSender(standard).sound(caller)
    padded = np.concatenate((sound, np.zeros(-len(sound) % TICK_SAMPLES, np.int16)))
    return [RingTick(sound=part) for part in padded.reshape(-1, TICK_SAMPLES)]

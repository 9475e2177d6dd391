"""A week at the desk in no time: calls come at random, the real policy brings them to agents, talks end at random."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from firmware.acd.policy import offers
from firmware.acd.records import READY, TALKING, Agent, Caller
from firmware.clinic.desk_settings import DeskSettings
from firmware.storage.instants import later
from tests.acd.waiting import NOW

WEEK_S = 7 * 86400.0


@dataclass
class Week:
    """Agents answer at once: what is seen is the policy and chance, nothing else. Each run with a seed is the same."""

    settings: DeskSettings
    agents: dict[int, Agent]
    handling_s: float
    chance: random.Random
    waits_s: dict[int, float] = field(default_factory=dict)  # by caller

    def run(self, arrivals: Sequence[tuple[float, Caller]]) -> None:
        """Let them come at these seconds, in this order; everybody stays until somebody answers."""
        came: dict[int, float] = {}
        waiting: dict[int, Caller] = {}
        ends: list[tuple[float, int]] = []
        for at, newcomer in _events(arrivals, ends):
            if newcomer is None:
                user_id = heapq.heappop(ends)[1]
                self.agents[user_id] = replace(self.agents[user_id], state=READY, since=later(NOW, at))
            else:
                came[newcomer.entry_id] = at
                waiting[newcomer.entry_id] = replace(newcomer, turn_at=later(NOW, at))
            for offer in offers(waiting.values(), self.agents.values(), self.settings, later(NOW, at)):
                self.waits_s[offer.entry_id] = at - came[offer.entry_id]
                del waiting[offer.entry_id]
                user_id = offer.user_ids[0]
                self.agents[user_id] = replace(self.agents[user_id], state=TALKING)
                heapq.heappush(ends, (at + self.chance.expovariate(1 / self.handling_s), user_id))


def random_moments(rate: float, chance: random.Random) -> list[float]:
    """When calls come in a week, `rate` a second, none knowing of the others."""
    moments = [chance.expovariate(rate)]
    while moments[-1] < WEEK_S:
        moments.append(moments[-1] + chance.expovariate(rate))
    return moments[:-1]


def _events(
    arrivals: Sequence[tuple[float, Caller]], ends: list[tuple[float, int]]
) -> Iterator[tuple[float, Caller | None]]:
    """Arrivals and ends of talks (None) as they come, until all is quiet."""
    coming = list(reversed(arrivals))
    while coming or ends:
        if coming and (not ends or coming[-1][0] < ends[0][0]):
            yield coming.pop()
        else:
            yield ends[0][0], None

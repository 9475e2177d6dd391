"""A week of calls through the real policy: as many wait, and as long, as Erlang says, and nobody is forgotten."""

from __future__ import annotations

import random
from statistics import fmean

import pytest

from firmware.clinic.desk_settings import RECEPTION
from tests.acd.erlang import Erlang
from tests.acd.waiting import agent, caller, desk
from tests.acd.week import WEEK_S, Week, random_moments

HANDLING_S = 120.0
SIGMAS = 3.0  # of what chance does in a week; the seed is fixed, so the tests pass or fail for good


@pytest.mark.parametrize(("agents", "busy_share"), [(2, 0.5), (3, 0.7), (5, 0.8)])
def test_a_week_is_as_erlang_c_says(agents: int, busy_share: float) -> None:
    """The model holds if agents answer at once, nobody gives up and no agent is free while somebody waits."""
    model = Erlang(agents * busy_share / HANDLING_S, HANDLING_S, agents)
    chance = random.Random(20260302)
    week = Week(desk(), {n: agent(n) for n in range(agents)}, HANDLING_S, chance)
    moments = random_moments(model.rate, chance)
    week.run([(at, caller(n)) for n, at in enumerate(moments)])
    waits = list(week.waits_s.values())
    assert len(waits) == len(moments)
    share, tolerance = fmean(wait > 0 for wait in waits), SIGMAS * model.chance_of_waiting(WEEK_S)
    assert share == pytest.approx(model.waiting_probability, abs=tolerance)
    wait_tolerance_s = SIGMAS * model.chance_of_wait(WEEK_S)
    assert fmean(waits) == pytest.approx(model.mean_wait_s, abs=wait_tolerance_s)
    assert tolerance < 0.25 * model.waiting_probability, "a net so wide would catch nothing"
    assert wait_tolerance_s < 0.4 * model.mean_wait_s, "a net so wide would catch nothing"


def test_erlang_c_itself_agrees_with_the_printed_tables() -> None:
    assert Erlang(2 / 180, 180, 3).waiting_probability == pytest.approx(0.4444, abs=1e-4)
    assert Erlang(8 / 180, 180, 10).waiting_probability == pytest.approx(0.4092, abs=1e-4)
    assert Erlang(2 / 180, 180, 3).mean_wait_s == pytest.approx(80.0, abs=0.1)


class TestPriority:
    """A third of the callers is urgent; two agents are busy 85 % of the time; a step of priority is worth 2 minutes.

    The n-th talk lasts the same in every run, so the talks begin at the same moments whoever comes first.
    """

    def run(self, steps: int) -> tuple[list[float], list[float]]:
        """How long the urgent waited, and the others."""
        chance = random.Random(7)
        settings = desk({}, {"key": "urgent", "priority": steps}, ageing_s=120)
        both = {RECEPTION: 1, "urgent": 1}
        moments = random_moments(2 * 0.85 / HANDLING_S, chance)[:3000]
        urgent = {n for n in range(len(moments)) if chance.random() < 1 / 3}
        week = Week(settings, {n: agent(n, skills=both) for n in range(2)}, HANDLING_S, chance)
        week.run([(at, caller(n, queue="urgent" if n in urgent else RECEPTION)) for n, at in enumerate(moments)])
        waits = week.waits_s
        return [waits[n] for n in urgent], [wait for n, wait in waits.items() if n not in urgent]

    def test_who_is_urgent_waits_less_and_all_together_wait_the_same(self) -> None:
        alike, ordinary_alike = self.run(0)
        urgent, ordinary = self.run(3)
        assert fmean(alike) == pytest.approx(fmean(ordinary_alike), rel=0.1), "without priority there is no difference"
        assert fmean(urgent) < 0.6 * fmean(alike)
        assert fmean([*urgent, *ordinary]) == pytest.approx(fmean([*alike, *ordinary_alike]))

    def test_nobody_waits_longer_than_the_longest_before_and_what_the_priority_is_worth(self) -> None:
        longest = max(map(max, self.run(0)))
        assert max(self.run(3)[1]) <= longest + 3 * 120
        assert max(self.run(9)[1]) <= longest + 9 * 120

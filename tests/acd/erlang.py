"""What Erlang's model (M/M/n) says of a queue, and how far a week of calls may be from it by chance alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate

_STATES = 400  # callers in the house; the rest is less likely than 1e-12 at the loads tried


@dataclass(frozen=True)
class Erlang:
    """Calls come at random, `rate` a second, and keep one of `agents` for `handling_s` on average."""

    rate: float
    handling_s: float
    agents: int

    @property
    def waiting_probability(self) -> float:
        """Erlang C: the share of callers who find nobody free."""
        load = self.rate * self.handling_s
        blocked = 1.0  # Erlang B, by its recursion over the number of agents
        for busy in range(1, self.agents + 1):
            blocked = load * blocked / (busy + load * blocked)
        return blocked / (1 - load / self.agents * (1 - blocked))

    @property
    def mean_wait_s(self) -> float:
        """Of all callers, those included who did not wait."""
        return self.waiting_probability * self.handling_s / (self.agents - self.rate * self.handling_s)

    def chance_of_waiting(self, period_s: float) -> float:
        """The standard deviation of the waiting share that a period shows."""
        counted = self.waiting_probability * (1 - self.waiting_probability) / (self.rate * period_s)
        return math.sqrt(self._variance([float(n >= self.agents) for n in range(_STATES)]) / period_s + counted)

    def chance_of_wait(self, period_s: float) -> float:
        """The standard deviation of the mean wait that a period shows; by Little's law from the queue's length."""
        length = self._variance([float(max(0, n - self.agents)) for n in range(_STATES)])
        return math.sqrt(length / period_s) / self.rate

    def _variance(self, values: list[float]) -> float:
        """Of the mean of `values[n]` over time, n callers in the house, times that time.

        Callers who wait do so in crowds, so a week tells less than its number of calls suggests: for a chain of
        births and deaths (Whitt, Asymptotic formulas for Markov processes, 1992) it is the sum over n of
        2 / (rate * p_n) * (sum up to n of p_i * (value_i - mean)) ** 2.
        """
        weights = [1.0]
        for n in range(1, _STATES):
            weights.append(weights[-1] * self.rate * self.handling_s / min(n, self.agents))
        shares = [weight / sum(weights) for weight in weights]
        mean = sum(share * value for share, value in zip(shares, values, strict=True))
        excess = accumulate(share * (value - mean) for share, value in zip(shares, values, strict=True))
        likely = [(share, above) for share, above in zip(shares, excess, strict=True) if share > 1e-12]
        return sum(2 / (self.rate * share) * above**2 for share, above in likely)

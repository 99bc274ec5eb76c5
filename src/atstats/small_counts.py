"""Say whether two small counts differ, and how far a rate can be trusted.

Pure arithmetic on numbers that are already public: the report words a change from protected
figures, so nothing here sees a record.

Method: given the sum of two Poisson counts, the second is binomial (Przyborowski and Wilenski,
*Biometrika* 31, 1940). The p-value is twice the smaller tail, with half the probability of the
observed count (the doubled mid-p), and the interval of the ratio inverts the same test.
Limits of one count: Garwood (*Biometrika* 28, 1936) below ten events, Byar's approximation
in the x and x + 1 form from ten (Breslow and Day, IARC Scientific Publications 82, 1987, p. 69).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

from atstats.errors import UsageError

__all__ = ["Change", "Limits", "change", "count_limits", "rate"]

LEVEL = 0.95
"""Coverage of every interval, and one minus the size of every test."""

_BYAR_FROM = 10
"""The smallest count for which Byar's approximation is used; below it the limits are exact."""

_PRECISION = 1e-14
"""How near, relative to itself, a limit is found."""


@dataclass(frozen=True, slots=True)
class Change:
    """What two counts say about a change."""

    ratio: float
    """Later rate over earlier rate; infinite when the earlier count is zero, nan when both are."""
    low: float
    high: float
    p: float
    """Two-sided p-value; nan never: two zeros give 1."""

    @property
    def clear(self) -> bool:
        """Whether the change is more than chance between two counts explains."""
        return self.p < 1 - LEVEL


@dataclass(frozen=True, slots=True)
class Limits:
    """A count or a rate with the limits of its interval."""

    value: float
    low: float
    high: float


def change(
    after: int, *, before: int, exposure_after: float = 1.0, exposure_before: float = 1.0, exact: bool = False
) -> Change:
    """Compare two counts, each over its own exposure (persons, years).

    Args:
        after: The later count.
        before: The earlier count.
        exposure_after, exposure_before: What the counts are relative to; equal by default.
        exact: Whether to use whole tails (Clopper and Pearson) instead of the mid-p.

    Raises:
        UsageError: a count is negative, or an exposure is not above zero.
    """
    if after < 0 or before < 0 or exposure_after <= 0 or exposure_before <= 0:
        raise UsageError("a change needs counts from 0 and exposures above 0", hint="Check the figures compared.")
    total = after + before
    if total == 0:
        return Change(math.nan, 0.0, math.inf, 1.0)
    weight = 1.0 if exact else 0.5
    exposures = exposure_before / exposure_after
    share = exposure_after / (exposure_after + exposure_before)
    p = min(1.0, 2 * min(_tail(after, total, share, weight), _tail(before, total, 1 - share, weight)))
    tail = (1 - LEVEL) / 2
    low = 0.0 if after == 0 else _solve(lambda s: _tail(after, total, s, weight) - tail)
    high = 1.0 if before == 0 else 1 - _solve(lambda s: _tail(before, total, s, weight) - tail)
    return Change(_odds(after / total) * exposures, _odds(low) * exposures, _odds(high) * exposures, p)


def count_limits(n: int) -> Limits:
    """The limits of the mean of a Poisson count: exact below ten events, Byar from ten.

    Raises:
        UsageError: the count is negative.
    """
    if n < 0:
        raise UsageError("a count cannot be below 0", hint="Check the figure.")
    if n >= _BYAR_FROM:
        z = NormalDist().inv_cdf(1 - (1 - LEVEL) / 2)
        return Limits(n, _byar(n, -z), _byar(n + 1, z))
    tail = (1 - LEVEL) / 2
    ceiling = 4.0 * n + 20
    low = 0.0 if n == 0 else _solve(lambda mean: 1 - _poisson_below(n, mean) - tail, upper=ceiling)
    high = _solve(lambda mean: tail - _poisson_below(n + 1, mean), upper=ceiling)
    return Limits(n, low, high)


def rate(n: int, *, population: float, per: float = 100_000) -> Limits:
    """A rate per `per` of the population, with its limits.

    Raises:
        UsageError: the population is not above zero, or the count is negative.
    """
    if population <= 0:
        raise UsageError("a rate needs a population above 0", hint="Check schemas/reference/population.csv.")
    limits = count_limits(n)
    factor = per / population
    return Limits(limits.value * factor, limits.low * factor, limits.high * factor)


def _tail(n: int, total: int, share: float, weight: float) -> float:
    """P(X > n) + weight x P(X = n) for X binomial."""
    above = math.fsum(_binomial(k, total, share) for k in range(n + 1, total + 1))
    return above + weight * _binomial(n, total, share)


def _binomial(n: int, total: int, share: float) -> float:
    ways = math.lgamma(total + 1) - math.lgamma(n + 1) - math.lgamma(total - n + 1)
    return math.exp(ways + n * math.log(share) + (total - n) * math.log1p(-share))


def _poisson_below(n: int, mean: float) -> float:
    """P(X < n) for X Poisson."""
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(n))


def _byar(n: int, z: float) -> float:
    return float(n * (1 - 1 / (9 * n) + z / (3 * math.sqrt(n))) ** 3)


def _odds(share: float) -> float:
    return math.inf if share >= 1 else share / (1 - share)


def _solve(rising: Callable[[float], float], *, upper: float = 1.0) -> float:
    """Where a rising function crosses zero between 0 and `upper`."""
    low, high = 0.0, upper
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2

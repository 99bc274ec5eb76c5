"""How sure the count of persons is: a 95 % interval from what open pairs turned out to be elsewhere.

The number of persons is what is certain, less the open pairs that are one person, less the persons
whom no open pair shows to be one, plus the links that join two. Each of these is a sum of independent
chances whose shares `linkage.toml` gives, measured on registers whose truth is known; how far the
shares differ between registers is a chance of its own. The distribution is worked out exactly, without
random numbers, so the interval is the same on every machine.

Source: S. Hong, "On computing the distribution function for the Poisson binomial distribution",
Computational Statistics & Data Analysis 59 (2013); the mixture over shares is a three-point
Gauss-Hermite rule (Abramowitz and Stegun, 25.4.46).
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from atstats.linkage.model import Calibration

__all__ = ["count_interval"]

_NODES = ((-math.sqrt(3), 1 / 6), (0.0, 2 / 3), (math.sqrt(3), 1 / 6))
_OUTSIDE = 0.025
_NEGLIGIBLE = 1e-12

FloatArray: TypeAlias = npt.NDArray[np.float64]


def count_interval(
    n_certain: int, joining: Sequence[tuple[str, float]], *, n_records: int, calibration: Calibration
) -> tuple[int, int]:
    """Between which numbers of persons the truth lies in 95 of 100 registers.

    Args:
        n_certain: persons where every open pair is two.
        joining: hold and weight of the open pairs that would each make one person of two.
        n_records: number of records.
        calibration: gives the shares.

    Returns:
        The lowest and the highest number; both `n_certain` where there is nothing to doubt.
    """
    chances = _chances(n_certain, joining, n_records=n_records, calibration=calibration)
    return _quantile(chances, _OUTSIDE), _quantile(chances, 1 - _OUTSIDE)


def likely_count(
    n_certain: int, joining: Sequence[tuple[str, float]], *, n_records: int, calibration: Calibration
) -> int:
    """The median number of persons; the arguments are those of `count_interval`."""
    return _quantile(_chances(n_certain, joining, n_records=n_records, calibration=calibration), 0.5)


def _chances(
    n_certain: int, joining: Sequence[tuple[str, float]], *, n_records: int, calibration: Calibration
) -> dict[int, float]:
    """Number of persons -> its chance."""
    n_by_share = Counter(calibration.share(hold, weight) for hold, weight in joining)
    n_links = n_records - n_certain
    chances: dict[int, float] = {}
    for node, weight in _NODES:
        same = [(n, _shifted(share, node * calibration.spread)) for share, n in sorted(n_by_share.items())]
        for other, further in _NODES:
            factor = math.exp(other * calibration.spread)
            first, fewer = _sum(same, n_records * calibration.missed_per_record * factor)
            more = _poisson(n_links * calibration.wrong_per_link * factor)
            # The number of persons is n_certain - fewer + more.
            total = np.convolve(fewer[::-1], more)
            start = n_certain - (first + len(fewer) - 1)
            for place, chance in enumerate(total.tolist(), start=start):
                chances[place] = chances.get(place, 0.0) + weight * further * chance
    return chances


def _shifted(share: float, by: float) -> float:
    """A share whose log-odds are moved."""
    return 1 / (1 + math.exp(-(math.log(share / (1 - share)) + by)))


def _sum(same: Sequence[tuple[int, float]], missed: float) -> tuple[int, FloatArray]:
    """The lowest value that is not negligible, and the chances from there, of binomials and a Poisson number."""
    first, chances = 0, _poisson(missed)
    for n, share in same:
        at, own = _trimmed(_binomial(n, share))
        first, chances = first + at, np.convolve(chances, own)
        at, chances = _trimmed(chances)
        first += at
    return first, chances


def _trimmed(chances: FloatArray) -> tuple[int, FloatArray]:
    kept = np.flatnonzero(chances > _NEGLIGIBLE)
    return int(kept[0]), chances[kept[0] : kept[-1] + 1]


def _binomial(n: int, share: float) -> FloatArray:
    k = np.arange(n + 1)
    logs = _log_factorials(n)
    chances: FloatArray = np.exp(logs[n] - logs[k] - logs[n - k] + k * math.log(share) + (n - k) * math.log1p(-share))
    return chances


def _poisson(mean: float) -> FloatArray:
    if mean == 0:
        return np.ones(1)
    n = int(mean + 12 * math.sqrt(mean) + 12)
    k = np.arange(n + 1)
    chances: FloatArray = np.exp(k * math.log(mean) - mean - _log_factorials(n))
    return chances


def _log_factorials(n: int) -> FloatArray:
    return np.concatenate([np.zeros(1), np.cumsum(np.log(np.arange(1, n + 1)))])


def _quantile(chances: dict[int, float], share: float) -> int:
    values = sorted(chances)
    cumulated = np.cumsum([chances[value] for value in values])
    place = int(np.searchsorted(cumulated, share * cumulated[-1]))
    return values[min(place, len(values) - 1)]

"""Changes between small counts and limits of rates, against published and scipy's answers."""

import math

import pytest
from scipy import stats

from atstats.errors import UsageError
from atstats.small_counts import change, count_limits, rate


@pytest.mark.parametrize(
    ("before", "rise", "fall"),
    [(20, 35, 9), (30, 48, 16), (50, 72, 32), (100, 130, 74)],
)
def test_first_change_that_counts_as_one(before: int, rise: int, fall: int) -> None:
    """From each earlier count the first clear rise and the first clear fall are the ones printed in the method."""
    verdicts = {after: change(after, before=before).clear for after in (0, fall, fall + 1, before, rise - 1, rise)}

    assert verdicts == {0: True, fall: True, fall + 1: False, before: False, rise - 1: False, rise: True}


def test_doubled_mid_p_of_the_worked_case() -> None:
    """35 after 20 is clear by the doubled mid-p (.0440) and not by the exact test (.0581)."""
    ours, exact = change(35, before=20), change(35, before=20, exact=True)

    assert (round(ours.p, 4), ours.clear) == (0.0440, True)
    assert (round(exact.p, 4), exact.clear) == (0.0581, False)


@pytest.mark.parametrize(
    ("after", "before", "over", "ratio", "low", "high"),
    [
        (35, 20, (1, 1), 1.75, 0.983, 3.199),
        (8, 2, (1, 1), 4.0, 0.80, 38.7),
        (11, 21, (800, 3011), 1.971, 0.858, 4.277),
    ],
)
def test_exact_intervals_of_the_worked_cases(
    after: int, before: int, over: tuple[float, float], ratio: float, low: float, high: float
) -> None:
    """The interval with whole tails is the one of the textbooks."""
    got = change(after, before=before, exposure_after=over[0], exposure_before=over[1], exact=True)

    assert got.ratio == pytest.approx(ratio, abs=5e-4)
    assert got.low == pytest.approx(low, abs=5e-3)
    assert got.high == pytest.approx(high, rel=2e-3)


@pytest.mark.parametrize(("after", "before"), [(35, 20), (3, 17), (130, 100), (1, 1), (60, 61)])
def test_interval_and_test_are_one(after: int, before: int) -> None:
    """At each end of the mid-p interval, scipy's binomial gives a doubled mid-p of exactly five per cent."""
    got = change(after, before=before)
    total = after + before

    for end in (got.low, got.high):
        share = end / (1 + end)
        half = 0.5 * stats.binom.pmf(after, total, share)
        tails = (stats.binom.sf(after, total, share) + half, stats.binom.cdf(after - 1, total, share) + half)
        assert 2 * min(tails) == pytest.approx(0.05, abs=1e-9)


def test_a_zero_has_an_interval_open_on_its_side() -> None:
    """Nothing after something, something after nothing, nothing after nothing."""
    fallen, risen, nothing = change(0, before=4), change(4, before=0), change(0, before=0)

    assert (fallen.ratio, fallen.low) == (0.0, 0.0)
    assert fallen.high == pytest.approx(1 / change(4, before=0).low)
    assert (risen.ratio, risen.high) == (math.inf, math.inf)
    assert math.isnan(nothing.ratio)
    assert (nothing.low, nothing.high, nothing.p, nothing.clear) == (0.0, math.inf, 1.0, False)


def test_limits_of_seven_events() -> None:
    """Seven events: 2.814 to 14.423."""
    got = count_limits(7)

    assert (got.value, round(got.low, 3), round(got.high, 3)) == (7, 2.814, 14.423)


@pytest.mark.parametrize("n", range(10))
def test_below_ten_events_the_limits_are_garwoods(n: int) -> None:
    """They are quantiles of chi-squared, as scipy has them; zero events begin at zero."""
    got = count_limits(n)

    assert got.low == pytest.approx(stats.chi2.ppf(0.025, 2 * n) / 2 if n else 0.0, abs=1e-9)
    assert got.high == pytest.approx(stats.chi2.ppf(0.975, 2 * n + 2) / 2, abs=1e-9)


@pytest.mark.parametrize("n", [10, 35, 120, 4000])
def test_from_ten_events_byar_is_near_to_exact(n: int) -> None:
    """Byar's limits stay within a hundredth of an event, and differ from the exact ones."""
    got = count_limits(n)

    assert got.low == pytest.approx(stats.chi2.ppf(0.025, 2 * n) / 2, abs=0.01)
    assert got.high == pytest.approx(stats.chi2.ppf(0.975, 2 * n + 2) / 2, abs=0.01)
    assert got.low != pytest.approx(stats.chi2.ppf(0.025, 2 * n) / 2, abs=1e-6)


def test_a_rate_is_the_count_per_hundred_thousand() -> None:
    """Seven victims among 1.6 million persons are 0.44 (0.18 to 0.90) per 100,000."""
    got = rate(7, population=1_600_000)

    assert (round(got.value, 4), round(got.low, 4), round(got.high, 4)) == (0.4375, 0.1759, 0.9014)


def test_impossible_figures_are_refused() -> None:
    """A negative count, no exposure and no population are mistakes of the caller."""
    with pytest.raises(UsageError):
        change(-1, before=3)
    with pytest.raises(UsageError):
        change(1, before=3, exposure_before=0)
    with pytest.raises(UsageError):
        count_limits(-1)
    with pytest.raises(UsageError):
        rate(1, population=0)

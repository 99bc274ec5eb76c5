"""The interval of the count, held against distributions that can be worked out by hand."""

import pytest

from atstats.linkage.count import count_interval, likely_count
from atstats.linkage.model import Calibration, OpenShare


def calibration(**changes: float) -> Calibration:
    """One of two open pairs is one person, nothing is missed or wrong, all registers are alike."""
    values = {"records_up_to": 1e9, "missed_per_record": 0.0, "wrong_per_link": 0.0, "spread": 0.0, **changes}
    return Calibration(**values, shares=(OpenShare("", -2.0, 10**6, 2 * 10**6),))


def test_without_doubt_the_interval_is_the_count() -> None:
    """No open pair, nothing missed: 40 persons are 40 persons."""
    assert count_interval(40, [], n_records=60, calibration=calibration()) == (40, 40)
    assert likely_count(40, [], n_records=60, calibration=calibration()) == 40


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, (99, 100)),
        # Binomial quantiles at 0.025 and 0.975 of the usual tables: 10 throws 2 to 8, 100 throws 40 to 60.
        (10, (92, 98)),
        (100, (40, 60)),
    ],
)
def test_open_pairs_are_throws_of_a_coin(n: int, expected: tuple[int, int]) -> None:
    """With shares of one half the number of persons saved is binomial."""
    found = count_interval(100, [("", 0.0)] * n, n_records=200, calibration=calibration())

    assert found == expected
    assert likely_count(100, [("", 0.0)] * 100, n_records=200, calibration=calibration()) == 50


def test_missed_persons_lower_the_count_and_wrong_links_raise_it() -> None:
    """Poisson with mean 10 (95 % from 4 to 17, as tables say) is taken away, or added."""
    missed = count_interval(1000, [], n_records=2000, calibration=calibration(missed_per_record=0.005))
    wrong = count_interval(1000, [], n_records=2000, calibration=calibration(wrong_per_link=0.01))

    assert (missed, wrong) == ((983, 996), (1004, 1017))


def test_registers_that_differ_widen_the_interval() -> None:
    """The shares of an unknown register are less certain than those of a known one."""
    joining = [("", 0.0)] * 200
    low, high = count_interval(1000, joining, n_records=2000, calibration=calibration())
    lower, higher = count_interval(1000, joining, n_records=2000, calibration=calibration(spread=0.3))

    assert lower < low < high < higher

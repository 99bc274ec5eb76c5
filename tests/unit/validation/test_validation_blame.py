"""The fewest cells that could be wrong are blamed."""

import pytest

from atstats.validation.blame import fewest_cells


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ([("a", "b")], {"a"}),
        ([("a", "b"), ("c", "b")], {"b"}),
        ([("a", "b"), ("b", "a")], {"a"}),
        ([("a", "b"), ("b", "c"), ("c", "a")], {"a", "b"}),
        ([("a",), ("b", "a")], {"a"}),
        ([("a", "b"), ("c", "d")], {"a", "c"}),
        ([("a", "x"), ("b", "x"), ("c", "y"), ("d", "y")], {"x", "y"}),
        ([("a",), ("b",), ("c",)], {"a", "b", "c"}),
        ([("a",), ("b",), ("c",), ("d", "e")], {"a", "b", "c", "d"}),
    ],
)
def test_every_broken_rule_has_one_of_the_blamed_cells(broken: list[tuple[str, ...]], expected: set[str]) -> None:
    """As few as can be; of equally few those that the rules themselves name first."""
    assert fewest_cells(tuple(broken)) == expected

"""The editions that are shipped, and what is refused in them."""

import tomllib
from pathlib import Path

import pytest
from counted import PUBLIC

from atstats.disclosure.edition import Rule, read_rule
from atstats.errors import ConfigurationError


def test_the_shipped_editions_are_read_whole(root: Path) -> None:
    """Public is rounded to base 3 with a threshold of 3; the restricted editions are exact."""
    editions = tomllib.loads((root / "schemas" / "editions.toml").read_text(encoding="utf-8"))

    rules = {name: read_rule(editions, name) for name in editions}

    assert rules == {
        "public": Rule("public", "rounding", 5, base=3, threshold=3, tries=30, nodes=20_000, unknowns=50_000),
        "internal": Rule("internal", "exact", 1),
        "transmission": Rule("transmission", "exact", 1),
    }


@pytest.mark.parametrize(
    ("editions", "told"),
    [
        ({}, "has no edition 'public'"),
        ({"public": 3}, "has no edition 'public'"),
        ({"public": {**PUBLIC, "method": "hope"}}, "method must be rounding or exact"),
        ({"public": {**PUBLIC, "threshold": 4}}, "threshold must not be above base"),
        ({"public": {**PUBLIC, "base": 1}}, "base must be a whole number, at least 2"),
        ({"public": {**PUBLIC, "base": "3"}}, "base must be a whole number, at least 2"),
        ({"public": {**PUBLIC, "nodes": True}}, "nodes must be a whole number, at least 1"),
        ({"public": {**PUBLIC, "colour": "red"}}, "has the unknown key(s) colour"),
        ({"public": {"method": "exact"}}, "minimum_contributors must be a whole number, at least 1"),
        ({"public": {"method": "exact", "minimum_contributors": 1, "base": 3}}, "has the unknown key(s) base"),
    ],
)
def test_an_edition_that_is_missing_or_protects_nothing_is_refused(editions: dict[str, object], told: str) -> None:
    """There is no default: a parameter that is not written down is an error of ours, exit 11."""
    with pytest.raises(ConfigurationError) as failure:
        read_rule(editions, "public")

    assert told in failure.value.message
    assert failure.value.exit_code == 11

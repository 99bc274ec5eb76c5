"""Read how one edition is protected from `schemas/editions.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atstats.errors import ConfigurationError

__all__ = ["ROUNDING", "Rule", "read_rule"]

ROUNDING = "rounding"
_EXACT = "exact"

_LEAST: Mapping[str, int] = {
    "minimum_contributors": 1,
    "base": 2,
    "threshold": 2,
    "tries": 1,
    "nodes": 1,
    "unknowns": 1,
}
"""Parameter -> the least value it may have."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The protection of one edition."""

    edition: str
    method: str
    """"rounding": controlled rounding with audit; "exact": every number as counted, for a restricted circle."""
    minimum_contributors: int
    """A median, mean, length or sum of money of fewer units is withheld."""
    base: int = 0
    """Counts are printed as multiples of this."""
    threshold: int = 0
    """Counts from 1 to one below this must not be worked out."""
    tries: int = 0
    """Rounded files that are made and audited before cells are withheld, and again after."""
    nodes: int = 0
    """Nodes of the search tree of one integer programme; never a time, which would not repeat."""
    unknowns: int = 0
    """Unknowns that the tables of one set of populations may lead to."""

    @property
    def rounds(self) -> bool:
        """Whether counts are rounded."""
        return self.method == ROUNDING


def read_rule(editions: Mapping[str, Any], edition: str) -> Rule:
    """The rule of one edition.

    Raises:
        ConfigurationError: the edition is missing, or lacks a parameter, has an unknown one or
            one that would protect nothing.
    """
    given = editions.get(edition)
    if not isinstance(given, Mapping):
        raise _wrong(f"has no edition {edition!r}")
    method = given.get("method")
    if method not in (ROUNDING, _EXACT):
        raise _wrong(f"[{edition}] method must be {ROUNDING} or {_EXACT}")
    wanted = list(_LEAST) if method == ROUNDING else ["minimum_contributors"]
    unknown = sorted(set(given) - {"method", *wanted})
    if unknown:
        raise _wrong(f"[{edition}] has the unknown key(s) {', '.join(unknown)}")
    for key in wanted:
        value = given.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < _LEAST[key]:
            raise _wrong(f"[{edition}] {key} must be a whole number, at least {_LEAST[key]}")
    rule = Rule(edition=edition, method=method, **{key: given[key] for key in wanted})
    if rule.threshold > rule.base:
        # A count below the threshold must have 0 as a neighbour, or its multiple says that there is somebody.
        raise _wrong(f"[{edition}] threshold must not be above base")
    return rule


def _wrong(what: str) -> ConfigurationError:
    return ConfigurationError(f"schemas/editions.toml {what}", hint="Correct schemas/editions.toml.")

"""Protect all tables of one edition together, and write the record of it.

Every count of a protected population is rounded to a multiple of the base through one
consistent file (`rounding`), and nothing leaves before an attack on exactly what is published
(`audit`) has failed. Editions for a restricted circle print every number as counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from atstats.disclosure.display import Shown, address, fill
from atstats.disclosure.edition import Rule, read_rule
from atstats.disclosure.mend import Counts, Publishable, make_publishable
from atstats.disclosure.system import Cell, cell_of, expand_ties
from atstats.errors import ConfigurationError, ProtectionError
from atstats.frames import CELL_STATUS, ProtectedTable, Protection, Table
from atstats.schema import Schema

__all__ = ["protect"]


def protect(tables: Sequence[Table], *, schema: Schema, edition: str, exact: tuple[str, ...], seed: int) -> Protection:
    """What one edition may print of the tables, and the record of how it is protected.

    Args:
        tables: All tables of the release, with true values; their order does not matter to the values.
        schema: Populations, ties, code lists and editions.
        edition: A section of `schemas/editions.toml`.
        exact: Facts that must be printed as counted ("victims:", "victims:sex=F"); the reader
            is then taken to know them, and the rest is protected against that.
        seed: Secret of the collection; the same inputs and seed give the same values.

    Returns:
        The tables in the given order, each cell with `value` as it may be printed and `status`.

    Raises:
        ConfigurationError: the edition, a fact or a population is not in the schema.
        ProtectionError: the counts contradict each other, or cannot be protected.
    """
    rule = read_rule(schema.editions, edition)
    if not rule.rounds:
        shown = fill(tables, count=lambda row: Shown(row["value"], "shown"), rule=rule)
        return Protection(shown, edition, _record(shown, rule=rule, exact=(), counts=None, publishable=None))
    wanted = [_exact_cell(each, schema=schema) for each in exact]
    counts = _read_counts(tables, schema=schema, exact=wanted)
    publishable = make_publishable(counts, schema=schema, rule=rule, seed=seed)

    def count(row: Mapping[str, Any]) -> Shown:
        if schema.populations[row["population"]].protection != "cells":
            return Shown(row["value"], "shown")
        cell = cell_of(row["population"], row["fact"], schema=schema)
        if cell in counts.known:
            return Shown(row["value"], "shown")
        if cell in publishable.withheld:
            return Shown(None, "withheld")
        return Shown(float(publishable.rounded[cell]), "rounded")

    shown = fill(tables, count=count, rule=rule)
    printed = tuple(sorted(f"{cell.population}:{cell.fact}" for cell in counts.exact))
    return Protection(shown, edition, _record(shown, rule=rule, exact=printed, counts=counts, publishable=publishable))


def _exact_cell(text: str, *, schema: Schema) -> Cell:
    population, _, fact = text.partition(":")
    try:
        return cell_of(population, fact, schema=schema)
    except ConfigurationError as problem:
        raise ConfigurationError(
            f"exact total {text!r}: {problem.message}",
            hint="Correct `exact` in atstats.toml.",
        ) from None


# --------------------------------------------------------------------------- reading


def _read_counts(tables: Sequence[Table], *, schema: Schema, exact: Sequence[Cell]) -> Counts:
    """The counts of protected populations, each once, and what readers know of them."""
    values: dict[Cell, int] = {}
    places: dict[Cell, list[str]] = {}
    counted: set[tuple[str, str, str]] = set()
    elsewhere: set[Cell] = set()
    for kind in ("count", "published"):  # first what is counted, then what is known of it
        for table in sorted(tables, key=lambda each: each.id):
            for row in table.cells.iter_rows(named=True):
                place = address(table.id, row)
                if row["kind"] != kind or row["value"] is None or not _protected(row, place, schema=schema):
                    continue
                what = (row["population"], row["measure"], row["period"])
                if kind == "count":
                    counted.add(what)
                elif row["fact"] is None or what not in counted:
                    continue  # a figure of another year, or a mean of years, says nothing about this one
                cell = cell_of(row["population"], row["fact"], schema=schema)
                places.setdefault(cell, []).append(place)
                if values.setdefault(cell, _whole(row["value"], place)) != row["value"]:
                    raise ProtectionError(
                        f"TAB-03: the same count has two values at {', '.join(places[cell][:10])}",
                        hint="Correct the tables, or schemas/reference/history.csv where one is a published figure.",
                    )
                if kind == "published":
                    elsewhere.add(cell)
    known = _with_tied({*exact} & {*values} | elsewhere, values, schema=schema)
    return Counts(
        values=values,
        exact=frozenset(known - elsewhere),
        elsewhere=frozenset(elsewhere),
        places={cell: tuple(each) for cell, each in places.items()},
    )


def _protected(row: Mapping[str, Any], place: str, *, schema: Schema) -> bool:
    """Whether the cell belongs to a population that is protected as a system of cells."""
    if row["kind"] == "published" and row["population"] not in schema.populations:
        return False
    if row["population"] not in schema.populations:
        raise ConfigurationError(
            f"{place} counts the population {row['population']!r}, which there is not",
            hint="Add it to schemas/populations.toml, or correct the table in schemas/tables.",
        )
    return schema.populations[row["population"]].protection == "cells"


def _whole(value: float, place: str) -> int:
    if value < 0 or value != int(value):
        raise ProtectionError(
            f"{place} is a count and no whole number from 0",
            hint="Make it a statistic in schemas/tables, with its number of contributors.",
        )
    return int(value)


def _with_tied(known: set[Cell], values: Mapping[Cell, int], *, schema: Schema) -> set[Cell]:
    """Known cells, and the printed ones that are the same number by definition."""
    ties = expand_ties(schema)
    found = set(known)
    while True:
        more = {cell for pair in ties for cell in pair if set(pair) & found} - found
        if not more:
            return found & set(values)
        found |= more


# --------------------------------------------------------------------------- the record


def _record(
    tables: Sequence[ProtectedTable],
    *,
    rule: Rule,
    exact: Sequence[str],
    counts: Counts | None,
    publishable: Publishable | None,
) -> dict[str, Any]:
    """What `protection.json` says: the rule and what follows from published values, nothing else.

    No achieved change is told, only the largest that the rule allows: together with the values
    an achieved one would narrow the counts down.
    """
    by_table = {
        table.id: dict(sorted(Counter(table.cells["status"].to_list()).items()))
        for table in sorted(tables, key=lambda each: each.id)
    }
    record: dict[str, Any] = {
        "edition": rule.edition,
        "method": rule.method,
        "parameters": {"minimum_contributors": rule.minimum_contributors},
        "cells": {status: sum(each.get(status, 0) for each in by_table.values()) for status in CELL_STATUS.categories},
        "tables": by_table,
        "exact": list(exact),
    }
    if publishable is None or counts is None:
        return record | {"rule": _EXACT_RULE, "guaranteed": [], "not_guaranteed": _EXACT_LIMITS}
    record["parameters"] |= {
        "base": rule.base,
        "threshold": rule.threshold,
        "largest_change": publishable.largest_change,
    }
    certificate = [
        {
            "population": cell.population,
            "fact": cell.fact,
            "cells": list(counts.places[cell]),
            "possible": [interval.low, interval.high],
        }
        for cell, interval in sorted(publishable.intervals.items())
    ]
    return record | {
        "rule": _ROUNDING_RULE,
        "guaranteed": _GUARANTEED,
        "not_guaranteed": _NOT_GUARANTEED,
        "audited": len(certificate),
        "certificate": certificate,
    }


_EXACT_RULE = "Every number is printed as counted. For readers who are bound to secrecy; not for publication."
_EXACT_LIMITS = ["Counts of one or two persons are visible."]
_ROUNDING_RULE = (
    "Every count is a multiple of the base, at most largest_change away from the true count; all counts come from one "
    "consistent file, so tables add up and the same count has the same value everywhere. A zero may be a small count "
    "and no sign tells; a count of zero is always printed as zero. The totals under `exact` are printed as counted, "
    "so the cells below them need not add up to them. Statistics of fewer units than minimum_contributors are withheld."
)
_GUARANTEED = [
    "For each cell, `possible` holds the least and the greatest count for which there is a file of units, in whole "
    "numbers, that agrees with every published cell, the exact totals, the combinations that cannot occur and the "
    "ties between populations. They are computed from the published cells alone, for every cell alike.",
    "No count from 1 to threshold - 1 has its least and greatest possible value less than base - 1 apart, except "
    "where figures published elsewhere give it away by themselves. That holds for a reader who knows this method and "
    "all of its parameters but the seed.",
    "Where a cell of a sensitive variable is printed above zero, it is possible that its group has others beside it: "
    "no reader can be certain that everybody in a group shares one sensitive category.",
]
_NOT_GUARANTEED = [
    "A body that knows its own persons can subtract them.",
    "Figures of other years and earlier versions of this release are not part of the audit; figures of this year that "
    "schemas/reference/history.csv lists are.",
    "That a category is likely for a group can still be read from the tables; only certainty is ruled out.",
    "Inequalities between populations that no tie states are not used.",
    "Statistics are protected by their number of contributors only; no dominance rule is applied to sums of money.",
    "Where largest_change is above base - 1 or a cell is withheld, a reader may conclude that nothing milder was "
    "possible; that conclusion is not part of the audit.",
]

"""The table that says how sure the count of persons is: steps of linkage, lowest, best and highest count."""

from typing import Any

import polars as pl

from atstats.statistics.populations import Sources, linkage_steps, registered_victims
from atstats.vocabulary import Role

__all__ = ["linkage_cells"]

_RANGE = ("LOW", "HIGH", "SURE_LOW", "SURE_HIGH")
_Label = tuple[tuple[str, str], ...]


def linkage_cells(table: str, sources: Sources) -> tuple[list[_Label], list[_Label], list[dict[str, Any]]]:
    """The labels of rows (victims, suspects) and columns, and the cells.

    The best count of victims is the number of registered victims itself, so that this table and
    the headline are one cell; suspects have no headline, theirs is what linkage counted. The lowest
    and the highest count and the ends of the interval are derived from the best one: they tell of open
    pairs only.
    """
    steps = linkage_steps(sources)
    names = list(dict.fromkeys(steps["linkage_measure"].to_list()))[:-1]
    values = {(role, step): n for role, step, n in steps.iter_rows()}
    ranges = _open_range(sources)
    cells = []
    for row, role in enumerate(Role, start=1):
        for column, step in enumerate(names, start=1):
            fact = f"linkage_measure={step}&role={role}"
            cells.append(_counted(row, column, step, "linkage", fact, values.get((role, step), 0), sources))
        best = len(names) + 1
        if role is Role.VICTIM:
            cells.append(_counted(row, best, "BEST", "victims", "", registered_victims(sources).height, sources))
        else:
            fact = f"linkage_measure=PERSONS&role={role}"
            cells.append(_counted(row, best, "BEST", "linkage", fact, values.get((role, "PERSONS"), 0), sources))
        for column, (name, shift) in enumerate(zip(_RANGE, ranges[role], strict=True), start=best + 1):
            fact = f"sum:{table}:r{row}:c{best};{shift:+d}"
            derived = {"kind": "derived", "fact": fact, "value": None}
            cells.append(_counted(row, column, name, "linkage", "", 0, sources) | derived)
    columns: list[_Label] = [(("measure", name),) for name in (*names, "BEST", *_RANGE)]
    return [(("role", role.value),) for role in Role], columns, cells


def _counted(
    row: int, column: int, measure: str, population: str, fact: str, n: int, sources: Sources
) -> dict[str, Any]:
    return {
        "row": row,
        "col": column,
        "population": population,
        "unit": sources.schema.populations[population].unit,
        "measure": measure,
        "period": str(sources.year),
        "kind": "count",
        "fact": fact,
        "value": float(n),
        "contributors": None,
        "flag": "",
    }


def _open_range(sources: Sources) -> dict[str, tuple[int, ...]]:
    """Role -> how far the lowest and the highest count and the ends of the interval lie from the best count.

    Low: every open pair is one person, so persons joined by open pairs count once. High: every
    open pair is two persons. For victims these two look at the registered victims of the year only.
    """
    counted = set(registered_victims(sources)["person_id"].to_list())
    ranges: dict[str, tuple[int, ...]] = {role.value: (0, 0, 0, 0) for role in Role}
    for summary in sources.linked.summaries:
        only = counted if summary.role == Role.VICTIM else None
        interval = (end - summary.best for end in summary.interval)
        ranges[summary.role] = (*_low_and_high(sources, summary.role, only), *interval)
    return ranges


def _low_and_high(sources: Sources, role: str, only: set[str] | None) -> tuple[int, int]:
    """How many persons fewer and more there are when all open pairs are one person, and when all are two."""
    linked = sources.linked
    person_of = dict(linked.identities.filter(pl.col("role") == role).select("record_key", "person_id").iter_rows())
    if only is not None:
        person_of = {key: person for key, person in person_of.items() if person in only}
    leader = {key: key for key in person_of}

    def find(key: str) -> str:
        while leader[key] != key:
            key = leader[key]
        return key

    def n_persons(decisions: list[str]) -> int:
        pairs = linked.pairs.filter((pl.col("role") == role) & pl.col("decision").is_in(decisions))
        for left_key, right_key in pairs.select("left_key", "right_key").iter_rows():
            if left_key in leader and right_key in leader:
                left, right = find(left_key), find(right_key)
                leader[max(left, right)] = min(left, right)
        return sum(key == find(key) for key in leader)

    best = len(set(person_of.values()))
    high = n_persons(["linked", "same"])
    return n_persons(["open"]) - best, high - best

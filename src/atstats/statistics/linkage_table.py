"""The table that says how sure the count of persons is: steps of linkage, lowest, best and highest count."""

from typing import Any

import polars as pl

from atstats.statistics.populations import Sources, linkage_steps, registered_victims
from atstats.vocabulary import Role

__all__ = ["linkage_cells"]

_Label = tuple[tuple[str, str], ...]


def linkage_cells(table: str, sources: Sources) -> tuple[list[_Label], list[_Label], list[dict[str, Any]]]:
    """The labels of rows (victims, suspects) and columns, and the cells.

    The best count of victims is the number of registered victims itself, so that this table and
    the headline are one cell; suspects have no headline, theirs is what linkage counted. The lowest
    and the highest count are derived from the best one: they tell the number of open pairs only.
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
        for column, (name, shift) in enumerate(zip(("LOW", "HIGH"), ranges[role], strict=True), start=best + 1):
            fact = f"sum:{table}:r{row}:c{best};{shift:+d}"
            derived = {"kind": "derived", "fact": fact, "value": None}
            cells.append(_counted(row, column, name, "linkage", "", 0, sources) | derived)
    columns: list[_Label] = [(("measure", name),) for name in (*names, "BEST", "LOW", "HIGH")]
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


def _open_range(sources: Sources) -> dict[str, tuple[int, int]]:
    """Role -> how far the count of persons may lie below and above the best one.

    Low: every open pair is one person, so persons joined by open pairs count once. High: every
    open pair is two persons. For victims only the registered victims of the year are looked at.
    """
    counted = set(registered_victims(sources)["person_id"].to_list())
    ranges = {role.value: (0, 0) for role in Role}
    for summary in sources.linked.summaries:
        only = counted if summary.role == Role.VICTIM else None
        ranges[summary.role] = (-_merged(sources, summary.role, only), summary.high - summary.best)
    return ranges


def _merged(sources: Sources, role: str, only: set[str] | None) -> int:
    """How many persons fewer there are when the two persons of each open pair are one."""
    linked = sources.linked
    person_of = dict(linked.identities.filter(pl.col("role") == role).select("record_key", "person_id").iter_rows())
    pairs = linked.pairs.filter((pl.col("role") == role) & (pl.col("decision") == "open"))
    leader: dict[str, str] = {}

    def find(person: str) -> str:
        while leader.get(person, person) != person:
            person = leader[person]
        return person

    fewer = 0
    for left_key, right_key in pairs.select("left_key", "right_key").iter_rows():
        left, right = person_of[left_key], person_of[right_key]
        if only is not None and not {left, right} <= only:
            continue
        left, right = find(left), find(right)
        if left != right:
            leader[max(left, right)] = min(left, right)
            fewer += 1
    return fewer

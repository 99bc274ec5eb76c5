"""Made-up units, the tables that count them, and the schema that describes both."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import product
from typing import Any

import polars as pl

from atstats.frames import CELL_KINDS, Protection, Table
from atstats.schema import Schema
from atstats.schema.model import Code, CodeList, Labels
from atstats.schema.tables import Population, Tie, Variable

Unit = Mapping[str, str]

PUBLIC = {
    "method": "rounding",
    "base": 3,
    "threshold": 3,
    "minimum_contributors": 5,
    "tries": 20,
    "nodes": 20000,
    "unknowns": 50000,
}
EDITIONS = {"public": PUBLIC, "internal": {"method": "exact", "minimum_contributors": 1}}
TOTAL = "_T"


def schema_of(
    populations: Mapping[str, Mapping[str, Sequence[str]]],
    *,
    functions: Mapping[str, tuple[str, Mapping[str, str]]] | None = None,
    sensitive: Sequence[str] = (),
    impossible: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
    ties: Sequence[Tie] = (),
    open_populations: Sequence[str] = (),
    editions: Mapping[str, Any] = EDITIONS,
) -> Schema:
    """A schema with these populations (variable -> categories); all else in it is empty."""
    label = Labels("a", "b", "c")
    lists: dict[str, CodeList] = {}
    made = {}
    for name, variables in populations.items():
        own = []
        for variable, categories in variables.items():
            codes = f"{name}_{variable}"
            lists[codes] = CodeList(codes, tuple(Code(each, label, None, None, "x", {}) for each in categories))
            of, groups = (functions or {}).get(variable, ("", {}))
            own.append(Variable(name=variable, codes=codes, of=of, groups=groups, sensitive=variable in sensitive))
        made[name] = Population(
            id=name,
            label=label,
            unit="person",
            protection="open" if name in open_populations else "cells",
            variables=tuple(own),
            impossible=tuple((impossible or {}).get(name, ())),
        )
    empty: dict[str, Any] = {each.name: {} for each in fields(Schema)}
    return Schema(
        **{**empty, "codelists": lists, "populations": made, "ties": tuple(ties), "editions": editions, "digest": ""}
    )


def fact_of(pairs: Mapping[str, str]) -> str:
    """The fact of some categories; totals are left out."""
    return "&".join(f"{name}={pairs[name]}" for name in sorted(pairs) if pairs[name] != TOTAL)


def table_of(identifier: str, rows: Sequence[Mapping[str, Any]], *, dimensions: Sequence[str] = ()) -> Table:
    """A table from its cells; what a cell does not say has the usual value."""
    usual = {
        "col": 1,
        "population": "victims",
        "unit": "person",
        "measure": "number",
        "period": "2025",
        "kind": "count",
        "fact": "",
        "contributors": None,
        "flag": "",
    }
    cells = pl.DataFrame(
        [{**usual, **dict.fromkeys(dimensions, TOTAL), "row": number, **row} for number, row in enumerate(rows, 1)],
        schema_overrides={
            "row": pl.UInt16,
            "col": pl.UInt16,
            "kind": CELL_KINDS,
            "value": pl.Float64,
            "contributors": pl.Int64,
        },
        infer_schema_length=None,
    )
    return Table(identifier, tuple(dimensions), cells)


def cross(
    identifier: str, units: Sequence[Unit], *, schema: Schema, by: Sequence[str], population: str = "victims"
) -> Table:
    """The units by some variables, with all margins: one row = one combination."""
    codes = [schema.codelists[schema.populations[population].variable(name).codes].all_codes() for name in by]
    rows = []
    for combination in product(*([TOTAL, *each] for each in codes)):
        pairs = dict(zip(by, combination, strict=True))
        n = sum(all(TOTAL in (pairs[name], "") or unit[name] == pairs[name] for name in by) for unit in units)
        rows.append({**pairs, "population": population, "fact": fact_of(pairs), "value": float(n)})
    return table_of(identifier, rows, dimensions=by)


def cells_of(protection: Protection) -> list[dict[str, Any]]:
    """All cells of a release, as `cells.csv` has them."""
    return [{"table": table.id, **row} for table in protection.tables for row in table.cells.iter_rows(named=True)]


def values_of(protection: Protection, identifier: str) -> list[float | None]:
    """The printed values of one table, in order."""
    (table,) = [each for each in protection.tables if each.id == identifier]
    return table.cells["value"].to_list()


def statuses_of(protection: Protection, identifier: str) -> list[str]:
    """The statuses of one table, in order."""
    (table,) = [each for each in protection.tables if each.id == identifier]
    return table.cells["status"].to_list()

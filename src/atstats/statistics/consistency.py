"""Whether the tables agree with themselves and with each other: TAB-01 to TAB-04, and SDC-02 on their definitions."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from atstats.frames import FINDINGS, Table
from atstats.schema import Schema, TableDefinition
from atstats.vocabulary import TOTAL, Edition

__all__ = ["definition_findings", "table_findings"]

_TRACING = (
    frozenset(("municipality", "residence_municipality", "municipality_exploitation")),
    frozenset(("sex", "sex2")),
    frozenset(("age_group", "age2", "age2_exploitation")),
    frozenset(("form",)),
)
"""SDC-02: dimensions that together point at one person in a small country; one of each crossed with the others."""

_Found = tuple[str, str, str, str]
"""Table, place, rule, note."""


def definition_findings(schema: Schema, *, edition: str) -> pl.DataFrame:
    """What is wrong with tables as they are written down, before anything is counted.

    Returns:
        One row = one table that breaks a rule (FINDINGS): `sheet` is the table, `cell` is empty.
    """
    rates = {code for code, answer in schema.codelists["measure"].crosswalk("rate").items() if answer == "YES"}
    found: list[_Found] = []
    for table in schema.tables.values():
        measures = {item["measure"] for item in _sections(table, "item") if "measure" in item}
        denominator = table.layout.get("denominator", {})
        if measures & rates and not (denominator.get("variant") and denominator.get("date")):
            found.append((table.id, "", "TAB-04", ""))
        if edition != Edition.INTERNAL and _crosses(table):
            found.append((table.id, "", "SDC-02", ""))
    return _findings(found, schema)


def _sections(table: TableDefinition, key: str) -> Iterator[Any]:
    for axis in ("rows", "columns"):
        yield from (section[key] for section in table.layout.get(axis, []) if key in section)


def _crosses(table: TableDefinition) -> bool:
    crossed = {name for names in _sections(table, "by") for name in names}
    return all(crossed & names for names in _TRACING)


def table_findings(tables: Sequence[Table], *, schema: Schema) -> pl.DataFrame:
    """TAB-01 to TAB-03 on counted tables, before protection.

    Returns:
        One row = one cell that breaks a rule (FINDINGS): `sheet` is the table, `cell` its place ("r3:c1").
    """
    found = [each for table in tables for each in (*_margins(table, schema), *_several(table, schema))]
    return _findings([*found, *_two_values(tables)], schema)


def _margins(table: Table, schema: Schema) -> Iterator[_Found]:
    """TAB-01: a total over a dimension is the sum over its categories."""
    cells = table.cells.filter((pl.col("kind") == "count") & pl.col("value").is_not_null())
    for dimension in _whole(table, schema):
        others = [name for name in table.dimensions if name != dimension]
        fixed = list(dict.fromkeys(("population", "measure", "period", *others)))  # T0.1 has `measure` as a dimension
        single = [name for name, each in schema.populations.items() if dimension in _single(each.variables)]
        sums = (
            cells.filter((pl.col(dimension) != TOTAL) & pl.col("population").is_in(single))
            .group_by(fixed)
            .agg(parts=pl.col("value").sum())
        )
        totals = cells.filter(pl.col(dimension) == TOTAL).join(sums, on=fixed, how="inner", maintain_order="left")
        for row, column in totals.filter(pl.col("value") != pl.col("parts")).select("row", "col").iter_rows():
            yield table.id, f"r{row}:c{column}", "TAB-01", dimension


def _whole(table: Table, schema: Schema) -> tuple[str, ...]:
    """The dimensions that stand in the table with all their categories; an item shows some of them."""
    definition = schema.tables.get(table.id)
    if definition is None or not definition.layout.get("rows"):
        return table.dimensions
    crossed = {name for names in _sections(definition, "by") for name in names}
    return tuple(name for name in table.dimensions if name in crossed)


def _single(variables: Sequence[Any]) -> set[str]:
    return {variable.name for variable in variables if not variable.several}


def _several(table: Table, schema: Schema) -> Iterator[_Found]:
    """TAB-02: where a unit stands in several categories, the total of units is shown, and a note says so."""
    for population in table.cells["population"].unique().sort():
        variables = schema.populations[population].variables if population in schema.populations else ()
        for variable in variables:
            if not variable.several or variable.name not in table.dimensions:
                continue
            noted = bool(schema.tables[table.id].notes) if table.id in schema.tables else False
            if TOTAL not in table.cells[variable.name].to_list() or not noted:
                yield table.id, "", "TAB-02", variable.name


def _two_values(tables: Sequence[Table]) -> Iterator[_Found]:
    """TAB-03: the same count has the same value wherever it stands."""
    columns = ["population", "measure", "period", "fact"]
    cells = [
        table.cells.filter((pl.col("kind") == "count") & pl.col("value").is_not_null()).select(
            *columns, "row", "col", "value", table=pl.lit(table.id)
        )
        for table in tables
    ]
    if not cells:
        return
    differing = pl.concat(cells).filter(pl.col("value").n_unique().over(columns) > 1)
    for table, row, column in differing.select("table", "row", "col").iter_rows():
        yield table, f"r{row}:c{column}", "TAB-03", ""


def _findings(found: Sequence[_Found], schema: Schema) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "file": "tables", "sheet": table, "cell": place, "row": None, "column": "", "rule": rule,
            "severity": str(schema.rules[rule].severity), "detail": "", "note": note, "others": [],
            "fingerprint": "", "waived": False,
        }
        for table, place, rule, note in found
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=dict(FINDINGS))

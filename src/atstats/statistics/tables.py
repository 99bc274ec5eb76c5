"""From the layout of a table to its cells, margins included.

A layout is rows and columns, each a list of sections (see the head of
`schemas/tables/identification.toml`). A section unfolds into lines: one for each combination of
categories, and one for the total. A cell is where a row meets a column; what it counts is the
conditions of both together.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import polars as pl

from atstats.errors import ConfigurationError
from atstats.frames import TABLE_COLUMNS, Coverage, Linked, Run, Table
from atstats.schema import Schema, TableDefinition
from atstats.statistics.linkage_table import linkage_cells
from atstats.statistics.populations import Sources, populations
from atstats.vocabulary import EMPTY, TOTAL

__all__ = ["count"]

_SECTION_KEYS = {
    "by", "total", "item", "population", "where", "measure", "aggregate",
    "period", "history", "history_only", "years",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    """One row or one column of a table."""

    label: tuple[tuple[str, str], ...]
    where: tuple[tuple[str, str], ...] = ()
    population: str = ""
    aggregate: str = ""
    period: int | str | None = None
    """A year, "mean5" for the mean of the five years before, or none for the reference year."""
    history: str = ""
    """The published indicator that gives other years their figures; empty for none."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """The populations of a run, and the published figures of other years."""

    frames: Mapping[str, pl.DataFrame]
    history: Mapping[tuple[int, str, str], tuple[float | None, str]]
    schema: Schema
    year: int
    absent: frozenset[str]
    """Populations for which no submission was accepted: not available, which is not zero."""


def count(linked: Linked, *, coverage: Coverage, schema: Schema, run: Run) -> tuple[Table, ...]:
    """Every table of the schema, before protection.

    Args:
        linked: records and persons, without identity.
        coverage: who was expected and what came.
        schema: the tables' definitions.
        run: the reference year.

    Returns:
        The tables in the order of their numbers; see `frames.TABLE_COLUMNS` for the cells.

    Raises:
        ConfigurationError: a layout in `schemas/tables/` is wrong.
    """
    sources = Sources(linked, coverage, schema, run)
    counts = _Counts(populations(sources), _history(schema), schema, run.reference_year, _absent(coverage, schema))
    definitions = sorted(schema.tables.values(), key=lambda table: [int(part) for part in table.id[1:].split(".")])
    return tuple(_table(definition, counts, sources) for definition in definitions)


def _history(schema: Schema) -> dict[tuple[int, str, str], tuple[float | None, str]]:
    published: dict[tuple[int, str, str], tuple[float | None, str]] = {}
    for line in schema.history:
        value = None if line["value"] == ":" else float(line["value"])
        flag = ":" if value is None else line["flag"]
        published[int(line["year"]), line["indicator"], line["breakdown"]] = (value, flag)
    return published


def _absent(coverage: Coverage, schema: Schema) -> frozenset[str]:
    came = set(coverage.agencies.filter(pl.col("state").is_in(["received", "nil"]))["workbook"].to_list())
    return frozenset(
        name
        for name, population in schema.populations.items()
        if population.workbooks and not came & set(population.workbooks)
    )


# --------------------------------------------------------------------------- layout


def _table(definition: TableDefinition, counts: _Counts, sources: Sources) -> Table:
    if definition.layout.get("builder") == "linkage":
        rows, columns, cells = linkage_cells(definition.id, sources)
        return _finished(definition, counts, [_Line(each) for each in rows], [_Line(each) for each in columns], cells)
    rows_of = list(_lines(definition, "rows", counts))
    columns_of = list(_lines(definition, "columns", counts))
    cells = [
        {"row": row_number, "col": column_number, **_cell(definition, row, column, counts)}
        for row_number, row in enumerate(rows_of, start=1)
        for column_number, column in enumerate(columns_of, start=1)
    ]
    return _finished(definition, counts, rows_of, columns_of, cells)


def _finished(
    definition: TableDefinition,
    counts: _Counts,
    rows: list[_Line],
    columns: list[_Line],
    cells: list[dict[str, Any]],
) -> Table:
    dimensions = tuple(dict.fromkeys(name for line in (*rows, *columns) for name, _ in line.label))
    for cell in cells:
        variables = {variable.name for variable in counts.schema.populations[cell["population"]].variables}
        cell |= {name: TOTAL if name in variables else EMPTY for name in dimensions}
        cell |= dict(rows[cell["row"] - 1].label) | dict(columns[cell["col"] - 1].label)
    frame = pl.DataFrame(cells, schema={**TABLE_COLUMNS, **dict.fromkeys(dimensions, pl.String)})
    return Table(
        id=definition.id,
        dimensions=dimensions,
        cells=frame,
        row_labels=tuple(line.label for line in rows),
        column_labels=tuple(line.label for line in columns),
        notes=_notes(frame, rows),
        empty_because="no_data" if set(frame["population"]) <= counts.absent else "",
    )


def _notes(cells: pl.DataFrame, rows: list[_Line]) -> tuple[str, ...]:
    notes = []
    if any(line.history for line in rows) and "published" in cells["kind"]:
        notes.append("history_identified")
    if cells.filter(pl.col("flag") == "b").height:
        notes.append("part_year")
    return tuple(notes)


def _lines(definition: TableDefinition, axis: str, counts: _Counts) -> Iterator[_Line]:
    for section in definition.layout.get(axis, []):
        unknown = set(section) - _SECTION_KEYS
        if unknown:
            raise _wrong(definition, axis, f"has the unknown key(s) {', '.join(sorted(unknown))}")
        line = _Line(
            label=(),
            where=tuple(sorted(section.get("where", {}).items())),
            population=section.get("population", ""),
            aggregate=section.get("aggregate", ""),
            period=_period(section.get("period"), counts.year),
            history=section.get("history", ""),
        )
        if "item" in section:
            yield replace(line, label=tuple(section["item"].items()))
        elif "years" in section:
            yield from _years(line, counts)
        elif "by" in section:
            yield from _crossed(definition, axis, section, line, counts)
        else:
            raise _wrong(definition, axis, "needs by, item or years")


def _period(given: int | str | None, year: int) -> int | str | None:
    return year + given if isinstance(given, int) else given


def _years(line: _Line, counts: _Counts) -> Iterator[_Line]:
    """A column for each year of the published history, and the reference year last."""
    past = sorted({year for year, _, _ in counts.history if year < counts.year})
    for year in range(past[0], counts.year) if past else ():
        yield replace(line, label=(("year", str(year)),), period=year)
    yield replace(line, label=(("year", str(counts.year)),))


def _crossed(
    definition: TableDefinition, axis: str, section: Mapping[str, Any], line: _Line, counts: _Counts
) -> Iterator[_Line]:
    names = section["by"]
    for name in names:
        if name not in counts.schema.dimensions:
            raise _wrong(definition, axis, f"names the unknown dimension {name}")
    only = section.get("history_only")  # a published figure of one category says nothing of the total
    total = replace(line, label=tuple((name, TOTAL) for name in names), history="" if only else line.history)
    if section.get("total", "last") == "first":
        yield total
    lists = [counts.schema.codelists[counts.schema.dimensions[name].codes].all_codes() for name in names]
    for codes in itertools.product(*lists):
        chosen = tuple(zip(names, codes, strict=True))
        history = line.history if only in (None, *codes) else ""
        yield replace(line, label=chosen, where=tuple(sorted({*line.where, *chosen})), history=history)
    if section.get("total", "last") == "last":
        yield total


def _wrong(definition: TableDefinition, axis: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"schemas/tables: {definition.id} {axis} {what}", hint="Correct the layout of this table."
    )


# --------------------------------------------------------------------------- cells


def _cell(definition: TableDefinition, row: _Line, column: _Line, counts: _Counts) -> dict[str, Any]:
    name = column.population or row.population or definition.population
    population = counts.schema.populations.get(name)
    if population is None:
        raise _wrong(definition, "layout", f"names the unknown population {name or '(none)'}")
    where = {**dict(row.where), **dict(column.where)}
    period = column.period if column.period is not None else row.period
    fact = "&".join(f"{variable}={category}" for variable, category in sorted(where.items()))
    cell: dict[str, Any] = {
        "population": name,
        "unit": population.unit,
        "measure": dict((*row.label, *column.label)).get("measure", "COUNT"),
        "period": _period_name(period, counts.year),
        "kind": "open" if population.protection == "open" else "count",
        "fact": fact,
        "value": None,
        "contributors": None,
        "flag": "",
    }
    if period is not None and period != counts.year:
        return cell | _published(row, period, counts)
    if name in counts.absent:
        return cell | {"kind": "open", "fact": "", "flag": ":"}
    unknown = set(where) - {variable.name for variable in population.variables}
    if unknown:
        raise _wrong(definition, "layout", f"asks {name} for {', '.join(sorted(unknown))}, which it has not")
    return cell | _measured(name, where, row.aggregate or column.aggregate, counts)


def _period_name(period: int | str | None, year: int) -> str:
    if period == "mean5":
        return f"{year - 5}-{year - 1}"
    return str(year if period is None else period)


def _published(row: _Line, period: int | str, counts: _Counts) -> dict[str, Any]:
    """A figure of another year: published elsewhere, or not available."""
    if period == "mean5":
        five = [_figure(row, year, counts)[0] for year in range(counts.year - 5, counts.year)]
        known = [value for value in five if value is not None]
        mean = fmean(known) if len(known) == len(five) else None
        return {"kind": "published", "fact": "", "value": mean, "flag": "" if mean is not None else ":"}
    value, flag = _figure(row, int(period), counts)
    return {"kind": "published", "fact": "", "value": value, "flag": flag}


def _figure(row: _Line, year: int, counts: _Counts) -> tuple[float | None, str]:
    return counts.history.get((year, row.history, ""), (None, ":"))


def _measured(name: str, where: Mapping[str, str], aggregate: str, counts: _Counts) -> dict[str, Any]:
    units = counts.frames[name].filter(*_conditions(name, where, counts))
    if not aggregate:
        n = units["n"].sum() if "n" in units.columns else units.height
        return {"value": float(n)}
    how, _, column = aggregate.partition(":")
    values = units[column].drop_nulls()
    is_open = counts.schema.populations[name].protection == "open"
    return {
        "kind": "open" if is_open else "statistic",
        "fact": "",
        "value": _aggregated(values, how),
        "contributors": None if is_open else values.len(),
        "flag": "z" if values.is_empty() and how == "median" else "",
    }


def _aggregated(values: pl.Series, how: str) -> float | None:
    """The sum, or the median, which no values have not."""
    if how == "sum":
        return float(values.sum())
    median = values.cast(pl.Float64).median()
    return median if isinstance(median, float) else None


def _conditions(name: str, where: Mapping[str, str], counts: _Counts) -> Iterator[pl.Expr]:
    population = counts.schema.populations[name]
    frame = counts.frames[name]
    for variable_name, category in where.items():
        variable = population.variable(variable_name)
        if variable.of:
            finer = [code for code, group in variable.groups.items() if group == category]
            yield pl.col(variable.of).is_in(finer)
        elif frame.schema[variable_name] == pl.List(pl.String):
            yield pl.col(variable_name).list.contains(category)
        else:
            yield pl.col(variable_name) == category

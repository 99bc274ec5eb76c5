"""What is counted and published: dimensions, populations and tables."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atstats.schema.folder import Folder
from atstats.schema.forms import NAME, AnyOf, Entries, Flag, Keys, Number, Several, Style, Text, Words
from atstats.schema.model import CodeList, Labels, Origin
from atstats.schema.tables import Dimension, Population, TableDefinition, Tie, Variable
from atstats.vocabulary import TOTAL

__all__ = ["read_dimensions", "read_populations", "read_tables"]

_DIMENSIONS = Entries(Keys({"label": Words(), "codes": Text(empty=True)}), least=1, naming=NAME)

_VARIABLE = Keys({}, {"of": Text(), "crosswalk": Text(), "sensitive": Flag(), "several": Flag()})
_POPULATION = Keys(
    {"label": Words(), "unit": Text(), "variables": Entries(_VARIABLE)},
    {
        "protection": Text(among=("cells", "open")),
        "workbooks": Several(Text()),
        "impossible": Several(Entries(Text(), least=1)),
    },
)
_SIDE = Text(style=Style(r"\w+:(\w+=[^=&]+(&\w+=[^=&]+)*)?", 'written like "registrations:outcome=COUNTED"'))
"""A number of a population; with nothing after the colon, all its units."""
_POPULATIONS = Keys(
    {},
    {"ties": Several(Keys({"left": _SIDE, "right": _SIDE}, {"by": Text()}))},
    Entries(_POPULATION, least=1, naming=NAME),
)

_LINES = Several(
    Keys(
        {},
        {
            "by": Several(Text(), least=1),
            "item": Entries(Text(), least=1),
            "years": Text(among=("history",)),
            "total": Text(among=("first", "last", "none")),
            "population": Text(),
            "where": Entries(Text()),
            "measure": Text(),
            "aggregate": Text(style=Style(r"(sum|median):[a-z_]+", 'written like "sum:hours"')),
            "period": AnyOf((Number(whole=True, most=0), Text(among=("mean5",)))),
            "history": Text(),
            "history_only": Text(),
        },
    )
)
_LAYOUT = Keys(
    {}, {"rows": _LINES, "columns": _LINES, "builder": Text(among=("linkage",)), "denominator": Entries(Text())}
)
_TABLE = Keys(
    {
        "chapter": Number(whole=True, least=0),
        "title": Words(),
        "unit": Words(),
        "scope": Words(),
        "source": Words(),
        "layout": _LAYOUT,
    },
    {"population": Text(), "notes": Several(Words()), "feeds": Several(Text())},
)
_TABLES = Keys(
    {}, {"notes": Entries(Words())}, Entries(_TABLE, least=1, naming=Style(r"T[0-9]+\.[0-9]+", 'written like "T2.1"'))
)


def read_dimensions(folder: Folder, codelists: Mapping[str, CodeList]) -> dict[str, Dimension]:
    """`dimensions.toml`: every axis that tables can have."""
    name = "dimensions.toml"
    dimensions = {}
    for key, given in folder.toml(name, _DIMENSIONS).items():
        if given["codes"] and given["codes"] not in codelists:
            folder.fault(name, f"{key}.codes", f"names the unknown code list {given['codes']}")
        dimensions[key] = Dimension(key, given["label"], given["codes"])
    return dimensions


# --------------------------------------------------------------------------- populations


def read_populations(
    folder: Folder, codelists: Mapping[str, CodeList], dimensions: Mapping[str, Dimension], workbooks: Collection[str]
) -> tuple[dict[str, Population], tuple[Tie, ...]]:
    """`populations.toml`: the kinds of unit that are counted, and the numbers that two of them share."""
    name = "populations.toml"
    given = folder.toml(name, _POPULATIONS)
    ties = tuple(Tie(each["left"], each["right"], each.get("by", "")) for each in given.pop("ties", ()))
    populations = {}
    for identifier, each in given.items():
        for workbook in each.get("workbooks", ()):
            if workbook not in workbooks:
                folder.fault(name, f"{identifier}.workbooks", f"names the unknown workbook {workbook}")
        populations[identifier] = Population(
            id=identifier,
            label=each["label"],
            unit=each["unit"],
            protection=each.get("protection", "cells"),
            variables=tuple(_variables(folder, Origin(name, identifier), each["variables"], codelists, dimensions)),
            workbooks=tuple(each.get("workbooks", ())),
            impossible=tuple(each.get("impossible", ())),
        )
    names = _Names(codelists, dimensions, populations)
    for population in populations.values():
        for number, fact in enumerate(population.impossible):
            _tell(folder, Origin(name, f"{population.id}.impossible[{number}]"), names.of_fact(population.id, fact))
    for number, tie in enumerate(ties):
        for key, side in (("left", tie.left), ("right", tie.right)):
            of, _, said = side.partition(":")
            fact = dict(pair.split("=") for pair in said.split("&") if pair)
            _tell(folder, Origin(name, f"ties[{number}].{key}"), names.of_fact(of, fact, tie.by))
    return populations, ties


def _variables(
    folder: Folder,
    origin: Origin,
    given: Mapping[str, Mapping[str, Any]],
    codelists: Mapping[str, CodeList],
    dimensions: Mapping[str, Dimension],
) -> Iterator[Variable]:
    lists = {key: codelists[each.codes] for key, each in dimensions.items() if each.codes in codelists}
    for key, variable in given.items():
        place = f"variables.{key}"
        if key not in lists:
            folder.fault_at(origin, "is not a dimension with a code list in dimensions.toml", key=place)
            continue
        finer = variable.get("of", "")
        groups: dict[str, str] = {}
        if finer and (finer not in given or finer not in lists):
            folder.fault_at(origin, f"is a function of the unknown variable {finer}", key=place)
        elif finer:
            groups = lists[finer].crosswalk(variable.get("crosswalk", key))
            missing = [code for code in lists[finer].all_codes() if code not in groups]
            if missing:
                folder.fault_at(origin, f"gives no group to {', '.join(missing)} of {lists[finer].id}", key=place)
        yield Variable(
            name=key,
            codes=dimensions[key].codes,
            of=finer,
            groups=groups,
            sensitive=variable.get("sensitive", False),
            several=variable.get("several", False),
        )


# --------------------------------------------------------------------------- tables


def read_tables(
    folder: Folder,
    codelists: Mapping[str, CodeList],
    dimensions: Mapping[str, Dimension],
    populations: Mapping[str, Population],
) -> tuple[dict[str, TableDefinition], dict[str, Labels]]:
    """Every file of `tables/`: the tables, and the notes that a year's data may call for."""
    names = _Names(codelists, dimensions, populations)
    tables: dict[str, TableDefinition] = {}
    notes: dict[str, Labels] = {}
    for name in folder.names("tables/*.toml"):
        given = folder.toml(name, _TABLES)
        notes |= given.pop("notes", {})
        for identifier, each in given.items():
            if identifier in tables:
                folder.fault(name, identifier, "is written twice")
            tables[identifier] = TableDefinition(
                id=identifier,
                chapter=each["chapter"],
                title=each["title"],
                population=each.get("population", ""),
                unit=each["unit"],
                scope=each["scope"],
                source=each["source"],
                notes=tuple(each.get("notes", ())),
                feeds=tuple(each.get("feeds", ())),
                layout=each["layout"],
            )
            _check_layout(folder, Origin(name, identifier), tables[identifier], names)
    return tables, notes


def _check_layout(folder: Folder, origin: Origin, table: TableDefinition, names: "_Names") -> None:
    """Each section must say which lines it makes; each cell, which units of which population it counts."""
    if table.population:
        _tell(folder, Origin(origin.file, f"{origin.key}.population"), names.of_fact(table.population, {}))
    if table.layout.get("builder"):
        return
    for axis in ("rows", "columns"):
        if not table.layout.get(axis):
            folder.fault_at(origin, "is missing", key=f"layout.{axis}")
        for number, section in enumerate(table.layout.get(axis, ())):
            place = Origin(origin.file, f"{origin.key}.layout.{axis}[{number}]")
            if not {"by", "item", "years"} & set(section):
                folder.fault_at(place, "needs by, item or years")
            for name in section.get("by", ()):
                _tell(folder, place, names.of_line(name))
            for name, code in section.get("item", {}).items():
                _tell(folder, place, names.of_line(name, code))
    for number, row in enumerate(table.layout.get("rows", ())):
        for column in table.layout.get("columns", ()):
            place = Origin(origin.file, f"{origin.key}.layout.rows[{number}]")
            counted = column.get("population") or row.get("population") or table.population
            where = {**row.get("where", {}), **column.get("where", {})}
            crossed = (*row.get("by", ()), *column.get("by", ()))
            _tell(folder, place, names.of_fact(counted, where, *crossed))


# --------------------------------------------------------------------------- what they name


@dataclass(frozen=True, slots=True)
class _Names:
    """What a table, a tie or an impossible combination may name. Each answer is what is wrong; "" for nothing."""

    codelists: Mapping[str, CodeList]
    dimensions: Mapping[str, Dimension]
    populations: Mapping[str, Population]

    def of_line(self, dimension: str, code: str = TOTAL) -> str:
        """A category of a dimension, or the total over it."""
        if dimension not in self.dimensions:
            return f"names the unknown dimension {dimension}"
        return "" if code == TOTAL else self._of_code(dimension, code)

    def of_fact(self, population: str, where: Mapping[str, str], *further: str) -> str:
        """Categories of variables of a population, and further variables of it."""
        if population not in self.populations:
            return f"names the unknown population {population or '(none)'}"
        known = {variable.name for variable in self.populations[population].variables}
        unknown = [name for name in (*where, *further) if name and name not in known]
        if unknown:
            return f"asks {population} for {unknown[0]}, which it has not"
        return next(filter(None, (self._of_code(name, code) for name, code in where.items())), "")

    def _of_code(self, dimension: str, code: str) -> str:
        codes = self.codelists.get(self.dimensions[dimension].codes)
        return f"has the code {code}, which {codes.id} has not" if codes and code not in codes else ""


def _tell(folder: Folder, origin: Origin, wrong: str) -> None:
    if wrong:
        folder.fault_at(origin, wrong)

"""What is counted and published: dimensions, populations and tables."""

from collections.abc import Mapping

from atstats.schema.folder import Folder
from atstats.schema.model import CodeList, Labels
from atstats.schema.tables import Dimension, Population, TableDefinition, Tie, Variable

__all__ = ["read_dimensions", "read_populations", "read_tables"]


def read_dimensions(folder: Folder, codelists: Mapping[str, CodeList]) -> dict[str, Dimension]:
    """`dimensions.toml`: every axis that tables can have."""
    name = "dimensions.toml"
    dimensions = {}
    for key, given in folder.tables(name, "", folder.toml(name)).items():
        codes = str(given.get("codes", ""))
        if codes and codes not in codelists:
            folder.fault(name, key, f"names the unknown code list {codes}")
        dimensions[key] = Dimension(key, folder.labels(name, f"{key}.label", given.get("label")), codes)
    return dimensions


def read_populations(
    folder: Folder, codelists: Mapping[str, CodeList], dimensions: Mapping[str, Dimension]
) -> tuple[dict[str, Population], tuple[Tie, ...]]:
    """`populations.toml`: the kinds of unit that are counted, and the numbers that two of them share."""
    name = "populations.toml"
    given = folder.toml(name)
    ties = tuple(Tie(each["left"], each["right"], each.get("by", "")) for each in given.pop("ties", []))
    populations = {}
    for identifier, each in folder.tables(name, "", given).items():
        variables = []
        for key, variable in folder.tables(name, f"{identifier}.variables", each.get("variables", {})).items():
            place = f"{identifier}.{key}"
            if key not in dimensions or not dimensions[key].codes:
                folder.fault(name, place, "is not a dimension with a code list in dimensions.toml")
                continue
            finer = str(variable.get("of", ""))
            groups: dict[str, str] = {}
            if finer:
                if finer not in each["variables"]:
                    folder.fault(name, place, f"is a function of the unknown variable {finer}")
                elif finer in dimensions:
                    groups = codelists[dimensions[finer].codes].crosswalk(str(variable.get("crosswalk", key)))
                    _check_groups(folder, name, place, groups, codelists[dimensions[finer].codes])
            variables.append(
                Variable(
                    name=key,
                    codes=dimensions[key].codes,
                    of=finer,
                    groups=groups,
                    sensitive=bool(variable.get("sensitive", False)),
                    several=bool(variable.get("several", False)),
                )
            )
        populations[identifier] = Population(
            id=identifier,
            label=folder.labels(name, f"{identifier}.label", each.get("label")),
            unit=str(each.get("unit", "")),
            protection=str(each.get("protection", "cells")),
            variables=tuple(variables),
            workbooks=tuple(each.get("workbooks", [])),
            impossible=tuple(each.get("impossible", [])),
        )
    return populations, ties


def _check_groups(folder: Folder, file: str, place: str, groups: Mapping[str, str], finer: CodeList) -> None:
    missing = [code for code in finer.all_codes() if code not in groups]
    if missing:
        folder.fault(file, place, f"gives no group to {', '.join(missing)} of {finer.id}")


def read_tables(folder: Folder) -> tuple[dict[str, TableDefinition], dict[str, Labels]]:
    """Every file of `tables/`: the tables, and the notes that a year's data may call for."""
    tables: dict[str, TableDefinition] = {}
    notes: dict[str, Labels] = {}
    for name in folder.names("tables/*.toml"):
        given = folder.toml(name)
        for key, text in given.pop("notes", {}).items():
            notes[key] = folder.labels(name, f"notes.{key}", text)
        for identifier, each in folder.tables(name, "", given).items():
            if identifier in tables:
                folder.fault(name, identifier, "is written twice")
            tables[identifier] = TableDefinition(
                id=identifier,
                chapter=int(each.get("chapter", 0)),
                title=folder.labels(name, f"{identifier}.title", each.get("title")),
                population=str(each.get("population", "")),
                unit=folder.labels(name, f"{identifier}.unit", each.get("unit")),
                scope=folder.labels(name, f"{identifier}.scope", each.get("scope")),
                source=folder.labels(name, f"{identifier}.source", each.get("source")),
                notes=tuple(folder.labels(name, f"{identifier}.notes", text) for text in each.get("notes", [])),
                feeds=tuple(each.get("feeds", [])),
                layout=each.get("layout", {}),
            )
    return tables, notes

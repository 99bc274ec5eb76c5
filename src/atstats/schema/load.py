"""Read the folder `schemas/` and tell every fault in it at once, with file and key."""

from pathlib import Path

from atstats.errors import ConfigurationError
from atstats.schema.contents import Schema
from atstats.schema.counting import read_dimensions, read_populations, read_tables
from atstats.schema.folder import Folder
from atstats.schema.guidance import read_guidance
from atstats.schema.references import check_references
from atstats.schema.registers import agency_lists, read_agencies, read_codelists, read_kinds, read_law
from atstats.schema.rulebook import read_rules
from atstats.schema.sheets import read_workbooks

__all__ = ["load"]

_HISTORY = ("year", "indicator", "breakdown", "value", "flag", "source", "published_on", "note")
_INHABITANTS = ("year", "municipality", "sex", "age_group", "variant", "population", "source")
_TRANSLITERATION = ("kind", "albanian", "serbian_latin", "serbian_cyrillic", "note")


def load(path: Path, *, own_agencies: Path | None = None) -> Schema:
    """Read and check a schema folder.

    Args:
        path: the folder.
        own_agencies: a collection's own `agencies.toml`, which adds agencies and units to the register.

    Raises:
        ConfigurationError: something in it is wrong; the message lists every fault.
    """
    folder = Folder(path)
    schema = _read(folder, own_agencies if own_agencies is not None and own_agencies.is_file() else None)
    check_references(folder, schema)
    if folder.faults:
        shown = "\n".join(f"  {fault}" for fault in folder.faults)
        raise ConfigurationError(
            f"the schema folder has {len(folder.faults)} fault(s):\n{shown}",
            hint="Correct the files named above; each line says file, key and what is wrong.",
        )
    return schema


def _read(folder: Folder, own_agencies: Path | None) -> Schema:
    agencies, units = read_agencies(folder, own_agencies)
    codelists = {**read_codelists(folder), **agency_lists(agencies)}
    dimensions = read_dimensions(folder, codelists)
    populations, ties = read_populations(folder, codelists, dimensions)
    tables, notes = read_tables(folder)
    return Schema(
        workbooks=read_workbooks(folder),
        codelists=codelists,
        agencies=agencies,
        units=units,
        rules=read_rules(folder),
        dimensions=dimensions,
        populations=populations,
        ties=ties,
        tables=tables,
        table_notes=notes,
        law=read_law(folder, codelists.get("offence")),
        history=tuple(folder.csv("reference/history.csv", columns=_HISTORY)),
        inhabitants=tuple(folder.csv("reference/population.csv", columns=_INHABITANTS)),
        transliteration=tuple(folder.csv("reference/transliteration.csv", columns=_TRANSLITERATION)),
        linkage=folder.toml("linkage.toml"),
        editions=folder.toml("editions.toml"),
        guidance=read_guidance(folder),
        kinds=read_kinds(folder),
        reference={Path(name).stem: tuple(folder.csv(name)) for name in folder.names("reference/*.csv")},
        digest=folder.digest(own_agencies.read_bytes() if own_agencies is not None else b""),
    )

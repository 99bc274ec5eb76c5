"""Read the folder `schemas/` and tell every fault in it at once, with file and key."""

from pathlib import Path

from atstats.errors import ConfigurationError
from atstats.schema.contents import Schema
from atstats.schema.counting import read_dimensions, read_populations, read_tables
from atstats.schema.folder import ANY, CODE, FILLED, NUMBER, WHOLE, YEAR, Cell, Folder
from atstats.schema.guidance import read_guidance
from atstats.schema.model import CodeList
from atstats.schema.references import check_references
from atstats.schema.registers import agency_lists, check_articles, read_agencies, read_codelists, read_kinds, read_law
from atstats.schema.rulebook import read_rules
from atstats.schema.settings import read_editions, read_linkage
from atstats.schema.sheets import read_workbooks

__all__ = ["load"]

_HISTORY = {
    "year": YEAR,
    "indicator": FILLED,
    "breakdown": Cell(r"([a-z_0-9]+=[^=;\s]+)?", "must be variable=category, or blank"),
    "value": Cell(rf"{NUMBER.pattern}|:", "is not a number, nor : for not available"),
    "flag": Cell(r"[a-z]?", "must be one small letter, or blank"),
    "source": ANY,
    "published_on": Cell(r"(\d{4}(-\d\d(-\d\d)?)?)?", "is not a year or a date (YYYY-MM-DD)"),
    "note": ANY,
}
_INHABITANTS = {
    "year": YEAR,
    "municipality": CODE.or_blank(),
    "sex": CODE,
    "age_group": CODE,
    "variant": FILLED,
    "population": WHOLE,
    "source": FILLED,
}
_TRANSLITERATION = {
    "kind": Cell(r"letters|name", "must be letters or name"),
    "albanian": FILLED,
    "serbian_latin": ANY,
    "serbian_cyrillic": ANY,
    "note": ANY,
}
_RATES = {
    "currency": Cell(r"[A-Z]{3}", "is not a currency of three capital letters"),
    "year": YEAR,
    "eur_per_unit": Cell(rf"(?=.*[1-9]){NUMBER.pattern}", "is not a number above 0"),
    "source": FILLED,
}


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
    workbooks = read_workbooks(folder)
    dimensions = read_dimensions(folder, codelists)
    populations, ties = read_populations(folder, codelists, dimensions, workbooks)
    tables, notes = read_tables(folder, codelists, dimensions, populations)
    _check_read_by_people(folder, codelists.get("offence"))
    return Schema(
        workbooks=workbooks,
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
        history=tuple(folder.csv("reference/history.csv", _HISTORY).values()),
        inhabitants=tuple(folder.csv("reference/population.csv", _INHABITANTS).values()),
        transliteration=tuple(folder.csv("reference/transliteration.csv", _TRANSLITERATION).values()),
        linkage=read_linkage(folder),
        editions=read_editions(folder),
        guidance=read_guidance(folder),
        kinds=read_kinds(folder),
        reference={Path(name).stem: folder.lines(name) for name in folder.names("reference/*.csv")},
        # A folder with a fault is never used, and a file that cannot be read has no hash.
        digest="" if folder.faults else folder.digest(own_agencies.read_bytes() if own_agencies is not None else b""),
    )


def _check_read_by_people(folder: Folder, offences: CodeList | None) -> None:
    """Files that no command reads: whoever works with them relies on them all the same."""
    check_articles(folder, offences)
    name = "reference/exchange_rates.csv"
    rates: set[tuple[str, str]] = set()
    for number, row in folder.csv(name, _RATES).items():
        rate = (row["currency"], row["year"])
        if rate in rates:
            folder.fault(name, f"line {number}", f"repeats the rate of {row['currency']} in {row['year']}")
        rates.add(rate)

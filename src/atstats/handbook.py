"""What the schemas hand out: blank workbooks, explanations, the codebook. One function a command.

Where the current folder is a collection, its reference year and its own agencies are taken into account.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from atstats import assets, codebook
from atstats.codebook import Entry
from atstats.collection import Collection, find_collection
from atstats.errors import UnreadableError, UsageError
from atstats.schema import Agency, Schema, Unit
from atstats.schema import load as load_schema

__all__ = ["Documents", "document", "explain", "explain_cell", "listing", "overview", "show_source", "template"]


_SHOWN = 8
"""So many names are told in a line; of more, the first."""
_FEW_LETTERS = 3
"""A name shorter than this is near to too many."""
_LETTERS_A_SLIP = 4
"""One slip is forgiven in a name of five to seven letters, two in one of eight to eleven."""
_SAME_LETTERS = 85.0
"""Share of letters, in per cent, that two short names have in common where one has a letter more."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The pages of the codebook: those that are not as the schemas say, and how many there are."""

    outdated: tuple[str, ...]
    n_pages: int


def template(
    agency: str,
    *,
    unit: str = "",
    year: int | None = None,
    language: str = "en",
    example: bool = False,
    output: Path | None = None,
    schemas: Path | None = None,
) -> Path:
    """Write the blank workbook of an agency; an existing file is never replaced.

    Raises:
        UsageError: there is no such agency or unit, it sends nothing for the year, no year is known, or the
            file exists.
        UnreadableError: the file cannot be written.
    """
    from atstats import workbook

    if output is not None and output.suffix.lower() != ".xlsx":
        raise UsageError(
            f"{output} is not the name of a workbook", hint="Name a file that ends in .xlsx, such as -o KP_THB.xlsx."
        )
    collection = find_collection(Path.cwd())
    schema = _schema(schemas, collection)
    if year is None and collection is None:
        raise UsageError(
            "no reference year is known: the current folder has no atstats.toml",
            hint="Give --year, or run this in the folder of a collection.",
        )
    chosen_year = year if year is not None or collection is None else collection.reference_year
    assert chosen_year is not None
    sender = _sender(agency, schema=schema, year=chosen_year)
    chosen_unit = _unit(unit, sender, schema=schema, year=chosen_year).code if unit else ""
    path = output or Path(workbook.file_name(sender.code, unit=chosen_unit, year=chosen_year))
    try:
        taken = path.exists()
    except OSError as problem:
        raise UnreadableError(f"{path} cannot be written: {problem.strerror}", hint="Choose a shorter name.") from None
    if taken:
        raise UsageError(
            f"{path} exists already, and may hold somebody's work",
            hint="Move it away, or name another file with -o.",
        )
    grid = workbook.blank_workbook(
        sender, unit=chosen_unit, year=chosen_year, language=language, schema=schema, example=example
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UnreadableError(
            f"the folder {path.parent} cannot be made: {problem.strerror}",
            hint="Name a file in another folder with -o.",
        ) from None
    workbook.write_workbook(grid, path)
    return path


def explain(name: str, *, language: str = "en", schemas: Path | None = None) -> tuple[Entry, ...]:
    """Everything that a name of the schemas stands for.

    Raises:
        UsageError: it stands for nothing; the hint names the nearest.
    """
    if not name.strip():
        raise UsageError("no name is given", hint="Name a rule, a sheet or a code list: atstats explain VIC-02.")
    schema = _schema(schemas, find_collection(Path.cwd()))
    entries = codebook.describe(name, schema=schema, language=language)
    if not entries:
        raise UsageError(
            f"the schemas know nothing named {name}",
            hint=_nearest(name, codebook.names(schema)) + "atstats schema list shows what there is.",
        )
    return entries


def explain_cell(release: Path, cell: str, *, language: str = "en", schemas: Path | None = None) -> tuple[Entry, ...]:
    """What a cell of a release means, by its address: T2.1:r3:c1.

    Raises:
        UsageError: the release has no such cell.
        UnreadableError: the folder is no release, or its files are damaged.
    """
    try:
        text = (release / "data" / "cells.csv").read_text(encoding="utf-8")
        document = json.loads((release / "data" / "tables.json").read_text(encoding="utf-8"))
        cells = {line["cell"]: line for line in csv.DictReader(io.StringIO(text))}
        tables = {table["id"]: table for table in document["tables"]}
        edition = document["edition"]
    except OSError:
        raise UnreadableError(
            f"{release} is not a release: it has no data/cells.csv with data/tables.json",
            hint="Name the folder of a release, such as 2025/releases/2025-public-provisional-r1.",
        ) from None
    except (ValueError, KeyError, TypeError):
        raise UnreadableError(
            f"the data of the release {release} are damaged", hint="Make the release again: atstats build-report."
        ) from None
    schema = _schema(schemas, find_collection(Path.cwd()))
    found = next((line for name, line in cells.items() if name.lower() == cell.strip().lower()), None)
    if found is None:
        table = next((name for name in tables if name.lower() == cell.strip().lower().partition(":")[0]), "")
        last = [name for name in cells if name.startswith(f"{table}:")][-1:] if table else []
        hint = f"The last cell of {table} is {last[0]}." if last else f"Its tables are {', '.join(tables)}."
        raise UsageError(
            f"the release has no cell {cell}", hint=f"{hint} A cell is named by table, row and column: T2.1:r3:c1."
        )
    told = codebook.describe_cell(found, tables[found["table"]], edition=edition, schema=schema, language=language)
    return (told,)


def listing(kind: str, *, language: str = "en", schemas: Path | None = None) -> list[tuple[str, str]]:
    """Name and label of everything of one kind of `codebook.KINDS`."""
    return codebook.listing(kind, schema=_schema(schemas, find_collection(Path.cwd())), language=language)


def overview(*, schemas: Path | None = None) -> list[tuple[str, str]]:
    """Each kind of thing that can be listed, and how many of it there are."""
    schema = _schema(schemas, find_collection(Path.cwd()))
    return [(kind, str(len(codebook.listing(kind, schema=schema, language="en")))) for kind in codebook.KINDS]


def show_source(name: str, *, schemas: Path | None = None) -> list[str]:
    """The pandera schema of each sheet of this name, as Python source.

    Raises:
        UsageError: no sheet has this name.
    """
    collection = find_collection(Path.cwd())
    schema = _schema(schemas, collection)
    wanted = name.strip().lower()
    sheets = [sheet for sheet in schema.sheets() if wanted in (sheet.name, sheet.record_type)]
    if not sheets:
        known = [each for sheet in schema.sheets() for each in (sheet.name, sheet.record_type)]
        raise UsageError(
            f"no sheet is named {name}, and only a sheet has a pandera schema",
            hint=_nearest(name, known) + "atstats schema list sheets shows what there is.",
        )
    if sheets[0].name == "meta":
        sheets = sheets[:1]
    # The year is a constant of the source: that of the collection, else of the schemas' own examples.
    default = next(iter(schema.workbooks.values())).example_year
    year = collection.reference_year if collection is not None else default
    return [codebook.pandera_source(sheet, schema=schema, year=year) for sheet in sheets]


def document(folder: Path, *, check: bool, schemas: Path | None = None) -> Documents:
    """Write the codebook and the list of rules; with `check`, only say which pages are not current.

    Raises:
        UnreadableError: a page cannot be read or written.
    """
    pages = codebook.pages(_schema(schemas, None))
    try:
        outdated = [name for name, text in pages.items() if _text(folder / name) != text]
        gone = [path for path in sorted((folder / "codebook").glob("*.md")) if f"codebook/{path.name}" not in pages]
        gone = [path for path in gone if _text(path).startswith(codebook.MARK)]
        if not check:
            (folder / "codebook").mkdir(parents=True, exist_ok=True)
            for name in outdated:
                (folder / name).write_bytes(pages[name].encode())
            for path in gone:
                path.unlink()
    except (OSError, UnicodeDecodeError) as problem:
        raise UnreadableError(
            f"the folder {folder.name} cannot be written: {getattr(problem, 'strerror', '') or 'a page is not text'}",
            hint="Choose a folder that you may write to.",
        ) from None
    return Documents((*outdated, *(f"codebook/{path.name}" for path in gone)), len(pages))


def _text(path: Path) -> str:
    return path.read_bytes().decode().replace("\r\n", "\n") if path.is_file() else ""


# --------------------------------------------------------------------------- who sends


def _schema(schemas: Path | None, collection: Collection | None) -> Schema:
    own = collection.own_agencies if collection is not None else None
    return load_schema(assets.schemas_folder(schemas), own_agencies=own)


def _sender(code: str, *, schema: Schema, year: int) -> Agency:
    if not code.strip():
        raise UsageError("no agency is named", hint="atstats schema list agencies shows all.")
    agency = next((each for each in schema.agencies.values() if each.code.lower() == code.strip().lower()), None)
    if agency is None:
        raise UsageError(
            f"there is no agency {code}",
            hint=_nearest(code, [each.code for each in schema.agencies.values() if each.workbook])
            + "atstats schema list agencies shows all.",
        )
    if not agency.workbook:
        alike = [each.code for each in schema.agencies.values() if each.kind == agency.kind and each.workbook]
        further = f" and {len(alike) - _SHOWN} more" if len(alike) > _SHOWN else ""
        hint = (
            f"Of its kind ({agency.kind}) these do: {', '.join(alike[:_SHOWN])}{further}."
            if alike
            else f"No agency of its kind ({agency.kind}) does; a line in the collection's agencies.toml adds one."
        )
        raise UsageError(f"{agency.code} sends no workbook of its own", hint=hint)
    if not agency.exists_in(year):
        life = f"from {agency.valid_from or 'the beginning'} to {agency.valid_to or 'now'}"
        hint = f"Its successor is {agency.successor}." if agency.successor else "Name another agency or year."
        raise UsageError(f"{agency.code} does not exist in {year} (it does {life})", hint=hint)
    return agency


def _unit(code: str, agency: Agency, *, schema: Schema, year: int) -> Unit:
    units = {unit.code: unit for unit in schema.units.values() if unit.agency == agency.code and unit.exists_in(year)}
    found = next((unit for unit in units.values() if unit.code.lower() == code.strip().lower()), None)
    if found is None:
        hint = f"Its units are {', '.join(units)}." if units else "It has none; a line in agencies.toml adds one."
        raise UsageError(f"{agency.code} has no unit {code} in {year}", hint=hint)
    return found


def _nearest(name: str, known: Sequence[str]) -> str:
    """The known name that is one slip of the keyboard away, or the first that begins so; nothing where none is."""
    from rapidfuzz import fuzz
    from rapidfuzz.distance import OSA

    from atstats.validation.folding import fold

    typed = fold(name)
    if len(typed) < _FEW_LETTERS:
        return ""
    near = []
    for each in known:
        other = fold(each)
        slips = OSA.distance(typed, other)
        # Of a short name, one letter that is another letter is another word; letters swapped, lost or doubled are not.
        same_letters = sorted(typed) == sorted(other) or fuzz.ratio(typed, other) >= _SAME_LETTERS
        forgiven = len(typed) // _LETTERS_A_SLIP if len(typed) > _LETTERS_A_SLIP else 0
        if slips <= forgiven or (slips == 1 and same_letters):
            near.append((slips, each))
    begun = [(1, each) for each in known if fold(each).startswith(typed)]
    nearest = min([*near, *begun], key=lambda pair: pair[0], default=(0, ""))[1]
    return f"The nearest is {nearest}. " if nearest else ""

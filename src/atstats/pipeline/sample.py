"""simulate: made-up collections, and workbooks with planted faults, as folders."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atstats import assets
from atstats.collection import write_folder
from atstats.frames import WorkbookGrid
from atstats.schema import load as load_schema

if TYPE_CHECKING:
    from atstats.simulation import Simulated

__all__ = ["simulate"]


def simulate(
    output: Path,
    *,
    n_persons: int,
    seed: int,
    year: int,
    years: Sequence[int] = (),
    faulty: bool = False,
    schemas: Path | None = None,
) -> int:
    """Write one made-up collection, one for each of several years, or workbooks with planted faults.

    Args:
        output: the folder to write, or with `years` the one that gets a folder for each year.
        n_persons: true victims who are first met in each year.
        seed: of all chance.
        year: the reference year where `years` names none.
        years: years in a row.
        faulty: whether to plant faults instead.
        schemas: the schema folder.

    Returns:
        The number of files.

    Raises:
        UsageError: a folder exists with other content, or the years are not in a row.
    """
    from atstats import simulation

    schema = load_schema(assets.schemas_folder(schemas))
    folders: dict[Path, dict[str, bytes]] = {}
    if faulty:
        planted = simulation.faulty(seed=seed, year=year, schema=schema)
        files = {grid.file: _workbook_bytes(grid) for grid in planted.workbooks}
        files["expected.csv"] = _csv(("file", "sheet", "cell", "rule"), planted.expected)
        files["agencies.toml"] = planted.agencies.encode()
        folders[output] = {**files, "atstats.toml": _sample_settings(year)}
    else:
        collections = simulation.simulate_years(n_persons=n_persons, seed=seed, years=years or (year,), schema=schema)
        for made in collections:
            earlier = [f"../{each}" for each in reversed(range(collections[0].year, made.year))]
            folders[output / str(made.year) if years else output] = _sample_files(made, earlier=earlier, seed=seed)
    for folder, files in folders.items():
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_folder(folder, files)
    return sum(map(len, folders.values()))


def _sample_files(made: "Simulated", *, earlier: Sequence[str], seed: int) -> dict[str, bytes]:
    files = {f"submissions/{grid.file}": _workbook_bytes(grid) for grid in made.workbooks}
    names = ("submission", "sheet", "row", "true_person")
    files["truth.csv"] = _csv(names, [dict(zip(names, line, strict=True)) for line in made.truth])
    columns = ("about", "key", "reason")
    files["notes.csv"] = _csv(columns, [dict(zip(columns, line, strict=True)) for line in made.notes])
    files["agencies.toml"] = made.agencies.encode()
    files["restricted/secrets.toml"] = _sample_secrets(seed)
    files["atstats.toml"] = _sample_settings(made.year, earlier=earlier)
    return files


def _sample_settings(year: int, *, earlier: Sequence[str] = ()) -> bytes:
    previous = ", ".join(f'"{folder}"' for folder in earlier)
    return f"""# Settings of one reference year. SAMPLE: everything in this folder is made up.
reference_year = {year}
cut_off = {year + 1}-03-31                 # the status of a victim is read on this day
title = "Trafficking in human beings in Kosovo"
owner = "Office of the National Coordinator against Trafficking in Human Beings"
contact = "statistics@example.org"
publication_date = {year + 1}-04-30
next_release = {year + 2}-04-30
status_note = "none"                  # none, eu or coe: the footnote about the status of Kosovo
sample = true                         # prints SAMPLE on every page
languages = ["en", "sq", "sr"]
exact = ["victims:"]                  # totals printed exactly; the reader is then taken to know them
previous = [{previous}]               # the collections of earlier years, the nearest first
""".encode()


def _sample_secrets(seed: int) -> bytes:
    key = hashlib.sha256(f"atstats sample {seed}".encode()).hexdigest()
    return (
        "# TEST KEY of a made-up collection. A real collection makes its own at random on the first run.\n"
        f'key = "{key}"\nseed = {seed}\n'
    ).encode()


def _workbook_bytes(grid: WorkbookGrid) -> bytes:
    from tempfile import TemporaryDirectory

    from atstats import workbook

    with TemporaryDirectory() as folder:
        path = Path(folder) / grid.file
        workbook.write_workbook(grid, path)
        return path.read_bytes()


def _csv(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()

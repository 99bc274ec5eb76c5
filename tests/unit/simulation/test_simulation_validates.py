"""The validator accepts the sample, and finds in the faulty workbooks what was planted and nothing else."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from atstats.frames import Checked, Run, WorkbookGrid
from atstats.schema import load
from atstats.simulation import Simulated, faulty
from atstats.validation import check
from atstats.workbook import read_workbooks, write_workbook


def validated(
    workbooks: tuple[WorkbookGrid, ...],
    folder: Path,
    *,
    year: int,
    schemas: Path,
    agencies: str,
    notes: Mapping[tuple[str, str], str] | None = None,
) -> Checked:
    """What the validator says of the workbooks of one collection, with its own agencies and reasons."""
    own = folder / "agencies.toml"
    own.write_text(agencies, encoding="utf-8")
    schema = load(schemas, own_agencies=own)
    paths = [folder / grid.file for grid in workbooks]
    for grid, path in zip(workbooks, paths, strict=True):
        write_workbook(grid, path)
    run = Run(year, date(year + 1, 3, 31), "atstats test", reasons=notes or {})
    return check(read_workbooks(paths), schema=schema, run=run, agencies_expected=notes is not None)


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_the_sample_is_accepted_without_a_finding(
    year: int, years: Mapping[int, Simulated], root: Path, tmp_path: Path
) -> None:
    """Every workbook is accepted, nobody is missing without a reason; only the revision of K30 is noted."""
    made = years[year]
    notes = {(about, key): reason for about, key, reason in made.notes}

    checked = validated(
        made.workbooks, tmp_path, year=year, schemas=root / "schemas", agencies=made.agencies, notes=notes
    )

    expected = {"accepted", "nil"} | ({"superseded"} if year == 2024 else set())
    assert {each.status for each in checked.submissions} == expected
    found = Counter(checked.findings.select("rule", "severity").rows())
    assert set(found) == ({("META-04", "info"), ("REV-01", "info")} if year == 2024 else set())


@pytest.mark.parametrize("seed", [7, 11])
def test_planted_faults_are_found_cell_by_cell(seed: int, root: Path, tmp_path: Path) -> None:
    """The findings are the planted faults, each once, no more and no less."""
    planted = faulty(seed=seed, year=2025, schema=load(root / "schemas"))

    checked = validated(planted.workbooks, tmp_path, year=2025, schemas=root / "schemas", agencies=planted.agencies)

    places = checked.findings.select(pl.col("file", "sheet", "cell", "rule")).rows()
    assert sorted(places) == sorted(tuple(each.values()) for each in planted.expected)

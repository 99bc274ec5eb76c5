"""The validator accepts the sample, and finds in the faulty workbooks what was planted and nothing else."""

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl

from atstats.frames import Checked, Run, WorkbookGrid
from atstats.schema import Schema
from atstats.simulation import Simulated, faulty
from atstats.validation import check
from atstats.workbook import read_workbooks, write_workbook


def validated(workbooks: tuple[WorkbookGrid, ...], schema: Schema, folder: Path) -> Checked:
    paths = [folder / grid.file for grid in workbooks]
    for grid, path in zip(workbooks, paths, strict=True):
        write_workbook(grid, path, codes=schema.codelists)
    run = Run(2025, date(2026, 3, 31), "atstats test")
    return check(read_workbooks(paths), schema=schema, run=run, agencies_expected=True)


def test_the_sample_is_accepted_without_error_or_warning(sample: Simulated, schema: Schema, tmp_path: Path) -> None:
    """Every workbook is accepted; only the children of K20 are noted."""
    checked = validated(sample.workbooks, schema, tmp_path)

    assert {each.status for each in checked.submissions} == {"accepted"}
    severities = Counter(checked.findings.filter(pl.col("rule") != "CASE-10")["severity"].to_list())
    assert severities == {}


def test_planted_faults_are_found_cell_by_cell(schema: Schema, tmp_path: Path) -> None:
    """The findings are the planted faults, no more and no less."""
    planted = faulty(seed=11, year=2025, schema=schema)

    found = validated(planted.workbooks, schema, tmp_path).findings

    places = found.select("file", "sheet", "cell", "rule").unique().sort(pl.all())
    expected = pl.DataFrame(list(planted.expected)).sort(pl.all())
    assert places.rows() == expected.rows()

"""Planted faults stand where the list says, one in a row, and nothing else was changed."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from grids import records_of

from atstats.frames import SheetGrid, WorkbookGrid
from atstats.schema import Schema
from atstats.simulation import Planted, faulty
from atstats.simulation.desk import Desk

ASKED = {
    "TYPE-01", "TYPE-02", "REQ-01", "RANGE-01", "META-01", "META-02", "META-03", "META-06", "META-07", "META-08",
    "META-09", "ID-01", "ID-02", "ID-03", "ID-06", "ID-08", "ID-12", "VIC-01", "VIC-02", "VIC-05", "VIC-07",
    "VIC-10", "VIC-11", "VIC-13", "CASE-01", "CASE-02", "PRO-01", "PRO-02", "PRO-03", "CRT-06", "CRT-07", "SHL-01",
    "SHL-02", "SHL-03", "SHL-11", "CSW-01", "TRN-01",
}  # fmt: skip


@pytest.fixture(scope="module")
def planted(schema: Schema) -> Planted:
    return faulty(seed=11, year=2025, schema=schema)


def sheet_of(planted: Planted, file: str, tab: str) -> SheetGrid:
    (grid,) = [each for each in planted.workbooks if each.file == file]
    (sheet,) = [each for each in grid.sheets if each.name == tab]
    return sheet


def column_number(cell: str) -> int:
    number = 0
    for letter in cell.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number


def test_every_rule_that_was_asked_for_is_broken(planted: Planted) -> None:
    """At least thirty faults over at least four workbooks, each rule at least once, sorted."""
    assert {each["rule"] for each in planted.expected} >= ASKED
    assert len({each["file"] for each in planted.expected}) >= 4
    assert [list(each) for each in planted.expected] == [["file", "sheet", "cell", "rule"]] * len(planted.expected)
    assert list(planted.expected) == sorted(planted.expected, key=lambda each: tuple(each.values()))


def test_every_planted_rule_is_a_rule_of_the_schema(planted: Planted, schema: Schema) -> None:
    """No fault names a rule that nobody checks, and no place is named twice."""
    assert {each["rule"] for each in planted.expected} <= set(schema.rules)
    places = Counter((each["file"], each["sheet"], each["cell"]) for each in planted.expected)
    assert set(places.values()) == {1}


def test_every_place_exists_in_its_workbook(planted: Planted) -> None:
    """Each finding names a tab that is there and, if a cell, one inside the sheet."""
    for each in planted.expected:
        sheet = sheet_of(planted, each["file"], each["sheet"])
        if each["cell"]:
            row = int(each["cell"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            assert column_number(each["cell"]) <= len(sheet.rows[row - 1])


def test_a_row_carries_one_fault(planted: Planted) -> None:
    """Faults in one row could hide each other, so each data row has one at most."""
    rows = Counter(
        (each["file"], each["sheet"], each["cell"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        for each in planted.expected
        if each["cell"] and not each["cell"].endswith("2")
    )
    assert max(rows.values()) == 1


def test_the_blamed_cell_of_a_row_rule_is_the_first_that_the_rule_names(planted: Planted, schema: Schema) -> None:
    """A fault against a rule of one row is expected in a column that one of the rule's checks blames first."""
    for each in planted.expected:
        rule = schema.rules[each["rule"]]
        if rule.checks:
            sheet = sheet_of(planted, each["file"], each["sheet"])
            column = sheet.rows[1][column_number(each["cell"]) - 1].value
            assert column in {check.blame[0] for check in rule.checks}


@pytest.mark.parametrize("year", [2021, 2025])
def test_any_seed_carries_all_faults(schema: Schema, year: int) -> None:
    """No seed gives a collection without the rows that the faults need."""
    numbers = {len(faulty(seed=seed, year=year, schema=schema).expected) for seed in range(25)}
    assert len(numbers) == 1


def test_the_same_seed_plants_the_same_faults(planted: Planted, schema: Schema) -> None:
    """Two runs give the same workbooks and the same list."""
    assert faulty(seed=11, year=2025, schema=schema) == planted


def test_forms_are_broken_as_the_list_says(planted: Planted, schema: Schema) -> None:
    """A column is missing, one is unknown, a row is hidden, cells are merged, a row of totals is added."""
    police = "KP_THB_2025.xlsx"
    (hidden,) = sheet_of(planted, police, "victims").hidden_rows
    assert {"file": police, "sheet": "victims", "cell": f"A{hidden}", "rule": "META-08"} in planted.expected
    assert sheet_of(planted, police, "screening").rows[-1][0].value == "Gjithsej"
    assert sheet_of(planted, "PVPT_2025.xlsx", "services").merged == ("H4:H5",)
    keys = [cell.value for cell in sheet_of(planted, "NATHB_2025.xlsx", "awareness").rows[1]]
    assert keys == [column.name for column in schema.sheet("nathb.awareness").columns if column.name != "type"]
    assert len(sheet_of(planted, "VAAO_2025.xlsx", "meta").rows) == 2


def test_files_without_a_fault_are_whole(planted: Planted, schema: Schema) -> None:
    """Every workbook still has its sheets and rows of a correct collection."""
    assert {grid.file for grid in planted.workbooks} == {
        f"{agency.code}_2025.xlsx" for agency in schema.agencies.values() if agency.workbook
    }
    whole = tuple(each for each in planted.workbooks if each.file in ("SP_2025.xlsx", "ISF_2025.xlsx"))
    assert all(isinstance(each, WorkbookGrid) for each in whole)
    assert all(rows for rows in records_of(whole, schema).values())


def test_planting_knows_nothing_of_validation(root: Path) -> None:
    """The expected findings come from the rules' words, so no module here imports the validator."""
    for path in sorted((root / "src/atstats/simulation").glob("*.py")):
        imported = {
            node.module or ""
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom)
        }
        assert not [name for name in imported if "validation" in name]


def test_a_fault_that_finds_no_row_is_told(planted: Planted, schema: Schema) -> None:
    """A collection too small for a fault stops the planting instead of leaving the fault out."""
    desk = Desk(planted.workbooks, schema=schema)

    with pytest.raises(LookupError, match="no row of NATHB trainings"):
        desk.pick("NATHB", "trainings", lambda row: row["title"] == "")

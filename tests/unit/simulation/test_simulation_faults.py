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

NEVER = {
    "META-05", "REV-01", "PRO-08", "CRT-08", "CRT-09", "CRT-13", "CASE-10", "ID-05", "ID-14", "SHL-12",
}  # fmt: skip
"""Rules of the first pass that no planted fault breaks: they need a whole collection, or several rows."""


@pytest.fixture(scope="module")
def planted(schema: Schema) -> Planted:
    return faulty(seed=11, year=2025, schema=schema)


BY_FUNCTION_TOO = {"CRT-02", "CRT-07", "CASE-03", "VIC-23"}
"""Rules that a function carries out beside their conditions."""


def sheet_of(planted: Planted, file: str, tab: str) -> SheetGrid:
    (grid,) = [each for each in planted.workbooks if each.file == file]
    (sheet,) = [each for each in grid.sheets if each.name == tab]
    return sheet


def column_number(cell: str) -> int:
    number = 0
    for letter in cell.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number


def test_nearly_every_rule_is_broken(planted: Planted, schema: Schema) -> None:
    """Nearly every rule of the first pass, over most workbooks, sorted."""
    first_pass = {
        rule.id
        for rule in schema.rules.values()
        if not rule.needs and rule.id.partition("-")[0] not in ("LNK", "YR", "WAIVE")
    }
    assert first_pass - {each["rule"] for each in planted.expected} == NEVER
    assert len({each["file"] for each in planted.expected}) >= 15
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
        if each["cell"] and not each["cell"].endswith("2") and each["rule"] != "META-09"
    )
    assert max(rows.values()) == 1


def test_the_blamed_cell_of_a_row_rule_is_the_first_that_the_rule_names(planted: Planted, schema: Schema) -> None:
    """A fault against a rule of one row is expected in a column that one of the rule's checks blames first."""
    for each in planted.expected:
        rule = schema.rules[each["rule"]]
        if rule.checks:
            sheet = sheet_of(planted, each["file"], each["sheet"])
            column = sheet.rows[1][column_number(each["cell"]) - 1].value
            assert column in {check.blame[0] for check in rule.checks} or rule.id in BY_FUNCTION_TOO


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
    assert keys == [column.name for column in schema.sheet("nathb.awareness").columns if column.name != "target"]
    assert len(sheet_of(planted, "VAAO_2025.xlsx", "meta").rows) == 2


def test_a_messy_workbook_has_a_title_and_no_keys(planted: Planted, schema: Schema) -> None:
    """K28: a merged title, Albanian labels, days of two digits, a hidden column, spaces after words."""
    sheet = sheet_of(planted, "ATK_2025.xlsx", "inspections")
    labels = [cell.value for cell in sheet.rows[2]]
    assert (sheet.merged, len(sheet.hidden_columns)) == (("A1:F1",), 1)
    assert labels == [column.label.sq for column in schema.sheet("labour.inspections").columns]
    dated = labels.index(schema.sheet("labour.inspections").by_name["date"].label.sq)
    assert all(str(row[dated].value).endswith(".25") for row in sheet.rows[3:])
    assert str(sheet.rows[3][0].value).endswith(" ")


def test_files_are_those_with_rows(planted: Planted, schema: Schema) -> None:
    """Nil returns are left out, every other workbook still has its sheets and rows."""
    assert {grid.file for grid in planted.workbooks} >= {"KP_THB_2025.xlsx", "NGO_SAMPLE_2025.xlsx", "ATK_2025.xlsx"}
    whole = tuple(each for each in planted.workbooks if each.file in ("BORDER_2025.xlsx", "AMSCA_2025.xlsx"))
    assert all(isinstance(each, WorkbookGrid) for each in whole)
    assert sum(bool(rows) for rows in records_of(whole, schema).values()) >= 4


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

"""The sample is whole: every cell is as the schema asks, and the truth says who is behind each row."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from grids import Records

from atstats.errors import UsageError
from atstats.schema import Column, Schema, Sheet
from atstats.simulation import Simulated, simulate
from atstats.vocabulary import SPECIAL_VALUES
from atstats.workbook import write_workbook

AGENCIES = {"KP_THB", "SP", "KJC", "ISF", "PVPT", "CSW_19", "VAAO", "NATHB"}


def sheets(records: Records, schema: Schema) -> list[tuple[str, Sheet, dict[int, Any]]]:
    return [
        (file, schema.sheet(f"{schema.agencies[file.rpartition('_')[0]].workbook}.{name}"), rows)
        for (file, name), rows in records.items()
    ]


def fits(column: Column, value: object, schema: Schema) -> bool:
    if value in SPECIAL_VALUES:
        return True
    if column.codes:
        return isinstance(value, str) and all(code in schema.codelists[column.codes] for code in value.split(";"))
    if column.type in ("integer", "decimal"):
        wanted = int if column.type == "integer" else (int, float)
        low, high = column.minimum, column.maximum
        return isinstance(value, wanted) and (low is None or value >= low) and (high is None or value <= high)
    return isinstance(value, date if column.type == "date" else str)


def test_one_workbook_for_each_agency_that_sends_one(sample: Simulated, schema: Schema) -> None:
    """The files are named by agency and year, and the tabs by sheet key or by label."""
    assert {grid.file for grid in sample.workbooks} == {f"{agency}_2025.xlsx" for agency in AGENCIES}
    assert {agency.code for agency in schema.agencies.values() if agency.workbook} == AGENCIES
    tabs = {grid.file: [sheet.name for sheet in grid.sheets] for grid in sample.workbooks}
    assert tabs["KP_THB_2025.xlsx"] == ["meta", "victims", "suspects", "cases", "operations", "screening"]
    assert tabs["PVPT_2025.xlsx"] == ["meta", schema.sheet("shelter.residents").label.sq, "services"]


def test_every_value_fits_its_column(records: Records, schema: Schema) -> None:
    """Codes stand in their lists, numbers in their limits, dates are dates and ids are text."""
    wrong = [
        (file, sheet.name, row, column.name)
        for file, sheet, rows in sheets(records, schema)
        for row, record in rows.items()
        for column in sheet.columns
        if column.name in record and not fits(column, record[column.name], schema)
    ]
    assert wrong == []


def test_every_required_cell_is_filled(records: Records, schema: Schema) -> None:
    """Columns that are required, always or under a condition, have a value in every row."""
    blank = []
    for file, sheet, rows in sheets(records, schema):
        for row, record in rows.items():
            blank += [(file, sheet.name, row, c.name) for c in sheet.columns if c.required and c.name not in record]
            frame = pl.DataFrame(
                {column.name: [record.get(column.name)] for column in sheet.columns},
                schema={column.name: pl.String if column.codes else None for column in sheet.columns},
            )
            for column in sheet.columns:
                if column.required_if and frame.select(pl.sql_expr(column.required_if)).item():
                    blank += [(file, sheet.name, row, column.name)] if column.name not in record else []
    assert blank == []


def test_every_row_about_a_person_has_its_truth(sample: Simulated, records: Records, schema: Schema) -> None:
    """Truth names each row of a victim or suspect once, victims are V and suspects S."""
    expected = {
        (file, sheet.name, row): {"victim": "V", "suspect": "S"}[sheet.role]
        for file, sheet, rows in sheets(records, schema)
        if sheet.role
        for row in rows
    }
    assert {(file, name, row): person[0] for file, name, row, person in sample.truth} == expected
    assert len(sample.truth) == len(expected)


def test_thirty_five_persons_give_about_seventy_five_registrations(sample: Simulated, records: Records) -> None:
    """The sizes are those of a real year: persons, registrations, suspects, judgments, events."""
    victims = [person for *_, person in sample.truth if person.startswith("V")]
    assert len(set(victims)) == 35
    assert 65 <= len(victims) <= 85
    n = {key: len(rows) for key, rows in records.items()}
    assert 15 <= n["KP_THB_2025.xlsx", "victims"] <= 25
    assert 20 <= n["KP_THB_2025.xlsx", "suspects"] <= 30
    assert 15 <= n["SP_2025.xlsx", "reports"] <= 22
    assert 8 <= n["KJC_2025.xlsx", "judgments"] <= 15
    assert (n["NATHB_2025.xlsx", "trainings"], n["NATHB_2025.xlsx", "awareness"]) == (12, 8)


def test_the_mix_is_that_of_the_published_figures(records: Records) -> None:
    """At the police most victims are female, Kosovo citizens and sexually exploited."""
    rows = list(records["KP_THB_2025.xlsx", "victims"].values())
    for key, most in (("sex", "F"), ("citizenship_1", "XK"), ("purpose_main", "SEX"), ("status_current", "VOT")):
        assert Counter(row[key] for row in rows).most_common(1)[0][0] == most
    assert {row["citizenship_1"] for row in rows} > {"XK"}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_bytes(schema: Schema, tmp_path: Path, seed: int) -> None:
    """Two runs agree in every grid, truth and byte; another seed gives another collection."""
    first = simulate(n_persons=20, seed=seed, year=2025, schema=schema)
    second = simulate(n_persons=20, seed=seed, year=2025, schema=schema)

    assert first == second
    for number, made in enumerate((first, second)):
        write_workbook(made.workbooks[0], tmp_path / f"{number}.xlsx", codes=schema.codelists)
    assert (tmp_path / "0.xlsx").read_bytes() == (tmp_path / "1.xlsx").read_bytes()
    assert first != simulate(n_persons=20, seed=seed + 2, year=2025, schema=schema)


@pytest.mark.parametrize(("n_persons", "year"), [(1, 2025), (3, 2020), (16, 2024), (300, 2025)])
def test_any_number_of_persons_fits_the_schema(schema: Schema, n_persons: int, year: int) -> None:
    """Few or many persons, another year: every file is there and every person has a row."""
    made = simulate(n_persons=n_persons, seed=5, year=year, schema=schema)

    assert {grid.file for grid in made.workbooks} == {f"{agency}_{year}.xlsx" for agency in AGENCIES}
    assert len({person for *_, person in made.truth if person.startswith("V")}) == n_persons
    for grid in made.workbooks:
        (meta,) = [sheet for sheet in grid.sheets if sheet.name == "meta"]
        stated = dict(zip((c.value for c in meta.rows[1]), (c.value for c in meta.rows[2]), strict=True))
        empty = all(len(sheet.rows) == 2 for sheet in grid.sheets if sheet.name != "meta")
        assert stated["nil_return"] == ("YES" if empty else "NO")
        assert stated["reference_year"] == year


def test_nobody_is_no_sample(schema: Schema) -> None:
    """A sample of no persons is refused with the next move."""
    with pytest.raises(UsageError, match="at least one person"):
        simulate(n_persons=0, seed=1, year=2025, schema=schema)


def test_the_files_say_that_they_are_made_up(sample: Simulated, records: Records) -> None:
    """Title, keywords and the comment in meta say SAMPLE."""
    for grid in sample.workbooks:
        assert grid.properties["title"].startswith("SAMPLE ")
        assert grid.properties["keywords"] == "SAMPLE"
        (meta,) = records[grid.file, "meta"].values()
        assert meta["comment"] == "SAMPLE: made up"


def test_a_column_that_the_schema_adds_is_filled_and_one_that_it_drops_is_left_out(schema: Schema) -> None:
    """A statistician may change the columns without breaking the sample."""
    police = schema.workbooks["police"]
    victims = police.sheet("victims")
    label = victims.by_name["sex"].label
    added = (
        Column("new_code", "code", label, codes="risk", required=True),
        Column("new_answer", "yesno", label, codes="yesno", required=True),
        Column("new_date", "date", label, required=True),
        Column("new_number", "integer", label, required=True, minimum=2),
        Column("new_text", "text", label, required=True),
    )
    columns = (*(column for column in victims.columns if column.name != "pregnant"), *added)
    changed = tuple(replace(victims, columns=columns) if s.name == "victims" else s for s in police.sheets)
    other = replace(schema, workbooks={**schema.workbooks, "police": replace(police, sheets=changed)})

    made = simulate(n_persons=16, seed=5, year=2025, schema=other).workbooks[0].sheets[1]

    keys = [cell.value for cell in made.rows[1]]
    assert "pregnant" not in keys
    assert [cell.value for cell in made.rows[2]][-5:] == ["LOW", "UNK", date(2025, 12, 31), 2, "SAMPLE"]

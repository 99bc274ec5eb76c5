"""The sample is whole: every cell is as the schema asks, and the truth says who is behind each row."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from grids import Records, agency_of

from atstats.errors import UsageError
from atstats.schema import Column, Schema, Sheet, load
from atstats.simulation import Simulated, simulate, simulate_years
from atstats.simulation.register import workbook_of
from atstats.vocabulary import SPECIAL_VALUES
from atstats.workbook import write_workbook

REPORTING = {
    "KP_THB", "SP", "KJC", "ISF", "PVPT", "HHC", "CSW_19", "VAAO", "CVC", "LI", "ATK", "NGO_SAMPLE", "HELPLINE",
    "NATHB", "BORDER", "DMFK", "AMSCA",
}  # fmt: skip
SPELLINGS = {"Po", "Jo", "Da", "Ne", "Drenas", "Therandë"}
"""What registrars type instead of a code (K28, K31)."""


def sheets(records: Records, schema: Schema) -> list[tuple[str, Sheet, dict[int, Any]]]:
    return [
        (file, schema.sheet(f"{workbook_of(agency_of(file), schema)}.{name}"), rows)
        for (file, name), rows in records.items()
    ]


def fits(column: Column, value: object, schema: Schema) -> bool:
    if value in SPECIAL_VALUES or value in SPELLINGS:
        return True
    if column.codes == "agency":
        return isinstance(value, str)  # the sample has agencies of its own
    if column.codes:
        return isinstance(value, str) and all(code in schema.codelists[column.codes] for code in value.split(";"))
    if column.type in ("integer", "decimal"):
        wanted = int if column.type == "integer" else (int, float)
        low, high = column.minimum, column.maximum
        return isinstance(value, wanted) and (low is None or value >= low) and (high is None or value <= high)
    return isinstance(value, date if column.type == "date" else str)


def test_every_expected_agency_sends_something(years: Mapping[int, Simulated], schema: Schema) -> None:
    """Seventeen workbooks with rows in the last year, and a nil return of everybody else that is expected."""
    expected = {agency.code for agency in schema.agencies.values() if agency.expected_in(2025)}
    files = {grid.file: grid for grid in years[2025].workbooks}
    assert {agency_of(file) for file in files} == expected | {"NGO_SAMPLE"}
    assert {agency_of(file) for file, grid in files.items() if len(grid.sheets) > 1} == REPORTING
    for grid in files.values():
        if len(grid.sheets) == 1:
            assert (grid.sheets[0].name, grid.sheets[0].dropdowns, grid.choices) == ("meta", {}, {})
    tabs = {file: [sheet.name for sheet in grid.sheets] for file, grid in files.items()}
    assert tabs["KP_THB_2025.xlsx"] == [sheet.name for sheet in schema.workbooks["police"].sheets]
    assert tabs["PVPT_2025.xlsx"][:3] == ["meta", schema.sheet("shelter.residents").label.sq, "services"]


def test_every_value_fits_its_column(all_records: Records, schema: Schema) -> None:
    """Codes stand in their lists, numbers in their limits, dates are dates and ids are text."""
    wrong = [
        (file, sheet.name, row, column.name)
        for file, sheet, rows in sheets(all_records, schema)
        for row, record in rows.items()
        for column in sheet.columns
        if column.name in record and not fits(column, record[column.name], schema)
    ]
    assert wrong == []


def test_every_required_cell_is_filled(all_records: Records, schema: Schema) -> None:
    """Columns that are required, always or under a condition of their row, have a value in every row."""
    blank = []
    for file, sheet, rows in sheets(all_records, schema):
        for row, record in rows.items():
            blank += [(file, sheet.name, row, c.name) for c in sheet.columns if c.required and c.name not in record]
            blank += [(file, sheet.name, row, name) for name in asked(sheet, record) if name not in record]
    assert blank == []


def asked(sheet: Sheet, record: Mapping[str, Any]) -> list[str]:
    """The columns whose condition over the bare cells is true; conditions over several codes are left to validation."""
    frame = pl.DataFrame(
        {column.name: [record.get(column.name)] for column in sheet.columns},
        schema={column.name: pl.String if column.codes else None for column in sheet.columns},
    )
    simple = [
        c for c in sheet.columns if c.required_if and "array" not in c.required_if and "age_at" not in c.required_if
    ]
    return [column.name for column in simple if frame.select(pl.sql_expr(column.required_if)).item()]


def test_every_row_about_a_person_has_its_truth(
    years: Mapping[int, Simulated], all_records: Records, schema: Schema
) -> None:
    """Truth names each row of a victim or suspect that counts once, victims are V and suspects S."""
    truth = [line for made in years.values() for line in made.truth]
    expected = {
        (file, sheet.name, row): {"victim": "V", "suspect": "S"}[sheet.role]
        for file, sheet, rows in sheets(all_records, schema)
        if sheet.role and file != "CSW_19_2024.xlsx"  # K30: another revision counts
        for row in rows
    }
    assert {(file, name, row): person[0] for file, name, row, person in truth} == expected
    assert len(truth) == len(expected)


def test_a_year_has_the_size_of_a_real_one(years: Mapping[int, Simulated]) -> None:
    """Persons, registrations, suspects and judgments; those carried over come on top of the thirty-five new ones."""
    for year, made in years.items():
        n = Counter((agency_of(file), sheet) for file, sheet, *_ in made.truth)
        assert 40 <= len({person for *_, person in made.truth if person.startswith("V")}) <= 70
        assert 25 <= n["KP_THB", "victims"] <= 32, year
        assert 25 <= n["KP_THB", "suspects"] <= 46
        assert 20 <= n["SP", "reports"] <= 40
        assert 15 <= n["KJC", "judgments"] <= 32


def test_the_mix_is_that_of_the_published_figures(all_records: Records) -> None:
    """At the police most victims are girls, Kosovo citizens and sexually exploited, in every year."""
    for year in (2023, 2024, 2025):
        rows = list(all_records[f"KP_THB_{year}.xlsx", "victims"].values())
        for key, most in (("sex", "F"), ("citizenship_1", "XK"), ("purpose_main", "SEX"), ("status_current", "VOT")):
            assert Counter(row[key] for row in rows).most_common(1)[0][0] == most
        assert {row["citizenship_1"] for row in rows} > {"XK"}
        assert sum(row["social_worker_present"] == "YES" for row in rows) >= len(rows) * 0.4


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_bytes(schema: Schema, tmp_path: Path, seed: int) -> None:
    """Two runs agree in every grid, truth and byte; another seed gives another collection."""
    first = simulate(n_persons=20, seed=seed, year=2025, schema=schema)
    second = simulate(n_persons=20, seed=seed, year=2025, schema=schema)

    assert first == second
    for number, made in enumerate((first, second)):
        write_workbook(made.workbooks[0], tmp_path / f"{number}.xlsx")
    assert (tmp_path / "0.xlsx").read_bytes() == (tmp_path / "1.xlsx").read_bytes()
    assert first != simulate(n_persons=20, seed=seed + 2, year=2025, schema=schema)


@pytest.mark.parametrize(("n_persons", "year"), [(1, 2025), (3, 2020), (16, 2024), (300, 2025)])
def test_any_number_of_persons_fits_the_schema(schema: Schema, n_persons: int, year: int) -> None:
    """Few or many persons, another year: every file is there, and each says whether it has anything to tell."""
    made = simulate(n_persons=n_persons, seed=5, year=year, schema=schema)

    expected = {agency.code for agency in schema.agencies.values() if agency.expected_in(year)}
    assert {agency_of(grid.file) for grid in made.workbooks} == expected | {"NGO_SAMPLE"}
    assert len({person for *_, person in made.truth if person.startswith("V")}) >= n_persons
    for grid in made.workbooks:
        (meta,) = [sheet for sheet in grid.sheets if sheet.name == "meta"]
        stated = dict(zip((c.value for c in meta.rows[1]), (c.value for c in meta.rows[2]), strict=True))
        empty = all(len(sheet.rows) == 2 for sheet in grid.sheets if sheet.name != "meta")
        assert stated["nil_return"] == ("YES" if empty else "NO")
        assert stated["reference_year"] == year


def test_nobody_is_no_sample_and_years_are_in_a_row(schema: Schema) -> None:
    """A sample of no persons, of too many years or of years apart is refused with the next move."""
    with pytest.raises(UsageError, match="at least one person"):
        simulate(n_persons=0, seed=1, year=2025, schema=schema)
    for years in ((2021, 2022, 2023, 2024), (2023, 2025), (2025, 2024)):
        with pytest.raises(UsageError, match="years in a row"):
            simulate_years(n_persons=1, seed=1, years=years, schema=schema)


def test_the_files_say_that_they_are_made_up(sample: Simulated, records: Records) -> None:
    """Title, keywords and the comment in meta say SAMPLE, and so do the sample's own agencies and reasons."""
    for grid in sample.workbooks:
        assert grid.properties["title"].startswith("SAMPLE ")
        assert grid.properties["keywords"] == "SAMPLE"
        (meta,) = records[grid.file, "meta"].values()
        assert meta["comment"] == "SAMPLE: made up"
    assert all(reason.startswith("SAMPLE: ") for *_, reason in sample.notes)


def test_the_samples_own_agencies_extend_the_register(sample: Simulated, root: Path, tmp_path: Path) -> None:
    """An organisation that changed its name and a shelter that closed, as a collection declares them."""
    own = tmp_path / "agencies.toml"
    own.write_text(sample.agencies, encoding="utf-8")
    agencies = load(root / "schemas", own_agencies=own).agencies
    assert agencies["NGO_SAMPLE_OLD"].successor == "NGO_SAMPLE"
    assert [code for code in agencies if "SAMPLE" in code and agencies[code].expected_in(2025)] == ["NGO_SAMPLE"]
    assert agencies["SHELTER_SAMPLE"].valid_to == date(2024, 6, 30)


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

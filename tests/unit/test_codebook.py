"""What the schemas say can be read: by name, as pages, and as Python that runs."""

from datetime import date
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest

from atstats.codebook import Facts, Grid, describe, listing, names, pages, pandera_source
from atstats.schema import TYPES, Schema, Sheet, load


@pytest.fixture(scope="module")
def schema(root: Path) -> Schema:
    """The schemas that are shipped."""
    return load(root / "schemas")


def test_a_rule_is_told_with_reason_conditions_and_examples(schema: Schema) -> None:
    """The whole entry of a row rule, in Albanian."""
    (entry,) = describe("vic-02", schema=schema, language="sq")

    assert (entry.kind, entry.name) == ("rule", "VIC-02")
    statement, facts, conditions, passes, fails = entry.parts
    assert (
        statement
        == "Kontakti i parë, statusi i parë, identifikimi formal dhe statusi aktual nuk janë sipas kësaj radhe."
    )
    assert isinstance(facts, Facts)
    assert dict(facts.pairs)["pesha"] == "gabim: dorëzimi nuk pranohet"
    assert dict(facts.pairs)["fletët"] == "police.victims"
    assert isinstance(conditions, Grid)
    assert conditions.header == ("kur", "duhet të vlejë", "tregon qelizën")
    assert conditions.rows[0] == (
        "", "first_contact_date <= status_initial_date", "status_initial_date, first_contact_date",
    )  # fmt: skip
    assert isinstance(passes, Grid)
    assert passes.rows == (("2025-01-01", "2025-01-02", "2025-01-20", "2025-01-20"),)
    assert isinstance(fails, Grid)
    assert len(fails.rows) == 2


def test_a_rule_of_the_program_shows_an_example_sheet_by_sheet(schema: Schema) -> None:
    """Rows of each sheet in a table of their own; places of a message that are still open are dots."""
    (entry,) = describe("CASE-02", schema=schema, language="en")

    assert entry.parts[0] == "The number stated differs from the rows of this case (…)."
    captions = [part.caption for part in entry.parts if isinstance(part, Grid)]
    assert captions == [
        "an example that passes: police.cases", "an example that passes: police.victims",
        "an example that fails: police.cases", "an example that fails: police.victims",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("purpose", [("code_list", "purpose"), ("column", "purpose")]),
        ("police", [("submission_type", "police")]),
        ("victims", [("sheet", "police.victims")]),
        ("Police.Victims", [("sheet", "police.victims")]),
        ("services", [("sheet", f"{each}.services") for each in ("csw", "ngo", "shelter")]),
        ("meta", [("sheet", "meta")]),
        ("purpose_main", [("column", "purpose_main")]),
        ("police.victims.purpose_main", [("column", "purpose_main")]),
        ("kp_thb", [("agency", "KP_THB")]),
        ("t2.1", [("table", "T2.1")]),
        ("nothing of ours", []),
    ],
)
def test_a_name_is_found_whatever_it_names(schema: Schema, name: str, expected: list[tuple[str, str]]) -> None:
    """A name that stands for two things gives both; capitals do not matter."""
    assert [(entry.kind, entry.name) for entry in describe(name, schema=schema, language="en")] == expected


@pytest.mark.parametrize("language", ["en", "sq", "sr", "sr-cyrl"])
def test_every_name_can_be_told_in_every_language(schema: Schema, language: str) -> None:
    """Nothing that is listed fails to be explained."""
    for name in names(schema):
        assert describe(name, schema=schema, language=language), name


def test_a_code_list_says_who_uses_it_and_whether_its_labels_were_checked(schema: Schema) -> None:
    """Codes with label and the crosswalks that are filled; empty ones are left out."""
    facts, grid = describe("purpose", schema=schema, language="sr")[0].parts

    assert isinstance(facts, Facts)
    n = len(schema.codelists["purpose"].codes)
    assert dict(facts.pairs)["nazivi koje izvorni govornik još nije proverio"] == f"{n} od {n}"
    assert "police.victims.purpose_all" in dict(facts.pairs)["koristi se u"]
    assert isinstance(grid, Grid)
    assert grid.header[:4] == ("šifra", "naziv", "htcds", "ctdc")
    assert "ictip" not in grid.header
    assert grid.rows[0][:3] == ("SEX", "seksualna eksploatacija", "SexualExploitation")


def test_lists_are_in_the_order_of_the_schemas(schema: Schema) -> None:
    """One line for each, its label in the language asked for."""
    assert listing("sheets", schema=schema, language="sq")[1] == ("assets.assets", "pasuria")
    assert ("VIC-03", "greška: Status je promenjen, a razlog nije naveden.") in listing(
        "rules", schema=schema, language="sr"
    )
    assert ("sex2", "F, M, UNK (3)") in listing("codes", schema=schema, language="en") or "sex2" in schema.codelists
    assert [name for name, _ in listing("agencies", schema=schema, language="en")] == list(schema.agencies)
    assert len(listing("tables", schema=schema, language="en")) == len(schema.tables)


# --------------------------------------------------------------------------- pages


def test_the_pages_hold_every_sheet_list_agency_and_rule(schema: Schema) -> None:
    """One page a submission type, and each thing of the schemas has its heading or its line."""
    made = pages(schema)

    assert set(made) == {
        "rules.md", *(f"codebook/{name}.md" for name in ("README", "agencies", "codelists", "meta", *schema.workbooks)),
    }  # fmt: skip
    for rule in schema.rules:
        assert f"\n## {rule}\n" in made["rules.md"]
    for name in schema.codelists:
        assert f"\n## {name}\n" in made["codebook/codelists.md"]
    for code in schema.agencies:
        assert f"\n| {code} | " in made["codebook/agencies.md"]
    for sheet in schema.sheets():
        page = made["codebook/meta.md" if sheet.name == "meta" else f"codebook/{sheet.workbook}.md"]
        for column in sheet.columns:
            assert f"\n| {column.name} | {column.label.en} | {column.label.sq} | {column.label.sr} | " in page


def test_a_page_shows_obligation_bounds_and_what_was_decided_here(schema: Schema) -> None:
    """The line of a column says all that a registrar and a reviewer need."""
    shelter = pages(schema)["codebook/shelter.md"]

    assert "| beds | beds | shtretër | kreveti | integer | Required. | From 0 to 1000. |  |\n" in shelter
    assert "A closed month is no month without residents. (decided here: no source fixes it) |" in shelter
    assert "| code funder | Required. |" in shelter
    assert "; identifies a person | Required. |" in shelter


def test_pages_are_the_same_each_time_and_say_that_they_are_made(schema: Schema, root: Path) -> None:
    """Equal schemas give equal pages; the first line tells not to edit them."""
    assert pages(schema) == pages(load(root / "schemas"))
    assert all(
        text.startswith("<!-- Made by `atstats schema docs`") and text.endswith("\n") for text in pages(schema).values()
    )


# --------------------------------------------------------------------------- Python source


def compiled(sheet: Sheet, schema: Schema) -> pa.DataFrameSchema:
    """The source, executed as an auditor would."""
    scope: dict[str, Any] = {}
    exec(pandera_source(sheet, schema=schema, year=2025), scope)
    found = scope["SCHEMA"]
    assert isinstance(found, pa.DataFrameSchema)
    return found


def records(sheet: Sheet, *rows: dict[str, Any]) -> pl.DataFrame:
    """Typed records; what a row does not say is null."""
    types = {column.name: TYPES[column.type] for column in sheet.columns}
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types)


def broken(found: pa.DataFrameSchema, frame: pl.DataFrame) -> set[str]:
    """What pandera refuses, by the name of the check."""
    try:
        found.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return set(errors.failure_cases["check"].to_list())
    return set()


def test_the_source_of_a_sheet_accepts_good_rows_and_refuses_bad_ones(schema: Schema) -> None:
    """The example rows pass; a wrong code, a number out of bounds and dates out of order do not."""
    victims = schema.sheet("police.victims")
    good = [{**row} for row in victims.examples]
    bad = [
        {**good[0], **change}
        for change in (
            {"marital_status": "QQ"},
            {"country_transit": ["AL", "QQ"]},
            {"episode_no": 12},
            {"status_current_date": date(2024, 2, 1)},
        )
    ]

    found = compiled(victims, schema)

    assert broken(found, records(victims, *good)) == set()
    told = [broken(found, records(victims, row)) for row in bad]
    assert told[:3] == [{"TYPE-02/unlisted"}, {"TYPE-02/unlisted"}, {"RANGE-01/maximum"}]
    assert "VIC-02/2" in told[3]
    assert found.columns["sex"].metadata == {"required": True}


def test_the_source_of_every_sheet_holds_the_examples_of_every_row_rule(schema: Schema) -> None:
    """What a rule's own failing rows break in the program, they break in the source; its passing rows do not."""
    for sheet in schema.sheets():
        found = compiled(sheet, schema)
        for rule in schema.rules.values():
            if sheet.record_type != next(iter(rule.applies_to), "") or not rule.checks:
                continue
            for examples, expected in ((rule.passes, False), (rule.fails, True)):
                for row in examples:
                    if any(isinstance(value, list) and value and isinstance(value[0], dict) for value in row.values()):
                        continue
                    told = broken(found, records(sheet, dict(row)))
                    assert any(name.startswith(f"{rule.id}/") for name in told) is expected, (rule.id, row, told)

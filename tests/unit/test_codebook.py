"""What the schemas say can be read: by name, as pages, and as Python that runs."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest

from atstats.codebook import KINDS, Facts, Grid, describe, listing, names, pages, pandera_source
from atstats.schema import TYPES, Schema, Sheet, load
from atstats.validation import crosschecks


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
        ("police", [("submission_type", "police"), ("code", "POLICE")]),
        ("W1", [("submission_type", "police")]),
        ("w11", [("submission_type", "border")]),
        ("W12", [("elsewhere", "W12")]),
        ("k29", [("elsewhere", "K29")]),
        ("victims", [("sheet", "police.victims"), ("counted", "victims")]),
        ("Police.Victims", [("sheet", "police.victims")]),
        ("services", [*(("sheet", f"{each}.services") for each in ("csw", "ngo", "shelter")), ("code", "SERVICES")]),
        ("age2_exploitation", [("dimension", "age2_exploitation")]),
        ("mi_n", [("unit", "KP_THB/MI_N"), ("code", "MI_N")]),
        ("KP_THB/MI_N", [("unit", "KP_THB/MI_N")]),
        ("0-8", [("code", "0-8")]),
        ("law", [("reference", "law")]),
        ("population", [("column", "population"), ("reference", "population")]),
        ("tables", [("listing", "tables")]),
        ("Policia e Kosovës", [("submission_type", "police"), ("code", "POLICE")]),
        ("prvi kontakt", [("column", "first_contact_date")]),
        ("meta", [("sheet", "meta")]),
        ("purpose_main", [("column", "purpose_main")]),
        ("police.victims.purpose_main", [("column", "purpose_main")]),
        ("kp_thb", [("agency", "KP_THB"), ("code", "KP_THB")]),
        ("t2.1", [("table", "T2.1")]),
        ("nothing of ours", []),
    ],
)
def test_a_name_is_found_whatever_it_names(schema: Schema, name: str, expected: list[tuple[str, str]]) -> None:
    """A name that stands for two things gives both; capitals do not matter."""
    assert [(entry.kind, entry.name) for entry in describe(name, schema=schema, language="en")] == expected


def test_a_rule_of_expressions_and_of_the_program_says_both_and_shows_every_example(schema: Schema) -> None:
    """Single rows in one table, whole sheets in numbered ones; the sheets are those of both ways."""
    told = {}
    for name in ("CRT-03", "CRT-11"):
        (entry,) = describe(name, schema=schema, language="en")
        facts = dict(entry.parts[1].pairs) if isinstance(entry.parts[1], Facts) else {}
        grids = [(part.caption, len(part.rows)) for part in entry.parts if isinstance(part, Grid)]
        told[name] = (facts["sheets"], facts["evaluated"], grids)

    both = (
        "row by row, by the expressions below, where a blank leaves it not evaluated; and by the program, over all rows"
    )
    assert told == {
        "CRT-03": ("court.sanctions, court.judgments", both, [
            ("conditions", 1), ("messages", 1),
            ("an example that passes", 1),
            ("an example that passes: court.judgments", 1), ("an example that passes: court.sanctions", 1),
            ("an example that fails", 1),
            ("an example that fails: court.judgments", 1), ("an example that fails: court.sanctions", 1),
        ]),
        "CRT-11": ("court.judgments, court.cases, prosecution.decisions, prosecution.reports", both, [
            ("conditions", 1), ("messages", 1),
            ("an example that passes", 1),
            ("an example that passes (1): court.judgments", 1), ("an example that passes (1): court.cases", 2),
            ("an example that passes (2): prosecution.decisions", 1),
            ("an example that fails", 1),
            ("an example that fails (1): court.judgments", 1), ("an example that fails (2): prosecution.reports", 1),
        ]),
    }  # fmt: skip


def test_how_a_rule_is_held_and_on_which_sheets_is_what_the_program_does(schema: Schema) -> None:
    """A rule with a function is told to be held by the program, with every sheet that the function asks for."""
    held, untold = {}, {}
    for rule in schema.rules.values():
        facts = describe(rule.id, schema=schema, language="en")[0].parts[1]
        assert isinstance(facts, Facts)
        pairs = dict(facts.pairs)
        held[rule.id] = ("expressions" in pairs["evaluated"], "the program" in pairs["evaluated"])
        shown = (pairs.get("sheets") or pairs.get("sheets of its examples", "")).split(", ")
        asked = {name for group in crosschecks._NEEDS.get(rule.id, ()) for name in group}
        untold |= {rule.id: asked - set(shown)} if asked - set(shown) else {}

    assert untold == {}
    assert held == {
        rule.id: (bool(rule.checks), not rule.checks or rule.id in crosschecks.RULES) for rule in schema.rules.values()
    }


def test_a_table_is_told_with_its_population_rows_columns_and_notes(schema: Schema) -> None:
    """The whole entry of a table, in English; the sections that count something else say so."""
    (entry,) = describe("T3.1", schema=schema, language="en")

    assert entry.parts == (
        "Registered victims by main form of exploitation, sex and age",
        Facts((
            ("chapter", "3"),
            ("unit of count", "Number of persons"),
            ("scope", "Registered victims of the reference year by the one main form; child or adult when exploitation "
                      "began."),
            ("source", "Submissions of the agencies, linked."),
            ("notes", "Forced begging is labour exploitation in the directive; it is shown apart here."),
            ("counted from", "victims (registered victims)"),
            ("goes to", "EU, UN, SDG, TIP"),
        )),
        Grid("rows", ("dimension", "categories"), ((
            "Main form of exploitation (form)",
            "Total, sexual exploitation, forced labour, services or servitude, forced begging, other forms, not known",
        ),)),
        Grid("columns", ("dimension", "categories"), ((
            "Sex (sex2) × Child or adult when exploitation began (age2_exploitation)",
            "(female, male, other or not known) × (child (under 18), adult (18 and over), age not known), Total",
        ),)),
    )  # fmt: skip
    rows = describe("T0.1", schema=schema, language="en")[0].parts[2]
    assert isinstance(rows, Grid)
    assert rows.rows[1] == (
        "Indicator (indicator)", "formally identified victims",
        "victims (registered victims); Formally identified (identified): formally identified; "
        "other years: published figures (identified)",
    )  # fmt: skip
    linkage = describe("T14.4", schema=schema, language="en")[0].parts[1]
    assert isinstance(linkage, Facts)
    assert dict(linkage.pairs)["rows and columns"] == "by the program"


def test_a_code_is_told_in_every_list_that_has_it(schema: Schema) -> None:
    """Words, crosswalks and groups by list, whether it is always valid, and what is put together under it."""
    sex = describe("SEX", schema=schema, language="en")[-1]
    north = describe("MI_N", schema=schema, language="sr")[-1]
    closed = describe("MLSW", schema=schema, language="en")[0].parts[1]

    assert sex.parts[0] == Grid(
        "", ("code list", "label", "crosswalks", "groups", "source"), (
            ("form", "sexual exploitation",
             "htcds: SexualExploitation; ctdc: isSexualExploit; eurostat: SEX; unodc: SX", "",
             "principal form of exploitation, as tables show it; the roll-up is the column form of purpose.csv"),
            ("purpose", "sexual exploitation",
             "htcds: SexualExploitation; ctdc: isSexualExploit; eurostat: SEX; unodc: SX", "form: SEX; tip: SEX",
             "Directive 2011/36/EU as amended 2024 Art. 2(3); domain study 5b"),
        ),
    )  # fmt: skip
    assert north.parts[1:] == (
        Facts((("važi", "uvek"),)),
        Facts((("obuhvata", "municipality 12 (Leposavić), 28 (Zubin Potok), 29 (Zvečan), 38 (Severna Mitrovica)"),)),
    )
    assert isinstance(closed, Facts)
    assert dict(closed.pairs)["in the code lists"] == "agency"


def test_what_the_schemas_do_not_hold_is_told_where_it_is(schema: Schema) -> None:
    """An awkward case of the sample names its page, and the rules whose reason names it."""
    (entry,) = describe("K19", schema=schema, language="en")

    assert entry.parts == (
        "An awkward case of the made-up sample (K01 to K40): sample_data/README.md says what is awkward in it and in "
        "which workbooks it lies.",
        Facts((("rules that name it", "CASE-06"),)),
    )
    assert describe("K99", schema=schema, language="en") == ()


def test_every_file_of_reference_data_is_shown_line_by_line(schema: Schema, root: Path) -> None:
    """Its words, its place, and its lines under the keys of the file."""
    for path in sorted((root / "schemas" / "reference").glob("*.csv")):
        entry = next(each for each in describe(path.stem, schema=schema, language="sq") if each.kind == "reference")
        words, facts, grid = entry.parts
        header, *lines = csv.reader(path.read_text(encoding="utf-8").splitlines())

        assert words == schema.guidance[f"reference.{path.stem}"].sq
        assert facts == Facts((("skedari", f"schemas/reference/{path.name}"), ("rreshtat", str(len(lines)))))
        assert grid == Grid("", tuple(header), tuple(map(tuple, lines)))


def test_the_numbers_of_submission_types_are_each_given_once(schema: Schema) -> None:
    """W1 to W11 of the specification; reference data are W12, and no workbook."""
    numbers = [workbook.number for workbook in schema.workbooks.values() if workbook.number]

    assert sorted(numbers) == sorted(f"W{number}" for number in range(1, 12))


@pytest.mark.parametrize("language", ["sq", "sr"])
def test_headings_are_in_the_language_asked_for(schema: Schema, language: str) -> None:
    """The kind of an entry and the names of its facts are words of that language."""
    words = {labels.of(language) for key, labels in schema.guidance.items() if key.startswith("word.")}
    for name in names(schema):
        for entry in describe(name, schema=schema, language=language):
            facts = [pair[0] for part in entry.parts if isinstance(part, Facts) for pair in part.pairs]
            assert {entry.heading, *facts} <= words, name


def test_types_of_columns_are_in_the_language_asked_for(schema: Schema) -> None:
    """One column of each type, in Albanian."""
    columns = describe("police.victims", schema=schema, language="sq")[0].parts[2]

    assert isinstance(columns, Grid)
    shown = {row[0]: row[2] for row in columns.rows}
    names_of_types = (
        "last_name",
        "first_contact_date",
        "episode_no",
        "sex",
        "purpose_all",
        "cooperates",
        "prev_victim",
    )
    assert [shown[name] for name in names_of_types] == [
        "tekst; e identifikon një person", "datë", "numër i plotë", "kod sex", "kode purpose", "kod cooperation",
        "po ose jo",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_is_listed_can_be_shown(schema: Schema, kind: str) -> None:
    """The list itself too."""
    for name, _ in listing(kind, schema=schema, language="en"):
        assert describe(name, schema=schema, language="en"), name
    assert describe(kind, schema=schema, language="en")[-1].kind == "listing"


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

"""What the domain study lists is there: sheets, columns, code lists, rules and tables.

The lists in `tests/spec/domain/` are copied from the study, not made from our schemas; each
test names whatever is missing.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from atstats.schema import Schema, load
from atstats.schema.registers import CROSSWALKS

_ROOT = Path(__file__).resolve().parents[2]
_LISTS = Path(__file__).resolve().parent / "domain"
_AGENCIES_WITH_NUMBERS = ("CSW",)


def _lines(name: str) -> Iterator[dict[str, str]]:
    with (_LISTS / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


@pytest.fixture(scope="module")
def schema() -> Schema:
    """The schemas of the checkout."""
    return load(_ROOT / "schemas")


def test_every_sheet_and_column_of_the_study_is_there(schema: Schema) -> None:
    """With the type, the code list and, where the study says so, the obligation."""
    missing = []
    for line in _lines("columns.csv"):
        workbooks = list(schema.workbooks) if line["workbook"] == "*" else [line["workbook"]]
        for workbook in workbooks:
            place = f"{workbook}.{line['sheet']}.{line['column']}"
            sheets = {sheet.name: sheet for sheet in schema.workbooks[workbook].sheets}
            if line["sheet"] not in sheets:
                missing.append(f"sheet {workbook}.{line['sheet']}")
                continue
            column = sheets[line["sheet"]].by_name.get(line["column"])
            if column is None:
                missing.append(place)
                continue
            if line["type"] and column.type != line["type"]:
                missing.append(f"{place} as {line['type']}, not {column.type}")
            if line["codes"] and column.codes != line["codes"]:
                missing.append(f"{place} with the list {line['codes']}, not {column.codes}")
            asked = column.required or column.required_if or column.decided_here
            if line["obligation"] == "R" and not asked:
                missing.append(f"{place} as required")
    assert not sorted(set(missing))


def test_every_code_list_the_study_names_is_there(schema: Schema) -> None:
    """Those that columns name, and every code that the study writes down."""
    named = {line["codes"] for line in _lines("columns.csv") if line["codes"]}
    assert not sorted(named - set(schema.codelists))
    missing = [
        f"{line['list']} {line['code']}"
        for line in _lines("codes.csv")
        if line["list"] not in schema.codelists or line["code"] not in schema.codelists[line["list"]]
    ]
    assert not missing


def test_every_code_has_three_labels_a_source_and_its_crosswalks(schema: Schema) -> None:
    """Nothing is claimed of IC-TIP: its column is there, and empty."""
    for codes in schema.codelists.values():
        for code in codes:
            assert all(code.labels.all()), (codes.id, code.code)
            assert code.source, (codes.id, code.code)
            if code.source != "agencies.toml":
                assert set(CROSSWALKS) <= set(code.maps), codes.id
                assert not code.maps["ictip"], (codes.id, code.code)


def test_every_rule_of_the_study_is_there(schema: Schema) -> None:
    """139 rules, each with the severity and the scope that the study gives it."""
    lines = list(_lines("rules.csv"))
    assert len(lines) == 139
    missing = [line["id"] for line in lines if line["id"] not in schema.rules]
    assert not missing
    other = [
        f"{line['id']} is {schema.rules[line['id']].severity} {schema.rules[line['id']].scope}, not "
        f"{line['severity']} {line['scope']}"
        for line in lines
        if (schema.rules[line["id"]].severity, schema.rules[line["id"]].scope) != (line["severity"], line["scope"])
    ]
    assert not other


def test_every_table_of_the_study_is_there_or_waits_by_name(schema: Schema) -> None:
    """71 tables; those that are not counted yet are listed in `tables_to_come.txt`, and no other."""
    listed = [line["id"] for line in _lines("tables.csv")]
    assert len(listed) == 71
    to_come = (_LISTS / "tables_to_come.txt").read_text(encoding="utf-8").split()
    missing = [table for table in listed if table not in schema.tables]
    assert missing == to_come


def test_every_institution_finds_a_workbook_of_its_own(schema: Schema) -> None:
    """Each kind of workbook has a sender, and each centre for social work is in the register."""
    senders = {agency.workbook for agency in schema.agencies.values() if agency.workbook}
    assert senders == set(schema.workbooks)
    assert [code for code in (f"CSW_{number:02d}" for number in range(1, 39)) if code not in schema.agencies] == []
    institutions = (
        "KP_THB DMFK BORDER SP KJC VAAO CVC ISF PVPT HHC LIRIA SAFE_HOUSE WWC CPWC LI ATK NATHB AMSCA HELPLINE"
    )
    assert [code for code in institutions.split() if not schema.agencies[code].workbook] == []


def test_reference_data_have_their_columns() -> None:
    """W12 is kept as CSV, not as a workbook."""
    wanted = {
        "population.csv": "year municipality sex age_group variant population source",
        "history.csv": "year indicator breakdown value source published_on note",
        "law.csv": "code offence article valid_from valid_to min_months max_months aggravated_min",
        "exchange_rates.csv": "currency year eur_per_unit source",
        "transliteration.csv": "kind albanian serbian_latin serbian_cyrillic note",
    }
    for name, columns in wanted.items():
        with (_ROOT / "schemas" / "reference" / name).open(encoding="utf-8", newline="") as stream:
            assert set(columns.split()) <= set(next(csv.reader(stream))), name

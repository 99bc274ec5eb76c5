"""Who is counted, in which year and category, and how a layout becomes cells."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from atstats import statistics
from atstats.errors import ConfigurationError
from atstats.frames import (
    ADDRESS,
    IDENTITIES,
    PAIRS,
    PERSONS,
    Coverage,
    LinkageSummary,
    Linked,
    Run,
    Table,
    no_findings,
)
from atstats.schema import Schema, load

_TYPES: Mapping[str, Any] = {
    "date": pl.Date,
    "integer": pl.Int64,
    "decimal": pl.Float64,
    "codes": pl.List(pl.String),
}


@pytest.fixture(scope="module")
def schema(root: Path) -> Schema:
    """The schemas of the checkout."""
    return load(root / "schemas")


def _person(person_id: str, **given: Any) -> dict[str, Any]:
    base = {
        "person_id": person_id,
        "role": "victim",
        "sex": "F",
        "age_at_identification": 16,
        "age_at_exploitation": 15,
        "citizenship_1": "XK",
        "status": "VOT",
        "first_registered": date(2025, 2, 1),
        "identified": date(2025, 3, 1),
        "purpose_main": "SEX",
        "body": "KP_THB",
        "bodies": ["KP_THB"],
        "n_records": 1,
    }
    return {**dict.fromkeys(PERSONS), **base, **given}


def _linked(
    schema: Schema, persons: list[dict[str, Any]], *, summaries: tuple[LinkageSummary, ...] = (), **records: Any
) -> Linked:
    frames = {}
    for sheet in schema.sheets():
        if sheet.name == "meta":
            continue
        columns = {**ADDRESS, "person_id": pl.String}
        columns |= {column.name: _TYPES.get(column.type, pl.String) for column in sheet.columns}
        rows = records.get(sheet.record_type.replace(".", "_"), [])
        frames[sheet.record_type] = pl.DataFrame([{**dict.fromkeys(columns), **row} for row in rows], schema=columns)
    return Linked(
        records=frames,
        persons=pl.DataFrame(persons, schema=dict(PERSONS)),
        identities=pl.DataFrame(schema=dict(IDENTITIES)),
        pairs=pl.DataFrame(schema=dict(PAIRS)),
        summaries=summaries,
        findings=no_findings(),
    )


def _coverage(schema: Schema, *, missing: tuple[str, ...] = ()) -> Coverage:
    rows = [
        (agency.code, agency.workbook, "missing" if agency.code in missing else "received", "")
        for agency in schema.agencies.values()
        if agency.workbook
    ]
    return Coverage(pl.DataFrame(rows, schema=["agency", "workbook", "state", "file"], orient="row"))


def _tables(schema: Schema, linked: Linked, *, missing: tuple[str, ...] = ()) -> dict[str, Table]:
    run = Run(2025, date(2026, 3, 31), "atstats test")
    counted = statistics.count(linked, coverage=_coverage(schema, missing=missing), schema=schema, run=run)
    return {table.id: table for table in counted}


def _value(table: Table, **where: str) -> Any:
    cells = table.cells.filter(*(pl.col(name) == code for name, code in where.items()))
    assert cells.height == 1, (table.id, where, cells)
    return cells["value"][0]


def test_a_victim_counts_in_the_year_of_identification_and_a_presumed_one_in_that_of_registration(
    schema: Schema,
) -> None:
    """Carried-over, not confirmed and mistaken persons are not in the headline."""
    persons = [
        _person("A"),
        _person("B", status="VOT", identified=date(2024, 12, 30)),
        _person("C", status="PVOT", identified=None),
        _person("D", status="PVOT", identified=None, first_registered=date(2024, 12, 1)),
        _person("E", status="NOT_CONFIRMED", identified=None),
        _person("F", status="WITHDRAWN", identified=None),
        _person("G", status="REJECTED_BY_PERSON", identified=None),
    ]
    table = _tables(schema, _linked(schema, persons))["T1.1"]

    of_year = {
        code: _value(table, year="2025", victim_status=code) for code in ("_T", "VOT", "PVOT", "REJECTED_BY_PERSON")
    }
    assert of_year == {"_T": 3.0, "VOT": 1.0, "PVOT": 1.0, "REJECTED_BY_PERSON": 1.0}
    assert _value(table, year="2025", assessment="NOT_CONFIRMED") == 1.0


def test_published_years_stand_beside_the_reference_year_with_gaps_and_breaks(schema: Schema) -> None:
    """2013 is not available, which is not zero; 2016 is a part of a year."""
    cells = _tables(schema, _linked(schema, [_person("A")]))["T1.1"].cells.filter(pl.col("victim_status") == "VOT")
    got = {
        year: (value, flag, kind) for year, value, flag, kind in cells.select("year", "value", "flag", "kind").rows()
    }

    total = cells_of_total(schema)
    assert set(total.filter(pl.col("year") != "2025")["flag"]) == {":"}  # registered victims were not published
    assert got["2012"] == (54.0, "", "published")
    assert got["2013"] == (None, ":", "published")
    assert got["2016"] == (24.0, "b", "published")
    assert got["2025"] == (1.0, "", "count")
    assert list(got) == [str(year) for year in range(2012, 2026)]


def cells_of_total(schema: Schema) -> pl.DataFrame:
    """The first row of T1.1."""
    return _tables(schema, _linked(schema, [_person("A")]))["T1.1"].cells.filter(pl.col("victim_status") == "_T")


def test_every_margin_is_the_sum_of_its_cells(schema: Schema) -> None:
    """TAB-01, for every table of persons with sexes, ages, forms and citizenships of all kinds."""
    persons = [
        _person("A", sex="F", age_at_identification=3, age_at_exploitation=3, citizenship_1="XK", purpose_main="BEG"),
        _person("B", sex="M", age_at_identification=17, age_at_exploitation=16, citizenship_1="AL", purpose_main="LAB"),
        _person("C", sex="X", age_at_identification=18, age_at_exploitation=17, citizenship_1="MD"),
        _person("D", sex=None, age_at_identification=None, age_at_exploitation=None, citizenship_1=None),
        _person("E", sex="UNK", age_at_identification=60, age_at_exploitation=59, citizenship_1="PH"),
    ]
    tables = _tables(schema, _linked(schema, persons))
    for name, inner in (
        ("T2.1", ("age_group", "sex")),
        ("T2.2", ("age2", "age2_exploitation")),
        ("T2.3", ("citizenship_group", "age2")),
        ("T3.1", ("form", "sex2", "age2_exploitation")),
    ):
        cells = tables[name].cells
        inside = cells.filter(*(pl.col(dimension) != "_T" for dimension in inner))
        whole = cells.filter(*(pl.col(dimension) == "_T" for dimension in inner))
        assert inside["value"].sum() == whole["value"].item() == 5.0, name
    assert _value(tables["T2.1"], age_group="UNK", sex="UNK") == 1.0
    assert _value(tables["T2.1"], age_group="16-17", sex="M") == 1.0
    assert _value(tables["T2.3"], citizenship_group="EU", age2="_T") == 0.0
    assert _value(tables["T2.3"], citizenship_group="UNK", age2="UNK") == 1.0


def test_a_person_with_kosovo_among_two_citizenships_counts_as_kosovo(schema: Schema) -> None:
    """Dual citizens are Kosovo; stateless persons are not unknown."""
    persons = [
        _person("A", citizenship_1="AL", citizenship_2="XK"),
        _person("B", citizenship_1="ZZ", stateless="YES"),
        _person("C", citizenship_1="ZZ"),
    ]
    table = _tables(schema, _linked(schema, persons))["T2.3"]
    got = {code: _value(table, citizenship_group=code, age2="_T") for code in ("KOSOVO", "WB6", "OTHER", "UNK")}
    assert got == {"KOSOVO": 1.0, "WB6": 0.0, "OTHER": 1.0, "UNK": 1.0}


def test_registrations_exceed_persons_and_agree_with_them_where_a_person_is_counted(schema: Schema) -> None:
    """T0.2 and T1.2: each person at one body, and also registered at the others."""
    persons = [_person("A", bodies=["ISF", "KP_THB"]), _person("B", body="PVPT", bodies=["PVPT"])]
    tables = _tables(schema, _linked(schema, persons))

    assert _value(tables["T0.2"], body="ISF", outcome="ALSO") == 1.0
    assert _value(tables["T0.2"], body="_T", outcome="_T") == 3.0
    assert _value(tables["T0.2"], body="_T", outcome="COUNTED") == 2.0
    assert _value(tables["T1.2"], body="ISF", measure="PERSONS") == 0.0
    assert _value(tables["T1.2"], body="ISF", measure="REGISTRATIONS") == 1.0


def test_a_resident_of_an_earlier_year_is_carried_over_and_counted_once(schema: Schema) -> None:
    """K08: two shelters, one person carried over; a stay that ended before the year is not assistance in it."""
    stay = {"submission": "x", "sheet": "residents", "reason": "THB"}
    residents = [
        {**stay, "agency": "ISF", "person_id": "A", "entry_date": date(2024, 11, 1), "exit_date": date(2025, 2, 1)},
        {**stay, "agency": "PVPT", "person_id": "A", "entry_date": date(2025, 2, 1)},
        {**stay, "agency": "ISF", "person_id": "B", "entry_date": date(2024, 1, 1), "exit_date": date(2024, 3, 1)},
        {**stay, "agency": "ISF", "person_id": "C", "entry_date": date(2025, 5, 1), "reason": "DV"},
        {**stay, "agency": "ISF", "person_id": "D", "entry_date": date(2025, 6, 1)},
    ]
    table = _tables(schema, _linked(schema, [_person("A")], shelter_residents=residents))["T6.1"]

    assert _value(table, provider="ISF", entry="CARRIED") == 1.0
    assert _value(table, provider="ISF", entry="NEW") == 1.0
    assert _value(table, provider="PVPT", entry="NEW") == 1.0
    assert _value(table, provider="_T", entry="_T") == 2.0


def test_a_sentence_below_the_minimum_is_found_by_the_law_of_the_offence_date(schema: Schema) -> None:
    """Four years are below the minimum of five since 2013, and above the two of the code of 2003."""
    judgment = {
        "agency": "KJC", "instance": "FIRST", "outcome": "GUILTY", "offence_indictment": ["THB"],
        "principal_offence": "THB", "judgment_date": date(2025, 4, 1),
    }  # fmt: skip
    judgments = [
        {**judgment, "person_id": "A", "court_case_no": "1", "offence_date": date(2023, 1, 1)},
        {**judgment, "person_id": "B", "court_case_no": "2", "offence_date": date(2010, 1, 1)},
        {**judgment, "person_id": "C", "court_case_no": "3", "outcome": "ACQUITTED"},
    ]
    sanction = {"agency": "KJC", "instance": "FIRST", "sanction": "IMPRISON", "length_months": 48.0}
    sanctions = [
        {**sanction, "person_id": "A", "court_case_no": "1"},
        {**sanction, "person_id": "B", "court_case_no": "2"},
        {**sanction, "person_id": "C", "court_case_no": "3"},
    ]
    tables = _tables(schema, _linked(schema, [], court_judgments=judgments, court_sanctions=sanctions))

    assert _value(tables["T9.1"], instance="FIRST", verdict="CONVICTION") == 2.0
    assert _value(tables["T9.1"], instance="_T", verdict="ACQUITTAL") == 1.0
    assert _value(tables["T9.3"], sanction="IMPRISON", length_band="3-5Y") == 2.0
    assert _value(tables["T9.3"], sanction="_T", below_minimum="YES") == 1.0
    median = tables["T9.3"].cells.filter((pl.col("measure") == "MEDIAN_MONTHS") & (pl.col("sanction") == "IMPRISON"))
    assert median.select("value", "contributors", "kind").row(0) == (48.0, 2, "statistic")


def test_the_last_decision_of_the_year_counts_for_a_reported_person(schema: Schema) -> None:
    """Suspended, then indicted: indicted; decided next year: pending; not for trafficking: not counted."""
    report = {"offence": ["THB"], "prosecution_office": "PR", "carried_over": "NO", "received_date": date(2025, 1, 9)}
    reports = [
        {**report, "person_id": "A"},
        {**report, "person_id": "B", "carried_over": "YES", "received_date": date(2024, 5, 1)},
        {**report, "person_id": "C", "offence": ["PROST_FACIL"]},
    ]
    decisions = [
        {"person_id": "A", "decision": "INDICT", "decision_date": date(2025, 6, 1), "submission": "x", "row": 4},
        {"person_id": "A", "decision": "SUSPEND", "decision_date": date(2025, 3, 1), "submission": "x", "row": 5},
        {"person_id": "B", "decision": "INDICT", "decision_date": date(2026, 1, 5), "submission": "x", "row": 6},
    ]
    linked = _linked(schema, [], prosecution_reports=reports, prosecution_decisions=decisions)
    table = _tables(schema, linked)["T8.1"]

    got = {code: _value(table, office="PR", decision=code) for code in ("INDICT", "OTHER", "PENDING")}
    assert got == {"INDICT": 1.0, "OTHER": 0.0, "PENDING": 1.0}
    assert _value(table, office="_T", entry="CARRIED") == 1.0
    assert _value(table, office="_T", entry="_T", decision="_T") == 2.0


def test_a_missing_agency_makes_its_cells_not_available_and_a_nil_return_makes_them_zero(schema: Schema) -> None:
    """K29: 0 against `:`."""
    linked = _linked(schema, [_person("A")])
    missing = _tables(schema, linked, missing=("KJC",))
    assert set(missing["T9.1"].cells["flag"]) == {":"}
    assert missing["T9.1"].empty_because == "no_data"
    assert set(_tables(schema, linked)["T9.1"].cells["value"]) == {0.0}
    assert _value(missing["T14.1"], agency="KJC", state="MISSING") == 1.0


def test_an_event_for_two_audiences_is_in_both_rows_and_once_in_the_total(schema: Schema) -> None:
    """T12.1 counts events, hours and participants."""
    training = {"date_from": date(2025, 2, 1), "hours": 6.0, "participants_f": 10, "participants_m": 5}
    trainings = [{**training, "audience": ["POLICE", "JUDGE"]}, {**training, "audience": ["POLICE"], "hours": 2.0}]
    table = _tables(schema, _linked(schema, [], nathb_trainings=trainings))["T12.1"]

    assert _value(table, profession="POLICE", measure="HOURS") == 8.0
    assert _value(table, profession="JUDGE", measure="EVENTS") == 1.0
    assert _value(table, profession="_T", measure="EVENTS") == 2.0
    assert _value(table, profession="_T", measure="PARTICIPANTS_F") == 20.0


def test_the_range_of_the_count_follows_from_the_open_pairs_between_registered_victims(schema: Schema) -> None:
    """Three persons in a chain of two open pairs may be one; a pair with somebody not counted changes nothing.

    A has a second record that an open pair holds to her in the best count: she may be two.
    """
    persons = [_person(name) for name in "ABC"] + [_person("D", status="NOT_CONFIRMED", identified=None)]
    summary = LinkageSummary("victim", 6, 9, 2, 3, 0, 1, 4, 5, (2, 5))
    linked = _linked(schema, persons, summaries=(summary,))
    identities = pl.DataFrame(
        [{"role": "victim", "record_key": key, "person_id": key[1]} for key in ("kA", "kA2", "kA3", "kB", "kC", "kD")],
        schema=dict(IDENTITIES),
    )
    pairs = pl.DataFrame(
        [
            {"role": "victim", "left_key": left, "right_key": right, "decision": decision}
            for left, right, decision in [
                ("kA", "kA2", "linked"),
                ("kA2", "kA3", "open"),
                ("kA", "kB", "open"),
                ("kB", "kC", "open"),
                ("kC", "kD", "open"),
                ("kA", "kC", "kept_apart"),
            ]
        ],
        schema=dict(PAIRS),
    )
    cells = _tables(schema, replace(linked, identities=identities, pairs=pairs))["T14.4"].cells
    victims = dict(cells.filter(role="victim").select("measure", "fact").rows())

    assert victims["LOW"] == "sum:T14.4:r1:c6;-2"
    assert victims["HIGH"] == "sum:T14.4:r1:c6;+1"
    assert (victims["SURE_LOW"], victims["SURE_HIGH"]) == ("sum:T14.4:r1:c6;-2", "sum:T14.4:r1:c6;+1")
    best = cells.filter((pl.col("role") == "victim") & (pl.col("measure") == "BEST"))
    assert best.select("population", "fact", "value").row(0) == ("victims", "", 3.0)


def test_a_layout_that_asks_for_what_a_population_has_not_is_refused(schema: Schema) -> None:
    """The message names the table."""
    wrong = replace(schema.tables["T9.1"], layout={"rows": [{"by": ["sex"]}], "columns": [{"by": ["verdict"]}]})
    broken = replace(schema, tables={"T9.1": wrong})
    with pytest.raises(ConfigurationError, match=r"T9\.1 layout asks judgments for sex"):
        _tables(broken, _linked(schema, []))

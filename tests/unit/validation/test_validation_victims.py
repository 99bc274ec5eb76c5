"""Rules about victims and suspects follow the law of the day, the register of agencies and the earlier year."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from found import book, meta, tab

from atstats.errors import ConfigurationError
from atstats.frames import Earlier, RawSheet, Run
from atstats.schema import TYPES, Law, Schema, load
from atstats.validation import check

Told = Callable[[str], list[tuple[Any, ...]]]
"""Rule -> sheet, cell, detail and note of its findings."""


def _sheet(name: str, *rows: dict[str, Any]) -> RawSheet:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return tab(name, {2: keys, **{3 + place: [row.get(key) for key in keys] for place, row in enumerate(rows)}})


def _victims(*rows: dict[str, Any]) -> RawSheet:
    return _sheet("victims", *({"local_person_id": f"P{n}", "case_no": "C", **row} for n, row in enumerate(rows)))


def _told(*sheets: RawSheet, schema: Schema, run: Run, earlier: Earlier | None = None) -> Told:
    raw = [book(meta("KP_THB"), *sheets, file="KP_THB_2025.xlsx")]
    found = check(raw, schema=schema, run=run, agencies_expected=False, earlier=earlier).findings
    return lambda rule: found.filter(pl.col("rule") == rule).select("sheet", "cell", "detail", "note").rows()


# --------------------------------------------------------------------------- the register of agencies


def test_a_shelter_added_with_one_line_is_asked_about(root: Path, tmp_path: Path, run: Run) -> None:
    """VIC-07b asks about every agency that is an open shelter, and about no secure one, whoever registers it."""
    label = '{en = "New", sq = "E re", sr = "Nova"}'
    (tmp_path / "agencies.toml").write_text(
        f'[agencies]\nOPEN_NEW = {{kind = "shelter", label = {label}}}\n'
        f'SAFE_NEW = {{kind = "secure_shelter", label = {label}}}\n',
        encoding="utf-8",
    )
    schema = load(root / "schemas", own_agencies=tmp_path / "agencies.toml")
    places = ("OPEN_NEW", "SAFE_NEW", "PVPT", "ISF", "CSW_19", "NONE")
    high = [{"risk_level": "HIGH", "referred_to": place} for place in places]
    low = {"risk_level": "LOW", "referred_to": "OPEN_NEW"}
    told = _told(_victims(*high, low), schema=schema, run=run)
    assert told("VIC-07b") == [("victims", "D3", "", ""), ("victims", "D5", "", "")]


# --------------------------------------------------------------------------- the law of the day


def test_a_reflection_period_is_held_against_the_law_at_its_start(schema: Schema, run: Run) -> None:
    """Thirty days on the last day of the old law, ninety on the first of the new, and never fewer than thirty."""
    new = date(2024, 1, 1)
    periods = [(date(2023, 12, 31), 30), (date(2023, 12, 31), 31), (new, 90), (new, 91), (new, 29), (None, 400)]
    rows = [{"reflection_start": start, "reflection_days": days} for start, days in periods]
    assert _told(_victims(*rows), schema=schema, run=run)("VIC-08") == [
        ("victims", "D4", "", "30/30"),
        ("victims", "D6", "", "30/90"),
        ("victims", "D7", "", "30/90"),
    ]


def test_a_new_line_of_the_law_changes_what_is_asked(schema: Schema, run: Run) -> None:
    """Nobody touches a rule when a period or an age is changed by law."""
    begun = date(2025, 1, 1)
    others = [law for law in schema.law if law.period not in ("REFLECTION_DAYS", "LIABILITY_AGE", "MARRIAGE_AGE")]
    later = [
        Law("", "", "", begun, None, None, None, None, "", period, least, most)
        for period, least, most in (
            ("REFLECTION_DAYS", 60, 120),
            ("LIABILITY_AGE", 16, None),
            ("MARRIAGE_AGE", 18, None),
        )
    ]
    changed = replace(schema, law=(*others, *later))
    victims = _victims(
        {"reflection_start": begun, "reflection_days": 120},
        {"reflection_start": begun, "reflection_days": 59},
        {"marital_status": "MARRIED", "birth_date": date(2007, 3, 2), "first_contact_date": date(2025, 3, 1)},
        {"recruiter_relation": "SPOUSE", "birth_date": date(2007, 3, 2), "exploitation_start": date(2025, 3, 1)},
    )
    suspects = _sheet(
        "suspects",
        {"local_suspect_id": "S", "birth_date": date(2009, 3, 2), "report_filed_date": date(2025, 3, 1)},
    )
    before, after = (_told(victims, suspects, schema=each, run=run) for each in (schema, changed))
    assert before("VIC-08") == [("victims", "D3", "", "30/90")]
    assert after("VIC-08") == [("victims", "D4", "", "60/120")]
    for rule, place in (
        ("VIC-21", ("victims", "E5", "", "")),
        ("VIC-19", ("victims", "H6", "", "")),
        ("CASE-07", ("suspects", "B3", "", "16")),
    ):
        assert (before(rule), after(rule)) == ([], [place])


def test_a_period_that_no_line_has_is_a_fault_of_the_schemas(schema: Schema, run: Run) -> None:
    """A rule without its law must not fall silent."""
    without = replace(schema, law=tuple(law for law in schema.law if not law.period))
    with pytest.raises(ConfigurationError, match=r"law\.csv lacks the period"):
        _told(_victims({"reflection_days": 90}), schema=without, run=run)


# --------------------------------------------------------------------------- victims of earlier years


def _record(schema: Schema, record_type: str, **values: str) -> pl.DataFrame:
    columns = {column.name: TYPES[column.type] for column in schema.sheet(record_type).columns}
    return pl.DataFrame([{"unit": "", **values}], schema={"agency": pl.String, "unit": pl.String, **columns})


def test_an_earlier_case_is_known_or_explained(schema: Schema, run: Run) -> None:
    """By the number of the agency, the personal number or the referral code, in any sheet of the year before."""
    known = {
        "police.victims": _record(schema, "police.victims", agency="KP_THB", local_person_id="P0"),
        "csw.cases": _record(schema, "csw.cases", agency="CSW_19", personal_no="1204987731", national_case_code="N1"),
    }
    again = {"prev_victim": "YES", "prev_year": 2024, "prev_note": None}
    victims = _victims(
        again,
        {**again, "personal_no": "1204987731"},
        {**again, "national_case_code": "N1"},
        {**again, "prev_note": "Identified abroad"},
        again,
        {**again, "prev_year": 2025},
    )
    told = _told(victims, schema=schema, run=run, earlier=Earlier(2024, known))
    assert told("VIC-23") == [("victims", "E7", "explained", ""), ("victims", "D8", "", "")]
    alone = _told(victims, schema=schema, run=run)
    assert [row[1] for row in alone("VIC-23")] == ["E3", "E4", "E5", "E7", "D8"]


# --------------------------------------------------------------------------- files and roles


def test_a_victim_has_a_case_of_trafficking(schema: Schema, run: Run) -> None:
    """A blank file and a file of another offence are told; one that is no victim, or reclassified, is not."""
    victims = _victims(
        {"case_no": "T", "status_current": "VOT"},
        {"case_no": None, "status_current": "VOT"},
        {"case_no": "O", "status_current": "PVOT"},
        {"case_no": "O", "status_current": "NOT_CONFIRMED"},
        {"case_no": "R", "status_current": "VOT"},
        {"case_no": "NOWHERE", "status_current": "VOT"},
    )
    cases = _sheet(
        "cases",
        {"case_no": "T", "offence_main": "DOCS", "offences_all": "DOCS; THB", "reclassified_to": None},
        {"case_no": "O", "offence_main": "PROST_FACIL", "offences_all": "PROST_FACIL", "reclassified_to": None},
        {"case_no": "R", "offence_main": "DOCS", "offences_all": "DOCS", "reclassified_to": "THB"},
        {"case_no": "E", "offence_main": "THB", "offences_all": "THB", "reclassified_to": None},
    )
    assert _told(victims, cases, schema=schema, run=run)("CASE-03") == [
        ("cases", "A6", "case", ""),
        ("victims", "B4", "fileless", ""),
        ("victims", "B5", "elsewhere", ""),
    ]


def test_one_person_in_both_roles_is_found_by_number_or_by_name_and_birth(schema: Schema, run: Run) -> None:
    """The order, script and accents of a name do not matter; who is found by number is told once."""
    born = date(1999, 5, 1)
    victims = _victims(
        {"personal_no": "1204987731", "first_name": "Ana", "last_name": "Testi", "birth_date": born},
        {"first_name": "Шпреса", "last_name": "Çeliku", "birth_date": born},
        {"first_name": "Mira", "last_name": "Testi", "birth_date": born},
    )
    suspects = _sheet(
        "suspects",
        *(
            {"local_suspect_id": f"S{n}", **row}
            for n, row in enumerate((
                {"personal_no": "1204987731", "first_name": "Ana", "last_name": "Testi", "birth_date": born},
                {"first_name": "CELIKU", "last_name": "Špresa", "birth_date": born},
                {"first_name": "Mira", "last_name": "Testi", "birth_date": date(1999, 5, 2)},
                {"first_name": "Mira", "last_name": None, "birth_date": born},
            ))
        ),
    )  # fmt: skip
    assert _told(victims, suspects, schema=schema, run=run)("CASE-07b") == [
        ("suspects", "B3", "", ""),
        ("suspects", "D4", "name", ""),
        ("victims", "C3", "", ""),
        ("victims", "E4", "name", ""),
    ]

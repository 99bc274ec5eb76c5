"""A collection of made-up workbooks with planted errors, and what must be found in them.

The sheet is `border.permits` of the schemas, 25 of its 29 columns. Every fourth row has one
wrong cell, so that one cell in a hundred is wrong. The planter writes down each cell and the
rule that it breaks; nothing else may be found.
"""

import csv
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from atstats.frames import column_letters
from atstats.schema import Schema
from benchmarks.xlsx import Error, write_workbook

__all__ = ["Collection", "plant"]

_SHEET = "permits"
_RECORD_TYPE = f"border.{_SHEET}"
_LEFT_OUT = ("birth_last_name", "father_name", "name_script", "extended")
_EVERY = 4
"""One row in so many has one wrong cell: with 25 columns one cell in a hundred."""
_WOMEN = ("Arta", "Blerta", "Drita", "Elira", "Fatime", "Jelena", "Liridona", "Mimoza", "Rina", "Teuta", "Vesna")
_MEN = ("Agim", "Besnik", "Dardan", "Faton", "Ilir", "Kushtrim", "Luan", "Milan", "Nenad", "Petrit", "Valon")
_FAMILIES = ("Berisha", "Gashi", "Hoxha", "Jovanović", "Krasniqi", "Morina", "Nikolić", "Shala", "Thaçi", "Zeka")
_FOREIGN = ("AL", "MD", "RS", "UA", "PH", "CN", "NG", "BD")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of workbooks, and what must be found: (file, sheet, cell, rule)."""

    folder: Path
    files: tuple[Path, ...]
    expected: frozenset[tuple[str, str, str, str]]
    n_cells: int


def plant(folder: Path, *, schema: Schema, rows: int, workbooks: int = 1, seed: int = 1) -> Collection:
    """Write a collection of workbooks with this many rows each; `checks.json` tells peers what to check."""
    submissions = folder / "submissions"
    submissions.mkdir(parents=True)
    agencies = [f"BENCH_{number:02}" for number in range(1, workbooks + 1)]
    label = json.dumps("Benchmark, made up")
    lines = [f'{code} = {{kind = "border", label = {{en = {label}, sq = {label}, sr = {label}}}}}' for code in agencies]
    (folder / "agencies.toml").write_text("[agencies]\n" + "\n".join(lines) + "\n")
    (folder / "atstats.toml").write_text("reference_year = 2025\ncut_off = 2026-03-31\nsample = true\n")
    columns = [column.name for column in schema.sheet(_RECORD_TYPE).columns if column.name not in _LEFT_OUT]
    (folder / "checks.json").write_text(json.dumps(_checks(schema, columns)))
    expected: set[tuple[str, str, str, str]] = set()
    files = []
    for number, agency in enumerate(agencies):
        path = submissions / f"{agency}_2025.xlsx"
        made, faults = _rows(rows, random.Random(f"{seed}/{number}"), prefix=f"{number:02}")
        expected.add((path.name, _SHEET, "", "META-06"))
        for row_number, column, rule in faults:
            letters = column_letters(columns.index(column) + 1)
            expected.add((path.name, _SHEET, f"{letters}{row_number}", rule))
        write_workbook(path, list(_sheets(schema, agency, columns, made)))
        files.append(path)
    with (folder / "expected.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("file", "sheet", "cell", "rule"), *sorted(expected)])
    return Collection(folder, tuple(files), frozenset(expected), rows * len(columns) * workbooks)


def _sheets(
    schema: Schema, agency: str, columns: Sequence[str], made: Sequence[Row]
) -> Iterator[tuple[str, list[list[Any]]]]:
    meta: Row = {
        "schema_version": schema.workbooks["border"].version, "agency_code": agency, "unit_code": None,
        "reference_year": 2025, "period_from": date(2025, 1, 1), "period_to": date(2025, 12, 31),
        "submission_type": "FIRST", "revision_no": 1, "replaces_revision": None, "nil_return": "NO",
        "prepared_by": "Registrar", "prepared_on": date(2026, 2, 1), "approved_by": "Head", "language": "EN",
        "comment": None,
    }  # fmt: skip
    yield "meta", [list(meta), list(meta.values())]
    for sheet in schema.workbooks["border"].sheets:
        if sheet.name == _SHEET:
            yield _SHEET, [list(columns), *([row[name] for name in columns] for row in made)]
        elif sheet.name != "meta":
            yield sheet.name, [[column.name for column in sheet.columns]]


def _checks(schema: Schema, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The columns as a peer must check them, in the order of the sheet."""
    by_name = schema.sheet(_RECORD_TYPE).by_name
    return [
        {
            "name": name,
            "type": {"integer": "integer", "date": "date"}.get(by_name[name].type, "string"),
            "required": by_name[name].required,
            "codes": list(schema.codelists[by_name[name].codes].all_codes()) if by_name[name].codes else None,
            "minimum": by_name[name].minimum,
            "maximum": by_name[name].maximum,
        }
        for name in columns
    ]


# --------------------------------------------------------------------------- rows


def _rows(n: int, chance: random.Random, *, prefix: str) -> tuple[list[Row], list[tuple[int, str, str]]]:
    """Rows from Excel's row 2 on, and the row, column and rule of each planted fault."""
    rows, faults = [], []
    kinds = list(_FAULTS)
    for number in range(n):
        row = _person(number, chance, prefix=prefix)
        if number % _EVERY == _EVERY - 1:
            column, rule = kinds[number // _EVERY % len(kinds)](row, chance, rows)
            faults.append((number + 2, column, rule))
        rows.append(row)
    return rows, faults


def _person(number: int, chance: random.Random, *, prefix: str) -> Row:
    """One sound row."""
    applied = date(2025, 1, 1) + timedelta(days=chance.randrange(360))
    born = date(chance.randrange(1970, 2006), chance.randrange(1, 13), chance.randrange(2, 28))
    kosovo = chance.random() < 0.5
    country = "XK" if kosovo else chance.choice(_FOREIGN)
    woman = chance.random() < 0.7
    age = applied.year - born.year - ((applied.month, applied.day) < (born.month, born.day))
    aged = chance.random() < 0.3
    decision = chance.choice(("GRANTED", "REFUSED", "PENDING"))
    return {
        "local_person_id": f"P{prefix}{number:06}",
        "national_case_code": f"KS-2025-{prefix}{number:06}" if chance.random() < 0.5 else None,
        "personal_no": f"1{prefix}{number:07}" if kosovo else None,
        "id_doc_type": "ID_CARD" if kosovo else "PASSPORT",
        "id_doc_country": country,
        "id_doc_no": f"D{prefix}{number:07}",
        "first_name": chance.choice(_WOMEN if woman else _MEN),
        "last_name": chance.choice(_FAMILIES),
        "alias": None,
        "sex": "F" if woman else "M",
        "birth_date": born,
        "birth_date_precision": "D",
        "age_at_registration": age if aged else None,
        "age_basis": "DOCUMENT" if aged else None,
        "birth_country": country,
        "birth_municipality": f"{chance.randrange(1, 39):02}" if kosovo else None,
        "citizenship_1": country,
        "citizenship_2": None,
        "stateless": "NO",
        "person_hash": None,
        "permit": chance.choice(("TEMPORARY_VICTIM", "REFLECTION", "HUMANITARIAN")),
        "application_date": applied,
        "decision": decision,
        "decision_date": None if decision == "PENDING" else applied + timedelta(days=chance.randrange(1, 5)),
        "months": chance.randrange(1, 24),
    }


# --------------------------------------------------------------------------- faults: each changes a row, and says where


def _text_for_date(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row["decision_date"] = "rreth pranverës"
    return "decision_date", "TYPE-01"


def _impossible_date(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row["birth_date"] = "31.02.1990"
    return "birth_date", "TYPE-01"


def _text_for_number(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row["months"] = "six"
    return "months", "TYPE-01"


def _unlisted(row: Row, chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    column = chance.choice(("permit", "decision", "id_doc_type"))
    row[column] = "qwertz"
    return column, "TYPE-02"


def _slip(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row["id_doc_type"] = "PASPORT"
    return "id_doc_type", "TYPE-02"


def _blank(row: Row, chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    column = chance.choice(("sex", "permit", "application_date"))
    row[column] = None
    return column, "REQ-01"


def _out_of_range(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row["months"] = 999
    return "months", "RANGE-01"


def _error(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row["national_case_code"] = Error()
    return "national_case_code", "META-08"


def _short_number(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row |= {"citizenship_1": "XK", "personal_no": row["local_person_id"][1:].rjust(9, "1")[:9]}
    return "personal_no", "ID-02"


def _digit_in_name(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row["first_name"] = "Ar7a"
    return "first_name", "ID-07"


def _birth_known_and_unknown(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row |= {"birth_date_precision": "UNK", "age_at_registration": _age(row), "age_basis": "DECLARED"}
    return "birth_date", "ID-09"


def _other_age(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row |= {"age_at_registration": _age(row) + 7, "age_basis": "DECLARED"}
    return "age_at_registration", "ID-11"


def _stateless_citizen(row: Row, _chance: random.Random, _rows: list[Row]) -> tuple[str, str]:
    row["stateless"] = "YES"
    return "stateless", "ID-13"


def _again(row: Row, _chance: random.Random, rows: list[Row]) -> tuple[str, str]:
    row |= {name: rows[-1][name] for name in ("local_person_id", "permit", "application_date")}
    row |= {"age_at_registration": None, "age_basis": None}
    return "local_person_id", "ID-01"


def _age(row: Row) -> int:
    applied, born = row["application_date"], row["birth_date"]
    before_birthday: bool = (applied.month, applied.day) < (born.month, born.day)
    years: int = applied.year - born.year
    return years - before_birthday


_FAULTS: Sequence[Callable[[Row, random.Random, list[Row]], tuple[str, str]]] = (
    _text_for_date, _impossible_date, _text_for_number, _unlisted, _slip, _blank, _out_of_range, _error,
    _short_number, _digit_in_name, _birth_known_and_unknown, _other_age, _stateless_citizen, _again,
)  # fmt: skip

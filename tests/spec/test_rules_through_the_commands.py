"""Every rule of `schemas/rules` fires through the installed command, at the cell where its fault was planted.

`planted.py` lists the faults. The rules stay silent on the collection of the schema's own example
rows. Nothing that stands in a cell about a person is printed.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import planted as lists
import pytest
from openpyxl.utils import get_column_letter
from planted import Fault, Form, Values

from atstats.frames import GridCell, SheetGrid, WorkbookGrid
from atstats.schema import Sheet, load, sheet_grid
from atstats.vocabulary import Need
from atstats.workbook import write_workbook

_ROOT = Path(__file__).resolve().parents[2]
_SCHEMA = load(_ROOT / "schemas")
_YEAR = 2025
_LANGUAGES = ("en", "sq", "sr")
_HEADER_ROW = len(_LANGUAGES) + 1
"""The row of machine keys, below the labels; the first row of data follows."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

Rows = dict[str, list[dict[str, Any]]]
"""Record type -> rows, as machine key -> value."""
Found = set[tuple[str, str, str, str]]
"""Rule, file, sheet, cell."""
Fires = Callable[..., None]
"""The fixture that notes which rule was seen to fire."""


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON that it printed."""
        assert self.out, self.err
        return dict(json.loads(self.out))

    @property
    def found(self) -> Found:
        """Its findings by address."""
        return {(each["rule"], each["file"], each["sheet"], each["cell"]) for each in self.document["findings"]}


def _atstats(*arguments: object, program: Sequence[str] = ("-m", "atstats")) -> Ran:
    done = subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "400"},
    )
    assert done.returncode != 70, done.stderr.decode()
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


# --------------------------------------------------------------------------- workbooks


def _examples(workbook: str) -> Rows:
    return {
        sheet.record_type: [dict(row) for row in sheet.examples]
        for sheet in _SCHEMA.workbooks[workbook].sheets
        if sheet.name != "meta"
    }


def _all_examples() -> Rows:
    return {name: rows for workbook in lists.SENDERS for name, rows in _examples(workbook).items()}


def _meta(agency: str, year: int = _YEAR) -> dict[str, Any]:
    workbook = _SCHEMA.agencies[agency].workbook if agency in _SCHEMA.agencies else "ngo"
    return {
        "schema_version": _SCHEMA.workbooks[workbook].version,
        "agency_code": agency, "reference_year": year, "period_from": date(year, 1, 1), "period_to": date(year, 12, 31),
        "submission_type": "FIRST", "revision_no": 1, "nil_return": "NO", "prepared_by": "Shembull",
        "prepared_on": date(year + 1, 1, 31), "approved_by": "Shembull", "language": "SQ",
    }  # fmt: skip


def _typed(sheet: Sheet, row: Values) -> dict[str, Any]:
    """A row as it is typed: a day is a date of Excel where the column asks for one and the text is one."""
    typed = dict(row)
    for name, value in row.items():
        is_day = isinstance(value, str) and _DAY.fullmatch(value)
        if is_day and name in sheet.by_name and sheet.by_name[name].type == "date":
            typed[name] = date.fromisoformat(str(value))
    return typed


def _grid(sheet: Sheet, rows: Sequence[Values]) -> SheetGrid:
    typed = [_typed(sheet, row) for row in rows]
    return sheet_grid(sheet, typed, tab=sheet.name, languages=_LANGUAGES, note=lambda _column: "", offered={})


def _write(folder: Path, agency: str, workbook: str, rows: Rows, *, meta: Values | None = None) -> None:
    sheets = _SCHEMA.workbooks[workbook].sheets
    grids = [
        _grid(sheet, [meta or _meta(agency)] if sheet.name == "meta" else rows.get(sheet.record_type, []))
        for sheet in sheets
    ]
    name = f"{agency}_{(meta or _meta(agency))['reference_year']}.xlsx"
    write_workbook(WorkbookGrid(name, tuple(grids)), folder / "submissions" / name)


def _collection(
    folder: Path,
    rows: Rows,
    *,
    workbooks: Iterable[str] = lists.SENDERS,
    settings: str = "",
    expected: Iterable[str] = (),
) -> Path:
    """One workbook of each of these types, with a reason for every agency of another type that has not sent."""
    (folder / "submissions").mkdir(parents=True)
    (folder / "atstats.toml").write_text(f"reference_year = {_YEAR}\n{settings}\n", encoding="utf-8")
    for workbook in workbooks:
        _write(folder, lists.SENDERS[workbook], workbook, rows)
    missing = _SCHEMA.missing_senders(_YEAR, came={(agency, "") for agency in lists.SENDERS.values()})
    notes = [f"missing_agency,{agency},Shembull" for agency, _ in missing if agency not in expected]
    (folder / "notes.csv").write_text("\n".join(["about,key,reason", *notes, ""]), encoding="utf-8")
    return folder


def _year_before(folder: Path) -> Path:
    """The police of the year before: the first example victim, identified then."""
    rows = {
        record_type: [
            {key: value if key == "birth_date" else _earlier(value) for key, value in row.items()} for row in given[:1]
        ]
        for record_type, given in _examples("police").items()
    }
    (folder / "submissions").mkdir(parents=True)
    (folder / "atstats.toml").write_text(f"reference_year = {_YEAR - 1}\n", encoding="utf-8")
    _write(folder, lists.SENDERS["police"], "police", rows, meta=_meta(lists.SENDERS["police"], _YEAR - 1))
    return folder


def _earlier(value: Any) -> Any:
    return value.replace(year=value.year - 1) if isinstance(value, date) else value


def _cell(sheet: Sheet, column: str, row: int) -> str:
    """Where a column stands in the row of data with this number, from 1; 0 is the header."""
    names = [each.name for each in sheet.columns]
    place = names.index(column) if column in names else len(names)  # a column of nobody's stands last
    return f"{get_column_letter(place + 1)}{_HEADER_ROW + row}"


# --------------------------------------------------------------------------- planting


@dataclass
class Planted:
    """Rows with faults, and for each fault the address that its finding must have."""

    rows: Rows = field(default_factory=_all_examples)
    places: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """The fault in words -> file, sheet, cell."""
    _numbers: dict[tuple[str, int, str], int] = field(default_factory=dict)

    def plant(self, faults: Iterable[Fault]) -> "Planted":
        """Add the faults; those of one place that say the same share a row."""
        for fault in faults:
            sheet = _SCHEMA.sheet(fault.place)
            number = fault.row if fault.values is None else self._copy(fault, sheet)
            if fault.column:
                address = (
                    f"{lists.SENDERS[sheet.workbook]}_{_YEAR}.xlsx",
                    sheet.name,
                    _cell(sheet, fault.column, number),
                )
                self.places[repr(fault)] = address
        return self

    def _copy(self, fault: Fault, sheet: Sheet) -> int:
        wanted = (fault.place, fault.row, repr(fault.values))
        if wanted not in self._numbers or not fault.values:
            rows = self.rows[fault.place]
            row = {**sheet.examples[fault.row - 1], **_numbers_of_its_own(sheet, fault.row, len(rows))}
            rows.append({**row, **(fault.values or {})})
            self._numbers[wanted] = len(rows)
        return self._numbers[wanted]


def _numbers_of_its_own(sheet: Sheet, row: int, number: int) -> dict[str, str]:
    """The personal number, and the agency's number of the row where one column holds it."""
    own: dict[str, str] = {}
    if sheet.role is not None and "personal_no" in sheet.examples[row - 1]:
        own["personal_no"] = f"1{_place(sheet):03}{number:03}715"
    local = next((name for name in sheet.key if name.startswith("local_") and sheet.role is not None), "")
    column = local or (sheet.key[0] if len(sheet.key) == 1 else "")
    if column and sheet.by_name[column].type == "text":
        own[column] = f"X-{number:03}"
    return own


def _place(sheet: Sheet) -> int:
    """A number for each sheet, so that personal numbers of two sheets differ."""
    return [each.record_type for each in _SCHEMA.sheets()].index(sheet.record_type)


def _told(rows: Rows) -> set[str]:
    """What may not be printed: names, numbers and births of persons, as the workbooks have them."""
    told = set()
    for record_type, given in rows.items():
        for column in _SCHEMA.sheet(record_type).columns:
            if column.name in ("personal_no", "first_name", "last_name", "father_name", "id_doc_no", "birth_date"):
                told |= {text for row in given if len(text := str(row.get(column.name) or "")) > 2}
    return told


def _printed(ran: Ran, rows: Rows) -> list[str]:
    text = ran.out + ran.err
    return sorted(value for value in _told(rows) if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text))


def _parameters(faults: Iterable[Fault]) -> list[Any]:
    named = [fault for fault in faults if fault.column]
    return [pytest.param(fault, id=f"{fault.rule} {fault.place}.{fault.column}") for fault in named]


# --------------------------------------------------------------------------- silence


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The schema's example rows, one workbook of each submission type."""
    return _collection(tmp_path_factory.mktemp("base") / "2025", _all_examples())


def test_no_rule_speaks_of_the_example_rows(base: Path) -> None:
    """Neither `validate` nor `link` finds anything."""
    checked, linked = _atstats("validate", base, "--format", "json"), _atstats("link", base, "--format", "json")
    assert (checked.code, checked.document["findings"]) == (0, [])
    assert {each["status"] for each in checked.document["submissions"]} == {"accepted"}
    assert (linked.code, linked.document["findings"]) == (0, [])


# --------------------------------------------------------------------------- errors and warnings of `validate`


@dataclass(frozen=True)
class Asked:
    """A command that was run over planted rows."""

    planted: Planted
    ran: Ran
    history: int = 0


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """`validate` of one collection with all faults, beside the year before."""
    folder = tmp_path_factory.mktemp("faulty")
    planted = Planted().plant(lists.FAULTS)
    collection = _collection(folder / "2025", planted.rows, expected=("ATK",))
    label = '{en = "New", sq = "E re", sr = "Nova"}'
    (collection / "agencies.toml").write_text(
        f'[agencies]\nNGO_NEW = {{kind = "ngo", standing = false, valid_from = {_YEAR}-01-01, label = {label}}}\n'
        f'SHELTER_NEW = {{kind = "shelter", standing = false, label = {label}}}\n',
        encoding="utf-8",
    )
    _write(collection, "NGO_NEW", "ngo", {"ngo.grants": [dict(_SCHEMA.sheet("ngo.grants").examples[0])]})
    before = _year_before(folder / "2024")
    return Asked(planted, _atstats("validate", collection, "--previous", before, "--format", "json"))


@pytest.mark.parametrize("fault", _parameters(lists.FAULTS))
def test_validate_names_the_cell_of_the_fault(faulty: Asked, fault: Fault, fires: Fires) -> None:
    """By file, sheet and A1 address, worked out from the column that was planted."""
    fires(fault.rule, at=(fault.rule, *faulty.planted.places[repr(fault)]), among=faulty.ran.found)


@pytest.mark.parametrize(("rule", "file", "sheet"), lists.WHOLE)
def test_validate_names_the_sheet_where_no_cell_is_at_fault(
    faulty: Asked, rule: str, file: str, sheet: str, fires: Fires
) -> None:
    """Two counts that differ, or an agency that has not come."""
    fires(rule, at=(rule, file, sheet, ""), among=faulty.ran.found)


def test_an_agency_that_began_between_two_years_is_named_where_it_says_who_it_is(faulty: Asked, fires: Fires) -> None:
    """YR-04, at the code in the sheet meta."""
    meta = _SCHEMA.workbooks["ngo"].sheet("meta")
    place = ("YR-04", f"NGO_NEW_{_YEAR}.xlsx", "meta", _cell(meta, "agency_code", 1))
    fires("YR-04", at=place, among=faulty.ran.found)


def test_validate_ends_with_one_and_prints_nothing_of_a_person(faulty: Asked) -> None:
    """Errors stand in the data; neither stream has a name, a number or a date of birth."""
    assert faulty.ran.code == 1
    assert _printed(faulty.ran, faulty.planted.rows) == []


# --------------------------------------------------------------------------- the form of a workbook


def _formed(form: Form, folder: Path) -> None:
    workbook = _SCHEMA.workbooks[_SCHEMA.agencies[form.agency].workbook]
    grids = []
    for sheet in workbook.sheets:
        rows: Sequence[Values] = sheet.examples
        if sheet.name == "meta":
            rows = [{**_meta(form.agency), **each} for each in form.meta]
        elif form.rows and sheet.name in form.rows:
            rows = [{**sheet.examples[0], **each} for each in form.rows[sheet.name]]
        if sheet.name in form.without or (sheet.name == "meta" and not rows):
            continue
        grids.append(_changed_columns(_grid(sheet, rows), sheet, form))
    write_workbook(WorkbookGrid(form.file, tuple(grids)), folder / "submissions" / form.file)


def _changed_columns(grid: SheetGrid, sheet: Sheet, form: Form) -> SheetGrid:
    kept = [place for place, each in enumerate(sheet.columns) if f"{sheet.name}.{each.name}" not in form.without]
    added = [name.partition(".")[2] for name in form.extra if name.startswith(f"{sheet.name}.")]
    rows = tuple(
        (*(row[place] for place in kept), *(GridCell(name if number == _HEADER_ROW else "x") for name in added))
        for number, row in enumerate(grid.rows, start=1)
    )
    return SheetGrid(grid.name, rows)


@pytest.fixture(scope="module")
def malformed(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """`validate` of the workbooks whose form is wrong."""
    folder = tmp_path_factory.mktemp("malformed")
    (folder / "submissions").mkdir()
    (folder / "atstats.toml").write_text(f"reference_year = {_YEAR}\n", encoding="utf-8")
    for form in lists.FORMS:
        _formed(form, folder)
    ran = _atstats("validate", folder, "--format", "json")
    assert ran.code == 1
    return ran.found


@pytest.mark.parametrize(
    ("form", "rule", "tab", "column", "row"),
    [pytest.param(form, *found, id=f"{found[0]} {form.file}") for form in lists.FORMS for found in form.found],
)
def test_validate_names_the_place_of_a_fault_of_form(
    malformed: Found, form: Form, rule: str, tab: str, column: str, row: int, fires: Fires
) -> None:
    """The cell of meta, the header of a column that nobody knows, or the sheet that lacks something."""
    workbook = _SCHEMA.workbooks[_SCHEMA.agencies[form.agency].workbook]
    cell = _cell(workbook.sheet(tab), column, row) if column else ""
    fires(rule, at=(rule, form.file, tab, cell), among=malformed)


# --------------------------------------------------------------------------- who is who


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """`link` of an accepted collection, with decisions; the keys in them come from `link` of one agency alone."""
    folder = tmp_path_factory.mktemp("people")
    planted = Planted().plant(_people())
    for each in lists.CHANGED:
        planted.rows[each.place][each.row - 1][each.column] = each.value
    _year_before(folder / "2024")
    collection = _collection(folder / "2025", planted.rows, settings='previous = ["../2024"]')
    schemas = folder / "schemas"
    shutil.copytree(_ROOT / "schemas", schemas)
    history = schemas / "reference" / "history.csv"
    lines = history.read_text(encoding="utf-8").rstrip("\n").split("\n")
    history.write_text("\n".join([*lines, f"{_YEAR - 1},identified,,9,,Shembull,,", ""]), encoding="utf-8")
    grantee = _collection(folder / "grantee", planted.rows, workbooks=["ngo"])
    assert _atstats("link", grantee, "--quiet").code == 0
    (collection / "decisions.csv").write_text(_decisions(grantee), encoding="utf-8")
    (collection / "restricted").mkdir()
    shutil.copy(grantee / "restricted" / "secrets.toml", collection / "restricted")  # it makes the keys of records
    ran = _atstats("link", collection, "--schemas", schemas, "--format", "json")
    return Asked(planted, ran, history=len(lines) + 1)


def _decisions(collection: Path) -> str:
    """One pair decided twice and without a reason; and an agency's two records of one number held to be two persons."""
    with (collection / "restricted" / "identities.csv").open(encoding="utf-8") as stream:
        key_of = {
            (line["submission"], line["sheet"], line["row"]): line["record_key"] for line in csv.DictReader(stream)
        }
    file, row = f"{lists.SENDERS['ngo']}_{_YEAR}.xlsx", str(_HEADER_ROW + 1)
    assisted, beneficiary = key_of[file, "assisted", row], key_of[file, "grant_beneficiaries", row]
    lines = [
        "role,left_key,right_key,decision,reviewer,reason",
        "victim,aaaa,bbbb,same,,",
        "victim,aaaa,bbbb,different,,",
    ]
    return "\n".join([*lines, f"victim,{assisted},{beneficiary},different,R.,Shembull", ""])


def _people() -> list[Fault]:
    changed = [Fault(rule, each.place, each.row, each.column) for each in lists.CHANGED for rule in each.rules]
    return [*lists.PEOPLE, *changed]


@pytest.mark.parametrize("fault", _parameters(_people()))
def test_link_names_the_cell_of_each_agency(people: Asked, fault: Fault, fires: Fires) -> None:
    """The second pass after linkage tells each agency of its own cell."""
    fires(fault.rule, at=(fault.rule, *people.planted.places[repr(fault)]), among=people.ran.found)


@pytest.mark.parametrize(("rule", "file", "cell"), lists.OTHERS)
def test_link_names_the_line_of_a_file_of_the_office(
    people: Asked, rule: str, file: str, cell: str, fires: Fires
) -> None:
    """A decision that contradicts an earlier one, and a published figure that its records no longer give."""
    fires(rule, at=(rule, file, "", cell.format(history=people.history)), among=people.ran.found)


def test_link_prints_nothing_of_a_person(people: Asked) -> None:
    """What concerns two agencies names the other agency, and nothing of its record."""
    assert people.ran.code == 1  # a decision does not stand
    assert _printed(people.ran, people.planted.rows) == []
    senders = set(lists.SENDERS.values())
    for each in people.ran.document["findings"]:
        if each["rule"] in ("LNK-02", "LNK-03", "LNK-04", "LNK-05", "SHL-06", "SHL-10", "GRT-04"):
            own = each["file"].removesuffix(f"_{_YEAR}.xlsx")
            assert {agency for agency in senders - {own} if agency in each["message"]}
            assert own not in each["message"]
            assert not any("!" in cell for cell in each["others"])  # the cells beside it are of the same sheet


# --------------------------------------------------------------------------- what is published


def _with_boys(boys: Mapping[str, str]) -> Rows:
    """The example rows, and boys in a criminal file of their own."""
    faults = [Fault("", "police.cases", 1, "", {**lists.BOYS_CASE, "victims_n": len(boys)})]
    for born, name in boys.items():
        boy = {**lists.BOY, "birth_date": born, "last_name": name, "age_at_registration": _YEAR - int(born[:4])}
        faults.append(Fault("", "police.victims", 1, "", boy))
    return Planted().plant(faults).rows


def _edited(folder: Path, source: str, *edits: tuple[str, str, str]) -> Path:
    """A copy of the schemas or of the templates in which a text of a file is another; it stands there once."""
    copy = Path(shutil.copytree(_ROOT / source, folder / source))
    for name, old, new in edits:
        text = (copy / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        (copy / name).write_text(text.replace(old, new), encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ran]:
    """`build-report` of collections, layouts and chapters with a fault: name -> how it ended."""
    folder = tmp_path_factory.mktemp("published")
    some = ("police", "nathb")
    collections = {"clean": _collection(folder / "clean" / "2025", _all_examples())}
    for name, rows, facts in (
        *((name, _all_examples(), ()) for name in ("definitions", "margins", "miscount", "digits", "names")),
        ("small", _all_examples(), lists.SMALL),
        ("group", _with_boys(lists.BOYS), lists.GROUP),
        ("again", _with_boys(lists.BOYS), lists.TOTAL),
    ):
        settings = f"exact = {json.dumps(facts)}"
        collections[name] = _collection(folder / name / "2025", rows, workbooks=some, settings=settings)
    options: dict[str, list[object]] = {
        "definitions": ["--schemas", _edited(folder / "definitions", "schemas", lists.RATE, *lists.CROSSED)],
        "margins": ["--schemas", _edited(folder / "margins", "schemas", lists.NO_GROUP, lists.NO_TOTAL)],
        "digits": ["--templates", _edited(folder / "digits", "report_templates", lists.DIGITS)],
        "names": ["--templates", _edited(folder / "names", "report_templates", lists.NAMES)],
    }

    def build(name: str) -> tuple[str, Ran]:
        to = "html,csv" if name in ("clean", "digits", "names") else "csv"
        program = ("-c", lists.MISCOUNT) if name == "miscount" else ("-m", "atstats")
        arguments = [*options.get(name, []), "--to", to, "--language", "en"]
        return name, _atstats("build-report", collections[name], *arguments, program=program)

    with ThreadPoolExecutor(2) as pool:
        ran = dict(pool.map(build, collections))
    _write(collections["again"], lists.SENDERS["police"], "police", _with_boys(lists.ONE_MORE))
    return ran | {"first": ran["again"], "again": build("again")[1]}


def test_no_rule_speaks_of_the_report_of_the_example_rows(published: Mapping[str, Ran]) -> None:
    """The release is written, and no rule is named."""
    for name in ("clean", "first"):
        assert published[name].code == 0, published[name].err
        assert not any(rule in published[name].out + published[name].err for rule in _SCHEMA.rules)


def _n(dimension: str) -> int:
    return len(_SCHEMA.codelists[_SCHEMA.dimensions[dimension].codes].codes)


def _number(dimension: str, code: str) -> int:
    return _SCHEMA.codelists[_SCHEMA.dimensions[dimension].codes].all_codes().index(code) + 1


def _line(edit: tuple[str, str, str], words: str) -> int:
    """The line of a chapter in which words stand after the edit."""
    name, old, new = edit
    before, _, _ = (_ROOT / "report_templates" / name).read_text(encoding="utf-8").replace(old, new).partition(words)
    return before.count("\n") + 1


_BOYS_COLUMN = (_number("sex2", "M") - 1) * _n("age2_exploitation") + _number("age2_exploitation", "CHILD")


PUBLISHED = {
    "TAB-01": ("margins", f"T2.3:r1:c{_n('age2') + 1}  TAB-01"),
    "TAB-02": ("margins", "T12.1  TAB-02"),
    "TAB-03": ("miscount", f"T2.1:r1:c{_n('sex') + 1}  TAB-03"),
    "TAB-04": ("definitions", "T2.1  TAB-04"),
    "SDC-01": ("small", f"T2.3:r{_number('citizenship_group', 'KOSOVO') + 1}:c{_number('age2', 'CHILD')}"),
    "SDC-02": ("definitions", "T3.1  SDC-02"),
    "SDC-03": ("group", f"T3.1:r{_number('form', 'BEG') + 1}:c{_BOYS_COLUMN}"),
    "SDC-04": ("digits", f"01-identification.md.j2, line {_line(lists.DIGITS, 'Of these')},"),
    "SDC-06": ("names", "report.en.html"),
}
"""Rule -> the group that breaks it, and what names its place."""


@pytest.mark.parametrize("rule", PUBLISHED)
def test_build_report_stops_and_names_the_rule_and_its_place(
    published: Mapping[str, Ran], rule: str, fires: Fires
) -> None:
    """Exit 13, and nothing is written."""
    group, place = PUBLISHED[rule]
    ran = published[group]
    assert (ran.code, ran.out) == (13, "")
    fires(rule, at=place, among=ran.err)
    assert _printed(ran, _with_boys(lists.BOYS)) == []


def test_build_report_names_the_line_that_an_earlier_release_gives_away(
    published: Mapping[str, Ran], fires: Fires
) -> None:
    """SDC-05 is a warning: the release is written, and the line of `cells.csv` with the exact total is named."""
    ran = published["again"]
    assert ran.code == 0
    cells = Path(ran.out.strip()) / "data" / "cells.csv"
    with cells.open(encoding="utf-8", newline="") as stream:
        rows = [(row["table"], row["victim_status"], row["year"]) for row in csv.DictReader(stream)]
    line = rows.index(("T1.1", "_T", str(_YEAR))) + 2
    fires("SDC-05", at=f"T1.1!line {line}  SDC-05", among=ran.err)


# --------------------------------------------------------------------------- what cannot be evaluated


def test_validate_of_one_workbook_lists_the_rules_that_wait(base: Path) -> None:
    """Rules that need persons, an earlier year, tables or another agency's sheet are not evaluated, and it says so."""
    ran = _atstats("validate", base / "submissions" / f"KP_THB_{_YEAR}.xlsx", "--format", "json")
    waiting = {each["rule"]: each["because"] for each in ran.document["not_evaluated"]}
    assert ran.code == 0
    for rule in _SCHEMA.rules.values():
        if rule.needs:
            assert waiting[rule.id] in [str(need) for need in Need]
    assert (waiting["PRO-07"], waiting["PRO-08"]) == ("prosecution.reports", "prosecution.reports")
    assert waiting["CRT-13"].startswith("court.")
    assert not {"VIC-02", "CASE-01", "ID-14", "YR-03"} & set(waiting)

"""One workbook: whose it is, of which year, and its sheets as typed records.

What is wrong with the form is told here; what the records say is left to the rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from atstats.frames import Book, RawSheet, RawWorkbook, Run
from atstats.schema import Schema, Sheet, Workbook
from atstats.validation.fields import Converted, convert
from atstats.validation.findings import breach, breaches
from atstats.validation.folding import fold, folded_names
from atstats.validation.sheets import FoundSheet, find_sheet, find_tabs, locate
from atstats.validation.spellings import Lookups

__all__ = ["Read", "read_submission"]

_META = "meta"
_WHOLE_FILE = {"date_1904": "META-09", "external_link": "META-08", "dde": "META-08", "macro": "META-08"}
"""Facts about a whole workbook -> the rule that tells of them."""


@dataclass(slots=True)
class Read:
    """One workbook after its cells were read. `sheets` is empty where it could not be placed."""

    raw: RawWorkbook
    agency: str = ""
    unit: str = ""
    workbook: str = ""
    year: int | None = None
    revision: int = 1
    kind: str = ""
    language: str = ""
    nil: bool = False
    sheets: dict[str, Converted] = field(default_factory=dict)
    problems: list[pl.DataFrame] = field(default_factory=list)

    @property
    def file(self) -> str:
        """The workbook's name."""
        return self.raw.file

    @property
    def book(self) -> Book:
        """What findings need to know of it."""
        places = {record_type: each.found.place for record_type, each in self.sheets.items()}
        return Book(self.file, self.agency, self.unit, places)

    @property
    def n_records(self) -> dict[str, int]:
        """Sheet key -> number of records, without meta."""
        return {
            each.found.sheet.name: each.records.height
            for each in self.sheets.values()
            if each.found.sheet.name != _META
        }


def read_submission(raw: RawWorkbook, *, schema: Schema, lookups: Lookups, run: Run) -> Read:
    """Place a workbook by its sheet meta and read its sheets; every fault becomes a breach.

    Args:
        raw: the workbook as found.
        schema: its sheets and agencies.
        lookups: read the codes; made once a run.
        run: the reference year.
    """
    read = Read(raw)
    read.problems += [
        breach(raw.file, rule=rule, detail=kind, tab="")
        for kind, rule in _WHOLE_FILE.items()
        if any(fact.kind == kind for fact in raw.facts)
    ]
    meta = _meta(read, schema=schema, lookups=lookups, run=run)
    if meta is None:
        return read
    workbook = _place(read, meta, schema=schema, run=run)
    if workbook is None:
        return read
    read.workbook = workbook.id
    _read_sheets(read, workbook, meta, lookups=lookups, run=run)
    read.problems += _forms(read, workbook, run=run)
    return read


# --------------------------------------------------------------------------- the sheet meta


def _meta(read: Read, *, schema: Schema, lookups: Lookups, run: Run) -> Converted | None:
    sheet = next(iter(schema.workbooks.values())).sheet(_META)
    known, _ = folded_names({_META: sheet.label.all()})
    tab = next((each for each in read.raw.sheets if fold(each.name) in known), None)
    if tab is None:
        read.problems.append(breach(read.file, rule="META-01", tab="", detail="sheet"))
        return None
    found = locate(tab, sheet)
    if found is not None:
        found, _ = find_sheet(tab, sheet, file=read.file, facts=(), nil=True)
    if found is None or found.values.height != 1:
        read.problems.append(breach(read.file, rule="META-01", tab=tab.name, detail="rows"))
        return None
    return convert(found, file=read.file, lookups=lookups, run=run)


def _place(read: Read, meta: Converted, *, schema: Schema, run: Run) -> Workbook | None:
    values = _first(meta)
    agency = schema.agencies.get(values["agency_code"] or "")
    if agency is None or not agency.workbook:
        read.problems.append(_at(read, meta.found, "agency_code", rule="META-01", detail="agency"))
        return None
    read.agency = agency.code
    read.unit, known = _unit(values["unit_code"] or "", agency.code, schema)
    if not known:
        # two spellings of one unit would count its rows twice
        read.problems.append(_at(read, meta.found, "unit_code", rule="META-01", detail="unit", severity="warning"))
    read.year, read.nil = values["reference_year"], values["nil_return"] == "YES"
    read.revision = values["revision_no"] or 1
    read.kind = values["submission_type"] or ""
    read.language = values["language"] or ""
    if read.year is not None and read.year != run.reference_year:
        year = str(run.reference_year)
        read.problems.append(_at(read, meta.found, "reference_year", rule="META-02", detail="year", note=year))
        return None
    workbook = schema.workbooks[agency.workbook]
    if values["schema_version"] is not None and values["schema_version"] != workbook.version:
        read.problems.append(_at(read, meta.found, "schema_version", rule="META-01", detail="version"))
    return workbook


def _unit(stated: str, agency: str, schema: Schema) -> tuple[str, bool]:
    """The unit as the register writes it, and whether the register has it; a whole agency is no unit."""
    units = {code.casefold(): code for of, code in schema.units if of == agency}
    return units.get(stated.casefold(), stated), not stated or stated.casefold() in units


def _first(meta: Converted) -> dict[str, Any]:
    return meta.records.row(0, named=True)


def _at(
    read: Read,
    found: FoundSheet,
    column: str,
    *,
    rule: str,
    detail: str = "",
    note: str = "",
    severity: str | None = None,
) -> pl.DataFrame:
    """A breach at the one data row of meta."""
    row = found.values["row"][0]
    letters = found.letters.get(column)
    return breach(
        read.file, rule=rule, tab=found.tab, row=row, column=column,
        cell=f"{letters}{row}" if letters else "", detail=detail, note=note, severity=severity,
    )  # fmt: skip


# --------------------------------------------------------------------------- the sheets


def _read_sheets(read: Read, workbook: Workbook, meta: Converted, *, lookups: Lookups, run: Run) -> None:
    tabs, problems = find_tabs(read.raw, workbook, nil=read.nil)
    read.problems += problems
    for sheet in workbook.sheets:
        if sheet.name in tabs:
            read_before = meta if sheet.name == _META else None
            _read_sheet(read, tabs[sheet.name], sheet, read_before, lookups=lookups, run=run)


def _read_sheet(
    read: Read, tab: RawSheet, sheet: Sheet, read_before: Converted | None, *, lookups: Lookups, run: Run
) -> None:
    found, problems = find_sheet(tab, sheet, file=read.file, facts=read.raw.facts, nil=read.nil)
    read.problems += problems
    if found is None:
        return
    if read_before is None:
        converted = convert(found, file=read.file, lookups=lookups, run=run)
    else:
        own = read_before.breaches.with_columns(record_type=pl.lit(sheet.record_type))
        converted = replace(read_before, found=found, breaches=own)
    read.sheets[sheet.record_type] = converted
    read.problems.append(converted.breaches)


def _forms(read: Read, workbook: Workbook, *, run: Run) -> Iterator[pl.DataFrame]:
    meta = read.sheets.get(f"{workbook.id}.{_META}")
    if meta is None:
        return
    values = _first(meta)
    first, last = date(run.reference_year, 1, 1), date(run.reference_year, 12, 31)
    begun, ended = values["period_from"], values["period_to"]
    if begun is not None and not first <= begun <= last:
        yield _at(read, meta.found, "period_from", rule="META-02")
    elif ended is not None and (not first <= ended <= last or (begun is not None and ended < begun)):
        yield _at(read, meta.found, "period_to", rule="META-02")
    if values["nil_return"] in ("YES", "NO") and read.nil == any(read.n_records.values()):
        yield _at(read, meta.found, "nil_return", rule="META-03")
    replaced = values["replaces_revision"]
    if values["submission_type"] in ("REVISED", "FINAL") and replaced not in (None, (values["revision_no"] or 0) - 1):
        yield breaches(
            meta.records.select("row").with_columns(submission=pl.lit(read.file)),
            rule="META-04",
            record_type=meta.found.record_type,
            column="revision_no",
            others=["replaces_revision"],
        )

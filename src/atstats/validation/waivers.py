"""Waivers: warnings that the office accepts as they are, each with a reason, an author and an end.

A waiver names a finding by its fingerprint, so that it survives sorting and inserted rows. Errors
cannot be waived. What is wrong with a line of `waivers.csv` is itself a finding, WAIVE-01 to WAIVE-04,
at its cell; the file is taken for a spreadsheet with the first line as row 1.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from atstats.frames import column_letters
from atstats.schema import Schema
from atstats.validation.findings import breach, gathered, placed
from atstats.vocabulary import Need, Severity

__all__ = ["apply_waivers", "end_of"]

_FILE = "waivers.csv"
_DAY = re.compile(r"^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?$")


def apply_waivers(
    findings: pl.DataFrame,
    waivers: pl.DataFrame,
    *,
    schema: Schema,
    cut_off: date,
    whole: bool,
    linked: bool = False,
    not_evaluated: Collection[str] = (),
) -> pl.DataFrame:
    """The findings, some of them waived, and those about the waivers, sorted.

    Of several lines with one fingerprint the last counts: the file is added to and never edited.

    Args:
        findings: of one pass of rules.
        waivers: the lines of `waivers.csv`: its columns as text in the order of the file, and `row`.
        schema: gives the rules.
        cut_off: a waiver that ended before this day waives nothing.
        whole: whether all of the collection was looked at; only then is it told that a line matches nothing.
        linked: whether the findings are those of the second pass, after linkage.
        not_evaluated: rules that were not looked at; of them nothing can be said to match nothing.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for fingerprint, rule, severity in findings.select("fingerprint", "rule", "severity").iter_rows():
        found.setdefault(fingerprint, set()).add((rule, severity))
    letters = {name: column_letters(number) for number, name in enumerate(waivers.columns, start=1)}
    counting: list[str] = []
    wrong: list[pl.DataFrame] = []
    for line in _lines(waivers, schema=schema, linked=linked):
        faults = list(
            _faults(
                line,
                found.get(line.fingerprint, set()),
                cut_off=cut_off,
                told=whole and line.rule not in not_evaluated,
            )
        )
        wrong += [_breach(line, fault, letters) for fault in faults]
        if not faults and line.fingerprint in found:
            counting.append(line.fingerprint)
    waivable = pl.col("fingerprint").is_in(counting) & (pl.col("severity") != Severity.ERROR)
    told = placed(gathered(wrong), books=(), schema=schema)
    return pl.concat([findings.with_columns(waived=waivable), told]).sort(
        "file", "sheet", "row", "column", "rule", "cell", "detail", "note", nulls_last=False
    )


def end_of(text: str) -> date | None:
    """The last day of a waiver: 2026-12-31, or 31.12.2026 as a spreadsheet may have it; else none."""
    text = text.strip()
    if found := _DAY.match(text):
        text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the file that counts; `cells` are its texts by column."""

    row: int
    fingerprint: str
    rule: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a line, and in which column."""

    rule: str
    column: str = "fingerprint"
    detail: str = ""
    note: str = ""


def _lines(waivers: pl.DataFrame, *, schema: Schema, linked: bool) -> Iterator[_Line]:
    """The last line of each fingerprint, where the rule that it names is held in this pass."""
    last: dict[str, _Line] = {}
    texts = waivers.select(pl.exclude("row").fill_null("").str.strip_chars())
    for row, cells in zip(waivers["row"], texts.iter_rows(named=True), strict=True):
        fingerprint = cells["fingerprint"].lower()
        last[fingerprint] = _Line(row, fingerprint, cells["rule"], cells)
    second = {rule.id for rule in schema.rules.values() if Need.PERSONS in rule.needs}
    yield from (line for line in last.values() if (line.rule in second) is linked)


def _faults(line: _Line, found: Collection[tuple[str, str]], *, cut_off: date, told: bool) -> Iterator[_Fault]:
    if not found:
        if told:
            yield _Fault("WAIVE-02", detail="nothing", note=line.fingerprint)
    elif any(severity == Severity.ERROR for _, severity in found):
        yield _Fault("WAIVE-01", note=line.fingerprint)
    elif lacking := _lacking(line.cells):
        yield from lacking
    elif line.rule not in {rule for rule, _ in found}:
        yield _Fault("WAIVE-02", "rule", "rule", ", ".join(sorted({rule for rule, _ in found})))
    elif (end := end_of(line.cells["until"])) is None or end < cut_off:
        yield _Fault("WAIVE-03", "until", note=line.cells["until"])


def _lacking(cells: Mapping[str, str]) -> list[_Fault]:
    blank = [name for name in ("rule", "reason", "who", "until") if not cells[name]]
    faults = [_Fault("WAIVE-04", name, name) for name in blank]
    if "until" not in blank and end_of(cells["until"]) is None:
        faults.append(_Fault("WAIVE-04", "until", "not_a_date"))
    return faults


def _breach(line: _Line, fault: _Fault, letters: Mapping[str, str]) -> pl.DataFrame:
    return breach(
        _FILE, rule=fault.rule, tab="", row=line.row, column=fault.column, cell=f"{letters[fault.column]}{line.row}",
        detail=fault.detail, note=fault.note,
    )  # fmt: skip

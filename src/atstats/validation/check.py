"""Check the submissions of a year together: forms, cells, rows, sheets, agencies.

Findings and records come back side by side; nothing is dropped silently. A submission with an
error finding is rejected and its records are left out, but what it says is still used to
check the others. Of several revisions the highest without an error counts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from atstats.frames import ADDRESS, Checked, RawWorkbook, Run, Submission, Unreadable
from atstats.schema import Schema, Sheet
from atstats.validation import assistance, identity, justice, police  # noqa: F401  they register their rules
from atstats.validation.crosschecks import World, check_across
from atstats.validation.expressions import refuse_wrong_rules
from atstats.validation.fields import TYPES
from atstats.validation.findings import breach, gathered, placed
from atstats.validation.rules import check_rows
from atstats.validation.submissions import Read, read_submission

__all__ = ["check"]

_FORM_RULES = frozenset({"META-01", "META-02", "META-03", "META-04", "META-06", "META-07", "META-08", "META-09"})
"""Rules about the form of a workbook, held against every one."""


def check(raw: Sequence[RawWorkbook | Unreadable], *, schema: Schema, run: Run, agencies_expected: bool) -> Checked:
    """Type, check and address everything that was read.

    Args:
        raw: the workbooks as found, and the files that could not be opened.
        schema: sheets, code lists and rules.
        run: the reference year and the cut-off date.
        agencies_expected: whether an agency that sent nothing is a finding (a whole collection).

    Returns:
        Records of the accepted submissions, every finding, and what became of each file.

    Raises:
        ConfigurationError: a rule of the schema cannot be used.
    """
    refuse_wrong_rules(schema)
    reads = [read_submission(each, schema=schema, run=run) for each in raw if isinstance(each, RawWorkbook)]
    chosen = _chosen(reads, schema=schema, run=run)
    held = _hold(chosen.counting, schema=schema, run=run)
    found = [held.breaches, *chosen.breaches]
    if agencies_expected:
        found += _missing_agencies(raw, reads, schema=schema, run=run)
    findings = placed(gathered(found), books=[read.book for read in reads], schema=schema)
    rejected = set(findings.filter(pl.col("severity") == "error")["file"].to_list())
    by_file = {read.file: read for read in reads}
    submissions = tuple(
        _unread(each)
        if isinstance(each, Unreadable)
        else _submission(by_file[each.file], held, superseded=each.file in chosen.superseded, rejected=rejected)
        for each in raw
    )
    accepted = [each.file for each in submissions if each.status == "accepted"]
    return Checked(
        records={
            sheet.record_type: _released(held.world.records.get(sheet.record_type), sheet, accepted)
            for sheet in schema.sheets()
            if sheet.name != "meta"
        },
        findings=findings,
        submissions=submissions,
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """Some submissions held against all rules together."""

    world: World
    breaches: pl.DataFrame
    rules: Mapping[str, frozenset[str]]
    not_evaluated: Counter[str]

    def has_error(self, schema: Schema) -> bool:
        """Whether a rule broken here, or this breach of it, is an error."""
        errors = [rule.id for rule in schema.rules.values() if rule.severity == "error"]
        own = pl.col("severity").is_null() & pl.col("rule").is_in(errors)
        return not self.breaches.filter((pl.col("severity") == "error") | own).is_empty()


def _hold(reads: Sequence[Read], *, schema: Schema, run: Run) -> _Held:
    found = [problem for read in reads for problem in read.problems]
    rules: dict[str, set[str]] = {read.file: set(_FORM_RULES) for read in reads}
    not_evaluated: Counter[str] = Counter()
    records: dict[str, pl.DataFrame] = {}
    for sheet in schema.sheets():
        together = _together(reads, sheet)
        if together is None:
            continue
        records[sheet.record_type] = together
        rows = check_rows(together, sheet=sheet, schema=schema, run=run)
        found.append(rows.breaches)
        not_evaluated.update(dict(rows.not_evaluated.iter_rows()))
        for read in reads:
            if sheet.record_type in read.sheets:
                rules[read.file] |= rows.rules
    world = World(records, schema, run)
    across = check_across(world, rules=list(schema.rules))
    for file, names in across.rules.items():
        rules[file] |= names
    not_evaluated.update(across.not_evaluated)
    whole = gathered([*found, across.breaches])
    return _Held(world, whole, {file: frozenset(names) for file, names in rules.items()}, not_evaluated)


# --------------------------------------------------------------------------- which submission counts


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which submissions count, which another one stands for, and what to say of those that do not count."""

    counting: tuple[Read, ...]
    superseded: frozenset[str]
    breaches: tuple[pl.DataFrame, ...]


def _chosen(reads: Sequence[Read], *, schema: Schema, run: Run) -> _Chosen:
    """Of equal copies the first, of several revisions the highest without an error, else the highest.

    A higher revision with errors keeps its findings and is refused; the findings of a lower
    one are of no interest any more.
    """
    counting: list[Read] = []
    told: dict[str, pl.DataFrame] = {}
    refused: list[pl.DataFrame] = []
    originals: dict[str, Read] = {}
    for read in sorted(reads, key=lambda read: read.file):
        first = originals.setdefault(read.raw.sha256, read)
        if first is not read:
            told[read.file] = _stands_for(first, read, severity="warning", detail="twice")
    for same in _by_unit(originals.values()):
        alone = [_hold([read], schema=schema, run=run) for read in same] if len(same) > 1 else []
        best = next((place for place, held in enumerate(alone) if not held.has_error(schema)), 0)
        counting.append(same[best])
        refused += [held.breaches for held in alone[:best]]
        told |= {
            read.file: _stands_for(same[best], read, severity="info", detail="replaced") for read in same[best + 1 :]
        }
    return _Chosen(tuple(counting), frozenset(told), (*refused, *told.values()))


def _by_unit(reads: Iterable[Read]) -> Iterator[list[Read]]:
    """The submissions of each agency unit, the highest revision first; those of nobody alone.

    Two different workbooks with one revision number are a breach in both: nobody can tell which counts.
    """
    units: dict[tuple[str, ...], list[Read]] = {}
    for read in sorted(reads, key=lambda read: (-read.revision, read.file)):
        units.setdefault((read.agency, read.unit) if read.workbook else (read.file,), []).append(read)
    for same in units.values():
        for read, other in pairwise(same):
            if read.revision == other.revision:
                read.problems.append(_stands_for(other, read, severity=None, detail="same"))
                other.problems.append(_stands_for(read, other, severity=None, detail="same"))
        yield same


def _stands_for(other: Read, read: Read, *, severity: str | None, detail: str) -> pl.DataFrame:
    return breach(read.file, rule="META-04", tab="", severity=severity, detail=detail, note=other.file)


def _missing_agencies(
    raw: Sequence[RawWorkbook | Unreadable], reads: Sequence[Read], *, schema: Schema, run: Run
) -> Iterator[pl.DataFrame]:
    came = {read.agency for read in reads} | {_agency_of_name(each.file, schema) for each in raw}
    for agency in schema.agencies.values():
        if agency.workbook and agency.exists_in(run.reference_year) and agency.code not in came:
            yield breach("", rule="META-05", tab="", note=agency.code)


def _agency_of_name(file: str, schema: Schema) -> str:
    """The agency whose code begins the name of a file, so that a damaged file is not called missing."""
    codes = [code for code in schema.agencies if file.upper().startswith(f"{code.upper()}_")]
    return max(codes, key=len, default="")


# --------------------------------------------------------------------------- records


def _together(reads: Sequence[Read], sheet: Sheet) -> pl.DataFrame | None:
    """The records of one sheet from all workbooks, with address and flags; nothing where nobody sent the sheet."""
    sent = [(read, read.sheets[sheet.record_type]) for read in reads if sheet.record_type in read.sheets]
    parts = [
        converted.records.with_columns(
            submission=pl.lit(read.file), agency=pl.lit(read.agency), unit=pl.lit(read.unit), sheet=pl.lit(sheet.name)
        )
        for read, converted in sent
    ]
    return pl.concat(parts) if parts else None


def _released(records: pl.DataFrame | None, sheet: Sheet, accepted: Sequence[str]) -> pl.DataFrame:
    """The accepted records of one sheet, typed, with their address and without flags."""
    columns = {**ADDRESS, **{column.name: TYPES[column.type] for column in sheet.columns}}
    if records is None:
        return pl.DataFrame(schema=columns)
    return records.filter(pl.col("submission").is_in(accepted)).select(
        pl.col(name).cast(kind) for name, kind in columns.items()
    )


# --------------------------------------------------------------------------- what became of each file


def _unread(raw: Unreadable) -> Submission:
    reason = f"{raw.reason.rstrip('.')}. {raw.hint}".strip()
    return Submission(raw.file, "", "", "", "unreadable", raw.sha256, reason=reason)


def _submission(read: Read, held: _Held, *, superseded: bool, rejected: set[str]) -> Submission:
    status = "nil" if read.nil else "accepted"
    if superseded:
        status = "superseded"
    elif read.file in rejected:
        status = "rejected"
    return Submission(
        file=read.file,
        agency=read.agency,
        unit=read.unit,
        workbook=read.workbook,
        status=status,
        sha256=read.raw.sha256,
        records=read.n_records,
        cells_checked=sum(each.n_cells for each in read.sheets.values()),
        rules_checked=len(held.rules.get(read.file, ())),
        not_evaluated=held.not_evaluated[read.file],
        revision=read.revision,
        year=read.year,
    )

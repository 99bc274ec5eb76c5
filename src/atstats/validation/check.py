"""Check the submissions of a year together: forms, cells, rows, sheets, agencies.

Findings and records come back side by side; nothing is dropped silently. A submission with an
error finding is rejected and its records are left out, but what it says is still used to
check the others. Of several revisions the highest without an error counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from atstats.frames import ADDRESS, Checked, Earlier, Linked, RawWorkbook, Run, Skipped, Submission, Unreadable
from atstats.schema import TYPES, Schema, Sheet
from atstats.validation import (  # noqa: F401  they register their rules
    assistance,
    courts,
    identity,
    justice,
    links,
    numbers,
    persons,
    police,
    shelters,
    victims,
    years,
)
from atstats.validation.crosschecks import RULES, World, check_across
from atstats.validation.fields import no_records
from atstats.validation.findings import breach, gathered, placed
from atstats.validation.revisions import choose
from atstats.validation.rules import check_rows
from atstats.validation.spellings import Lookups
from atstats.validation.submissions import Read, read_submission
from atstats.vocabulary import Need

__all__ = ["check", "check_linked"]

_FORM_RULES = frozenset({"META-01", "META-02", "META-03", "META-04", "META-06", "META-07", "META-08", "META-09"})
"""Rules about the form of a workbook, held against every one."""


def check(
    raw: Sequence[RawWorkbook | Unreadable],
    *,
    schema: Schema,
    run: Run,
    agencies_expected: bool,
    earlier: Earlier | None = None,
) -> Checked:
    """Type, check and address everything that was read.

    Args:
        raw: the workbooks as found, and the files that could not be opened.
        schema: sheets, code lists and rules.
        run: the reference year and the cut-off date.
        agencies_expected: whether an agency that sent nothing is a finding (a whole collection).
        earlier: the collection of an earlier year, for the rules that compare with it.

    Returns:
        Records of the accepted submissions, every finding, and what became of each file.
    """
    lookups = Lookups(schema)
    reads = [
        read_submission(each, schema=schema, lookups=lookups, run=run) for each in raw if isinstance(each, RawWorkbook)
    ]
    chosen = choose(
        reads,
        has_error=lambda found: _has_error(found, schema),
        hold=lambda read: _hold([read], schema=schema, run=run).breaches,
        run=run,
    )
    held = _hold(chosen.counting, schema=schema, run=run, earlier=earlier)
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
            sheet.record_type: _released(held.records.get(sheet.record_type), sheet, accepted)
            for sheet in schema.sheets()
            if sheet.name != "meta"
        },
        findings=findings,
        submissions=submissions,
        books=tuple(read.book for read in reads),
        skipped=held.skipped,
    )


def check_linked(
    checked: Checked,
    linked: Linked,
    *,
    schema: Schema,
    run: Run,
    decisions: pl.DataFrame,
    earlier: Earlier | None = None,
) -> tuple[pl.DataFrame, tuple[Skipped, ...]]:
    """Hold the rules that need to know who is who: the second pass, after linkage.

    Args:
        checked: what the first pass accepted, identities included.
        linked: persons, and the findings that linkage made itself.
        schema: gives the rules.
        run: the reference year and the cut-off date.
        decisions: the lines of `decisions.csv`, in their order.
        earlier: the collection of an earlier year, linked together with this one.

    Returns:
        The findings at their Excel cells, and the rules that were not evaluated.
    """
    sent = {record_type for book in checked.books for record_type in book.sheets}
    sent |= {
        sheet.record_type
        for submission in checked.submissions
        if submission.status == "nil"
        for sheet in schema.workbooks[submission.workbook].sheets
    }
    records = {
        record_type: _with_persons(frame, linked.records.get(record_type))
        for record_type, frame in checked.records.items()
        if record_type in sent
    }
    world = World(
        records=records,
        schema=schema,
        run=run,
        linked=linked,
        earlier=earlier,
        agencies=frozenset(each.agency for each in checked.submissions if each.status in ("accepted", "nil")),
        decisions=decisions,
    )
    across = check_across(world, rules=_waiting(schema))
    own = _addressed(linked.findings, schema=schema, books={book.file: book.agency for book in checked.books})
    return placed(gathered([own, across.breaches]), books=checked.books, schema=schema), across.skipped


def _with_persons(records: pl.DataFrame, linked: pl.DataFrame | None) -> pl.DataFrame:
    if linked is None or "person_id" not in linked.columns:
        return records
    who = linked.select("submission", "sheet", "row", "person_id")
    return records.join(who, on=["submission", "sheet", "row"], how="left", maintain_order="left")


def _addressed(findings: pl.DataFrame, *, schema: Schema, books: Mapping[str, str]) -> pl.DataFrame:
    """Findings of linkage as breaches: their sheet is a key of the schema, and their cell still to be found."""
    workbooks = {file: schema.agencies[agency].workbook for file, agency in books.items() if agency in schema.agencies}
    workbook = pl.col("file").replace_strict(workbooks, default="", return_dtype=pl.String)
    return gathered(
        [
            findings.select(
                pl.col("file").alias("submission"),
                (workbook + "." + pl.col("sheet")).alias("record_type"),
                "row",
                "column",
                "rule",
                pl.col("severity").cast(pl.String),
                "detail",
                "note",
            )
        ]
    )


def _waiting(schema: Schema) -> list[str]:
    """The rules of the second pass."""
    return [rule.id for rule in schema.rules.values() if Need.PERSONS in rule.needs]


@dataclass(frozen=True, slots=True)
class _Held:
    """Some submissions held against all rules together."""

    records: Mapping[str, pl.DataFrame]
    breaches: pl.DataFrame
    rules: Mapping[str, frozenset[str]]
    not_evaluated: Counter[str]
    skipped: tuple[Skipped, ...]


def _has_error(breaches: pl.DataFrame, schema: Schema) -> bool:
    """Whether a rule broken here, or this breach of it, is an error."""
    errors = [rule.id for rule in schema.rules.values() if rule.severity == "error"]
    own = pl.col("severity").is_null() & pl.col("rule").is_in(errors)
    return not breaches.filter((pl.col("severity") == "error") | own).is_empty()


def _hold(reads: Sequence[Read], *, schema: Schema, run: Run, earlier: Earlier | None = None) -> _Held:
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
    world = World(records, schema, run, earlier=earlier, agencies=frozenset(read.agency for read in reads))
    across = check_across(world, rules=list(schema.rules))
    for file, names in across.rules.items():
        rules[file] |= names
    not_evaluated.update(across.not_evaluated)
    whole = gathered([*found, across.breaches])
    return _Held(
        records=records,
        breaches=whole,
        rules={file: frozenset(names) for file, names in rules.items()},
        not_evaluated=not_evaluated,
        skipped=tuple(sorted({*across.skipped, *_row_rules_without_rows(records, schema), *_told_elsewhere(schema)})),
    )


def _row_rules_without_rows(records: Mapping[str, pl.DataFrame], schema: Schema) -> Iterator[Skipped]:
    for rule in schema.rules.values():
        if rule.checks and rule.id not in RULES and not any(each in records for each in rule.applies_to):
            yield Skipped(rule.id, ", ".join(rule.applies_to))


def _told_elsewhere(schema: Schema) -> Iterator[Skipped]:
    """The rules that linkage and `build-report` hold themselves."""
    for rule in schema.rules.values():
        if rule.needs and rule.id not in RULES:
            yield Skipped(rule.id, str(rule.needs[0]))


# --------------------------------------------------------------------------- who is missing


def _missing_agencies(
    raw: Sequence[RawWorkbook | Unreadable], reads: Sequence[Read], *, schema: Schema, run: Run
) -> Iterator[pl.DataFrame]:
    """META-05: agencies that sent nothing, and units of those that send by unit; a reason excuses either."""
    placed_files = {read.file for read in reads if read.agency}
    came = {(read.agency, read.unit) for read in reads}
    came |= {(_agency_of_name(each.file, schema), "") for each in raw if each.file not in placed_files}
    for agency, unit in schema.missing_senders(run.reference_year, came=came):
        code = f"{agency}/{unit}" if unit else agency
        if ("missing_agency", code) not in run.reasons:
            yield breach("", rule="META-05", tab="", note=code)


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
    if parts:
        return pl.concat(parts)
    # Nothing to report is an answer: the sheet is at hand, and empty.
    if any(read.nil and read.workbook == sheet.workbook for read in reads):
        address = dict.fromkeys(("submission", "agency", "unit", "sheet"), pl.String())
        return no_records(sheet).hstack(pl.DataFrame(schema=address).get_columns())
    return None


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
        kind=read.kind,
        language=read.language,
        rules=tuple(sorted(held.rules.get(read.file, ()))),
    )

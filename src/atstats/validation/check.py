"""Check the submissions of a year together: forms, cells, rows, sheets, agencies.

Findings and records come back side by side; nothing is dropped silently. A submission with an
error finding is rejected and its records are left out, but what it says is still used to
check the others.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from atstats.frames import ADDRESS, Checked, RawWorkbook, Run, Submission, Unreadable
from atstats.schema import Schema, Sheet
from atstats.validation.crosschecks import RULES, World
from atstats.validation.expressions import refuse_wrong_rules
from atstats.validation.fields import TYPES
from atstats.validation.findings import breach, gathered, placed
from atstats.validation.rules import check_rows
from atstats.validation.submissions import Read, read_submission

__all__ = ["check"]


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
    superseded, double = _superseded(reads)
    counting = [read for read in reads if read.file not in superseded]
    sheets = {sheet.record_type: sheet for sheet in schema.sheets()}
    flagged = {record_type: _together(counting, record_type) for record_type in sheets}
    found = [each for read in counting for each in read.problems] + double
    not_evaluated: Counter[str] = Counter()
    n_rules: dict[str, int] = {}
    for record_type, records in flagged.items():
        if records.is_empty():
            continue
        checked = check_rows(records, sheet=sheets[record_type], schema=schema, run=run)
        found.append(checked.breaches)
        not_evaluated.update(dict(checked.not_evaluated.iter_rows()))
        n_rules[record_type] = len(checked.rules)
    world = World(_world(counting, flagged, sheets), schema, run)
    found += [each for rule in sorted(RULES) if rule in schema.rules for each in RULES[rule](world)]
    if agencies_expected:
        found += _missing_agencies(raw, reads, schema=schema, run=run)
    findings = placed(gathered(found), books=[read.book for read in counting], schema=schema)
    rejected = set(findings.filter(pl.col("severity") == "error")["file"].to_list())
    submissions = [_submission(each, reads, superseded, rejected, not_evaluated, n_rules) for each in raw]
    accepted = {each.file for each in submissions if each.status == "accepted"}
    return Checked(
        records={
            record_type: _released(world.records.get(record_type), sheet, accepted)
            for record_type, sheet in sheets.items()
            if sheet.name != "meta"
        },
        findings=findings,
        submissions=tuple(submissions),
    )


# --------------------------------------------------------------------------- which submission counts


def _superseded(reads: Sequence[Read]) -> tuple[frozenset[str], list[pl.DataFrame]]:
    """The files that another one stands for, and why: an equal copy, or a higher revision."""
    left_out: dict[str, pl.DataFrame] = {}
    seen: dict[str, str] = {}
    for read in reads:
        if read.raw.sha256 in seen:
            other = seen[read.raw.sha256]
            left_out[read.file] = breach(
                read.file, rule="META-04", tab="", severity="warning", detail="twice", note=other
            )
        seen.setdefault(read.raw.sha256, read.file)
    by_unit: dict[tuple[str, str], list[Read]] = {}
    for read in reads:
        if read.workbook and read.file not in left_out:
            by_unit.setdefault((read.agency, read.unit), []).append(read)
    for same in by_unit.values():
        highest = max(same, key=lambda read: read.revision)
        for read in same:
            if read is highest:
                continue
            if read.revision == highest.revision:
                read.problems.append(breach(read.file, rule="META-04", tab="", detail="same", note=highest.file))
            else:
                left_out[read.file] = breach(
                    read.file, rule="META-04", tab="", severity="info", detail="replaced", note=highest.file
                )
    return frozenset(left_out), list(left_out.values())


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


def _together(reads: Sequence[Read], record_type: str) -> pl.DataFrame:
    """The records of one type from all workbooks, with the flags that say what was read."""
    parts = []
    for read in reads:
        converted = read.sheets.get(record_type)
        if converted is None or converted.records.is_empty():
            continue
        address = {
            "submission": read.file, "agency": read.agency, "unit": read.unit, "sheet": converted.found.sheet.name,
        }  # fmt: skip
        columns = [pl.lit(value).alias(name) for name, value in address.items()]
        parts.append(converted.records.with_columns(columns))
    return pl.concat(parts) if parts else pl.DataFrame()


def _world(
    reads: Sequence[Read], flagged: Mapping[str, pl.DataFrame], sheets: Mapping[str, Sheet]
) -> dict[str, pl.DataFrame]:
    """Record type -> typed records with their address; a sheet that nobody sent is absent."""
    sent = {record_type for read in reads for record_type in read.sheets}
    return {
        record_type: _plain(flagged[record_type], sheet) for record_type, sheet in sheets.items() if record_type in sent
    }


def _plain(records: pl.DataFrame, sheet: Sheet) -> pl.DataFrame:
    columns = {**ADDRESS, **{column.name: TYPES[column.type] for column in sheet.columns}}
    if records.is_empty():
        return pl.DataFrame(schema=columns)
    return records.select(pl.col(name).cast(kind) for name, kind in columns.items())


def _released(records: pl.DataFrame | None, sheet: Sheet, accepted: set[str]) -> pl.DataFrame:
    if records is None:
        return _plain(pl.DataFrame(), sheet)
    return records.filter(pl.col("submission").is_in(accepted))


def _submission(
    raw: RawWorkbook | Unreadable,
    reads: Sequence[Read],
    superseded: frozenset[str],
    rejected: set[str],
    not_evaluated: Counter[str],
    n_rules: Mapping[str, int],
) -> Submission:
    if isinstance(raw, Unreadable):
        return Submission(raw.file, "", "", "", "unreadable", raw.sha256, reason=f"{raw.reason}. {raw.hint}")
    read = next(each for each in reads if each.raw is raw)
    status = "nil" if read.nil else "accepted"
    if read.file in rejected:
        status = "rejected"
    if read.file in superseded:
        status = "superseded"
    return Submission(
        file=read.file,
        agency=read.agency,
        unit=read.unit,
        workbook=read.workbook,
        status=status,
        sha256=raw.sha256,
        records=read.n_records,
        cells_checked=sum(each.n_cells for each in read.sheets.values()),
        rules_checked=sum(n_rules.get(record_type, 0) for record_type in read.sheets),
        not_evaluated=not_evaluated[read.file],
        revision=read.revision,
        year=read.year,
    )

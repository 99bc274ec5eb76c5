"""The types that flow from stage to stage; every stage knows these and the schema, nothing else.

```
workbook --read--> RawWorkbook --check--> Checked --link--> Linked
    --count--> Table --protect--> ProtectedTable --render--> release
```

Frames are polars frames with the columns written down here. The address of a record is
three columns, `submission` (the workbook's file name), `sheet` (the sheet's key in the
schema) and `row` (Excel's row number); they travel with a record up to linkage, so that a
finding made there still names Excel cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import polars as pl

__all__ = [
    "ADDRESS",
    "CELL_KINDS",
    "CELL_STATUS",
    "FINDINGS",
    "IDENTITIES",
    "PAIRS",
    "PERSONS",
    "SEVERITIES",
    "TABLE_COLUMNS",
    "VALUE_KINDS",
    "Book",
    "Checked",
    "Coverage",
    "Earlier",
    "Fact",
    "Finding",
    "GridCell",
    "LinkageSummary",
    "Linked",
    "ProtectedTable",
    "Protection",
    "RawSheet",
    "RawWorkbook",
    "Run",
    "SheetGrid",
    "SheetPlace",
    "Skipped",
    "Submission",
    "Table",
    "Unreadable",
    "WorkbookGrid",
    "column_letters",
    "no_findings",
]

# --------------------------------------------------------------------------- the run


@dataclass(frozen=True, slots=True)
class Run:
    """What a run depends on besides the workbooks; nothing else reads a clock or a setting."""

    reference_year: int
    """0 where no workbook could be read and nothing else says it; then nothing is checked."""
    cut_off: date
    """The day on which the status of a victim is read."""
    tool: str
    """Name and version, as printed: "atstats 0.1.0"."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """`atstats.toml` as read, with defaults filled in."""
    seed: int = 0
    """Seed of the protection; kept in the restricted folder, never in a release."""
    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(about, key) -> the reason that `notes.csv` gives: a missing agency, a revised row, a change of a figure."""


# --------------------------------------------------------------------------- workbook

VALUE_KINDS = pl.Enum(["blank", "text", "number", "boolean", "date", "datetime", "duration", "error", "no_value"])
"""What a cell holds: `error` is #N/A and its kin, `no_value` a formula without a stored result."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the structure of a workbook tells that its values do not."""

    kind: str
    """hidden_sheet, very_hidden_sheet, hidden_row, hidden_column, merged, date_1904, formula,
    beyond_dimension, strict, external_link, dde, macro, ..."""
    sheet: str = ""
    where: str = ""
    """A cell, a range, a row number, a run of rows ("5:9") or column letters, as Excel writes them; empty for the
    whole."""


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet as found. One row = one non-empty row of the sheet.

    Both frames have the column `row` (UInt32, Excel's row number, ascending) and one column
    for each used Excel column, named by its letters ("A", "B", ..., "AA").
    """

    name: str
    """The sheet's name as it stands on the tab."""
    values: pl.DataFrame
    """The cells as text (String). Numbers without needless decimals ("12", "0.5"), dates as
    YYYY-MM-DD, date-times as YYYY-MM-DDTHH:MM:SS, booleans as TRUE and FALSE; blank is null."""
    kinds: pl.DataFrame
    """What each cell holds (VALUE_KINDS), same shape."""


@dataclass(frozen=True, slots=True)
class RawWorkbook:
    """One workbook that was safe to open."""

    file: str
    """File name without folder."""
    sha256: str
    sheets: tuple[RawSheet, ...]
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that was not read, why, and what to do; the other files go on."""

    file: str
    sha256: str
    reason: str
    """What is wrong, one sentence in English without any cell's value."""
    hint: str


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell to be written; `note` becomes a comment, `style` a named look."""

    value: str | int | float | bool | date | None
    style: str = ""
    """"", "title", "heading", "prose", "label", "required", "conditional", "minor", "key", "text", "date", "locked"."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """One sheet to be written, cell by cell; row 1 is the first of `rows`."""

    name: str
    rows: tuple[tuple[GridCell, ...], ...]
    widths: tuple[float, ...] = ()
    dropdowns: Mapping[int, str] = field(default_factory=dict)
    """Column number (from 1) -> id of the code list that its drop-down offers."""
    column_styles: tuple[str, ...] = ()
    """How a cell looks that is still to be filled, column by column: a style as of `GridCell`."""
    first_data_row: int = 1
    merged: tuple[str, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkbookGrid:
    """One workbook to be written."""

    file: str
    sheets: tuple[SheetGrid, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    """title, subject, keywords, category and description of the file; any other name is a property of its own."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Id of a code list -> the texts that its drop-down offers, in the language of the workbook."""
    date_1904: bool = False


def column_letters(number: int) -> str:
    """Excel's letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# --------------------------------------------------------------------------- validation

ADDRESS: Mapping[str, Any] = {
    "submission": pl.String,
    "agency": pl.String,
    "unit": pl.String,
    "sheet": pl.String,
    "row": pl.UInt32,
}
"""The address columns of every record: file name, agency code, unit code ("" if none), sheet
key, Excel row."""

SEVERITIES = pl.Enum(["error", "warning", "info"])

FINDINGS: Mapping[str, Any] = {
    "file": pl.String,
    "sheet": pl.String,
    "cell": pl.String,
    "row": pl.UInt32,
    "column": pl.String,
    "rule": pl.String,
    "severity": SEVERITIES,
    "detail": pl.String,
    "note": pl.String,
    "others": pl.List(pl.String),
    "fingerprint": pl.String,
    "waived": pl.Boolean,
}
"""One row = one breach of one rule at one place. Never a value of a person's row.

`sheet` is the name on the tab, `cell` the A1 address (empty when the finding concerns the
whole sheet or file), `row` Excel's row (null likewise), `column` the machine key. `detail`
picks the message among the rule's messages (empty: the rule's statement), `note` fills its
`{note}`: a code of a list, a column key, a number of days; `others` are the further cells
concerned. The sentence is rendered last, by `schema.render_finding`.
"""


class Finding(NamedTuple):
    """One row of a findings frame, for code that walks findings one by one."""

    file: str
    sheet: str
    cell: str
    row: int | None
    column: str
    rule: str
    severity: str
    detail: str
    note: str
    others: list[str]
    fingerprint: str
    waived: bool


def no_findings() -> pl.DataFrame:
    """An empty findings frame."""
    return pl.DataFrame(schema=FINDINGS)


@dataclass(frozen=True, slots=True)
class Submission:
    """One workbook and what became of it."""

    file: str
    agency: str
    """Agency code, "" when the workbook could not be read or says none."""
    unit: str
    workbook: str
    """Submission type in the schema ("police"), "" when unknown."""
    status: str
    """accepted, rejected, unreadable, nil, or superseded (a higher revision or an equal copy counts)."""
    sha256: str
    records: Mapping[str, int] = field(default_factory=dict)
    """Sheet key -> number of records."""
    cells_checked: int = 0
    rules_checked: int = 0
    not_evaluated: int = 0
    """Rule x record pairs that could not be looked at (a blank, or another agency is absent)."""
    reason: str | None = None
    revision: int = 1
    year: int | None = None
    kind: str = ""
    """The code of `submission_type`: FIRST, PROVISIONAL, FINAL or REVISED; "" where it says none."""
    language: str = ""
    """The code of the language that its sheet meta states."""
    rules: tuple[str, ...] = ()
    """The rules that were held, sorted; `rules_checked` is their number."""


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """Where one sheet of the schema stands in a workbook; restricted, as it holds the cells."""

    tab: str
    letters: Mapping[str, str]
    """Column key -> Excel's letters."""
    raw: pl.DataFrame
    """The data rows as found: `row`, and one column of text for each Excel column."""
    key: tuple[str, ...] = ()
    """The columns that together name a row."""


@dataclass(frozen=True, slots=True)
class Book:
    """What is known about one workbook when its findings are addressed."""

    file: str
    agency: str = ""
    unit: str = ""
    sheets: Mapping[str, SheetPlace] = field(default_factory=dict)
    """Record type -> place."""


class Skipped(NamedTuple):
    """A rule that was not evaluated at all in this run, and what it waits for."""

    rule: str
    because: str
    """"persons", "earlier year" or "tables", or the record types that nobody sent, with commas."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Accepted and failed together: typed records, findings, and the state of each workbook.

    `records` maps a record type ("police.victims") to a frame with the ADDRESS columns and one
    typed column for each column of the schema (date -> Date, integer -> Int64, decimal ->
    Float64, code and yesno -> String, codes -> List[String], text -> String); a cell that could
    not be read as its type is null. Every record type of the schema is present, perhaps empty.
    Records of rejected, nil and superseded submissions are left out.
    """

    records: Mapping[str, pl.DataFrame]
    findings: pl.DataFrame
    submissions: tuple[Submission, ...]
    books: tuple[Book, ...] = ()
    """Where the sheets of each workbook stand, for findings that are made after linkage."""
    skipped: tuple[Skipped, ...] = ()
    """The rules that were not evaluated, sorted."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who was expected and what came. One row = one agency unit.

    `agencies` has agency, workbook, state (received, nil, missing, refused), file.
    """

    agencies: pl.DataFrame


# --------------------------------------------------------------------------- linkage

IDENTITIES: Mapping[str, Any] = {
    "role": pl.String,
    "record_type": pl.String,
    **ADDRESS,
    "record_key": pl.String,
    "person_id": pl.String,
}
"""One row = one record of a person; restricted. `record_key` is a keyed hash, stable across runs."""

PAIRS: Mapping[str, Any] = {
    "role": pl.String,
    "left_submission": pl.String,
    "left_sheet": pl.String,
    "left_row": pl.UInt32,
    "right_submission": pl.String,
    "right_sheet": pl.String,
    "right_row": pl.UInt32,
    "left_key": pl.String,
    "right_key": pl.String,
    "weight": pl.Float64,
    "hold": pl.String,
    "band": pl.String,
    "decision": pl.String,
    "counted": pl.String,
}
"""One row = one candidate pair: addresses, match weight in bits, why it never links by itself (never, review,
doubt, or empty), band (link, review, refuse), decision (same, different, open, or what the engine did: linked,
kept_apart), and as what the best count takes an open pair (same, different; else empty)."""

PERSONS: Mapping[str, Any] = {
    "person_id": pl.String,
    "role": pl.String,
    "sex": pl.String,
    "age_at_identification": pl.Int64,
    "age_at_exploitation": pl.Int64,
    "citizenship_1": pl.String,
    "citizenship_2": pl.String,
    "stateless": pl.String,
    "status": pl.String,
    "first_registered": pl.Date,
    "identified": pl.Date,
    "purpose_main": pl.String,
    "purpose_all": pl.List(pl.String),
    "body": pl.String,
    "bodies": pl.List(pl.String),
    "n_records": pl.UInt32,
}
"""One row = one person in one role, as survivorship left it; nothing here identifies anyone.

`status` is the victim status at the cut-off date; `identified` the date of formal
identification (null if none); `body` the agency of the registration that counts (source
priority, then date), `bodies` every agency that registered the person, sorted. Victim columns
are null for suspects. Ages are full years at first registration or formal identification, and
at the start of exploitation (null when not known).
"""


@dataclass(frozen=True, slots=True)
class LinkageSummary:
    """The count of persons with its range, for one role."""

    role: str
    n_records: int
    n_candidate_pairs: int
    n_linked_pairs: int
    n_open_pairs: int
    n_decided_pairs: int
    low: int
    """Persons if every open pair is the same person."""
    best: int
    """Persons if each open pair is what pairs like it are more often."""
    high: int
    """Persons if every open pair is two persons."""
    interval: tuple[int, int] = (0, 0)
    """The 95 % interval of the number of persons."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Records with persons known and identities removed.

    `records` are the checked records without identity columns, and, where the sheet is about a
    person, with `person_id`. `identities` and `pairs` stay in the restricted folder.
    """

    records: Mapping[str, pl.DataFrame]
    persons: pl.DataFrame
    identities: pl.DataFrame
    pairs: pl.DataFrame
    summaries: tuple[LinkageSummary, ...]
    findings: pl.DataFrame
    digest: str = ""
    """Hash of the linkage specification and of the decisions that were honoured."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The collection of an earlier year, to compare with.

    `records` are its accepted records as in `Checked.records`; after linkage over both years they
    have `person_id`, which is then the same for the same person in both.
    """

    reference_year: int
    records: Mapping[str, pl.DataFrame]
    figures: Mapping[str, int] = field(default_factory=dict)
    """Published indicator -> what its records give when they are counted again; empty before linkage."""


# --------------------------------------------------------------------------- tables

CELL_KINDS = pl.Enum(["count", "published", "statistic", "open", "derived"])
"""How a cell is protected: a linear count of a population; a figure published elsewhere, exempt
and known to the intruder; a median, mean or sum of money, by its contributors; open, not about
persons; derived from other protected cells."""

TABLE_COLUMNS: Mapping[str, Any] = {
    "row": pl.UInt16,
    "col": pl.UInt16,
    "population": pl.String,
    "unit": pl.String,
    "measure": pl.String,
    "period": pl.String,
    "kind": CELL_KINDS,
    "fact": pl.String,
    "value": pl.Float64,
    "contributors": pl.Int64,
    "flag": pl.String,
}
"""One row = one cell, margins present; beside these one String column for each dimension.

`row` and `col` are the place in the printed table, from 1. `fact` says what a count counts:
sorted "variable=category" pairs joined by "&", empty for everybody in the population; two cells
with the same population and fact are one cell. For derived cells it is "mean:" and the cell ids.
`value` is null where nothing is available; `flag` then is ":" (not available) or "z" (does not
apply); otherwise "", "b", "p", "r" or "e". `contributors` is null except for statistics.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """One table before protection; only `disclosure` may read its values."""

    id: str
    """As in the list of tables: "T2.1"."""
    dimensions: tuple[str, ...]
    """The dimension columns of `cells`, rows first."""
    cells: pl.DataFrame
    row_labels: tuple[tuple[tuple[str, str], ...], ...] = ()
    """For each row, its (dimension, code) pairs."""
    column_labels: tuple[tuple[tuple[str, str], ...], ...] = ()
    notes: tuple[str, ...] = ()
    """Keys of notes in the schema that this year's data call for, beside the table's own."""
    empty_because: str = ""
    """Key of the reason when the table has no data this year."""


CELL_STATUS = pl.Enum(["shown", "rounded", "withheld", "not_available", "not_applicable"])


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """One table that may be printed; only `disclosure` makes one.

    `cells` has the columns of `Table.cells` without `contributors`, with `value` as it may be
    shown (null unless status is shown or rounded) and `status` (CELL_STATUS).
    """

    id: str
    dimensions: tuple[str, ...]
    cells: pl.DataFrame
    row_labels: tuple[tuple[tuple[str, str], ...], ...] = ()
    column_labels: tuple[tuple[tuple[str, str], ...], ...] = ()
    notes: tuple[str, ...] = ()
    empty_because: str = ""


@dataclass(frozen=True, slots=True)
class Protection:
    """All tables of one edition, protected together, and the record of it."""

    tables: tuple[ProtectedTable, ...]
    edition: str
    record: Mapping[str, Any]
    """What `protection.json` says: rule, parameters, counts by status, certificate; tells nothing
    about which cells were small."""

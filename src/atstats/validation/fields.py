"""Turn cells into typed values, and say of every cell that cannot be turned why not.

Nothing is guessed: a date written as text is read day first and reported, a number written as
text is read and reported, and what does not fit its column's type is null and *unknown*, so
that no other rule is held against it. Descriptions never quote a cell ("day 31 does not exist
in month 02"); codes of a list are not personal values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from atstats.frames import Run
from atstats.schema import TYPES, Column, Sheet
from atstats.validation.findings import breaches, gathered
from atstats.validation.sheets import FoundSheet
from atstats.validation.spellings import Lookups, read_date, read_each_once
from atstats.vocabulary import SPECIAL_VALUES

__all__ = ["Converted", "blank_flag", "convert", "no_records", "unknown_flag"]

UNKNOWN_FLAG = "unknown:"
"""Begins the name of the Boolean column that says of a column: not read, or not there at all."""
BLANK_FLAG = "blank:"
"""Begins the name of the Boolean column that says that nothing stands in a cell; for columns with a condition."""

_PERSONAL_NO = "personal_no"
_EXACT_DIGITS = 15
"""Excel keeps no more digits of a number than these."""
_INVISIBLE = "[\u200b\u200c\u200d\u200e\u200f\ufeff\u00ad]"


@dataclass(frozen=True, slots=True)
class Converted:
    """One sheet's records, typed.

    `records` has `row`, one column for each column of the schema, for each an "unknown:" column
    (true where the cell could not be read or the workbook has no such column), and for each
    column with a `required_if` a "blank:" column (true where nothing stands in the cell).
    """

    found: FoundSheet
    records: pl.DataFrame
    breaches: pl.DataFrame
    n_cells: int


def unknown_flag(column: str) -> str:
    """The name of the flag of a column that could not be read."""
    return UNKNOWN_FLAG + column


def blank_flag(column: str) -> str:
    """The name of the flag of a column that is blank."""
    return BLANK_FLAG + column


def convert(found: FoundSheet, *, file: str, lookups: Lookups, run: Run) -> Converted:
    """Type every column of a sheet.

    Args:
        found: the sheet, its columns located.
        file: the workbook's name.
        lookups: read the codes.
        run: its reference year decides the century of a year of two digits.
    """
    if not found.values.height:
        return Converted(found, no_records(found.sheet), gathered([]), 0)
    columns = [column for column in found.sheet.columns if column.name in found.letters]
    cells = _cells(found, columns)
    read = cells.with_columns(
        each.alias(f"{part}:{column.name}")
        for column in columns
        for part, each in _read(cells, column, lookups=lookups, run=run).items()
    )
    problems = [*_described(read, columns, found, file=file), *_unfilled(read, columns, found, file=file)]
    return Converted(found, _records(read, found.sheet), gathered(problems), found.values.height * len(columns))


def no_records(sheet: Sheet) -> pl.DataFrame:
    """What `convert` gives for a sheet without rows."""
    schema: dict[str, pl.DataType] = {"row": pl.UInt32()}
    for column in sheet.columns:
        schema[column.name] = TYPES[column.type]
        schema[unknown_flag(column.name)] = pl.Boolean()
        if column.required_if:
            schema[blank_flag(column.name)] = pl.Boolean()
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True, slots=True)
class _Cell:
    """The cell of one column, as expressions: its text trimmed (null if blank), and what it holds."""

    column: Column

    @property
    def value(self) -> pl.Expr:
        return pl.col(f"value:{self.column.name}")

    @property
    def kind(self) -> pl.Expr:
        return pl.col(f"kind:{self.column.name}")

    @property
    def special(self) -> pl.Expr:
        """UNK, NA or REF instead of a value."""
        return self.value.is_in(SPECIAL_VALUES).fill_null(value=False)

    @property
    def broken(self) -> pl.Expr:
        """An error of Excel, or a formula without a stored result."""
        return self.kind.is_in(["error", "no_value"])

    @property
    def filled(self) -> pl.Expr:
        return self.value.is_not_null() & ~self.special


_Part = pl.Expr | pl.Series


def _cells(found: FoundSheet, columns: Sequence[Column]) -> pl.DataFrame:
    """row, and for each column its trimmed text and its kind."""
    letters = {column.name: found.letters[column.name] for column in columns}
    frame = pl.DataFrame(
        [
            found.values["row"],
            *(found.values[where].alias(f"value:{name}") for name, where in letters.items()),
            *(found.kinds[where].alias(f"kind:{name}") for name, where in letters.items()),
        ]
    )
    trimmed = frame.with_columns(pl.col("^value:.*$").str.strip_chars())
    # Accents and invisible letters are costly to tidy, and most columns hold codes, numbers and dates.
    texts = trimmed.select("^value:.*$")
    plain = texts.select((pl.all().str.len_bytes() == pl.all().str.len_chars()).all()).row(0)
    rare = pl.col([name for name, is_plain in zip(texts.columns, plain, strict=True) if not is_plain])
    return trimmed.with_columns(
        rare.str.normalize("NFC").str.replace_all(_INVISIBLE, "").str.strip_chars()
    ).with_columns(pl.col("^value:.*$").replace("", None))


def _read(cells: pl.DataFrame, column: Column, *, lookups: Lookups, run: Run) -> Mapping[str, _Part]:
    """`typed` for the cells of one column; `unknown`, `detail` and `note` where there may be something to tell."""
    cell = _Cell(column)
    if column.type == "codes":
        return read_each_once(cells[f"value:{column.name}"], lookups[column.codes].several, pl.List(pl.String()))
    if column.type in ("code", "yesno"):
        return read_each_once(cells[f"value:{column.name}"], lookups[column.codes].one, pl.String())
    if column.type == "date":
        return _dates(cells, column, reference_year=run.reference_year)
    if column.type in ("integer", "decimal"):
        return _numbers(cell, whole=column.type == "integer")
    return _texts(cell, personal_no=column.name == _PERSONAL_NO)


def _records(read: pl.DataFrame, sheet: Sheet) -> pl.DataFrame:
    """row, the typed columns, and their flags; a cell that could not be read is null."""
    parts: list[pl.Expr] = [pl.col("row")]
    for column in sheet.columns:
        cell = _Cell(column)
        there = f"value:{column.name}" in read.columns
        unknown = cell.broken if there else pl.lit(value=True)
        if f"unknown:{column.name}" in read.columns:
            unknown = unknown | pl.col(f"unknown:{column.name}").fill_null(value=False)
        typed = pl.col(f"typed:{column.name}") if there else pl.lit(None)
        parts.append(pl.when(~unknown).then(typed).cast(TYPES[column.type]).alias(column.name))
        parts.append(unknown.alias(unknown_flag(column.name)))
        if column.required_if:
            blank = cell.value.is_null() & ~cell.broken if there else pl.lit(value=True)
            parts.append(blank.alias(blank_flag(column.name)))
    return read.select(parts)


def _described(
    read: pl.DataFrame, columns: Sequence[Column], found: FoundSheet, *, file: str
) -> Iterator[pl.DataFrame]:
    """What could not be read, one frame for each column and kind of problem."""
    told = {
        column.name: pl.col(f"detail:{column.name}").is_not_null() & ~_Cell(column).broken
        for column in columns
        if f"detail:{column.name}" in read.columns
    }
    for column in _concerned(read, columns, told):
        rows = read.filter(told[column.name]).select(
            pl.lit(file).alias("submission"),
            "row",
            pl.col(f"detail:{column.name}").alias("detail"),
            pl.col(f"note:{column.name}").fill_null("").alias("note"),
        )
        for (detail,), alike in rows.group_by("detail", maintain_order=True):
            rule, severity = _RULES[str(detail)]
            yield breaches(
                alike,
                rule=rule,
                record_type=found.record_type,
                column=column.name,
                detail=str(detail),
                severity=severity,
            )


def _unfilled(read: pl.DataFrame, columns: Sequence[Column], found: FoundSheet, *, file: str) -> Iterator[pl.DataFrame]:
    """REQ-01: a required cell is blank, or a cell that names the row says only that it is not known."""
    kinds: dict[str, dict[str, pl.Expr]] = {"": {}, "white_space": {}, "special": {}}
    for column in columns:
        cell = _Cell(column)
        if column.required:
            kinds[""][column.name] = cell.kind == "blank"
            nothing = cell.value.is_null() & ~cell.broken & (cell.kind != "blank")
            if column.type == "codes":
                nothing = nothing | cell.value.str.contains(r"^[;\s]+$").fill_null(value=False)
            kinds["white_space"][column.name] = nothing
        if column.name in found.sheet.key:
            kinds["special"][column.name] = cell.special & pl.col(f"typed:{column.name}").is_null()
    for detail, conditions in kinds.items():
        for column in _concerned(read, columns, conditions):
            yield breaches(
                read.filter(conditions[column.name]).select(pl.lit(file).alias("submission"), "row"),
                rule="REQ-01",
                record_type=found.record_type,
                column=column.name,
                detail=detail,
            )


def _concerned(read: pl.DataFrame, columns: Sequence[Column], conditions: Mapping[str, pl.Expr]) -> list[Column]:
    """The columns in which a condition holds in any row."""
    if not conditions or not read.height:
        return []
    holds = read.select(condition.any().alias(name) for name, condition in conditions.items()).row(0, named=True)
    return [column for column in columns if holds.get(column.name)]


_RULES: Mapping[str, tuple[str, str | None]] = {
    "impossible_day": ("TYPE-01", None),
    "impossible_month": ("TYPE-01", None),
    "implausible_year": ("TYPE-01", None),
    "not_a_date": ("TYPE-01", None),
    "number_for_date": ("TYPE-01", None),
    "not_a_number": ("TYPE-01", None),
    "date_for_number": ("TYPE-01", None),
    "not_whole": ("TYPE-01", None),
    "date_for_text": ("TYPE-01", None),
    "number_as_text": ("TYPE-01", "warning"),
    "digits_lost": ("TYPE-01", "warning"),
    "near": ("TYPE-02", None),
    "unlisted": ("TYPE-02", None),
    "ambiguous": ("TYPE-02", None),
    "several_codes": ("TYPE-02", "warning"),
    "text_date": ("META-09", None),
    "short_year": ("META-09", None),
    "restored": ("ID-02", "warning"),
}
"""Detail -> the rule that it breaks, and a severity that is not the rule's own."""


def _case(*pairs: tuple[pl.Expr, str]) -> pl.Expr:
    """The detail of the first condition that holds."""
    result: pl.Expr = pl.lit(None, dtype=pl.String)
    for condition, detail in reversed(pairs):
        result = pl.when(condition).then(pl.lit(detail)).otherwise(result)
    return result


# --------------------------------------------------------------------------- text


def _texts(cell: _Cell, *, personal_no: bool) -> dict[str, _Part]:
    text = cell.value
    number = cell.kind == "number"
    changed = cell.kind.is_in(["date", "datetime", "duration"])
    rounded = number & (text.str.replace_all(r"\D", "").str.len_chars() > _EXACT_DIGITS)
    restored = pl.lit(value=False)
    if personal_no:
        text = text.str.replace_all(r"[\s\-]", "")
        restored = number & text.str.contains(r"^\d{9}$")
        text = pl.when(restored).then("0" + text).otherwise(text)
    return {
        "typed": pl.when(~cell.special).then(text),
        "unknown": changed,
        "detail": _case((changed, "date_for_text"), (restored, "restored"), (rounded, "digits_lost")),
        "note": pl.lit(""),
    }


# --------------------------------------------------------------------------- dates


def _dates(cells: pl.DataFrame, column: Column, *, reference_year: int) -> Mapping[str, _Part]:
    cell = _Cell(column)
    spelt = cells.select(pl.when(cell.filled).then(pl.concat_str(cell.kind.cast(pl.String), cell.value, separator=" ")))
    return read_each_once(
        spelt.to_series(), lambda text: read_date(*text.split(" ", 1), reference_year=reference_year), pl.Date()
    )


# --------------------------------------------------------------------------- numbers


def _numbers(cell: _Cell, *, whole: bool) -> dict[str, _Part]:
    text, filled = cell.value, cell.filled
    is_number = cell.kind == "number"
    written = (cell.kind == "text") & text.str.contains(r"^[+-]?\d+([.,]\d+)?$")
    number = pl.when(is_number | written).then(text.str.replace(",", ".", literal=True)).cast(pl.Float64, strict=False)
    broken_up = number != number.round(0) if whole else pl.lit(value=False)
    dated = cell.kind.is_in(["date", "datetime", "duration"])
    value = pl.when(~broken_up).then(number)
    return {
        "typed": pl.when(filled).then(value.cast(pl.Int64, strict=False) if whole else value),
        "unknown": filled & (number.is_null() | broken_up),
        "detail": _case(
            (filled & dated, "date_for_number"),
            (filled & number.is_null(), "not_a_number"),
            (filled & broken_up, "not_whole"),
            (filled & written, "number_as_text"),
        ),
        "note": pl.lit(""),
    }

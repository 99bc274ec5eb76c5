"""Turn cells into typed values, and say of every cell that cannot be turned why not.

Nothing is guessed: a date written as text is read day first and reported, a number written as
text is read and reported, and what does not fit its column's type is null and *unknown*, so
that no other rule is held against it. Descriptions never quote a cell ("day 31 does not exist
in month 02"); codes of a list are not personal values.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from atstats.frames import Run
from atstats.schema import TYPES, CodeList, Column, Schema, Sheet
from atstats.validation.findings import breaches, gathered
from atstats.validation.folding import fold, folded_names, nearest
from atstats.validation.sheets import FoundSheet
from atstats.vocabulary import SPECIAL_VALUES, UNKNOWN

__all__ = ["Converted", "blank_flag", "convert", "no_records", "unknown_flag"]

UNKNOWN_FLAG = "unknown:"
"""Begins the name of the Boolean column that says of a column: not read, or not there at all."""
BLANK_FLAG = "blank:"
"""Begins the name of the Boolean column that says that nothing stands in a cell; for columns with a condition."""

_PERSONAL_NO = "personal_no"
_EXACT_DIGITS = 15
"""Excel keeps no more digits of a number than these."""
_DAY_FIRST = re.compile(r"^([0-9]{1,2})[./-]\s*([0-9]{1,2})[./-]\s*([0-9]{4}|[0-9]{2})\.?$")
_ISO = re.compile(r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?$")
_YEARS = range(1900, 2101)
_DASH = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*")
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


def convert(found: FoundSheet, *, file: str, schema: Schema, run: Run) -> Converted:
    """Type every column of a sheet.

    Args:
        found: the sheet, its columns located.
        file: the workbook's name.
        schema: gives the code lists.
        run: its reference year decides the century of a year of two digits.
    """
    if not found.values.height:
        return Converted(found, no_records(found.sheet), gathered([]), 0)
    columns = [column for column in found.sheet.columns if column.name in found.letters]
    cells = _cells(found, columns)
    read = cells.with_columns(
        each.alias(f"{part}:{column.name}")
        for column in columns
        for part, each in _read(cells, column, schema=schema, run=run).items()
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
    trimmed = pl.col("^value:.*$").str.normalize("NFC").str.replace_all(_INVISIBLE, "").str.strip_chars()
    return frame.with_columns(trimmed.replace("", None))


def _read(cells: pl.DataFrame, column: Column, *, schema: Schema, run: Run) -> dict[str, _Part]:
    """`typed`, `unknown`, `detail` and `note` for the cells of one column."""
    cell = _Cell(column)
    if column.type in ("code", "codes", "yesno"):
        return _codes(cells, column, schema.codelists[column.codes])
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
        unknown = pl.col(f"unknown:{column.name}").fill_null(value=False) | cell.broken if there else pl.lit(value=True)
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
    told = {column.name: pl.col(f"detail:{column.name}").is_not_null() & ~_Cell(column).broken for column in columns}
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


def _dates(cells: pl.DataFrame, column: Column, *, reference_year: int) -> dict[str, _Part]:
    cell = _Cell(column)
    spelt = cells.select(pl.when(cell.filled).then(pl.concat_str(cell.kind.cast(pl.String), cell.value, separator=" ")))
    return _each_once(
        spelt.to_series(), lambda text: _date(*text.split(" ", 1), reference_year=reference_year), pl.Date()
    )


def _date(kind: str, text: str, *, reference_year: int) -> "_Answer":
    """The day that a cell means, or what is wrong with it; day first where it is written with dots."""
    if kind in ("number", "duration", "boolean"):
        return _Answer(detail="number_for_date")
    detail = ""
    iso = _ISO.match(text[:10] if kind in ("date", "datetime") else text)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    else:
        written = _DAY_FIRST.match(text)
        if not written:
            return _Answer(detail="not_a_date")
        day, month, year = (int(part) for part in written.groups())
        detail = "text_date"
        if len(written[3]) == 2:
            detail = "short_year"
            year += 1900 if year > reference_year % 100 + 1 else 2000
    if not 1 <= month <= 12:
        return _Answer(detail="impossible_month", note=str(month))
    if not 1 <= day <= monthrange(max(year, 1), month)[1]:
        return _Answer(detail="impossible_day", note=f"{day}/{month:02}")
    if year not in _YEARS:
        return _Answer(detail="implausible_year")
    return _Answer(date(year, month, day), detail)


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


# --------------------------------------------------------------------------- codes


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one spelling means, or what is wrong with it."""

    value: Any = None
    detail: str = ""
    note: str = ""


def _each_once(spelt: pl.Series, read: Callable[[str], _Answer], kind: pl.DataType) -> dict[str, _Part]:
    """Read each different spelling once, and give every cell its answer."""
    values = spelt.to_list()
    different = {spelling: place for place, spelling in enumerate(dict.fromkeys(spelt.drop_nulls().to_list()))}
    answers = [read(spelling) for spelling in different]
    place = pl.Series([different.get(value) for value in values], dtype=pl.UInt32)
    parts: dict[str, tuple[list[Any], pl.DataType]] = {
        "typed": ([each.value for each in answers], kind),
        "unknown": ([each.value is None and bool(each.detail) for each in answers], pl.Boolean()),
        "detail": ([each.detail or None for each in answers], pl.String()),
        "note": ([each.note for each in answers], pl.String()),
    }
    return {name: pl.Series(values, dtype=dtype).gather(place) for name, (values, dtype) in parts.items()}


def _codes(cells: pl.DataFrame, column: Column, codes: CodeList) -> dict[str, _Part]:
    lookup = _Lookup(codes)
    if column.type == "codes":
        return _each_once(cells[f"value:{column.name}"], lookup.several, pl.List(pl.String()))
    return _each_once(cells[f"value:{column.name}"], lookup.one, pl.String())


class _Lookup:
    """Reads codes of one list by code, by label in any language, by alias, or as a drop-down shows them."""

    def __init__(self, codes: CodeList) -> None:
        names = {code.code: [*code.labels.all(), *_aliases(code.maps.get("aliases", ""))] for code in codes.codes}
        self._names = names
        self._exact = {code.upper(): code for code in names}
        self._known, self._ambiguous = folded_names(names)
        self._padded = {code.lstrip("0"): code for code in names if code.startswith("0") and code.isdigit()}
        if codes.id == "yesno":
            self._exact |= {"TRUE": "YES", "FALSE": "NO"}

    def several(self, text: str) -> _Answer:
        """The codes that a cell names, divided by semicolons, each once; nothing if one of them is wrong."""
        found: list[str] = []
        for piece in filter(None, map(str.strip, text.split(";"))):
            answer = self.one(piece)
            if answer.detail:
                return answer
            if answer.value is not None and answer.value not in found:
                found.append(answer.value)
        return _Answer(found or None)

    def one(self, text: str) -> _Answer:
        """The code that a text stands for: the code itself, a label, an alias, or "SEX - sexual exploitation"."""
        upper = text.upper()
        if upper in SPECIAL_VALUES and not (upper == UNKNOWN and upper in self._exact):
            return _Answer()
        folded = fold(text)
        code = self._code(text) or self._known.get(folded)
        if code:
            return _Answer(code)
        if folded in self._ambiguous:
            return _Answer(detail="ambiguous")
        chosen = self._chosen(text)
        if chosen is not None:
            return chosen
        near = nearest(text, self._known)
        return _Answer(detail="near", note=near) if near else _Answer(detail="unlisted")

    def _code(self, text: str) -> str | None:
        return self._exact.get(text.upper()) or self._padded.get(text)

    def _chosen(self, text: str) -> _Answer | None:
        """What a code, a dash and a name stand for: no code where the name is not its own; None for other texts."""
        doubt = None
        for dash in _DASH.finditer(text):
            code, name = self._code(text[: dash.start()]), fold(text[dash.end() :])
            if code is None or not name:
                continue
            if name == fold(code) or name in map(fold, self._names[code]):
                return _Answer(code)
            of_another = name in self._known or name in self._ambiguous
            doubt = doubt or (_Answer(detail="ambiguous") if of_another else _Answer(detail="near", note=code))
        return doubt


def _aliases(text: str) -> list[str]:
    return [alias.strip() for alias in text.replace(";", ",").split(",") if alias.strip()]

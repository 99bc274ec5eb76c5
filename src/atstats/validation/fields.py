"""Turn cells into typed values, and say of every cell that cannot be turned why not.

Nothing is guessed: a date written as text is read day first and reported, a number written as
text is read and reported, and what does not fit its column's type is null and *unknown*, so
that no other rule is held against it. Descriptions never quote a cell ("day 31 does not exist
in month 02"); codes of a list are not personal values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from atstats.frames import Run
from atstats.schema import CodeList, Column, Schema
from atstats.validation.findings import breaches, gathered
from atstats.validation.folding import fold, folded_names, nearest
from atstats.validation.sheets import FoundSheet
from atstats.vocabulary import SPECIAL_VALUES, UNKNOWN

__all__ = ["TYPES", "Converted", "blank_flag", "convert", "unknown_flag"]

TYPES: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "decimal": pl.Float64(),
    "code": pl.String(),
    "codes": pl.List(pl.String()),
    "yesno": pl.String(),
}
"""Column type -> what its values are."""

UNKNOWN_FLAG = "unknown:"
"""Begins the name of the Boolean column that says of a column: not read, or not there at all."""
BLANK_FLAG = "blank:"
"""Begins the name of the Boolean column that says that nothing stands in a cell; for columns with a condition."""

_PERSONAL_NO = "personal_no"
_EXACT_DIGITS = 15
"""Excel keeps no more digits of a number than these."""
_DAY_FIRST = r"^(\d{1,2})[./\-]\s*(\d{1,2})[./\-]\s*(\d{4}|\d{2})\.?$"
_ISO = r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?$"
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
    height = found.values.height
    typed: dict[str, pl.Series] = {"row": found.values["row"]}
    flags: dict[str, pl.Series] = {}
    problems: list[pl.DataFrame] = []
    for column in found.sheet.columns:
        letters = found.letters.get(column.name)
        if letters is None:
            typed[column.name] = pl.Series([None] * height, dtype=TYPES[column.type])
            flags[unknown_flag(column.name)] = pl.Series([True] * height, dtype=pl.Boolean)
            blank = pl.Series([True] * height, dtype=pl.Boolean)
        else:
            cells = _cells(found, letters)
            cells = cells.with_columns(_converted(cells, column, schema=schema, run=run))
            cells = cells.with_columns(unknown=pl.col("unknown").fill_null(value=False) | pl.col("broken"))
            typed[column.name] = cells.select(pl.when(~pl.col("unknown")).then(pl.col("typed")))["typed"]
            flags[unknown_flag(column.name)] = cells["unknown"]
            blank = cells["value"].is_null() & ~cells["broken"]
            problems += _described(cells, column, record_type=found.record_type, file=file)
            problems += _unfilled(cells, column, found=found, file=file)
        if column.required_if:
            flags[blank_flag(column.name)] = blank
    return Converted(found, pl.DataFrame(typed | flags), gathered(problems), height * len(found.letters))


def _cells(found: FoundSheet, letters: str) -> pl.DataFrame:
    """row, value (trimmed text, null if blank), kind, special, broken."""
    trimmed = pl.col("value").str.normalize("NFC").str.replace_all(_INVISIBLE, "").str.strip_chars()
    frame = pl.DataFrame({"row": found.values["row"], "value": found.values[letters], "kind": found.kinds[letters]})
    return frame.with_columns(
        value=pl.when(trimmed.str.len_chars() > 0).then(trimmed),
        broken=pl.col("kind").is_in(["error", "no_value"]),
    ).with_columns(special=pl.col("value").is_in(SPECIAL_VALUES).fill_null(value=False))


def _converted(cells: pl.DataFrame, column: Column, *, schema: Schema, run: Run) -> list[pl.Expr | pl.Series]:
    """The columns `typed`, `unknown`, `detail` and `note` for the cells of one column."""
    if column.type in ("code", "codes", "yesno"):
        return _codes(cells, schema.codelists[column.codes], several=column.type == "codes")
    if column.type == "date":
        return _dates(run.reference_year)
    if column.type in ("integer", "decimal"):
        return _numbers(whole=column.type == "integer")
    return _texts(personal_no=column.name == _PERSONAL_NO)


def _described(cells: pl.DataFrame, column: Column, *, record_type: str, file: str) -> Iterator[pl.DataFrame]:
    """The breaches of one column, one frame for each kind of problem."""
    told = cells.filter(pl.col("detail").is_not_null() & ~pl.col("broken")).with_columns(submission=pl.lit(file))
    for (detail,), rows in told.group_by("detail", maintain_order=True):
        rule, severity = _RULES[str(detail)]
        yield breaches(
            rows.select("submission", "row", pl.col("note").fill_null("")),
            rule=rule,
            record_type=record_type,
            column=column.name,
            detail=str(detail),
            severity=severity,
        )


def _unfilled(cells: pl.DataFrame, column: Column, *, found: FoundSheet, file: str) -> Iterator[pl.DataFrame]:
    """REQ-01: a required cell is blank, or a cell that names the row says only that it is not known."""
    empty = cells.filter(pl.col("value").is_null() & ~pl.col("broken") & column.required)
    unnamed = cells.filter(pl.col("special") & pl.col("typed").is_null() & (column.name in found.sheet.key))
    for rows, detail in (
        (empty.filter(pl.col("kind") == "blank"), ""),
        (empty.filter(pl.col("kind") != "blank"), "white_space"),
        (unnamed, "special"),
    ):
        if rows.height:
            yield breaches(
                rows.select(pl.lit(file).alias("submission"), "row"),
                rule="REQ-01",
                record_type=found.record_type,
                column=column.name,
                detail=detail,
            )


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
    return result.alias("detail")


# --------------------------------------------------------------------------- text


def _texts(*, personal_no: bool) -> list[pl.Expr | pl.Series]:
    text = pl.col("value")
    number = pl.col("kind") == "number"
    changed = pl.col("kind").is_in(["date", "datetime", "duration"])
    rounded = number & (text.str.replace_all(r"\D", "").str.len_chars() > _EXACT_DIGITS)
    restored = pl.lit(value=False)
    if personal_no:
        text = text.str.replace_all(r"[\s\-]", "")
        restored = number & text.str.contains(r"^\d{9}$")
        text = pl.when(restored).then("0" + text).otherwise(text)
    return [
        pl.when(~pl.col("special")).then(text).alias("typed"),
        changed.alias("unknown"),
        _case((changed, "date_for_text"), (restored, "restored"), (rounded, "digits_lost")),
        pl.lit("").alias("note"),
    ]


# --------------------------------------------------------------------------- dates


def _dates(reference_year: int) -> list[pl.Expr | pl.Series]:
    text = pl.col("value")
    true_date = pl.col("kind").is_in(["date", "datetime"])
    written = pl.col("kind") == "text"
    day_first = written & text.str.contains(_DAY_FIRST)
    iso = written & text.str.contains(_ISO)
    number = {name: text.str.extract(_DAY_FIRST, place).cast(pl.Int32) for place, name in enumerate("dmy", start=1)}
    iso_number = {name: text.str.extract(_ISO, place).cast(pl.Int32) for place, name in enumerate("ymd", start=1)}
    short = day_first & (text.str.extract(_DAY_FIRST, 3).str.len_chars() == 2)
    century = pl.when(number["y"] > reference_year % 100 + 1).then(1900).otherwise(2000)
    year: pl.Expr = pl.when(day_first).then(pl.when(short).then(number["y"] + century).otherwise(number["y"]))
    year = pl.when(iso).then(iso_number["y"]).otherwise(year)
    month = pl.when(iso).then(iso_number["m"]).otherwise(pl.when(day_first).then(number["m"]))
    day = pl.when(iso).then(iso_number["d"]).otherwise(pl.when(day_first).then(number["d"]))
    composed = pl.concat_str(
        [year.cast(pl.String).str.zfill(4), month.cast(pl.String).str.zfill(2), day.cast(pl.String).str.zfill(2)],
        separator="-",
    )
    value = pl.when(true_date).then(text.str.slice(0, 10)).otherwise(composed).str.to_date("%Y-%m-%d", strict=False)
    filled = text.is_not_null() & ~pl.col("special")
    in_words = iso | day_first
    bad_month = in_words & ~month.is_between(1, 12)
    bad_day = in_words & ~bad_month & value.is_null()
    far = value.is_not_null() & ~value.dt.year().is_between(1900, 2100)
    as_number = pl.col("kind").is_in(["number", "duration", "boolean"])
    other = filled & ~true_date & ~in_words & ~as_number
    day_of_month = pl.concat_str(
        [day.cast(pl.String), month.cast(pl.String).str.zfill(2)], separator="/", ignore_nulls=True
    )
    return [
        pl.when(filled & ~far).then(value).alias("typed"),
        (filled & (value.is_null() | far)).alias("unknown"),
        _case(
            (filled & as_number, "number_for_date"),
            (bad_month, "impossible_month"),
            (bad_day, "impossible_day"),
            (far, "implausible_year"),
            (other, "not_a_date"),
            (short, "short_year"),
            (day_first, "text_date"),
        ),
        pl.when(bad_day).then(day_of_month).when(bad_month).then(month.cast(pl.String)).alias("note"),
    ]


# --------------------------------------------------------------------------- numbers


def _numbers(*, whole: bool) -> list[pl.Expr | pl.Series]:
    text = pl.col("value")
    filled = text.is_not_null() & ~pl.col("special")
    is_number = pl.col("kind") == "number"
    written = (pl.col("kind") == "text") & text.str.contains(r"^[+-]?\d+([.,]\d+)?$")
    number = pl.when(is_number | written).then(text.str.replace(",", ".", literal=True)).cast(pl.Float64, strict=False)
    broken_up = number != number.round(0) if whole else pl.lit(value=False)
    dated = pl.col("kind").is_in(["date", "datetime", "duration"])
    value = pl.when(~broken_up).then(number)
    return [
        pl.when(filled).then(value.cast(pl.Int64, strict=False) if whole else value).alias("typed"),
        (filled & (number.is_null() | broken_up)).fill_null(value=False).alias("unknown"),
        _case(
            (filled & dated, "date_for_number"),
            (filled & number.is_null(), "not_a_number"),
            (filled & broken_up, "not_whole"),
            (filled & written, "number_as_text"),
        ),
        pl.lit("").alias("note"),
    ]


# --------------------------------------------------------------------------- codes


def _codes(cells: pl.DataFrame, codes: CodeList, *, several: bool) -> list[pl.Expr | pl.Series]:
    """Each different spelling is looked up once."""
    lookup = _Lookup(codes)
    spellings = cells["value"].drop_nulls().unique().sort().to_list()
    answers = {spelling: lookup.read(spelling, several=several) for spelling in spellings}
    found = [answers.get(value) for value in cells["value"].to_list()]
    kind = pl.List(pl.String) if several else pl.String
    typed = [(answer.codes if several else next(iter(answer.codes), None)) if answer else None for answer in found]
    if several:
        typed = [each or None for each in typed]
    return [
        pl.Series("typed", typed, dtype=kind),
        pl.Series("unknown", [bool(answer and answer.detail) for answer in found], dtype=pl.Boolean),
        pl.Series("detail", [answer.detail or None if answer else None for answer in found], dtype=pl.String),
        pl.Series("note", [answer.note if answer else "" for answer in found], dtype=pl.String),
    ]


@dataclass(frozen=True, slots=True)
class _Answer:
    codes: tuple[str, ...] = ()
    detail: str = ""
    note: str = ""


class _Lookup:
    """Reads codes of one list by code, by label in any language, or by alias."""

    def __init__(self, codes: CodeList) -> None:
        names = {code.code: [*code.labels.all(), *_aliases(code.maps.get("aliases", ""))] for code in codes.codes}
        self._exact = {code.upper(): code for code in names}
        self._known, self._ambiguous = folded_names(names)
        self._padded = {code.lstrip("0"): code for code in names if code.startswith("0") and code.isdigit()}
        if codes.id == "yesno":
            self._exact |= {"TRUE": "YES", "FALSE": "NO"}

    def read(self, text: str, *, several: bool) -> _Answer:
        """The codes that a cell means, or what is wrong with it."""
        if not several:
            return self._one(text)
        found: list[str] = []
        for piece in (part.strip() for part in text.split(";")):
            if not piece:
                continue
            answer = self._one(piece)
            if answer.detail:
                return answer
            found += [code for code in answer.codes if code not in found]
        return _Answer(tuple(found))

    def _one(self, text: str) -> _Answer:
        upper = text.upper()
        if upper in SPECIAL_VALUES and not (upper == UNKNOWN and upper in self._exact):
            return _Answer()
        exact = self._exact.get(upper) or self._padded.get(text)
        folded = fold(text)
        code = exact or self._known.get(folded)
        if code:
            return _Answer((code,))
        if folded in self._ambiguous:
            return _Answer(detail="ambiguous")
        near = nearest(text, self._known)
        return _Answer(detail="near", note=near) if near else _Answer(detail="unlisted")


def _aliases(text: str) -> list[str]:
    return [alias.strip() for alias in text.replace(";", ",").split(",") if alias.strip()]

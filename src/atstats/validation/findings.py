"""From breaches to findings: addresses, severities, fingerprints, order.

A *breach* says which rule is broken in which record and column; it knows columns by their
machine key. A *finding* names the tab and the cell. Between the two stands `Book`, which
remembers where each column of each workbook was found.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from atstats.errors import ConfigurationError
from atstats.frames import FINDINGS, Book, no_findings
from atstats.schema import Schema

__all__ = ["BREACHES", "NO_OTHERS", "breach", "breaches", "gathered", "place_of", "placed"]

_OTHER = pl.Struct({"record_type": pl.String, "row": pl.UInt32, "column": pl.String})

BREACHES: Mapping[str, Any] = {
    "submission": pl.String,
    "record_type": pl.String,
    "tab": pl.String,
    "row": pl.UInt32,
    "column": pl.String,
    "cell": pl.String,
    "rule": pl.String,
    "severity": pl.String,
    "detail": pl.String,
    "note": pl.String,
    "others": pl.List(_OTHER),
}
"""One row = one breach. `tab` and `cell` are filled where the place is no known column of a
known sheet; `severity` is null where the rule's own applies; `others` are further cells of the
same workbook."""

NO_OTHERS = pl.lit([], dtype=pl.List(_OTHER))
"""No further cell."""

_KEYS = ["submission", "record_type", "column"]


def breaches(
    found: pl.DataFrame,
    *,
    rule: str,
    record_type: str,
    column: str,
    others: Sequence[str] = (),
    detail: str = "",
    severity: str | None = None,
) -> pl.DataFrame:
    """Breaches in the rows given, one a row.

    Args:
        found: `submission` and `row` of the records, optionally `note`, and `others` where the further
            cells stand in other rows.
        rule: id of the rule.
        record_type: the sheet of the records.
        column: the cell to name.
        others: further columns of the same row to name.
        detail: picks the message among the rule's.
        severity: where it is not the rule's own.
    """
    further = pl.col("others") if "others" in found.columns else NO_OTHERS
    if others:
        further = pl.concat_list([*(place_of(record_type, pl.col("row"), other) for other in others), further])
    return gathered(
        [
            found.select(
                "submission",
                pl.lit(record_type).alias("record_type"),
                "row",
                pl.lit(column).alias("column"),
                pl.lit(rule).alias("rule"),
                pl.lit(severity, dtype=pl.String).alias("severity"),
                pl.lit(detail).alias("detail"),
                (pl.col("note") if "note" in found.columns else pl.lit("")).alias("note"),
                further.alias("others"),
            )
        ]
    )


def place_of(record_type: str, row: pl.Expr, column: str) -> pl.Expr:
    """A further cell: a column of some row of the same workbook."""
    return pl.struct(pl.lit(record_type).alias("record_type"), row.alias("row"), pl.lit(column).alias("column"))


def breach(
    submission: str,
    *,
    rule: str,
    record_type: str = "",
    tab: str | None = None,
    row: int | None = None,
    column: str = "",
    cell: str | None = None,
    severity: str | None = None,
    detail: str = "",
    note: str = "",
) -> pl.DataFrame:
    """A single breach, for what concerns a header, a sheet or a file."""
    values: tuple[Any, ...] = (submission, record_type, tab, row, column, cell, rule, severity, detail, note, [])
    return pl.DataFrame([values], schema=dict(BREACHES), orient="row")


def gathered(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Breaches of many makers in one frame; columns that a maker left out are null or empty."""
    whole = [part for part in parts if part.height]
    empty = pl.DataFrame(schema=dict(BREACHES))
    if not whole:
        return empty
    joined = pl.concat([empty, *whole], how="diagonal_relaxed").select(list(BREACHES))
    return joined.with_columns(
        pl.col("record_type", "column", "detail", "note").fill_null(""),
        pl.col("others").fill_null([]),
    )


def placed(found: pl.DataFrame, *, books: Sequence[Book], schema: Schema) -> pl.DataFrame:
    """The findings frame: every breach with its tab, cell, severity and fingerprint, sorted.

    Raises:
        ConfigurationError: a breach names a rule that `schemas/rules` does not have.
    """
    if not found.height:
        return no_findings()
    unknown = sorted(set(found["rule"].unique()) - set(schema.rules))
    if unknown:
        raise ConfigurationError(
            f"schemas/rules lacks the rule(s) {', '.join(unknown)}",
            hint="Restore the file that has them, or leave out --schemas.",
        )
    letters = _letters(books)
    numbered = found.with_row_index("n")
    addressed = numbered.join(letters, on=_KEYS, how="left", maintain_order="left").with_columns(
        sheet=pl.coalesce("tab", "tab_right", pl.lit("")),
        cell=pl.coalesce("cell", _cell(), pl.lit("")),
        severity=pl.coalesce("severity", _rule_severity(schema)),
        file=pl.col("submission"),
        waived=pl.lit(value=False),
    )
    addressed = addressed.drop("others").join(
        _other_cells(numbered, letters), on="n", how="left", maintain_order="left"
    )
    addressed = addressed.with_columns(
        pl.col("others").fill_null([]),
        pl.Series("fingerprint", _fingerprints(found, books=books), dtype=pl.String),
    )
    return (
        addressed.select([pl.col(name).cast(kind) for name, kind in FINDINGS.items()])
        .unique(subset=["file", "sheet", "cell", "row", "column", "rule", "detail", "note"], maintain_order=True)
        .sort("file", "sheet", "row", "column", "rule", "cell", "detail", "note", nulls_last=False)
    )


def _cell() -> pl.Expr:
    return pl.when(pl.col("row").is_not_null()).then(pl.col("letters") + pl.col("row").cast(pl.String))


def _rule_severity(schema: Schema) -> pl.Expr:
    return pl.col("rule").replace_strict({rule.id: str(rule.severity) for rule in schema.rules.values()})


def _letters(books: Sequence[Book]) -> pl.DataFrame:
    """submission, record_type, column -> letters and tab; column "" stands for the sheet itself."""
    rows = [
        (book.file, record_type, column, letters, place.tab)
        for book in books
        for record_type, place in book.sheets.items()
        for column, letters in [*place.letters.items(), ("", None)]
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys([*_KEYS, "letters", "tab_right"], pl.String), orient="row")


def _other_cells(numbered: pl.DataFrame, letters: pl.DataFrame) -> pl.DataFrame:
    """n -> the further cells as text, with the tab where it is another one."""
    places = letters.rename({"letters": "other_letters", "tab_right": "other_tab"})
    exploded = (
        numbered.filter(pl.col("others").list.len() > 0)
        .select("n", "submission", pl.col("record_type").alias("own"), "others")
        .explode("others")
        .unnest("others")
        .join(places, on=_KEYS, how="inner", maintain_order="left")
    )
    cell = pl.col("other_letters") + pl.col("row").cast(pl.String)
    named = pl.when(pl.col("record_type") == pl.col("own")).then(cell).otherwise(pl.col("other_tab") + "!" + cell)
    return exploded.group_by("n", maintain_order=True).agg(named.drop_nulls().alias("others"))


def _fingerprints(found: pl.DataFrame, *, books: Sequence[Book]) -> list[str]:
    """A hash of rule, place in the schema, record key and value: the same wherever the row and the column stand.

    Only a column that the schema does not know is told by its letters.

    The record and its value enter as a hash of their own, so that a list of likely values alone
    does not give the value away.
    """
    records = _Records(books)
    letters = pl.when(pl.col("column") == "").then(pl.col("cell").str.replace(r"\d+$", "")).fill_null("")
    columns = ("submission", "record_type", "row", "column")
    place = pl.concat_str(
        [pl.coalesce("tab", "record_type"), pl.col("column"), letters, "rule", "detail", "note"], separator="\x1f"
    )
    prints = []
    for *record, where in found.select(*columns, place.alias("place")).iter_rows():
        inner = records.digest(*record)
        prints.append(hashlib.sha256(f"{where}\x1f{inner}".encode()).hexdigest()[:16])
    return prints


class _Records:
    """Finds the key and the value of a record's cell, each sheet and column looked up once."""

    def __init__(self, books: Sequence[Book]) -> None:
        self._books = {book.file: book for book in books}
        self._places: dict[tuple[str, str], dict[int, int]] = {}
        self._texts: dict[tuple[str, str, str | None], pl.Series] = {}

    def digest(self, submission: str, record_type: str, row: int | None, column: str) -> str:
        book = self._books.get(submission, Book(submission))
        parts = [book.agency, book.unit]
        if row is not None and record_type in book.sheets:
            place = self._place(book, record_type, row)
            texts = [self._text(book, record_type, named) for named in (None, column)]
            parts += ["" if place is None else text[place] for text in texts]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def _place(self, book: Book, record_type: str, row: int) -> int | None:
        """Where a row stands in its frame."""
        wanted = (book.file, record_type)
        if wanted not in self._places:
            rows = book.sheets[record_type].raw["row"].to_list()
            self._places[wanted] = {number: place for place, number in enumerate(rows)}
        return self._places[wanted].get(row)

    def _text(self, book: Book, record_type: str, column: str | None) -> pl.Series:
        """The texts of a column; of the key of each record where no column is named."""
        wanted = (book.file, record_type, column)
        if wanted not in self._texts:
            sheet = book.sheets[record_type]
            if column is None:
                named = [sheet.letters[each] for each in sheet.key if each in sheet.letters]
                parts = named or [each for each in sheet.raw.columns if each != "row"]
            else:
                parts = [sheet.letters[column]] if column in sheet.letters else []
            text = pl.concat_str([pl.col(each).fill_null("") for each in parts], separator="\x1e") if parts else None
            self._texts[wanted] = (
                pl.repeat("", sheet.raw.height, eager=True) if text is None else sheet.raw.select(text).to_series()
            )
        return self._texts[wanted]

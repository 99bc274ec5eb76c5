"""Turn the cells of a sheet, row by row, into the frames that the stages know."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import polars as pl

from atstats.frames import VALUE_KINDS, RawSheet, column_letters
from atstats.workbook.scan import Scan, place

__all__ = ["Rows", "raw_sheet", "tallies"]

Rows = Iterable[tuple[int, list[Any]]]
"""Excel's row number, ascending, and the row's values from column A on; "" or None is a blank."""

_PIECE = 5_000
"""Rows that are Python objects at one time; a frame holds the same in a tenth of the memory."""
_HALF_SECOND = 500_000
_TEXT_OR_BLANK = pl.Series(["text", "blank"], dtype=VALUE_KINDS)
_Column = tuple[pl.Series, pl.Series]
"""The texts of some rows of one column, and what each cell holds."""


def raw_sheet(rows: Rows, found: Scan) -> RawSheet:
    """The sheet as two frames; errors and formulas without result stand where the scan saw them.

    Args:
        rows: every row up to the last that holds something; a row may be short.
        found: gives the width, errors and formulas without result.
    """
    letters = [column_letters(number) for number in range(1, found.width + 1)]
    values = [pl.DataFrame(schema={"row": pl.UInt32, **dict.fromkeys(letters, pl.String)})]
    kinds = [pl.DataFrame(schema={"row": pl.UInt32, **dict.fromkeys(letters, VALUE_KINDS)})]
    for piece in _pieces(_with_all_rows(rows, found)):
        if not letters:
            continue
        numbers = pl.Series("row", [number for number, _ in piece], dtype=pl.UInt32)
        columns = [_column(cells) for cells in zip(*(_padded(row, found.width) for _, row in piece), strict=True)]
        for places, kind in ((found.errors, "error"), (found.no_values, "no_value")):
            _overwrite(columns, places, kind, numbers)
        kind_frame = pl.DataFrame(
            [numbers, *(each.alias(name) for name, (_, each) in zip(letters, columns, strict=True))]
        )
        filled = kind_frame.select(pl.any_horizontal(pl.exclude("row") != "blank"))[letters[0]]
        texts = [each.alias(name) for name, (each, _) in zip(letters, columns, strict=True)]
        values.append(pl.DataFrame([numbers, *texts]).filter(filled))
        kinds.append(kind_frame.filter(filled))
    return RawSheet(found.name, pl.concat(values), pl.concat(kinds))


def tallies(sheet: RawSheet) -> tuple[int, int, int]:
    """How many cells hold a value, and the sums of their rows and columns; as `Scan` counts them."""
    n = row_sum = column_sum = 0
    valued = pl.exclude("row").is_in(["blank", "error", "no_value"]).not_()
    holds = sheet.kinds.select("row", valued)
    for column, name in enumerate(holds.columns[1:], start=1):
        rows = holds["row"].filter(holds[name])
        n += rows.len()
        row_sum += int(rows.cast(pl.Int64).sum())
        column_sum += column * rows.len()
    return n, row_sum, column_sum


def _with_all_rows(rows: Rows, found: Scan) -> Iterator[tuple[int, list[Any]]]:
    """The rows, and the rows of which a reader tells nothing because they hold only errors."""
    wanted = iter(sorted({each // _ROW for each in (*found.errors, *found.no_values)}))
    due = next(wanted, 0)
    for number, row in rows:
        while due and due < number:
            yield due, []
            due = next(wanted, 0)
        if due == number:
            due = next(wanted, 0)
        yield number, row
    while due:
        yield due, []
        due = next(wanted, 0)


_ROW = place(1, 1)


def _pieces(rows: Iterator[tuple[int, list[Any]]]) -> Iterator[list[tuple[int, list[Any]]]]:
    while piece := list(islice(rows, _PIECE)):
        yield piece


def _padded(row: list[Any], width: int) -> list[Any]:
    return row if len(row) == width else [*row[:width], *[""] * (width - len(row))]


def _overwrite(columns: list[_Column], places: "array[int]", kind: str, numbers: pl.Series) -> None:
    first, last = bisect_left(places, place(numbers[0], 1)), bisect_left(places, place(numbers[-1] + 1, 1))
    by_column: dict[int, list[int]] = {}
    for each in places[first:last]:
        row, column = divmod(each, _ROW)
        by_column.setdefault(column, []).append(row)
    for column, rows in by_column.items():
        index = numbers.search_sorted(pl.Series(rows, dtype=pl.UInt32))
        texts, holds = columns[column]
        columns[column] = texts.scatter(index, None), holds.scatter(index, kind)


# --------------------------------------------------------------------------- one column


def _column(cells: tuple[Any, ...]) -> _Column:
    """Each different value is described once; most columns hold only texts, which need no description."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        texts = pl.Series(cells, dtype=pl.String)
        blank = texts == ""
        return texts.set(blank, None), _TEXT_OR_BLANK.gather(blank.cast(pl.UInt32))
    if bool in kinds and len(kinds & {int, float}) > 0:
        described = [_DESCRIBED[type(value)](value) for value in cells]  # to Python True is 1
        return (
            pl.Series([text for _, text in described], dtype=pl.String),
            pl.Series([kind for kind, _ in described], dtype=VALUE_KINDS),
        )
    different = {value: _DESCRIBED[type(value)](value) for value in set(cells)}
    place_of = {value: n for n, value in enumerate(different)}
    places = pl.Series(list(map(place_of.__getitem__, cells)), dtype=pl.UInt32)
    texts = pl.Series([text for _, text in different.values()], dtype=pl.String)
    holds = pl.Series([kind for kind, _ in different.values()], dtype=VALUE_KINDS)
    return texts.gather(places), holds.gather(places)


def _text(value: str) -> tuple[str, str | None]:
    return ("text", value) if value else ("blank", None)


def _number(value: float) -> tuple[str, str | None]:
    """Without needless decimals; what Excel cannot hold (1E+999) is no number."""
    if value == value // 1:
        return "number", str(int(value))
    text = repr(float(value))
    return ("text" if text in ("inf", "-inf", "nan") else "number"), text


def _datetime(value: datetime) -> tuple[str, str | None]:
    """To the nearest second: Excel keeps half past twelve as a fraction that lies just below it."""
    if value.microsecond >= _HALF_SECOND and value.replace(microsecond=0) < _LAST_SECOND:
        value += timedelta(seconds=1)
    return "datetime", value.replace(microsecond=0).isoformat()


_LAST_SECOND = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - Excel's dates have no zone


def _duration(value: time | timedelta) -> tuple[str, str | None]:
    """Hours, minutes and seconds; more than a day is more than 24 hours."""
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    seconds = round(value.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return "duration", f"{'-' if seconds < 0 else ''}{hour:02}:{minute:02}:{second:02}"


_DESCRIBED: dict[type, Callable[[Any], tuple[str, str | None]]] = {
    str: _text,
    float: _number,
    int: _number,
    bool: lambda value: ("boolean", "TRUE" if value else "FALSE"),
    datetime: _datetime,
    date: lambda value: ("date", value.isoformat()),
    time: _duration,
    timedelta: _duration,
    type(None): lambda _: ("blank", None),
}

"""The process that parses: whatever a file does to it, the parent lives on.

It answers each path with a RawWorkbook or with a refusal in words. Its memory is limited
where the system can do that.
"""

import signal
import zipfile
from datetime import date, datetime, time, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import polars as pl

from atstats.frames import VALUE_KINDS, RawSheet, RawWorkbook, column_letters
from atstats.workbook.guard import Refused, refuse
from atstats.workbook.scan import Scan, UnsafeError, scan

__all__ = ["parse", "serve"]

_MEMORY_BYTES = 3 * 2**29
_DAMAGED = Refused("is damaged", "Open it in Excel, let Excel repair it, save it, or ask the agency to send it again.")


def serve(connection: Connection) -> None:
    """Answer paths with what was read until the parent says None."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C and ends this process
    _limit_memory()
    while (request := _asked(connection)) is not None:
        path, sha256 = request
        try:
            answer: RawWorkbook | Refused = parse(Path(path), sha256=sha256)
        except UnsafeError as unsafe:
            answer = Refused(str(unsafe), "Remove empty rows and columns, then save it under a new name.")
        except BaseException:  # a parser that panics raises no Exception; its words may hold data, none is kept
            answer = _DAMAGED
        connection.send(answer)


def _asked(connection: Connection) -> tuple[str, str] | None:
    """The next path and its hash; none when the parent has gone."""
    try:
        asked: tuple[str, str] | None = connection.recv()
    except (EOFError, OSError):
        return None
    return asked


def parse(path: Path, *, sha256: str) -> RawWorkbook | Refused:
    """Read one workbook, values and structure.

    Raises:
        UnsafeError: the structure would break a reader.
    """
    refused = refuse(path)
    if refused is not None:
        return refused
    from python_calamine import CalamineWorkbook

    with zipfile.ZipFile(path) as archive:
        scans, facts = scan(archive)
    with CalamineWorkbook.from_path(path) as book:
        sheets = [_sheet(book.get_sheet_by_name(each.name).to_python(skip_empty_area=False), each) for each in scans]
    for each in scans:
        facts.extend(each.facts)
    return RawWorkbook(path.name, sha256, tuple(sheets), tuple(facts))


def _sheet(rows: list[list[Any]], found: Scan) -> RawSheet:
    places = found.errors | found.no_values
    height = max([len(rows), *(row for row, _ in places)])
    width = max([max(map(len, rows), default=0), *(column for _, column in places)])
    values: dict[str, Any] = {"row": pl.Series(range(1, height + 1), dtype=pl.UInt32)}
    kinds: dict[str, Any] = dict(values)
    for column in range(1, width + 1):
        texts: list[str | None] = [None] * height
        holds = ["blank"] * height
        for index, row in enumerate(rows):
            if column <= len(row):
                holds[index], texts[index] = _described(row[column - 1])
        for row_number, _ in (place for place in found.no_values if place[1] == column):
            holds[row_number - 1], texts[row_number - 1] = "no_value", None
        for row_number, _ in (place for place in found.errors if place[1] == column):
            holds[row_number - 1], texts[row_number - 1] = "error", None
        letters = column_letters(column)
        values[letters] = pl.Series(texts, dtype=pl.String)
        kinds[letters] = pl.Series(holds, dtype=VALUE_KINDS)
    kind_frame = pl.DataFrame(kinds)
    used = [column for column in kind_frame.columns if column != "row"]
    keep = pl.any_horizontal(pl.col(used) != "blank") if used else pl.lit(value=False)
    mask = kind_frame.select(keep.alias("keep"))["keep"] if used else pl.Series([False] * height, dtype=pl.Boolean)
    return RawSheet(found.name, pl.DataFrame(values).filter(mask), kind_frame.filter(mask))


def _described(value: object) -> tuple[str, str | None]:
    """The kind of a value and its text in one spelling."""
    match value:
        case "" | None:
            return "blank", None
        case str():
            return "text", value
        case bool():
            return "boolean", "TRUE" if value else "FALSE"
        case int() | float():
            number = float(value)
            return "number", str(int(number)) if number.is_integer() else repr(number)
        case datetime():
            return "datetime", value.isoformat(timespec="seconds")
        case date():
            return "date", value.isoformat()
        case time() | timedelta():
            return "duration", str(value)
        case _:
            return "text", str(value)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit; the zip's limits hold there too
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, hard))

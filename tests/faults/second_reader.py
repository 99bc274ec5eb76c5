"""The cells of a workbook as openpyxl reads them in full mode: a second opinion on every cell."""

import io
import math
import re
import warnings
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import openpyxl
from openpyxl.cell import Cell as OpenpyxlCell
from openpyxl.cell import MergedCell

Told = tuple[str, str | None]
"""Kind and text of a cell, as atstats tells them."""
BLANK: Told = ("blank", None)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Allowed(NamedTuple):
    """A difference that is explained, and how to know it."""

    why: str
    known_by: Callable[[Told, Told, Any], bool]
    """Of our cell, of openpyxl's, and of its raw cell."""


def second_reading(content: bytes) -> dict[str, tuple[Told, Any]]:
    """Address -> what openpyxl says and its cell, of every cell that is there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of dates that are none
        stored = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        written = openpyxl.load_workbook(io.BytesIO(content))
    found = {}
    for sheet in stored.worksheets:
        before = "" if sheet.title == "s" else f"{sheet.title}!"
        for cell in sheet._cells.values():  # iter_rows would walk to the last cell that has a format
            is_formula = written[sheet.title][cell.coordinate].data_type == "f"
            found[f"{before}{cell.coordinate}"] = (_told(cell, is_formula=is_formula), cell)
    return found


def _told(cell: OpenpyxlCell | MergedCell, *, is_formula: bool) -> Told:
    value = cell.value
    if value is None or value == "":
        return ("no_value" if is_formula else "blank"), None
    if cell.data_type == "e":
        return "error", None
    return _described(value)


def _described(value: Any) -> Told:
    if isinstance(value, bool):
        return "boolean", str(value).upper()
    if isinstance(value, float) and not math.isfinite(value):
        return "number", repr(value)
    if isinstance(value, int | float):
        return "number", str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0) if value.year < 9999 else value
        return ("datetime", value.isoformat()) if value.time() != time() else ("date", value.date().isoformat())
    if isinstance(value, date):
        return "date", value.isoformat()
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
        return "duration", f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "text", str(value)


def _unescaped(text: str | None) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text or "")


def _same_moment(ours: Told, theirs: Told) -> bool:
    """Both a moment, and the same one."""
    moments = {"date", "datetime"}
    if not {ours[0], theirs[0]} <= moments:
        return False
    first, second = (datetime.fromisoformat(each[1] or "") for each in (ours, theirs))
    return abs(first - second) <= timedelta(seconds=1)


ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        "an escape such as _x000D_ is the character that it stands for; openpyxl leaves it, and drops x005F_",
        lambda ours, theirs, _: (
            ours[0] == theirs[0] == "text"
            and (ours[1] == _unescaped(theirs[1]) or (ours[1] or "") == (theirs[1] or "").replace("x005F_", ""))
        ),
    ),
    Allowed(
        "spaces around a text count only where the file says so (xml:space); openpyxl keeps them always",
        lambda ours, theirs, _: (
            theirs[0] == "text"
            and (ours[1] or "") == (theirs[1] or "").strip(" \t\r\n")
            and ours[0] in ("text", "blank")
        ),
    ),
    Allowed(
        "Excel keeps fifteen digits of a number; openpyxl gives a longer one as it is written",
        lambda ours, theirs, _: (
            ours[0] == theirs[0] == "number"
            and float(ours[1] or 0) == float(theirs[1] or 0)
            and len(theirs[1] or "") > 15
        ),
    ),
    Allowed(
        "a number beyond the last day is a number; openpyxl says #VALUE! where its format is a date's",
        lambda ours, theirs, _: (
            ours[0] == "number" and theirs[0] == "error" and not 0 <= float(ours[1] or 0) < 2_958_466
        ),
    ),
    Allowed(
        "a negative number formatted as a date is shown as #### by Excel, and is a duration here; never a date",
        lambda ours, theirs, cell: (
            ours[0] == "duration" and theirs[0] in ("date", "datetime", "error") and cell.is_date
        ),
    ),
    Allowed(
        "a cell under a merged range keeps its value here; openpyxl drops it",
        lambda _, __, cell: isinstance(cell, MergedCell),
    ),
    Allowed(
        "a formula whose result is the empty text has a result; openpyxl cannot tell it from none",
        lambda ours, theirs, _: ours == ("blank", None) and theirs == ("no_value", None),
    ),
    Allowed(
        "a number that Excel cannot hold, and text in a cell of numbers, are texts here; openpyxl reads them its way",
        lambda ours, theirs, _: (
            ours[0] == "text" and theirs[0] in ("number", "error") and ours[1] in ("inf", "-inf", "nan")
        ),
    ),
    Allowed(
        "a moment within a second of midnight is rounded to it by one of the two",
        lambda ours, theirs, _: _same_moment(ours, theirs),
    ),
)
"""Every other difference is a failure."""


def differences(ours: Mapping[str, Told], theirs: Mapping[str, tuple[Told, Any]]) -> dict[str, tuple[Told, Told]]:
    """The cells of which the two readings differ without an explanation."""
    found = {}
    for address in sorted({*ours, *theirs}):
        one, (other, cell) = ours.get(address, BLANK), theirs.get(address, (BLANK, None))
        if one != other and explanation(one, other, cell) is None:
            found[address] = (one, other)
    return found


def explanation(ours: Told, theirs: Told, cell: Any) -> str | None:
    """Why a difference is allowed."""
    return next((each.why for each in ALLOWED if each.known_by(ours, theirs, cell)), None)

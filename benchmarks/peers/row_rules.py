"""The rules over several columns of one row, in plain Python, for the peers that go row by row."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

__all__ = ["KEY", "broken"]

KEY = ("local_person_id", "permit", "application_date")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_ODD_NAME = re.compile(
    r"[0-9]"  # a digit
    r"|[A-Za-zÀ-ž][\u0400-\u045f]|[\u0400-\u045f][A-Za-zÀ-ž]"  # both scripts in one word
    r"|^(?:Dr|Mr|Mrs|Prof|Znj)[. ]"  # a title
)


def broken(row: Mapping[str, Any]) -> Iterator[str]:
    """The column to blame of each rule that the row breaks; a value of the wrong type is no value."""
    born, applied = _day(row["birth_date"]), _day(row["application_date"])
    age, precision, country = row["age_at_registration"], row["birth_date_precision"], row["citizenship_1"]
    if country == "XK" and row["personal_no"] and not _TEN_DIGITS.fullmatch(row["personal_no"]):
        yield "personal_no"
    for column in ("first_name", "last_name"):
        if row[column] and _ODD_NAME.search(row[column]):
            yield column
    if precision == "UNK" and born is not None:
        yield "birth_date"
    if precision == "UNK" and age is None:
        yield "age_at_registration"
    if precision == "D" and born is not None and born.day == 1 and born.month in (1, 7):
        yield "birth_date"
    if born is not None and applied is not None:
        years = applied.year - born.year - ((applied.month, applied.day) < (born.month, born.day))
        if not 0 <= years <= 110:
            yield "birth_date"
        if isinstance(age, (int, float)) and abs(years - age) > 1:
            yield "age_at_registration"
    if row["stateless"] == "YES" and country not in ("XX", "ZZ"):
        yield "stateless"


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None

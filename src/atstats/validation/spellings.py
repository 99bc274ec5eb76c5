"""What one spelling of a cell means: a day, or a code of a list; or what is wrong with it.

Code lists, dates and yes or no repeat: each different spelling of a column is read once, however
many cells have it.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from atstats.schema import CodeList, Schema
from atstats.validation.folding import fold, folded_names, nearest
from atstats.vocabulary import SPECIAL_VALUES, UNKNOWN

__all__ = ["Answer", "Lookup", "Lookups", "read_date", "read_each_once"]

_DAY_FIRST = re.compile(r"^([0-9]{1,2})[./-]\s*([0-9]{1,2})[./-]\s*([0-9]{4}|[0-9]{2})\.?$")
_ISO = re.compile(r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?$")
_YEARS = range(1900, 2101)
_DASH = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one spelling means, or what is wrong with it."""

    value: Any = None
    detail: str = ""
    note: str = ""


def read_each_once(spelt: pl.Series, read: Callable[[str], Answer], kind: pl.DataType) -> dict[str, pl.Series]:
    """Read each different spelling once, and give every cell its answer; a null has none.

    Args:
        spelt: the texts.
        read: what a text means.
        kind: the type of the values.

    Returns:
        `typed`; and where a spelling is to be told of, `unknown`, `detail` and `note`.
    """
    different = [spelling for spelling in spelt.unique(maintain_order=True).to_list() if spelling is not None]
    if not different:
        return {"typed": pl.repeat(None, spelt.len(), dtype=kind, eager=True)}
    place = spelt.cast(pl.Enum(different)).to_physical()
    answers = [read(spelling) for spelling in different]
    parts = {"typed": pl.Series([each.value for each in answers], dtype=kind)}
    if any(each.detail for each in answers):
        parts["unknown"] = pl.Series([each.value is None and bool(each.detail) for each in answers], dtype=pl.Boolean)
        parts["detail"] = pl.Series([each.detail or None for each in answers], dtype=pl.String)
        parts["note"] = pl.Series([each.note for each in answers], dtype=pl.String)
    return {name: answer.gather(place) for name, answer in parts.items()}


# --------------------------------------------------------------------------- dates


def read_date(kind: str, text: str, *, reference_year: int) -> Answer:
    """The day that a cell means, or what is wrong with it; day first where it is written with dots.

    Args:
        kind: what the cell holds.
        text: its text.
        reference_year: decides the century of a year of two digits.
    """
    if kind in ("number", "duration", "boolean"):
        return Answer(detail="number_for_date")
    detail = ""
    iso = _ISO.match(text[:10] if kind in ("date", "datetime") else text)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    else:
        written = _DAY_FIRST.match(text)
        if not written:
            return Answer(detail="not_a_date")
        day, month, year = (int(part) for part in written.groups())
        detail = "text_date"
        if len(written[3]) == 2:
            detail = "short_year"
            year += 1900 if year > reference_year % 100 + 1 else 2000
    if not 1 <= month <= 12:
        return Answer(detail="impossible_month", note=str(month))
    if not 1 <= day <= monthrange(max(year, 1), month)[1]:
        return Answer(detail="impossible_day", note=f"{day}/{month:02}")
    if year not in _YEARS:
        return Answer(detail="implausible_year")
    return Answer(date(year, month, day), detail)


# --------------------------------------------------------------------------- codes


class Lookups(dict[str, "Lookup"]):
    """Id of a code list -> its lookup, made when it is first asked for."""

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self._schema = schema

    def __missing__(self, identifier: str) -> "Lookup":
        self[identifier] = Lookup(self._schema.codelists[identifier])
        return self[identifier]


class Lookup:
    """Reads codes of one list by code, by label in any language, by alias, or as a drop-down shows them."""

    def __init__(self, codes: CodeList) -> None:
        names = {code.code: [*code.labels.all(), *_aliases(code.maps.get("aliases", ""))] for code in codes.codes}
        self._names = names
        self._exact = {code.upper(): code for code in names}
        self._known, self._ambiguous = folded_names(names)
        self._padded = {code.lstrip("0"): code for code in names if code.startswith("0") and code.isdigit()}
        if codes.id == "yesno":
            self._exact |= {"TRUE": "YES", "FALSE": "NO"}

    def several(self, text: str) -> Answer:
        """The codes that a cell names, divided by semicolons, each once; nothing if one of them is wrong."""
        found: list[str] = []
        for piece in filter(None, map(str.strip, text.split(";"))):
            answer = self.one(piece)
            if answer.detail:
                return answer
            if answer.value is not None and answer.value not in found:
                found.append(answer.value)
        return Answer(found or None)

    def one(self, text: str) -> Answer:
        """The code that a text stands for: the code itself, a label, an alias, or "SEX - sexual exploitation"."""
        upper = text.upper()
        if upper in SPECIAL_VALUES and not (upper == UNKNOWN and upper in self._exact):
            return Answer()
        folded = fold(text)
        code = self._code(text) or self._known.get(folded)
        if code:
            return Answer(code)
        if folded in self._ambiguous:
            # K31: "Mitrovicë" is two municipalities
            return Answer(detail="several_codes", note=", ".join(self._named(folded)))
        chosen = self._chosen(text)
        if chosen is not None:
            return chosen
        near = nearest(text, self._known)
        return Answer(detail="near", note=near) if near else Answer(detail="unlisted")

    def _named(self, folded: str) -> list[str]:
        return [code for code, names in self._names.items() if folded in map(fold, names)]

    def _code(self, text: str) -> str | None:
        return self._exact.get(text.upper()) or self._padded.get(text)

    def _chosen(self, text: str) -> Answer | None:
        """What a code, a dash and a name stand for: no code where the name is not its own; None for other texts."""
        doubt = None
        for dash in _DASH.finditer(text):
            code, name = self._code(text[: dash.start()]), fold(text[dash.end() :])
            if code is None or not name:
                continue
            if name == fold(code) or name in map(fold, self._names[code]):
                return Answer(code)
            of_another = name in self._known or name in self._ambiguous
            doubt = doubt or (Answer(detail="ambiguous") if of_another else Answer(detail="near", note=code))
        return doubt


def _aliases(text: str) -> list[str]:
    return [alias.strip() for alias in text.replace(";", ",").split(",") if alias.strip()]

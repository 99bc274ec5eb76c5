"""What every part of the report reads: published cells, words, schema, and the facts of the run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from atstats.errors import ConfigurationError
from atstats.frames import Run
from atstats.report.blocks import Number, Parameter, Symbol
from atstats.report.cells import Cell, Cells, Point, series
from atstats.report.words import Words
from atstats.schema import Schema
from atstats.vocabulary import TOTAL, Status

__all__ = ["FLAGS", "Context", "meaning"]

FLAGS = ("b", "p", "r", "e", "u")
"""Flags that stand beside a number, each in brackets."""

_STATUS_SYMBOLS = {Status.WITHHELD: "c", Status.NOT_AVAILABLE: "x", Status.NOT_APPLICABLE: "z"}


@dataclass(frozen=True, slots=True)
class Context:
    """One edition in one language."""

    cells: Cells
    words: Words
    schema: Schema
    run: Run

    @property
    def language(self) -> str:
        """The language of the report."""
        return self.words.language

    @property
    def year(self) -> str:
        """The reference year."""
        return str(self.run.reference_year)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings of the run."""
        return self.run.settings

    @property
    def base(self) -> Parameter | None:
        """The base of the rounding in words' place, or nothing."""
        base = self.cells.base
        return None if base is None else Parameter(str(base))

    def setting(self, name: str) -> str:
        """A setting as text: a date in words, a text of the right language, or what was typed."""
        given = self.settings.get(name, "")
        if isinstance(given, Mapping):
            given = given.get("sr" if self.language == "sr-cyrl" else self.language, given.get("en", ""))
        if isinstance(given, date):
            return self.words.day(given)
        text = str(given)
        return self.words.text(text) if text else ""

    def label(self, dimension: str, code: str) -> str:
        """The words for one category.

        Raises:
            ConfigurationError: the schema has no such category.
        """
        try:
            return self.schema.code_label(dimension, code).of(self.language)
        except KeyError:
            raise ConfigurationError(
                f"no label for the category {code} of the dimension {dimension}",
                hint="Add it to schemas/dimensions.toml and its code list.",
            ) from None

    def indicator(self, code: str, *, measure: str = "CURRENT") -> Cell | None:
        """A key indicator (T0.1), where it may be printed."""
        return self.cells.number("T0.1", indicator=code, measure=measure)

    def number(self, cell: Cell) -> Number:
        """The number of a cell as the language writes it."""
        return self.words.number(cell)

    def symbols(self, cell: Cell) -> tuple[Symbol, ...]:
        """What stands in place of, or beside, the number of a cell."""
        codes = [_STATUS_SYMBOLS[Status(cell.status)]] if cell.status in _STATUS_SYMBOLS else []
        codes += [cell.flag] if cell.flag in FLAGS else []
        return tuple(Symbol(f"[{code}]", meaning(self.words, code)) for code in codes)

    def series(self, status: str = TOTAL) -> tuple[Point, ...]:
        """Victims of a status by year."""
        return series(self.cells, status=status, until=self.run.reference_year)

    def earlier(self, code: str) -> tuple[Cell, str] | None:
        """The figure before this one and its year: the year before, else the last one published.

        Nothing where there is none, or where the series breaks in between.
        """
        current = self.indicator(code)
        if current is None or current.flag == "b":
            return None
        previous = self.indicator(code, measure="PREVIOUS")
        if previous is not None:
            year = previous.period if previous.period.isdigit() else str(self.run.reference_year - 1)
            return previous, year
        status = _SERIES_OF.get(code)
        points = self.series(status) if status else ()
        if not points or points[-1].printed is None or points[-1].printed.value != current.value:
            return None
        for after, point in zip(reversed(points), reversed(points[:-1]), strict=False):
            if after.breaks or point.breaks:
                return None
            if point.printed is not None:
                return point.printed, str(point.year)
        return None


_SERIES_OF = {"REGISTERED": TOTAL, "IDENTIFIED": "VOT"}
"""Key indicator -> the status whose yearly figures are the same count."""


def meaning(words: Words, code: str) -> str:
    """What a symbol in brackets means."""
    return {
        "c": words.text("withheld so that no person can be recognised, or to protect another withheld figure"),
        "x": words.text("not available"),
        "z": words.text("does not apply"),
        "b": words.text("break in the series: figures before and after are not comparable"),
        "p": words.text("provisional"),
        "r": words.text("revised since it was first published"),
        "e": words.text("estimated"),
        "u": words.text("low reliability"),
    }[code]

"""Say things in one language: whole messages from the catalogue, filled with numbers that know their cells."""

from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations
from string import Formatter

from atstats.errors import ConfigurationError
from atstats.language import format_date, format_number
from atstats.report.blocks import Number, Run, Runs, Text
from atstats.report.cells import Cell

__all__ = ["Words"]

Value = str | Runs | Number


@dataclass(frozen=True, slots=True)
class Words:
    """The report's own words in one language. The English text is the key of a message."""

    language: str
    catalogue: NullTranslations

    def text(self, message: str, **values: str) -> str:
        """A message as plain text; without values, braces in it are left alone."""
        translated = self.catalogue.gettext(message)
        return translated.format(**values) if values else translated

    def say(self, message: str, **values: Value) -> Runs:
        """A message with numbers in it.

        Raises:
            ConfigurationError: the translation names a placeholder that the message has not.
        """
        return self._fill(self.catalogue.gettext(message), values)

    def count(self, one: str, many: str, *, n: Number, **values: Value) -> Runs:
        """A message whose words agree with the number `n`."""
        return self._fill(self.catalogue.ngettext(one, many, round(n.value)), {"n": n, **values})

    def number(self, cell: Cell) -> Number:
        """The value of a cell as the language writes it; decimals only where there are any."""
        value = cell.value or 0.0
        decimals = 0 if value == round(value) else 1
        return Number(format_number(value, self.language, decimals=decimals), (cell.id,), value)

    def day(self, day: object) -> str:
        """A date in words; anything else as it stands."""
        return format_date(day, self.language) if isinstance(day, date) else str(day)

    def _fill(self, translated: str, values: dict[str, Value]) -> Runs:
        runs: list[Run] = []
        for literal, name, _, _ in Formatter().parse(translated):
            if literal:
                runs.append(Text(literal))
            if name is None:
                continue
            if name not in values:
                raise ConfigurationError(
                    f"a translation into {self.language} in report.po has the unknown placeholder {name}",
                    hint="Use the placeholders of the English message, unchanged.",
                )
            value = values[name]
            if isinstance(value, str):
                runs.append(Text(value))
            else:
                runs.extend((value,) if isinstance(value, Number) else value)
        return tuple(runs)

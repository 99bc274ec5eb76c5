"""Everything that a schema folder says, in one value."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from atstats.errors import ConfigurationError
from atstats.schema.model import Agency, CodeList, Labels, Law, Rule, Sheet, Unit, Workbook
from atstats.schema.tables import Dimension, Population, TableDefinition, Tie
from atstats.vocabulary import TOTAL

__all__ = ["Schema"]


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything that `schemas/` says."""

    workbooks: Mapping[str, Workbook]
    codelists: Mapping[str, CodeList]
    agencies: Mapping[str, Agency]
    units: Mapping[tuple[str, str], Unit]
    """(agency, unit) -> the unit."""
    rules: Mapping[str, Rule]
    dimensions: Mapping[str, Dimension]
    populations: Mapping[str, Population]
    ties: tuple[Tie, ...]
    tables: Mapping[str, TableDefinition]
    table_notes: Mapping[str, Labels]
    """Key -> a note or a reason that the year's data may call for."""
    law: tuple[Law, ...]
    history: tuple[Mapping[str, str], ...]
    """Published figures: year, indicator, breakdown, value, flag, source, published_on, note."""
    inhabitants: tuple[Mapping[str, str], ...]
    """Residents: year, municipality ("" for all), sex, age_group, variant, population, source."""
    transliteration: tuple[Mapping[str, str], ...]
    """Spellings of one sound or name: kind (letters, name), albanian, serbian_latin, serbian_cyrillic, note."""
    linkage: Mapping[str, Any]
    editions: Mapping[str, Any]
    digest: str
    """Hash of every file of the folder, names included."""
    guidance: Mapping[str, Labels] = field(default_factory=dict)
    """"section.key" -> words for the registrar: guidance, notes on headers, names of properties."""
    kinds: Mapping[str, Labels] = field(default_factory=dict)
    """Kind of agency -> its name."""
    reference: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    """Every file of `reference/` as it stands: its name without ending -> its lines."""

    def sheet(self, record_type: str) -> Sheet:
        """The sheet of a record type such as "police.victims".

        Raises:
            KeyError: there is none.
        """
        workbook, _, name = record_type.partition(".")
        return self.workbooks[workbook].sheet(name)

    def code_label(self, dimension: str, code: str) -> Labels:
        """The words for one category of a dimension, the total over it included.

        Raises:
            KeyError: there is no such dimension or category.
        """
        if code == TOTAL:
            return self.codelists["special"].label(TOTAL)
        codes = self.dimensions[dimension].codes
        return self.codelists[codes].label(code) if codes else Labels(code, code, code)

    def missing_senders(self, year: int, *, came: Collection[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """(agency, unit) of whoever is expected in a year and has not come; the unit is "" for a whole agency.

        An agency of which one unit has sent for itself owes a submission of each of its units.

        Args:
            year: the reference year.
            came: (agency, unit) of the submissions that came; the unit is "" where it is the whole agency.
        """
        agencies = {agency for agency, _ in came}
        for agency in self.agencies.values():
            if agency.expected_in(year) and agency.code not in agencies:
                yield agency.code, ""
        for unit in self.units.values():
            by_unit = unit.agency in agencies and (unit.agency, "") not in came
            if by_unit and unit.exists_in(year) and (unit.agency, unit.code) not in came:
                yield unit.agency, unit.code

    def say(self, key: str, language: str, **filled: object) -> str:
        """A text of `guidance.toml` in one language, its places filled: `say("guide.title", "sq", year=2025)`.

        Raises:
            ConfigurationError: the file has no such text.
        """
        if key not in self.guidance:
            raise ConfigurationError(
                f"schemas/guidance.toml lacks {key}", hint="Restore the file, or leave out --schemas."
            )
        text = self.guidance[key].of(language)
        for name, value in filled.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def translated(self, section: str, english: str, language: str) -> str:
        """An English text of the schemas in another language; the English where nobody has translated it."""
        labels = self.guidance.get(f"{section}.{english}")
        return labels.of(language) if labels else english

    def sheets(self) -> Iterator[Sheet]:
        """Every sheet of every submission type."""
        for workbook in self.workbooks.values():
            yield from workbook.sheets

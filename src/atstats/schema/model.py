"""What the files in `schemas/` say, as frozen values: workbooks, sheets, columns, codes, agencies, rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from atstats.language import transliterate
from atstats.vocabulary import Language, Need, Role, Scope, Severity

__all__ = [
    "Agency",
    "Check",
    "Code",
    "CodeList",
    "Column",
    "Labels",
    "Law",
    "Origin",
    "Rule",
    "Sheet",
    "Unit",
    "Workbook",
]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the schema folder something stands."""

    file: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """One text in the three languages; Serbian Cyrillic is derived from the Latin."""

    en: str
    sq: str
    sr: str

    def of(self, language: str) -> str:
        """The text in one language."""
        if language == Language.SERBIAN_CYRILLIC:
            return transliterate(self.sr)
        return {"en": self.en, "sq": self.sq, "sr": self.sr}[language]

    def all(self) -> tuple[str, str, str]:
        """English, Albanian, Serbian."""
        return (self.en, self.sq, self.sr)


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list, with the dates between which it may be used."""

    code: str
    labels: Labels
    valid_from: date | None
    valid_to: date | None
    source: str
    maps: Mapping[str, str]
    """Further columns of the file: crosswalks ("eurostat", "htcds") and groups ("group")."""
    checked: str = ""
    """Who checked the labels as a native speaker, and when; empty where nobody has."""

    def valid_in(self, year: int) -> bool:
        """Whether the code may be used on any day of the year."""
        return _touches(self.valid_from, self.valid_to, year)


@dataclass(frozen=True, slots=True)
class CodeList:
    """A closed list of codes, in the order in which tables show them."""

    id: str
    codes: tuple[Code, ...]

    def __iter__(self) -> Any:
        return iter(self.codes)

    def __contains__(self, code: object) -> bool:
        return any(each.code == code for each in self.codes)

    def label(self, code: str) -> Labels:
        """The labels of a code.

        Raises:
            KeyError: the list has no such code.
        """
        for each in self.codes:
            if each.code == code:
                return each.labels
        raise KeyError(code)

    def crosswalk(self, column: str) -> dict[str, str]:
        """Code -> the value of a further column, where it is filled."""
        return {each.code: each.maps[column] for each in self.codes if each.maps.get(column)}

    def all_codes(self) -> tuple[str, ...]:
        """The codes in the order of the list."""
        return tuple(each.code for each in self.codes)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet."""

    name: str
    type: str
    """text, date, integer, decimal, code, codes (several, split at ";") or yesno."""
    label: Labels
    codes: str = ""
    """Id of the code list, for code, codes and yesno."""
    required: bool = False
    required_if: str = ""
    """SQL expression over the row: where it is true a blank is an error."""
    identity: bool = False
    """Removed after linkage; never leaves the restricted folder."""
    minimum: float | None = None
    maximum: float | None = None
    valid_at: str = ""
    """The date column at which a code must have been in use; empty for the sheet's event date."""
    pattern: str = ""
    """Regular expression that a text must match as a whole."""
    note: str = ""
    """What the registrar should know, in English; "decided here" marks what no source fixes."""
    origin: Origin = field(default=Origin(), compare=False)
    """The block or the sheet that has it."""

    @property
    def decided_here(self) -> bool:
        """Whether no source fixes the column, its type or its obligation."""
        return self.note.startswith("decided here")


@dataclass(frozen=True)
class Sheet:
    """One sheet of a submission type. `grain` says what one row is."""

    workbook: str
    name: str
    label: Labels
    grain: str
    columns: tuple[Column, ...]
    role: Role | None = None
    """Victim or suspect where a row is about a person to be linked."""
    key: tuple[str, ...] = ()
    """The columns that together name a row within the agency."""
    event_date: str = ""
    """The column whose date places the row in time (age, validity of codes)."""
    in_year: str = ""
    """The column whose date decides whether the row belongs to the reference year."""
    blocks: tuple[str, ...] = ()
    """The blocks that it takes columns from ("id", "exp")."""
    examples: tuple[Mapping[str, Any], ...] = ()
    """Made-up rows of the workbook's example year, right in every respect."""

    @property
    def record_type(self) -> str:
        """ "police.victims": workbook and sheet."""
        return f"{self.workbook}.{self.name}"

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Column key -> column."""
        return {column.name: column for column in self.columns}

    @property
    def identity_columns(self) -> tuple[str, ...]:
        """The columns that are removed after linkage."""
        return tuple(column.name for column in self.columns if column.identity)


@dataclass(frozen=True, slots=True)
class Workbook:
    """One submission type: what an agency of this kind sends."""

    id: str
    label: Labels
    version: str
    sheets: tuple[Sheet, ...]
    example_year: int = 2025
    """The reference year that the example rows are written for."""
    number: str = ""
    """The short name that the specification gives it ("W1"); empty for none."""

    def sheet(self, name: str) -> Sheet:
        """The sheet with this key.

        Raises:
            KeyError: there is none.
        """
        for each in self.sheets:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Agency:
    """Who exists, from when to when, and which workbook it sends ("" if none)."""

    code: str
    label: Labels
    workbook: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""
    priority: int = 99
    """Whose value a person keeps when sources differ: the lowest number first."""
    kind: str = ""
    """police, prosecution, court, shelter, social_work, ..."""
    registers: bool = False
    """Whether it may be the body that registers a victim."""
    assists: bool = False
    """Whether it provides assistance to victims."""
    shown_as: str = ""
    """The agency under whose name tables show it; itself where empty."""
    standing: bool = True
    """Whether it is expected to send every year; otherwise it sends when it has something to tell."""

    def exists_in(self, year: int) -> bool:
        """Whether the agency exists on any day of the year."""
        return _touches(self.valid_from, self.valid_to, year)

    def expected_in(self, year: int) -> bool:
        """Whether a submission for the year is missed where none comes."""
        return bool(self.workbook) and self.standing and self.exists_in(year)


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of an agency that may send a workbook of its own."""

    agency: str
    code: str
    label: Labels
    valid_from: date | None = None
    valid_to: date | None = None

    def exists_in(self, year: int) -> bool:
        """Whether the unit exists on any day of the year."""
        return _touches(self.valid_from, self.valid_to, year)


def _touches(begun: date | None, ended: date | None, year: int) -> bool:
    return (begun is None or begun.year <= year) and (ended is None or ended.year >= year)


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of a row rule."""

    must: str
    """SQL expression over the row; null means not evaluated."""
    blame: tuple[str, ...]
    """The columns concerned; the first is the cell that the finding names."""
    when: str = ""
    """SQL expression: the rows to which the condition applies; empty for all."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One numbered requirement on the data."""

    id: str
    severity: Severity
    scope: Scope
    statement: Labels
    """The message when the rule is broken, one sentence."""
    hint: Labels
    """The next move; `{cells}` stands for the cells to look at."""
    reason: Labels
    """Why the rule exists: legal basis, counting rule or experience."""
    applies_to: tuple[str, ...]
    """Record types ("police.victims") for row rules; empty for functions and reader rules."""
    checks: tuple[Check, ...]
    """The conditions of a row rule; empty when a function or the reader carries the rule out."""
    passes: tuple[Mapping[str, Any], ...]
    fails: tuple[Mapping[str, Any], ...]
    """Examples that the tests run: a row for a row rule, record type -> rows for a function."""
    says: Mapping[str, Labels] = field(default_factory=dict)
    """Detail -> message, for rules that find several kinds of thing."""
    hints: Mapping[str, Labels] = field(default_factory=dict)
    """Detail -> hint."""
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Thresholds that the function of the rule reads."""
    needs: tuple[Need, ...] = ()
    """What it waits for beside the submissions."""
    origin: Origin = field(default=Origin(), compare=False)


@dataclass(frozen=True, slots=True)
class Law:
    """One article in one version of the code, about an offence or about a period. Null where the source gives none."""

    offence: str
    """The offence with its range of months; empty for a period."""
    article: str
    code: str
    valid_from: date
    valid_to: date | None
    minimum_months: int | None
    maximum_months: int | None
    aggravated_minimum_months: int | None
    source: str
    period: str = ""
    """A length that is no sentence: REFLECTION_DAYS, or in years LIABILITY_AGE and MARRIAGE_AGE."""
    least: int | None = None
    most: int | None = None

    def in_force(self, day: date) -> bool:
        """Whether the article applies to an offence, or to a period that begins, on this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

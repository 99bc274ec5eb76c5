"""The closed lists that code and files share; each word is in `docs/glossary.md`."""

from enum import StrEnum

__all__ = [
    "EMPTY",
    "REFERENCE_YEARS",
    "SPECIAL_VALUES",
    "TOTAL",
    "UNKNOWN",
    "Edition",
    "FindingsFormat",
    "Format",
    "Language",
    "Need",
    "Role",
    "Scope",
    "Severity",
    "Status",
]

TOTAL = "_T"
"""The total over a dimension, in every table and in `cells.csv`."""

UNKNOWN = "UNK"
"""Asked and not known; always a visible category."""

SPECIAL_VALUES = ("UNK", "NA", "REF")
"""Typed instead of a value: not known, does not apply, refused."""

REFERENCE_YEARS = range(2000, 2101)
"""The years that a collection and a workbook may be about; `schemas/blocks.toml` has the same bounds."""

EMPTY = ""
"""A dimension that the table does not have, in `cells.csv`."""


class Severity(StrEnum):
    """How much a finding weighs: an error blocks, a warning must be answered."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Scope(StrEnum):
    """How far a rule looks."""

    FIELD = "field"
    CROSS_FIELD = "cross-field"
    CROSS_SHEET = "cross-sheet"
    CROSS_AGENCY = "cross-agency"
    CROSS_YEAR = "cross-year"
    PUBLICATION = "publication"


class Need(StrEnum):
    """What a rule waits for beside the submissions; without it the rule is not evaluated."""

    PERSONS = "persons"
    EARLIER_YEAR = "earlier year"
    TABLES = "tables"


class Role(StrEnum):
    """What a person is in a sheet; victims and suspects are never linked to each other."""

    VICTIM = "victim"
    SUSPECT = "suspect"


class Edition(StrEnum):
    """Who may read a release, and so how its tables are protected."""

    PUBLIC = "public"
    INTERNAL = "internal"
    TRANSMISSION = "transmission"


class Language(StrEnum):
    """The languages of messages and reports; Serbian Cyrillic is derived from Latin."""

    ENGLISH = "en"
    ALBANIAN = "sq"
    SERBIAN = "sr"
    SERBIAN_CYRILLIC = "sr-cyrl"


class Format(StrEnum):
    """How a command prints: lines to read, or a document for other programs."""

    TEXT = "text"
    JSON = "json"


class FindingsFormat(StrEnum):
    """How `validate` prints: lines to read, or the same findings in a form that other programs know."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    CSV = "csv"


class Status(StrEnum):
    """What became of a cell on its way into a release."""

    SHOWN = "shown"
    ROUNDED = "rounded"
    WITHHELD = "withheld"
    NOT_AVAILABLE = "not_available"
    NOT_APPLICABLE = "not_applicable"

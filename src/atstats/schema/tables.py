"""What `populations.toml` and `tables/*.toml` say: units of count, their variables, and the tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from atstats.schema.model import Labels

__all__ = ["Dimension", "Population", "TableDefinition", "Tie", "Variable"]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One axis that tables can have: a variable of a population, a year, a measure."""

    name: str
    label: Labels
    codes: str
    """Id of the code list of its categories; empty where a code is its own label (a year)."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One property of the units of a population, with its closed list of categories."""

    name: str
    """A dimension of `schemas/dimensions.toml`, which has its label."""
    codes: str
    """Id of the code list that holds the categories, UNK among them."""
    of: str = ""
    """The finer variable that this one is a function of (age2 of age_group), or empty."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Category of `of` -> category of this variable."""
    sensitive: bool = False
    """Whether learning it about a known person harms that person (form of exploitation)."""
    several: bool = False
    """Whether one unit may be in several categories, so that categories add up to more than the units."""


@dataclass(frozen=True, slots=True)
class Population:
    """One kind of unit that is counted, and so one cell system for disclosure control."""

    id: str
    label: Labels
    unit: str
    """Unit of count of the glossary: person, registration, judgment, sanction, stay, event, ..."""
    protection: str
    """"cells": counts are protected as one linear system; "open": not about persons, shown exactly."""
    variables: tuple[Variable, ...]
    workbooks: tuple[str, ...] = ()
    """Submission types that it is counted from: with none of them accepted it is not available."""
    impossible: tuple[Mapping[str, str], ...] = ()
    """Combinations of categories that no unit can have; the intruder knows them too."""

    def variable(self, name: str) -> Variable:
        """The variable with this name.

        Raises:
            KeyError: there is none.
        """
        for each in self.variables:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Tie:
    """Two facts of two populations that are the same number by definition."""

    left: str
    """"population:fact", as in "registrations:outcome=COUNTED"."""
    right: str
    by: str = ""
    """A variable that both have: the two are the same number in each of its categories too."""


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """One table of the report, as a statistician wrote it down.

    `layout` is everything that says which cells there are; `statistics.tables` reads it.
    """

    id: str
    chapter: int
    title: Labels
    population: str
    unit: Labels
    scope: Labels
    """Which units are counted: definition, reference date and which age, one sentence."""
    source: Labels
    notes: tuple[Labels, ...]
    feeds: tuple[str, ...]
    """Receiving bodies: EU, UN, SDG, TIP, CoE, CT, NAP."""
    layout: Mapping[str, Any]

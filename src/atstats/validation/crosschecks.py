"""Rules that look across rows, sheets and agencies: where they are registered and how they are run.

Each is one function, found by the id of its rule, that gets the records of all submissions at
hand and yields breaches. A rule whose other side is not at hand (no submission of that kind)
is not evaluated, and this is counted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from atstats.errors import ConfigurationError
from atstats.frames import Earlier, Linked, Run, Skipped
from atstats.schema import Schema, Sheet
from atstats.validation.fields import unknown_flag
from atstats.validation.findings import gathered
from atstats.vocabulary import Need, Role

__all__ = [
    "RULES",
    "SECURE_SHELTER",
    "SHELTER",
    "Breaches",
    "CrossChecked",
    "World",
    "any_of",
    "check_across",
    "rule",
    "without",
]

Breaches = Iterator[pl.DataFrame]
SHELTER, SECURE_SHELTER = "shelter", "secure_shelter"
"""Kinds of agencies: open shelters, and those where persons at high risk belong."""


@dataclass(frozen=True, slots=True)
class World:
    """What the rules may look at.

    `records`: record type -> submission, agency, unit, row, the typed columns and their
    "unknown:" flags, of every submission at hand; a record type that nobody sent is absent.
    After linkage they have `person_id` instead of the flags.
    """

    records: Mapping[str, pl.DataFrame]
    schema: Schema
    run: Run
    linked: Linked | None = None
    """Who is who; none before linkage."""
    earlier: Earlier | None = None
    """The collection of an earlier year, where one is at hand."""
    agencies: frozenset[str] = frozenset()
    """Agencies of which a submission is at hand, nil returns too."""
    decisions: pl.DataFrame | None = None
    """The lines of `decisions.csv`, in their order."""

    def lacks(self, identifier: str) -> str:
        """What the rule waits for here, as in `Skipped.because`; "" when it can be evaluated."""
        here = {Need.PERSONS: self.linked, Need.EARLIER_YEAR: self.earlier, Need.TABLES: None}
        waiting = [str(need) for need in self.schema.rules[identifier].needs if here[need] is None]
        if waiting:
            return waiting[0]
        absent: list[list[str]] = [[name for name in group if not self.has(name)] for group in _NEEDS[identifier]]
        return ", ".join(sorted(absent, key=len)[0])

    def has(self, *record_types: str) -> bool:
        """Whether somebody sent each of these sheets."""
        return all(name in self.records for name in record_types)

    def trafficking(self) -> list[str]:
        """The codes of trafficking offences."""
        thb = self.schema.codelists["offence"].crosswalk("thb")
        return [code for code, answer in thb.items() if answer == "YES"]

    def parameter(self, identifier: str, name: str) -> float:
        """A threshold of a rule, as its file states it."""
        return self.schema.rules[identifier].parameters[name]

    def legal(self, period: str, day: str) -> tuple[pl.Expr, pl.Expr]:
        """The least and the most that the law sets for a period, as it was on the day of a column.

        Null where the day is blank, before the first law, or where the law sets no such bound.

        Raises:
            ConfigurationError: `reference/law.csv` does not have the period.
        """
        laws = [law for law in self.schema.law if law.period == period]
        if not laws:
            raise ConfigurationError(
                f"schemas/reference/law.csv lacks the period {period}",
                hint="Restore its lines, or leave out --schemas.",
            )
        least = most = pl.lit(None, dtype=pl.Int64)
        for law in laws:
            in_force = pl.col(day).is_between(law.valid_from, law.valid_to or date.max)
            least = pl.when(in_force).then(pl.lit(law.least, dtype=pl.Int64)).otherwise(least)
            most = pl.when(in_force).then(pl.lit(law.most, dtype=pl.Int64)).otherwise(most)
        return least, most

    def of_kind(self, kind: str) -> list[str]:
        """The codes of the agencies of a kind, as `agencies.toml` and the collection's own register them."""
        return [agency.code for agency in self.schema.agencies.values() if agency.kind == kind]

    def sheets(self, *roles: Role | None) -> Iterator[Sheet]:
        """The sheets at hand with one of these roles."""
        for sheet in self.schema.sheets():
            if sheet.role in roles and sheet.record_type in self.records:
                yield sheet


RULES: dict[str, Callable[[World], Breaches]] = {}
"""Rule id -> function."""

_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {}
"""Rule id -> groups of record types, one of which it cannot do without; an empty group for rules about any sheet."""


def rule(
    identifier: str, *needs: str, one_of: Sequence[Sequence[str]] = ((),)
) -> Callable[[Callable[[World], Breaches]], Callable[[World], Breaches]]:
    """Register a function as the rule with this id.

    It is evaluated where all record types of `needs` are at hand, and all of one group of `one_of`.
    """

    def register(function: Callable[[World], Breaches]) -> Callable[[World], Breaches]:
        RULES[identifier] = function
        _NEEDS[identifier] = tuple((*needs, *group) for group in one_of)
        return function

    return register


@dataclass(frozen=True, slots=True)
class CrossChecked:
    """What the functions found, and by submission what they looked at and could not look at."""

    breaches: pl.DataFrame
    rules: Mapping[str, frozenset[str]]
    not_evaluated: Counter[str]
    skipped: tuple[Skipped, ...] = ()


def check_across(world: World, *, rules: Sequence[str]) -> CrossChecked:
    """Run the functions of these rules over all records at hand."""
    found: list[pl.DataFrame] = []
    looked_at: dict[str, set[str]] = {}
    open_checks: Counter[str] = Counter()
    skipped: list[Skipped] = []
    senders = {
        name: Counter(dict(frame["submission"].value_counts().iter_rows())) for name, frame in world.records.items()
    }
    for identifier in sorted(set(rules) & set(RULES)):
        groups = _NEEDS[identifier]
        lacking = world.lacks(identifier)
        if lacking:
            skipped.append(Skipped(identifier, lacking))
        else:
            found += RULES[identifier](world)
        looked = {name for group in groups if not lacking and world.has(*group) for name in group or senders}
        for submission in {each for name in looked for each in senders[name]}:
            looked_at.setdefault(submission, set()).add(identifier)
        for name in {name for group in groups for name in group if name in senders} - looked:
            open_checks.update(senders[name])
    by_file = {name: frozenset(ids) for name, ids in looked_at.items()}
    return CrossChecked(gathered(found), by_file, open_checks, tuple(skipped))


def any_of(column: str, codes: Sequence[str]) -> pl.Expr:
    """Whether a column of several codes holds one of these; a blank holds none."""
    return pl.col(column).list.set_intersection(list(codes)).list.len().fill_null(0) > 0


def without(left: pl.DataFrame, right: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    """The rows of `left` whose keys are all filled and found nowhere in `right`.

    Where the other side has a key that could not be read, nothing can be said to be absent from it.
    """
    flags = [unknown_flag(name) for name in on if unknown_flag(name) in right.columns]
    unreadable = right.filter(pl.any_horizontal(pl.lit(value=False), *flags))
    if "agency" in on:
        left = left.join(unreadable, on="agency", how="anti", maintain_order="left")
    elif unreadable.height:
        left = left.clear()
    keys = list(on)
    return left.drop_nulls(keys).join(right.drop_nulls(keys), on=keys, how="anti", maintain_order="left")

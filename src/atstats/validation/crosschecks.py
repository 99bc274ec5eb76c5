"""Rules that look across rows, sheets and agencies: where they are registered and how they are run.

Each is one function, found by the id of its rule, that gets the records of all submissions at
hand and yields breaches. A rule whose other side is not at hand (no submission of that kind)
is not evaluated, and this is counted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from atstats.frames import Run
from atstats.schema import Schema, Sheet
from atstats.validation.fields import unknown_flag
from atstats.validation.findings import gathered
from atstats.vocabulary import Role

__all__ = ["RULES", "Breaches", "CrossChecked", "World", "any_of", "check_across", "rule", "without"]

Breaches = Iterator[pl.DataFrame]


@dataclass(frozen=True, slots=True)
class World:
    """What the rules may look at.

    `records`: record type -> submission, agency, unit, row, the typed columns and their
    "unknown:" flags, of every submission at hand; a record type that nobody sent is absent.
    """

    records: Mapping[str, pl.DataFrame]
    schema: Schema
    run: Run

    def has(self, *record_types: str) -> bool:
        """Whether somebody sent each of these sheets."""
        return all(name in self.records for name in record_types)

    def trafficking(self) -> list[str]:
        """The codes of trafficking offences."""
        thb = self.schema.codelists["offence"].crosswalk("thb")
        return [code for code, answer in thb.items() if answer == "YES"]

    def sheets(self, *roles: Role | None) -> Iterator[Sheet]:
        """The sheets at hand with one of these roles."""
        for sheet in self.schema.sheets():
            if sheet.role in roles and sheet.record_type in self.records:
                yield sheet


RULES: dict[str, Callable[[World], Breaches]] = {}
"""Rule id -> function."""

_NEEDS: dict[str, tuple[str, ...]] = {}
"""Rule id -> the record types without which it cannot be evaluated; empty for rules about any sheet."""


def rule(identifier: str, *needs: str) -> Callable[[Callable[[World], Breaches]], Callable[[World], Breaches]]:
    """Register a function as the rule with this id, evaluated where all these record types are at hand."""

    def register(function: Callable[[World], Breaches]) -> Callable[[World], Breaches]:
        RULES[identifier] = function
        _NEEDS[identifier] = needs
        return function

    return register


@dataclass(frozen=True, slots=True)
class CrossChecked:
    """What the functions found, and by submission what they looked at and could not look at."""

    breaches: pl.DataFrame
    rules: Mapping[str, frozenset[str]]
    not_evaluated: Counter[str]


def check_across(world: World, *, rules: Sequence[str]) -> CrossChecked:
    """Run the functions of these rules over all records at hand."""
    found: list[pl.DataFrame] = []
    looked_at: dict[str, set[str]] = {}
    skipped: Counter[str] = Counter()
    senders = {name: Counter(frame["submission"].to_list()) for name, frame in world.records.items()}
    for identifier in sorted(set(rules) & set(RULES)):
        needs = _NEEDS[identifier]
        concerned = [senders[name] for name in needs or senders if name in senders]
        if world.has(*needs):
            found += RULES[identifier](world)
            for submission in {each for counts in concerned for each in counts}:
                looked_at.setdefault(submission, set()).add(identifier)
        else:
            for counts in concerned:
                skipped.update(counts)
    return CrossChecked(gathered(found), {name: frozenset(ids) for name, ids in looked_at.items()}, skipped)


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

"""What `schemas/linkage.toml` says, as frozen values, and the weight that it gives to a pair.

A weight is the base-2 logarithm of how much more likely a pair is to be one person than two. It
is the sum of a prior and of one term for each comparison, log2(m / u) of the level that was met;
a comparison with a blank adds nothing.

Source: I. P. Fellegi and A. B. Sunter, "A theory for record linkage", JASA 64 (1969).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from atstats.errors import ConfigurationError

__all__ = [
    "DOUBT",
    "LEVELS",
    "NEVER",
    "REVIEW",
    "Block",
    "Comparison",
    "Level",
    "Reference",
    "RoleSpecification",
    "SheetSpecification",
    "Specification",
    "name_frequency",
    "prior_bits",
    "read_specification",
    "weigh",
]

LEVELS: Mapping[str, tuple[str, ...]] = {
    "given": ("exact", "close", "near", "swapped", "alike", "alias", "different"),
    "surname": ("exact", "close", "near", "part", "alike", "different"),
    "birth_date": ("exact", "swapped", "one_edit", "year_only", "same_year", "different"),
    "declared_age": ("close", "tolerated", "different"),
    "personal_no": ("exact", "one_edit", "different"),
    "id_doc_no": ("exact", "one_edit", "different"),
    "national_case_code": ("exact", "different"),
    "local_id": ("exact",),
    "father": ("exact", "near", "different"),
    "sex": ("same", "different"),
    "municipality": ("same", "different"),
    "nationality": ("same", "different"),
    "case": ("same", "different"),
}
"""Comparison -> the levels that `compare` can find."""

NEVER, REVIEW, DOUBT = "never", "review", "doubt"
"""Why a pair does not link by itself: personal numbers of two people; given names of two people with
one surname, siblings or twins; stated ages alone. The first two also stand against a merge."""


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement; the first of a comparison that holds is taken."""

    name: str
    m: float
    """Share of the pairs of one person that agree like this."""
    u: float
    """Share of the pairs of two persons that agree like this."""
    at_least: float = 0.0
    """Jaro-Winkler similarity from which a name is at this level; 0 where another test decides."""
    contradicts: bool = False
    """Whether it stands against a merge when the pair as a whole is weak."""

    @property
    def bits(self) -> float:
        """What the level adds to a weight."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field of two records held against each other."""

    name: str
    levels: tuple[Level, ...]
    term_frequency: bool
    """Whether agreement on a rare value is worth more than on a common one."""
    home: str = ""
    """Nationality: the country whose citizenship says nothing."""

    def level(self, name: str) -> Level:
        """The level with this name; every name of LEVELS is there."""
        return next(each for each in self.levels if each.name == name)


@dataclass(frozen=True, slots=True)
class Block:
    """A set of parts; records that agree on all of them are compared."""

    parts: tuple[str, ...]
    tight: tuple[str, ...]
    """Further parts that count above `tighten_above` records."""


@dataclass(frozen=True, slots=True)
class SheetSpecification:
    """How the rows of one record type are read for linkage."""

    record_type: str
    local_id: str
    local_within: tuple[str, ...]
    registered: tuple[str, ...]
    cases: tuple[str, ...]
    statuses: tuple[tuple[str, str], ...]
    """(status column or "=CODE", date column), most recent first."""
    formal_date: str
    identifies: bool
    presumed_if: Mapping[str, tuple[str, ...]]
    """Column -> the codes for which the assisted person is presumed a victim; empty: never."""


@dataclass(frozen=True, slots=True)
class RoleSpecification:
    """The record types and comparisons of one role."""

    role: str
    comparisons: tuple[str, ...]
    sheets: Mapping[str, SheetSpecification]
    purpose_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A sheet that names persons by an agency's own number."""

    record_type: str
    local_id: str
    to: str
    within: tuple[str, ...]
    carries: tuple[str, ...]
    """Kinds of case number that its rows add to the person."""


@dataclass(frozen=True, slots=True)
class Specification:
    """The linkage specification; numbers are those of the file, with its comments."""

    links_per_record: float
    smallest_n: int
    link: float
    review: float
    components: float
    contradiction_below: float
    same_source_penalty: float
    whole_component: int
    frequency_floor: float
    frequency_prior: float
    one_edit_from: int
    two_edits_from: int
    blank_names: frozenset[str]
    year_only_days: tuple[str, ...]
    year_only_precisions: tuple[str, ...]
    month_precisions: tuple[str, ...]
    tolerance: Mapping[str, int]
    certain_within: int
    compare_all_up_to: int
    tighten_above: int
    blocks: tuple[Block, ...]
    comparisons: Mapping[str, Comparison]
    fields: Mapping[str, str]
    case_keys: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, RoleSpecification]
    references: tuple[Reference, ...]
    status_ranks: Mapping[str, int]
    """Status -> its rank, the most advanced 0."""
    registered: tuple[str, ...]
    formal: tuple[str, ...]
    presumed: str
    refused: str
    by_court: str


def read_specification(linkage: Mapping[str, Any]) -> Specification:
    """The linkage specification of a schema folder.

    Raises:
        ConfigurationError: a part is missing or a probability is impossible.
    """
    try:
        specification = _specification(linkage)
    except KeyError as missing:
        raise ConfigurationError(
            f"linkage.toml lacks the key {missing.args[0]}",
            hint="Restore it from the schemas that came with atstats.",
        ) from None
    for comparison in specification.comparisons.values():
        _check_comparison(comparison)
    return specification


def _specification(linkage: Mapping[str, Any]) -> Specification:
    blocking, dates, status = linkage["blocking"], linkage["dates"], linkage["status"]
    return Specification(
        links_per_record=float(linkage["prior"]["links_per_record"]),
        smallest_n=int(linkage["prior"]["smallest_n"]),
        link=float(linkage["bands"]["link"]),
        review=float(linkage["bands"]["review"]),
        components=float(linkage["bands"]["components"]),
        contradiction_below=float(linkage["clusters"]["contradiction_below"]),
        same_source_penalty=float(linkage["clusters"]["same_source_penalty"]),
        whole_component=int(linkage["clusters"]["whole_component"]),
        frequency_floor=float(linkage["term_frequency"]["floor"]),
        frequency_prior=float(linkage["term_frequency"]["prior_records"]),
        one_edit_from=int(linkage["variants"]["one_edit_from"]),
        two_edits_from=int(linkage["variants"]["two_edits_from"]),
        blank_names=frozenset(linkage["names"]["blanks"]),
        year_only_days=tuple(dates["year_only_days"]),
        year_only_precisions=tuple(dates["year_only_precisions"]),
        month_precisions=tuple(dates["month_precisions"]),
        tolerance=dict(linkage["declared_age"]["tolerance"]),
        certain_within=int(linkage["declared_age"]["certain_within"]),
        compare_all_up_to=int(blocking["compare_all_up_to"]),
        tighten_above=int(blocking["tighten_above"]),
        blocks=tuple(Block(tuple(each["parts"]), tuple(each.get("tight", ()))) for each in blocking["blocks"]),
        comparisons={name: _comparison(name, each) for name, each in linkage["comparisons"].items()},
        fields=dict(linkage["fields"]),
        case_keys={kind: tuple(columns) for kind, columns in linkage["case_keys"].items()},
        roles={role: _role(role, each) for role, each in linkage["roles"].items()},
        references=tuple(_reference(name, each) for name, each in linkage["references"].items()),
        status_ranks={code: rank for rank, codes in enumerate(status["ranks"]) for code in codes},
        registered=tuple(status["registered"]),
        formal=tuple(status["formal"]),
        presumed=str(status["presumed"]),
        refused=str(status["refused"]),
        by_court=str(status["by_court"]),
    )


def _comparison(name: str, given: Mapping[str, Any]) -> Comparison:
    levels = tuple(
        Level(
            name=str(each["name"]),
            m=float(each["m"]),
            u=float(each["u"]),
            at_least=float(each.get("at_least", 0.0)),
            contradicts=bool(each.get("contradicts", False)),
        )
        for each in given["levels"]
    )
    return Comparison(name, levels, bool(given.get("term_frequency", False)), str(given.get("home", "")))


def _role(role: str, given: Mapping[str, Any]) -> RoleSpecification:
    sheets = {
        record_type: SheetSpecification(
            record_type=record_type,
            local_id=str(each["local_id"]),
            local_within=tuple(each.get("local_within", ())),
            registered=tuple(each["registered"]),
            cases=tuple(each.get("cases", ())),
            statuses=tuple((status, day) for status, day in each.get("statuses", ())),
            formal_date=str(each.get("formal_date", "")),
            identifies=bool(each.get("identifies", False)),
            presumed_if={column: tuple(codes) for column, codes in each.get("presumed_if", {}).items()},
        )
        for record_type, each in given["sheets"].items()
    }
    return RoleSpecification(role, tuple(given["comparisons"]), sheets, tuple(given.get("purpose_from", ())))


def _reference(record_type: str, given: Mapping[str, Any]) -> Reference:
    return Reference(
        record_type=record_type,
        local_id=str(given["local_id"]),
        to=str(given["to"]),
        within=tuple(given.get("within", ())),
        carries=tuple(given.get("carries", ())),
    )


def _check_comparison(comparison: Comparison) -> None:
    known = LEVELS.get(comparison.name, ())
    if sorted(known) != sorted(level.name for level in comparison.levels):
        wanted = ", ".join(known) or "none: there is no such comparison"
        raise ConfigurationError(
            f"linkage.toml: comparisons.{comparison.name} has other levels than are compared",
            hint=f"It needs each of these once: {wanted}.",
        )
    if any(not (0 < level.m <= 1 and 0 < level.u <= 1) for level in comparison.levels):
        raise ConfigurationError(
            f"linkage.toml: comparisons.{comparison.name} has an m or u that is not above 0 and at most 1",
            hint="m and u are shares of pairs.",
        )


# --------------------------------------------------------------------------- weights


def prior_bits(n_records: int, specification: Specification) -> float:
    """Log2 odds that two records taken at random are one person."""
    share = specification.links_per_record / max(n_records, specification.smallest_n)
    return math.log2(share / (1 - share))


def name_frequency(fields: pl.DataFrame, *, value: str, beside: str, u: float, specification: Specification) -> pl.Expr:
    """How common each record's value is, as an expression over `fields`.

    The share is taken over distinct combinations with a second name, so that a person whom four
    agencies registered does not make her own name common, and it starts from the preset u, so that
    fifty records do not make every name common.

    Args:
        fields: One row per record.
        value: The column whose values are counted.
        beside: The name that makes combinations distinct.
        u: The preset share of the exact level.
        specification: Gives the floor and the weight of the preset.
    """
    combinations = fields.select(value, beside).drop_nulls(value).unique()
    counts = combinations.group_by(value).len()
    prior = specification.frequency_prior
    shares = [
        max(specification.frequency_floor, (n + prior * u) / (combinations.height + prior)) for n in counts["len"]
    ]
    return pl.col(value).replace_strict(counts[value], pl.Series(shares, dtype=pl.Float64), default=None)


def weigh(
    compared: pl.DataFrame, *, comparisons: tuple[str, ...], n_records: int, specification: Specification
) -> pl.DataFrame:
    """Add `weight` (bits), `contradicting` and `hold` to compared pairs.

    Args:
        compared: One row per pair, one column of level names per comparison (null where a side is
            blank) and, where term frequencies count, `<comparison>_u`.
        comparisons: The comparisons of the role.
        n_records: Number of records of the role, for the prior.
        specification: The linkage specification.

    Returns:
        The same rows. `contradicting` says that the pair met a level marked `contradicts` and is
        weak as a whole; `hold` why it does not link by itself (NEVER, REVIEW, DOUBT or "").
    """
    weight = pl.lit(prior_bits(n_records, specification))
    against = pl.lit(value=False)
    for name in comparisons:
        comparison = specification.comparisons[name]
        bits = {level.name: level.bits for level in comparison.levels}
        term = pl.col(name).replace_strict(list(bits), list(bits.values()), default=0.0, return_dtype=pl.Float64)
        if comparison.term_frequency:
            first = comparison.levels[0]
            term = pl.when(pl.col(name) == first.name).then((first.m / pl.col(f"{name}_u")).log(2)).otherwise(term)
        weight = weight + term
        names = [level.name for level in comparison.levels if level.contradicts]
        if names:
            against = against | pl.col(name).is_in(names).fill_null(value=False)
    weight = weight - specification.same_source_penalty * pl.col("same_source").cast(pl.Float64)
    # A hundredth of a thousandth of a bit decides nothing; rounding makes sums equal on every machine.
    return compared.with_columns(weight=weight.round(5), hold=_hold(comparisons)).with_columns(
        contradicting=against & (pl.col("weight") < specification.contradiction_below)
    )


def _hold(comparisons: tuple[str, ...]) -> pl.Expr:
    def met(comparison: str, level: str) -> pl.Expr:
        if comparison not in comparisons:
            return pl.lit(value=False)
        return pl.col(comparison).eq(level).fill_null(value=False)

    # A national case code decides, and so does the number that one agency gave to both records.
    certain = met("national_case_code", "exact") | met("local_id", "exact")
    numbered = certain | met("personal_no", "exact") | met("id_doc_no", "exact")
    other_number = met("personal_no", "different")
    other_name = pl.col("given_differs") & pl.col("surname_agrees")
    # K04: "about ten" here and twelve there may be one child or two.
    vague = met("declared_age", "tolerated") | met("declared_age", "different")
    return (
        pl.when(other_number & ~certain)
        .then(pl.lit(NEVER))
        .when(other_number | (other_name & ~certain))
        .then(pl.lit(REVIEW))
        .when(vague & ~numbered)
        .then(pl.lit(DOUBT))
        .otherwise(pl.lit(""))
    )

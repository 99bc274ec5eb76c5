"""The weight of a pair in bits, and why a pair never links by itself.

A weight is the base-2 logarithm of how much more likely a pair is to be one person than two. It
is the sum of a prior and of one term for each comparison, log2(m / u) of the level that was met;
a comparison with a blank adds nothing.

Source: I. P. Fellegi and A. B. Sunter, "A theory for record linkage", JASA 64 (1969).
"""

import math
from typing import Any

import polars as pl

from atstats.linkage.model import Specification
from atstats.schema.settings import FLAGS

__all__ = ["name_frequency", "prior_bits", "weigh"]


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
        weak as a whole; `hold` why it does not link by itself (the `hold` of the specification, or "").
    """
    weight = pl.lit(prior_bits(n_records, specification))
    # Dates known to the day that share the year only stand against a merge as different years do.
    against = pl.col("dates_differ")
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
    return compared.with_columns(weight=weight.round(5), hold=_hold(comparisons, specification)).with_columns(
        contradicting=against & (pl.col("weight") < specification.contradiction_below)
    )


def _hold(comparisons: tuple[str, ...], specification: Specification) -> pl.Expr:
    """The first hold that applies to a pair."""

    def met(condition: str) -> pl.Expr:
        if condition in FLAGS:
            return pl.col(condition)
        comparison, _, level = condition.partition(":")
        if comparison not in comparisons:
            return pl.lit(value=False)
        return pl.col(comparison).eq(level).fill_null(value=False)

    chain: Any = pl.when(pl.lit(value=False)).then(pl.lit(""))
    for hold in specification.holds:
        overruled = pl.any_horizontal(pl.lit(value=False), *(met(each) for each in hold.unless))
        chain = chain.when(pl.all_horizontal(*(met(each) for each in hold.all)) & ~overruled).then(pl.lit(hold.hold))
    found: pl.Expr = chain.otherwise(pl.lit(""))
    return found

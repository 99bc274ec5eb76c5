"""Which pairs of records are looked at, and how far they agree on each field.

Distances are worked out once for each distinct pair of values, not for each pair of records.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from atstats.linkage.fields import DAY, MONTH, YEAR, map_unique
from atstats.linkage.model import Block, Comparison, RoleSpecification, Specification
from atstats.linkage.names import fold, loosen
from atstats.linkage.weights import name_frequency
from atstats.schema.settings import PARTS

__all__ = ["candidate_pairs", "compare"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

_LOOSE_WORTH = 0.95
"""What equality of the loose forms is worth as a similarity: near, never exact."""

_SWAPPED_AT_LEAST = 0.92

# --------------------------------------------------------------------------- blocking


def candidate_pairs(fields: pl.DataFrame, *, specification: Specification) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The pairs that are compared, and those of them that share a blocking key.

    Args:
        fields: What `fields.comparable` makes.
        specification: Gives the blocks.

    Returns:
        Two frames with `left` and `right` (UInt32, left below right), each pair once, sorted. The
        first holds every pair where there are few records, else it is the second.
    """
    n = fields.height
    keyed = fields.with_columns(name_skeletons=_name_skeletons(fields))
    found = [_block_pairs(keyed, block, tight=n > specification.tighten_above) for block in specification.blocks]
    empty = pl.DataFrame(schema={"left": pl.UInt32, "right": pl.UInt32})
    blocked = pl.concat([empty, *found]).unique().sort("left", "right")
    if n > specification.compare_all_up_to:
        return blocked, blocked
    left, right = np.triu_indices(n, k=1)
    every = pl.DataFrame({"left": left, "right": right}).cast(pl.UInt32)
    return every, blocked


def _name_skeletons(fields: pl.DataFrame) -> pl.Series:
    """Both skeletons of a name in alphabetical order, so that swapped names meet."""
    names = fields.select(
        both=pl.concat_str(
            pl.col("given_skeletons").list.join(" "), pl.col("surname_skeletons").list.join(" "), separator="|"
        )
    )
    return names.with_columns(map_unique(names, "both", _in_order).str.split(" ").alias("both"))["both"]


def _in_order(both: str) -> str:
    given, surname = (side.split(" ") for side in both.split("|"))
    return " ".join(sorted({"|".join(sorted((one, other))) for one in given for other in surname}))


def _block_pairs(fields: pl.DataFrame, block: Block, *, tight: bool) -> pl.DataFrame:
    columns = [PARTS[part] for part in (*block.parts, *(block.tight if tight else ()))]
    keys = fields.select("index", *columns)
    for column in columns:
        if keys.schema[column] == pl.List(pl.String):
            keys = keys.explode(column, empty_as_null=True)
    keys = keys.drop_nulls()
    return (
        keys.join(keys, on=columns, suffix="_right")
        .filter(pl.col("index") < pl.col("index_right"))
        .select(left="index", right="index_right")
        .unique()
    )


# --------------------------------------------------------------------------- comparing


def compare(
    fields: pl.DataFrame, pairs: pl.DataFrame, *, role: RoleSpecification, specification: Specification
) -> pl.DataFrame:
    """The level of agreement of each pair on each comparison of the role.

    Args:
        fields: What `fields.comparable` makes.
        pairs: `left` and `right`, indices of `fields`.
        role: Names the comparisons.
        specification: Gives their levels and thresholds.

    Returns:
        The same pairs in the same order with one column of level names per comparison, null where
        a side is blank; `<comparison>_u` where term frequencies count; and four booleans:
        `same_source` (a second record of one source in one case and year), `given_differs` (given
        names of two people, not variants of one), `surname_agrees` and `dates_differ` (two birth
        dates known to the day that share the year only).
    """
    wanted = [specification.comparisons[name] for name in role.comparisons]
    fields = fields.with_columns(_frequencies(fields, wanted, specification))
    conditions = _conditions(specification)
    needed = _needed(conditions, wanted, columns=fields.columns)
    left = fields.select(pl.col(needed).name.suffix("_l"))[pairs["left"]]
    right = fields.select(pl.col(needed).name.suffix("_r"))[pairs["right"]]
    sides = pl.concat([pairs, left, right], how="horizontal")
    sides = _add_similarities(sides, specification)
    levels = [_level(comparison, conditions[comparison.name]).alias(comparison.name) for comparison in wanted]
    # A maiden name or a birthplace that stands in for a blank has no frequency of its own.
    frequencies = []
    for comparison in wanted:
        if comparison.term_frequency:
            value = _FREQUENT[comparison.name][0]
            preset = pl.lit(comparison.levels[0].u)
            share = pl.when(_both(value)).then(f"{comparison.name}_u_l").otherwise(preset)
            frequencies.append(share.alias(f"{comparison.name}_u"))
    compared = sides.select("left", "right", *levels, *frequencies, _same_source(), *_flags())
    return compared.with_columns(
        surname_agrees=pl.col("surname").is_in(["exact", "close", "near", "part"]).fill_null(value=False),
        dates_differ=pl.col("both_days") & (pl.col("birth_date") == "same_year").fill_null(value=False),
    ).drop("both_days")


def _needed(
    conditions: Mapping[str, Mapping[str, pl.Expr]], wanted: list[Comparison], *, columns: list[str]
) -> list[str]:
    """The columns of a record that its pairs are compared by; a million pairs are not given the others twice."""
    asked = [*(each for levels in conditions.values() for each in levels.values()), _same_source(), *_flags()]
    named = {name[:-2] for expression in asked for name in expression.meta.root_names() if name[-2:] in ("_l", "_r")}
    frequent = {f"{comparison.name}_u" for comparison in wanted if comparison.term_frequency}
    return [name for name in columns if name in named | frequent | _MEASURED]


_MEASURED = {
    "given_name",
    "surname_name",
    "father_name",
    "birth_date",
    "personal_number",
    "document_number",
    "countries",
}
"""What distances are taken of."""
_FREQUENT = {
    "given": ("given_fold", "surname_fold"),
    "surname": ("surname_fold", "given_fold"),
    "father": ("father_fold", "surname_fold"),
    "municipality": ("residence", "surname_fold"),
}
"""Comparison -> the value whose frequency counts, and the name beside it."""


def _frequencies(fields: pl.DataFrame, wanted: list[Comparison], specification: Specification) -> list[pl.Expr]:
    found = []
    for comparison in wanted:
        if comparison.term_frequency:
            value, beside = _FREQUENT[comparison.name]
            u = comparison.levels[0].u
            share = name_frequency(fields, value=value, beside=beside, u=u, specification=specification)
            found.append(share.fill_null(u).alias(f"{comparison.name}_u"))
    return found


def _level(comparison: Comparison, conditions: Mapping[str, pl.Expr]) -> pl.Expr:
    """The first level of a comparison that holds, in the order of the specification."""
    blank = ~conditions["comparable"].fill_null(value=False)
    chain: Any = pl.when(blank).then(pl.lit(None, dtype=pl.String))
    for each in comparison.levels:
        condition = pl.lit(value=True)
        if each.at_least:
            condition = pl.col(f"{comparison.name}_similarity") >= each.at_least
        if each.name in conditions:
            named = conditions[each.name].fill_null(value=False)
            condition = (condition | named) if each.at_least else named
        chain = chain.when(condition.fill_null(value=False)).then(pl.lit(each.name))
    level: pl.Expr = chain.otherwise(None)
    return level


def _same(column: str) -> pl.Expr:
    return pl.col(f"{column}_l") == pl.col(f"{column}_r")


def _both(column: str) -> pl.Expr:
    return pl.col(f"{column}_l").is_not_null() & pl.col(f"{column}_r").is_not_null()


def _either(column: str, other: str) -> pl.Expr:
    """One side's column equals the other side's other column."""
    return (
        (pl.col(f"{column}_l") == pl.col(f"{other}_r")).fill_null(value=False)
        | (pl.col(f"{other}_l") == pl.col(f"{column}_r")).fill_null(value=False)
    )  # fmt: skip


def _conditions(specification: Specification) -> dict[str, dict[str, pl.Expr]]:
    """Comparison -> level -> when it holds; `comparable` says that neither side is blank."""
    return {
        **_name_conditions(),
        "birth_date": _birth_date_conditions(),
        "declared_age": _declared_age_conditions(specification),
        "personal_no": {
            "comparable": _same("personal_shape"),
            "exact": _same("personal_number"),
            "one_edit": pl.col("personal_number_edits") <= 1,
        },
        "id_doc_no": {
            "comparable": _both("document_number"),
            "exact": _same("document_number"),
            "one_edit": pl.col("document_number_edits") <= 1,
        },
        "national_case_code": {"comparable": _both("national_code"), "exact": _same("national_code")},
        "person_hash": {"comparable": _both("person_hash_key"), "exact": _same("person_hash_key")},
        "local_id": {"comparable": _same("local_id"), "exact": _same("local_id")},
        "sex": {"comparable": _both("known_sex"), "same": _same("known_sex")},
        "municipality": {
            "comparable": _both("residence") | _both("birthplace"),
            "same": pl.when(_both("residence")).then(_same("residence")).otherwise(_same("birthplace")),
        },
        "nationality": _nationality_conditions(),
        "case": {
            "comparable": pl.col("case_kinds_l").list.set_intersection("case_kinds_r").list.len() > 0,
            "same": pl.col("case_l").list.set_intersection("case_r").list.len() > 0,
        },
    }


def _name_conditions() -> dict[str, dict[str, pl.Expr]]:
    swapped = pl.col("swapped")
    alias = _either("alias_fold", "given_fold") | _same("alias_fold").fill_null(value=False)
    maiden = _either("surname_fold", "birth_surname_fold") | _same("birth_surname_fold").fill_null(value=False)
    return {
        "given": {
            "comparable": _both("given_fold") | alias,
            "exact": _same("given_fold"),
            "close": pl.col("given_part"),
            "swapped": swapped,
            "alias": alias,
        },
        "surname": {
            "comparable": _both("surname_fold") | maiden,
            "exact": _same("surname_fold"),
            "part": pl.col("surname_part") | maiden | swapped,
        },
        "father": {"comparable": _both("father_fold"), "exact": _same("father_fold")},
    }


def _birth_date_conditions() -> dict[str, pl.Expr]:
    both_days = (pl.col("birth_precision_l") == DAY) & (pl.col("birth_precision_r") == DAY)
    year_known = (pl.col("birth_precision_l") == YEAR) | (pl.col("birth_precision_r") == YEAR)
    month_known = (pl.col("birth_precision_l") == MONTH) | (pl.col("birth_precision_r") == MONTH)
    day = {side: pl.col(f"birth_date_{side}").dt.day() for side in "lr"}
    month = {side: pl.col(f"birth_date_{side}").dt.month() for side in "lr"}
    same_year = _same("birth_year")
    apart = (pl.col("birth_year_l") - pl.col("birth_year_r")).abs()
    return {
        "comparable": _both("birth_date"),
        "exact": both_days & _same("birth_date"),
        "swapped": both_days & same_year & (day["l"] == month["r"]) & (month["l"] == day["r"]),
        "one_edit": (both_days & (pl.col("birth_date_edits") <= 1))
        | (~year_known & month_known & same_year & (month["l"] == month["r"])),
        "year_only": year_known & same_year,
        "same_year": same_year | (year_known & (apart <= 1)),
    }


def _declared_age_conditions(specification: Specification) -> dict[str, pl.Expr]:
    apart = (pl.col("known_year_l") - pl.col("known_year_r")).abs()
    return {
        "comparable": ~_both("birth_date") & _both("known_year"),
        "close": apart <= specification.certain_within,
        "tolerated": apart <= pl.max_horizontal("year_slack_l", "year_slack_r"),
    }


def _nationality_conditions() -> dict[str, pl.Expr]:
    left, right = pl.col("countries_l"), pl.col("countries_r")
    foreign = ~pl.col("home_l") | ~pl.col("home_r")
    return {
        "comparable": (left.list.len() > 0) & (right.list.len() > 0) & foreign,
        "same": left.list.set_intersection(right).list.len() > 0,
    }


def _same_source() -> pl.Expr:
    """A second record of one source: the same agency unit and sheet, another person's number."""
    other_case = (pl.col("case_text_l") != "") & (pl.col("case_text_r") != "") & ~_same("case_text")
    other_year = _both("year") & ~_same("year")
    return (
        (_same("source") & ~_same("local_id").fill_null(value=False) & ~other_case & ~other_year)
        .fill_null(value=False)
        .alias("same_source")
    )


def _flags() -> list[pl.Expr]:
    alias = _either("alias_fold", "given_fold") | _same("alias_fold").fill_null(value=False)
    # Besart and Besarta are one edit apart and two people.
    other_sex = (_both("known_sex") & ~_same("known_sex")).fill_null(value=False)
    variant = _same("given_fold") | pl.col("swapped") | alias | (pl.col("given_variant") & ~other_sex)
    both_days = (pl.col("birth_precision_l") == DAY) & (pl.col("birth_precision_r") == DAY)
    return [
        (_both("given_fold") & ~variant).fill_null(value=False).alias("given_differs"),
        both_days.fill_null(value=False).alias("both_days"),
    ]


# --------------------------------------------------------------------------- distances


def _add_similarities(sides: pl.DataFrame, specification: Specification) -> pl.DataFrame:
    home = specification.comparisons["nationality"].home
    sides = sides.with_columns(
        (pl.col(f"countries_{side}").list.contains(home)).alias(f"home_{side}") for side in "lr"
    ).with_columns(pl.col(f"birth_date_{side}").dt.strftime("%Y%m%d").alias(f"birth_text_{side}") for side in "lr")
    for name in ("given", "surname", "father"):
        sides = _join_pairs(sides, f"{name}_name_l", f"{name}_name_r", _name_distances(name, specification))
    for column, edits in (
        ("birth_text", "birth_date_edits"),
        ("personal_number", "personal_number_edits"),
        ("document_number", "document_number_edits"),
    ):
        sides = _join_pairs(sides, f"{column}_l", f"{column}_r", _edit_distance(edits))
    crossed = [("given_name_l", "surname_name_r"), ("surname_name_l", "given_name_r")]
    for place, (one, other) in enumerate(crossed):
        sides = _join_pairs(sides, one, other, _crossed_similarity(f"crossed_{place}"))
    swapped = (pl.col("crossed_0") >= _SWAPPED_AT_LEAST) & (pl.col("crossed_1") >= _SWAPPED_AT_LEAST)
    return sides.with_columns(swapped=swapped.fill_null(value=False))


def _join_pairs(
    sides: pl.DataFrame, left: str, right: str, measure: Callable[[list[str], list[str]], dict[str, pl.Series]]
) -> pl.DataFrame:
    """Add what `measure` finds for each distinct pair of values of two columns."""
    distinct = sides.select(left, right).drop_nulls().unique()
    measured = measure(distinct[left].to_list(), distinct[right].to_list())
    return sides.join(distinct.with_columns(**measured), on=[left, right], how="left", maintain_order="left")


def _jaro_winkler(left: list[str], right: list[str]) -> FloatArray:
    return process.cpdist(left, right, scorer=JaroWinkler.normalized_similarity, dtype=np.float64)


def _edits(left: list[str], right: list[str]) -> IntArray:
    return process.cpdist(left, right, scorer=OSA.distance, dtype=np.int64)


def _similarity(left: list[str], right: list[str]) -> FloatArray:
    """The best similarity of two normalised names over their three forms."""
    folded = [fold(each) for each in left], [fold(each) for each in right]
    loose = [loosen(each) for each in folded[0]], [loosen(each) for each in folded[1]]
    best = np.maximum(_jaro_winkler(left, right), _jaro_winkler(*folded))
    return np.maximum(best, _LOOSE_WORTH * _jaro_winkler(*loose))


def _name_distances(name: str, specification: Specification) -> Callable[[list[str], list[str]], dict[str, pl.Series]]:
    def measure(left: list[str], right: list[str]) -> dict[str, pl.Series]:
        parts = [_is_part(one, other) for one, other in zip(left, right, strict=True)]
        variants = _variants(left, right, specification)
        return {
            f"{name}_similarity": pl.Series(_similarity(left, right), dtype=pl.Float64),
            f"{name}_part": pl.Series(parts, dtype=pl.Boolean),
            f"{name}_variant": pl.Series(variants, dtype=pl.Boolean) | pl.Series(parts, dtype=pl.Boolean),
        }

    return measure


def _is_part(one: str, other: str) -> bool:
    """Whether the words of one name are among the words of the other, and it has fewer."""
    words, more = sorted(({fold(each) for each in name.split(" ")} for name in (one, other)), key=len)
    return len(words) < len(more) and words <= more


def _variants(left: list[str], right: list[str], specification: Specification) -> list[bool]:
    """Whether two normalised given names can be two spellings of one.

    Similarity that favours a common beginning cannot tell: Blerta and Blerina are sisters.
    """
    folded = [fold(each) for each in left], [fold(each) for each in right]
    loose = [loosen(each) for each in folded[0]], [loosen(each) for each in folded[1]]
    # A letter left out can make a digraph that is none (Kjtim), so the unfolded names count too.
    edits = np.minimum(np.minimum(_edits(left, right), _edits(*folded)), _edits(*loose))
    shorter = [min(len(one), len(other)) for one, other in zip(*folded, strict=True)]
    return [
        n <= 2 if length >= specification.two_edits_from else n <= 1 and length >= specification.one_edit_from
        for n, length in zip(edits.tolist(), shorter, strict=True)
    ]


def _edit_distance(name: str) -> Callable[[list[str], list[str]], dict[str, pl.Series]]:
    return lambda left, right: {name: pl.Series(_edits(left, right), dtype=pl.Int64)}


def _crossed_similarity(name: str) -> Callable[[list[str], list[str]], dict[str, pl.Series]]:
    """Similarity of a given name and a surname; as good as equal where one is part of the other."""

    def measure(left: list[str], right: list[str]) -> dict[str, pl.Series]:
        parts = [_is_part(one, other) for one, other in zip(left, right, strict=True)]
        return {name: pl.Series(np.maximum(_similarity(left, right), parts), dtype=pl.Float64)}

    return measure

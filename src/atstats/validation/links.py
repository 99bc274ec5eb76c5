"""Rules about linkage itself: decisions, open pairs, persons of one agency only, and the agency's own numbers."""

import polars as pl

from atstats.schema import Sheet
from atstats.validation.crosschecks import Breaches, World, rule
from atstats.validation.findings import breach, breaches
from atstats.vocabulary import Role

__all__: list[str] = []

_DECISIONS = "decisions.csv"
_DECISION_LETTERS = "D"
"""Excel's letters of the column `decision` when `decisions.csv` is opened."""


def _local_column(sheet: Sheet) -> str:
    """The column with the agency's own number of the person."""
    return next((name for name in sheet.by_name if name.startswith("local_") and name.endswith("_id")), sheet.key[0])


@rule("LNK-01")
def _decision_stands(world: World) -> Breaches:
    """A later line about the same pair that says the opposite must name a reviewer and a reason."""
    said = world.decisions
    if said is None or said.is_empty():
        return
    for name in ("reviewer", "reason"):
        if name not in said.columns:
            said = said.with_columns(pl.lit(None, dtype=pl.String).alias(name))
    lines = (
        said.with_row_index("line", offset=2)
        .filter(pl.col("decision").is_in(["same", "different"]))
        .with_columns(
            one=pl.min_horizontal("left_key", "right_key"),
            other=pl.max_horizontal("left_key", "right_key"),
            explained=pl.all_horizontal(
                pl.col(name).fill_null("").str.strip_chars() != "" for name in ("reviewer", "reason")
            ),
        )
        .with_columns(before=pl.col("decision").shift(1).over("role", "one", "other"))
    )
    for line in lines.filter((pl.col("before") != pl.col("decision")) & ~pl.col("explained"))["line"]:
        yield breach(_DECISIONS, rule="LNK-01", tab="", row=line, column="decision", cell=f"{_DECISION_LETTERS}{line}")


@rule("LNK-02")
def _pair_waits(world: World) -> Breaches:
    """Each agency of an open pair is told of its own record and of the other agency."""
    assert world.linked is not None  # LNK-02 needs persons
    who = world.linked.identities.select("submission", "sheet", "row", "record_type", "agency")
    waiting = world.linked.pairs.filter(pl.col("decision") == "open")
    sides = ("left", "right")
    for side in sides:
        address = who.rename({name: f"{side}_{name}" for name in who.columns})
        keys = [f"{side}_{name}" for name in ("submission", "sheet", "row")]
        waiting = waiting.join(address, on=keys, how="left", maintain_order="left")
    told = pl.concat(
        waiting.select(
            submission=f"{side}_submission",
            row=f"{side}_row",
            record_type=f"{side}_record_type",
            note=f"{other}_agency",
        )
        for side, other in (sides, sides[::-1])
    )
    alike = told.group_by("record_type", "submission", "row", maintain_order=True).agg(
        note=pl.col("note").unique().sort().str.join(", ")
    )
    for (record_type,), rows in alike.group_by("record_type", maintain_order=True):
        column = _local_column(world.schema.sheet(str(record_type)))
        yield breaches(rows, rule="LNK-02", record_type=str(record_type), column=column)


@rule("LNK-06")
def _in_one_agency_only(world: World) -> Breaches:
    """Registered victims whom one agency alone knows: a sign of gaps, where several agencies have sent."""
    assert world.linked is not None  # LNK-06 needs persons
    known = world.linked.identities.filter(pl.col("role") == Role.VICTIM)
    if known["agency"].n_unique() < 2:
        return
    alone = known.filter(pl.col("agency").n_unique().over("person_id") == 1)
    registered = world.linked.persons.filter((pl.col("role") == Role.VICTIM) & pl.col("status").is_not_null())
    alone = alone.join(registered.select("person_id"), on="person_id", how="semi", maintain_order="left")
    once = alone.sort("record_type", "submission", "row").unique("person_id", keep="first", maintain_order=True)
    for (record_type,), rows in once.group_by("record_type", maintain_order=True):
        column = _local_column(world.schema.sheet(str(record_type)))
        noted = rows.with_columns(note=pl.col("agency"))
        yield breaches(noted, rule="LNK-06", record_type=str(record_type), column=column)


@rule("LNK-07")
def _one_person_a_number(world: World) -> Breaches:
    """The agency's own number of a victim stands for one person, whatever was decided about its rows."""
    parts = [
        world.records[sheet.record_type].select(
            "submission", "agency", "unit", "row", "person_id",
            number=pl.col(_local_column(sheet)), record_type=pl.lit(sheet.record_type),
        )
        for sheet in world.sheets(Role.VICTIM)
        if "person_id" in world.records[sheet.record_type].columns
    ]  # fmt: skip
    if not parts:
        return
    numbered = pl.concat(parts).drop_nulls(["number", "person_id"])
    several = numbered.filter(pl.col("person_id").n_unique().over("agency", "unit", "number") > 1)
    for (record_type,), rows in several.group_by("record_type", maintain_order=True):
        column = _local_column(world.schema.sheet(str(record_type)))
        yield breaches(rows, rule="LNK-07", record_type=str(record_type), column=column)

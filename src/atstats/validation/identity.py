"""Rules about who a person is, and about rows that stand twice: ID-01, ID-07, ID-08, ID-12, ID-14."""

from collections import Counter

import polars as pl

from atstats.schema import Sheet
from atstats.validation.crosschecks import Breaches, World, rule
from atstats.validation.findings import NO_OTHERS, breaches, place_of
from atstats.validation.folding import fold
from atstats.vocabulary import Role

__all__ = ["repeated"]

_NAMES = ("first_name", "last_name")


def repeated(frame: pl.DataFrame, keys: list[str], *, record_type: str, column: str) -> pl.DataFrame:
    """The second and every further row with the same keys, and in `others` the cell of the first.

    Rows with a blank key repeat nothing.
    """
    whole = frame.drop_nulls(keys).sort("submission", "row")
    first = whole.with_columns(
        first_row=pl.col("row").first().over(keys), first_file=pl.col("submission").first().over(keys)
    )
    again = first.filter(~pl.struct(keys).is_first_distinct())
    same_file = pl.col("first_file") == pl.col("submission")
    return again.with_columns(
        others=pl.when(same_file)
        .then(pl.concat_list(place_of(record_type, pl.col("first_row"), column)))
        .otherwise(NO_OTHERS)
    )


@rule("ID-01")
def _one_number_a_person(world: World) -> Breaches:
    for sheet in world.sheets(Role.VICTIM, Role.SUSPECT, None):
        if not sheet.key:
            continue
        column = next((name for name in sheet.key if name.startswith("local_")), sheet.key[0])
        again = repeated(
            world.records[sheet.record_type],
            ["agency", "unit", *sheet.key],
            record_type=sheet.record_type,
            column=column,
        )
        detail = "" if sheet.role else "row"
        yield breaches(again, rule="ID-01", record_type=sheet.record_type, column=column, detail=detail)


@rule("ID-07")
def _names_look_swapped(world: World) -> Breaches:
    """Both names are more often the other kind of name in all records at hand."""
    sheets = [
        sheet
        for sheet in world.sheets(Role.VICTIM, Role.SUSPECT, None)
        if {"first_name", "last_name"} <= set(sheet.by_name)
    ]
    named = {
        sheet.record_type: world.records[sheet.record_type].select(
            "submission", "row", *(pl.col(name).map_elements(fold, return_dtype=pl.String) for name in _NAMES)
        )
        for sheet in sheets
    }
    first, last = (
        Counter(name for frame in named.values() for name in frame[column].drop_nulls()) for column in _NAMES
    )
    for record_type, frame in named.items():
        swapped = [
            bool(given and family) and last[given] > first[given] and first[family] > last[family]
            for given, family in frame.select(_NAMES).iter_rows()
        ]
        yield breaches(
            frame.filter(pl.Series(swapped, dtype=pl.Boolean)),
            rule="ID-07",
            record_type=record_type,
            column="first_name",
            others=["last_name"],
            detail="swapped",
        )


@rule("ID-08")
def _born_before_every_event(world: World) -> Breaches:
    for sheet in world.sheets(Role.VICTIM, Role.SUSPECT, None):
        if "birth_date" not in sheet.by_name:
            continue
        records = world.records[sheet.record_type]
        for column in sheet.columns:
            # VIC-16 asks about an exploitation that began before the birth
            if column.type == "date" and column.name not in ("birth_date", "exploitation_start"):
                yield breaches(
                    records.filter(pl.col("birth_date") > pl.col(column.name)),
                    rule="ID-08",
                    record_type=sheet.record_type,
                    column="birth_date",
                    others=[column.name],
                )


@rule("ID-12")
def _code_valid_at_the_event(world: World) -> Breaches:
    for sheet in world.sheets(Role.VICTIM, Role.SUSPECT, None):
        if sheet.name != "meta":
            for column in sheet.columns:
                if column.type in ("code", "codes", "yesno"):
                    yield _not_valid_then(world, sheet, column.name)


def _not_valid_then(world: World, sheet: Sheet, column: str) -> pl.DataFrame:
    """Rows with a code that was not in use at its date (the event, or birth), or in the year where there is none."""
    dated = [
        code for code in world.schema.codelists[sheet.by_name[column].codes].codes if code.valid_from or code.valid_to
    ]
    frame = world.records[sheet.record_type]
    if not dated or frame.is_empty():
        return breaches(frame.clear(), rule="ID-12", record_type=sheet.record_type, column=column)
    validity = pl.DataFrame(
        [(code.code, code.valid_from, code.valid_to) for code in dated],
        schema={"code": pl.String, "valid_from": pl.Date, "valid_to": pl.Date},
        orient="row",
    )
    year = world.run.reference_year
    at = sheet.by_name[column].valid_at or sheet.event_date
    first, last = (pl.col(at),) * 2 if at else (pl.date(year, 1, 1), pl.date(year, 12, 31))
    rows = frame.select("submission", "row", first=first, last=last, code=pl.col(column))
    if sheet.by_name[column].type == "codes":
        rows = rows.explode("code")
    late = (
        rows.join(validity, on="code", how="inner", maintain_order="left")
        .filter((pl.col("last") < pl.col("valid_from")) | (pl.col("first") > pl.col("valid_to")))
        .unique(["submission", "row"], keep="first", maintain_order=True)
    )
    return breaches(
        late,
        rule="ID-12",
        record_type=sheet.record_type,
        column=column,
        others=[at] if at else [],
    )


@rule("ID-14")
def _one_number_two_persons(world: World) -> Breaches:
    parts = [
        world.records[sheet.record_type].select(
            "submission", "agency", "row", "personal_no",
            # what a sheet does not ask disagrees with nothing
            sex=pl.col("sex") if "sex" in sheet.by_name else pl.lit(None, dtype=pl.String),
            birth_date=pl.col("birth_date") if "birth_date" in sheet.by_name else pl.lit(None, dtype=pl.Date),
            record_type=pl.lit(sheet.record_type),
        )
        for sheet in world.sheets(Role.VICTIM, Role.SUSPECT)
        if "personal_no" in sheet.by_name
    ]  # fmt: skip
    if not parts:
        return
    known_sex = pl.when(pl.col("sex").is_in(["F", "M"])).then("sex")
    people = pl.concat(parts).drop_nulls("personal_no").with_columns(known=known_sex)
    several = people.filter(
        (pl.col("birth_date").drop_nulls().n_unique().over("personal_no") > 1)
        | (pl.col("known").drop_nulls().n_unique().over("personal_no") > 1)
    )
    agencies = several.group_by("personal_no").agg(agencies=pl.col("agency").unique())
    elsewhere = pl.col("agencies").list.set_difference(pl.concat_list("agency")).list.sort().list.join(", ")
    several = several.join(agencies, on="personal_no", maintain_order="left").with_columns(note=elsewhere)
    several = several.with_columns(note=pl.when(pl.col("note") == "").then("agency").otherwise("note"))
    for (record_type,), rows in several.group_by("record_type", maintain_order=True):
        yield breaches(
            rows, rule="ID-14", record_type=str(record_type), column="personal_no", others=["birth_date", "sex"]
        )

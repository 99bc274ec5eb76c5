"""Rules about who a person is, and about rows that stand twice: ID-01, ID-12, ID-14."""

import polars as pl

from atstats.schema import Sheet
from atstats.validation.crosschecks import Breaches, World, rule
from atstats.validation.findings import NO_OTHERS, breaches, place_of
from atstats.vocabulary import Role

__all__ = ["repeated"]


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
        .with_columns(note=pl.col("code"))
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
    columns = ["submission", "agency", "row", "personal_no", "sex", "birth_date"]
    parts = [
        world.records[sheet.record_type].select(*columns, record_type=pl.lit(sheet.record_type))
        for sheet in world.sheets(Role.VICTIM, Role.SUSPECT)
    ]
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

"""Rules across stays, services and trainings: SHL-02, SHL-11, TRN-02."""

import polars as pl

from atstats.validation.crosschecks import Breaches, World, rule, without
from atstats.validation.findings import breaches
from atstats.validation.folding import fold
from atstats.validation.identity import repeated

__all__: list[str] = []

_LATER = pl.date(9999, 12, 31)
_RESIDENT = ["agency", "unit", "local_person_id"]


@rule("SHL-02", "shelter.residents")
def _stays_do_not_overlap(world: World) -> Breaches:
    stays = world.records["shelter.residents"].drop_nulls("entry_date")
    stays = stays.with_columns(until=pl.col("exit_date").fill_null(_LATER)).sort("entry_date", "submission", "row")
    own = stays.drop_nulls("local_person_id").with_columns(last=pl.col("until").cum_max().shift(1).over(_RESIDENT))
    yield breaches(
        own.filter(pl.col("entry_date") < pl.col("last")),
        rule="SHL-02",
        record_type="shelter.residents",
        column="entry_date",
        others=["local_person_id"],
    )
    people = stays.drop_nulls("personal_no").select(
        "submission", "agency", "row", "personal_no", "entry_date", pl.col("until")
    )
    pairs = people.join(people, on="personal_no", suffix="_other", maintain_order="left").filter(
        (pl.col("agency") != pl.col("agency_other"))
        & (pl.col("entry_date") < pl.col("until_other"))
        & (pl.col("entry_date_other") < pl.col("until"))
    )
    elsewhere = pairs.group_by("submission", "row", maintain_order=True).agg(
        note=pl.col("agency_other").unique().sort().str.join(", ")
    )
    yield breaches(
        elsewhere,
        rule="SHL-02",
        record_type="shelter.residents",
        column="entry_date",
        others=["exit_date"],
        detail="elsewhere",
        severity="warning",
    )


@rule("SHL-11", "shelter.residents", "shelter.services")
def _service_has_its_resident(world: World) -> Breaches:
    services, residents = world.records["shelter.services"], world.records["shelter.residents"]
    lost = without(services, residents, _RESIDENT)
    yield breaches(lost, rule="SHL-11", record_type="shelter.services", column="local_person_id")
    during = services.filter(pl.col("service") != "FOLLOW_UP").drop_nulls([*_RESIDENT, "from"])
    during = during.select("submission", "row", *_RESIDENT, "from", ends=pl.col("to").fill_null(pl.col("from")))
    stays = residents.drop_nulls([*_RESIDENT, "entry_date"]).select(
        *_RESIDENT, "entry_date", until=pl.col("exit_date").fill_null(_LATER)
    )
    # a service is entered by month, so it needs to touch a stay, not to lie inside it
    touches = (pl.col("from") <= pl.col("until")) & (pl.col("ends") >= pl.col("entry_date"))
    outside = (
        during.join(stays, on=_RESIDENT, how="inner", maintain_order="left")
        .group_by("submission", "row", maintain_order=True)
        .agg(inside=touches.any())
        .filter(~pl.col("inside"))
    )
    yield breaches(
        outside,
        rule="SHL-11",
        record_type="shelter.services",
        column="from",
        others=["to", "local_person_id"],
        detail="outside",
    )


@rule("TRN-02", "nathb.trainings")
def _training_once(world: World) -> Breaches:
    frame = world.records["nathb.trainings"]
    titles = frame.with_columns(folded=pl.col("title").map_elements(fold, return_dtype=pl.String))
    again = repeated(titles, ["folded", "date_from", "organiser"], record_type="nathb.trainings", column="title")
    yield breaches(again, rule="TRN-02", record_type="nathb.trainings", column="title")

"""Rules about stays, nights, services and plans: SHL-02, SHL-09, SHL-11, SHL-12."""

from dataclasses import dataclass

import polars as pl

from atstats.validation.crosschecks import Breaches, World, rule, without
from atstats.validation.fields import unknown_flag
from atstats.validation.findings import breaches
from atstats.validation.rules import with_helpers

__all__: list[str] = []

_LATER = pl.date(9999, 12, 31)
_SHELTER = ["agency", "unit"]
_RESIDENT = [*_SHELTER, "local_person_id"]


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
        detail="same",
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


@rule("SHL-09", "shelter.residents", "shelter.capacity")
def _nights_add_up(world: World) -> Breaches:
    share = world.parameter("SHL-09", "share")
    residents = world.records["shelter.residents"]
    unclear = residents.filter(
        pl.col("entry_date").is_null() | pl.col(unknown_flag("entry_date")) | pl.col(unknown_flag("exit_date"))
    )
    months = world.records["shelter.capacity"].drop_nulls(["month", "bed_nights"])
    months = months.join(unclear, on=_SHELTER, how="anti", maintain_order="left").with_columns(
        begins=pl.col("month").dt.month_start(), ends=pl.col("month").dt.month_start().dt.offset_by("1mo")
    )
    stays = residents.select(*_SHELTER, "entry_date", until=pl.col("exit_date").fill_null(_LATER))
    last, first = pl.min_horizontal("until", "ends"), pl.max_horizontal("entry_date", "begins")
    # the day of the exit is no night
    nights = (last - first).dt.total_days().clip(lower_bound=0)
    nights = pl.when(pl.col("entry_date").is_not_null()).then(nights).otherwise(0)  # a shelter without residents
    by_month = (
        months.join(stays.drop_nulls("entry_date"), on=_SHELTER, how="left", maintain_order="left")
        .group_by("submission", "row", *_SHELTER, "bed_nights", maintain_order=True)
        .agg(nights=nights.sum())
    )
    total, stated = pl.col("nights").sum().over(_SHELTER), pl.col("bed_nights").sum().over(_SHELTER)
    differ = ((total - stated).abs() > share * stated) & (pl.col("nights") != pl.col("bed_nights"))
    yield breaches(
        by_month.filter(differ).with_columns(note=pl.lit(f"{100 * share:g}")),
        rule="SHL-09",
        record_type="shelter.capacity",
        column="bed_nights",
        others=["month"],
    )


@dataclass(frozen=True, slots=True)
class _Provision:
    """Whose sheet says who is assisted and between which dates, and the sheets that refer to it."""

    people: str
    begins: str
    ends: str
    services: str
    plans: str = ""


_PROVISIONS = (
    _Provision("shelter.residents", "entry_date", "exit_date", "shelter.services", "shelter.plans"),
    _Provision("ngo.assisted", "first_contact_date", "closed_date", "ngo.services", "ngo.plans"),
    _Provision("csw.cases", "opened_date", "closed_date", "csw.services"),
)


@rule(
    "SHL-11",
    one_of=tuple((each.people, name) for each in _PROVISIONS for name in (each.services, each.plans) if name),
)
def _service_has_its_person(world: World) -> Breaches:
    for each in _PROVISIONS:
        if not world.has(each.people):
            continue
        people = world.records[each.people]
        for record_type in filter(world.has, (each.services, each.plans)):
            lost = without(world.records[record_type], people, _RESIDENT)
            yield breaches(lost, rule="SHL-11", record_type=record_type, column="local_person_id", detail="person")
        if world.has(each.services):
            yield breaches(
                _outside(world, each),
                rule="SHL-11",
                record_type=each.services,
                column="from",
                others=["to", "local_person_id"],
                detail="outside",
            )


def _outside(world: World, each: _Provision) -> pl.DataFrame:
    """The services, other than follow-up, that touch neither a stay of the person nor the plan that they name."""
    services = world.records[each.services].filter(pl.col("service") != "FOLLOW_UP").drop_nulls([*_RESIDENT, "from"])
    services = services.select(
        "submission", "row", *_RESIDENT, "from", "plan_no", until=pl.col("to").fill_null(pl.col("from"))
    )
    stays = world.records[each.people].drop_nulls([*_RESIDENT, each.begins])
    stays = stays.select(*_RESIDENT, begins=each.begins, ends=pl.col(each.ends).fill_null(_LATER))
    # a service is entered by month, so it needs to touch a stay, not to lie inside it
    touches = (pl.col("from") <= pl.col("ends")) & (pl.col("until") >= pl.col("begins"))
    outside = (
        services.join(stays, on=_RESIDENT, how="inner", maintain_order="left")
        .group_by("submission", "row", *_RESIDENT, "plan_no", "until", maintain_order=True)
        .agg(inside=touches.any())
        .filter(~pl.col("inside"))
    )
    if not world.has(each.plans):
        return outside
    # a plan has a start and no day of closure
    plans = world.records[each.plans].select(*_RESIDENT, "plan_no", "start").drop_nulls()
    planned = outside.join(plans, on=[*_RESIDENT, "plan_no"], how="inner").filter(pl.col("until") >= pl.col("start"))
    return outside.join(planned, on=["submission", "row"], how="anti", maintain_order="left")


@rule("SHL-12", "shelter.residents")
def _accompanying_child_is_no_victim(world: World) -> Breaches:
    sheet = world.schema.sheet("shelter.residents")
    residents = with_helpers(world.records["shelter.residents"], sheet=sheet, run=world.run)
    arrival = [*_SHELTER, "entry_date"]
    adults = residents.filter((pl.col("accompanied_children_n") > 0) & (pl.col("age_at_event") >= 18))
    registered = world.schema.codelists["victim_status"].crosswalk("registered")
    no_victim = [code for code, answer in registered.items() if answer == "NO"]
    children = residents.filter(
        (pl.col("age_at_event") < 18) & (pl.col("reason") == "THB") & pl.col("entry_status").is_in(no_victim)
    )
    yield breaches(
        children.join(adults.drop_nulls(arrival), on=arrival, how="semi", maintain_order="left"),
        rule="SHL-12",
        record_type="shelter.residents",
        column="reason",
        others=["entry_status"],
    )

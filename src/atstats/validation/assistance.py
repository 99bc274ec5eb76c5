"""Rules across grants, returns, calls, trainings and campaigns: GRT-02, GRT-03, RET-01, HLP-01, TRN-02, AWR-01."""

import polars as pl

from atstats.validation.crosschecks import Breaches, World, rule, without
from atstats.validation.fields import unknown_flag
from atstats.validation.findings import breaches
from atstats.validation.folding import fold
from atstats.validation.identity import repeated
from atstats.vocabulary import TOTAL, Role

__all__: list[str] = []

_GRANT = ["agency", "unit", "grant_no"]
_BENEFICIARIES = "BENEFICIARIES"
"""The indicator that counts persons."""
_THB_CALL = "THB"
_NO_ACTION = "NONE"
_FORCED = ("INVOLUNTARY",)


@rule("GRT-02", "ngo.grants", "ngo.grant_beneficiaries")
def _beneficiary_has_its_grant(world: World) -> Breaches:
    grants, beneficiaries = world.records["ngo.grants"], world.records["ngo.grant_beneficiaries"]
    lost = without(beneficiaries, grants, _GRANT)
    yield breaches(lost, rule="GRT-02", record_type="ngo.grant_beneficiaries", column="grant_no", detail="grant")
    periods = grants.select(*_GRANT, grant_start="start", grant_end="end").unique(_GRANT, keep="first")
    dated = beneficiaries.join(periods, on=_GRANT, how="inner", maintain_order="left")
    for column in ("start", "end"):
        outside = (pl.col(column) < pl.col("grant_start")) | (pl.col(column) > pl.col("grant_end"))
        yield breaches(
            dated.filter(outside),
            rule="GRT-02",
            record_type="ngo.grant_beneficiaries",
            column=column,
            others=["grant_no"],
            detail="period",
        )


@rule("GRT-03", "ngo.grant_indicators", "ngo.grant_beneficiaries")
def _beneficiaries_as_the_indicator_says(world: World) -> Breaches:
    beneficiaries = world.records["ngo.grant_beneficiaries"]
    unreadable = beneficiaries.filter(pl.col(unknown_flag("grant_no")) | pl.col(unknown_flag("local_person_id")))
    counted = beneficiaries.group_by(_GRANT).agg(n=pl.col("local_person_id").drop_nulls().n_unique().cast(pl.Int64))
    stated = world.records["ngo.grant_indicators"].filter(pl.col("indicator") == _BENEFICIARIES)
    stated = stated.join(unreadable, on="agency", how="anti", maintain_order="left").drop_nulls(
        ["grant_no", "achieved"]
    )
    # of several readings of an indicator the last counts
    last = stated.filter(pl.col("as_at").is_null() | (pl.col("as_at") == pl.col("as_at").max().over(_GRANT)))
    compared = last.join(counted, on=_GRANT, how="left", maintain_order="left").with_columns(pl.col("n").fill_null(0))
    yield breaches(
        compared.filter(pl.col("achieved") != pl.col("n")).with_columns(note=pl.col("n").cast(pl.String)),
        rule="GRT-03",
        record_type="ngo.grant_indicators",
        column="achieved",
        others=["grant_no"],
    )


@rule("RET-01", one_of=(("border.returns",), ("nathb.trm_referrals",)))
def _return_of_a_victim(world: World) -> Breaches:
    registered = world.schema.codelists["victim_status"].crosswalk("registered")
    victims = [code for code, answer in registered.items() if answer == "YES"]
    for record_type, assessed, forced in (
        ("border.returns", "risk_assessment", pl.col("type").is_in(_FORCED)),
        ("nathb.trm_referrals", "risk_assessment_done", pl.col("voluntary") == "NO"),
    ):
        if not world.has(record_type):
            continue
        moved = world.records[record_type]
        if "victim_status" in moved.columns:
            moved = moved.filter(pl.col("victim_status").is_in(victims))
        unanswered = (pl.col(assessed).is_null() | (pl.col(assessed) == "UNK")) & ~pl.col(unknown_flag(assessed))
        yield breaches(
            moved.filter(unanswered),
            rule="RET-01",
            record_type=record_type,
            column=assessed,
            others=["date"],
            detail="unanswered",
        )
        yield breaches(
            moved.filter(forced),
            rule="RET-01",
            record_type=record_type,
            column="type" if record_type == "border.returns" else "voluntary",
            others=["date"],
            detail="involuntary",
            severity="warning",
        )


@rule("HLP-01", "helpline.calls")
def _call_about_trafficking_has_an_action(world: World) -> Breaches:
    calls = world.records["helpline.calls"]
    done = pl.col("action").list.set_difference([_NO_ACTION]).list.len() > 0
    idle = calls.filter(
        (pl.col("about_thb") == _THB_CALL) & ~done.fill_null(value=False) & ~pl.col(unknown_flag("action"))
    )
    yield breaches(
        idle, rule="HLP-01", record_type="helpline.calls", column="action", others=["about_thb"], detail="action"
    )
    people = [
        world.records[sheet.record_type].select("local_person_id", unknown_flag("local_person_id"))
        for sheet in world.sheets(Role.VICTIM)
        if "local_person_id" in sheet.by_name
    ]
    if people:
        lost = without(calls, pl.concat(people), ["local_person_id"])
        yield breaches(lost, rule="HLP-01", record_type="helpline.calls", column="local_person_id", detail="person")


@rule("TRN-02", "nathb.trainings")
def _training_once(world: World) -> Breaches:
    frame = world.records["nathb.trainings"]
    titles = frame.with_columns(folded=pl.col("title").map_elements(fold, return_dtype=pl.String))
    again = repeated(titles, ["folded", "date_from", "organiser"], record_type="nathb.trainings", column="title")
    yield breaches(again, rule="TRN-02", record_type="nathb.trainings", column="title")


@rule("AWR-01", "nathb.awareness")
def _reach_within_the_population(world: World) -> Breaches:
    """Against the residents of the municipality, or of the country where there is no figure for it."""
    activities = world.records["nathb.awareness"]
    residents = _residents(world)
    most = pl.col("municipality").replace_strict(residents, default=residents.get(""), return_dtype=pl.Int64)
    whole = pl.when(pl.col("municipality").is_null()).then(residents.get("")).otherwise(most)
    far = activities.filter(pl.col("reach_direct") > whole)
    yield breaches(
        far,
        rule="AWR-01",
        record_type="nathb.awareness",
        column="reach_direct",
        others=["municipality"],
        detail="residents",
    )
    online = activities.filter((pl.col("type") == "ONLINE") & (pl.col("reach_direct") > 0))
    yield breaches(
        online, rule="AWR-01", record_type="nathb.awareness", column="reach_direct", others=["type"], detail="online"
    )


def _residents(world: World) -> dict[str, int]:
    """Municipality ("" for all) -> the highest figure of the latest year not after the reference year."""
    figures = [
        (int(line["year"]), int(line["population"]), line["municipality"])
        for line in world.schema.inhabitants
        if line["sex"] == line["age_group"] == TOTAL and int(line["year"]) <= world.run.reference_year
    ]
    return {municipality: population for _, population, municipality in sorted(figures)}

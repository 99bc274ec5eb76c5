"""Rules that need to know who is who: the second pass, after linkage.

Records have `person_id` here. What concerns two agencies is told to each at its own cell, with
nothing of the other but its code.
"""

from collections.abc import Sequence

import polars as pl

from atstats.validation.crosschecks import SECURE_SHELTER, Breaches, World, rule
from atstats.validation.findings import breaches

__all__: list[str] = []

_VICTIMS, _RESIDENTS, _CASES = "police.victims", "shelter.residents", "csw.cases"
_ASSISTED, _FILES = "ngo.assisted", "vaao.assisted"
_STATE_BUDGET = ("STATE", "MIA", "MOJ", "MFLT", "MUNICIPALITY")
_FORMAL = ("VOT", "VOT_COURT")
_MAJORITY = 18
_LATER = pl.date(9999, 12, 31)


def _persons(world: World, *record_types: str) -> set[str]:
    """Everybody who is in one of these sheets, this year or in the earlier one that is at hand."""
    frames = [world.records[each] for each in record_types if each in world.records]
    if world.earlier is not None:
        frames += [world.earlier.records[each] for each in record_types if each in world.earlier.records]
    return {one for frame in frames if "person_id" in frame.columns for one in frame["person_id"].drop_nulls()}


def _absent(rows: pl.DataFrame, persons: set[str]) -> pl.DataFrame:
    return rows.filter(pl.col("person_id").is_not_null() & ~pl.col("person_id").is_in(list(persons)))


def _not_carried(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that began this year, and all rows where the earlier year is at hand to look them up."""
    return rows if world.earlier is not None else rows.filter(pl.col("carried_over") != "YES")


def _agencies_of(frame: pl.DataFrame) -> str:
    return ", ".join(frame["agency"].unique().sort().to_list())


# --------------------------------------------------------------------------- shelters


@rule("SHL-04", _RESIDENTS, one_of=((_VICTIMS,), (_CASES,), (_ASSISTED,)))
def _resident_registered_somewhere(world: World) -> Breaches:
    residents = _not_carried(world, world.records[_RESIDENTS].filter(pl.col("reason") == "THB"))
    registered = _persons(world, _VICTIMS, _CASES, _ASSISTED)
    nowhere = _absent(residents, registered)
    yield breaches(
        nowhere,
        rule="SHL-04",
        record_type=_RESIDENTS,
        column="local_person_id",
        others=["reason"],
        detail="nowhere",
    )
    if world.has(_VICTIMS):
        formal = residents.filter(pl.col("entry_status").is_in(_FORMAL) & pl.col("person_id").is_in(list(registered)))
        yield breaches(
            _absent(formal, _persons(world, _VICTIMS)),
            rule="SHL-04",
            record_type=_RESIDENTS,
            column="entry_status",
            detail="police",
        )


@rule("SHL-05", _VICTIMS, _RESIDENTS)
def _high_risk_is_sheltered(world: World) -> Breaches:
    # a shelter that has sent nothing cannot be asked
    secure = sorted(world.agencies.intersection(world.of_kind(SECURE_SHELTER)))
    days = int(world.parameter("SHL-05", "days"))
    referred = world.records[_VICTIMS].filter((pl.col("risk_level") == "HIGH") & pl.col("referred_to").is_in(secure))
    referred = referred.drop_nulls(["person_id", "referral_date"])
    stays = world.records[_RESIDENTS].select("person_id", "entry_date", referred_to="agency")
    inside = (
        referred.join(stays, on=["person_id", "referred_to"], how="inner", maintain_order="left")
        .filter(pl.col("entry_date") <= pl.col("referral_date").dt.offset_by(f"{days}d"))
        .select("submission", "row")
    )
    late = referred.join(inside, on=["submission", "row"], how="anti", maintain_order="left")
    yield breaches(
        late.with_columns(note=pl.col("referred_to")),
        rule="SHL-05",
        record_type=_VICTIMS,
        column="referral_date",
        others=["referred_to", "risk_level"],
    )


@rule("SHL-06", _RESIDENTS, _VICTIMS)
def _status_not_before_identification(world: World) -> Breaches:
    formal = world.records[_VICTIMS].drop_nulls(["person_id", "formal_id_date"])
    first = formal.group_by("person_id").agg(identified=pl.col("formal_id_date").min(), police=pl.col("agency").first())
    residents = world.records[_RESIDENTS].filter(pl.col("entry_status").is_in(_FORMAL))
    early = residents.join(first, on="person_id", how="inner", maintain_order="left").filter(
        pl.col("entry_date") < pl.col("identified")
    )
    yield breaches(
        early.with_columns(note=pl.col("police")),
        rule="SHL-06",
        record_type=_RESIDENTS,
        column="entry_status",
        others=["entry_date"],
        detail="shelter",
    )
    shelters = early.group_by("person_id").agg(note=pl.col("agency").unique().sort().str.join(", "))
    theirs = formal.join(shelters, on="person_id", how="inner", maintain_order="left")
    yield breaches(theirs, rule="SHL-06", record_type=_VICTIMS, column="formal_id_date", detail="police")


@rule("SHL-10", one_of=((_RESIDENTS, _FILES), (_RESIDENTS, _ASSISTED), (_FILES, _ASSISTED), (_RESIDENTS,)))
def _one_reason(world: World) -> Breaches:
    """The same person as a client of domestic violence here and of trafficking there, at the same time."""
    sheets = (
        (_RESIDENTS, "reason", "entry_date", "exit_date"),
        (_FILES, "client_reason", "first_contact_date", None),
        (_ASSISTED, "client_reason", "first_contact_date", "closed_date"),
    )
    spans = [
        world.records[record_type].select(
            "submission", "agency", "row", "person_id",
            record_type=pl.lit(record_type), reason_column=pl.lit(reason), why=pl.col(reason), begun=pl.col(begun),
            ended=pl.col(ended).fill_null(_LATER) if ended else _LATER,
        )
        for record_type, reason, begun, ended in sheets
        if world.has(record_type)
    ]  # fmt: skip
    clients = pl.concat(spans).filter(pl.col("why").is_in(["DV", "THB"])).drop_nulls(["person_id", "begun"])
    pairs = clients.join(clients, on="person_id", suffix="_other", maintain_order="left").filter(
        (pl.col("why") != pl.col("why_other"))
        & (pl.col("agency") != pl.col("agency_other"))
        & (pl.col("begun") <= pl.col("ended_other"))
        & (pl.col("begun_other") <= pl.col("ended"))
    )
    told = pairs.group_by("record_type", "reason_column", "submission", "row", maintain_order=True).agg(
        note=pl.col("agency_other").unique().sort().str.join(", ")
    )
    for (record_type, column), rows in told.group_by("record_type", "reason_column", maintain_order=True):
        yield breaches(rows, rule="SHL-10", record_type=str(record_type), column=str(column))


# --------------------------------------------------------------------------- advocates, social work, inspectorate


@rule("VAO-01", _VICTIMS, _FILES)
def _victim_has_an_advocate(world: World) -> Breaches:
    victims = world.records[_VICTIMS].filter(pl.col("status_current") == "VOT")
    alone = _absent(_not_carried(world, victims), _persons(world, _FILES))
    noted = alone.with_columns(note=pl.lit(_agencies_of(world.records[_FILES]) or "VAAO"))
    yield breaches(noted, rule="VAO-01", record_type=_VICTIMS, column="local_person_id", detail="advocate")
    files = world.records[_FILES].filter(pl.col("client_reason") == "THB")
    unknown = _absent(files, _persons(world, _VICTIMS))
    noted = unknown.with_columns(note=pl.lit(_agencies_of(world.records[_VICTIMS]) or "KP_THB"))
    yield breaches(noted, rule="VAO-01", record_type=_FILES, column="client_reason", detail="police")


@rule("CSW-02", _VICTIMS, _CASES)
def _child_has_a_case(world: World) -> Breaches:
    assert world.linked is not None  # CSW-02 needs persons
    days = int(world.parameter("CSW-02", "days"))
    ages = world.linked.records[_VICTIMS].select("submission", "row", "age_at_event")
    children = (
        _not_carried(world, world.records[_VICTIMS])
        .join(ages, on=["submission", "row"], how="left", maintain_order="left")
        .filter((pl.col("age_at_event") < _MAJORITY) & pl.col("status_current").is_in(["PVOT", *_FORMAL]))
        .drop_nulls(["person_id", "first_contact_date"])
        .with_columns(note="CSW_" + pl.col("residence_municipality"))
    )
    # A centre that has sent nothing cannot be asked.
    asked = children.filter(pl.col("note").is_in(sorted(world.agencies)))
    opened = world.records[_CASES].drop_nulls("person_id").group_by("person_id").agg(first=pl.col("opened_date").min())
    late = asked.join(opened, on="person_id", how="left", maintain_order="left").filter(
        pl.col("first").is_null() | (pl.col("first") > pl.col("first_contact_date").dt.offset_by(f"{days}d"))
    )
    yield breaches(late, rule="CSW-02", record_type=_VICTIMS, column="local_person_id", others=["first_contact_date"])


@rule("LI-02", "labour.referred_persons", _VICTIMS)
def _referral_reached_the_police(world: World) -> Breaches:
    days = int(world.parameter("LI-02", "days"))
    referred = world.records["labour.referred_persons"].drop_nulls(["person_id", "referral_date"])
    met = world.records[_VICTIMS].select("person_id", "first_contact_date").drop_nulls()
    found = (
        referred.join(met, on="person_id", how="inner", maintain_order="left")
        .filter(pl.col("first_contact_date") <= pl.col("referral_date").dt.offset_by(f"{days}d"))
        .select("submission", "row")
    )
    lost = referred.join(found, on=["submission", "row"], how="anti", maintain_order="left")
    noted = lost.with_columns(note=pl.lit(_agencies_of(world.records[_VICTIMS]) or "KP_THB"))
    yield breaches(
        noted,
        rule="LI-02",
        record_type="labour.referred_persons",
        column="local_person_id",
        others=["referral_date"],
    )


# --------------------------------------------------------------------------- money


@rule("GRT-04", one_of=(("ngo.services",), ("ngo.grant_beneficiaries",)))
def _service_paid_once(world: World) -> Breaches:
    """K35: one service to one person in one period, claimed from a grant and from another grant or the state."""
    claims = _claims(world)
    pairs = claims.join(claims, on=["person_id", "service"], suffix="_other", maintain_order="left").filter(
        (pl.col("place") != pl.col("place_other"))
        & (pl.col("begun") <= pl.col("ended_other"))
        & (pl.col("begun_other") <= pl.col("ended"))
        & (pl.col("grant").is_not_null() | pl.col("grant_other").is_not_null())
        & ~(pl.col("grant") == pl.col("grant_other")).fill_null(value=False)
    )
    told = pairs.group_by("record_type", "submission", "row", maintain_order=True).agg(
        note=pl.col("agency_other").unique().sort().str.join(", ")
    )
    for (record_type,), rows in told.group_by("record_type", maintain_order=True):
        yield breaches(rows, rule="GRT-04", record_type=str(record_type), column="service")


def _claims(world: World) -> pl.DataFrame:
    """Services that a grant or the state paid for. One row = one row of a sheet; `grant` names agency and grant."""
    sheets: Sequence[tuple[str, str, str]] = (
        ("ngo.services", "from", "to"),
        ("shelter.services", "from", "to"),
        ("csw.services", "from", "to"),
        ("ngo.grant_beneficiaries", "start", "end"),
    )
    parts = []
    for record_type, begun, ended in sheets:
        frame = world.records.get(record_type)
        if frame is None or "person_id" not in frame.columns:
            continue
        nothing = pl.lit(None, dtype=pl.String)
        granted = pl.col("grant_no") if "grant_no" in frame.columns else nothing
        payer = pl.col("funded_by") if "funded_by" in frame.columns else nothing
        if isinstance(frame.schema["service"], pl.List):
            frame = frame.explode("service")
        parts.append(
            frame.select(
                "submission", "agency", "row", "person_id", "service",
                record_type=pl.lit(record_type),
                place=pl.concat_str([pl.lit(record_type), "submission", pl.col("row").cast(pl.String)], separator="|"),
                grant=pl.concat_str(["agency", granted], separator="|"),
                state=payer.is_in(_STATE_BUDGET).fill_null(value=False),
                begun=pl.col(begun),
                ended=pl.col(ended).fill_null(pl.col(begun)),
            )
        )  # fmt: skip
    claims = pl.concat(parts).drop_nulls(["person_id", "begun"])
    return claims.filter(pl.col("grant").is_not_null() | pl.col("state"))

"""Rules within the courts: judgments, sanctions, confiscation and compensation: CRT-01 to CRT-08, CRT-13, CRT-14."""

from datetime import date

import polars as pl

from atstats.validation.crosschecks import Breaches, World, rule, without
from atstats.validation.fields import unknown_flag
from atstats.validation.findings import breaches

__all__: list[str] = []

_CASE = ["agency", "court_case_no"]
_DEFENDANT = [*_CASE, "local_defendant_id"]
_JUDGMENT = [*_DEFENDANT, "instance"]
_PRISON = ("IMPRISON", "IMPRISON_FINE")
_FREE = ("SUSPENDED", "FINE")
"""Sanctions that take nobody's freedom."""
_AWARDED = ("AWARD_FULL", "AWARD_PART")
_BASIC = "THB"
"""The offence under which `law.csv` has the range of trafficking."""
_EARLIER_ORDERS = ("FREEZE", "SEQUESTER", "CONFISCATE_FIRST")


def _with_verdict(world: World, verdict: str) -> pl.DataFrame:
    groups = world.schema.codelists["outcome"].crosswalk("verdict")
    codes = [code for code, group in groups.items() if group == verdict]
    return world.records["court.judgments"].filter(pl.col("outcome").is_in(codes))


def _convictions(world: World) -> pl.DataFrame:
    return _with_verdict(world, "CONVICTION")


@rule("CRT-01", "court.judgments", one_of=(("court.cases",), ("court.sanctions",)))
def _case_judgment_sanction(world: World) -> Breaches:
    judgments = world.records["court.judgments"]
    if world.has("court.cases"):
        strange = without(judgments, world.records["court.cases"], _CASE)
        yield breaches(strange, rule="CRT-01", record_type="court.judgments", column="court_case_no", detail="case")
    if not world.has("court.sanctions"):
        return
    sanctions = world.records["court.sanctions"]
    lost = without(sanctions, judgments, _JUDGMENT)
    known = judgments.filter(pl.col("outcome").is_not_null()).select(_JUDGMENT)
    unconvicted = sanctions.join(known, on=_JUDGMENT, how="semi", maintain_order="left").join(
        _convictions(world), on=_JUDGMENT, how="anti", maintain_order="left"
    )
    for found in (lost, unconvicted):
        yield breaches(
            found,
            rule="CRT-01",
            record_type="court.sanctions",
            column="court_case_no",
            others=["local_defendant_id", "instance"],
            detail="sanction",
        )


@rule("CRT-02", "court.judgments", "court.sanctions")
def _conviction_has_its_sanction(world: World) -> Breaches:
    convicted, sanctions = _convictions(world), world.records["court.sanctions"]
    punished = convicted.filter(pl.col("punishment_remitted").fill_null("NO") != "YES")
    unnamed = convicted.filter(pl.col("offence_judgment").is_null() & ~pl.col(unknown_flag("offence_judgment")))
    acquitted = _with_verdict(world, "ACQUITTAL").join(sanctions, on=_JUDGMENT, how="semi", maintain_order="left")
    for found, column, others, detail in (
        (without(punished, sanctions, _JUDGMENT), "outcome", ["court_case_no", "punishment_remitted"], "sanction"),
        (unnamed, "offence_judgment", [], "offence"),
        (acquitted, "outcome", ["court_case_no", "local_defendant_id"], "acquitted"),
    ):
        yield breaches(found, rule="CRT-02", record_type="court.judgments", column=column, others=others, detail=detail)


# --------------------------------------------------------------------------- sentences and the law


def _sentences(world: World) -> pl.DataFrame:
    """Sanctions of convictions, with the outcome, the date and the principal offence of the judgment."""
    judged = (
        _convictions(world)
        .select(*_JUDGMENT, "outcome", "offence_date", "principal_offence")
        .unique(_JUDGMENT, keep="first", maintain_order=True)
    )
    return world.records["court.sanctions"].join(judged, on=_JUDGMENT, how="inner", maintain_order="left")


def _trafficking_sentences(world: World) -> pl.DataFrame:
    return _sentences(world).filter(pl.col("principal_offence").is_in(world.trafficking()))


def _prison_under_its_law(world: World) -> pl.DataFrame:
    """Prison sentences with the range, in months, of the article in force at the offence.

    `basic` is false where the offence is an aggravated form of trafficking, whose own range no source gives.
    """
    ranges = pl.DataFrame(
        [
            (
                law.offence,
                law.valid_from,
                law.valid_to or date.max,
                law.minimum_months,
                law.maximum_months,
                law.aggravated_minimum_months or law.minimum_months,
            )
            for law in world.schema.law
        ],
        schema={
            "offence": pl.String,
            "from": pl.Date,
            "to": pl.Date,
            "least": pl.Int64,
            "most": pl.Int64,
            "aggravated": pl.Int64,
        },
        orient="row",
    )
    trafficking = pl.col("principal_offence").is_in(world.trafficking())
    offence = pl.when(trafficking).then(pl.lit(_BASIC)).otherwise("principal_offence")
    basic = pl.col("offence") == pl.col("principal_offence")
    return (
        _sentences(world)
        .filter(pl.col("sanction").is_in(_PRISON))
        .with_columns(offence=offence)
        .drop_nulls(["offence_date", "length_months"])
        .join(ranges, on="offence", how="inner", maintain_order="left")
        .filter(pl.col("offence_date").is_between(pl.col("from"), pl.col("to")))
        .with_columns(basic=basic, least=pl.when(basic).then("least").otherwise("aggravated"))
    )


@rule("CRT-03", "court.judgments", "court.sanctions")
def _above_the_maximum(world: World) -> Breaches:
    long = _prison_under_its_law(world).filter(pl.col("basic") & (pl.col("length_months") > pl.col("most")))
    yield breaches(
        long.with_columns(note=pl.col("most").cast(pl.String)),
        rule="CRT-03",
        record_type="court.sanctions",
        column="length_months",
        others=["court_case_no"],
        detail="maximum",
    )


@rule("CRT-04", "court.judgments", "court.sanctions")
def _below_the_minimum(world: World) -> Breaches:
    excused = (
        (pl.col("outcome") == "GUILTY_PLEA") | pl.col("mitigating").is_not_null() | pl.col(unknown_flag("mitigating"))
    )
    short = _prison_under_its_law(world).filter(
        (pl.col("offence") == _BASIC) & (pl.col("length_months") < pl.col("least")) & ~excused
    )
    noted = short.with_columns(note=pl.col("least").cast(pl.String))
    yield breaches(noted, rule="CRT-04", record_type="court.sanctions", column="length_months", others=["mitigating"])


@rule("CRT-05", "court.judgments", "court.sanctions")
def _mild_sanction_for_trafficking(world: World) -> Breaches:
    sentences = _trafficking_sentences(world)
    alone = pl.col("sanction").is_in(_FREE).all().over(_JUDGMENT)
    yield breaches(sentences.filter(alone), rule="CRT-05", record_type="court.sanctions", column="sanction")


# --------------------------------------------------------------------------- instances


@rule("CRT-06", "court.judgments")
def _appeal_after_first_instance(world: World) -> Breaches:
    judgments = world.records["court.judgments"]
    first = (
        judgments.filter(pl.col("instance").is_in(["FIRST", "RETRIAL"]))
        .group_by(_DEFENDANT)
        .agg(first_date=pl.col("judgment_date").min())
    )
    higher = judgments.filter(pl.col("instance").is_in(["APPEAL", "SUPREME"]) & pl.col("supersedes").is_null())
    higher = higher.drop_nulls(_DEFENDANT).join(first, on=_DEFENDANT, how="left", maintain_order="left")
    wrong = higher.filter(pl.col("first_date").is_null() | (pl.col("judgment_date") < pl.col("first_date")))
    yield breaches(wrong, rule="CRT-06", record_type="court.judgments", column="judgment_date", others=["instance"])


@rule("CRT-07", "court.judgments")
def _one_final_judgment(world: World) -> Breaches:
    final = world.records["court.judgments"].filter(pl.col("final") == "YES").drop_nulls([*_DEFENDANT, "judgment_date"])
    again = final.sort("judgment_date", "row").filter(~pl.struct(_DEFENDANT).is_first_distinct())
    yield breaches(
        again,
        rule="CRT-07",
        record_type="court.judgments",
        column="final",
        others=["court_case_no", "local_defendant_id"],
        detail="second",
    )


@rule("CRT-08", "court.judgments")
def _set_aside_is_not_final(world: World) -> Breaches:
    judgments = world.records["court.judgments"].drop_nulls([*_DEFENDANT, "judgment_date"])
    # a retrial is held only after the first judgment was set aside
    undone = judgments.filter((pl.col("outcome") == "SET_ASIDE") | (pl.col("instance") == "RETRIAL"))
    undone = undone.select(*_DEFENDANT, undone_date="judgment_date")
    convicted = _convictions(world).filter((pl.col("instance") == "FIRST") & (pl.col("final") == "YES"))
    wrong = (
        convicted.join(undone, on=_DEFENDANT, how="inner", maintain_order="left")
        .filter(pl.col("judgment_date") <= pl.col("undone_date"))
        .unique(["submission", "row"], keep="first", maintain_order=True)
    )
    yield breaches(
        wrong,
        rule="CRT-08",
        record_type="court.judgments",
        column="final",
        others=["court_case_no", "local_defendant_id"],
    )


# --------------------------------------------------------------------------- money


@rule("CRT-13", "court.compensation", "vaao.compensation_applications", "vaao.assisted")
def _awarded_once(world: World) -> Breaches:
    awards = world.records["court.compensation"].filter(pl.col("decision").is_in(_AWARDED))
    granted = world.records["vaao.compensation_applications"].filter(pl.col("decision").is_in(_AWARDED))
    own = ["agency", "unit", "local_person_id"]
    known = world.records["vaao.assisted"].select(*own, "personal_no", "national_case_code")
    granted = granted.join(known.unique(own, keep="first", maintain_order=True), on=own, maintain_order="left")
    for column in ("national_case_code", "personal_no"):
        for left, right, record_type, others in (
            (awards, granted, "court.compensation", [column]),
            (granted, awards, "vaao.compensation_applications", ["local_person_id"]),
        ):
            elsewhere = (
                right.drop_nulls(column).group_by(column).agg(note=pl.col("agency").unique().sort().str.join(", "))
            )
            twice = left.join(elsewhere, on=column, how="inner", maintain_order="left")
            yield breaches(twice, rule="CRT-13", record_type=record_type, column="awarded_eur", others=others)


@rule("CRT-14", "prosecution.assets")
def _confiscation_after_an_order(world: World) -> Breaches:
    asset = ["report_no", "asset_type"]
    orders = world.records["prosecution.assets"].drop_nulls([*asset, "order_date"])
    earlier = orders.filter(pl.col("order_type").is_in(_EARLIER_ORDERS)).select(*asset, earlier_date="order_date")
    if world.has("court.confiscation", "court.cases"):
        reports = world.records["court.cases"].select(*_CASE, "report_no").drop_nulls().unique()
        ordered = world.records["court.confiscation"].join(reports, on=_CASE, how="inner", maintain_order="left")
        earlier = pl.concat([earlier, ordered.select(*asset, earlier_date="order_date").drop_nulls()])
    first = earlier.group_by(asset).agg(first_date=pl.col("earlier_date").min())
    final = orders.filter(pl.col("order_type") == "CONFISCATE_FINAL")
    bare = final.join(first, on=asset, how="left", maintain_order="left").filter(
        pl.col("first_date").is_null() | (pl.col("first_date") >= pl.col("order_date"))
    )
    yield breaches(
        bare, rule="CRT-14", record_type="prosecution.assets", column="order_type", others=["report_no", "order_date"]
    )

"""Rules across police, prosecution and courts: reports, decisions, judgments, sanctions."""

import polars as pl

from atstats.validation.crosschecks import Breaches, World, any_of, rule, without
from atstats.validation.findings import breaches

__all__: list[str] = []

_PERSON = ["agency", "report_no", "local_suspect_id"]
_DEFENDANT = ["agency", "court_case_no", "local_defendant_id"]
_JUDGMENT = [*_DEFENDANT, "instance"]
_FREE = ("SUSPENDED", "FINE")
"""Sanctions that take nobody's freedom."""
_INDICTED = ("INDICT", "DIRECT_INDICT")


# --------------------------------------------------------------------------- prosecution


@rule("PRO-01", "prosecution.reports", "prosecution.decisions")
def _decision_has_its_report(world: World) -> Breaches:
    lost = without(world.records["prosecution.decisions"], world.records["prosecution.reports"], _PERSON)
    yield breaches(
        lost, rule="PRO-01", record_type="prosecution.decisions", column="report_no", others=["local_suspect_id"]
    )


def _decided_reports(world: World, *columns: str) -> pl.DataFrame:
    reports = world.records["prosecution.reports"].select(*_PERSON, *columns).unique(_PERSON, keep="first")
    return world.records["prosecution.decisions"].join(reports, on=_PERSON, maintain_order="left")


@rule("PRO-02", "prosecution.reports", "prosecution.decisions")
def _decision_after_receipt(world: World) -> Breaches:
    early = _decided_reports(world, "received_date").filter(pl.col("decision_date") < pl.col("received_date"))
    yield breaches(early, rule="PRO-02", record_type="prosecution.decisions", column="decision_date")


@rule("PRO-04", "prosecution.reports", "prosecution.decisions")
def _downgraded_as_the_offences_say(world: World) -> Breaches:
    codes = world.trafficking()
    decided = _decided_reports(world, "offence").drop_nulls(["offence", "offence_at_decision"])
    dropped = any_of("offence", codes) & ~any_of("offence_at_decision", codes)
    said = pl.when(pl.col("downgraded") != "UNK").then(pl.col("downgraded") == "YES")
    yield breaches(
        decided.filter(said != dropped),
        rule="PRO-04",
        record_type="prosecution.decisions",
        column="downgraded",
        others=["offence_at_decision"],
    )


@rule("PRO-07", "police.suspects", "prosecution.reports")
def _police_and_prosecution_know_the_report(world: World) -> Breaches:
    suspects, reports = world.records["police.suspects"], world.records["prosecution.reports"]
    # reports of earlier years stand in earlier submissions of the police
    of_year = (pl.col("received_date").dt.year() == world.run.reference_year).fill_null(value=True)
    from_police = reports.filter((pl.col("source") == "POLICE") & of_year)
    for lost, record_type, other in (
        (without(suspects, reports, ["report_no"]), "police.suspects", reports),
        (without(from_police, suspects, ["report_no"]), "prosecution.reports", suspects),
    ):
        names = ", ".join(other["agency"].unique().sort().to_list())
        noted = lost.with_columns(note=pl.lit(names))
        yield breaches(noted, rule="PRO-07", record_type=record_type, column="report_no")


# --------------------------------------------------------------------------- courts


def _convictions(world: World) -> pl.DataFrame:
    groups = world.schema.codelists["outcome"].crosswalk("verdict")
    codes = [code for code, group in groups.items() if group == "CONVICTION"]
    return world.records["court.judgments"].filter(pl.col("outcome").is_in(codes))


@rule("CRT-01", "court.judgments", "court.sanctions")
def _sanction_has_its_conviction(world: World) -> Breaches:
    sanctions, judgments = world.records["court.sanctions"], world.records["court.judgments"]
    lost = without(sanctions, judgments, _JUDGMENT)
    others = ["local_defendant_id", "instance"]
    yield breaches(lost, rule="CRT-01", record_type="court.sanctions", column="court_case_no", others=others)
    known = judgments.filter(pl.col("outcome").is_not_null()).select(_JUDGMENT)
    unconvicted = sanctions.join(known, on=_JUDGMENT, how="semi", maintain_order="left").join(
        _convictions(world), on=_JUDGMENT, how="anti", maintain_order="left"
    )
    yield breaches(unconvicted, rule="CRT-01", record_type="court.sanctions", column="court_case_no", others=others)


@rule("CRT-02", "court.judgments", "court.sanctions")
def _conviction_has_its_sanction(world: World) -> Breaches:
    convicted = _convictions(world)
    bare = without(convicted, world.records["court.sanctions"], _JUDGMENT)
    yield breaches(
        bare,
        rule="CRT-02",
        record_type="court.judgments",
        column="outcome",
        others=["court_case_no"],
        detail="sanction",
    )
    unnamed = convicted.filter(pl.col("offence_judgment").is_null() & ~pl.col("unknown:offence_judgment"))
    yield breaches(unnamed, rule="CRT-02", record_type="court.judgments", column="offence_judgment", detail="offence")


def _trafficking_sentences(world: World) -> pl.DataFrame:
    """Sanctions of convictions for trafficking, with outcome and date of the offence of the judgment."""
    trafficking = (
        _convictions(world)
        .filter(pl.col("principal_offence").is_in(world.trafficking()))
        .select(*_JUDGMENT, "outcome", "offence_date")
        .unique(_JUDGMENT, keep="first", maintain_order=True)
    )
    return world.records["court.sanctions"].join(trafficking, on=_JUDGMENT, how="inner", maintain_order="left")


def _range_of_trafficking(world: World) -> pl.DataFrame:
    """The statutory range of the basic offence, in months, by the date of the offence."""
    return pl.DataFrame(
        [
            (law.valid_from, law.minimum_months, law.aggravated_minimum_months or law.maximum_months)
            for law in sorted(world.schema.law, key=lambda law: law.valid_from)
            if law.offence == "THB"
        ],
        schema={"valid_from": pl.Date, "least": pl.Int64, "most": pl.Int64},
        orient="row",
    ).sort("valid_from")


@rule("CRT-04", "court.judgments", "court.sanctions")
def _below_the_minimum(world: World) -> Breaches:
    sentences = _trafficking_sentences(world).drop_nulls(["offence_date", "length_months"]).sort("offence_date")
    by_law = sentences.join_asof(_range_of_trafficking(world), left_on="offence_date", right_on="valid_from")
    excused = (pl.col("outcome") == "GUILTY_PLEA") | pl.col("mitigating").is_not_null()
    short = by_law.filter(
        pl.col("sanction").is_in(["IMPRISON", "IMPRISON_FINE"]) & (pl.col("length_months") < pl.col("least")) & ~excused
    )
    noted = short.with_columns(note=pl.col("least").cast(pl.String))
    yield breaches(noted, rule="CRT-04", record_type="court.sanctions", column="length_months", others=["mitigating"])


@rule("CRT-05", "court.judgments", "court.sanctions")
def _mild_sanction_for_trafficking(world: World) -> Breaches:
    sentences = _trafficking_sentences(world)
    alone = pl.col("sanction").is_in(_FREE).all().over(_JUDGMENT)
    yield breaches(sentences.filter(alone), rule="CRT-05", record_type="court.sanctions", column="sanction")


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


@rule("CRT-09", "prosecution.decisions", "court.judgments")
def _indictment_known_to_both(world: World) -> Breaches:
    indictments = world.records["prosecution.decisions"].filter(pl.col("decision").is_in(_INDICTED))
    judgments = world.records["court.judgments"]
    # the courts send judgments only, so an indictment is looked for where the report has been judged
    judged = indictments.join(judgments.drop_nulls("indictment_no"), on="report_no", how="semi", maintain_order="left")
    charged = judgments.join(indictments.drop_nulls("indictment_no"), on="report_no", how="semi", maintain_order="left")
    for lost, record_type, other in (
        (without(judged, judgments, ["indictment_no"]), "prosecution.decisions", judgments),
        (without(charged, indictments, ["indictment_no"]), "court.judgments", indictments),
    ):
        names = ", ".join(other["agency"].unique().sort().to_list())
        noted = lost.with_columns(note=pl.lit(names))
        yield breaches(noted, rule="CRT-09", record_type=record_type, column="indictment_no", others=["report_no"])

"""Rules from the police to the prosecution and on to the courts: PRO-01 to PRO-08, CRT-09, CRT-11.

What happens inside a court stands in `courts`.
"""

from datetime import date, timedelta

import polars as pl

from atstats.validation.crosschecks import Breaches, World, any_of, rule, without
from atstats.validation.fields import unknown_flag
from atstats.validation.findings import breaches

__all__: list[str] = []

_PERSON = ["agency", "report_no", "local_suspect_id"]
_INDICTED = ("INDICT", "DIRECT_INDICT")
_CITING = ("prosecution.reports", "prosecution.decisions", "court.cases", "court.judgments")
"""The sheets in which an article of the law is cited."""


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


@rule("PRO-08", "police.suspects", "prosecution.reports")
def _as_many_received_as_reported(world: World) -> Breaches:
    codes, year = world.trafficking(), world.run.reference_year
    suspects = world.records["police.suspects"]
    reports = world.records["prosecution.reports"].filter(pl.col("source") == "POLICE")
    sent = _persons(suspects, "report_filed_date", "offence_suspected", codes, year=year)
    received = _persons(reports, "received_date", "offence", codes, year=year)
    apart = abs(sent - received)
    share = apart / max(sent, received, 1)
    if apart <= world.parameter("PRO-08", "persons") and share <= world.parameter("PRO-08", "share"):
        return
    for record_type in ("police.suspects", "prosecution.reports"):
        senders = world.records[record_type].select("submission").unique(maintain_order=True)
        whole = senders.with_columns(row=pl.lit(None, dtype=pl.UInt32), note=pl.lit(f"{sent}/{received}"))
        yield breaches(whole, rule="PRO-08", record_type=record_type, column="")


def _persons(frame: pl.DataFrame, dated: str, offences: str, codes: list[str], *, year: int) -> int:
    """The persons of one year who are reported for one of these offences, each once."""
    of_year = frame.filter((pl.col(dated).dt.year() == year) & any_of(offences, codes))
    return of_year.drop_nulls("local_suspect_id").n_unique(["agency", "unit", "local_suspect_id"])


# --------------------------------------------------------------------------- prosecution and courts


@rule("CRT-09", "prosecution.decisions", "court.cases")
def _indictment_known_to_both(world: World) -> Breaches:
    decisions, cases = world.records["prosecution.decisions"], world.records["court.cases"]
    indictments = decisions.filter(pl.col("decision").is_in(_INDICTED))
    at_court = _indictments(cases)
    # an indictment of the last days of a year may reach the court in the next, where the prosecution names it no more
    wait = timedelta(days=int(world.parameter("CRT-09", "days")))
    year = world.run.reference_year
    last, first = min(date(year, 12, 31), world.run.cut_off) - wait, date(year, 1, 1) + wait
    due = pl.col("decision_date") <= last
    charged = cases.filter(pl.col("filed_date").is_between(first, date(year, 12, 31)))
    sides = [("court.cases", charged)]
    if world.has("court.judgments"):
        judgments = world.records["court.judgments"]
        at_court = pl.concat([at_court, _indictments(judgments)])
        reports = judgments["report_no"].drop_nulls().unique().to_list()
        due = due | pl.col("report_no").is_in(reports)
        known = indictments.drop_nulls("indictment_no")
        sides.append(("court.judgments", judgments.join(known, on="report_no", how="semi", maintain_order="left")))
    courts = _names(cases)
    lost = without(indictments.filter(due), at_court, ["indictment_no"])
    yield _unknown_indictment(lost, "prosecution.decisions", courts)
    for record_type, asked in sides:
        yield _unknown_indictment(without(asked, indictments, ["indictment_no"]), record_type, _names(decisions))


def _indictments(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("indictment_no", unknown_flag("indictment_no"))


def _names(frame: pl.DataFrame) -> str:
    """The agencies that sent a sheet."""
    return ", ".join(frame["agency"].unique().sort().to_list())


def _unknown_indictment(lost: pl.DataFrame, record_type: str, names: str) -> pl.DataFrame:
    noted = lost.with_columns(note=pl.lit(names))
    return breaches(noted, rule="CRT-09", record_type=record_type, column="indictment_no", others=["report_no"])


@rule("CRT-11", one_of=tuple((name,) for name in _CITING))
def _article_in_force(world: World) -> Breaches:
    law = pl.DataFrame(
        [
            (law.offence, law.article, law.valid_from, law.valid_to or date.max)
            for law in world.schema.law
            if law.offence
        ],
        schema={"offence": pl.String, "cited": pl.String, "from": pl.Date, "to": pl.Date},
        orient="row",
    )
    in_force = pl.col("offence_date").is_between(pl.col("from"), pl.col("to"))
    for record_type in filter(world.has, _CITING):
        # of "article 165, paragraph 2" the first number counts; an article that no list has is not asked about
        first_numbers = pl.col("article").str.split(";").list.eval(pl.element().str.extract(r"([0-9]+)"))
        cited = (
            world.records[record_type]
            .drop_nulls(["article", "offence_date"])
            .select("submission", "row", "offence_date", cited=first_numbers)
            .explode("cited")
        )
        listed = cited.join(law, on="cited", how="inner", maintain_order="left")
        past = listed.filter(~in_force.any().over("submission", "row", "cited"))
        right = (
            past.drop("cited", "from", "to")
            .join(law, on="offence", how="inner", maintain_order="left")
            .filter(in_force)
            .group_by("submission", "row", maintain_order=True)
            .agg(note=pl.col("cited").unique().sort().str.join(", "))
        )
        yield breaches(
            right, rule="CRT-11", record_type=record_type, column="article", others=["offence_date"], detail="article"
        )

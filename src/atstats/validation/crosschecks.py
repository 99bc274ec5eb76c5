"""Rules that look across rows, sheets and agencies: one function each, found by the id of its rule.

Each gets the records of all submissions at hand and yields breaches. A rule whose other side
is not at hand (no submission of that kind) is not evaluated and yields nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from atstats.frames import Run
from atstats.schema import Schema, Sheet
from atstats.validation.findings import breaches
from atstats.vocabulary import Role

__all__ = ["RULES", "World"]

_Breaches = Iterator[pl.DataFrame]


@dataclass(frozen=True, slots=True)
class World:
    """What the rules may look at.

    `records`: record type -> submission, agency, unit, row and the typed columns of every
    submission at hand; a record type that nobody sent is absent.
    """

    records: Mapping[str, pl.DataFrame]
    schema: Schema
    run: Run

    def has(self, *record_types: str) -> bool:
        """Whether somebody sent each of these sheets."""
        return all(name in self.records for name in record_types)

    def trafficking(self) -> list[str]:
        """The codes of trafficking offences."""
        thb = self.schema.codelists["offence"].crosswalk("thb")
        return [code for code, answer in thb.items() if answer == "YES"]


RULES: dict[str, Callable[[World], _Breaches]] = {}
"""Rule id -> function."""


def _rule(identifier: str) -> Callable[[Callable[[World], _Breaches]], Callable[[World], _Breaches]]:
    def register(function: Callable[[World], _Breaches]) -> Callable[[World], _Breaches]:
        RULES[identifier] = function
        return function

    return register


def _any_of(column: str, codes: list[str]) -> pl.Expr:
    return pl.col(column).list.eval(pl.element().is_in(codes)).list.any().fill_null(value=False)


def _repeated(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The second and every further row with the same keys; rows with a blank key are no repetition."""
    whole = frame.drop_nulls(keys)
    return whole.filter(~pl.struct(keys).is_first_distinct())


def _without(left: pl.DataFrame, right: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """The rows of `left` whose keys are all filled and found nowhere in `right`."""
    return left.drop_nulls(on).join(right.drop_nulls(on), on=on, how="anti", maintain_order="left")


# --------------------------------------------------------------------------- identity


@_rule("ID-01")
def _one_number_a_person(world: World) -> _Breaches:
    for sheet in _person_sheets(world, Role.VICTIM):
        repeated = _repeated(world.records[sheet.record_type], ["agency", "unit", *sheet.key])
        yield breaches(repeated, rule="ID-01", record_type=sheet.record_type, column="local_person_id")


def _person_sheets(world: World, *roles: Role) -> Iterator[Sheet]:
    for sheet in world.schema.sheets():
        if sheet.role in roles and sheet.record_type in world.records:
            yield sheet


@_rule("ID-14")
def _one_number_two_persons(world: World) -> _Breaches:
    columns = ["submission", "agency", "row", "personal_no", "sex", "birth_date"]
    parts = [
        world.records[sheet.record_type].select(*columns, record_type=pl.lit(sheet.record_type))
        for sheet in _person_sheets(world, Role.VICTIM, Role.SUSPECT)
    ]
    if not parts:
        return
    known_sex = pl.when(pl.col("sex").is_in(["F", "M"])).then("sex")
    people = pl.concat(parts).drop_nulls("personal_no").with_columns(known=known_sex)
    several = people.filter(
        (pl.col("birth_date").drop_nulls().n_unique().over("personal_no") > 1)
        | (pl.col("known").drop_nulls().n_unique().over("personal_no") > 1)
    )
    agencies = several.group_by("personal_no").agg(all_agencies=pl.col("agency").unique().sort())
    several = several.join(agencies, on="personal_no", maintain_order="left").with_columns(
        note=pl.concat_list(
            pl.col("all_agencies").list.set_difference(pl.concat_list("agency")), pl.lit([], dtype=pl.List(pl.String))
        )
        .list.sort()
        .list.join(", ")
    )
    several = several.with_columns(note=pl.when(pl.col("note") == "").then("agency").otherwise("note"))
    for (record_type,), rows in several.group_by("record_type", maintain_order=True):
        yield breaches(
            rows, rule="ID-14", record_type=str(record_type), column="personal_no", others=["birth_date", "sex"]
        )


# --------------------------------------------------------------------------- police


@_rule("CASE-01")
def _case_exists(world: World) -> _Breaches:
    if not world.has("police.cases"):
        return
    cases = world.records["police.cases"].select("agency", "case_no")
    for record_type in ("police.victims", "police.suspects"):
        if world.has(record_type):
            lost = _without(world.records[record_type], cases, ["agency", "case_no"])
            yield breaches(lost, rule="CASE-01", record_type=record_type, column="case_no")


@_rule("CASE-02")
def _case_counts_its_rows(world: World) -> _Breaches:
    if not world.has("police.cases"):
        return
    for record_type, stated in (("police.victims", "victims_n"), ("police.suspects", "suspects_n")):
        if not world.has(record_type):
            continue
        found = world.records[record_type].group_by("agency", "case_no").agg(n=pl.len().cast(pl.Int64))
        cases = world.records["police.cases"].join(found, on=["agency", "case_no"], how="left", maintain_order="left")
        wrong = cases.filter(pl.col(stated) != pl.col("n").fill_null(0))
        noted = wrong.with_columns(note=pl.col("n").fill_null(0).cast(pl.String))
        yield breaches(noted, rule="CASE-02", record_type="police.cases", column=stated, others=["case_no"])


@_rule("CASE-03")
def _case_without_victim(world: World) -> _Breaches:
    if not world.has("police.cases", "police.victims"):
        return
    trafficking = world.records["police.cases"].filter(pl.col("offence_main").is_in(world.trafficking()))
    alone = _without(trafficking, world.records["police.victims"], ["agency", "case_no"])
    yield breaches(alone, rule="CASE-03", record_type="police.cases", column="case_no", others=["offence_main"])


@_rule("CASE-07b")
def _victim_and_suspect(world: World) -> _Breaches:
    if not world.has("police.victims", "police.suspects"):
        return
    for record_type, other in (("police.suspects", "police.victims"), ("police.victims", "police.suspects")):
        both = world.records[record_type].join(
            world.records[other].select("personal_no").drop_nulls().unique(),
            on="personal_no",
            how="semi",
            maintain_order="left",
        )
        yield breaches(both, rule="CASE-07b", record_type=record_type, column="personal_no")


@_rule("CASE-08")
def _operation_names_its_cases(world: World) -> _Breaches:
    if not world.has("police.operations", "police.cases"):
        return
    opened = (
        world.records["police.cases"]
        .filter(_any_of("offences_all", world.trafficking()) | pl.col("offence_main").is_null())
        .group_by("agency", "op_code")
        .agg(n=pl.len().cast(pl.Int64))
    )
    operations = world.records["police.operations"].join(
        opened, on=["agency", "op_code"], how="left", maintain_order="left"
    )
    too_many = operations.filter(pl.col("cases_opened_thb") > pl.col("n").fill_null(0))
    yield breaches(
        too_many, rule="CASE-08", record_type="police.operations", column="cases_opened_thb", others=["op_code"]
    )


# --------------------------------------------------------------------------- prosecution


_PERSON = ["agency", "report_no", "local_suspect_id"]


@_rule("PRO-01")
def _decision_has_its_report(world: World) -> _Breaches:
    if world.has("prosecution.reports", "prosecution.decisions"):
        lost = _without(world.records["prosecution.decisions"], world.records["prosecution.reports"], _PERSON)
        yield breaches(
            lost,
            rule="PRO-01",
            record_type="prosecution.decisions",
            column="report_no",
            others=["local_suspect_id"],
        )


def _decided_reports(world: World, *columns: str) -> pl.DataFrame:
    reports = world.records["prosecution.reports"].select(*_PERSON, *columns).unique(_PERSON, keep="first")
    return world.records["prosecution.decisions"].join(reports, on=_PERSON, maintain_order="left")


@_rule("PRO-02")
def _decision_after_receipt(world: World) -> _Breaches:
    if world.has("prosecution.reports", "prosecution.decisions"):
        early = _decided_reports(world, "received_date").filter(pl.col("decision_date") < pl.col("received_date"))
        yield breaches(early, rule="PRO-02", record_type="prosecution.decisions", column="decision_date")


@_rule("PRO-04")
def _downgraded_as_the_offences_say(world: World) -> _Breaches:
    if not world.has("prosecution.reports", "prosecution.decisions"):
        return
    codes = world.trafficking()
    decided = _decided_reports(world, "offence").drop_nulls("offence_at_decision")
    dropped = _any_of("offence", codes) & ~_any_of("offence_at_decision", codes)
    said = pl.col("downgraded") == "YES"
    yield breaches(
        decided.filter(said != dropped),
        rule="PRO-04",
        record_type="prosecution.decisions",
        column="downgraded",
        others=["offence_at_decision"],
    )


@_rule("PRO-07")
def _police_and_prosecution_know_the_report(world: World) -> _Breaches:
    if not world.has("police.suspects", "prosecution.reports"):
        return
    suspects, reports = world.records["police.suspects"], world.records["prosecution.reports"]
    for lost, record_type, other in (
        (_without(suspects, reports, ["report_no"]), "police.suspects", reports),
        (
            _without(reports.filter((pl.col("source") == "POLICE") & _of_year(world)), suspects, ["report_no"]),
            "prosecution.reports",
            suspects,
        ),
    ):
        names = ", ".join(other["agency"].unique().sort().to_list())
        yield breaches(
            lost.with_columns(note=pl.lit(names)), rule="PRO-07", record_type=record_type, column="report_no"
        )


def _of_year(world: World) -> pl.Expr:
    """Reports of earlier years stand in earlier submissions of the police."""
    return (pl.col("received_date").dt.year() == world.run.reference_year).fill_null(value=True)


# --------------------------------------------------------------------------- courts


_DEFENDANT = ["agency", "court_case_no", "local_defendant_id"]


def _convictions(world: World) -> pl.DataFrame:
    groups = world.schema.codelists["outcome"].crosswalk("verdict")
    codes = [code for code, group in groups.items() if group == "CONVICTION"]
    return world.records["court.judgments"].filter(pl.col("outcome").is_in(codes))


@_rule("CRT-01")
def _sanction_has_its_conviction(world: World) -> _Breaches:
    if world.has("court.judgments", "court.sanctions"):
        lost = _without(world.records["court.sanctions"], _convictions(world), [*_DEFENDANT, "instance"])
        yield breaches(
            lost,
            rule="CRT-01",
            record_type="court.sanctions",
            column="court_case_no",
            others=["local_defendant_id", "instance"],
        )


@_rule("CRT-02")
def _conviction_has_its_sanction(world: World) -> _Breaches:
    if not world.has("court.judgments", "court.sanctions"):
        return
    convicted = _convictions(world)
    bare = _without(convicted, world.records["court.sanctions"], [*_DEFENDANT, "instance"])
    yield breaches(bare, rule="CRT-02", record_type="court.judgments", column="outcome", others=["court_case_no"])
    unnamed = convicted.filter(pl.col("offence_judgment").is_null())
    yield breaches(unnamed, rule="CRT-02", record_type="court.judgments", column="offence_judgment")


@_rule("CRT-05")
def _mild_sanction_for_trafficking(world: World) -> _Breaches:
    if not world.has("court.judgments", "court.sanctions"):
        return
    keys = [*_DEFENDANT, "instance"]
    trafficking = _convictions(world).filter(pl.col("principal_offence").is_in(world.trafficking())).select(keys)
    sanctions = world.records["court.sanctions"].join(trafficking, on=keys, how="semi", maintain_order="left")
    prison = pl.col("sanction").is_in(["IMPRISON", "IMPRISON_FINE", "EDUCATIONAL", "HOUSE"]).any().over(keys)
    mild = sanctions.filter(pl.col("sanction").is_in(["SUSPENDED", "FINE"]) & ~prison)
    yield breaches(mild, rule="CRT-05", record_type="court.sanctions", column="sanction")


@_rule("CRT-06")
def _appeal_after_first_instance(world: World) -> _Breaches:
    if not world.has("court.judgments"):
        return
    judgments = world.records["court.judgments"]
    first = (
        judgments.filter(pl.col("instance").is_in(["FIRST", "RETRIAL"]))
        .group_by(_DEFENDANT)
        .agg(first_date=pl.col("judgment_date").min())
    )
    higher = judgments.filter(pl.col("instance").is_in(["APPEAL", "SUPREME"]) & pl.col("supersedes").is_null())
    higher = higher.join(first, on=_DEFENDANT, how="left", maintain_order="left")
    wrong = higher.filter(pl.col("first_date").is_null() | (pl.col("judgment_date") < pl.col("first_date")))
    yield breaches(wrong, rule="CRT-06", record_type="court.judgments", column="judgment_date", others=["instance"])


# --------------------------------------------------------------------------- shelters, trainings


@_rule("SHL-02")
def _stays_do_not_overlap(world: World) -> _Breaches:
    if not world.has("shelter.residents"):
        return
    person = ["agency", "unit", "local_person_id"]
    stays = world.records["shelter.residents"].drop_nulls(["local_person_id", "entry_date"])
    stays = stays.sort("entry_date", "row").with_columns(
        stays_until=pl.col("exit_date").fill_null(pl.date(9999, 12, 31)).cum_max().shift(1).over(person)
    )
    overlapping = stays.filter(pl.col("entry_date") < pl.col("stays_until"))
    yield breaches(
        overlapping, rule="SHL-02", record_type="shelter.residents", column="entry_date", others=["local_person_id"]
    )


@_rule("SHL-11")
def _service_has_its_resident(world: World) -> _Breaches:
    if world.has("shelter.residents", "shelter.services"):
        keys = ["agency", "unit", "local_person_id"]
        lost = _without(world.records["shelter.services"], world.records["shelter.residents"], keys)
        yield breaches(lost, rule="SHL-11", record_type="shelter.services", column="local_person_id")


@_rule("TRN-02")
def _training_once(world: World) -> _Breaches:
    if world.has("nathb.trainings"):
        folded = world.records["nathb.trainings"].with_columns(pl.col("title").str.to_lowercase().str.strip_chars())
        repeated = _repeated(folded, ["title", "date_from", "organiser"])
        yield breaches(
            repeated, rule="TRN-02", record_type="nathb.trainings", column="title", others=["date_from", "organiser"]
        )

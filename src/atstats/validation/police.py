"""Rules across the sheets of the police: files, their victims and suspects, operations and screening."""

import polars as pl

from atstats.validation.crosschecks import Breaches, World, rule, without
from atstats.validation.fields import unknown_flag
from atstats.validation.findings import breaches

__all__: list[str] = []

_FILE = ["agency", "case_no"]
_ARREST_BEFORE_FILE = 30
"""Days by which an arrest may precede the opening of the file (domain study, CASE-05)."""


@rule("CASE-01", "police.cases")
def _case_exists(world: World) -> Breaches:
    for record_type in filter(world.has, ("police.victims", "police.suspects")):
        lost = without(world.records[record_type], world.records["police.cases"], _FILE)
        yield breaches(lost, rule="CASE-01", record_type=record_type, column="case_no")


@rule("CASE-02", "police.cases")
def _case_counts_its_rows(world: World) -> Breaches:
    for record_type, stated in (("police.victims", "victims_n"), ("police.suspects", "suspects_n")):
        if not world.has(record_type):
            continue
        rows = world.records[record_type]
        unreadable = rows.filter(pl.col(unknown_flag("case_no")))
        found = rows.group_by(_FILE).agg(n=pl.len().cast(pl.Int64))
        cases = world.records["police.cases"].join(unreadable, on="agency", how="anti", maintain_order="left")
        cases = cases.drop_nulls("case_no").join(found, on=_FILE, how="left", maintain_order="left")
        wrong = cases.filter(pl.col(stated) != pl.col("n").fill_null(0))
        noted = wrong.with_columns(note=pl.col("n").fill_null(0).cast(pl.String))
        yield breaches(noted, rule="CASE-02", record_type="police.cases", column=stated, others=["case_no"])


@rule("CASE-03", "police.cases", "police.victims")
def _case_without_victim(world: World) -> Breaches:
    trafficking = world.records["police.cases"].filter(pl.col("offence_main").is_in(world.trafficking()))
    alone = without(trafficking, world.records["police.victims"], _FILE)
    yield breaches(alone, rule="CASE-03", record_type="police.cases", column="case_no", others=["offence_main"])


@rule("CASE-05", "police.cases", "police.suspects")
def _dates_fit_the_file(world: World) -> Breaches:
    opened = world.records["police.cases"].select(*_FILE, "opened_date").unique(_FILE, keep="first")
    suspects = world.records["police.suspects"].join(opened, on=_FILE, how="inner", maintain_order="left")
    reported = suspects.filter(pl.col("report_filed_date") < pl.col("opened_date"))
    yield breaches(
        reported, rule="CASE-05", record_type="police.suspects", column="report_filed_date", others=["case_no"]
    )
    early = pl.col("arrest_date") < pl.col("opened_date").dt.offset_by(f"-{_ARREST_BEFORE_FILE}d")
    yield breaches(
        suspects.filter(early),
        rule="CASE-05",
        record_type="police.suspects",
        column="arrest_date",
        others=["case_no"],
        detail="arrest",
    )


@rule("CASE-07b", "police.victims", "police.suspects")
def _victim_and_suspect(world: World) -> Breaches:
    for record_type, other in (("police.suspects", "police.victims"), ("police.victims", "police.suspects")):
        numbers = world.records[other].select("personal_no").drop_nulls()
        both = world.records[record_type].join(numbers, on="personal_no", how="semi", maintain_order="left")
        yield breaches(both, rule="CASE-07b", record_type=record_type, column="personal_no")


@rule("CASE-08", "police.operations", "police.cases")
def _operation_names_its_cases(world: World) -> Breaches:
    operation = ["agency", "op_code"]
    opened = world.records["police.cases"].group_by(operation).agg(n=pl.len().cast(pl.Int64))
    operations = world.records["police.operations"].join(opened, on=operation, how="left", maintain_order="left")
    too_many = operations.filter(pl.col("cases_opened_thb") > pl.col("n").fill_null(0))
    yield breaches(
        too_many, rule="CASE-08", record_type="police.operations", column="cases_opened_thb", others=["op_code"]
    )

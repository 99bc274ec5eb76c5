"""Rules across the sheets of the police: files, their victims and suspects, operations and screening.

Rules about victims that need the law of a day, the register of agencies or an earlier year stand in `victims`.
"""

import polars as pl

from atstats.validation.crosschecks import Breaches, World, any_of, rule, without
from atstats.validation.fields import unknown_flag
from atstats.validation.findings import breaches
from atstats.validation.folding import fold
from atstats.validation.rules import with_helpers

__all__: list[str] = []

_FILE = ["agency", "case_no"]
_OPERATION = ["agency", "op_code"]
_NAMES = ("first_name", "last_name")
_NATIONS = r"^\s*[A-Za-z]{2}\s*:?\s*[0-9]+(\s*[;,]\s*[A-Za-z]{2}\s*:?\s*[0-9]+)*\s*[;,]?\s*$"
"""The form of a citizenship table: "XK 97; AL 102"."""


@rule("CASE-01", "police.cases")
def _case_exists(world: World) -> Breaches:
    for record_type in filter(world.has, ("police.victims", "police.suspects", "police.case_links")):
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
def _cases_and_victims_belong_together(world: World) -> Breaches:
    """A file of trafficking without victim; and a victim without a file, or in a file of no trafficking."""
    cases, victims = world.records["police.cases"], world.records["police.victims"]
    main = pl.col("offence_main").is_in(world.trafficking())
    alone = without(cases.filter(main), victims, _FILE)
    yield breaches(
        alone, rule="CASE-03", record_type="police.cases", column="case_no", others=["offence_main"], detail="case"
    )
    registered = victims.filter(pl.col("status_current").is_in(_registered(world)))
    fileless = registered.filter(pl.col("case_no").is_null() & ~pl.col(unknown_flag("case_no")))
    named = main | any_of("offences_all", world.trafficking()) | pl.col("reclassified_to").is_not_null()
    known = ~pl.col(unknown_flag("offence_main")) & ~pl.col(unknown_flag("offences_all"))
    others = cases.filter(known & ~named.fill_null(value=False)).drop_nulls("offence_main")
    elsewhere = registered.join(others, on=_FILE, how="semi", maintain_order="left")
    for found, detail in ((fileless, "fileless"), (elsewhere, "elsewhere")):
        yield breaches(found, rule="CASE-03", record_type="police.victims", column="case_no", detail=detail)


def _registered(world: World) -> list[str]:
    """The statuses of registered victims."""
    answers = world.schema.codelists["victim_status"].crosswalk("registered")
    return [code for code, answer in answers.items() if answer == "YES"]


@rule("CASE-05", "police.cases", "police.suspects")
def _dates_fit_the_file(world: World) -> Breaches:
    opened = world.records["police.cases"].select(*_FILE, "opened_date").unique(_FILE, keep="first")
    suspects = world.records["police.suspects"].join(opened, on=_FILE, how="inner", maintain_order="left")
    reported = suspects.filter(pl.col("report_filed_date") < pl.col("opened_date"))
    yield breaches(
        reported,
        rule="CASE-05",
        record_type="police.suspects",
        column="report_filed_date",
        others=["case_no"],
        detail="report",
    )
    allowed = int(world.parameter("CASE-05", "arrest_before_days"))
    early = pl.col("arrest_date") < pl.col("opened_date").dt.offset_by(f"-{allowed}d")
    yield breaches(
        suspects.filter(early).with_columns(note=pl.lit(str(allowed))),
        rule="CASE-05",
        record_type="police.suspects",
        column="arrest_date",
        others=["case_no"],
        detail="arrest",
    )


@rule("CASE-06", "police.suspects")
def _arrest_in_an_operation_is_for_trafficking(world: World) -> Breaches:
    suspects = world.records["police.suspects"].drop_nulls(["op_code", "arrest_date", "offence_suspected"])
    others = suspects.filter(~any_of("offence_suspected", world.trafficking()))
    yield breaches(
        others, rule="CASE-06", record_type="police.suspects", column="offence_suspected", others=["op_code"]
    )


@rule("CASE-07", "police.suspects")
def _suspect_of_age_to_be_liable(world: World) -> Breaches:
    sheet = world.schema.sheet("police.suspects")
    suspects = with_helpers(world.records["police.suspects"], sheet=sheet, run=world.run)
    least, _ = world.legal("LIABILITY_AGE", sheet.event_date)
    young = suspects.filter(pl.col("age_at_event") < least).with_columns(note=least.cast(pl.String))
    yield breaches(young, rule="CASE-07", record_type="police.suspects", column="birth_date")


@rule("CASE-07b", "police.victims", "police.suspects")
def _victim_and_suspect(world: World) -> Breaches:
    """One person in both roles: by personal number, or by name and date of birth."""
    victims, suspects = world.records["police.victims"], world.records["police.suspects"]
    for record_type, own, other in (
        ("police.suspects", suspects, victims),
        ("police.victims", victims, suspects),
    ):
        numbered = own.join(other.drop_nulls("personal_no"), on="personal_no", how="semi", maintain_order="left")
        yield breaches(numbered, rule="CASE-07b", record_type=record_type, column="personal_no")
        # only who was born on the same day needs to be compared by name
        born = own.join(other.drop_nulls("birth_date"), on="birth_date", how="semi", maintain_order="left")
        alike = _with_name(born).join(
            _with_name(other).drop_nulls(["name", "birth_date"]), on=["name", "birth_date"], how="semi"
        )
        alike = alike.join(numbered, on=["submission", "row"], how="anti").sort("submission", "row")
        yield breaches(
            alike,
            rule="CASE-07b",
            record_type=record_type,
            column="last_name",
            others=["first_name", "birth_date"],
            detail="name",
        )


def _with_name(people: pl.DataFrame) -> pl.DataFrame:
    """The words of both names, whatever their order and script; null where one is blank."""
    names = [
        " ".join(sorted(fold(f"{first} {last}").split())) if first and last else None
        for first, last in people.select(_NAMES).iter_rows()
    ]
    return people.with_columns(name=pl.Series(names, dtype=pl.String))


@rule("CASE-08", "police.operations")
def _operation_adds_up(world: World) -> Breaches:
    operations = world.records["police.operations"]
    if world.has("police.cases"):
        opened = world.records["police.cases"].group_by(_OPERATION).agg(n=pl.len().cast(pl.Int64))
        counted = operations.join(opened, on=_OPERATION, how="left", maintain_order="left")
        yield breaches(
            counted.filter(pl.col("cases_opened_thb") > pl.col("n").fill_null(0)),
            rule="CASE-08",
            record_type="police.operations",
            column="cases_opened_thb",
            others=["op_code"],
            detail="cases",
        )
    table = pl.col("citizenship_table")
    persons = table.str.extract_all(r"[0-9]+").list.eval(pl.element().cast(pl.Int64, strict=False)).list.sum()
    formed = table.str.contains(_NATIONS)
    checked = pl.col("persons_checked_f") + pl.col("persons_checked_m")
    for found, detail, others in (
        (~formed, "form", []),
        (formed & (persons != checked), "citizenship", ["persons_checked_f", "persons_checked_m"]),
    ):
        yield breaches(
            operations.filter(found),
            rule="CASE-08",
            record_type="police.operations",
            column="citizenship_table",
            others=others,
            detail=detail,
        )


@rule("CASE-10", "police.screening", "police.cases", "police.victims")
def _begging_children_in_other_cases(world: World) -> Breaches:
    cases, screening = world.records["police.cases"], world.records["police.screening"]
    sheet = world.schema.sheet("police.victims")
    victims = with_helpers(world.records["police.victims"], sheet=sheet, run=world.run)
    child = (pl.col("age_at_event") < 18).fill_null(value=True)
    identified = cases.join(
        victims.filter(child & pl.col("status_current").is_in(_registered(world))),
        on=_FILE,
        how="semi",
        maintain_order="left",
    )
    mistreated = cases.filter(any_of("offences_all", ["CHILD_MISTREAT"]) | (pl.col("offence_main") == "CHILD_MISTREAT"))
    begging = screening.filter(
        (pl.col("population") == "BEGGING") & (pl.col("age_group") == "CHILD") & (pl.col("other_offence") > 0)
    )
    listed = begging.join(mistreated, on=_OPERATION, how="semi", maintain_order="left")
    yield breaches(
        without(listed, identified, _OPERATION),
        rule="CASE-10",
        record_type="police.screening",
        column="other_offence",
        others=["op_code", "age_group"],
    )

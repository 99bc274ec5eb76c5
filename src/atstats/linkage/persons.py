"""One row per person out of the records that were linked: which source's value a person keeps.

Survivorship: the value of the source with the lowest priority number that has one, then of the
earliest record, then of the lowest record key. A real value goes before "unknown".
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from atstats.frames import PERSONS
from atstats.linkage.fields import YEAR, column_or_null, precision
from atstats.linkage.model import RoleSpecification, SheetSpecification, Specification
from atstats.vocabulary import SPECIAL_VALUES, UNKNOWN

__all__ = ["add_ages", "add_standing", "person_rows"]

_ORDER = ("person_id", "priority", "registered", "record_key")
_UNKNOWN_COUNTRY = "ZZ"


# --------------------------------------------------------------------------- ages


def add_ages(fields: pl.DataFrame, *, specification: Specification) -> pl.DataFrame:
    """Add `age_at_event` and `age_at_exploitation` (full years, null when not known) to the records of a role.

    The age at the event falls back to the stated age, and both to the birth date that the person
    keeps. `kept_birth` and `kept_precision` are added too.
    """
    kept = (
        fields.drop_nulls("birth_date")
        .sort(_ORDER, nulls_last=True)
        .unique("person_id", keep="first", maintain_order=True)
        .select("person_id", kept_birth="birth_date", kept_precision="birth_precision")
    )
    fields = fields.join(kept, on="person_id", how="left", maintain_order="left").with_columns(
        moment=pl.coalesce("event_date", "registered"),
        # The day that offices write for an unknown birthday says nothing about other dates.
        exploitation_precision=precision("exploitation_start", "exploitation_start_precision", specification, days=()),
    )
    return fields.with_columns(
        age_at_event=pl.coalesce(
            _full_years("birth_date", "birth_precision", "moment"),
            pl.when(pl.col("age") >= 0).then("age"),
            _full_years("kept_birth", "kept_precision", "moment"),
        ),
        age_at_exploitation=pl.coalesce(
            _full_years("birth_date", "birth_precision", "exploitation_start", "exploitation_precision"),
            _full_years("kept_birth", "kept_precision", "exploitation_start", "exploitation_precision"),
        ),
    )


def _full_years(birth: str, birth_precision: str, at: str, at_precision: str = "") -> pl.Expr:
    """Full years between two dates; the difference of the years where one is known to the year only.

    Null where a date is missing or the second is before the first.
    """
    years = pl.col(at).dt.year() - pl.col(birth).dt.year()
    before = pl.col(at).dt.strftime("%m%d") < pl.col(birth).dt.strftime("%m%d")
    to_the_year = pl.col(birth_precision) == YEAR
    if at_precision:
        to_the_year = to_the_year | (pl.col(at_precision) == YEAR)
    age = pl.when(to_the_year).then(years).otherwise(years - before.cast(pl.Int32)).cast(pl.Int64)
    return pl.when(age >= 0).then(age)


# --------------------------------------------------------------------------- status


def add_standing(
    fields: pl.DataFrame,
    records: Mapping[str, pl.DataFrame],
    *,
    role: RoleSpecification,
    specification: Specification,
    cut_off: date,
) -> pl.DataFrame:
    """Add what each record says about the person as a victim at the cut-off date.

    Args:
        fields: The records of the role with `person_id`.
        records: Record type -> checked records with `record_key`.
        role: Gives the status columns of each sheet.
        specification: Gives the ranks of the statuses.
        cut_off: The day on which a status is read.

    Returns:
        The same rows with `status` (null where the sheet has none or it is not known), `formal_date`
        (null after the cut-off date), `identifies`, `presumed`, `refused_formally` (the identifying
        body says that the person is no victim), `person_status` and `registers` (the record is a
        registration of a victim).
    """
    said = [
        _sheet_standing(records[record_type], sheet, cut_off)
        for record_type, sheet in role.sheets.items()
        if record_type in records
    ]
    fields = fields.join(pl.concat(said), on="record_key", how="left", maintain_order="left")
    registered = pl.col("status").is_in(list(specification.registered)).fill_null(value=False)
    refused = (
        fields.filter("identifies")
        .group_by("person_id")
        .agg(refused_formally=pl.col("status").eq(specification.refused).any() & ~registered.any())
    )
    fields = fields.join(refused, on="person_id", how="left", maintain_order="left").with_columns(
        pl.col("refused_formally").fill_null(value=False)
    )
    fields = fields.join(_person_status(fields, specification), on="person_id", how="left", maintain_order="left")
    victim = pl.col("person_status").is_in(list(specification.registered)).fill_null(value=False)
    return fields.with_columns(registers=registered | (pl.col("presumed") & victim))


def _sheet_standing(frame: pl.DataFrame, sheet: SheetSpecification, cut_off: date) -> pl.DataFrame:
    statuses = []
    for column, day_column in sheet.statuses:
        day = column_or_null(frame, day_column, pl.Date)
        if column.startswith("="):
            statuses.append(pl.when(day <= cut_off).then(pl.lit(column[1:])))
        else:
            status = column_or_null(frame, column, pl.String)
            read = (day.is_null() | (day <= cut_off)) & ~status.is_in(list(SPECIAL_VALUES))
            statuses.append(pl.when(read).then(status))
    formal = column_or_null(frame, sheet.formal_date, pl.Date)
    presumed = [
        column_or_null(frame, column, pl.String).is_in(list(codes)) for column, codes in sheet.presumed_if.items()
    ]
    return frame.select(
        "record_key",
        status=pl.coalesce(*statuses, pl.lit(None, dtype=pl.String)),
        formal_date=pl.when(formal <= cut_off).then(formal),
        identifies=pl.lit(sheet.identifies),
        presumed=pl.any_horizontal(pl.lit(value=False), *presumed).fill_null(value=False),
    )


def _person_status(fields: pl.DataFrame, specification: Specification) -> pl.DataFrame:
    """The most advanced status of each person; equals by source priority."""
    ranks = dict(specification.status_ranks)
    rank = pl.col("status").replace_strict(ranks, default=len(ranks), return_dtype=pl.Int64)
    best = (
        fields.drop_nulls("status")
        .sort("person_id", rank, *_ORDER[1:], nulls_last=True)
        .unique("person_id", keep="first", maintain_order=True)
        .select("person_id", "refused_formally", best="status")
    )
    # LNK-05: registered by the body that says so, and not formally identified.
    withdrawn = pl.col("refused_formally") & pl.col("best").is_in(
        [status for status in specification.formal if status != specification.by_court]
    )
    presumed = fields.group_by("person_id").agg(pl.col("presumed").any())
    return (
        presumed.join(best, on="person_id", how="left")
        .with_columns(best=pl.when(withdrawn).then(pl.lit(specification.presumed)).otherwise("best"))
        .select(
            "person_id",
            person_status=pl.when(pl.col("best").is_null() & pl.col("presumed"))
            .then(pl.lit(specification.presumed))
            .otherwise("best"),
        )
    )


# --------------------------------------------------------------------------- one row per person


def person_rows(
    fields: pl.DataFrame, *, role: RoleSpecification, specification: Specification, reference_year: int
) -> pl.DataFrame:
    """The persons of a role (PERSONS), sorted by `person_id`.

    Args:
        fields: The records of the role with ages, and for victims with standing.
        role: Gives the order in which the principal form is taken.
        specification: Gives the statuses.
        reference_year: Of several formal identifications the one of this year counts.
    """
    is_victim = "person_status" in fields.columns
    ordered = fields.sort(_ORDER, nulls_last=True)
    if not is_victim:
        ordered = ordered.with_columns(registers=pl.lit(value=True))
    # A person whom nobody registers as a victim is still described by all her records.
    ordered = ordered.with_columns(counts=pl.col("registers") | ~pl.col("registers").any().over("person_id"))
    persons = ordered.group_by("person_id", maintain_order=True).agg(
        _kept("sex").alias("sex"),
        _kept("citizenship_1", unknown=_UNKNOWN_COUNTRY).alias("citizenship_1"),
        _kept("stateless").alias("stateless"),
        pl.col("kept_birth", "kept_precision").first(),
        pl.col("age_at_event").drop_nulls().first().alias("stated_age"),
        pl.col("registered").filter(pl.col("counts")).min().alias("first_registered"),
        pl.col("agency").filter(pl.col("counts")).first().alias("body"),
        pl.col("agency").filter(pl.col("counts")).unique().sort().alias("bodies"),
        pl.len().cast(pl.UInt32).alias("n_records"),
    )
    persons = persons.join(_second_citizenship(ordered, persons), on="person_id", how="left", maintain_order="left")
    if is_victim:
        for columns in (
            _identification(ordered, specification, reference_year),
            _purposes(ordered, role),
            _exploitation(ordered),
        ):
            persons = persons.join(columns, on="person_id", how="left", maintain_order="left")
    else:
        victim_only = ("status", "identified", "purpose_main", "purpose_all", "age_at_exploitation")
        persons = persons.with_columns(pl.lit(None, dtype=PERSONS[name]).alias(name) for name in victim_only)
    persons = persons.with_columns(role=pl.lit(role.role), moment=pl.coalesce("identified", "first_registered"))
    persons = persons.with_columns(
        age_at_identification=pl.coalesce(_full_years("kept_birth", "kept_precision", "moment"), "stated_age")
    )
    return persons.select(pl.col(name).cast(dtype) for name, dtype in PERSONS.items()).sort("person_id")


def _kept(column: str, *, unknown: str = UNKNOWN) -> pl.Expr:
    """The first real value in the order of the rows; where there is none, "unknown" if anybody wrote that."""
    value = pl.col(column)
    real = ~value.is_in([unknown, *SPECIAL_VALUES])
    said_unknown = pl.when(value.is_not_null().any()).then(pl.lit(UNKNOWN))
    return pl.coalesce(value.filter(real).first(), said_unknown)


def _second_citizenship(ordered: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """The other citizenship of a person: what a record that knows of two adds to the one that is kept."""
    kept = persons.select("person_id", kept="citizenship_1")
    unknown = [_UNKNOWN_COUNTRY, *SPECIAL_VALUES]
    two = ordered.join(kept, on="person_id", how="left", maintain_order="left").filter(
        ~pl.col("citizenship_2").is_in(unknown)
    )
    other = pl.when(pl.col("citizenship_2") != pl.col("kept")).then("citizenship_2").otherwise("citizenship_1")
    return (
        two.select("person_id", "kept", citizenship_2=other)
        .filter(pl.col("citizenship_2") != pl.col("kept"), ~pl.col("citizenship_2").is_in(unknown))
        .unique("person_id", keep="first", maintain_order=True)
        .select("person_id", "citizenship_2")
    )


def _identification(ordered: pl.DataFrame, specification: Specification, reference_year: int) -> pl.DataFrame:
    """Status and date of formal identification. K09: of several, the first in the reference year, else the last."""
    formal = list(specification.formal)
    day = pl.when(pl.col("status").is_in(formal) & pl.col("person_status").is_in(formal)).then("formal_date")
    in_year = day.filter(day.dt.year() == reference_year).min()
    return ordered.group_by("person_id", maintain_order=True).agg(
        pl.col("person_status").first().alias("status"), pl.coalesce(in_year, day.max()).alias("identified")
    )


def _purposes(ordered: pl.DataFrame, role: RoleSpecification) -> pl.DataFrame:
    """LNK-04: the principal form of the first source of the role's order; all forms of all sources."""
    place = {record_type: rank for rank, record_type in enumerate(role.purpose_from)}
    rank = pl.col("record_type").replace_strict(place, default=len(place), return_dtype=pl.Int64)
    by_source = ordered.sort("person_id", rank, *_ORDER[1:], nulls_last=True)
    main = by_source.group_by("person_id", maintain_order=True).agg(_kept("purpose_main").alias("purpose_main"))
    every = (
        ordered.select("person_id", "purpose_all")
        .explode("purpose_all", empty_as_null=True)
        .filter(~pl.col("purpose_all").is_in(list(SPECIAL_VALUES)))
        .group_by("person_id")
        .agg(pl.col("purpose_all").unique().sort())
    )
    only_main = pl.concat_list("purpose_main").list.drop_nulls()
    return main.join(every, on="person_id", how="left").with_columns(purpose_all=pl.coalesce("purpose_all", only_main))


def _exploitation(ordered: pl.DataFrame) -> pl.DataFrame:
    """Age at the start of exploitation that the person keeps."""
    return (
        ordered.drop_nulls("exploitation_start")
        .unique("person_id", keep="first", maintain_order=True)
        .select(
            "person_id",
            age_at_exploitation=_full_years(
                "kept_birth", "kept_precision", "exploitation_start", "exploitation_precision"
            ),
        )
    )

"""The comparable side of a record: names folded, dates with their precision, numbers cleaned.

One row of the frame made here is one record of one role, whatever sheet it comes from; a column
that the sheet lacks is blank. Nothing here leaves the stage.
"""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from atstats.linkage.model import Reference, RoleSpecification, SheetSpecification, Specification
from atstats.linkage.names import fold, normalise_key, normalise_name, normalise_number, number_shape, skeleton
from atstats.schema import Schema
from atstats.vocabulary import SPECIAL_VALUES

__all__ = ["DAY", "MONTH", "YEAR", "column_or_null", "comparable", "known", "map_unique", "precision"]

DAY, MONTH, YEAR = "D", "M", "Y"
"""How precisely a date is known."""

_TEXTS = (
    "given", "surname", "birth_surname", "father", "alias", "sex", "birth_date_precision", "personal_no",
    "id_doc_no", "national_case_code", "person_hash", "residence_municipality", "birth_municipality", "citizenship_1",
    "citizenship_2", "stateless", "age_basis", "exploitation_start_precision", "purpose_main",
)  # fmt: skip
_DATES = ("birth_date", "exploitation_start")
_ADDRESS = ("submission", "agency", "unit", "sheet", "row")
_HALF_SPAN = 5
_COMPARED_SEXES = ("F", "M")


def comparable(
    records: Mapping[str, pl.DataFrame],
    *,
    role: RoleSpecification,
    schema: Schema,
    specification: Specification,
    reference_year: int,
) -> pl.DataFrame:
    """Every record of a role in the columns that are compared, in the order of the record keys.

    Args:
        records: Record type -> checked records with `record_key`.
        role: The record types of the role.
        schema: Gives the event date of each sheet and the priority of each agency.
        specification: Gives the columns of each field.
        reference_year: Stands in for the date of a stated age where a record has none.

    Returns:
        One row per record: `index` (0, 1, ...), address, `record_key`, `record_type`, `priority`,
        `registered`, the fields of the specification as checked (`given`, `birth_date`, ...) and
        what is derived from them for comparison (`given_name`, `given_fold`, `birth_year`, ...).
    """
    frames = []
    for record_type, sheet in role.sheets.items():
        if record_type in records:
            event_date = schema.sheet(record_type).event_date
            frames.append(_sheet_fields(records[record_type], sheet, event_date, specification))
    fields = pl.concat(frames, how="vertical").sort("record_key")
    priorities = {code: agency.priority for code, agency in schema.agencies.items()}
    fields = fields.with_columns(
        priority=pl.col("agency").replace_strict(priorities, default=99, return_dtype=pl.Int64)
    )
    fields = _add_indictments(
        fields, records=records, role=role, references=specification.references, spec=specification
    )
    fields = _add_names(fields, specification)
    fields = _add_dates(fields, specification, reference_year)
    fields = _add_numbers(fields)
    return fields.with_row_index("index")


def column_or_null(frame: pl.DataFrame, name: str, dtype: Any) -> pl.Expr:
    """A column of the frame as the type, or nulls where the frame lacks it."""
    return pl.col(name).cast(dtype) if name and name in frame.columns else pl.lit(None, dtype=dtype)


def known(column: str) -> pl.Expr:
    """A text column with special values and blank texts as null."""
    text = pl.col(column).str.strip_chars()
    return pl.when(~text.is_in(["", *SPECIAL_VALUES])).then(text)


def precision(
    date_column: str, precision_column: str, specification: Specification, *, days: tuple[str, ...]
) -> pl.Expr:
    """How precisely a date is known: D, M or Y; null where there is no date.

    Args:
        date_column: The date.
        precision_column: The code of its precision.
        specification: Says what the codes mean.
        days: Days ("01-01") that are written where only the year is known.
    """
    stated = pl.col(precision_column).fill_null("")
    day = pl.col(date_column).dt.strftime("%m-%d")
    year_only = stated.is_in(list(specification.year_only_precisions)) | day.is_in(list(days))
    return (
        pl.when(pl.col(date_column).is_null())
        .then(None)
        .when(year_only)
        .then(pl.lit(YEAR))
        .when(stated.is_in(list(specification.month_precisions)))
        .then(pl.lit(MONTH))
        .otherwise(pl.lit(DAY))
    )


def map_unique(frame: pl.DataFrame, column: str, function: Callable[[str], Any], dtype: Any = pl.String) -> pl.Expr:
    """A function applied once to each distinct text of a column, as an expression over the frame."""
    distinct = frame[column].drop_nulls().unique().sort()
    if distinct.is_empty():
        return pl.lit(None, dtype=dtype)
    values = pl.Series([function(each) for each in distinct], dtype=dtype)
    return pl.col(column).replace_strict(distinct, values, default=None)


def _sheet_fields(
    frame: pl.DataFrame, sheet: SheetSpecification, event_date: str, specification: Specification
) -> pl.DataFrame:
    columns = specification.fields
    cases = [
        pl.concat_str([pl.lit(f"{kind}:"), _key(frame, name)])
        for kind in sheet.cases
        for name in specification.case_keys[kind]
        if name in frame.columns
    ]
    local_id = _key(frame, sheet.local_id)
    within = [_key(frame, name).fill_null("") for name in sheet.local_within]
    purposes = columns["purpose_all"]
    return frame.select(
        *_ADDRESS,
        "record_key",
        pl.lit(sheet.record_type).alias("record_type"),
        pl.coalesce(
            *(column_or_null(frame, name, pl.Date) for name in sheet.registered), pl.lit(None, dtype=pl.Date)
        ).alias("registered"),
        column_or_null(frame, event_date, pl.Date).alias("event_date"),
        pl.concat_str(["agency", "unit", pl.lit(sheet.record_type)], separator="|").alias("source"),
        # The agency's own number names one person of one agency unit, in all its sheets of the role.
        pl.concat_str(["agency", "unit", local_id, *within], separator="|").alias("local_id"),
        pl.concat_list(cases).list.drop_nulls().alias("case")
        if cases
        else pl.lit([], dtype=pl.List(pl.String)).alias("case"),
        *(column_or_null(frame, columns[name], pl.String).alias(name) for name in _TEXTS),
        *(column_or_null(frame, columns[name], pl.Date).alias(name) for name in _DATES),
        column_or_null(frame, columns["age"], pl.Int64).alias("age"),
        column_or_null(frame, purposes, pl.List(pl.String)).alias("purpose_all"),
    )


def _key(frame: pl.DataFrame, column: str) -> pl.Expr:
    if column not in frame.columns:
        return pl.lit(None, dtype=pl.String)
    return map_unique(frame, column, normalise_key)


def _add_indictments(
    fields: pl.DataFrame,
    *,
    records: Mapping[str, pl.DataFrame],
    role: RoleSpecification,
    references: tuple[Reference, ...],
    spec: Specification,
) -> pl.DataFrame:
    """Give a record the case numbers that a sheet without names adds to it (decisions: the indictment)."""
    for reference in references:
        sheet = role.sheets.get(reference.to)
        frame = records.get(reference.record_type)
        if sheet is None or frame is None or not reference.carries:
            continue
        within = [_key(frame, name).fill_null("") for name in reference.within]
        carried = frame.select(
            pl.concat_str(["agency", "unit", _key(frame, reference.local_id), *within], separator="|").alias(
                "local_id"
            ),
            pl.concat_list(
                [
                    pl.concat_str([pl.lit(f"{kind}:"), _key(frame, name)])
                    for kind in reference.carries
                    for name in spec.case_keys[kind]
                    if name in frame.columns
                ]
            ).alias("carried")
            if any(name in frame.columns for kind in reference.carries for name in spec.case_keys[kind])
            else pl.lit([], dtype=pl.List(pl.String)).alias("carried"),
        )
        gathered = (
            carried.drop_nulls("local_id")
            .explode("carried", empty_as_null=True)
            .drop_nulls("carried")
            .group_by("local_id")
            .agg(pl.col("carried").unique().sort())
        )
        concerned = pl.col("record_type") == reference.to
        fields = (
            fields.join(gathered, on="local_id", how="left", maintain_order="left")
            .with_columns(
                case=pl.when(concerned & pl.col("carried").is_not_null())
                .then(pl.col("case").list.concat("carried").list.unique(maintain_order=True))
                .otherwise("case")
            )
            .drop("carried")
        )
    return fields


def _add_names(fields: pl.DataFrame, specification: Specification) -> pl.DataFrame:
    blanks = specification.blank_names
    sources = ("given", "surname", "birth_surname", "father", "alias")
    fields = fields.with_columns(
        map_unique(fields, name, lambda text: normalise_name(text, blanks=blanks)).alias(f"{name}_name")
        for name in sources
    )
    fields = fields.with_columns(map_unique(fields, f"{name}_name", fold).alias(f"{name}_fold") for name in sources)
    words = {"given": ("given", "alias"), "surname": ("surname", "birth_surname"), "father": ("father",)}
    fields = fields.with_columns(
        pl.concat_str([f"{name}_fold" for name in own], separator=" ", ignore_nulls=True).alias(f"{kind}_words")
        for kind, own in words.items()
    )
    return fields.with_columns(
        given_initial=pl.col("given_fold").str.slice(0, 1),
        surname_initial=pl.col("surname_fold").str.slice(0, 1),
        **{f"{kind}_skeletons": map_unique(fields, f"{kind}_words", _skeletons).str.split(" ") for kind in words},
    )


def _skeletons(words: str) -> str | None:
    return " ".join(sorted({skeleton(word) for word in words.split(" ")})) if words else None


def _add_dates(fields: pl.DataFrame, specification: Specification, reference_year: int) -> pl.DataFrame:
    fields = fields.with_columns(
        # K05: a birth on 1 January is what offices write when they know the year.
        birth_precision=precision(
            "birth_date", "birth_date_precision", specification, days=specification.year_only_days
        ),
        birth_year=pl.col("birth_date").dt.year().cast(pl.Int32),
        year=pl.col("event_date").dt.year().cast(pl.Int32),
    )
    stated_in = pl.coalesce(pl.col("registered").dt.year(), pl.col("event_date").dt.year(), pl.lit(reference_year))
    tolerance = dict(specification.tolerance)
    slack = (
        pl.col("age_basis")
        .fill_null("")
        .replace_strict(tolerance, default=max(tolerance.values()), return_dtype=pl.Int32)
    )
    fields = fields.with_columns(
        known_year=pl.coalesce(pl.col("birth_year"), stated_in.cast(pl.Int32) - pl.col("age").cast(pl.Int32)),
        year_slack=pl.when(pl.col("birth_year").is_null()).then(slack).otherwise(pl.lit(0, dtype=pl.Int32)),
        day_and_month=pl.when(pl.col("birth_date").is_not_null()).then(
            pl.min_horizontal(pl.col("birth_date").dt.day(), pl.col("birth_date").dt.month()).cast(pl.String)
            + "/"
            + pl.max_horizontal(pl.col("birth_date").dt.day(), pl.col("birth_date").dt.month()).cast(pl.String)
        ),
    )
    # Spans of years that overlap, so that a stated age two years off still meets.
    half = pl.col("known_year") // _HALF_SPAN
    return fields.with_columns(
        decades=pl.concat_list(half.cast(pl.String), (half + 1).cast(pl.String)).list.drop_nulls()
    )


def _add_numbers(fields: pl.DataFrame) -> pl.DataFrame:
    fields = fields.with_columns(
        personal_number=map_unique(fields, "personal_no", normalise_number),
        document_number=map_unique(fields, "id_doc_no", normalise_number),
        national_code=map_unique(fields, "national_case_code", normalise_key),
        person_hash_key=map_unique(fields, "person_hash", normalise_key),
        known_sex=pl.when(pl.col("sex").is_in(list(_COMPARED_SEXES))).then("sex"),
        residence=known("residence_municipality"),
        birthplace=known("birth_municipality"),
        case_text=pl.col("case").list.sort().list.join(";"),
    )
    countries = pl.concat_list(
        known("citizenship_1"), known("citizenship_2"), pl.when(pl.col("stateless") == "YES").then(pl.lit("XX"))
    )
    return fields.with_columns(
        personal_shape=map_unique(fields, "personal_number", number_shape),
        countries=countries.list.drop_nulls().list.set_difference(pl.lit(["ZZ"])),
        case_kinds=pl.col("case").list.eval(pl.element().str.split(":").list.first()).list.unique(maintain_order=True),
    )

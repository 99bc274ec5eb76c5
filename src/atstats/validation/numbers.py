"""Rules about the numbers of persons and documents: ID-04, ID-05, ID-15.

What a number encodes is held against the record; only what the domain study knows of its
structure is used. A number that is not of the shape is no breach here: other states number otherwise.
"""

from collections.abc import Iterator
from functools import reduce
from operator import add

import polars as pl

from atstats.schema import Sheet
from atstats.validation.crosschecks import Breaches, World, rule
from atstats.validation.findings import NO_OTHERS, breaches
from atstats.validation.folding import fold
from atstats.vocabulary import Role

__all__: list[str] = []

_ALBANIAN = r"^[A-Z][0-9]{8}[A-Z]$"
"""Decade, year, month and day, serial, check letter (how the letter is worked out is not known)."""
_DECADES = {letter: 1900 + 10 * place for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_WOMAN = 50
"""Added to the month of birth of a woman in an Albanian number."""
_JMBG = r"^[0-9]{13}$"
_WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_FEMALE_FROM = 500
"""The first serial of a woman in a JMBG."""
_LOCAL = ("local_person_id", "local_suspect_id", "local_defendant_id")
_NAMES = ("first_name", "last_name")


def _numbered(world: World) -> Iterator[tuple[Sheet, pl.DataFrame]]:
    """The sheets with personal numbers, and their records with the number in capitals and a precision of birth."""
    for sheet in world.sheets(Role.VICTIM, Role.SUSPECT, None):
        if {"personal_no", "sex", "birth_date"} <= set(sheet.by_name):
            stated = pl.col("birth_date_precision") if "birth_date_precision" in sheet.by_name else pl.lit("D")
            # ID-10: the first of January or July stands for a year that alone is known
            turn = (pl.col("birth_date").dt.day() == 1) & pl.col("birth_date").dt.month().is_in([1, 7])
            precision = pl.when(turn & (stated == "D")).then(pl.lit("Y")).otherwise(stated)
            records = world.records[sheet.record_type]
            yield sheet, records.with_columns(number=pl.col("personal_no").str.to_uppercase(), precision=precision)


def _digits(start: int, length: int) -> pl.Expr:
    return pl.col("number").str.slice(start, length).cast(pl.Int64, strict=False)


def _disagreements(coded: pl.DataFrame, *, identifier: str, sheet: Sheet) -> Breaches:
    """What `coded` (year, month, day and woman, as encoded) says otherwise than the record."""
    born = pl.col("birth_date")
    day = born.dt.day().cast(pl.Int64)
    month = born.dt.month().cast(pl.Int64)
    wrong = (
        (pl.col("precision").is_in(["D", "M", "Y"]) & (pl.col("year") != born.dt.year()))
        | (pl.col("precision").is_in(["D", "M"]) & (pl.col("month") != month))
        | ((pl.col("precision") == "D") & (pl.col("day") != day))
    )
    other_sex = pl.col("sex").is_in(["F", "M"]) & (pl.col("woman") != (pl.col("sex") == "F"))
    for found, detail, column in ((wrong, "birth", "birth_date"), (other_sex, "sex", "sex")):
        yield breaches(
            coded.filter(found),
            rule=identifier,
            record_type=sheet.record_type,
            column="personal_no",
            others=[column],
            detail=detail,
        )


@rule("ID-04")
def _albanian_number_agrees(world: World) -> Breaches:
    for sheet, records in _numbered(world):
        states = [name for name in ("citizenship_1", "citizenship_2", "id_doc_country") if name in sheet.by_name]
        of_albania = pl.any_horizontal([(pl.col(name) == "AL").fill_null(value=False) for name in states])
        month = _digits(2, 2)
        coded = records.filter(of_albania & pl.col("number").str.contains(_ALBANIAN)).with_columns(
            year=pl.col("number").str.slice(0, 1).replace_strict(_DECADES, default=None) + _digits(1, 1),
            month=pl.when(month > _WOMAN).then(month - _WOMAN).otherwise(month),
            day=_digits(4, 2),
            woman=month > _WOMAN,
        )
        yield from _disagreements(coded, identifier="ID-04", sheet=sheet)


@rule("ID-05")
def _jmbg_agrees(world: World) -> Breaches:
    for sheet, records in _numbered(world):
        thirteen = records.filter(pl.col("number").str.contains(_JMBG))
        rest = 11 - reduce(add, [_digits(place, 1) * weight for place, weight in enumerate(_WEIGHTS)]) % 11
        right = pl.when(rest > 9).then(0).otherwise(rest) == _digits(12, 1)
        yield breaches(
            thirteen.filter(~right),
            rule="ID-05",
            record_type=sheet.record_type,
            column="personal_no",
            detail="checksum",
        )
        # a digit that is mistyped may stand anywhere, so the rest of such a number is not looked at
        coded = thirteen.filter(right).with_columns(
            year=_digits(4, 3) + pl.when(_digits(4, 3) >= 900).then(1000).otherwise(2000),
            month=_digits(2, 2),
            day=_digits(0, 2),
            woman=_digits(9, 3) >= _FEMALE_FROM,
        )
        yield from _disagreements(coded, identifier="ID-05", sheet=sheet)


# --------------------------------------------------------------------------- one number, two persons


@rule("ID-15")
def _one_number_one_name(world: World) -> Breaches:
    people = _with_documents(world)
    if people is None:
        return
    for number, column in (("personal_no", "personal_no"), ("document", "id_doc_no")):
        shared = _shared(people.drop_nulls([number, "local"]), ["agency", "kind", number])
        for (record_type,), rows in shared.group_by("record_type", maintain_order=True):
            first = pl.struct(
                pl.col("first_type").alias("record_type"),
                pl.col("first_row").alias("row"),
                pl.lit(column).alias("column"),
            )
            same_file = pl.col("first_file") == pl.col("submission")
            yield breaches(
                rows.with_columns(others=pl.when(same_file).then(pl.concat_list(first)).otherwise(NO_OTHERS)),
                rule="ID-15",
                record_type=str(record_type),
                column=column,
            )


def _with_documents(world: World) -> pl.DataFrame | None:
    """Every record of a person with the agency's own number, names and the numbers of documents."""
    parts = []
    for sheet in world.sheets(Role.VICTIM, Role.SUSPECT):
        has = sheet.by_name
        local = next((name for name in _LOCAL if name in has), "")
        if not local or not {"personal_no", *_NAMES} <= set(has):
            continue
        document = pl.lit(None, dtype=pl.String)
        if {"id_doc_country", "id_doc_no"} <= set(has):
            plain = pl.col("id_doc_no").str.to_uppercase().str.replace_all(r"[\s\-]", "")
            document = pl.col("id_doc_country").fill_null("") + " " + plain
        parts.append(
            world.records[sheet.record_type].select(
                "submission",
                "agency",
                "row",
                "personal_no",
                *_NAMES,
                record_type=pl.lit(sheet.record_type),
                kind=pl.lit(local),
                local=pl.col("unit") + "/" + pl.col(local),
                document=document,
            )
        )
    return pl.concat(parts) if parts else None


def _shared(people: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The records that have a number of another person of the agency under another name, with the first that has it."""
    several = people.filter(pl.col("local").n_unique().over(keys) > 1)
    # the order of the names and their script do not make two persons
    names = [sorted(fold(" ".join(filter(None, pair))).split()) for pair in several.select(_NAMES).iter_rows()]
    several = several.with_columns(name=pl.Series([" ".join(words) or None for words in names], dtype=pl.String))
    several = several.drop_nulls("name").sort("submission", "row")
    first = several.with_columns(
        pl.col("submission").first().over(keys).alias("first_file"),
        pl.col("record_type").first().over(keys).alias("first_type"),
        pl.col("row").first().over(keys).alias("first_row"),
        pl.col("name").first().over(keys).alias("first_name_folded"),
        pl.col("local").first().over(keys).alias("first_local"),
    )
    other = (pl.col("local") != pl.col("first_local")) & (pl.col("name") != pl.col("first_name_folded"))
    return first.filter(other)

"""Rules about victims at the police that need the law of a day, the register of agencies or an earlier year.

VIC-07b, VIC-08, VIC-19, VIC-21 and VIC-23; what one row says of itself stands as SQL in `schemas/rules/victims.toml`.
"""

from collections.abc import Iterator

import polars as pl

from atstats.validation.crosschecks import SHELTER, Breaches, World, rule
from atstats.validation.fields import unknown_flag
from atstats.validation.findings import breaches
from atstats.validation.rules import with_helpers
from atstats.vocabulary import Role

__all__: list[str] = []

_VICTIMS = "police.victims"
_AGENCY_NUMBER = ["agency", "unit", "local_person_id"]


@rule("VIC-07b", _VICTIMS)
def _high_risk_needs_a_secure_shelter(world: World) -> Breaches:
    open_shelters = world.of_kind(SHELTER)
    placed = world.records[_VICTIMS].filter(
        (pl.col("risk_level") == "HIGH") & pl.col("referred_to").is_in(open_shelters)
    )
    yield breaches(placed, rule="VIC-07b", record_type=_VICTIMS, column="referred_to", others=["risk_level"])


@rule("VIC-08", _VICTIMS)
def _reflection_as_long_as_the_law_says(world: World) -> Breaches:
    least, most = world.legal("REFLECTION_DAYS", "reflection_start")
    days = pl.col("reflection_days")
    outside = world.records[_VICTIMS].filter((days < least) | (days > most))
    longest = most.cast(pl.String).fill_null("…")
    noted = outside.with_columns(note=pl.format("{}/{}", least.fill_null(0), longest))
    yield breaches(noted, rule="VIC-08", record_type=_VICTIMS, column="reflection_days", others=["reflection_start"])


# --------------------------------------------------------------------------- marriage


@rule("VIC-19", _VICTIMS)
def _recruited_by_a_spouse_of_legal_age(world: World) -> Breaches:
    yield _too_young(world, "VIC-19", married=("recruiter_relation", "SPOUSE"), at="exploitation_start")


@rule("VIC-21", _VICTIMS)
def _married_of_legal_age(world: World) -> Breaches:
    yield _too_young(world, "VIC-21", married=("marital_status", "MARRIED"), at="first_contact_date")


def _too_young(world: World, identifier: str, *, married: tuple[str, str], at: str) -> pl.DataFrame:
    """Who has the code of a marriage, and was below the age at which the law of that day allows one."""
    sheet = world.schema.sheet(_VICTIMS)
    victims = with_helpers(world.records[_VICTIMS], sheet=sheet, run=world.run)
    column, code = married
    age = "age_at_exploitation" if at == "exploitation_start" else "age_at_event"
    least, _ = world.legal("MARRIAGE_AGE", at)
    young = victims.filter((pl.col(column) == code) & (pl.col(age) < least))
    return breaches(young, rule=identifier, record_type=_VICTIMS, column=column)


# --------------------------------------------------------------------------- victims of earlier years


@rule("VIC-23", _VICTIMS)
def _earlier_case_known_or_explained(world: World) -> Breaches:
    """Who was a victim before is in an earlier collection, or the row explains it."""
    again = world.records[_VICTIMS].filter(
        (pl.col("prev_victim") == "YES")
        & (pl.col("prev_year") < world.run.reference_year)
        & pl.col("prev_note").is_null()
        & ~pl.col(unknown_flag("prev_note"))
    )
    for keys, known in _known_before(world):
        again = again.join(known, on=keys, how="anti", maintain_order="left")
    yield breaches(
        again, rule="VIC-23", record_type=_VICTIMS, column="prev_note", others=["prev_victim"], detail="explained"
    )


def _known_before(world: World) -> Iterator[tuple[list[str], pl.DataFrame]]:
    """What names the persons of the earlier year at hand: keys and their values, on any sheet of victims."""
    if world.earlier is None:
        return
    for sheet in world.schema.sheets():
        frame = world.earlier.records.get(sheet.record_type)
        if frame is None or sheet.role is not Role.VICTIM:
            continue
        own = [_AGENCY_NUMBER] if sheet.record_type == _VICTIMS else []
        for keys in (["personal_no"], ["national_case_code"], *own):
            if set(keys) <= set(frame.columns):
                yield keys, frame.select(keys).drop_nulls().unique()

"""Made-up registers with their truth: how often each agency writes down the same person, and how.

The gaps and slips are those of the description that the linkage was designed for: 45 % of records
without a personal number, 11 % without a birth date, 16 % of persons one of two siblings, Albanian,
Serbian (Latin and Cyrillic), Roma, Turkish and foreign names, and six agencies that know the code of
the national mechanism of about every fourth person. `slips` makes everything that goes wrong more or
less frequent. All persons are made up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl

from atstats.frames import ADDRESS, Checked, no_findings
from atstats.schema import Schema
from atstats.simulation.names import NAMES, as_cyrillic, as_serbian, mistyped, without_diacritics

__all__ = ["Register", "make_register"]

_YEAR = 2025
_RECORDS = {1: 40, 2: 30, 3: 18, 4: 8, 5: 3, 6: 1}
"""Number of records of a person -> share in per cent."""
_COMMUNITIES = {"ALB": 57, "ROM": 14, "SRB": 5, "TUR": 3, "ALB_AL": 9, "SRB_RS": 4, "MOLDOVA": 5, "OTHER": 3}
_CITIZENSHIP = {"ALB_AL": "AL", "SRB_RS": "RS", "MOLDOVA": "MD", "OTHER": "NG"}
_IN_SIBLING_PAIRS, _TWINS = 0.16, 0.1
_MUNICIPALITIES = 38


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One record type with its agency, and how often it knows what."""

    record_type: str
    agency: str
    registered: str
    share: int
    number: float
    birth: float
    father: float
    code: float
    document: float
    careful: bool = False
    serbian: bool = False


_SHEETS = (
    _Sheet("police.victims", "KP_THB", "first_contact_date", 34, 0.80, 0.96, 0.6, 0.35, 0.8, careful=True),
    _Sheet("shelter.residents", "PVPT", "entry_date", 20, 0.45, 0.87, 0.3, 0.3, 0.5),
    _Sheet("csw.cases", "CSW_19", "opened_date", 18, 0.60, 0.92, 0.7, 0.15, 0.3),
    _Sheet("vaao.assisted", "VAAO", "first_contact_date", 12, 0.60, 0.82, 0.2, 0.2, 0.4, serbian=True),
    _Sheet("ngo.assisted", "NGO_SAMPLE", "first_contact_date", 12, 0.40, 0.82, 0.2, 0.3, 0.4),
    _Sheet("labour.referred_persons", "LI", "referral_date", 4, 0.50, 0.82, 0.2, 0.1, 0.5),
)


@dataclass(frozen=True, slots=True)
class _Person:
    id: int
    community: str
    first: str
    last: str
    father: str
    sex: str
    born: date
    number: str
    document: str
    """Of a foreigner's passport; empty otherwise."""
    municipality: str


@dataclass(frozen=True, slots=True)
class Register:
    """Records as `check` returns them, and who they are."""

    checked: Checked
    truth: pl.DataFrame
    """One row = one record: submission, sheet, row, true_person."""


def make_register(n_records: int, *, seed: int, schema: Schema, slips: float = 1.0) -> Register:
    """A register of about so many records; the same for the same arguments.

    Args:
        n_records: wanted number of records; whole persons are made until it is reached.
        seed: of chance.
        schema: gives the columns of the sheets.
        slips: how often something is written wrongly, relative to the description.
    """
    rng = Random(f"register {seed}")
    names = _Names(rng)
    lines: dict[str, list[dict[str, Any]]] = {sheet.record_type: [] for sheet in _SHEETS}
    truth = []
    n = 0
    for person in _persons(rng, names):
        for sheet in _registrations(rng):
            own = lines[sheet.record_type]
            own.append(_record(person, sheet, len(own), rng=rng, slips=slips, names=names))
            truth.append((f"{sheet.agency}_{_YEAR}.xlsx", sheet.record_type.partition(".")[2], len(own) + 2, person.id))
            n += 1
        if n >= n_records:
            break
    columns = {"submission": pl.String, "sheet": pl.String, "row": pl.UInt32, "true_person": pl.UInt32}
    return Register(_checked(lines, schema), pl.DataFrame(truth, schema=columns, orient="row"))


class _Names:
    """Names by frequency: a few are common, most are rare."""

    def __init__(self, rng: Random) -> None:
        self._given, self._surnames = {}, {}
        for community, known in NAMES.items():
            girls, boys = list(known.girls), list(known.boys)
            surnames = list(known.surnames) + [boy + ending for boy in boys for ending in _endings(community)]
            # Given names that are derived from each other are what siblings are told apart by.
            girls += [stem[:-1] + ending for stem in known.girls for ending in ("ina", "ije")]
            boys += [stem + ending for stem in known.boys for ending in ("i", "an")]
            for pool in (girls, boys, surnames):
                rng.shuffle(pool)
            self._given[community] = {"F": _weighted(girls), "M": _weighted(boys)}
            self._surnames[community] = _weighted(surnames)

    def given(self, rng: Random, community: str, sex: str) -> str:
        """A given name."""
        return _drawn(self._given[community][sex], rng)

    def surname(self, rng: Random, community: str) -> str:
        """A surname."""
        return _drawn(self._surnames[community], rng)


def _endings(community: str) -> tuple[str, ...]:
    if community.startswith("SRB"):
        return ("ović", "ić")
    return ("i", "aj", "olli") if community.startswith("ALB") else ("oski", "ović")


def _weighted(pool: Sequence[str]) -> tuple[Sequence[str], Sequence[float]]:
    pool = list(dict.fromkeys(pool))
    total, cumulated = 0.0, []
    for rank in range(len(pool)):
        total += 1 / (rank + 4)  # few names are common, but none as common as in Zipf's law
        cumulated.append(total)
    return pool, cumulated


def _drawn(weighted: tuple[Sequence[str], Sequence[float]], rng: Random) -> str:
    return rng.choices(weighted[0], cum_weights=weighted[1])[0]


def _persons(rng: Random, names: _Names) -> Any:
    n = 0
    while True:
        n += 1
        person = _person(n, rng, names)
        yield person
        if rng.random() < _IN_SIBLING_PAIRS / (2 - _IN_SIBLING_PAIRS):
            n += 1
            sex = rng.choice("FFM")
            days = 0 if rng.random() < _TWINS else rng.choice((-1, 1)) * rng.randrange(330, 2200)
            first = person.first
            while first == person.first:
                first = names.given(rng, person.community, sex)
            born, number = person.born + timedelta(days=days), _number(rng, person.community)
            document = f"P{rng.randrange(10**6, 10**7)}" if person.document else ""
            yield replace(person, id=n, first=first, sex=sex, born=born, number=number, document=document)


def _person(n: int, rng: Random, names: _Names) -> _Person:
    community = rng.choices(list(_COMMUNITIES), list(_COMMUNITIES.values()))[0]
    sex = "F" if rng.random() < 0.78 else "M"
    age = rng.randint(8, 17) if rng.random() < 0.62 else min(rng.randint(18, 52), rng.randint(18, 52))
    born = date(_YEAR - age, 1, 1) + timedelta(days=rng.randrange(365))
    return _Person(
        id=n,
        community=community,
        first=names.given(rng, community, sex),
        last=names.surname(rng, community),
        father=names.given(rng, community, "M"),
        sex=sex,
        born=born,
        number=_number(rng, community),
        document=f"P{rng.randrange(10**6, 10**7)}" if community in _CITIZENSHIP else "",
        municipality=f"{min(int(rng.expovariate(1 / 9)), _MUNICIPALITIES - 1) + 1:02}",
    )


def _number(rng: Random, community: str) -> str:
    if rng.random() > (0.7 if community == "ROM" else 0.95):
        return ""
    return f"{rng.randrange(10**9, 3 * 10**9)}"


def _registrations(rng: Random) -> list[_Sheet]:
    n = rng.choices(list(_RECORDS), list(_RECORDS.values()))[0]
    found: list[_Sheet] = []
    while len(found) < n:
        sheet = rng.choices(_SHEETS, [each.share for each in _SHEETS])[0]
        # An agency seldom registers the same person twice in one year.
        if sheet not in found or rng.random() < 0.03:
            found.append(sheet)
    return found


def _record(person: _Person, sheet: _Sheet, place: int, *, rng: Random, slips: float, names: _Names) -> dict[str, Any]:
    def happens(share: float) -> bool:
        return rng.random() < share * slips * (0.28 if sheet.careful else 0.55)

    first, last, maiden = person.first, person.last, None
    if happens(0.08):
        first = mistyped(first, rng)
    if happens(0.08):
        last = mistyped(last, rng)
    if person.sex == "F" and _YEAR - person.born.year >= 18 and happens(0.08):
        maiden, last = (last if rng.random() < 0.3 else None), names.surname(rng, person.community)
    elif happens(0.03):
        last = f"{last} {names.surname(rng, person.community)}"
    alias = None
    if happens(0.02):
        alias, first = first, first[:4]
    if sheet.serbian and person.community in ("SRB", "SRB_RS") and rng.random() < 0.6:
        first, last = as_cyrillic(first), as_cyrillic(last)
    elif sheet.serbian and rng.random() < 0.3:
        first, last = as_serbian(first), as_serbian(last)
    elif happens(0.15):
        first, last = without_diacritics(first), without_diacritics(last)
    if happens(0.02):
        first, last = last, first
    on = date(_YEAR, 1, 10) + timedelta(days=rng.randrange(340))
    father = person.father if rng.random() < sheet.father else None
    citizenship = _CITIZENSHIP.get(person.community, "XK")
    number = person.number if person.number and rng.random() < sheet.number else None
    if number and happens(0.03):
        at = rng.randrange(10)
        number = number[:at] + str(rng.randrange(10)) + number[at + 1 :]
    living_in = f"{rng.randrange(_MUNICIPALITIES) + 1:02}" if happens(0.2) else person.municipality
    return {
        "submission": f"{sheet.agency}_{_YEAR}.xlsx",
        "agency": sheet.agency,
        "unit": "",
        "sheet": sheet.record_type.partition(".")[2],
        "row": place + 3,
        "local_person_id": f"{sheet.agency}-{place}",
        "first_name": None if happens(0.01) else first,
        "last_name": last,
        "birth_last_name": maiden,
        "father_name": mistyped(father, rng) if father and happens(0.08) else father,
        "alias": alias,
        "sex": ("M" if person.sex == "F" else "F") if happens(0.015) else person.sex,
        "personal_no": number,
        "id_doc_no": person.document if person.document and rng.random() < sheet.document else None,
        "national_case_code": f"NRM-{_YEAR}-{person.id:07}" if rng.random() < sheet.code else None,
        "citizenship_1": citizenship,
        "residence_municipality": living_in,
        "birth_municipality": person.municipality if citizenship == "XK" else None,
        sheet.registered: on,
        **_birth(person, sheet, on, rng=rng, happens=happens),
    }


def _birth(person: _Person, sheet: _Sheet, on: date, *, rng: Random, happens: Any) -> Mapping[str, Any]:
    born = person.born
    if rng.random() > sheet.birth:
        age = on.year - born.year - ((on.month, on.day) < (born.month, born.day)) + rng.choice((0, 0, 0, 1, -1))
        return {"birth_date_precision": "UNK", "age_at_registration": age, "age_basis": "DECLARED"}
    if happens(0.04) and born.day <= 12:
        born = date(born.year, born.day, born.month)
    elif happens(0.04):
        born = _one_digit_off(born, rng)
    elif happens(0.04):
        return {"birth_date": date(born.year, 1, 1), "birth_date_precision": "Y"}
    elif happens(0.02):
        return {"birth_date": date(born.year + rng.choice((-1, 1)), 1, 1), "birth_date_precision": "EST"}
    return {"birth_date": born, "birth_date_precision": "D"}


def _one_digit_off(born: date, rng: Random) -> date:
    text = born.strftime("%Y%m%d")
    while True:
        at = rng.choice((3, 5, 6, 7))
        changed = text[:at] + str(rng.randrange(10)) + text[at + 1 :]
        try:
            return date(int(changed[:4]), int(changed[4:6]), int(changed[6:]))
        except ValueError:
            continue


_TYPES: Mapping[str, Any] = {"date": pl.Date, "integer": pl.Int64, "decimal": pl.Float64, "codes": pl.List(pl.String)}


def _checked(lines: Mapping[str, list[dict[str, Any]]], schema: Schema) -> Checked:
    records = {}
    for sheet in schema.sheets():
        if sheet.name == "meta":
            continue
        columns = {column.name: _TYPES.get(column.type, pl.String) for column in sheet.columns}
        rows = lines.get(sheet.record_type, [])
        given = pl.DataFrame(rows, schema_overrides={**ADDRESS, **columns}, infer_schema_length=None)
        records[sheet.record_type] = (
            given.select(
                (pl.col(name) if name in given.columns else pl.lit(None)).cast(dtype).alias(name)
                for name, dtype in {**ADDRESS, **columns}.items()
            )
            if rows
            else pl.DataFrame(schema={**ADDRESS, **columns})
        )
    return Checked(records, no_findings(), ())

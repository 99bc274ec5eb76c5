"""Made-up victims and suspects, as they truly are; how an agency writes them down is elsewhere.

Shares follow the published figures (most are girls, Kosovo citizens, sexual exploitation); every
person is put together by chance. All persons are made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from atstats.simulation.chance import drawn
from atstats.simulation.names import NAMES

__all__ = ["BODIES", "NGO", "SHELTERS", "Suspect", "Victim", "age_on", "make_suspect", "make_victim"]

NGO = "NGO"
"""Stands for the organisation of the sample, whose code changes with the years."""
SHELTERS = ("ISF", "PVPT", "HHC", "SHELTER_SAMPLE")
BODIES = ("KP_THB", *SHELTERS, "CSW_19", "VAAO", NGO, "LI")
"""The agencies that know victims by name."""

_COMMUNITIES = {
    "ALB": 57, "ROM": 14, "SRB": 5, "TUR": 3, "ALB_AL": 9, "SRB_RS": 4, "MOLDOVA": 5, "OTHER": 3,
}  # fmt: skip
_CITIZENSHIP = {"ALB_AL": "AL", "SRB_RS": "RS", "MOLDOVA": "MD"}
_OTHER_COUNTRIES = ("NG", "PH", "CO", "IT", "SY", "DO")
_MUNICIPALITIES = {
    "19": 30, "20": 12, "25": 9, "04": 9, "17": 8, "02": 6, "11": 6, "09": 6, "18": 5, "27": 4, "34": 3, "03": 3,
}  # fmt: skip
_PURPOSES_WOMEN = {"SEX": 70, "BEG": 10, "LAB": 5, "DOM": 5, "MAR": 6, "SLAV": 2, "SERV": 2}
_PURPOSES_MEN = {"BEG": 40, "LAB": 40, "SEX": 10, "CRIM": 10}


@dataclass(frozen=True, slots=True)
class Victim:
    """One true person in one trafficking experience, whom at least one agency registers as a victim."""

    id: str
    """The true person of `truth.csv`: "V001"; who is trafficked again keeps it."""
    community: str
    first_name: str
    last_name: str
    father_name: str
    sex: str
    birth_date: date
    citizenship: str
    municipality: str
    personal_no: str
    """Ten digits, or "" where the person has none."""
    document_no: str
    national_case_code: str
    bodies: tuple[str, ...]
    """The agencies that register the person, in the order of `BODIES`."""
    status: str
    """Victim status in the end, as the police or the first body sees it."""
    first_contact: date
    identified: date | None
    """Day of formal identification; null unless the status is VOT."""
    decided: date | None
    """Day on which another status than VOT was settled; null for who stays presumed."""
    purpose: str
    exploitation_start: date
    exploitation_end: date
    risk: str
    second_citizenship: str = ""
    birth_last_name: str = ""
    alias: str = ""
    case_no: str = ""
    """Victims with the same value were found together."""
    episode: int = 1
    previous_year: int | None = None
    """The year in which the person was a victim before."""
    marks: frozenset[str] = frozenset()
    """What is special about the case: "acquitted", "sealed", "abroad", "late report", ..."""
    written: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Agency -> columns that this agency writes otherwise: the planted spellings and gaps."""

    @property
    def foreign(self) -> bool:
        """Whether the person has no Kosovo citizenship."""
        return "XK" not in (self.citizenship, self.second_citizenship)

    @property
    def registered(self) -> date:
        """The day on which age and status are looked at: identification, else first contact."""
        return self.identified or self.first_contact

    @property
    def child(self) -> bool:
        """Whether the person is under 18 on the day of registration."""
        return age_on(self.birth_date, self.registered) < 18

    def status_on(self, day: date) -> str:
        """The status as it was known on a day: presumed until something else was settled."""
        settled = self.identified or self.decided
        return self.status if settled is None or settled <= day else "PVOT"


@dataclass(frozen=True, slots=True)
class Suspect:
    """One true person who is suspected, prosecuted or judged."""

    id: str
    """The true person of `truth.csv`: "S001"."""
    community: str
    first_name: str
    last_name: str
    sex: str
    birth_date: date
    citizenship: str
    personal_no: str


def age_on(birth_date: date, day: date) -> int:
    """Full years on a day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def make_victim(number: int, *, rng: Random, year: int, bodies: tuple[str, ...], status: str, **given: Any) -> Victim:
    """A made-up victim; whatever is `given` is kept, the rest is drawn to fit it.

    Args:
        number: the true person's number, from 1.
        rng: the only source of chance.
        year: the year in which the person is first met.
        bodies: the agencies that register the person.
        status: victim status in the end.
        given: fields of `Victim`, and `child` (bool): whether to draw a child.
    """
    community = given.pop("community", None) or drawn(_COMMUNITIES, rng)
    sex = given.pop("sex", None) or ("F" if rng.random() < 0.82 else "M")
    child = given.pop("child", None)
    if child is None:
        child = rng.random() < 0.62
    purpose = given.pop("purpose", None) or _purpose(rng, sex=sex, child=child, community=community)
    first_contact = given.pop("first_contact", None) or date(year, 1, 8) + timedelta(days=rng.randrange(300))
    waiting = timedelta(days=rng.randrange(3, 40))
    settled = "KP_THB" in bodies and status != "PVOT"
    identified = given.pop("identified", None) or (first_contact + waiting if settled and status == "VOT" else None)
    decided = given.pop("decided", None) or (first_contact + waiting if settled and status != "VOT" else None)
    birth_date = given.pop("birth_date", None) or _birth_date(
        rng, child=child, begging=purpose == "BEG", day=identified or first_contact
    )
    citizenship = given.pop("citizenship", None) or _citizenship(community, rng)
    names = NAMES[community]
    end = given.pop("exploitation_end", None) or first_contact - timedelta(days=rng.randrange(0, 20))
    earliest = birth_date.replace(year=birth_date.year + 4, day=min(birth_date.day, 28))
    start = given.pop("exploitation_start", None) or max(end - timedelta(days=rng.randrange(20, 400)), earliest)
    chances: dict[str, Any] = {
        "first_name": names.given(rng, sex="M" if sex == "M" else "F"),
        "last_name": names.surname(rng),
        "father_name": names.given(rng, sex="M"),
        "municipality": drawn(_MUNICIPALITIES, rng),
        "personal_no": _personal_no(rng, share=0.4 if community == "ROM" else 0.9) if citizenship == "XK" else "",
        "document_no": _document_no(rng) if citizenship != "XK" else "",
        "national_case_code": f"NRM-{year}-{number:04d}",
        "risk": "HIGH" if "ISF" in bodies else rng.choice(("LOW", "MEDIUM", "MEDIUM")),
    }
    return Victim(
        id=f"V{number:03d}",
        community=community,
        sex=sex,
        birth_date=birth_date,
        citizenship=citizenship,
        bodies=tuple(body for body in BODIES if body in bodies),
        status=status,
        first_contact=first_contact,
        identified=identified,
        decided=decided,
        purpose=purpose,
        exploitation_start=start,
        exploitation_end=end,
        **chances | given,
    )


def make_suspect(number: int, *, rng: Random, year: int, **given: Any) -> Suspect:
    """A made-up adult suspect; whatever is `given` is kept."""
    community = given.pop("community", None) or drawn({**_COMMUNITIES, "ALB": 80, "MOLDOVA": 1, "ROM": 8}, rng)
    sex = given.pop("sex", None) or ("M" if rng.random() < 0.8 else "F")
    citizenship = given.pop("citizenship", None) or _citizenship(community, rng)
    names = NAMES[community]
    chances: dict[str, Any] = {
        "first_name": names.given(rng, sex=sex),
        "last_name": names.surname(rng),
        "birth_date": _day_of(year - rng.randrange(21, 58), rng),
        "personal_no": _personal_no(rng, share=0.95) if citizenship == "XK" else "",
    }
    return Suspect(id=f"S{number:03d}", community=community, sex=sex, citizenship=citizenship, **chances | given)


def _purpose(rng: Random, *, sex: str, child: bool, community: str) -> str:
    if child and community == "ROM":
        return "BEG" if rng.random() < 0.7 else "MAR" if sex == "F" else "BEG"
    purpose = drawn(_PURPOSES_WOMEN if sex == "F" else _PURPOSES_MEN, rng)
    return "LAB" if purpose == "BEG" and not child else purpose


def _birth_date(rng: Random, *, child: bool, begging: bool, day: date) -> date:
    if child:
        youngest, oldest = (8, 14) if begging else (13, 17)
        age, days = rng.randint(youngest, oldest), rng.randrange(2, 360)
    else:
        # of age at first contact too, which may be forty days before identification
        age, days = min(rng.randint(18, 52), rng.randint(18, 52)), rng.randrange(45, 360)
    born = day - timedelta(days=age * 365 + age // 4 + days)
    # 1 January and 1 July stand for an estimated date: nobody here is born on them by chance.
    return born + timedelta(days=3) if (born.month, born.day) in ((1, 1), (7, 1)) else born


def _day_of(year: int, rng: Random) -> date:
    return date(year, 2, 1) + timedelta(days=rng.randrange(140))


def _citizenship(community: str, rng: Random) -> str:
    if community == "OTHER":
        return rng.choice(_OTHER_COUNTRIES)
    return _CITIZENSHIP.get(community, "XK")


def _personal_no(rng: Random, *, share: float) -> str:
    if rng.random() >= share:
        return ""
    return str(rng.randrange(1, 3)) + "".join(str(rng.randrange(10)) for _ in range(9))


def _document_no(rng: Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHJKLMNPRSTUVXYZ") for _ in range(2))
    return letters + "".join(str(rng.randrange(10)) for _ in range(7))

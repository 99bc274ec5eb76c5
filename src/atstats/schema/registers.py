"""Code lists, agencies and reference tables: what a statistician keeps as lists."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from atstats.schema import demanded
from atstats.schema.folder import ANY, CODE, FILLED, WHOLE, Cell, Folder
from atstats.schema.forms import NAME, Day, Entries, Flag, Form, Keys, Number, Style, Text, Words
from atstats.schema.model import Agency, Code, CodeList, Labels, Law, Unit

__all__ = [
    "CODE_COLUMNS",
    "CROSSWALKS",
    "agency_lists",
    "check_articles",
    "read_agencies",
    "read_codelists",
    "read_kinds",
    "read_law",
]

CROSSWALKS = ("htcds", "ctdc", "eurostat", "unodc", "ictip")
"""International classifications that a code is mapped to; `ictip` waits for the publication and claims nothing."""
CODE_COLUMNS = ("code", "en", "sq", "sr", "valid_from", "valid_to", "source", "checked", *CROSSWALKS)

_OWN = frozenset(CODE_COLUMNS) - frozenset(CROSSWALKS)
_CODE_CELLS = {**dict.fromkeys(CODE_COLUMNS, ANY), "code": CODE}
_NUMBERS_OF_LAW = ("min_months", "max_months", "aggravated_min", "least", "most")
_LAW_CELLS = {
    "offence": CODE.or_blank(),
    "article": ANY,
    "code": ANY,
    "valid_from": FILLED,
    "valid_to": ANY,
    "period": CODE.or_blank(),
    "source": ANY,
    **dict.fromkeys(_NUMBERS_OF_LAW, WHOLE.or_blank()),
}
_ARTICLES = {"offence": CODE, "pcck_2003": ANY, "code_04_l_082": ANY, "code_06_l_074": ANY, "use": FILLED, "note": ANY}

_OF_KIND: Mapping[str, Form] = {
    "workbook": Text(empty=True),
    "registers": Flag(),
    "assists": Flag(),
    "priority": Number(whole=True, least=0),
}
_PERIOD: Mapping[str, Form] = {"valid_from": Day(), "valid_to": Day()}
_ADDED: Mapping[str, Form] = {
    "agencies": Entries(
        Keys(
            {"label": Words(), "kind": Text()},
            {**_OF_KIND, **_PERIOD, "successor": Text(), "shown_as": Text(), "standing": Flag()},
        ),
        naming=Style(r"[A-Z][A-Z0-9_]*", "of capital letters, digits and _, a letter first"),
    ),
    "units": Entries(
        Keys({"label": Words()}, _PERIOD), naming=Style(r"[A-Z][A-Z0-9_]*/[^\s;/]+", 'written like "AGENCY/UNIT"')
    ),
}
_AGENCIES = Keys(
    {"kinds": Entries(Keys({"label": Words()}, _OF_KIND), least=1, naming=NAME), "agencies": _ADDED["agencies"]},
    {"units": _ADDED["units"]},
)
_OWN_AGENCIES = Keys({}, _ADDED, stray="must stand below the heading [agencies] or [units]")


# --------------------------------------------------------------------------- code lists


def read_codelists(folder: Folder) -> dict[str, CodeList]:
    """Every file of `codelists/`: id -> list."""
    lists = {}
    for name in folder.names("codelists/*.csv"):
        codes: dict[str, Code] = {}
        identifier = Path(name).stem
        further = demanded.CODE_LISTS.get(identifier, {})
        cells = {column: Cell(pattern, f"must be written like {pattern}") for column, pattern in further.items()}
        for number, row in folder.csv(name, {**_CODE_CELLS, **cells}).items():
            place = f"line {number}"
            if row["code"] in codes:
                folder.fault(name, place, f"repeats the code {row['code']}")
            if bool(row.get("low")) != bool(row.get("high")):
                folder.fault(name, place, "needs both low and high, or none")
            begun, ended = folder.validity(name, place, row)
            codes[row["code"]] = Code(
                code=row["code"],
                labels=_labels_of_code(folder, name, row["code"], folder.labels(name, place, row)),
                valid_from=begun,
                valid_to=ended,
                source=row["source"],
                maps={key: value for key, value in row.items() if key not in _OWN},
                checked=row["checked"],
            )
        lists[identifier] = CodeList(identifier, tuple(codes.values()))
    return lists


def _labels_of_code(folder: Folder, name: str, place: str, labels: Labels) -> Labels:
    if any(";" in label for label in labels.all()):
        folder.fault(name, place, "has a label with a semicolon, which divides codes in a cell")
    return labels


# --------------------------------------------------------------------------- agencies


def read_agencies(folder: Folder, own: Path | None) -> tuple[dict[str, Agency], dict[tuple[str, str], Unit]]:
    """The register of agencies and their units, and what a collection adds to it.

    Args:
        folder: its `agencies.toml` has kinds, agencies and units.
        own: the `agencies.toml` of a collection, with agencies and units only; none where there is none.
    """
    name = "agencies.toml"
    given = folder.toml(name, _AGENCIES)
    files = [(name, given)]
    if own is not None:
        place = f"{own.parent.name}/{own.name}"
        files.append((place, folder.toml(place, _OWN_AGENCIES, path=own)))
    agencies: dict[str, Agency] = {}
    units: dict[tuple[str, str], Unit] = {}
    for file, entries in files:
        agencies |= {each.code: each for each in _agencies(folder, file, entries, given["kinds"])}
    for file, entries in files:
        units |= {(each.agency, each.code): each for each in _units(folder, file, entries, agencies)}
        _check_agencies(folder, file, [agencies[code] for code in entries.get("agencies", {})], agencies)
    return agencies, units


def read_kinds(folder: Folder) -> dict[str, Labels]:
    """The kinds of `agencies.toml`: kind -> its name."""
    kinds: Mapping[str, Any] = folder.toml("agencies.toml", _AGENCIES)["kinds"]
    return {kind: given["label"] for kind, given in kinds.items()}


def _agencies(
    folder: Folder, name: str, given: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Any]]
) -> Iterator[Agency]:
    workbooks = {Path(each).stem for each in folder.names("workbooks/*.toml")}
    for kind, entry in kinds.items():
        if entry.get("workbook") and entry["workbook"] not in workbooks:
            folder.fault("agencies.toml", f"kinds.{kind}.workbook", f"names the unknown workbook {entry['workbook']}")
    for code, entry in given.get("agencies", {}).items():
        place = f"agencies.{code}"
        if entry["kind"] and entry["kind"] not in kinds:
            folder.fault(name, f"{place}.kind", f"names the unknown kind {entry['kind']}")
        if entry.get("workbook") and entry["workbook"] not in workbooks:
            folder.fault(name, f"{place}.workbook", f"names the unknown workbook {entry['workbook']}")
        whole = {**kinds.get(entry["kind"], {}), **entry}
        begun, ended = folder.validity(name, place, entry)
        yield Agency(
            code=code,
            label=_labels_of_code(folder, name, f"{place}.label", entry["label"]),
            workbook=whole.get("workbook", ""),
            valid_from=begun,
            valid_to=ended,
            successor=entry.get("successor", ""),
            priority=whole.get("priority", 99),
            kind=entry["kind"],
            registers=whole.get("registers", False),
            assists=whole.get("assists", False),
            shown_as=entry.get("shown_as", ""),
            standing=entry.get("standing", True),
        )


def _check_agencies(folder: Folder, name: str, given: list[Agency], agencies: Mapping[str, Agency]) -> None:
    """Whom an agency names must be there; whoever follows its successors must come to an end."""
    for agency in given:
        place = f"agencies.{agency.code}"
        for key, other in (("successor", agency.successor), ("shown_as", agency.shown_as)):
            if other and other not in agencies:
                folder.fault(name, f"{place}.{key}", f"names the unknown agency {other}")
        passed, now = {""}, agency.code
        while now not in passed:
            passed.add(now)
            now = agencies[now].successor if now in agencies else ""
        if now == agency.code:
            folder.fault(name, f"{place}.successor", "leads back to the agency itself")


def _units(folder: Folder, name: str, given: Mapping[str, Any], agencies: Mapping[str, Agency]) -> Iterator[Unit]:
    for key, entry in given.get("units", {}).items():
        agency, _, unit = key.partition("/")
        if agency not in agencies:
            folder.fault(name, f"units.{key}", f"names the unknown agency {agency}")
        begun, ended = folder.validity(name, f"units.{key}", entry)
        yield Unit(agency, unit, entry["label"], begun, ended)


def agency_lists(agencies: Mapping[str, Agency]) -> dict[str, CodeList]:
    """The agencies as code lists: all, and as tables show those that send, register victims, or assist them."""
    everybody = list(agencies.values())
    return {
        "agency": _agency_list("agency", everybody),
        "submitter": _shown("submitter", [each for each in everybody if each.workbook], agencies),
        "registering_body": _shown("registering_body", [each for each in everybody if each.registers], agencies),
        "provider": _shown("provider", [each for each in everybody if each.assists], agencies),
    }


def _shown(identifier: str, members: list[Agency], agencies: Mapping[str, Agency]) -> CodeList:
    shown = {each.shown_as or each.code: None for each in members}
    return _agency_list(identifier, [agencies[code] for code in shown if code in agencies])


def _agency_list(identifier: str, members: list[Agency]) -> CodeList:
    return CodeList(
        identifier,
        tuple(
            Code(
                code=each.code,
                labels=each.label,
                valid_from=each.valid_from,
                valid_to=each.valid_to,
                source="agencies.toml",
                maps={"kind": each.kind, "shown_as": each.shown_as or each.code},
            )
            for each in members
        ),
    )


# --------------------------------------------------------------------------- law


def read_law(folder: Folder, offences: CodeList | None) -> tuple[Law, ...]:
    """`reference/law.csv`: which article holds for which offence, and how long a legal period is, from when to when."""
    name = "reference/law.csv"
    laws: list[Law] = []
    for number, row in folder.csv(name, _LAW_CELLS).items():
        place = f"line {number}"
        begun, ended = folder.validity(name, place, row)
        if begun is None:
            continue
        if bool(row["offence"]) is bool(row["period"]):
            folder.fault(name, place, "must name an offence or a period, and not both")
        elif row["offence"]:
            _check_offence(folder, name, place, row["offence"], offences)
        number_of = {key: int(row[key]) if row[key] else None for key in _NUMBERS_OF_LAW}
        law = Law(
            offence=row["offence"],
            article=row["article"],
            code=row["code"],
            valid_from=begun,
            valid_to=ended,
            minimum_months=number_of["min_months"],
            maximum_months=number_of["max_months"],
            aggravated_minimum_months=number_of["aggravated_min"],
            source=row["source"],
            period=row["period"],
            least=number_of["least"],
            most=number_of["most"],
        )
        for lower, upper, least, most in (
            ("min_months", "max_months", law.minimum_months, law.maximum_months),
            ("least", "most", law.least, law.most),
        ):
            if least is not None and most is not None and least > most:
                folder.fault(name, place, f"{lower} is above {upper}")
        for other in laws:
            same = (other.offence, other.period) == (law.offence, law.period)
            if same and (other.in_force(begun) or law.in_force(other.valid_from)):
                held = f"article {other.article}" if other.offence else "another line"
                folder.fault(name, place, f"holds at the same time as {held} for {law.offence or law.period}")
        laws.append(law)
    return tuple(laws)


def check_articles(folder: Folder, offences: CodeList | None) -> None:
    """`reference/article_crosswalk.csv`: the article of each offence in each code; people read it, no command does."""
    name = "reference/article_crosswalk.csv"
    for number, row in folder.csv(name, _ARTICLES).items():
        _check_offence(folder, name, f"line {number}", row["offence"], offences)


def _check_offence(folder: Folder, name: str, place: str, offence: str, offences: CodeList | None) -> None:
    if offences is not None and offence not in offences:
        folder.fault(name, f"{place} offence", f"names the unknown offence {offence}")

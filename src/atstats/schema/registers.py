"""Code lists, agencies and reference tables: what a statistician keeps as lists."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from atstats.schema.folder import Folder
from atstats.schema.model import Agency, Code, CodeList, Law, Unit

__all__ = ["CODE_COLUMNS", "CROSSWALKS", "agency_lists", "read_agencies", "read_codelists", "read_law"]

CROSSWALKS = ("htcds", "ctdc", "eurostat", "unodc", "ictip")
"""International classifications that a code is mapped to; `ictip` waits for the publication and claims nothing."""
CODE_COLUMNS = ("code", "en", "sq", "sr", "valid_from", "valid_to", "source", "checked", *CROSSWALKS)

_OWN = frozenset(CODE_COLUMNS) - frozenset(CROSSWALKS)
_LAW_COLUMNS = (
    "offence", "article", "code", "valid_from", "valid_to", "min_months", "max_months", "aggravated_min", "period",
    "least", "most", "source",
)  # fmt: skip
_AGENCY_KEYS = frozenset(
    (
        "kind", "label", "workbook", "registers", "assists", "priority", "valid_from", "valid_to", "successor",
        "shown_as", "standing",
    )
)  # fmt: skip
_KIND_KEYS = frozenset(("label", "workbook", "registers", "assists", "priority"))
_UNIT_KEYS = frozenset(("label", "valid_from", "valid_to"))


# --------------------------------------------------------------------------- code lists


def read_codelists(folder: Folder) -> dict[str, CodeList]:
    """Every file of `codelists/`: id -> list."""
    lists = {}
    for name in folder.names("codelists/*.csv"):
        codes: dict[str, Code] = {}
        for number, row in enumerate(folder.csv(name, columns=CODE_COLUMNS), start=2):
            place = f"line {number}"
            if row["code"] in codes:
                folder.fault(name, place, f"repeats the code {row['code']}")
            begun, ended = folder.validity(name, place, row)
            codes[row["code"]] = Code(
                code=row["code"],
                labels=folder.labels(name, place, row),
                valid_from=begun,
                valid_to=ended,
                source=row["source"],
                maps={key: value for key, value in row.items() if key not in _OWN},
                checked=row["checked"],
            )
        identifier = Path(name).stem
        lists[identifier] = CodeList(identifier, tuple(codes.values()))
    return lists


# --------------------------------------------------------------------------- agencies


def read_agencies(folder: Folder, own: Path | None) -> tuple[dict[str, Agency], dict[tuple[str, str], Unit]]:
    """The register of agencies and their units, and what a collection adds to it.

    Args:
        folder: its `agencies.toml` has kinds, agencies and units.
        own: the `agencies.toml` of a collection, with agencies and units only; none where there is none.
    """
    name = "agencies.toml"
    given = folder.toml(name)
    kinds = folder.tables(name, "kinds", given.get("kinds", {}))
    for kind, entry in kinds.items():
        folder.unknown_keys(name, f"kinds.{kind}", entry, _KIND_KEYS)
        folder.labels(name, f"kinds.{kind}.label", entry.get("label"))
    agencies = {each.code: each for each in _agencies(folder, name, given, kinds)}
    units = {(each.agency, each.code): each for each in _units(folder, name, given)}
    if own is not None:
        further = _own_agencies(folder, own)
        place = f"{own.parent.name}/{own.name}"
        agencies |= {each.code: each for each in _agencies(folder, place, further, kinds)}
        units |= {(each.agency, each.code): each for each in _units(folder, place, further)}
    for unit in units.values():
        if unit.agency not in agencies:
            folder.fault(name, f"units.{unit.agency}/{unit.code}", f"names the unknown agency {unit.agency}")
    for agency in agencies.values():
        for key in ("successor", "shown_as"):
            other = getattr(agency, key)
            if other and other not in agencies:
                folder.fault(name, f"{agency.code}.{key}", f"names the unknown agency {other}")
    return agencies, units


def _own_agencies(folder: Folder, own: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(own.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        folder.fault(f"{own.parent.name}/{own.name}", "", f"is not TOML: {problem}")
        return {}


def _agencies(
    folder: Folder, name: str, given: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Any]]
) -> Iterator[Agency]:
    for code, entry in folder.tables(name, "agencies", given.get("agencies", {})).items():
        folder.unknown_keys(name, code, entry, _AGENCY_KEYS)
        kind = str(entry.get("kind", ""))
        if kind not in kinds:
            folder.fault(name, f"{code}.kind", f"names the unknown kind {kind or '(none)'}")
        whole = {**kinds.get(kind, {}), **entry}
        begun, ended = folder.validity(name, code, entry)
        priority = folder.number(name, f"{code}.priority", whole.get("priority"))
        yield Agency(
            code=code,
            label=folder.labels(name, f"{code}.label", entry.get("label")),
            workbook=str(whole.get("workbook", "")),
            valid_from=begun,
            valid_to=ended,
            successor=str(entry.get("successor", "")),
            priority=99 if priority is None else priority,
            kind=kind,
            registers=bool(whole.get("registers", False)),
            assists=bool(whole.get("assists", False)),
            shown_as=str(entry.get("shown_as", "")),
            standing=bool(entry.get("standing", True)),
        )


def _units(folder: Folder, name: str, given: Mapping[str, Any]) -> Iterator[Unit]:
    for key, entry in folder.tables(name, "units", given.get("units", {})).items():
        folder.unknown_keys(name, f"units.{key}", entry, _UNIT_KEYS)
        agency, divided, unit = key.partition("/")
        if not divided or not unit:
            folder.fault(name, f"units.{key}", 'must be written "AGENCY/UNIT"')
        begun, ended = folder.validity(name, f"units.{key}", entry)
        label = folder.labels(name, f"units.{key}.label", entry.get("label"))
        yield Unit(agency, unit, label, begun, ended)


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
    for number, row in enumerate(folder.csv(name, columns=_LAW_COLUMNS), start=2):
        place = f"line {number}"
        begun, ended = folder.validity(name, place, row)
        if begun is None:
            folder.fault(name, f"{place} valid_from", "must be filled")
            continue
        if bool(row["offence"]) is bool(row["period"]):
            folder.fault(name, place, "must name an offence or a period, and not both")
        elif row["offence"] and offences is not None and row["offence"] not in offences:
            folder.fault(name, f"{place} offence", f"names the unknown offence {row['offence']}")
        law = Law(
            offence=row["offence"],
            article=row["article"],
            code=row["code"],
            valid_from=begun,
            valid_to=ended,
            minimum_months=folder.number(name, f"{place} min_months", row["min_months"]),
            maximum_months=folder.number(name, f"{place} max_months", row["max_months"]),
            aggravated_minimum_months=folder.number(name, f"{place} aggravated_min", row["aggravated_min"]),
            source=row["source"],
            period=row["period"],
            least=folder.number(name, f"{place} least", row["least"]),
            most=folder.number(name, f"{place} most", row["most"]),
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

"""The rules of `schemas/rules/*.toml`."""

from collections.abc import Mapping
from typing import Any

from atstats.schema.folder import Folder
from atstats.schema.model import Check, Labels, Rule
from atstats.vocabulary import Need, Scope, Severity

__all__ = ["read_rules"]

_KEYS = frozenset(
    (
        "severity", "scope", "statement", "hint", "reason", "applies_to", "checks", "passes", "fails", "says", "hints",
        "parameters", "needs",
    )
)  # fmt: skip
_CHECK_KEYS = frozenset(("must", "when", "blame"))


def read_rules(folder: Folder) -> dict[str, Rule]:
    """Every file of `rules/`: id -> rule."""
    rules: dict[str, Rule] = {}
    for name in folder.names("rules/*.toml"):
        for identifier, given in folder.tables(name, "", folder.toml(name)).items():
            if identifier in rules:
                folder.fault(name, identifier, "is written twice")
            _check_keys(folder, name, identifier, given)
            rules[identifier] = _rule(folder, name, identifier, given)
    return rules


def _check_keys(folder: Folder, name: str, identifier: str, given: Mapping[str, Any]) -> None:
    folder.unknown_keys(name, identifier, given, _KEYS)
    for key, allowed in (("severity", list(Severity)), ("scope", list(Scope))):
        if given.get(key) not in allowed:
            folder.fault(name, f"{identifier}.{key}", f"must be one of {', '.join(allowed)}")
    for need in given.get("needs", []):
        if need not in list(Need):
            folder.fault(name, f"{identifier}.needs", f"must be among {', '.join(Need)}")
    for number, each in enumerate(given.get("checks", [])):
        folder.unknown_keys(name, f"{identifier}.checks[{number}]", each, _CHECK_KEYS)
        if not each.get("must") or not each.get("blame"):
            folder.fault(name, f"{identifier}.checks[{number}]", "needs must and blame")
    if not given.get("reason"):
        folder.fault(name, f"{identifier}.reason", "is missing")
    for key, what in (("fails", "has no failing example"), ("passes", "has no passing example")):
        if not given.get(key):
            folder.fault(name, identifier, what)


def _rule(folder: Folder, name: str, identifier: str, given: Mapping[str, Any]) -> Rule:
    severity, scope = given.get("severity"), given.get("scope")
    return Rule(
        id=identifier,
        severity=Severity(severity) if severity in list(Severity) else Severity.ERROR,
        scope=Scope(scope) if scope in list(Scope) else Scope.FIELD,
        statement=folder.labels(name, f"{identifier}.statement", given.get("statement")),
        hint=folder.labels(name, f"{identifier}.hint", given.get("hint")),
        reason=_reason(folder, name, f"{identifier}.reason", given.get("reason", "")),
        applies_to=tuple(given.get("applies_to", [])),
        checks=tuple(
            Check(str(each.get("must", "")), tuple(each.get("blame", [])), str(each.get("when", "")))
            for each in given.get("checks", [])
        ),
        passes=tuple(given.get("passes", [])),
        fails=tuple(given.get("fails", [])),
        says=_texts(folder, name, f"{identifier}.says", given.get("says", {})),
        hints=_texts(folder, name, f"{identifier}.hints", given.get("hints", {})),
        needs=tuple(Need(need) for need in given.get("needs", []) if need in list(Need)),
        parameters={key: float(value) for key, value in given.get("parameters", {}).items()},
    )


def _reason(folder: Folder, name: str, place: str, given: Any) -> Labels:
    """In three languages; an office that writes a rule for itself may give its reason in one."""
    return Labels(given, given, given) if isinstance(given, str) else folder.labels(name, place, given)


def _texts(folder: Folder, name: str, place: str, given: Mapping[str, Any]) -> dict[str, Labels]:
    return {key: folder.labels(name, f"{place}.{key}", text) for key, text in given.items()}

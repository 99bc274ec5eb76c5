"""The rules of `schemas/rules/*.toml`."""

from collections.abc import Mapping
from typing import Any

from atstats.schema.folder import Folder
from atstats.schema.forms import Entries, Free, Keys, Number, Several, Style, Text, Words
from atstats.schema.messages import PLACES
from atstats.schema.model import Check, Origin, Rule
from atstats.vocabulary import Need, Scope, Severity

__all__ = ["read_rules"]

_MESSAGE = Words(places=PLACES)
_EXAMPLES = Several(Entries(Free()), least=1)
"""What an example holds is what a workbook may hold, right or wrong."""

_FORM = Entries(
    Keys(
        {
            "severity": Text(among=tuple(Severity), blank=Severity.ERROR),
            "scope": Text(among=tuple(Scope), blank=Scope.FIELD),
            "statement": _MESSAGE,
            "hint": _MESSAGE,
            "reason": Words(one_for_all=True),
        },
        {
            "applies_to": Several(Text()),
            "checks": Several(Keys({"must": Text(), "blame": Several(Text(), least=1)}, {"when": Text()})),
            "passes": _EXAMPLES,
            "fails": _EXAMPLES,
            "says": Entries(_MESSAGE),
            "hints": Entries(_MESSAGE),
            "parameters": Entries(Number()),
            "needs": Several(Text(among=tuple(Need))),
        },
    ),
    least=1,
    naming=Style(r"[A-Z]+-[0-9]+[a-z]?", 'written like "VIC-02"'),
)


def read_rules(folder: Folder) -> dict[str, Rule]:
    """Every file of `rules/`: id -> rule."""
    rules: dict[str, Rule] = {}
    for name in folder.names("rules/*.toml"):
        for identifier, given in folder.toml(name, _FORM).items():
            if identifier in rules:
                folder.fault(name, identifier, f"is written twice: {rules[identifier].origin.file} has it too")
            for key, what in (("fails", "has no failing example"), ("passes", "has no passing example")):
                if key not in given:
                    folder.fault(name, identifier, what)
            rules[identifier] = _rule(Origin(name, identifier), given)
    return rules


def _rule(origin: Origin, given: Mapping[str, Any]) -> Rule:
    return Rule(
        id=origin.key,
        severity=Severity(given["severity"]),
        scope=Scope(given["scope"]),
        statement=given["statement"],
        hint=given["hint"],
        reason=given["reason"],
        applies_to=tuple(given.get("applies_to", ())),
        checks=tuple(
            Check(each["must"], tuple(each["blame"]), each.get("when", "")) for each in given.get("checks", ())
        ),
        passes=tuple(given.get("passes", ())),
        fails=tuple(given.get("fails", ())),
        says=given.get("says", {}),
        hints=given.get("hints", {}),
        parameters={key: float(value) for key, value in given.get("parameters", {}).items()},
        needs=tuple(Need(need) for need in given.get("needs", ())),
        origin=origin,
    )

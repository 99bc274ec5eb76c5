"""The findings as SARIF 2.1.0, which code hosts and editors show.

SARIF speaks of lines and columns of text. Here a line is Excel's row and a column the number of
Excel's letters; the cell itself stands in `logicalLocations` as "sheet!cell".

Source: OASIS, *Static Analysis Results Interchange Format Version 2.1.0*, with Errata 01 (2023).
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from atstats.frames import Checked, Run
from atstats.schema import Rule, Schema
from atstats.validation.document import findings_json, waiting_words
from atstats.vocabulary import Language, Severity

__all__ = ["findings_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_FINGERPRINT = "atstats/v1"
"""Name and version of how the fingerprint is made."""
_CELL = re.compile(r"^([A-Z]{1,3})([1-9]\d*)$")
_PLACE = re.compile(r"\{\w+\}")


def findings_sarif(checked: Checked, *, schema: Schema, run: Run, language: str) -> dict[str, Any]:
    """One run: every rule of the schema, every finding, every file, and what was not evaluated.

    Args:
        checked: what was found.
        schema: gives the rules and the words.
        run: the reference year and the tool's name.
        language: of messages and hints; SARIF knows no scripts, so that both Serbian ones are "sr".
    """
    document = findings_json(checked, schema=schema, run=run, language=language)
    name, _, version = run.tool.partition(" ")
    numbers = {identifier: number for number, identifier in enumerate(schema.rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": name,
                        "version": version,
                        "rules": [_rule(rule, language=language) for rule in schema.rules.values()],
                    }
                },
                "language": "sr" if language == Language.SERBIAN_CYRILLIC else str(language),
                "artifacts": [_artifact(each) for each in document["submissions"]],
                "invocations": [_invocation(document, numbers, schema=schema, language=language)],
                "results": [_result(each, numbers) for each in document["findings"]],
                "properties": {"reference_year": document["reference_year"], "counts": document["counts"]},
            }
        ],
    }


def _rule(rule: Rule, *, language: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": _PLACE.sub("…", rule.statement.of(language))},
        "fullDescription": {"text": rule.reason.of(language)},
        "help": {"text": _PLACE.sub("…", rule.hint.of(language))},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"scope": str(rule.scope)},
    }


def _artifact(submission: Mapping[str, Any]) -> dict[str, Any]:
    hashes = {"hashes": {"sha-256": submission["sha256"]}} if submission["sha256"] else {}
    told = {key: value for key, value in submission.items() if key not in ("file", "sha256") and value is not None}
    return {"location": _file(submission["file"]), **hashes, "properties": told}


def _invocation(
    document: Mapping[str, Any], numbers: Mapping[str, int], *, schema: Schema, language: str
) -> dict[str, Any]:
    """Whether every file was read, and the rules that were not evaluated."""
    unread = [each for each in document["submissions"] if each["status"] == "unreadable"]
    return {
        "executionSuccessful": not unread,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": each["reason"]},
                "locations": [{"physicalLocation": {"artifactLocation": _file(each["file"])}}],
            }
            for each in unread
        ],
        "toolConfigurationNotifications": [
            {
                "level": "note",
                "message": {"text": waiting_words(each["because"], schema=schema, language=language)},
                "associatedRule": {"id": each["rule"], "index": numbers[each["rule"]]},
            }
            for each in document["not_evaluated"]
        ],
    }


def _result(finding: Mapping[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    place = _location(finding["file"], finding["sheet"], finding["cell"], row=finding["row"])
    others = [_location(finding["file"], *_divided(each, finding["sheet"])) for each in finding["others"]]
    return {
        "ruleId": finding["rule"],
        "ruleIndex": numbers[finding["rule"]],
        "level": _LEVELS[Severity(finding["severity"])],
        "message": {"text": f"{finding['message']} {finding['hint']}".strip()},
        **({"locations": [place]} if place else {}),
        **({"relatedLocations": others} if others else {}),
        "partialFingerprints": {_FINGERPRINT: finding["fingerprint"]},
        "suppressions": [{"kind": "external", "status": "accepted"}] if finding["waived"] else [],
        "properties": {"column": finding["column"]},
    }


def _location(file: str, sheet: str, cell: str, *, row: int | None = None) -> dict[str, Any]:
    """Where a finding stands; empty where it concerns no file, as of an agency that has not sent."""
    location: dict[str, Any] = {}
    if file:
        location["physicalLocation"] = {"artifactLocation": _file(file)}
        region = _region(cell, row=row)
        if region:
            location["physicalLocation"]["region"] = region
    name = "!".join(filter(None, (sheet, cell)))
    if name:
        location["logicalLocations"] = [{"name": cell or sheet, "fullyQualifiedName": name}]
        location["properties"] = {"sheet": sheet, "cell": cell}
    return location


def _region(cell: str, *, row: int | None) -> dict[str, int]:
    if found := _CELL.match(cell):
        column = 0
        for letter in found[1]:
            column = 26 * column + ord(letter) - 64
        return {"startLine": int(found[2]), "startColumn": column}
    return {"startLine": row} if row else {}


def _divided(other: str, sheet: str) -> tuple[str, str]:
    """A further cell: "K14" is of the same sheet, "suspects!K14" of another."""
    tab, divided, cell = other.rpartition("!")
    return (tab, cell) if divided else (sheet, other)


def _file(name: str) -> dict[str, str]:
    return {"uri": quote(name, safe="", errors="surrogateescape")}

"""The findings as the JSON documents that other programs read."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from atstats.frames import Checked, Finding, Linked, Run, Skipped
from atstats.schema import Schema, render_finding
from atstats.vocabulary import Need

__all__ = ["findings_json", "persons_json", "waiting_words"]

_VERSION = 1
_SEVERITIES = ("error", "warning", "info")


def findings_json(checked: Checked, *, schema: Schema, run: Run, language: str) -> dict[str, Any]:
    """Every submission and every finding, sorted; no field holds a cell's value.

    Args:
        checked: what was found.
        schema: gives the words.
        run: the reference year and the tool's name.
        language: of messages and hints.
    """
    return {
        "version": _VERSION,
        "tool": run.tool,
        "reference_year": run.reference_year or None,
        "submissions": [
            {
                "file": each.file,
                "agency": each.agency,
                "status": each.status,
                "sha256": each.sha256,
                "records": dict(each.records),
                "checked": {
                    "cells": each.cells_checked,
                    "rules": each.rules_checked,
                    "not_evaluated": each.not_evaluated,
                },
                "reason": each.reason,
                "type": each.kind,
                "revision": each.revision,
            }
            for each in sorted(checked.submissions, key=lambda each: (each.file, each.sha256))
        ],
        "not_evaluated": _skipped(checked.skipped),
        **_findings(checked.findings, schema=schema, language=language),
    }


def persons_json(
    linked: Linked,
    findings: pl.DataFrame,
    *,
    skipped: Sequence[Skipped],
    schema: Schema,
    tool: str,
    language: str,
) -> dict[str, Any]:
    """The count of persons with its range, and the findings of the rules that need to know who is who."""
    return {
        "version": _VERSION,
        "tool": tool,
        "persons": [
            {
                "role": each.role,
                "records": each.n_records,
                "candidate_pairs": each.n_candidate_pairs,
                "linked_pairs": each.n_linked_pairs,
                "decided_pairs": each.n_decided_pairs,
                "open_pairs": each.n_open_pairs,
                "low": each.low,
                "best": each.best,
                "high": each.high,
                "interval": list(each.interval),
            }
            for each in linked.summaries
        ],
        "not_evaluated": _skipped(skipped),
        **_findings(findings, schema=schema, language=language),
    }


def waiting_words(because: str, *, schema: Schema, language: str) -> str:
    """What a rule that was not evaluated waits for, told in words.

    Args:
        because: as in `Skipped`: a need, or the record types that nobody sent.
        schema: gives the words.
        language: of the words.
    """
    if because in list(Need):
        return schema.say(f"terminal.waits_{because.replace(' ', '_')}", language)
    return schema.say("terminal.waits_sheet", language, sheets=because)


def _skipped(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    return [{"rule": each.rule, "because": each.because} for each in skipped]


def _findings(findings: pl.DataFrame, *, schema: Schema, language: str) -> dict[str, Any]:
    told = [_finding(Finding(**row), schema=schema, language=language) for row in findings.iter_rows(named=True)]
    counts = {severity: sum(each["severity"] == severity for each in told) for severity in _SEVERITIES}
    return {"findings": told, "counts": counts}


def _finding(finding: Finding, *, schema: Schema, language: str) -> dict[str, Any]:
    message, hint = render_finding(finding, schema=schema, language=language)
    return {
        "file": finding.file,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "row": finding.row,
        "column": finding.column,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": message,
        "hint": hint,
        "others": finding.others,
        "fingerprint": finding.fingerprint,
        "waived": finding.waived,
    }

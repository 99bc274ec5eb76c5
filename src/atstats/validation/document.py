"""The findings as the JSON document that other programs read."""

from typing import Any

from atstats.frames import Checked, Finding, Run
from atstats.schema import Schema, render_finding

__all__ = ["findings_json"]

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
    findings = [
        _finding(Finding(**row), schema=schema, language=language) for row in checked.findings.iter_rows(named=True)
    ]
    return {
        "version": _VERSION,
        "tool": run.tool,
        "reference_year": run.reference_year,
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
            }
            for each in sorted(checked.submissions, key=lambda each: (each.file, each.sha256))
        ],
        "findings": findings,
        "counts": {severity: sum(finding["severity"] == severity for finding in findings) for severity in _SEVERITIES},
    }


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

"""The findings as JUnit XML, which build servers show.

One testsuite is a file, and one testcase a finding, or a rule that was held and found nothing, which
passes. Errors and warnings are failures, notes pass and say what they say, waived findings are
skipped. A file that was not read is one testcase in error. The rules that were not evaluated are skipped
testcases of a testsuite of their own.

The form is what Jenkins reads: `junit-10.xsd` of its xUnit plugin.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from typing import Any

from atstats.frames import Checked, Run
from atstats.schema import Schema
from atstats.validation.document import findings_json, waiting_words
from atstats.vocabulary import Severity

__all__ = ["findings_junit"]

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def findings_junit(checked: Checked, *, schema: Schema, run: Run, language: str) -> bytes:
    """Every file, every finding and every rule that was not evaluated.

    Args:
        checked: what was found.
        schema: gives the words.
        run: the reference year and the tool's name.
        language: of messages and hints.
    """
    document = findings_json(checked, schema=schema, run=run, language=language)
    root = ET.Element("testsuites", name=run.tool)
    rules_of = {(each.file, each.sha256): each.rules for each in checked.submissions}
    findings: dict[str, list[Mapping[str, Any]]] = {}
    for finding in document["findings"]:
        findings.setdefault(finding["file"], []).append(finding)
    for submission in document["submissions"]:
        of_file = findings.pop(submission["file"], [])
        broken = {finding["rule"] for finding in of_file}
        held = rules_of.get((submission["file"], submission["sha256"]), ())
        found = [_case_of(finding) for finding in of_file]
        found += [_case(rule, name=f"{submission['file']} {rule}") for rule in held if rule not in broken]
        checked_how = {key: submission[key] for key in ("agency", "status", "sha256")} | submission["checked"]
        root.append(_suite(submission["file"], found or [_of_whole(submission)], properties=checked_how))
    for file, rest in findings.items():  # no submission: a file of the office, or an agency that has not sent
        root.append(_suite(file or "collection", [_case_of(finding) for finding in rest], properties={}))
    root.append(_suite("not evaluated", _not_evaluated(document, schema=schema, language=language), properties={}))
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode").encode() + b"\n"


def _case_of(finding: Mapping[str, Any]) -> ET.Element:
    place = "!".join(filter(None, (finding["sheet"], finding["cell"]))) or finding["column"]
    case = _case(finding["rule"], name=" ".join(filter(None, (finding["file"], place))))
    text = "\n".join(filter(None, (finding["hint"], f"fingerprint {finding['fingerprint']}")))
    if finding["waived"]:
        _told(case, "skipped", kind="waived", message=finding["message"], text=text)
    elif finding["severity"] == Severity.INFO:
        ET.SubElement(case, "system-out").text = _clean(f"{finding['message']}\n{text}")
    else:
        _told(case, "failure", kind=finding["severity"], message=finding["message"], text=text)
    return case


def _of_whole(submission: Mapping[str, Any]) -> ET.Element:
    """The one testcase of a file without a finding: it passes where the file counts and its rules were held."""
    case = _case("file", name=submission["file"])
    if submission["status"] == "unreadable":
        _told(case, "error", kind="unreadable", message=submission["reason"])
    elif submission["status"] == "superseded":
        _told(case, "skipped", kind="superseded", message=submission["status"])
    return case


def _not_evaluated(document: Mapping[str, Any], *, schema: Schema, language: str) -> list[ET.Element]:
    cases = []
    for each in document["not_evaluated"]:
        case = _case(each["rule"], name=each["rule"])
        words = waiting_words(each["because"], schema=schema, language=language)
        _told(case, "skipped", kind="not_evaluated", message=words)
        cases.append(case)
    return cases


def _suite(name: str, cases: Iterable[ET.Element], *, properties: Mapping[str, Any]) -> ET.Element:
    suite = ET.Element("testsuite", name=_clean(name))
    if properties:
        listed = ET.SubElement(suite, "properties")
        for key, value in properties.items():
            ET.SubElement(listed, "property", name=key, value=_clean(str(value)))
    suite.extend(cases)
    suite.set("tests", str(len(suite.findall("testcase"))))
    for outcome, total in _COUNTED.items():
        suite.set(total, str(len(suite.findall(f"testcase/{outcome}"))))
    return suite


def _case(rule: str, *, name: str) -> ET.Element:
    return ET.Element("testcase", classname=f"atstats.{rule}", name=_clean(name))


def _told(case: ET.Element, outcome: str, *, kind: str, message: str, text: str = "") -> None:
    told = ET.SubElement(case, outcome, type=kind, message=_clean(message))
    told.text = _clean(text) or None


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)

"""The forms in which findings are printed: the same findings in each, and on a terminal few lines for many."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import polars as pl
import pytest
from found import awareness, book, meta, trainings

from atstats import console, pipeline
from atstats.frames import Checked, Finding, Run, Unreadable
from atstats.schema import Schema
from atstats.validation import collapsed, findings_csv, findings_json, findings_junit, findings_sarif
from atstats.vocabulary import FindingsFormat

Check = Callable[..., Checked]
OTHERS = [form for form in FindingsFormat if form is not FindingsFormat.TEXT]


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The planted faults, a file that is no workbook, and a waiver of a warning."""
    place = tmp_path_factory.mktemp("formats") / "2025"
    shutil.copytree(root / "sample_data" / "faulty", place, ignore=shutil.ignore_patterns("*.csv"))
    (place / "no workbook, 50 %.xlsx").write_bytes(b"nothing")
    found = pipeline.validate([place]).checked.findings.filter(pl.col("severity") == "warning")
    fingerprint, rule = found.select("fingerprint", "rule").row(0)
    (place / "waivers.csv").write_text(
        f"fingerprint,rule,reason,who,when,until\n{fingerprint},{rule},seen,A.B.,2026-02-01,2026-12-31\n",
        encoding="utf-8",
    )
    return place


@pytest.fixture(scope="module")
def result(folder: Path) -> pipeline.Validated:
    """What `validate` finds there."""
    return pipeline.validate([folder])


@pytest.fixture(scope="module")
def documents(result: pipeline.Validated) -> dict[FindingsFormat, bytes]:
    """What it prints, in each form."""
    return {form: pipeline.findings_document(result, form=form, language="en") for form in OTHERS}


@pytest.fixture(scope="module")
def document(documents: dict[FindingsFormat, bytes]) -> dict[str, Any]:
    """The JSON document, which the other forms are held against."""
    return dict(json.loads(documents[FindingsFormat.JSON]))


# --------------------------------------------------------------------------- the same in each


def test_sarif_has_the_same_findings(document: dict[str, Any], documents: dict[FindingsFormat, bytes]) -> None:
    """In the same order: file, sheet, cell, rule, severity, words, further cells, fingerprint, waived."""
    (run,) = json.loads(documents[FindingsFormat.SARIF])["runs"]
    severities = {"error": "error", "warning": "warning", "note": "info"}
    got = []
    for each in run["results"]:
        (place,) = each["locations"]
        got.append(
            {
                "file": unquote(place["physicalLocation"]["artifactLocation"]["uri"]),
                **place.get("properties", {"sheet": "", "cell": ""}),
                "column": each["properties"]["column"],
                "rule": each["ruleId"],
                "severity": severities[each["level"]],
                "message": each["message"]["text"],
                "others": len(each.get("relatedLocations", [])),
                "fingerprint": each["partialFingerprints"]["atstats/v1"],
                "waived": each["suppressions"] == [{"kind": "external", "status": "accepted"}],
            }
        )
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]
    wanted = [
        {**each, "message": f"{each['message']} {each['hint']}", "others": len(each["others"])}
        for each in document["findings"]
    ]
    assert got == [{key: each[key] for key in got[0]} for each in wanted]
    assert sum(each["waived"] for each in got) == 1


def test_junit_has_the_same_findings(document: dict[str, Any], documents: dict[FindingsFormat, bytes]) -> None:
    """Errors and warnings fail, notes pass, what is waived or not evaluated is skipped, an unread file is in error."""
    root = ET.fromstring(documents[FindingsFormat.JUNIT])
    got = Counter()
    for case in root.iter("testcase"):
        rule = (case.get("classname") or "").removeprefix("atstats.")
        told = case.find("failure")
        if told is not None:
            got[rule, case.get("name"), told.get("type"), told.get("message"), False] += 1
        elif case.find("system-out") is not None:
            got[rule, case.get("name"), "info", (case.findtext("system-out") or "").partition("\n")[0], False] += 1
        elif (skipped := case.find("skipped")) is not None and skipped.get("type") == "waived":
            got[rule, case.get("name"), "waived", skipped.get("message"), True] += 1
    wanted = Counter(
        (
            each["rule"],
            f"{each['file']} {'!'.join(filter(None, (each['sheet'], each['cell'])))}".strip(),
            "waived" if each["waived"] else each["severity"],
            each["message"],
            each["waived"],
        )
        for each in document["findings"]
    )
    assert got == wanted
    assert [case.get("name") for case in root.iter("testcase") if case.find("error") is not None] == [
        "no workbook, 50 %.xlsx"
    ]
    skipped = [case.get("name") for case in root.findall("testsuite[@name='not evaluated']/testcase")]
    assert skipped == [each["rule"] for each in document["not_evaluated"]]


def test_csv_has_the_same_findings(document: dict[str, Any], documents: dict[FindingsFormat, bytes]) -> None:
    """Every field of the JSON document, one row a finding."""
    rows = list(csv.DictReader(io.StringIO(documents[FindingsFormat.CSV].decode())))
    wanted = [
        {
            **each,
            "row": "" if each["row"] is None else str(each["row"]),
            "others": "; ".join(each["others"]),
            "waived": str(each["waived"]).lower(),
        }
        for each in document["findings"]
    ]
    assert rows == wanted


@pytest.mark.parametrize("language", ["en", "sq", "sr", "sr-cyrl"])
def test_the_json_document_is_as_its_schema_says(language: str, result: pipeline.Validated, root: Path) -> None:
    """In every language; a field more, such as the value of a cell, is refused."""
    schema = json.loads((root / "docs" / "findings.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    held = jsonschema.Draft202012Validator(schema)
    document = json.loads(pipeline.findings_document(result, form=FindingsFormat.JSON, language=language))
    assert [error.message for error in held.iter_errors(document)] == []
    document["findings"][0]["value"] = "Secret"
    assert ["value" in error.message for error in held.iter_errors(document)] == [True]


def test_identical_input_gives_identical_bytes(folder: Path, documents: dict[FindingsFormat, bytes]) -> None:
    """In another process, with another seed of hashes, time zone, locale and working folder."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom atstats import pipeline\nfrom atstats.vocabulary import "
        "FindingsFormat as F\nif __name__ == '__main__':\n"
        "    result = pipeline.validate([Path(sys.argv[1])])\n"
        "    for form in (F.JSON, F.SARIF, F.JUNIT, F.CSV):\n"
        "        sys.stdout.buffer.write(pipeline.findings_document(result, form=form, language='en'))\n"
    )
    elsewhere = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7", "COLUMNS": "40"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        check=True,
        cwd=folder.parent,
        env={**os.environ, **elsewhere},
    )
    assert done.stdout == b"".join(documents[form] for form in OTHERS)
    assert done.stderr == b""


# --------------------------------------------------------------------------- each form as others know it


def test_a_sarif_result_names_the_cell_as_row_and_column(checked: Check, schema: Schema, run: Run) -> None:
    """The row is a line, the letters are a column number, the name of the file is a URI; nothing is waived."""
    got = checked(
        book(meta(), trainings({"date_to": "31.02.2025", "hours": 900}), awareness({}), file="Të dhëna 50 %.xlsx")
    )
    document = findings_sarif(got, schema=schema, run=run, language="sr-cyrl")
    (sarif,) = document["runs"]
    uri = "T%C3%AB%20dh%C3%ABna%2050%20%25.xlsx"
    assert document["version"] == "2.1.0"
    assert (sarif["language"], sarif["tool"]["driver"]["name"], sarif["tool"]["driver"]["version"]) == (
        "sr", "atstats", "test",
    )  # fmt: skip
    assert sarif["results"][0] == {
        "ruleId": "TYPE-01",
        "ruleIndex": list(schema.rules).index("TYPE-01"),
        "level": "error",
        "message": {"text": "Дан 31 не постоји у месецу 02. Исправите датум у E3; редослед је дан, месец, година."},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 3, "startColumn": 5}},
                "logicalLocations": [{"name": "E3", "fullyQualifiedName": "trainings!E3"}],
                "properties": {"sheet": "trainings", "cell": "E3"},
            }
        ],
        "partialFingerprints": {"atstats/v1": got.findings["fingerprint"][0]},
        "suppressions": [],
        "properties": {"column": "date_to"},
    }
    rule = next(each for each in sarif["tool"]["driver"]["rules"] if each["id"] == "YR-01")
    assert rule == {
        "id": "YR-01",
        "shortDescription": {"text": "На овом листу је број лица …, а годину пре био је …."},
        "fullDescription": {"text": "Скок је вест или грешка; и једно и друго тражи реч."},
        "help": {"text": schema.rules["YR-01"].hint.of("sr-cyrl")},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"scope": "cross-year"},
    }
    assert sarif["artifacts"][0]["location"] == {"uri": uri}


def test_sarif_says_what_was_not_read_and_not_evaluated(checked: Check, schema: Schema, run: Run) -> None:
    """A finding about no file has no place; a column beyond Z counts on."""
    lost = Unreadable("a.xlsx", "", "is protected by a password", "Remove the password.")
    got = checked(lost, agencies_expected=True)
    (sarif,) = findings_sarif(got, schema=schema, run=run, language="en")["runs"]
    (invocation,) = sarif["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"] == [
        {
            "level": "error",
            "message": {"text": "is protected by a password. Remove the password."},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.xlsx"}}}],
        }
    ]
    assert {each["message"]["text"] for each in invocation["toolConfigurationNotifications"]} >= {
        "Not evaluated: it needs to know who is who.",
        "Not evaluated: it needs the collection of an earlier year.",
        "Not evaluated: it needs the tables of the report.",
    }
    assert "hashes" not in sarif["artifacts"][0]
    assert {("locations" in each, each["ruleId"]) for each in sarif["results"]} == {(False, "META-05")}

    other = Finding("a.xlsx", "t", "AB7", 7, "c", "VIC-02", "info", "", "", ["K7", "u!AA1"], "0" * 16, True)
    wide = Checked({}, pl.DataFrame([other], schema=got.findings.schema, orient="row"), ())
    (result,) = findings_sarif(wide, schema=schema, run=run, language="en")["runs"][0]["results"]
    regions = [each["physicalLocation"]["region"] for each in [*result["locations"], *result["relatedLocations"]]]
    assert regions == [
        {"startLine": 7, "startColumn": 28}, {"startLine": 7, "startColumn": 11}, {"startLine": 1, "startColumn": 27},
    ]  # fmt: skip
    assert [each["properties"]["sheet"] for each in result["relatedLocations"]] == ["t", "u"]
    assert (result["level"], result["suppressions"]) == ("note", [{"kind": "external", "status": "accepted"}])


JUNIT = {
    "testsuites": ({"name", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, {"name", "tests", "failures", "errors"},
                  {"properties", "testcase"}),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, {"name", "value"}, set()),
    "testcase": ({"name", "classname"}, {"name"}, {"skipped", "error", "failure", "system-out"}),
    "skipped": ({"type", "message"}, set(), set()),
    "error": ({"type", "message"}, set(), set()),
    "failure": ({"type", "message"}, set(), set()),
    "system-out": (set(), set(), set()),
}  # fmt: skip
"""Element -> attributes that junit-10.xsd of Jenkins allows and needs, and children; of those that we write."""


def test_junit_is_as_jenkins_reads_it(documents: dict[FindingsFormat, bytes]) -> None:
    """Elements and attributes of its schema alone, and totals that are right."""
    root = ET.fromstring(documents[FindingsFormat.JUNIT])
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed, needed, children = JUNIT[element.tag]
        assert needed <= set(element.keys()) <= allowed, element.tag
        assert {child.tag for child in element} <= children, element.tag
    for suite in root:
        n = {tag: len(suite.findall(f"testcase/{tag}")) for tag in ("failure", "error", "skipped")}
        assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == tuple(
            map(str, (len(suite.findall("testcase")), n["failure"], n["error"], n["skipped"]))
        )
    assert root.get("tests") == str(len(list(root.iter("testcase"))))
    assert root.get("failures") == str(len(list(root.iter("failure"))))


def test_a_file_without_a_finding_is_a_testcase_that_passes(checked: Check, schema: Schema, run: Run) -> None:
    """With what was looked at; a copy that does not count is skipped."""
    one, two = (book(meta(), trainings({}), awareness({}), file=file, sha256="same") for file in ("a.xlsx", "b.xlsx"))
    root = ET.fromstring(findings_junit(checked(one), schema=schema, run=run, language="en"))
    suite = root[0]
    assert (suite.get("name"), suite.get("failures")) == ("a.xlsx", "0")
    assert int(suite.get("tests") or 0) > 5  # a testcase for each rule that was held
    told = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert (told["agency"], told["status"], told["cells"]) == ("NATHB", "accepted", "41")
    assert list(suite.find("testcase") or ()) == []
    again = ET.fromstring(findings_junit(checked(one, two), schema=schema, run=run, language="en"))
    assert [suite.get("failures") for suite in again][:2] == ["0", "1"]


def test_names_that_would_break_a_form_do_not(checked: Check, schema: Schema, run: Run) -> None:
    """A control character, a tag, a formula; of a file that was not read also what is no UTF-8."""
    for name in ("=cmd|' /C calc'!A0.xlsx", "@a\x01<b>&.xlsx", "+1.xlsx", "-1.xlsx", "\t.xlsx"):
        got = checked(book(meta(), trainings({"hours": 900}), awareness({}), file=name))
        ET.fromstring(findings_junit(got, schema=schema, run=run, language="en"))
        text = findings_csv(got, schema=schema, run=run, language="en").decode()
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        assert row["file"].startswith("'")
        validated = pipeline.Validated(got, schema, run, ())
        for form in (FindingsFormat.JSON, FindingsFormat.SARIF):
            read = json.loads(pipeline.findings_document(validated, form=form, language="en"))
            if form is FindingsFormat.JSON:
                assert read["findings"][0]["file"] == name
            else:
                assert unquote(read["runs"][0]["artifacts"][0]["location"]["uri"]) == name
    lost = pipeline.Validated(
        checked(Unreadable("a\udc80.xlsx", "", "is no workbook", "Save it as .xlsx.")), schema, run, ()
    )
    made = {form: pipeline.findings_document(lost, form=form, language="en") for form in OTHERS}
    assert json.loads(made[FindingsFormat.JSON])["submissions"][0]["file"] == "a\udc80.xlsx"
    assert b'"uri": "a%80.xlsx"' in made[FindingsFormat.SARIF]
    assert ET.fromstring(made[FindingsFormat.JUNIT])[0].get("name") == "a\ufffd.xlsx"


# --------------------------------------------------------------------------- few lines for many findings


def many(checked: Check, *hours: int, good: int) -> Checked:
    """Trainings of so many hours, too many, and others that are right."""
    rows = [{"id": f"T{n}", "title": f"Training {n}", "hours": hour} for n, hour in enumerate((*hours, *[18] * good))]
    return checked(book(meta(), trainings(*rows), awareness({})))


def test_a_rule_that_fails_in_most_rows_is_one_line_with_twenty_cells(checked: Check) -> None:
    """More than half of the rows of the sheet; at half the first three are told, and how many more there are."""
    got = many(checked, *[900] * 25, good=24)
    (line,) = collapsed(got.findings, books=got.books)
    assert (line.n, line.rows, line.finding.cell) == (25, 49, "F3–F27")
    assert line.cells == tuple(f"F{row}" for row in range(3, 23))

    half = many(checked, *[900] * 25, good=25)
    lines = list(collapsed(half.findings, books=half.books))
    assert [(line.finding.cell, line.n, line.more) for line in lines] == [
        ("F3", 1, False), ("F4", 1, False), ("F5", 1, False), ("F6", 22, True),
    ]  # fmt: skip
    assert len(list(collapsed(got.findings))) == 4  # who does not know the rows of the sheet counts


def test_machine_forms_list_every_finding(checked: Check, schema: Schema, run: Run) -> None:
    """What is one line for a reader is twenty-five for a program."""
    got = many(checked, *[900] * 25, good=0)
    assert len(findings_json(got, schema=schema, run=run, language="en")["findings"]) == 25
    assert len(findings_csv(got, schema=schema, run=run, language="en").splitlines()) == 26


# --------------------------------------------------------------------------- lines to read


def shown(
    checked: Checked, schema: Schema, capsys: pytest.CaptureFixture[str], language: str = "en"
) -> tuple[str, str]:
    """What is printed where no terminal is: stdout and stderr."""
    console.show_findings(checked, schema=schema, language=language, quiet=False)
    printed = capsys.readouterr()
    return printed.out, printed.err


def test_each_line_stands_alone_where_no_terminal_is(
    checked: Check, schema: Schema, capsys: pytest.CaptureFixture[str]
) -> None:
    """File, cell, rule, severity, what is wrong, what to do; and what was looked at, in the language asked for."""
    got = many(checked, *[900] * 4, good=1)
    out, err = shown(got, schema, capsys)
    assert out == (
        "NATHB_2025.xlsx  trainings!F3–F6  TRN-01 error  A training needs participants, dates in order, and between "
        "half an hour and 400 hours. Correct F3–F6. In 4 of 5 rows: F3, F4, F5, F6\n"
    )
    n_rules, n_skipped = len(schema.rules), len({each.rule for each in got.skipped})
    first, looked_at, left, found, step = err.splitlines()
    assert first == "Workbooks: 1 (rejected: 1)."
    assert looked_at == f"Looked at: cells: 101; rules: {n_rules - n_skipped} of {n_rules}."
    assert left.startswith(f"Not looked at: rules: {n_skipped} (waiting for an earlier year, --previous: ")
    assert left.endswith("where a cell is blank or another agency absent: 0.")
    assert found == "Found: errors: 4; warnings: 0; information: 0; waived among these: 0."
    assert step == "Next: correct the cells named above, then run atstats validate again."

    _, err = shown(got, schema, capsys, "sr-cyrl")
    assert err.splitlines()[-1] == "Даље: исправите горе наведене ћелије, па поново покрените atstats validate."


def test_no_findings_come_with_what_was_looked_at(
    checked: Check, schema: Schema, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing on stdout; the counts of cells and rules, and what was left out, in every language."""
    got = checked(book(meta(), trainings({}), awareness({})))
    for language, words in (
        ("en", ("Workbooks: 1 (accepted: 1).", "Looked at: cells: 41;", "Not looked at: rules:", "No findings.")),
        ("sq", ("Libra pune: 1 (të pranuar: 1).", "U shikuan: qeliza: 41;", "Nuk u shikuan:", "Asnjë gjetje.")),
        ("sr", ("Radne sveske: 1 (prihvaćeno: 1).", "Pregledano: ćelija: 41;", "Nije pregledano:", "Nema nalaza.")),
    ):
        out, err = shown(got, schema, capsys, language)
        assert out == ""
        lines = err.splitlines()
        assert all(line.startswith(start) for line, start in zip(lines, words, strict=False))
        assert lines[-1].endswith(": atstats build-report.")


class Terminal(io.TextIOWrapper):
    """A stream that says it is one."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        (
            80,
            "NATHB_2025.xlsx\n"
            "  meta!N3  TYPE-02  error\n"
            "    The code is not in the list of this column. Choose a code from the drop-down\n"
            "    of N3.\n"
            "  trainings!F3  TRN-01  error\n"
            "    A training needs participants, dates in order, and between half an hour and\n"
            "    400 hours. Correct F3.\n\n",
        ),
        (
            100,
            "NATHB_2025.xlsx\n"
            "  meta!N3       TYPE-02  error  The code is not in the list of this column. Choose a code from the\n"
            "                                drop-down of N3.\n"
            "  trainings!F3  TRN-01   error  A training needs participants, dates in order, and between half an\n"
            "                                hour and 400 hours. Correct F3.\n\n",
        ),
    ],
)
def test_on_a_terminal_lines_break_between_words_under_the_name_of_the_file(
    columns: int, wanted: str, checked: Check, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In columns where there is room; below its place where there is not."""
    got = checked(book(meta(language="XX"), trainings({"hours": 900}, {"id": "T2", "title": "B"}), awareness({})))
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    for name, value in (("COLUMNS", str(columns)), ("NO_COLOR", "1"), ("TERM", "dumb-but-wide")):
        monkeypatch.setenv(name, value)
    console.show_findings(got, schema=schema, language="en", quiet=False)
    printed = [stream.buffer.getvalue().decode() for stream in (out, err) if stream.flush() is None]  # type: ignore[attr-defined]
    plain = [_without_styles(text) for text in printed]
    assert "\n".join(line.rstrip() for line in plain[0].split("\n")) == wanted
    assert max(map(len, plain[1].splitlines())) <= columns
    assert not [text for text in printed if "\x1b[3" in text]  # NO_COLOR: bold may stay, no colour does


def _without_styles(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_name_cannot_steer_the_terminal(checked: Check, schema: Schema, capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes, turned writing and what no encoding has are replaced."""
    got = checked(
        book(meta(), trainings({"hours": 900}), awareness({}), file="a\x1b[2J\u202e.xlsx"),
        Unreadable("b\udc80\x07.xlsx", "", "is no workbook", "Save it as .xlsx."),
    )
    out, _ = shown(got, schema, capsys)
    unread, found = out.splitlines()
    assert unread == "b\ufffd\ufffd.xlsx  not read  is no workbook. Save it as .xlsx."
    assert found.startswith("a\ufffd[2J\ufffd.xlsx  trainings!F3")

"""Accepted warnings: which lines of `waivers.csv` count, what is said of the others, and how a line is added."""

import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from found import awareness, book, meta, trainings

from atstats import pipeline
from atstats.collection import Collection, open_collection
from atstats.errors import AtstatsError, UnreadableError, UsageError
from atstats.frames import Checked, Run
from atstats.schema import Schema
from atstats.validation import apply_waivers

Check = Callable[..., Checked]
HEADER = "fingerprint,rule,reason,who,when,until"
LATE = {"id": "T2", "title": "Second", "date_to": "12.03.2025"}
"""A text date: a warning."""
WRONG = {"id": "T3", "title": "Third", "hours": 900}
"""Too many hours: an error."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty collection."""
    place = tmp_path / "2025"
    (place / "submissions").mkdir(parents=True)
    (place / "atstats.toml").write_text("reference_year = 2025\n", encoding="utf-8")
    return place


@pytest.fixture
def collection(folder: Path) -> Collection:
    """The same, opened."""
    return open_collection(folder)


def waived(
    checked: Checked,
    collection: Collection,
    *lines: str,
    schema: Schema,
    run: Run,
    whole: bool = True,
    linked: bool = False,
    not_evaluated: tuple[str, ...] = (),
) -> pl.DataFrame:
    """The findings once these lines stand in `waivers.csv`."""
    (collection.folder / "waivers.csv").write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return apply_waivers(
        checked.findings,
        collection.waivers(),
        schema=schema,
        cut_off=run.cut_off,
        whole=whole,
        linked=linked,
        not_evaluated=not_evaluated,
    )


def about_waivers(findings: pl.DataFrame) -> list[tuple[str, str, str, str]]:
    """Rule, cell, severity and detail of what is said about the file."""
    own = findings.filter(pl.col("file") == "waivers.csv")
    assert set(own["sheet"]) <= {""}
    return own.select("rule", "cell", pl.col("severity").cast(pl.String), "detail").rows()


@pytest.fixture
def late(checked: Check) -> Checked:
    """One warning and one error."""
    return checked(book(meta(), trainings({}, LATE, WRONG), awareness({})))


def print_of(checked: Checked, severity: str) -> str:
    """The fingerprint of the only finding of this severity."""
    (fingerprint,) = checked.findings.filter(pl.col("severity") == severity)["fingerprint"]
    return str(fingerprint)


# --------------------------------------------------------------------------- what a line does


def test_a_warning_is_waived_and_the_error_beside_it_is_not(
    late: Checked, collection: Collection, schema: Schema, run: Run
) -> None:
    """Nothing else of the findings changes, and nothing is said about the line."""
    line = f"{print_of(late, 'warning')},META-09,right in the file,A.B.,2026-02-01,2026-03-31"
    got = waived(late, collection, line, schema=schema, run=run)
    assert got.drop("waived").equals(late.findings.drop("waived"))
    assert got.select(pl.col("severity").cast(pl.String), "waived").rows() == [("warning", True), ("error", False)]


def test_a_waiver_survives_sorting_blank_rows_another_header_and_another_name(
    checked: Check, late: Checked, collection: Collection, schema: Schema, run: Run
) -> None:
    """The fingerprint hangs on the record and its value, not on the row, the column's place or the file."""
    line = f"{print_of(late, 'warning')},META-09,right in the file,A.B.,2026-02-01,2026-12-31"
    moved = checked(
        book(meta(), trainings(WRONG, LATE, {}, first_row=9), awareness({}), file="renamed.xlsx", sha256="other")
    )
    assert moved.findings["cell"].to_list() != late.findings["cell"].to_list()
    got = waived(moved, collection, line, schema=schema, run=run)
    assert got.filter("waived").select("file", "cell", "rule").rows() == [("renamed.xlsx", "E10", "META-09")]
    assert about_waivers(got) == []


def test_another_value_is_another_finding(
    checked: Check, late: Checked, collection: Collection, schema: Schema, run: Run
) -> None:
    """What was accepted was that value; the line then matches nothing."""
    line = f"{print_of(late, 'warning')},META-09,right in the file,A.B.,2026-02-01,2026-12-31"
    changed = checked(book(meta(), trainings({}, {**LATE, "date_to": "13.03.2025"}), awareness({})))
    got = waived(changed, collection, line, schema=schema, run=run)
    assert not got["waived"].any()
    assert about_waivers(got) == [("WAIVE-02", "A2", "warning", "nothing")]


@pytest.mark.parametrize(
    ("severity", "line", "said"),
    [
        ("error", "TRN-01,seen,A.B.,2026-02-01,2026-12-31", ("WAIVE-01", "A2", "warning", "")),
        ("warning", "REQ-01,seen,A.B.,2026-02-01,2026-12-31", ("WAIVE-02", "B2", "warning", "rule")),
        ("warning", "META-09,seen,A.B.,2026-02-01,2026-03-30", ("WAIVE-03", "F2", "warning", "")),
        ("warning", "META-09,seen,A.B.,2026-02-01,30. 3. 2026.", ("WAIVE-03", "F2", "warning", "")),
        ("warning", ",seen,A.B.,2026-02-01,2026-12-31", ("WAIVE-04", "B2", "warning", "rule")),
        ("warning", "META-09, ,A.B.,2026-02-01,2026-12-31", ("WAIVE-04", "C2", "warning", "reason")),
        ("warning", "META-09,seen,,2026-02-01,2026-12-31", ("WAIVE-04", "D2", "warning", "who")),
        ("warning", "META-09,seen,A.B.", ("WAIVE-04", "F2", "warning", "until")),
        ("warning", "META-09,seen,A.B.,2026-02-01,soon", ("WAIVE-04", "F2", "warning", "not_a_date")),
    ],
)
def test_a_line_that_waives_nothing_is_told_at_its_cell(
    severity: str,
    line: str,
    said: tuple[str, str, str, str],
    late: Checked,
    collection: Collection,
    schema: Schema,
    run: Run,
) -> None:
    """And the finding stays open."""
    got = waived(late, collection, f"{print_of(late, severity)},{line}", schema=schema, run=run)
    assert about_waivers(got) == [said]
    assert not got["waived"].any()


def test_the_last_line_about_a_finding_counts(late: Checked, collection: Collection, schema: Schema, run: Run) -> None:
    """The file is only added to, so that a longer waiver stands below the one that ended."""
    fingerprint = print_of(late, "warning")
    ended, longer = (f"{fingerprint},META-09,seen,A.B.,2026-02-01,{day}" for day in ("2026-01-31", "2026-12-31"))
    got = waived(late, collection, ended, "", longer, schema=schema, run=run)
    assert (got["waived"].sum(), about_waivers(got)) == (1, [])
    got = waived(late, collection, longer, "", ended, schema=schema, run=run)
    assert (got["waived"].sum(), about_waivers(got)) == (0, [("WAIVE-03", "F4", "warning", "")])


def test_that_a_line_matches_nothing_is_told_only_by_who_saw_everything(
    late: Checked, collection: Collection, schema: Schema, run: Run
) -> None:
    """Not where a part of the collection was looked at, nor where its rule was not evaluated or is held elsewhere."""
    now, later = ("0123456789abcdef,META-09,seen,A.B.,,2026-12-31", "0123456789abcdee,LNK-02,seen,A.B.,,2026-12-31")

    def said(**how: Any) -> list[str]:
        return [
            cell for _, cell, *_ in about_waivers(waived(late, collection, now, later, schema=schema, run=run, **how))
        ]

    assert said() == ["A2"]
    assert said(whole=False) == []
    assert said(not_evaluated=("META-09",)) == []
    assert said(linked=True) == ["A3"]
    assert said(linked=True, not_evaluated=("LNK-02",)) == []


# --------------------------------------------------------------------------- the file


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"fingerprint,rule,reason,who,when\n", "lacks the column(s) until"),
        (b"", "lacks the column(s) fingerprint, rule, reason, who, when, until"),
        (HEADER.encode() + "\n0a,VIC-07,pa ë,A.B.,,\n".encode("cp1250"), "is no CSV text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_never_quoted(
    content: bytes, told: str, collection: Collection
) -> None:
    """Exit 10 with what to do; nothing is added to such a file."""
    path = collection.folder / "waivers.csv"
    path.write_bytes(content)
    for attempt in (collection.waivers, lambda: collection.add_waiver({"fingerprint": "0a"})):
        with pytest.raises(UnreadableError) as failure:
            attempt()
        assert told in failure.value.message
        assert failure.value.hint
        assert "A.B." not in failure.value.message + failure.value.hint
    assert path.read_bytes() == content


def test_no_file_is_no_waiver(collection: Collection) -> None:
    """The same columns, and no line."""
    assert collection.waivers().schema == {**dict.fromkeys(HEADER.split(","), pl.String), "row": pl.UInt32}
    assert collection.waivers().is_empty()


def test_a_file_that_a_spreadsheet_saved_is_read_and_added_to_in_its_own_way(collection: Collection) -> None:
    """Semicolons, a mark of the byte order, its own order of columns and further ones, no end of the last line."""
    path = collection.folder / "waivers.csv"
    old = "\ufeffrule;fingerprint;reason;who;when;until;seen by\r\nVIC-07;0A;pa ë;A.B.;;31.12.2026;C.D."
    path.write_bytes(old.encode())
    assert collection.waivers().rows() == [("VIC-07", "0A", "pa ë", "A.B.", "", "31.12.2026", "C.D.", 2)]
    collection.add_waiver({"fingerprint": "0b", "rule": "VIC-08", "reason": "a; b", "until": "2026-12-31"})
    assert path.read_bytes() == (old + '\r\nVIC-08;0b;"a; b";;;2026-12-31;\r\n').encode()
    assert collection.waivers()["row"].to_list() == [2, 3]


# --------------------------------------------------------------------------- the command


@pytest.fixture
def sent(folder: Path, root: Path) -> Path:
    """A collection of one planted workbook with warnings and one with errors."""
    faulty = root / "sample_data" / "faulty"
    for name in ("ATK_2025.xlsx", "CSW_19_2025.xlsx"):
        shutil.copy(faulty / name, folder / "submissions")
    shutil.copy(faulty / "agencies.toml", folder)
    return folder


GIVEN: Mapping[str, Any] = {"reason": "seen", "who": "A.B.", "when": date(2026, 2, 1), "until": date(2026, 12, 31)}


def test_a_waiver_is_added_and_counts_from_then_on(sent: Path) -> None:
    """The line names rule, reason, author and dates; the warning is waived, prolonged, and never twice the same."""
    before = pipeline.validate([sent]).checked.findings
    warning = before.filter((pl.col("severity") == "warning") & (pl.col("file") == "ATK_2025.xlsx")).row(0, named=True)

    done = pipeline.waive(sent, warning["fingerprint"].upper(), **{**GIVEN, "reason": "=1+1,\n agreed"})
    assert done.findings["cell"].to_list() == [warning["cell"]]
    text = (sent / "waivers.csv").read_text(encoding="utf-8")
    assert text == (
        f'{HEADER}\n{warning["fingerprint"]},{warning["rule"]},"\'=1+1, agreed",A.B.,2026-02-01,2026-12-31\n'
    )
    after = pipeline.validate([sent]).checked.findings
    assert after.filter("waived")["fingerprint"].to_list() == [warning["fingerprint"]]
    assert after.drop("waived").equals(before.drop("waived"))

    with pytest.raises(UsageError, match="is waived already, until 2026-12-31"):
        pipeline.waive(sent, warning["fingerprint"], **GIVEN)
    pipeline.waive(sent, warning["fingerprint"], **{**GIVEN, "until": date(2027, 1, 31)})
    assert (sent / "waivers.csv").read_text(encoding="utf-8").startswith(text)
    assert pipeline.validate([sent]).checked.findings.equals(after)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reason": " \n "}, "needs a reason"),
        ({"who": ""}, "needs a who"),
        ({"until": date(2026, 3, 30)}, "before the cut-off date 2026-03-31"),
    ],
)
def test_a_waiver_without_reason_author_or_a_later_end_is_refused(
    change: dict[str, Any], told: str, sent: Path
) -> None:
    """Exit 2, before anything is read, and nothing is written."""
    with pytest.raises(UsageError, match=told) as failure:
        pipeline.waive(sent, "0" * 16, **{**GIVEN, **change})
    assert failure.value.hint
    assert not (sent / "waivers.csv").exists()


def test_errors_unknown_fingerprints_and_lines_of_the_file_itself_are_not_waived(sent: Path) -> None:
    """Exit 2 with the next move; nothing is written."""
    stale = f"{HEADER}\n{'0' * 16},META-09,seen,A.B.,2026-02-01,2026-12-31\n"
    (sent / "waivers.csv").write_text(stale, encoding="utf-8")
    found = pipeline.validate([sent]).checked.findings
    error = found.filter(pl.col("severity") == "error")["fingerprint"][0]
    own = found.filter(pl.col("file") == "waivers.csv")["fingerprint"][0]
    for fingerprint, told in (
        (error, "errors cannot be waived"),
        ("f" * 16, "no finding has the fingerprint"),
        (own, "about waivers.csv itself"),
    ):
        with pytest.raises(UsageError, match=told) as failure:
            pipeline.waive(sent, fingerprint, **GIVEN)
        assert failure.value.hint
    assert (sent / "waivers.csv").read_text(encoding="utf-8") == stale


def test_waived_warnings_do_not_fail_a_strict_run(sent: Path) -> None:
    """`has_open_warnings` is what --strict and --final ask."""
    (sent / "submissions" / "CSW_19_2025.xlsx").unlink()
    result = pipeline.validate([sent])
    assert pipeline.has_open_warnings(result)
    open_ones = result.checked.findings.filter(pl.col("severity") == "warning").select("fingerprint", "rule").unique()
    lines = [f"{fingerprint},{rule},seen,A.B.,2026-02-01,2026-12-31" for fingerprint, rule in open_ones.iter_rows()]
    (sent / "waivers.csv").write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    assert not pipeline.has_open_warnings(pipeline.validate([sent]))


def test_findings_after_linkage_are_waived_in_the_second_pass(root: Path, tmp_path: Path) -> None:
    """A line for a rule that needs persons is no concern of `validate`; `link` honours it, or says what is wrong."""
    sample = tmp_path / "2025"
    (sample / "submissions").mkdir(parents=True)
    (sample / "atstats.toml").write_text("reference_year = 2025\n", encoding="utf-8")
    shutil.copy(root / "sample_data" / "2025" / "agencies.toml", sample)
    for name in ("VAAO_2025.xlsx", "CSW_19_2025.xlsx"):  # they have a pair that waits for a decision
        shutil.copy(root / "sample_data" / "2025" / "submissions" / name, sample / "submissions")
    first = pipeline.link(sample).findings.filter(pl.col("severity") == "warning").row(0, named=True)
    pipeline.waive(sample, first["fingerprint"], **GIVEN)
    with (sample / "waivers.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"{'0' * 16},{first['rule']},seen,A.B.,2026-02-01,2026-12-31\n")

    assert about_waivers(pipeline.validate([sample]).checked.findings) == []
    second = pipeline.link(sample).findings
    assert set(second.filter("waived")["fingerprint"]) == {first["fingerprint"]}
    assert about_waivers(second) == [("WAIVE-02", "A3", "warning", "nothing")]


def test_a_failure_is_one_of_ours(sent: Path) -> None:
    """A file that is no CSV stops `validate` with a line and an exit code."""
    (sent / "waivers.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(AtstatsError) as failure:
        pipeline.validate([sent])
    assert failure.value.exit_code == 10

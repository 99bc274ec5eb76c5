"""From the sample workbooks to the release: what the whole must do."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from ran import Built, Ran

from atstats import pipeline, simulation
from atstats.schema import Schema, load
from atstats.simulation import Simulated
from intruder import Key, World, attack, key_of

_HEAVY = {"polars", "pandera", "openpyxl", "python_calamine"}


@pytest.fixture(scope="session")
def schema(root: Path) -> Schema:
    """The schemas of the checkout, with the agencies that the sample adds."""
    return load(root / "schemas", own_agencies=root / "sample_data" / "2025" / "agencies.toml")


@pytest.fixture(scope="session")
def made(schema: Schema) -> Simulated:
    """The sample as it was made, with its truth."""
    return simulation.simulate(n_persons=35, seed=7, year=2025, schema=schema)


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


# --------------------------------------------------------------------------- commands


def test_help_starts_without_the_heavy_libraries() -> None:
    """A clerk who asks for help does not wait for polars, pandera, openpyxl or calamine."""
    code = (
        "import sys; sys.argv = ['atstats', '--help']\n"
        "from atstats import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', sorted({_HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("HEAVY []")
    assert "build-report" in done.stdout


def test_the_sample_is_accepted_without_a_finding(root: Path, atstats: Callable[..., Ran]) -> None:
    """`atstats validate sample_data/2025` exits with 0 and says what it looked at."""
    ran = atstats("validate", root / "sample_data" / "2025")
    assert (ran.code, ran.out) == (0, "")
    assert "Workbooks: 58 (accepted: 17, nothing to report: 41)." in ran.err


def test_the_faulty_sample_gives_exactly_the_planted_findings(root: Path, atstats: Callable[..., Ran]) -> None:
    """By file, sheet, cell and rule: none missed, none invented."""
    ran = atstats("validate", root / "sample_data" / "faulty", "--format", "json")
    document = json.loads(ran.out)
    got = sorted((each["file"], each["sheet"], each["cell"], each["rule"]) for each in document["findings"])
    with (root / "sample_data" / "faulty" / "expected.csv").open(encoding="utf-8") as stream:
        planted = sorted(tuple(row.values()) for row in csv.DictReader(stream))

    assert got == planted
    assert ran.code == 1
    assert set(document) == {
        "version", "tool", "reference_year", "submissions", "not_evaluated", "findings", "counts",
    }  # fmt: skip
    assert set(document["findings"][0]) == {
        "file", "sheet", "cell", "row", "column", "rule", "severity", "message", "hint", "others", "fingerprint",
        "waived",
    }  # fmt: skip
    assert document["counts"]["error"] == sum(each["severity"] == "error" for each in document["findings"])


@pytest.mark.parametrize("faulty", [False, True])
def test_the_sample_data_are_what_simulate_makes(faulty: bool, root: Path, tmp_path: Path) -> None:
    """The committed workbooks cannot drift from the code that makes them."""
    folder = tmp_path / "faulty" if faulty else tmp_path
    years = () if faulty else (2023, 2024, 2025)
    pipeline.simulate(folder, n_persons=35, seed=7, year=2025, years=years, faulty=faulty)
    made = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*") if path.is_file()}
    committed = root / "sample_data"
    assert {path for path in made if (committed / path).is_file()} == set(made)
    for path, file in made.items():
        assert file.read_bytes() == (committed / path).read_bytes(), path


# --------------------------------------------------------------------------- linkage


def test_linkage_finds_the_planted_persons_and_joins_nobody_else(sample: Path, made: Simulated) -> None:
    """K01 to K03 and K05 are found, K04 waits for a reviewer, K06 stays apart, and no link is false."""
    linked = pipeline.link(sample).linked
    truth = {(submission, sheet, row): person for submission, sheet, row, person in made.truth}
    found = {
        (each["submission"], each["sheet"], each["row"]): (each["role"], each["person_id"])
        for each in linked.identities.iter_rows(named=True)
    }
    assert set(found) == set(truth)
    false = [
        (one, other)
        for one, other in combinations(sorted(found), 2)
        if found[one] == found[other] and truth[one] != truth[other]
    ]
    assert false == []

    def ids(person: str) -> set[str]:
        return {found[place][1] for place, true_person in truth.items() if true_person == person}

    for case in ("K01", "K02", "K03", "K05", "K06"):
        assert [len(ids(person)) for person in made.planted[case]] == [1] * len(made.planted[case]), case
    one, other = made.planted["K06"][:2]
    assert ids(one).isdisjoint(ids(other))
    # K04 is open: one child of two stated ages. The best count takes such a pair as one person, which she is.
    (undecided,) = made.planted["K04"]
    missed = {
        truth[one] for one, other in combinations(found, 2) if truth[one] == truth[other] and found[one] != found[other]
    }
    assert missed == set()
    open_pairs = [
        {person_id for _, person_id in _pair_ids(pair, found)}
        for pair in linked.pairs.filter(decision="open").iter_rows(named=True)
    ]
    assert ids(undecided) in open_pairs
    summary = next(each for each in linked.summaries if each.role == "victim")
    assert (summary.low, summary.best, summary.high) == (62, 62, 63)


def _pair_ids(pair: dict[str, Any], known: dict[tuple[str, str, int], Any]) -> Iterator[Any]:
    """What is known of the two records of a pair."""
    for side in ("left", "right"):
        yield known[pair[f"{side}_submission"], pair[f"{side}_sheet"], pair[f"{side}_row"]]


def test_a_reviewers_decision_is_honoured(sample: Path, made: Simulated) -> None:
    """K04 decided as the same is one person fewer in the next run; decided as different, it is open no longer."""
    linked = pipeline.link(sample).linked
    truth = {(submission, sheet, row): person for submission, sheet, row, person in made.truth}
    pairs = [
        (pair["left_key"], pair["right_key"], set(_pair_ids(pair, truth)))
        for pair in linked.pairs.filter(decision="open").iter_rows(named=True)
    ]
    assert [len(persons) for *_, persons in pairs] == [1]  # K04
    got = {}
    for of_one_person in ("same", "different"):
        lines = [
            f"victim,{left},{right},{of_one_person if len(persons) == 1 else 'different'}"
            for left, right, persons in pairs
        ]
        text = "\n".join(["role,left_key,right_key,decision", *lines, ""])
        (sample / "decisions.csv").write_text(text, encoding="utf-8")
        decided = pipeline.link(sample).linked
        summary = next(each for each in decided.summaries if each.role == "victim")
        got[of_one_person] = (summary.best, summary.n_open_pairs, summary.n_decided_pairs)
    assert got == {"same": (62, 0, 1), "different": (63, 0, 1)}


# --------------------------------------------------------------------------- the release


def test_a_release_is_the_same_bytes_tomorrow_and_elsewhere(public: Built, again: Built) -> None:
    """Another folder, time zone, locale and hash seed change no byte."""
    assert public.files() == again.files()
    assert set(public.files()) == {
        "data/cells.csv", "data/datapackage.json", "data/tables.json", "manifest.json", "protection.json",
        "report.en.html", "report.sq.html", "report.sr.html",
    }  # fmt: skip
    assert public.folder.name == "2025-public-provisional-r1"


def test_building_again_reuses_the_release_and_writes_nothing(public: Built, atstats: Callable[..., Ran]) -> None:
    """A release is never overwritten, and unchanged inputs give the same name."""
    before = {path: path.stat().st_mtime_ns for path in public.folder.rglob("*")}
    ran = atstats("build-report", public.folder.parents[1])
    assert ran.code == 0
    assert Path(ran.out.strip()) == public.folder
    assert "Unchanged" in ran.err
    assert {path: path.stat().st_mtime_ns for path in public.folder.rglob("*")} == before


class _Figures(HTMLParser):
    """Collects the text of a page, the numbers that stand with the id of a cell, and the words of pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.with_id: list[tuple[str, str]] = []
        self.without: list[str] = []
        self.drawn: list[str] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawn += [text for name, text in attrs if name in ("aria-label", "alt", "title") and text]
        if tag not in ("meta", "link", "br", "img", "hr", "path", "rect", "line", "use", "circle"):
            self._open.append((tag, dict(attrs).get("data-cell") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._open}
        if not data.strip() or tags & {"style", "title"}:
            return
        if "svg" in tags:
            self.drawn.append(data.strip())
            return
        cell = next((cell for _, cell in reversed(self._open) if cell), "")
        if cell:
            self.with_id.append((cell, data.strip()))
        else:
            self.without.append(data)


_RANGE = ("LOW", "HIGH", "SURE_LOW", "SURE_HIGH")
"""Measures of T14.4 that are the best count moved by a known number."""
_ALLOWED = re.compile(
    r"T\d+\.\d+|C1|\b20\d\d\b|’\d\d\b"  # tables, the chart, years, years of two digits under a small column
    r"|\b\d{1,2}\.? [^\W\d]{3,10} 20\d\d"  # dates
    r"|atstats \d+\.\d+\.\d+|^\s*\d{1,2}\s*$"  # the version, chapter numbers
    r"|\[\w\]|\b3\b|\b18\b"  # symbols, the base of the rounding, the age of majority
)
"""What may stand in the page without being a figure."""


def _words_with_digits(schema: Schema) -> set[str]:
    """Labels and table texts that hold digits: ages, lengths of sentences, years in notes."""
    texts = [label.labels for codes in schema.codelists.values() for label in codes]
    for table in schema.tables.values():
        texts += [table.title, table.unit, table.scope, table.source, *table.notes]
    texts += schema.table_notes.values()
    found = {text for labels in texts for text in labels.all() if re.search(r"\d", text) and len(text) > 2}
    return found | {text[0].upper() + text[1:] for text in found}  # a row begins with a capital


@pytest.mark.parametrize("language", ["en", "sq", "sr"])
def test_every_figure_of_the_report_is_a_cell_of_the_data(language: str, public: Built, schema: Schema) -> None:
    """Numbers carry the id of their cell; the others are dates, years, ages, tables, articles and the base."""
    files = public.files()
    cells = {row["cell"]: row for row in _rows(files["data/cells.csv"])}
    page = _Figures()
    page.feed(files[f"report.{language}.html"].decode())
    for cell, text in page.with_id:
        value = cells[cell]["value"]
        printed = re.sub(r"[^\d]", "", text)
        if printed and value:
            assert printed == re.sub(r"\.0$", "", value).replace(".", ""), (cell, text)
        elif printed:
            assert cells[cell]["flag"], (cell, text)
    assert len(page.with_id) > 500
    known = sorted(_words_with_digits(schema), key=len, reverse=True)
    left = []
    for text in page.without:
        for words in known:
            text = text.replace(words, "")
        if re.search(r"\d", _ALLOWED.sub("", text)):
            left.append(text)
    assert left == []
    values = {str(int(float(row["value"]))) for row in cells.values() if row["value"]}
    drawn = {number for text in page.drawn for number in re.findall(r"\d+", _ALLOWED.sub("", text))}
    assert len(page.drawn) > 40
    assert drawn <= values


_VARIABLES_BY_BLOCK = (
    ("sex", "age_group", "age2_exploitation", "citizenship_group", "form"),
    ("victim_status", "body"),
)
"""Variables of victims that meet in a table, and those that meet the others in the total only: what is
known of one block tells of the other no more than the total, which both attacks know."""


def _worlds(schema: Schema) -> Iterator[World]:
    """What any reader knows: categories, groupings, and that a person is counted at one body."""
    functions = {
        variable.name: (variable.of, dict(variable.groups))
        for population in schema.populations.values()
        for variable in population.variables
        if variable.of
    }
    for block in _VARIABLES_BY_BLOCK:
        variables = {"victims": {name: schema.codelists[schema.dimensions[name].codes].all_codes() for name in block}}
        same: list[tuple[Key, Key]] = []
        if "body" in block:
            codes = {name: schema.codelists[schema.dimensions[name].codes].all_codes() for name in ("body", "outcome")}
            variables["registrations"] = codes
            for code in codes["body"]:
                counted = (("body", code), ("outcome", "COUNTED"))
                same.append((("registrations", counted), ("victims", (("body", code),))))
        inside = {name: each for name, each in functions.items() if each[0] in block}
        yield World(variables=variables, functions=inside, same=same)
    for name, population in schema.populations.items():
        if population.protection == "cells" and name not in ("victims", "registrations"):
            own = [variable for variable in population.variables if not variable.of]
            codes = {variable.name: schema.codelists[variable.codes].all_codes() for variable in own}
            yield World(variables={name: codes}, functions={n: e for n, e in functions.items() if e[0] in codes})


def test_a_reader_with_a_solver_learns_no_cell_of_one_or_two(schema: Schema, public: Built, internal: Built) -> None:
    """The attack sees the public cells only; the exact edition says afterwards which cells were small."""
    published = [row for row in _rows(public.files()["data/cells.csv"]) if row["period"] == "2025"]
    true = {row["cell"]: row["value"] for row in _rows(internal.files()["data/cells.csv"])}
    n_small = 0
    for world in _worlds(schema):
        known = set(world.functions) | {name for each in world.variables.values() for name in each}
        rows = [
            {**row, "value": float(row["value"] or 0), "linkage_measure": _step(row)}
            for row in published
            if row["population"] in world.variables
            and row["status"] in ("shown", "rounded", "withheld")
            and row["measure"] not in ("MEDIAN_MONTHS", *_RANGE)
            and all(name in known or value in ("", "_T") for name, value in _conditions(row, schema))
        ]
        small = {key_of(row, world) for row in rows if float(true[row["cell"]]) in (1, 2)}
        bounds = attack(rows, world, base=3, targets=small)
        n_small += len(small)
        for row in rows:
            low, high = bounds.get(key_of(row, world), (0, 2))
            assert high - low >= 2, row["cell"]
            if key_of(row, world) in bounds:
                assert low <= float(true[row["cell"]]) <= high, row["cell"]
    assert n_small > 30  # or the attack had nothing to find


def _step(row: dict[str, str]) -> str:
    """The steps of linkage stand in the column of the measure."""
    return {"BEST": "PERSONS"}.get(row["measure"], row["measure"]) if row["population"] == "linkage" else ""


def _conditions(row: dict[str, str], schema: Schema) -> Iterator[tuple[str, str]]:
    for variable in schema.populations[row["population"]].variables:
        yield variable.name, row.get(variable.name, "")


def test_totals_asked_to_be_exact_are_exact_and_the_others_multiples_of_the_base(
    public: Built, internal: Built
) -> None:
    """The headline is printed as counted; no other count of persons is."""
    rows = _rows(public.files()["data/cells.csv"])
    true = {row["cell"]: row["value"] for row in _rows(internal.files()["data/cells.csv"])}
    assert [row["value"] for row in rows if row["cell"] == "T0.1:r1:c1"] == [true["T0.1:r1:c1"]] == ["36"]
    rounded = [row for row in rows if row["status"] == "rounded" and row["measure"] not in _RANGE]
    assert len(rounded) > 400
    assert {float(row["value"]) % 3 for row in rounded} == {0}


# --------------------------------------------------------------------------- privacy


def test_no_planted_value_leaves_the_restricted_folder(root: Path, schema: Schema, public: Built, again: Built) -> None:
    """Names, numbers, dates of birth: nowhere in what is printed or released."""
    planted = set(_personal_values(root / "sample_data" / "2025" / "submissions", schema))
    assert len(planted) > 300
    haystack = public.printed + again.printed
    for content in public.files().values():
        haystack += re.sub(r"base64,[A-Za-z0-9+/=]+", "", content.decode())
    words = set(re.findall(r"[^\W_]+(?:[-./][^\W_]+)*", haystack))
    assert sorted(planted & words) == []
    assert not [value for value in planted if " " in value and value in haystack]


def _personal_values(folder: Path, schema: Schema) -> Iterator[str]:
    """Every name, number and date of birth in the workbooks, as written and as a reader would write it."""
    for path in sorted(folder.glob("*.xlsx")):
        book = load_workbook(path)
        workbook = schema.agencies[path.name.rpartition("_")[0]].workbook
        for sheet, tab in zip(schema.workbooks[workbook].sheets, book.worksheets, strict=False):
            if sheet.name == "meta" or sheet.role is None:
                continue
            keys = [cell.value for cell in tab[2]]
            for row in tab.iter_rows(min_row=3, values_only=True):
                for key, value in zip(keys, row, strict=False):
                    column = sheet.by_name.get(str(key))
                    if value is None or column is None or not column.identity or column.codes:
                        continue
                    if column.type == "date":
                        day = value.date()
                        yield day.isoformat()
                        yield f"{day.day:02}.{day.month:02}.{day.year}"
                    elif (len(str(value)) > 2 and not str(value).isdigit()) or len(str(value)) > 5:
                        yield str(value)


def test_the_internal_edition_is_exact_and_marked_restricted(internal: Built) -> None:
    """On every page, in the title and in the data package; and it says SAMPLE too."""
    files = internal.files()
    assert {row["status"] for row in _rows(files["data/cells.csv"])} <= {"shown", "not_available", "not_applicable"}
    for language, word in (("en", "RESTRICTED"), ("sq", "KUFIZUAR"), ("sr", "OGRANIČEN")):
        page = files[f"report.{language}.html"].decode()
        assert page.upper().count(word) >= 2, language
    assert files["report.en.html"].decode().count("SAMPLE") >= 2

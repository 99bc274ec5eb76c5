"""Every rule of `schemas/rules` is carried out, passes its passing examples and fails its failing ones."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from atstats import linkage, statistics, validation
from atstats.frames import (
    FINDINGS,
    IDENTITIES,
    PAIRS,
    PERSONS,
    TABLE_COLUMNS,
    VALUE_KINDS,
    Checked,
    Earlier,
    Linked,
    RawSheet,
    RawWorkbook,
    Run,
    Table,
)
from atstats.schema import TYPES, Law, Rule, Schema, Sheet, TableDefinition, load
from atstats.validation.crosschecks import RULES, World
from atstats.validation.fields import blank_flag, unknown_flag
from atstats.validation.rules import check_rows
from atstats.vocabulary import Need, Scope

_SCHEMA = load(Path(__file__).resolve().parents[2] / "schemas")
_RUN = Run(2025, date(2026, 3, 31), "atstats test")
_LETTERS = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *(first + last for first in "ABCD" for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
_IN_WORDS = ("SDC-01", "SDC-03", "SDC-04", "SDC-05", "SDC-06")
"""Rules whose examples are sentences; `test_rules_through_the_commands.py` breaks each of them."""


def _examples() -> Iterator[Any]:
    for rule in _SCHEMA.rules.values():
        for wanted, examples in (("passes", rule.passes), ("fails", rule.fails)):
            for number, example in enumerate(examples):
                if rule.id not in _IN_WORDS:
                    yield pytest.param(rule, example, wanted == "fails", id=f"{rule.id} {wanted} {number}")


@pytest.mark.parametrize(("rule", "example", "broken"), list(_examples()))
def test_an_example_of_a_rule_does_what_it_says(rule: Rule, example: Mapping[str, Any], broken: bool) -> None:
    """A passing row gives no finding of the rule, a failing row gives one."""
    about_sheets = all(
        isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in example.values()
    )
    if Need.TABLES in rule.needs:
        got = _in_tables(rule, example)
    elif rule.checks and not about_sheets:
        got = _by_row(rule, example)
    elif "linked" in example:
        got = _by_linkage(rule, example)
    elif "waivers" in example:
        got = _by_waivers(rule, example)
    elif rule.id in RULES:
        got = _across(rule, example)
    else:
        got = _whole(rule, example)
    assert got is broken


def test_there_are_rules_of_every_scope_and_a_function_belongs_to_a_rule() -> None:
    """Each is carried out by SQL, by one function, by the reader, by linkage or by the tables."""
    assert {rule.scope for rule in _SCHEMA.rules.values()} == set(Scope)
    assert set(RULES) <= set(_SCHEMA.rules)


# --------------------------------------------------------------------------- rules over a row


def _by_row(rule: Rule, example: Mapping[str, Any]) -> bool:
    """On the first sheet that has all columns of the example."""
    sheet = next(sheet for sheet in map(_SCHEMA.sheet, rule.applies_to) if set(example) <= set(sheet.by_name))
    found = check_rows(_typed(sheet, [example]), sheet=sheet, schema=_SCHEMA, run=_RUN).breaches
    return rule.id in found["rule"].to_list()


def _typed(sheet: Sheet, rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    """Records as the rules get them; an example may say the agency, the unit and the person of a row."""
    frame = pl.DataFrame(
        {column.name: [row.get(column.name) for row in rows] for column in sheet.columns},
        schema={column.name: TYPES[column.type] for column in sheet.columns},
    )
    address = {"agency": "KP_THB", "unit": "", "person_id": None}
    return frame.with_columns(
        *(pl.Series(name, [row.get(name, value) for row in rows], dtype=pl.String) for name, value in address.items()),
        *(pl.lit(value=False).alias(unknown_flag(column.name)) for column in sheet.columns),
        *(pl.col(column.name).is_null().alias(blank_flag(column.name)) for column in sheet.columns),
        submission=pl.lit(f"{sheet.record_type}.xlsx"),
        sheet=pl.lit(sheet.name),
        row=pl.int_range(3, 3 + len(rows), dtype=pl.UInt32),
    )


# --------------------------------------------------------------------------- rules across rows, sheets, agencies, years


def _across(rule: Rule, example: Mapping[str, Any]) -> bool:
    """Beside records an example may hold decisions, open pairs, an earlier year, its figures, history and law."""
    known = {sheet.record_type for sheet in _SCHEMA.sheets()}
    records = {name: _typed(_SCHEMA.sheet(name), rows) for name, rows in example.items() if name in known}
    if "meta" in example:
        records["police.meta"] = _typed(_SCHEMA.sheet("police.meta"), example["meta"])
    world = World(
        records=records,
        schema=_with_reference(example),
        run=_RUN,
        linked=_linked(records, example.get("pairs", [])) if Need.PERSONS in rule.needs else None,
        earlier=_earlier(example),
        agencies=frozenset(code for frame in records.values() for code in frame["agency"]),
        decisions=pl.DataFrame(example["decisions"]) if "decisions" in example else None,
    )
    return any(found.height for found in RULES[rule.id](world))


def _with_reference(example: Mapping[str, Any]) -> Schema:
    schema = _SCHEMA
    if "history" in example:
        blank = dict.fromkeys(("breakdown", "flag", "source", "published_on", "note"), "")
        schema = replace(schema, history=tuple({**blank, **line} for line in example["history"]))
    if "law" in example:
        law = tuple(
            Law(line["offence"], line["article"], "", line["valid_from"], None, None, None, None, "")
            for line in example["law"]
        )
        schema = replace(schema, law=law)
    return schema


def _earlier(example: Mapping[str, Any]) -> Earlier:
    named = {key.partition(" ")[2]: rows for key, rows in example.items() if key.startswith("earlier ")}
    figures = {line["indicator"]: line["n"] for line in example.get("figures", [])}
    return Earlier(2024, {name: _typed(_SCHEMA.sheet(name), rows) for name, rows in named.items()}, figures)


def _linked(records: Mapping[str, pl.DataFrame], pairs: list[Mapping[str, str]]) -> Linked:
    """What linkage would say of the records: their `person_id`, and pairs that wait for a decision."""
    parts = [
        frame.select(
            *(name for name in IDENTITIES if name in frame.columns),
            role=pl.lit("victim"),
            record_type=pl.lit(record_type),
            record_key=pl.format("{}{}", pl.lit(record_type), "row"),
        ).select(pl.col(name).cast(kind) for name, kind in IDENTITIES.items())
        for record_type, frame in records.items()
    ]
    identities = pl.concat([pl.DataFrame(schema=IDENTITIES), *parts])
    persons = (
        identities.select("person_id").unique().drop_nulls().with_columns(role=pl.lit("victim"), status=pl.lit("PVOT"))
    )
    sides = [
        {
            f"{side}_{name}": identities.filter(pl.col("record_type") == pair[side])[name][0]
            for side in ("left", "right")
            for name in ("submission", "sheet", "row")
        }
        for pair in pairs
    ]  # fmt: skip
    waiting = pl.DataFrame(sides, schema_overrides={"left_row": pl.UInt32, "right_row": pl.UInt32})
    return Linked(
        records={name: _aged(frame) for name, frame in records.items()},
        persons=pl.concat([pl.DataFrame(schema=PERSONS), persons], how="diagonal"),
        identities=identities,
        pairs=pl.concat([pl.DataFrame(schema=PAIRS), waiting.with_columns(decision=pl.lit("open"))], how="diagonal"),
        summaries=(),
        findings=pl.DataFrame(schema=FINDINGS),
    )


def _aged(frame: pl.DataFrame) -> pl.DataFrame:
    if not {"birth_date", "first_contact_date"} <= set(frame.columns):
        return frame
    years = pl.col("first_contact_date").dt.year() - pl.col("birth_date").dt.year()
    return frame.with_columns(age_at_event=years.cast(pl.Int64))


# --------------------------------------------------------------------------- rules that linkage holds itself


def _by_linkage(rule: Rule, example: Mapping[str, Any]) -> bool:
    """Two records of one personal number, at the police and at social work, with what the example says of each."""
    same = {"personal_no": "1269047715", "first_name": "Shembulla", "last_name": "Provë", "local_person_id": "1"}
    dates = {"first_contact_date": date(2025, 3, 1), "opened_date": date(2025, 3, 2)}
    status = {"status_current": "VOT", "status_current_date": date(2025, 3, 1), "thb_status": "VOT"}
    sheets = ("police.victims", "csw.cases")
    records = {
        sheet.record_type: _typed(sheet, [{**same, **dates, **status, **row}])
        for sheet, row in zip(map(_SCHEMA.sheet, sheets), example["linked"], strict=True)
    }
    checked = Checked(
        {name: frame.drop("person_id") for name, frame in records.items()}, pl.DataFrame(schema=FINDINGS), ()
    )
    nothing = pl.DataFrame(schema=dict.fromkeys(("role", "left_key", "right_key", "decision"), pl.String))
    linked = linkage.link(checked, schema=_SCHEMA, run=_RUN, key=b"test", decisions=nothing)
    return rule.id in linked.findings["rule"].to_list()


# --------------------------------------------------------------------------- rules about waivers


def _by_waivers(rule: Rule, example: Mapping[str, Any]) -> bool:
    """The lines of waivers.csv held against what was found in a whole collection."""
    blank = {"file": "a.xlsx", "sheet": "", "cell": "", "row": None, "column": "", "detail": "", "note": ""}
    found = [{**blank, "others": [], "waived": False, **each} for each in example["findings"]]
    waivers = pl.DataFrame(example["waivers"]).with_row_index("row", offset=2)
    got = validation.apply_waivers(
        pl.DataFrame(found, schema=FINDINGS), waivers, schema=_SCHEMA, cut_off=_RUN.cut_off, whole=True
    )
    return rule.id in got["rule"].to_list()


# --------------------------------------------------------------------------- rules about tables


def _in_tables(rule: Rule, example: Mapping[str, Any]) -> bool:
    """A layout is held as it is written; cells as they are counted."""
    if "layout" in example:
        words = _SCHEMA.tables["T2.1"]
        table = TableDefinition(
            "X", 2, words.title, "victims", words.unit, words.scope, words.source, (), (), example["layout"]
        )
        schema = replace(_SCHEMA, tables={"X": table})
        found = statistics.definition_findings(schema, edition="public")
    else:
        found = statistics.table_findings([_table(example)], schema=_SCHEMA)
    return rule.id in found["rule"].to_list()


def _table(example: Mapping[str, Any]) -> Table:
    dimensions = tuple(example["dimensions"])
    rows = [
        {
            "row": number, "col": 1, "population": example["population"], "unit": "person", "measure": "COUNT",
            "period": "2025", "kind": "count", "contributors": None, "flag": "", **cell, "value": float(cell["value"]),
        }
        for number, cell in enumerate(example["cells"], start=1)
    ]  # fmt: skip
    schema = {**TABLE_COLUMNS, **dict.fromkeys(dimensions, pl.String)}
    return Table(example.get("table", "X"), dimensions, pl.DataFrame(rows, schema=schema))


# --------------------------------------------------------------------------- rules of the reader


_ALL_OTHERS = "every other agency"
"""In an example of META-05: every other agency has sent as well."""


def _whole(rule: Rule, example: Mapping[str, Any]) -> bool:
    """Through workbooks as they are found: one for each row of meta, or one with the sheets of the example."""
    sheets = {name: rows for name, rows in example.items() if name not in ("meta", "columns", _ALL_OTHERS)}
    workbook = next((name.partition(".")[0] for name in sheets), "police")
    sender = next(agency.code for agency in _SCHEMA.agencies.values() if agency.workbook == workbook)
    metas = example.get("meta", [{"agency_code": sender}])
    if _ALL_OTHERS in example:
        came = {meta["agency_code"] for meta in metas}
        expected = [each.code for each in _SCHEMA.agencies.values() if each.expected_in(_RUN.reference_year)]
        metas = [*metas, *({"agency_code": code} for code in expected if code not in came)]
    if len(metas) > 1 or rule.id == "META-05":
        raw = [
            _book(meta, {name.partition(" ")[0]: rows for name, rows in sheets.items() if _belongs(name, number)},
                  all_columns=True)
            for number, meta in enumerate(metas, start=1)
        ]  # fmt: skip
    else:
        raw = [_book(metas[0] if metas else None, sheets, all_columns="columns" in example)]
    checked = validation.check(raw, schema=_SCHEMA, run=_RUN, agencies_expected=rule.id == "META-05")
    found = checked.findings.filter(pl.col("rule") == rule.id)
    if rule.id in ("META-06", "META-07"):  # sheets that the example leaves out are another matter
        found = found.filter(
            pl.col("sheet").is_in([name.partition(".")[2] for name in sheets]) & (pl.col("detail") != "missing")
        )
    return found.height > 0


def _belongs(name: str, number: int) -> bool:
    """ "police.cases 2" is a sheet of the second workbook."""
    return name.partition(" ")[2] == ("" if number == 1 else str(number))


def _book(meta: Mapping[str, Any] | None, sheets: Mapping[str, Any], *, all_columns: bool) -> RawWorkbook:
    given = {
        "schema_version": "2", "reference_year": 2025, "period_from": date(2025, 1, 1), "period_to": date(2025, 12, 31),
        "submission_type": "FIRST", "revision_no": 1, "nil_return": "NO",
    }  # fmt: skip
    tabs = [_tab("meta", [] if meta is None else [{**given, **meta}], list({**given, **(meta or {"agency_code": ""})}))]
    for name, rows in sheets.items():
        columns = list(dict.fromkeys(key for row in rows for key in row))
        if all_columns:
            columns = [column.name for column in _SCHEMA.sheet(name).columns]
        tabs.append(_tab(name.partition(".")[2], rows, columns))
    sha256 = str(hash(str(meta)))
    revision = (meta or {}).get("revision_no", 1)
    return RawWorkbook(f"{(meta or {}).get('agency_code', 'X')}_2025_r{revision}.xlsx", sha256, tuple(tabs))


def _tab(name: str, rows: list[Mapping[str, Any]], columns: list[str]) -> RawSheet:
    cells = [
        [("text", column) for column in columns],
        *([_cell(row.get(column)) for column in columns] for row in rows),
    ]
    numbers = pl.Series("row", [2, *range(3, 3 + len(rows))], dtype=pl.UInt32)
    letters = _LETTERS[: len(columns)]
    values = {letter: [row[place][1] for row in cells] for place, letter in enumerate(letters)}
    kinds = {letter: [row[place][0] for row in cells] for place, letter in enumerate(letters)}
    return RawSheet(
        name,
        pl.DataFrame(values, schema=dict.fromkeys(letters, pl.String)).insert_column(0, numbers),
        pl.DataFrame(kinds, schema=dict.fromkeys(letters, VALUE_KINDS)).insert_column(0, numbers),
    )


def _cell(value: Any) -> tuple[str, str | None]:
    match value:
        case None | "":
            return "blank", None
        case date():
            return "date", value.isoformat()
        case int() | float():
            return "number", str(value)
        case list():
            return "text", ";".join(value)
        case _:
            return "text", str(value)


def test_a_sub_select_and_a_function_that_is_not_allowed_are_refused(root: Path, tmp_path: Path) -> None:
    """A rule is told with its id before any data are read (exit 11)."""
    import shutil

    from atstats.errors import ConfigurationError

    wrong = [
        "formal_id_date IN (SELECT x FROM y)",
        "read_csv('secrets') IS NULL",
        "no_such_column = 1",
        "formal_id_date",
        "formal_id_date > 'x",
    ]
    folder = tmp_path / "schemas"
    shutil.copytree(root / "schemas", folder)
    checks = ", ".join(f'{{must = "{sql}", blame = ["formal_id_date"]}}' for sql in wrong)
    label = '{en = "a", sq = "b", sr = "c"}'
    (folder / "rules" / "wrong.toml").write_text(
        f"""[VIC-99]
severity = "error"
scope = "cross-field"
statement = {label}
hint = {label}
reason = "a test"
applies_to = ["police.victims"]
checks = [{checks}]
passes = [{{}}]
fails = [{{}}]
""",
        encoding="utf-8",
    )

    with pytest.raises(ConfigurationError) as failure:
        load(folder)

    told = str(failure.value)
    for number in range(len(wrong)):
        assert f"rules/wrong.toml  VIC-99.checks[{number}].must" in told
    assert failure.value.exit_code == 11

"""Data files and manifest: every published cell, what the tables are, and what went in and out."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from babel.messages.pofile import read_po

from atstats.exports import manifest, release_data
from atstats.exports.notes import STATUS_NOTES, marks
from atstats.frames import CELL_STATUS, TABLE_COLUMNS, ProtectedTable, Protection, Run
from atstats.schema import Code, CodeList, Dimension, Labels, Schema, TableDefinition

Cell = tuple[int, int, float | None, str, str]


def table(identifier: str, rows: tuple[str, ...], columns: tuple[str, ...], cells: list[Cell], **more: Any) -> Any:
    """A table with one dimension along each side ("sex=F"), from (row, column, value, status, flag)."""
    row_labels = tuple((tuple(label.split("=", 1)),) for label in rows)
    column_labels = tuple((tuple(label.split("=", 1)),) for label in columns)
    dimensions = (row_labels[0][0][0], column_labels[0][0][0])
    frame = []
    for row, column, value, status, flag in cells:
        frame.append({
            "row": row, "col": column, "population": "victims", "unit": "person", "measure": "PERSONS",
            "period": "2025", "kind": "count", "fact": "", "value": value, "flag": flag, "status": status,
            dimensions[0]: row_labels[row - 1][0][1], dimensions[1]: column_labels[column - 1][0][1],
        })  # fmt: skip
    kinds = {name: kind for name, kind in TABLE_COLUMNS.items() if name != "contributors"}
    schema = {**kinds, **dict.fromkeys(dimensions, pl.String), "status": CELL_STATUS}
    return ProtectedTable(identifier, dimensions, pl.DataFrame(frame, schema=schema), row_labels, column_labels, **more)


T21 = table(
    "T2.1",
    ("age=_T", "age=16-17"),
    ("sex=F", "sex=_T"),
    [
        (2, 1, None, "withheld", ""),
        (1, 1, 30.0, "rounded", ""),
        (1, 2, 36.0, "shown", "r"),
        (2, 2, None, "not_available", ":"),
    ],
    notes=("late", "unheard"),
)
T93 = table(
    "T9.3", ("sanction==cmd",), ("measure=MEDIAN",), [(1, 1, 42.5, "shown", "")], empty_because=""
)  # fmt: skip
EMPTY = table("T6.1", ("provider=A",), ("entry=NEW",), [(1, 1, None, "not_applicable", "z")], empty_because="no_data")


def words(text: str) -> Labels:
    """A label in three languages."""
    return Labels(text, f"{text} sq", f"{text} sr")


@pytest.fixture
def schema() -> Schema:
    """Labels for the tables above."""
    codes = {
        "age": ("16-17",), "sex": ("F",), "sanction": ("=cmd",), "measure": ("MEDIAN",), "provider": ("A",),
        "entry": ("NEW",), "special": ("_T",),
    }  # fmt: skip
    lists = {
        name: CodeList(name, tuple(Code(code, words(code), None, None, "", {}) for code in found))
        for name, found in codes.items()
    }
    tables = {
        each: TableDefinition(
            each, int(each[1]), words("title"), "victims", words("unit"), words("scope"), words("source"),
            (words("note"),), (), {},
        )
        for each in ("T2.1", "T6.1", "T9.3")
    }  # fmt: skip
    return Schema(
        workbooks={}, codelists=lists, agencies={}, units={}, inhabitants=(), transliteration=(), rules={},
        dimensions={name: Dimension(name, words(name), name) for name in codes}, populations={}, ties=(),
        tables=tables, table_notes={"late": words("late"), "no_data": words("no data")}, law=(), history=(),
        linkage={}, editions={}, digest="",
    )  # fmt: skip


def run(**settings: Any) -> Run:
    """The run of 2025."""
    return Run(2025, date(2026, 3, 31), "atstats 0.0", settings, seed=99)


def written(schema: Schema, *, edition: str = "public", settings: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """The data files of the tables above."""
    return release_data(Protection((T21, T93, EMPTY), edition, {}), schema=schema, run=run(**dict(settings or {})))


def test_cells_csv_has_every_cell_once_in_order(schema: Schema) -> None:
    """One line a cell by table, row and column; each dimension a column; flags for what has no number."""
    assert written(schema)["data/cells.csv"].decode() == (
        "table,cell,population,unit,measure,period,age,entry,provider,sanction,sex,value,status,flag\n"
        "T2.1,T2.1:r1:c1,victims,person,PERSONS,2025,_T,,,,F,30,rounded,\n"
        "T2.1,T2.1:r1:c2,victims,person,PERSONS,2025,_T,,,,_T,36,shown,r\n"
        "T2.1,T2.1:r2:c1,victims,person,PERSONS,2025,16-17,,,,F,,withheld,c\n"
        "T2.1,T2.1:r2:c2,victims,person,PERSONS,2025,16-17,,,,_T,,not_available,:\n"
        "T9.3,T9.3:r1:c1,victims,person,MEDIAN,2025,,,,'=cmd,,42.5,shown,\n"
        "T6.1,T6.1:r1:c1,victims,person,PERSONS,2025,,NEW,A,,,,not_applicable,z\n"
    )


def test_tables_json_says_what_each_table_is(schema: Schema) -> None:
    """Titles, unit, scope, source, notes and dimensions in three languages."""
    document = json.loads(written(schema)["data/tables.json"])

    def three(text: str) -> dict[str, str]:
        return {"en": text, "sq": f"{text} sq", "sr": f"{text} sr"}

    assert {key: value for key, value in document.items() if key != "tables"} == {
        "version": 1,
        "tool": "atstats 0.0",
        "reference_year": 2025,
        "cut_off": "2026-03-31",
        "edition": "public",
        "final": False,
        "marks": [],
        "status_note": None,
    }
    assert [each["id"] for each in document["tables"]] == ["T2.1", "T9.3", "T6.1"]
    assert document["tables"][0] == {
        "id": "T2.1",
        "chapter": 2,
        "population": "victims",
        "title": three("title"),
        "unit": three("unit"),
        "scope": three("scope"),
        "source": three("source"),
        "notes": [three("note"), three("late")],
        "empty_because": None,
        "dimensions": [
            {
                "name": "age",
                "label": three("age"),
                "codes": [{"code": "_T", "label": three("_T")}, {"code": "16-17", "label": three("16-17")}],
            },
            {
                "name": "sex",
                "label": three("sex"),
                "codes": [{"code": "F", "label": three("F")}, {"code": "_T", "label": three("_T")}],
            },
        ],
        "rows": [[["age", "_T"]], [["age", "16-17"]]],
        "columns": [[["sex", "F"]], [["sex", "_T"]]],
    }
    assert document["tables"][2]["empty_because"] == three("no data")


def test_the_data_package_describes_both_files(schema: Schema) -> None:
    """Each column has a type and a description, each file its size and digest."""
    files = written(schema, settings={"title": "A title"})
    package = json.loads(files["data/datapackage.json"])
    header = next(csv.reader(io.StringIO(files["data/cells.csv"].decode())))
    cells, tables = package["resources"]

    assert (package["name"], package["title"]) == ("trafficking-in-human-beings-2025", "A title, 2025")
    assert [field["name"] for field in cells["schema"]["fields"]] == header
    assert all(field["description"] for field in cells["schema"]["fields"])
    assert {field["name"]: field["type"] for field in cells["schema"]["fields"]}["value"] == "number"
    assert cells["schema"]["primaryKey"] == ["cell"]
    assert cells["schema"]["missingValues"] == [""]
    for resource, path in ((cells, "data/cells.csv"), (tables, "data/tables.json")):
        assert f"data/{resource['path']}" == path
        assert resource["bytes"] == len(files[path])
        assert resource["hash"] == f"sha256:{sha256(files[path]).hexdigest()}"


def test_marks_and_the_note_on_status_stand_on_every_export(schema: Schema) -> None:
    """What is made up, restricted or in need of the note says so in both documents."""
    files = written(schema, edition="internal", settings={"sample": True, "status_note": "eu", "title": {"en": "T"}})
    tables, package = json.loads(files["data/tables.json"]), json.loads(files["data/datapackage.json"])

    assert [each["en"] for each in tables["marks"]] == [
        "SAMPLE: all figures in this report are made up",
        "RESTRICTED: exact figures, not for publication",
    ]
    assert tables["status_note"]["en"].startswith("This designation is without prejudice")
    assert package["title"] == "T, 2025"
    assert package["description"].startswith("SAMPLE: all figures in this report are made up. RESTRICTED: ")
    assert tables["status_note"]["en"] in package["description"]


def test_two_runs_write_the_same_bytes(schema: Schema) -> None:
    """Nothing in the data files depends on when they were made."""
    assert written(schema) == written(schema)


@pytest.mark.parametrize(("language", "place"), [("sq", 1), ("sr", 2)])
def test_the_report_says_the_same_marks_and_notes(language: str, place: int, root: Path) -> None:
    """The catalogue of the report and the exports have one wording."""
    with (root / "report_templates" / "locale" / language / "LC_MESSAGES" / "report.po").open("rb") as stream:
        catalogue = read_po(stream, locale=language)

    for each in (*STATUS_NOTES.values(), *marks(run(sample=True), edition="internal")):
        message = catalogue.get(each.en)
        assert message is not None
        assert message.string == each.all()[place]


def test_the_manifest_lists_inputs_and_outputs_and_no_secret() -> None:
    """Digests of what went in and out, the settings as far as they are no secret and no path, keys in order."""
    settings = {
        "title": "A title", "cut_off": date(2026, 3, 31), "languages": ["en"], "secret_key": "s3", "seed": 7,
        "previous": "/home/someone/2024", "nested": {"password": "p", "kept": "C:\\Users\\x\\y"},
    }  # fmt: skip

    got = manifest(
        {"b.txt": b"b", "a.txt": b"a"},
        inputs={"submissions/KP_THB_2025.xlsx": "f00d"},
        run=run(**settings),
        schema_digest="5c",
        linkage_digest="11",
        edition="public",
    )

    assert json.loads(got) == {
        "version": 1,
        "tool": "atstats 0.0",
        "reference_year": 2025,
        "cut_off": "2026-03-31",
        "edition": "public",
        "schema": "5c",
        "linkage": "11",
        "settings": {
            "title": "A title", "cut_off": "2026-03-31", "languages": ["en"], "previous": "2024",
            "nested": {"kept": "y"},
        },
        "inputs": {"submissions/KP_THB_2025.xlsx": "f00d"},
        "outputs": {"a.txt": sha256(b"a").hexdigest(), "b.txt": sha256(b"b").hexdigest()},
    }  # fmt: skip
    assert got.decode() == json.dumps(json.loads(got), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert b"99" not in got

"""The data files of a release: `cells.csv`, `tables.json` and the data package that describes both."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from atstats.exports.notes import STATUS_NOTES, Marks, marks
from atstats.frames import ProtectedTable, Protection, Run
from atstats.schema import Labels, Schema
from atstats.vocabulary import EMPTY, Status

__all__ = ["release_data"]

_FIRST = ("table", "cell", "population", "unit", "measure", "period")
_LAST = ("value", "status", "flag")
_FLAGS = {Status.WITHHELD: "c", Status.NOT_AVAILABLE: ":", Status.NOT_APPLICABLE: "z"}
"""The flag of a cell without a number, where the cell brings none."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would take a text that begins so for a formula."""

_FIELDS = {
    "table": ("string", "Number of the table"),
    "cell": ("string", "Where the cell is printed: table, row, column; unique"),
    "population": ("string", "The kind of unit that is counted; one cell system for disclosure control"),
    "unit": ("string", "Unit of count"),
    "measure": ("string", "What is measured"),
    "period": ("string", "Year, or years, that the cell is about"),
    "value": ("number", "The number, empty unless status is shown or rounded"),
    "status": ("string", "What became of the cell"),
    "flag": ("string", ": not available, z does not apply, c withheld, b break, p provisional, r revised, e estimated, "
                       "u low reliability"),
}  # fmt: skip


def release_data(protection: Protection, *, schema: Schema, run: Run) -> dict[str, bytes]:
    """The data files of one edition: path in the release -> bytes.

    `data/cells.csv` has one row for each published cell, in the order of the tables, their rows and
    columns; one column for each dimension of any table, empty where the table has it not.
    """
    marked = marks(run, edition=protection.edition)
    dimensions = _dimensions(protection.tables)
    cells = _cells(protection.tables, dimensions)
    tables = _json(_tables(protection, schema=schema, run=run, marked=marked))
    package = _package(cells, tables, dimensions=dimensions, schema=schema, run=run, marked=marked)
    return {"data/cells.csv": cells, "data/datapackage.json": _json(package), "data/tables.json": tables}


def _dimensions(tables: Sequence[ProtectedTable]) -> tuple[str, ...]:
    """The dimensions of all tables; one that every row has anyway is not written twice."""
    return tuple(sorted({name for table in tables for name in table.dimensions} - {*_FIRST, *_LAST}))


# --------------------------------------------------------------------------- cells


def _cells(tables: Sequence[ProtectedTable], dimensions: Sequence[str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*_FIRST, *dimensions, *_LAST))
    for table in tables:
        for each in table.cells.sort("row", "col").iter_rows(named=True):
            writer.writerow(
                (
                    table.id,
                    f"{table.id}:r{each['row']}:c{each['col']}",
                    *(_text(each[name]) for name in ("population", "unit", "measure", "period")),
                    *(_text(each.get(name)) for name in dimensions),
                    _number(each["value"]),
                    each["status"],
                    _text(each["flag"]) or _FLAGS.get(Status(each["status"]), EMPTY),
                )
            )
    return out.getvalue().encode()


def _text(value: str | None) -> str:
    text = value or EMPTY
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _number(value: float | None) -> str:
    if value is None:
        return EMPTY
    return str(int(value)) if value == int(value) else repr(round(value, 6))


# --------------------------------------------------------------------------- tables


def _tables(protection: Protection, *, schema: Schema, run: Run, marked: Marks) -> dict[str, Any]:
    return {
        "version": 1,
        "tool": run.tool,
        "reference_year": run.reference_year,
        "cut_off": run.cut_off.isoformat(),
        "edition": str(protection.edition),
        "final": bool(run.settings.get("final")),
        "marks": [_words(each) for each in marked],
        "status_note": _status_note(run),
        "tables": [_table(table, schema=schema) for table in protection.tables],
    }


def _table(table: ProtectedTable, *, schema: Schema) -> dict[str, Any]:
    definition = schema.tables[table.id]
    called = [schema.table_notes[key] for key in table.notes if key in schema.table_notes]
    reason = schema.table_notes.get(table.empty_because)
    return {
        "id": table.id,
        "chapter": definition.chapter,
        "population": definition.population,
        "title": _words(definition.title),
        "unit": _words(definition.unit),
        "scope": _words(definition.scope),
        "source": _words(definition.source),
        "notes": [_words(each) for each in (*definition.notes, *called)],
        "empty_because": _words(reason) if reason else None,
        "dimensions": [_dimension(name, table, schema=schema) for name in table.dimensions],
        "rows": [[list(pair) for pair in pairs] for pairs in table.row_labels],
        "columns": [[list(pair) for pair in pairs] for pairs in table.column_labels],
    }


def _dimension(name: str, table: ProtectedTable, *, schema: Schema) -> dict[str, Any]:
    """A dimension with the categories that the table prints, in its order."""
    pairs = [pair for labels in (*table.row_labels, *table.column_labels) for pair in labels if pair[0] == name]
    codes = dict.fromkeys(code for _, code in pairs)
    return {
        "name": name,
        "label": _words(schema.dimensions[name].label),
        "codes": [{"code": code, "label": _words(schema.code_label(name, code))} for code in codes],
    }


def _words(labels: Labels) -> dict[str, str]:
    return {"en": labels.en, "sq": labels.sq, "sr": labels.sr}


def _status_note(run: Run) -> dict[str, str] | None:
    note = STATUS_NOTES.get(str(run.settings.get("status_note", "none")))
    return _words(note) if note else None


# --------------------------------------------------------------------------- the package


def _package(
    cells: bytes, tables: bytes, *, dimensions: Sequence[str], schema: Schema, run: Run, marked: Marks
) -> dict[str, Any]:
    """A Frictionless data package: how to read both files, and how to know that they are whole."""
    title = run.settings.get("title") or "Trafficking in human beings in Kosovo"
    title = title.get("en", "") if isinstance(title, Mapping) else title
    note = _status_note(run)
    description = [each.en for each in marked] + ([note["en"]] if note else [])
    fields = [_field(name, schema) for name in (*_FIRST, *dimensions, *_LAST)]
    return {
        "name": f"trafficking-in-human-beings-{run.reference_year}",
        "profile": "data-package",
        "title": f"{title}, {run.reference_year}",
        "description": ". ".join(description),
        "resources": [
            {
                "name": "cells",
                "path": "cells.csv",
                "profile": "tabular-data-resource",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                **_digest(cells),
                "schema": {"fields": fields, "missingValues": [""], "primaryKey": ["cell"]},
            },
            {
                "name": "tables",
                "path": "tables.json",
                "mediatype": "application/json",
                "encoding": "utf-8",
                **_digest(tables),
            },
        ],
    }


def _field(name: str, schema: Schema) -> dict[str, Any]:
    if name in _FIELDS:
        kind, description = _FIELDS[name]
        field: dict[str, Any] = {"name": name, "type": kind, "description": description}
        if name == "status":
            field["constraints"] = {"enum": list(Status)}
        return field
    return {"name": name, "type": "string", "description": schema.dimensions[name].label.en}


def _digest(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "hash": f"sha256:{sha256(content).hexdigest()}"}


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

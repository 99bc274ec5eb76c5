"""Submission types: their sheets and columns, with the blocks that many of them share."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from atstats.schema.folder import Folder
from atstats.schema.model import Column, Sheet, Workbook
from atstats.vocabulary import Role

__all__ = ["read_workbooks"]

_COLUMN_TYPES = ("text", "date", "integer", "decimal", "code", "codes", "yesno")
_CODED = ("code", "codes", "yesno")
_RENAMED = {"minimum": "min", "maximum": "max"}
_COLUMN_KEYS = frozenset(_RENAMED.get(each.name, each.name) for each in fields(Column))
_SHEET_KEYS = frozenset(
    ("label", "grain", "role", "key", "event_date", "in_year", "blocks", "columns", "examples")
)  # fmt: skip
_WORKBOOK_KEYS = frozenset(("version", "number", "label", "example_year", "sheets"))

_Blocks = Mapping[str, Mapping[str, Column]]


def read_workbooks(folder: Folder) -> dict[str, Workbook]:
    """Every file of `workbooks/`: id -> submission type."""
    blocks: _Blocks = {
        name: {column.name: column for column in _columns(folder, "blocks.toml", name, block.get("columns", []))}
        for name, block in folder.tables("blocks.toml", "", folder.toml("blocks.toml")).items()
    }
    workbooks = {}
    for name in folder.names("workbooks/*.toml"):
        given = folder.toml(name)
        folder.unknown_keys(name, "", given, _WORKBOOK_KEYS)
        identifier = Path(name).stem
        sheets = tuple(
            _sheet(folder, name, identifier, key, sheet, blocks)
            for key, sheet in folder.tables(name, "sheets", given.get("sheets", {})).items()
        )
        workbooks[identifier] = Workbook(
            id=identifier,
            label=folder.labels(name, "label", given.get("label")),
            version=str(given.get("version", "1")),
            sheets=sheets,
            example_year=int(given.get("example_year", 2025)),
            number=str(given.get("number", "")),
        )
    return workbooks


def _sheet(folder: Folder, file: str, workbook: str, key: str, given: Mapping[str, Any], blocks: _Blocks) -> Sheet:
    place = f"sheets.{key}"
    folder.unknown_keys(file, place, given, _SHEET_KEYS)
    own = list(_columns(folder, file, place, given.get("columns", [])))
    replaced = {column.name for column in own}
    shared = [
        column
        for block in given.get("blocks", [])
        for column in _of_block(folder, file, place, block, blocks)
        if column.name not in replaced
    ]
    columns = [*shared, *own]
    role = given.get("role")
    if role is not None and role not in list(Role):
        folder.fault(file, f"{place}.role", f"must be one of {', '.join(Role)}")
        role = None
    sheet = Sheet(
        workbook=workbook,
        name=key,
        label=folder.labels(file, f"{place}.label", given.get("label")),
        grain=str(given.get("grain", "")),
        columns=tuple(columns),
        role=Role(role) if role else None,
        key=tuple(given.get("key", [])),
        event_date=str(given.get("event_date", "")),
        in_year=str(given.get("in_year", "")),
        blocks=tuple(block.partition(":")[0] for block in given.get("blocks", [])),
        examples=tuple(given.get("examples", [])),
    )
    _check_names(folder, file, place, sheet)
    return sheet


def _of_block(folder: Folder, file: str, place: str, block: str, blocks: _Blocks) -> Iterator[Column]:
    name, _, picked = block.partition(":")
    if name not in blocks:
        folder.fault(file, f"{place}.blocks", f"names the unknown block {name}")
        return
    for each in picked.split(",") if picked else blocks[name]:
        if each in blocks[name]:
            yield blocks[name][each]
        else:
            folder.fault(file, f"{place}.blocks", f"block {name} has no column {each}")


def _check_names(folder: Folder, file: str, place: str, sheet: Sheet) -> None:
    """Every column that the sheet's own keys and examples name must be there."""
    names = sheet.by_name
    named = [("event_date", sheet.event_date), ("in_year", sheet.in_year), *(("key", name) for name in sheet.key)]
    named += [(f"{column.name}.valid_at", column.valid_at) for column in sheet.columns]
    named += [(f"examples[{number}]", name) for number, row in enumerate(sheet.examples) for name in row]
    for key, name in named:
        if name and name not in names:
            folder.fault(file, f"{place}.{key}", f"names the missing column {name}")


def _columns(folder: Folder, file: str, key: str, given: list[Mapping[str, Any]]) -> Iterator[Column]:
    seen = set()
    for each in given:
        name = str(each.get("name", "?"))
        place = f"{key}.{name}"
        if name in seen:
            folder.fault(file, place, "is written twice")
        seen.add(name)
        kind = str(each.get("type", "text"))
        if each.get("type") not in _COLUMN_TYPES:
            folder.fault(file, place, f"type must be one of {', '.join(_COLUMN_TYPES)}")
            kind = "text"
        if each.get("codes") and kind not in _CODED:
            folder.fault(file, place, f"has codes but is of type {kind}")
        minimum, maximum = each.get("min"), each.get("max")
        if minimum is not None and maximum is not None and minimum > maximum:
            folder.fault(file, place, "min is above max")
        folder.unknown_keys(file, place, each, _COLUMN_KEYS)
        yield Column(
            name=name,
            type=kind,
            label=folder.labels(file, f"{place}.label", each.get("label")),
            codes=str(each.get("codes", "yesno" if kind == "yesno" else "")),
            required=bool(each.get("required", False)),
            required_if=str(each.get("required_if", "")),
            identity=bool(each.get("identity", False)),
            minimum=minimum,
            maximum=maximum,
            valid_at=str(each.get("valid_at", "")),
            pattern=str(each.get("pattern", "")),
            note=str(each.get("note", "")),
        )

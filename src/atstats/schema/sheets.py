"""Submission types: their sheets and columns, with the blocks that many of them share."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from atstats.schema.folder import Folder
from atstats.schema.forms import NAME, Entries, Flag, Form, Free, Keys, Number, Several, Text, Words
from atstats.schema.model import Column, Origin, Sheet, Workbook
from atstats.vocabulary import Role

__all__ = ["read_workbooks"]

_CODED = ("code", "codes", "yesno")
_TYPES = ("text", "date", "integer", "decimal", *_CODED)

_COLUMNS: Form = Several(
    Keys(
        {"name": Text(style=NAME), "type": Text(among=_TYPES, blank="text"), "label": Words()},
        {
            "codes": Text(),
            "required": Flag(),
            "required_if": Text(),
            "identity": Flag(),
            "min": Number(),
            "max": Number(),
            "valid_at": Text(),
            "pattern": Text(),
            "note": Text(),
        },
    ),
    named_by="name",
)
_BLOCKS = Entries(Keys({"columns": _COLUMNS}), least=1, naming=NAME)
_SHEET = Keys(
    {"label": Words(), "grain": Text()},
    {
        "role": Text(among=tuple(Role)),
        "key": Several(Text()),
        "event_date": Text(),
        "in_year": Text(),
        "blocks": Several(Text()),
        "columns": _COLUMNS,
        "examples": Several(Entries(Free())),
    },
)
_WORKBOOK = Keys(
    {"label": Words(), "sheets": Entries(_SHEET, least=1, naming=NAME)},
    {"version": Text(), "number": Text(), "example_year": Number(whole=True, least=2000, most=2100)},
)

_Blocks = Mapping[str, Mapping[str, Column]]


def read_workbooks(folder: Folder) -> dict[str, Workbook]:
    """Every file of `workbooks/`: id -> submission type."""
    name = "blocks.toml"
    blocks: _Blocks = {
        block: {column.name: column for column in _columns(folder, Origin(name, f"{block}.columns"), given["columns"])}
        for block, given in folder.toml(name, _BLOCKS).items()
    }
    workbooks = {}
    for name in folder.names("workbooks/*.toml"):
        given = folder.toml(name, _WORKBOOK)
        identifier = Path(name).stem
        workbooks[identifier] = Workbook(
            id=identifier,
            label=given["label"],
            version=given.get("version", "1"),
            sheets=tuple(_sheet(folder, identifier, key, sheet, blocks) for key, sheet in given["sheets"].items()),
            example_year=given.get("example_year", 2025),
            number=given.get("number", ""),
        )
    return workbooks


def _sheet(folder: Folder, workbook: str, key: str, given: Mapping[str, Any], blocks: _Blocks) -> Sheet:
    origin = Origin(f"workbooks/{workbook}.toml", f"sheets.{key}")
    own = list(_columns(folder, Origin(origin.file, f"{origin.key}.columns"), given.get("columns", [])))
    replaced = {column.name for column in own}
    shared = [
        column
        for block in given.get("blocks", ())
        for column in _of_block(folder, origin, block, blocks)
        if column.name not in replaced
    ]
    sheet = Sheet(
        workbook=workbook,
        name=key,
        label=given["label"],
        grain=given["grain"],
        columns=(*shared, *own),
        role=Role(given["role"]) if "role" in given else None,
        key=tuple(given.get("key", ())),
        event_date=given.get("event_date", ""),
        in_year=given.get("in_year", ""),
        blocks=tuple(block.partition(":")[0] for block in given.get("blocks", ())),
        examples=tuple(given.get("examples", ())),
    )
    _check_names(folder, origin, sheet)
    return sheet


def _of_block(folder: Folder, origin: Origin, block: str, blocks: _Blocks) -> Iterator[Column]:
    name, _, picked = block.partition(":")
    if name not in blocks:
        folder.fault_at(origin, f"names the unknown block {name}", key="blocks")
        return
    for each in picked.split(",") if picked else blocks[name]:
        if each in blocks[name]:
            yield blocks[name][each]
        else:
            folder.fault_at(origin, f"block {name} has no column {each}", key="blocks")


def _check_names(folder: Folder, origin: Origin, sheet: Sheet) -> None:
    """Every column that the sheet's own keys and examples name must be there, and places in time must be dates."""
    named = [("event_date", sheet.event_date), ("in_year", sheet.in_year), *(("key", name) for name in sheet.key)]
    named += [(f"examples[{number}]", name) for number, row in enumerate(sheet.examples) for name in row]
    if sheet.role and not sheet.key:
        folder.fault_at(origin, "is missing: it tells the records of persons apart", key="key")
    for key, name in named:
        if not name:
            continue
        if name not in sheet.by_name:
            folder.fault_at(origin, f"names the missing column {name}", key=key)
        elif key in ("event_date", "in_year") and sheet.by_name[name].type != "date":
            folder.fault_at(origin, f"names {name}, which is no date", key=key)


def _columns(folder: Folder, origin: Origin, given: list[Mapping[str, Any]]) -> Iterator[Column]:
    """The columns of a block or a sheet; one without a name that can be used is left out."""
    seen = set()
    for each in given:
        name, kind = each["name"], each["type"]
        if not name:
            continue
        place = Origin(origin.file, f"{origin.key}.{name}")
        if name in seen:
            folder.fault_at(place, "is written twice")
        seen.add(name)
        if "codes" in each and kind not in _CODED:
            folder.fault_at(place, f"has codes but is of type {kind}")
        if "min" in each and "max" in each and each["min"] > each["max"]:
            folder.fault_at(place, "min is above max")
        if ("min" in each or "max" in each) and kind not in ("integer", "decimal"):
            folder.fault_at(place, f"has min or max but is of type {kind}")
        yield Column(
            name=name,
            type=kind,
            label=each["label"],
            codes=each.get("codes", "yesno" if kind == "yesno" else ""),
            required=each.get("required", False),
            required_if=each.get("required_if", ""),
            identity=each.get("identity", False),
            minimum=each.get("min"),
            maximum=each.get("max"),
            valid_at=each.get("valid_at", ""),
            pattern=each.get("pattern", ""),
            note=each.get("note", ""),
            origin=place,
        )

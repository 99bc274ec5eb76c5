"""Read the folder `schemas/` and tell every fault in it at once, with file and key."""

import csv
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from atstats.errors import ConfigurationError
from atstats.schema.model import Agency, Check, Code, CodeList, Column, Labels, Law, Rule, Sheet, Workbook
from atstats.schema.tables import Dimension, Population, TableDefinition, Tie, Variable
from atstats.vocabulary import TOTAL, Role, Severity

__all__ = ["Schema", "load"]

_COLUMN_TYPES = ("text", "date", "integer", "decimal", "code", "codes", "yesno")
_LANGUAGES = ("en", "sq", "sr")
_CODE_COLUMNS = ("code", "en", "sq", "sr", "valid_from", "valid_to", "source")


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything that `schemas/` says."""

    workbooks: Mapping[str, Workbook]
    codelists: Mapping[str, CodeList]
    agencies: Mapping[str, Agency]
    rules: Mapping[str, Rule]
    dimensions: Mapping[str, Dimension]
    populations: Mapping[str, Population]
    ties: tuple[Tie, ...]
    tables: Mapping[str, TableDefinition]
    table_notes: Mapping[str, Labels]
    """Key -> a note or a reason that the year's data may call for."""
    law: tuple[Law, ...]
    history: tuple[Mapping[str, str], ...]
    """Published figures: year, indicator, breakdown, value, flag, source, published_on, note."""
    linkage: Mapping[str, Any]
    editions: Mapping[str, Any]
    digest: str
    """Hash of every file of the folder, names included."""

    def sheet(self, record_type: str) -> Sheet:
        """The sheet of a record type such as "police.victims".

        Raises:
            KeyError: there is none.
        """
        workbook, _, name = record_type.partition(".")
        return self.workbooks[workbook].sheet(name)

    def code_label(self, dimension: str, code: str) -> Labels:
        """The words for one category of a dimension, the total over it included.

        Raises:
            KeyError: there is no such dimension or category.
        """
        if code == TOTAL:
            return self.codelists["special"].label(TOTAL)
        codes = self.dimensions[dimension].codes
        return self.codelists[codes].label(code) if codes else Labels(code, code, code)

    def sheets(self) -> Iterator[Sheet]:
        """Every sheet of every submission type."""
        for workbook in self.workbooks.values():
            yield from workbook.sheets


def load(folder: Path) -> Schema:
    """Read and check a schema folder.

    Raises:
        ConfigurationError: something in it is wrong; the message lists every fault.
    """
    reader = _Reader(folder)
    schema = reader.read()
    if reader.faults:
        shown = "\n".join(f"  {fault}" for fault in reader.faults)
        raise ConfigurationError(
            f"the schema folder has {len(reader.faults)} fault(s):\n{shown}",
            hint="Correct the files named above; each line says file, key and what is wrong.",
        )
    return schema


class _Reader:
    """Collects values and faults while the files are read one by one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []

    def read(self) -> Schema:
        agencies = self._agencies()
        codelists = {**self._codelists(), **_agency_lists(agencies)}
        blocks = self._toml("blocks.toml")
        workbooks = self._workbooks(blocks)
        rules = self._rules()
        dimensions = self._dimensions(codelists)
        populations, ties = self._populations(codelists, dimensions)
        tables, notes = self._tables()
        schema = Schema(
            workbooks=workbooks,
            codelists=codelists,
            agencies=agencies,
            rules=rules,
            dimensions=dimensions,
            populations=populations,
            ties=ties,
            tables=tables,
            table_notes=notes,
            law=self._law(),
            history=tuple(self._csv("reference/history.csv")),
            linkage=self._toml("linkage.toml"),
            editions=self._toml("editions.toml"),
            digest=_digest(self.folder),
        )
        self._check_references(schema)
        return schema

    # ---- files

    def _fault(self, file: str, key: str, what: str) -> None:
        self.faults.append(f"{file}  {key}  {what}" if key else f"{file}  {what}")

    def _toml(self, name: str) -> dict[str, Any]:
        try:
            return tomllib.loads((self.folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._fault(name, "", "is missing")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            self._fault(name, "", f"is not TOML: {problem}")
        return {}

    def _csv(self, name: str) -> list[dict[str, str]]:
        try:
            text = (self.folder / name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self._fault(name, "", "is missing")
            return []
        rows = list(csv.DictReader(text.splitlines()))
        for number, row in enumerate(rows, start=2):
            if None in row or None in row.values():
                self._fault(name, f"line {number}", "has another number of columns than the first line")
        return rows

    def _names(self, pattern: str) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.glob(pattern))

    # ---- small pieces

    def _labels(self, file: str, key: str, given: Any) -> Labels:
        if not isinstance(given, Mapping) or any(not given.get(language) for language in _LANGUAGES):
            self._fault(file, key, "needs a text in en, sq and sr")
            return Labels("", "", "")
        return Labels(*(str(given[language]) for language in _LANGUAGES))

    def _date(self, file: str, key: str, given: Any) -> date | None:
        if given in (None, ""):
            return None
        if isinstance(given, date):
            return given
        try:
            return date.fromisoformat(str(given))
        except ValueError:
            self._fault(file, key, "is not a date (YYYY-MM-DD)")
            return None

    # ---- code lists

    def _codelists(self) -> dict[str, CodeList]:
        lists = {}
        for name in self._names("codelists/*.csv"):
            codes: list[Code] = []
            for number, row in enumerate(self._csv(name), start=2):
                place = f"line {number}"
                missing = [column for column in _CODE_COLUMNS if column not in row]
                if missing:
                    self._fault(name, "", f"lacks the column(s) {', '.join(missing)}")
                    break
                if any(each.code == row["code"] for each in codes):
                    self._fault(name, place, f"repeats the code {row['code']}")
                codes.append(
                    Code(
                        code=row["code"],
                        labels=self._labels(name, place, row),
                        valid_from=self._date(name, f"{place} valid_from", row["valid_from"]),
                        valid_to=self._date(name, f"{place} valid_to", row["valid_to"]),
                        source=row["source"],
                        maps={key: value for key, value in row.items() if key not in _CODE_COLUMNS},
                    )
                )
            identifier = Path(name).stem
            lists[identifier] = CodeList(identifier, tuple(codes))
        return lists

    # ---- workbooks

    def _workbooks(self, blocks: Mapping[str, Any]) -> dict[str, Workbook]:
        read_blocks = {
            name: tuple(self._columns("blocks.toml", name, block.get("columns", []))) for name, block in blocks.items()
        }
        workbooks = {}
        for name in self._names("workbooks/*.toml"):
            given = self._toml(name)
            identifier = Path(name).stem
            sheets = tuple(
                self._sheet(name, identifier, key, sheet, read_blocks) for key, sheet in given.get("sheets", {}).items()
            )
            workbooks[identifier] = Workbook(
                id=identifier,
                label=self._labels(name, "label", given.get("label")),
                version=str(given.get("version", "1")),
                sheets=sheets,
            )
        return workbooks

    def _sheet(
        self,
        file: str,
        workbook: str,
        key: str,
        given: Mapping[str, Any],
        blocks: Mapping[str, tuple[Column, ...]],
    ) -> Sheet:
        columns: list[Column] = []
        for block in given.get("blocks", []):
            name, _, picked = block.partition(":")
            if name not in blocks:
                self._fault(file, f"sheets.{key}.blocks", f"names the unknown block {name}")
                continue
            chosen = picked.split(",") if picked else [column.name for column in blocks[name]]
            known = {column.name: column for column in blocks[name]}
            for each in chosen:
                if each in known:
                    columns.append(known[each])
                else:
                    self._fault(file, f"sheets.{key}.blocks", f"block {name} has no column {each}")
        own = list(self._columns(file, f"sheets.{key}", given.get("columns", [])))
        replaced = {column.name for column in own}
        columns = [column for column in columns if column.name not in replaced] + own
        names = [column.name for column in columns]
        for name in ("event_date", "in_year"):
            if given.get(name) and given[name] not in names:
                self._fault(file, f"sheets.{key}.{name}", f"names the missing column {given[name]}")
        for column in columns:
            if column.valid_at and column.valid_at not in names:
                self._fault(file, f"sheets.{key}.{column.name}.valid_at", f"names the missing column {column.valid_at}")
        for name in given.get("key", []):
            if name not in names:
                self._fault(file, f"sheets.{key}.key", f"names the missing column {name}")
        return Sheet(
            workbook=workbook,
            name=key,
            label=self._labels(file, f"sheets.{key}.label", given.get("label")),
            grain=str(given.get("grain", "")),
            columns=tuple(columns),
            role=Role(given["role"]) if given.get("role") else None,
            key=tuple(given.get("key", [])),
            event_date=str(given.get("event_date", "")),
            in_year=str(given.get("in_year", "")),
        )

    def _columns(self, file: str, key: str, given: list[Mapping[str, Any]]) -> Iterator[Column]:
        seen = set()
        for each in given:
            name = str(each.get("name", "?"))
            place = f"{key}.{name}"
            if name in seen:
                self._fault(file, place, "is written twice")
            seen.add(name)
            if each.get("type") not in _COLUMN_TYPES:
                self._fault(file, place, f"type must be one of {', '.join(_COLUMN_TYPES)}")
            minimum, maximum = each.get("min"), each.get("max")
            if minimum is not None and maximum is not None and minimum > maximum:
                self._fault(file, place, "min is above max")
            unknown = set(each) - {
                "name", "type", "label", "codes", "required", "required_if", "identity",
                "min", "max", "pattern", "note", "valid_at",
            }  # fmt: skip
            if unknown:
                self._fault(file, place, f"has the unknown key(s) {', '.join(sorted(unknown))}")
            yield Column(
                name=name,
                type=str(each.get("type", "text")),
                label=self._labels(file, f"{place}.label", each.get("label")),
                codes=str(each.get("codes", "yesno" if each.get("type") == "yesno" else "")),
                required=bool(each.get("required", False)),
                required_if=str(each.get("required_if", "")),
                identity=bool(each.get("identity", False)),
                minimum=minimum,
                maximum=maximum,
                valid_at=str(each.get("valid_at", "")),
                pattern=str(each.get("pattern", "")),
                note=str(each.get("note", "")),
            )

    # ---- agencies, rules, law

    def _agencies(self) -> dict[str, Agency]:
        name = "agencies.toml"
        return {
            code: Agency(
                code=code,
                label=self._labels(name, f"{code}.label", given.get("label")),
                workbook=str(given.get("workbook", "")),
                valid_from=self._date(name, f"{code}.valid_from", given.get("valid_from")),
                valid_to=self._date(name, f"{code}.valid_to", given.get("valid_to")),
                successor=str(given.get("successor", "")),
                priority=int(given.get("priority", 99)),
                kind=str(given.get("kind", "")),
                registers=bool(given.get("registers", False)),
                assists=bool(given.get("assists", False)),
            )
            for code, given in self._toml(name).items()
        }

    def _rules(self) -> dict[str, Rule]:
        rules: dict[str, Rule] = {}
        for name in self._names("rules/*.toml"):
            for identifier, given in self._toml(name).items():
                if identifier in rules:
                    self._fault(name, identifier, "is written twice")
                if given.get("severity") not in list(Severity):
                    self._fault(name, f"{identifier}.severity", "must be error, warning or info")
                    continue
                checks = tuple(
                    Check(str(each.get("must", "")), tuple(each.get("blame", [])), str(each.get("when", "")))
                    for each in given.get("checks", [])
                )
                for each in checks:
                    if not each.must or not each.blame:
                        self._fault(name, f"{identifier}.checks", "each check needs must and blame")
                if not given.get("fails"):
                    self._fault(name, identifier, "has no failing example")
                rules[identifier] = Rule(
                    id=identifier,
                    severity=Severity(given["severity"]),
                    scope=str(given.get("scope", "")),
                    statement=self._labels(name, f"{identifier}.statement", given.get("statement")),
                    hint=self._labels(name, f"{identifier}.hint", given.get("hint")),
                    reason=str(given.get("reason", "")),
                    applies_to=tuple(given.get("applies_to", [])),
                    checks=checks,
                    passes=tuple(given.get("passes", [])),
                    fails=tuple(given.get("fails", [])),
                    says={
                        key: self._labels(name, f"{identifier}.says.{key}", text)
                        for key, text in given.get("says", {}).items()
                    },
                    hints={
                        key: self._labels(name, f"{identifier}.hints.{key}", text)
                        for key, text in given.get("hints", {}).items()
                    },
                )
        return rules

    def _law(self) -> tuple[Law, ...]:
        name = "reference/law.csv"

        def months(value: str) -> int | None:
            return int(value) if value else None

        return tuple(
            Law(
                offence=row["offence"],
                article=row["article"],
                code=row["code"],
                valid_from=self._date(name, "valid_from", row["valid_from"]) or date.min,
                valid_to=self._date(name, "valid_to", row["valid_to"]),
                minimum_months=months(row["min_months"]),
                maximum_months=months(row["max_months"]),
                aggravated_minimum_months=months(row["aggravated_min"]),
                source=row["source"],
            )
            for row in self._csv(name)
        )

    # ---- populations and tables

    def _dimensions(self, codelists: Mapping[str, CodeList]) -> dict[str, Dimension]:
        name = "dimensions.toml"
        dimensions = {}
        for key, given in self._toml(name).items():
            codes = str(given.get("codes", ""))
            if codes and codes not in codelists:
                self._fault(name, key, f"names the unknown code list {codes}")
            dimensions[key] = Dimension(key, self._labels(name, f"{key}.label", given.get("label")), codes)
        return dimensions

    def _populations(
        self, codelists: Mapping[str, CodeList], dimensions: Mapping[str, Dimension]
    ) -> tuple[dict[str, Population], tuple[Tie, ...]]:
        name = "populations.toml"
        given = self._toml(name)
        ties = tuple(Tie(each["left"], each["right"], each.get("by", "")) for each in given.pop("ties", []))
        populations = {}
        for identifier, each in given.items():
            variables = []
            for key, variable in each.get("variables", {}).items():
                place = f"{identifier}.{key}"
                if key not in dimensions or not dimensions[key].codes:
                    self._fault(name, place, "is not a dimension with a code list in dimensions.toml")
                    continue
                finer = str(variable.get("of", ""))
                groups: dict[str, str] = {}
                if finer:
                    if finer not in each["variables"]:
                        self._fault(name, place, f"is a function of the unknown variable {finer}")
                    elif finer in dimensions:
                        groups = codelists[dimensions[finer].codes].crosswalk(str(variable.get("crosswalk", key)))
                        self._check_groups(name, place, groups, codelists[dimensions[finer].codes])
                variables.append(
                    Variable(
                        name=key,
                        codes=dimensions[key].codes,
                        of=finer,
                        groups=groups,
                        sensitive=bool(variable.get("sensitive", False)),
                    )
                )
            populations[identifier] = Population(
                id=identifier,
                label=self._labels(name, f"{identifier}.label", each.get("label")),
                unit=str(each.get("unit", "")),
                protection=str(each.get("protection", "cells")),
                variables=tuple(variables),
                workbooks=tuple(each.get("workbooks", [])),
                impossible=tuple(each.get("impossible", [])),
            )
        return populations, ties

    def _check_groups(self, file: str, place: str, groups: Mapping[str, str], finer: CodeList) -> None:
        missing = [code for code in finer.all_codes() if code not in groups]
        if missing:
            self._fault(file, place, f"gives no group to {', '.join(missing)} of {finer.id}")

    def _tables(self) -> tuple[dict[str, TableDefinition], dict[str, Labels]]:
        tables: dict[str, TableDefinition] = {}
        notes: dict[str, Labels] = {}
        for name in self._names("tables/*.toml"):
            given = self._toml(name)
            for key, text in given.pop("notes", {}).items():
                notes[key] = self._labels(name, f"notes.{key}", text)
            for identifier, each in given.items():
                if identifier in tables:
                    self._fault(name, identifier, "is written twice")
                tables[identifier] = TableDefinition(
                    id=identifier,
                    chapter=int(each.get("chapter", 0)),
                    title=self._labels(name, f"{identifier}.title", each.get("title")),
                    population=str(each.get("population", "")),
                    unit=self._labels(name, f"{identifier}.unit", each.get("unit")),
                    scope=self._labels(name, f"{identifier}.scope", each.get("scope")),
                    source=self._labels(name, f"{identifier}.source", each.get("source")),
                    notes=tuple(self._labels(name, f"{identifier}.notes", text) for text in each.get("notes", [])),
                    feeds=tuple(each.get("feeds", [])),
                    layout=each.get("layout", {}),
                )
        return tables, notes

    # ---- what names what

    def _check_references(self, schema: Schema) -> None:
        for sheet in schema.sheets():
            for column in sheet.columns:
                if column.type in ("code", "codes", "yesno") and column.codes not in schema.codelists:
                    self._fault(
                        f"workbooks/{sheet.workbook}.toml",
                        f"{sheet.name}.{column.name}",
                        f"names the unknown code list {column.codes or '(none)'}",
                    )
        for agency in schema.agencies.values():
            if agency.workbook and agency.workbook not in schema.workbooks:
                self._fault("agencies.toml", agency.code, f"names the unknown workbook {agency.workbook}")
        for rule in schema.rules.values():
            self._check_rule(rule, schema)
        for table in schema.tables.values():
            if table.population and table.population not in schema.populations:
                self._fault("tables", table.id, f"names the unknown population {table.population}")

    def _check_rule(self, rule: Rule, schema: Schema) -> None:
        known = {sheet.record_type: sheet for sheet in schema.sheets()}
        for record_type in rule.applies_to:
            if record_type not in known:
                self._fault("rules", rule.id, f"applies to the unknown sheet {record_type}")
                continue
            for check in rule.checks:
                for column in check.blame:
                    if column not in known[record_type].by_name:
                        self._fault("rules", rule.id, f"blames {column}, which {record_type} has not")


def _agency_lists(agencies: Mapping[str, Agency]) -> dict[str, CodeList]:
    """The agencies as code lists: all, those that send a workbook, that register victims, that assist them."""
    chosen = {
        "agency": list(agencies.values()),
        "submitter": [each for each in agencies.values() if each.workbook],
        "registering_body": [each for each in agencies.values() if each.registers],
        "provider": [each for each in agencies.values() if each.assists],
    }
    return {
        name: CodeList(
            name,
            tuple(
                Code(each.code, each.label, each.valid_from, each.valid_to, "agencies.toml", {"kind": each.kind})
                for each in members
            ),
        )
        for name, members in chosen.items()
    }


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()

"""The codebook and the list of rules as Markdown, the same bytes for the same schemas."""

import re
from collections.abc import Iterator

from atstats.codebook.codes import code_list_entry
from atstats.codebook.entries import (
    Entry,
    Facts,
    Grid,
    Part,
    Voice,
    rule_entry,
    sheet_entry,
    workbook_entry,
)
from atstats.schema import Schema, Workbook
from atstats.schema.layout import LABEL_LANGUAGES

__all__ = ["MARK", "pages"]

_META = "meta"
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
MARK = "<!-- Made by `atstats schema docs` from the schemas: change those, not this page. -->"
"""The first line of every page."""


def pages(schema: Schema) -> dict[str, str]:
    """File name, relative to the folder of documents -> its Markdown."""
    voice = Voice(schema, "en", LABEL_LANGUAGES)
    made = {f"codebook/{each.id}.md": _workbook_page(each, voice) for each in schema.workbooks.values()}
    made["codebook/meta.md"] = _meta_page(voice)
    made["codebook/codelists.md"] = _code_lists_page(voice)
    made["codebook/agencies.md"] = _agencies_page(voice)
    made["codebook/README.md"] = _index(voice)
    made["rules.md"] = _rules_page(voice)
    return {name: f"{MARK}\n\n{text}" for name, text in sorted(made.items())}


def _index(voice: Voice) -> str:
    schema = voice.schema
    rows = tuple(
        (
            f"[{workbook.id}]({workbook.id}.md)",
            workbook.number,
            *voice.shown(workbook.label),
            str(len(workbook.sheets) - 1),
            str(sum(len(sheet.columns) for sheet in workbook.sheets if sheet.name != "meta")),
        )
        for workbook in schema.workbooks.values()
    )
    labels = [code for codes in schema.codelists.values() for code in codes]
    unchecked = sum(not code.checked for code in labels)
    return "\n".join(
        [
            "# Codebook",
            "",
            "What each agency sends, column by column, as the schemas in `schemas/` say it.",
            "`atstats explain NAME` shows any of it in the terminal, in each of the three languages.",
            "",
            *_table(Grid("", ("submission type", "number", *LABEL_LANGUAGES, "sheets", "columns"), rows)),
            "",
            "- [meta](meta.md): the sheet that every workbook begins with.",
            "- [Code lists](codelists.md): every code with its labels, dates and crosswalks.",
            "- [Agencies](agencies.md): who sends what, from when to when, and their units.",
            "- [Rules](../rules.md): every rule with its reason and its examples.",
            "",
            f"Labels of codes not yet checked by a native speaker: {unchecked} of {len(labels)}.",
            'Each list says how many of its own. "Decided here" marks what no source fixes.',
            "",
        ]
    )


def _workbook_page(workbook: Workbook, voice: Voice) -> str:
    whole = workbook_entry(workbook, voice)
    lines = [f"# {workbook.id}", "", *_parts(whole, level=2)]
    lines += ["The sheet meta is the same in every workbook: see [meta](meta.md).", ""]
    for sheet in workbook.sheets:
        if sheet.name != _META:
            lines += [f"## {sheet.name}", "", *_parts(sheet_entry(sheet, voice), level=3)]
    return "\n".join(lines)


def _meta_page(voice: Voice) -> str:
    sheet = next(sheet for sheet in voice.schema.sheets() if sheet.name == _META)
    return "\n".join(["# meta", "", *_parts(sheet_entry(sheet, voice), level=2)])


def _code_lists_page(voice: Voice) -> str:
    lines = [
        "# Code lists",
        "",
        "htcds, ctdc, eurostat, unodc: what a code is mapped to in that classification. The crosswalk ictip",
        "waits for the publication of IC-TIP and claims nothing: it is empty, and not shown. Further columns",
        "are groups that tables use.",
        "",
    ]
    for codes in voice.schema.codelists.values():
        lines += [f"## {codes.id}", "", *_parts(code_list_entry(codes, voice), level=3)]
    return "\n".join(lines)


def _agencies_page(voice: Voice) -> str:
    schema = voice.schema
    agencies = tuple(
        (
            agency.code,
            *voice.shown(agency.label),
            agency.kind,
            agency.workbook,
            "yes" if agency.registers else "",
            "yes" if agency.assists else "",
            str(agency.valid_from or ""),
            str(agency.valid_to or ""),
            agency.successor,
            agency.shown_as,
        )
        for agency in schema.agencies.values()
    )
    further = ("kind", "workbook", "registers", "assists", "valid from", "valid to", "successor", "shown as")
    units = tuple(
        (unit.agency, unit.code, *voice.shown(unit.label), str(unit.valid_from or ""), str(unit.valid_to or ""))
        for unit in schema.units.values()
    )
    lines = [
        "# Agencies",
        "",
        "An agency, a police unit or an organisation is added with one line: for everybody in `schemas/agencies.toml`,",
        "for one collection in its own `agencies.toml`.",
        "",
        *_table(Grid("", ("code", *LABEL_LANGUAGES, *further), agencies)),
        "",
        "## Units",
        "",
        *_table(Grid("", ("agency", "unit", *LABEL_LANGUAGES, "valid from", "valid to"), units)),
        "",
    ]
    return "\n".join(lines)


def _rules_page(voice: Voice) -> str:
    rules = sorted(voice.schema.rules.values(), key=lambda rule: rule.id)
    lines = [
        "# Rules",
        "",
        f"{len(rules)} rules. A rule that lacks what it needs, a blank included, is *not evaluated*:",
        "that is counted, and is never a pass.",
        "",
    ]
    for rule in rules:
        lines += [f"## {rule.id}", "", *_parts(rule_entry(rule, voice), level=3)]
    return "\n".join(lines)


# --------------------------------------------------------------------------- Markdown


def _parts(entry: Entry, *, level: int) -> Iterator[str]:
    for part in entry.parts:
        lines = list(_part(part, level=level))
        if lines:
            yield from lines
            yield ""


def _part(part: Part, *, level: int) -> Iterator[str]:
    if isinstance(part, Facts):
        for name, value in part.pairs:
            yield f"- {name}: {_escaped(value)}"
    elif isinstance(part, Grid):
        if part.caption:
            yield from (f"{'#' * level} {part.caption}", "")
        yield from _table(part)
    else:
        yield _escaped(part)


def _table(grid: Grid) -> Iterator[str]:
    yield f"| {' | '.join(map(_cell, grid.header))} |"
    yield f"|{'---|' * len(grid.header)}"
    for row in grid.rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    return _escaped(text).replace("|", "\\|")


def _escaped(text: str) -> str:
    return _TAG.sub("&lt;", text).replace("*", "\\*").replace("\n", " ")

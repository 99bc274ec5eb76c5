"""Turn a protected table into what is printed: headings, numbers and symbols, and every note it needs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from atstats.frames import ProtectedTable
from atstats.report.blocks import BodyCell, BodyRow, EmptyTable, HeadCell, Runs, Symbol, TableBlock, Text
from atstats.report.cells import Cell
from atstats.report.context import FLAGS, Context, meaning
from atstats.vocabulary import TOTAL

__all__ = ["table_block"]

Labels = tuple[tuple[str, str], ...]
"""The (dimension, category) pairs of a row or a column."""


def table_block(table: ProtectedTable, *, context: Context) -> TableBlock | EmptyTable:
    """A table as it is printed; one without data says why it has none."""
    definition = context.schema.tables[table.id]
    label = context.words.text("Table {id}", id=table.id)
    title = definition.title.of(context.language)
    if table.empty_because or not table.cells.height:
        reason = context.schema.table_notes.get(table.empty_because)
        words = reason.of(context.language) if reason else context.words.text("No data for this year.")
        return EmptyTable(table.id, label, title, words)
    cells = context.cells.of(table.id)
    head = _head(table, context)
    body = _body(table, cells, context)
    return TableBlock(
        id=table.id,
        label=label,
        title=title,
        unit=definition.unit.of(context.language),
        stub=_stub(table.row_labels, context),
        head=head,
        body=body,
        notes=_notes(table, cells, body, context),
        n_columns=len(table.column_labels),
    )


# --------------------------------------------------------------------------- headings


def _words(pair: tuple[str, str], context: Context) -> str:
    label = context.label(*pair)
    return label[:1].upper() + label[1:]


def _is_total(labels: Labels) -> bool:
    return all(code == TOTAL for _, code in labels)


def _stacked(labels: Sequence[Labels]) -> bool:
    """Whether categories of several dimensions stand one after the other, two or more of each."""
    sizes = Counter(pairs[0][0] for pairs in labels if len(pairs) == 1 and not _is_total(pairs))
    return sum(n > 1 for n in sizes.values()) > 1


def _dimension(name: str, context: Context) -> str:
    return context.schema.dimensions[name].label.of(context.language)


def _stub(rows: Sequence[Labels], context: Context) -> str:
    """The heading over the row headings: the dimension, where the rows are of one."""
    names = [labels[-1][0] for labels in rows if labels and not _is_total(labels)]
    return "" if not names or _stacked(rows) else _dimension(names[0], context)


def _head(table: ProtectedTable, context: Context) -> tuple[tuple[HeadCell, ...], ...]:
    """The heading rows: a category over several columns spans them, a lone one spans the rows below it."""
    columns = table.column_labels
    named = _stacked(columns) or bool(_code_lists(columns, context) & _code_lists(table.row_labels, context))
    paths = [_path(labels, context, named=named) for labels in columns]
    depth = max(len(path) for path in paths)
    return tuple(tuple(_level(paths, level, depth=depth)) for level in range(depth))


def _level(paths: Sequence[tuple[str, ...]], level: int, *, depth: int) -> list[HeadCell]:
    row: list[HeadCell] = []
    before: tuple[str, ...] | None = None
    for path in paths:
        if len(path) <= level:
            before = None
        elif len(path) == level + 1:
            row.append(HeadCell(path[level], rows=depth - level))
            before = None
        elif path[: level + 1] == before:
            row[-1] = replace(row[-1], columns=row[-1].columns + 1)
        else:
            before = path[: level + 1]
            row.append(HeadCell(path[level], group=True))
    return row


def _code_lists(labels: Sequence[Labels], context: Context) -> set[str]:
    """The code lists of the headings: where rows and columns share one, the columns must say what they are."""
    names = {name for pairs in labels if not _is_total(pairs) for name, _ in pairs}
    return {context.schema.dimensions[name].codes for name in names}


def _path(labels: Labels, context: Context, *, named: bool) -> tuple[str, ...]:
    """The words of a column from the top; a total over everything is one word."""
    if not labels or _is_total(labels):
        return (context.label("", TOTAL),)
    words = tuple(_words(pair, context) for pair in labels)
    return (_dimension(labels[0][0], context), *words) if named and len(labels) == 1 else words


# --------------------------------------------------------------------------- body


def _body(table: ProtectedTable, cells: Sequence[Cell], context: Context) -> tuple[BodyRow, ...]:
    by_place = {(cell.row, cell.column): cell for cell in cells}
    stacked = _stacked(table.row_labels) or any(len(labels) > 1 for labels in table.row_labels)
    rows: list[BodyRow] = []
    group = ""
    for number, labels in enumerate(table.row_labels, start=1):
        heading = _group(labels, context) if stacked else ""
        if heading and heading != group:
            rows.append(BodyRow(heading, (), "group"))
        group = heading
        body = tuple(
            _body_cell(by_place.get((number, column)), f"{table.id}:r{number}:c{column}", columns, context)
            for column, columns in enumerate(table.column_labels, start=1)
        )
        rows.append(BodyRow(_row_words(labels, context), body, _look(table, number, labels)))
    return tuple(rows)


def _group(labels: Labels, context: Context) -> str:
    """The heading that a row stands under, where rows are stacked or nested."""
    if not labels or _is_total(labels):
        return ""
    return _words(labels[0], context) if len(labels) > 1 else _dimension(labels[0][0], context)


def _row_words(labels: Labels, context: Context) -> str:
    if not labels or _is_total(labels):
        return context.label("", TOTAL)
    return ", ".join(_words(pair, context) for pair in (labels[1:] or labels))


def _look(table: ProtectedTable, number: int, labels: Labels) -> str:
    """A total is set off; so is a last row of another dimension, which is no part of the total."""
    if _is_total(labels):
        return "total"
    totals = {name for pairs in table.row_labels if _is_total(pairs) for name, _ in pairs}
    apart = bool(totals) and all(name not in totals for name, _ in labels)
    return "below" if apart and number == len(table.row_labels) and not _stacked(table.row_labels) else ""


def _body_cell(cell: Cell | None, identifier: str, columns: Labels, context: Context) -> BodyCell:
    total = _is_total(columns)
    if cell is None:
        return BodyCell(identifier, None, (Symbol("[z]", meaning(context.words, "z")),), total)
    number = context.number(cell) if cell.printable else None
    symbols = context.symbols(cell)
    return BodyCell(identifier, number, symbols, total)


# --------------------------------------------------------------------------- notes


def _notes(
    table: ProtectedTable, cells: Sequence[Cell], body: Sequence[BodyRow], context: Context
) -> tuple[tuple[str, Runs], ...]:
    """What must be said under a table: scope, notes, rounding, symbols, source."""
    words, language = context.words, context.language
    definition = context.schema.tables[table.id]
    called = [context.schema.table_notes[key] for key in table.notes if key in context.schema.table_notes]
    notes: list[tuple[str, Runs]] = [(words.text("Counted"), (Text(definition.scope.of(language)),))]
    notes += [(words.text("Note"), (Text(each.of(language)),)) for each in (*definition.notes, *called)]
    notes += [(words.text("Rounding"), each) for each in _rounding(cells, context)]
    used = {symbol.text for row in body for cell in row.cells for symbol in cell.symbols}
    notes += [
        (f"[{code}]", (Text(f"{meaning(words, code)}."),)) for code in ("c", "x", "z", *FLAGS) if f"[{code}]" in used
    ]
    notes.append((words.text("Source"), (Text(definition.source.of(language)),)))
    return tuple(notes)


def _rounding(cells: Sequence[Cell], context: Context) -> list[Runs]:
    words, base = context.words, context.base
    rounded = [cell for cell in cells if cell.rounded]
    if not rounded or base is None:
        return []
    notes = [words.say("Counts are rounded to multiples of {base}.", base=(base,))]
    if any(not cell.value for cell in rounded):
        notes[0] = words.say(
            "Counts are rounded to multiples of {base}; a zero may stand for a small number.", base=(base,)
        )
    if any(cell.status == "shown" and cell.kind == "count" for cell in cells):
        notes.append(words.say("Totals that are printed exactly may differ from the sum of rounded figures."))
    return notes

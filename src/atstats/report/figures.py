"""The charts of the report: which published cells each shows, its title and its text alternative."""

from collections.abc import Callable, Mapping, Sequence

from atstats.errors import ConfigurationError
from atstats.report.blocks import Figure, Picture, Runs, Text, plain
from atstats.report.cells import Cell, Point
from atstats.report.charts import NARROW, WIDE, Charts
from atstats.report.context import Context
from atstats.vocabulary import TOTAL

__all__ = ["FIGURES", "columns_picture", "figure", "share_picture"]


def figure(identifier: str, *, context: Context, charts: Charts) -> Figure | None:
    """A chart with its words, or nothing where the published cells do not carry it.

    Raises:
        ConfigurationError: there is no figure of this name.
    """
    if identifier not in FIGURES:
        raise ConfigurationError(
            f"a chapter asks for the unknown figure {identifier}",
            hint=f"Known figures: {', '.join(sorted(FIGURES))}.",
        )
    return FIGURES[identifier](context, charts)


def columns_picture(points: Sequence[Point], *, label: str, context: Context, charts: Charts) -> Picture:
    """Small columns by year, without words, beside a key figure."""
    values = [
        {
            "year": str(point.year),
            "n": point.printed.value if point.printed else None,
            "now": point.year == context.run.reference_year,
        }
        for point in points
    ]
    svg = charts.draw("spark", values)
    return Picture(svg, svg, _columns_words(points, label=label, context=context), _ids(points))


def share_picture(part: Cell, *, whole: Cell, label: str, context: Context, charts: Charts) -> Picture:
    """A part of a whole as one bar, without words, beside a key figure."""
    svg = charts.draw("share", [{"zero": 0, "part": part.value, "whole": whole.value}])
    words = context.words.say("{label}: {n} of {all}.", label=label, n=context.number(part), all=context.number(whole))
    return Picture(svg, svg, plain(words), (part.id, whole.id))


# --------------------------------------------------------------------------- C1


def _victims_by_year(context: Context, charts: Charts) -> Figure | None:
    points, registered = context.series("VOT"), context.series(TOTAL)
    whole = _n_printed(registered) > _n_printed(points)
    points = registered if whole else points
    printed = [point for point in points if point.printed is not None]
    if len(printed) < 2:
        return None
    values = [_bar(point, context) for point in points]
    parameters = {"now": context.year, "break_words": context.words.text("Break in the series")}
    table = context.schema.tables["T1.1"]
    return Figure(
        id="C1",
        label=context.words.text("Figure {id}", id="C1"),
        title=_range_title(printed, whole=whole, context=context),
        subtitle=context.words.say("Number of persons by year, {first} to {last}", first=str(points[0].year),
                                   last=context.year),
        picture=Picture(
            svg=charts.draw("C1", values, size=WIDE, parameters=parameters),
            narrow=charts.draw("C1", values, size=NARROW, parameters={**parameters, "short": True}),
            alt=_columns_words(points, label=_label(whole=whole, context=context), context=context),
            cells=_ids(points),
        ),
        notes=_notes(points, source=table.source.of(context.language), context=context),
        table="T1.1",
        table_words=context.words.text("The same numbers: Table {id}", id="T1.1"),
    )  # fmt: skip


def _bar(point: Point, context: Context) -> Mapping[str, object]:
    cell = point.printed
    if cell is not None:
        label = context.number(cell).text
    elif point.cell is not None:
        label = "".join(symbol.text for symbol in context.symbols(point.cell)) or "[x]"
    else:
        label = "[x]"
    return {
        "year": str(point.year),
        "n": cell.value if cell else None,
        "label": label,
        "now": point.year == context.run.reference_year,
        "after_break": point.breaks,
    }


def _label(*, whole: bool, context: Context) -> str:
    return context.words.text("Registered victims") if whole else context.words.text("Formally identified victims")


def _range_title(printed: Sequence[Point], *, whole: bool, context: Context) -> Runs:
    known = [point.printed for point in printed if point.printed is not None]
    least, most = min(known, key=lambda cell: cell.value or 0), max(known, key=lambda cell: cell.value or 0)
    low, high, first = context.number(least), context.number(most), str(printed[0].year)
    if whole:
        return context.words.say(
            "Between {low} and {high} victims a year were registered since {first}", low=low, high=high, first=first
        )
    return context.words.say(
        "Between {low} and {high} victims a year were formally identified since {first}",
        low=low,
        high=high,
        first=first,
    )


def _notes(points: Sequence[Point], *, source: str, context: Context) -> tuple[tuple[str, Runs], ...]:
    words = context.words
    notes: list[tuple[str, Runs]] = [(words.text("Source"), (Text(source),))]
    table = context.cells.tables["T1.1"]
    called = [context.schema.table_notes[key].of(context.language) for key in table.notes]
    notes += [(words.text("Note"), (Text(each),)) for each in called]
    if any(point.printed is None for point in points):
        notes.append(("[x]", words.say("No figure is published for the year.")))
    if context.base and any(point.printed is not None and point.printed.rounded for point in points):
        rounding = words.say(
            "Figures of the reference year are rounded to multiples of {base}; earlier years stand as published.",
            base=(context.base,),
        )
        notes.append((words.text("Rounding"), rounding))
    return tuple(notes)


def _columns_words(points: Sequence[Point], *, label: str, context: Context) -> str:
    """What the columns show, one after the other, in the language of the report."""
    words = context.words
    shown = "; ".join(
        f"{point.year}: {context.number(point.printed).text}" for point in points if point.printed is not None
    )
    sentences = [words.text("{label} by year. {values}.", label=label, values=shown)]
    gaps = ", ".join(str(point.year) for point in points if point.printed is None)
    if gaps:
        sentences.append(words.text("Years without a published figure: {years}.", years=gaps))
    breaks = ", ".join(str(point.year) for point in points if point.breaks)
    if breaks:
        sentences.append(words.text("The series breaks before: {years}.", years=breaks))
    return " ".join(sentences)


def _ids(points: Sequence[Point]) -> tuple[str, ...]:
    return tuple(point.printed.id for point in points if point.printed is not None)


def _n_printed(points: Sequence[Point]) -> int:
    return sum(point.printed is not None for point in points)


FIGURES: Mapping[str, Callable[[Context, Charts], Figure | None]] = {"C1": _victims_by_year}
"""Number of a figure, as chapters ask for it -> its builder."""

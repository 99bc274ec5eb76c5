"""The first page: cover, key figures, and how far the figures can be relied on."""

from collections.abc import Mapping, Sequence

from atstats.report.blocks import Card, Cover, KeyFigures, Link, Picture, QualityBox, Runs, joined
from atstats.report.cells import Cell
from atstats.report.charts import Charts
from atstats.report.context import Context
from atstats.report.figures import columns_picture, share_picture
from atstats.vocabulary import TOTAL, Edition

__all__ = ["OWN_NAMES", "cover", "key_figures", "quality_box"]

OWN_NAMES = {"en": "English", "sq": "Shqip", "sr": "Srpski", "sr-cyrl": "Српски"}
"""What a language calls itself."""

_N_COLUMNS = 5
"""Years that the small columns of a key figure show."""


def cover(context: Context, *, edition: str, languages: Sequence[str]) -> Cover:
    """What stands before the first figure."""
    words = context.words
    final = bool(context.settings.get("final"))
    facts = [
        (words.text("Year"), context.year),
        (words.text("Status"), words.text("Final") if final else words.text("Provisional")),
        (words.text("Published"), context.setting("publication_date")),
        (words.text("Next release"), context.setting("next_release")),
    ]
    title = context.setting("title") or words.text("Trafficking in human beings in Kosovo")
    note = _status_note(context)
    return Cover(
        title=f"{title}*, {context.year}" if note else f"{title}, {context.year}",
        subtitle=words.text("Annual statistical report"),
        owner=context.setting("owner") or words.text("Office of the National Coordinator against Trafficking "
                                                     "in Human Beings"),
        facts=tuple((name, value) for name, value in facts if value),
        marks=_marks(context, edition=edition),
        status_note=note,
        languages=tuple((language, OWN_NAMES[language]) for language in languages),
    )  # fmt: skip


def _marks(context: Context, *, edition: str) -> tuple[str, ...]:
    marks = []
    if context.settings.get("sample"):
        marks.append(context.words.text("SAMPLE: all figures in this report are made up"))
    if edition != Edition.PUBLIC:
        marks.append(context.words.text("RESTRICTED: exact figures, not for publication"))
    return tuple(marks)


def _status_note(context: Context) -> str:
    choice = context.settings.get("status_note", "none")
    if choice == "eu":
        return context.words.text(
            "This designation is without prejudice to positions on status, and is in line with UNSCR 1244/1999 "
            "and the ICJ Opinion on the Kosovo declaration of independence."
        )
    if choice == "coe":
        return context.words.text(
            "All references to Kosovo, whether to the territory, institutions or population, in this text shall be "
            "understood in full compliance with United Nations Security Council Resolution 1244 and without "
            "prejudice to the status of Kosovo."
        )
    return ""


# --------------------------------------------------------------------------- key figures


def key_figures(context: Context, *, charts: Charts) -> KeyFigures | None:
    """Four key figures, each with an earlier one, its range and a small picture, where these can be printed."""
    found = {code: cell for codes in _WANTED for code, cell in _first(codes, context)}
    if not found:
        return None
    cards = tuple(_card(code, cell=cell, context=context, charts=charts) for code, cell in found.items())
    return KeyFigures(context.words.text("Key figures"), cards, _about(cards, found, context))


_WANTED = (("REGISTERED",), ("IDENTIFIED",), ("CHILDREN",), ("CONVICTED", "SUSPECTS"))
"""For each card the indicators that it may show, the most wanted first."""


def _first(codes: Sequence[str], context: Context) -> list[tuple[str, Cell]]:
    """The first of these indicators that may be printed, alone in a list, or none."""
    cells = [(code, context.indicator(code)) for code in codes]
    return [(code, cell) for code, cell in cells if cell is not None][:1]


def _about(cards: Sequence[Card], found: Mapping[str, Cell], context: Context) -> Runs:
    """What must be known to read the cards."""
    words = context.words
    sentences: list[Runs] = []
    if any(card.picture for card in cards):
        sentences.append(
            words.say(
                "Columns show the last years, the reference year in the dark colour; bars show a part of all "
                "registered victims."
            )
        )
    if {"CONVICTED", "SUSPECTS"} & set(found):
        sentences.append(
            words.say(
                "Persons suspected and convicted are counted in the year of the decision, so they are not the "
                "offenders of the same victims."
            )
        )
    if context.base is not None and any(cell.rounded for cell in found.values()):
        sentences.append(
            words.say("Most counts are rounded to multiples of {base}: see the box below.", base=(context.base,))
        )
    return joined(*sentences)


def _card(code: str, *, cell: Cell, context: Context, charts: Charts) -> Card:
    label = context.label("indicator", code)
    label = label[:1].upper() + label[1:]
    whole = context.indicator("REGISTERED") if code == "CHILDREN" else None
    of = context.words.say("of {all}", all=context.number(whole)) if whole else ()
    lines = [_range(cell, context)] if code == "REGISTERED" else []
    lines.insert(0, _before(code, context))
    return Card(
        label=label,
        value=context.number(cell),
        symbols=context.symbols(cell),
        of=of,
        lines=tuple(line for line in lines if line),
        picture=_picture(code, cell=cell, label=label, context=context, charts=charts),
    )


def _before(code: str, context: Context) -> Runs:
    earlier = context.earlier(code)
    if earlier is None:
        return context.words.say("no comparable earlier figure")
    cell, year = earlier
    if int(year) < context.run.reference_year - 1:
        return context.words.say("{n} in {year}, the last year published", n=context.number(cell), year=year)
    return context.words.say("{n} in {year}", n=context.number(cell), year=year)


def _range(cell: Cell, context: Context) -> Runs:
    low, high = _bounds(context)
    if low is None or high is None or not (low.value or 0) <= (cell.value or 0) <= (high.value or 0):
        return ()
    if low.value == high.value:
        return ()
    return context.words.say(
        "range {low} to {high}, as records are matched", low=context.number(low), high=context.number(high)
    )


def _bounds(context: Context) -> tuple[Cell | None, Cell | None]:
    return context.cells.tagged("T14.4", "victim", "LOW"), context.cells.tagged("T14.4", "victim", "HIGH")


def _picture(code: str, *, cell: Cell, label: str, context: Context, charts: Charts) -> Picture | None:
    points = context.series({"REGISTERED": TOTAL, "IDENTIFIED": "VOT"}.get(code, ""))[-_N_COLUMNS:]
    same = bool(points) and points[-1].printed is not None and points[-1].printed.value == cell.value
    if same and sum(point.printed is not None for point in points) > 1:
        return columns_picture(points, label=label, context=context, charts=charts)
    whole = context.indicator("REGISTERED")
    if code in ("CHILDREN", "IDENTIFIED") and whole is not None and (whole.value or 0) >= (cell.value or 0) > 0:
        return share_picture(cell, whole=whole, label=label, context=context, charts=charts)
    return None


# --------------------------------------------------------------------------- the box


def quality_box(context: Context, *, edition: str) -> QualityBox:
    """What the figures count, what is missing, how sure the count is, how it is protected, what may change."""
    words = context.words
    rows = (
        (words.text("What they count"), words.say(
            "Persons whom an institution registered as identified or presumed victims. They do not measure how many "
            "people are trafficked."
        )),
        (words.text("Completeness"), _completeness(context)),
        (words.text("Duplicates"), _duplicates(context)),
        (words.text("Protection"), _protection(context, edition=edition)),
        (words.text("Revisions"), _revisions(context)),
    )  # fmt: skip
    return QualityBox(words.text("How far these figures can be relied on"), tuple(row for row in rows if row[1]))


def _completeness(context: Context) -> Runs:
    cells, words = context.cells, context.words
    parts = {
        name: cells.number("T14.1", agency=TOTAL, state=state)
        for name, state in (("all", TOTAL), ("received", "RECEIVED"), ("nil", "NIL"), ("missing", "MISSING"),
                            ("refused", "REFUSED"))
    }  # fmt: skip
    numbers = {name: context.number(cell) for name, cell in parts.items() if cell is not None}
    if len(numbers) < len(parts):
        return _see("T14.1", context)
    counted = words.say(
        "Submissions expected: {all}. Accepted: {received}, nil returns: {nil}, missing: {missing}, "
        "received but not accepted: {refused}.",
        **numbers,
    )
    return joined(counted, _see("T14.1", context))


def _duplicates(context: Context) -> Runs:
    cells, words = context.cells, context.words
    if not cells.of("T14.4"):
        return ()
    sentences = []
    records, best = cells.tagged("T14.4", "victim", "RECORDS"), cells.tagged("T14.4", "victim", "BEST")
    if records is not None and best is not None:
        sentences.append(words.count(
            "{m} records describe {n} registered victim.", "{m} records describe {n} registered victims.",
            n=context.number(best), m=context.number(records),
        ))  # fmt: skip
    low, high = _bounds(context)
    if low is not None and high is not None:
        if low.value == high.value:
            sentences.append(words.say("No open question about who is the same person changes this count."))
        else:
            sentences.append(words.say(
                "Between {low} and {high}, depending on pairs of records that nobody has decided yet.",
                low=context.number(low), high=context.number(high),
            ))  # fmt: skip
            sure = [cells.tagged("T14.4", "victim", end) for end in ("SURE_LOW", "SURE_HIGH")]
            if sure[0] is not None and sure[1] is not None:
                sentences.append(words.say(
                    "Almost certainly between {low} and {high}.",
                    low=context.number(sure[0]), high=context.number(sure[1]),
                ))  # fmt: skip
    return joined(*sentences, _see("T14.4", context))


def _protection(context: Context, *, edition: str) -> Runs:
    words = context.words
    if edition != Edition.PUBLIC:
        return words.say("None: this edition holds exact figures and is for readers bound to secrecy.")
    if context.base is not None:
        return words.say(
            "Counts of persons are rounded to multiples of {base} so that no person can be recognised; a zero may "
            "stand for a small number. Totals that the office prints exactly are not rounded, so rows may not add up "
            "to them.",
            base=(context.base,),
        )
    return words.say("Numbers that could point to a person are withheld and marked {symbol}.", symbol="[c]")


def _revisions(context: Context) -> Runs:
    words = context.words
    cells = (cell for table in context.cells.tables for cell in context.cells.of(table))
    if any(cell.flag == "r" and cell.printable for cell in cells):
        sentences = [words.say("Revised figures are marked {symbol}.", symbol="[r]")]
    else:
        sentences = [words.say("No figure of this report is marked as revised.")]
    if not context.settings.get("final"):
        sentences.append(words.say("This release is provisional: figures may change until the final one."))
    return joined(*sentences)


def _see(table: str, context: Context) -> Runs:
    if table not in context.cells.tables:
        return ()
    return (Link(context.words.say("See Table {id}.", id=table), table),)

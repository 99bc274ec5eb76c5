"""Generated statements: one builder for each fact, a whole sentence or nothing.

A builder gives nothing where an operand is withheld, missing or broken off. It names no cause,
uses no adjective of size, and no percentage: a share would be a number that no table holds.
Only a change that is clear by the one headline test (`small_counts.change`) may be called a rise
or a fall, and only if it is clear under the least favourable rounding of both figures.
"""

from collections.abc import Callable, Mapping

from atstats.errors import ConfigurationError
from atstats.report.blocks import Runs, Statement, joined
from atstats.report.cells import Cell
from atstats.report.context import Context
from atstats.small_counts import change
from atstats.vocabulary import TOTAL, UNKNOWN

__all__ = ["MAIN_RESULTS", "STATEMENTS", "main_results", "statement"]

_SMALL_BASE = 50
"""Below this base a share would say more than it knows (house rule for percentages)."""


def statement(name: str, context: Context) -> Statement | None:
    """One generated statement, or nothing where the published cells do not carry it.

    Raises:
        ConfigurationError: there is no statement of this name.
    """
    if name not in STATEMENTS:
        raise ConfigurationError(
            f"a chapter asks for the unknown statement {name}",
            hint=f"Known statements: {', '.join(sorted(STATEMENTS))}.",
        )
    return STATEMENTS[name](context)


def main_results(context: Context) -> tuple[Statement, ...]:
    """The statements of the first page, at most five."""
    found = (statement(name, context) for name in MAIN_RESULTS)
    return tuple(each for each in found if each is not None)[:_MOST_RESULTS]


# --------------------------------------------------------------------------- change


def _victims_change(context: Context) -> Statement | None:
    """The headline: formally identified victims against the figure before."""
    cell = context.indicator("IDENTIFIED")
    if cell is None:
        return None
    earlier = context.earlier("IDENTIFIED")
    if earlier is None:
        return Statement(_identified(cell, context), _why_not_compared(cell, context))
    before, year = earlier
    verdict = _verdict(cell, before, slack=context.cells.slack)
    lead = _compared(cell, before, year, verdict, context)
    details = [_about_the_difference(verdict, context)]
    if int(year) < context.run.reference_year - 1:
        details.append(context.words.say("{year} is the last earlier year with a published figure.", year=year))
    details.append(_effort(context))
    return Statement(lead, joined(*details))


def _identified(cell: Cell, context: Context) -> Runs:
    return context.words.count(
        "{n} victim of trafficking was formally identified in {year}.",
        "{n} victims of trafficking were formally identified in {year}.",
        n=context.number(cell),
        year=context.year,
    )


def _compared(cell: Cell, before: Cell, year: str, verdict: str, context: Context) -> Runs:
    n, m = context.number(cell), context.number(before)
    if verdict == "rose":
        return context.words.count(
            "{n} victim of trafficking was formally identified in {year}; the figure rose from {m} in {before}.",
            "{n} victims of trafficking were formally identified in {year}; the figure rose from {m} in {before}.",
            n=n, m=m, year=context.year, before=year,
        )  # fmt: skip
    if verdict == "fell":
        return context.words.count(
            "{n} victim of trafficking was formally identified in {year}; the figure fell from {m} in {before}.",
            "{n} victims of trafficking were formally identified in {year}; the figure fell from {m} in {before}.",
            n=n, m=m, year=context.year, before=year,
        )  # fmt: skip
    return context.words.count(
        "{n} victim of trafficking was formally identified in {year}; the figure for {before} is {m}.",
        "{n} victims of trafficking were formally identified in {year}; the figure for {before} is {m}.",
        n=n, m=m, year=context.year, before=year,
    )  # fmt: skip


def _verdict(after: Cell, before: Cell, *, slack: int) -> str:
    """ "rose", "fell" or "" where the change is not clear whatever the rounding did."""
    if after.value is None or before.value is None or after.value == before.value:
        return ""
    towards = -1 if after.value > before.value else 1
    nearer_after = max(0, round(after.value) + towards * slack * after.rounded)
    nearer_before = max(0, round(before.value) - towards * slack * before.rounded)
    if (nearer_after - nearer_before) * towards >= 0 or not change(nearer_after, before=nearer_before).clear:
        return ""
    return "rose" if towards < 0 else "fell"


def _about_the_difference(verdict: str, context: Context) -> Runs:
    if verdict:
        return context.words.say("A change of this size is beyond the usual variation from year to year.")
    return context.words.say(
        "Yearly numbers are small: a difference of this size is within the usual variation from year to year, "
        "so it is no evidence that trafficking rose or fell."
    )


def _effort(context: Context) -> Runs:
    return context.words.say(
        "The number of victims identified follows how much the police and other bodies look for them."
    )


def _why_not_compared(cell: Cell, context: Context) -> Runs:
    if cell.flag == "b" or any(point.breaks for point in context.series("VOT")):
        reason = context.words.say("Earlier years were counted in another way, so no comparison is made.")
    else:
        reason = context.words.say("No comparable earlier figure is published, so no comparison is made.")
    return joined(reason, _effort(context))


# --------------------------------------------------------------------------- victims


def _victims_registered(context: Context) -> Statement | None:
    cell, identified = context.indicator("REGISTERED"), context.indicator("IDENTIFIED")
    if cell is None:
        return None
    lead = context.words.count(
        "{n} person was registered as a victim of trafficking in {year}.",
        "{n} persons were registered as victims of trafficking in {year}.",
        n=context.number(cell),
        year=context.year,
    )
    if identified is None:
        return Statement(lead)
    detail = context.words.say(
        "Formally identified: {n}. The others are presumed victims, were recognised by a court, or declined "
        "identification.",
        n=context.number(identified),
    )
    return Statement(lead, detail)


def _children(context: Context) -> Statement | None:
    cell, whole = context.indicator("CHILDREN"), context.indicator("REGISTERED")
    if cell is None or whole is None:
        return None
    lead = context.words.count(
        "{n} of the {all} registered victims was a child.",
        "{n} of the {all} registered victims were children.",
        n=context.number(cell),
        all=context.number(whole),
    )
    return Statement(lead, _small_base(whole, context))


def _sex(context: Context) -> Statement | None:
    female, male = context.cells.number("T2.1", sex="F"), context.cells.number("T2.1", sex="M")
    whole = context.cells.number("T2.1", sex=TOTAL)
    if female is None or male is None or whole is None:
        return None
    lead = context.words.count(
        "{n} of the {all} registered victims was female and {m} male.",
        "{n} of the {all} registered victims were female and {m} male.",
        n=context.number(female),
        m=context.number(male),
        all=context.number(whole),
    )
    return Statement(lead)


def _four_way(context: Context) -> Statement | None:
    found = {
        name: context.cells.number("T3.1", sex2=sex, age2_exploitation=age)
        for name, sex, age in (
            ("women", "F", "ADULT"), ("men", "M", "ADULT"), ("girls", "F", "CHILD"), ("boys", "M", "CHILD"),
        )
    }  # fmt: skip
    numbers = {name: context.number(cell) for name, cell in found.items() if cell is not None}
    if len(numbers) < len(found):
        return None
    return Statement(
        context.words.say(
            "By sex and age when exploitation began: women {women}, men {men}, girls {girls}, boys {boys}.", **numbers
        ),
        context.words.say("Persons whose sex or age is not known are in the totals only."),
    )


def _form(context: Context) -> Statement | None:
    whole = context.cells.number("T3.1", form=TOTAL)
    forms = [cell for cell in context.cells.along("T3.1", "form") if cell.codes["form"] != UNKNOWN]
    known = sorted((each for each in forms if each.printable), key=lambda each: -(each.value or 0))
    if whole is None or len(known) < len(forms) or len(known) < 2:
        return None
    first, second = known[0], known[1]
    if (first.value or 0) - (second.value or 0) <= context.cells.slack * (first.rounded + second.rounded):
        return None
    lead = context.words.say(
        "Most frequent main form of exploitation: {form} ({n} of {all}).",
        form=context.label("form", first.codes["form"]),
        n=context.number(first),
        all=context.number(whole),
    )
    detail = context.words.say(
        "Next: {form} ({n}).", form=context.label("form", second.codes["form"]), n=context.number(second)
    )
    return Statement(lead, detail)


def _citizenship(context: Context) -> Statement | None:
    cell = context.cells.number("T2.3", citizenship_group="KOSOVO")
    whole = context.cells.number("T2.3", citizenship_group=TOTAL)
    if cell is None or whole is None:
        return None
    return Statement(
        context.words.count(
            "{n} of the {all} registered victims was a citizen of Kosovo.",
            "{n} of the {all} registered victims were citizens of Kosovo.",
            n=context.number(cell),
            all=context.number(whole),
        )
    )


def _small_base(whole: Cell, context: Context) -> Runs:
    if (whole.value or 0) >= _SMALL_BASE:
        return ()
    return context.words.say("No percentages are given, because they would rest on fewer than fifty persons.")


# --------------------------------------------------------------------------- sources, assistance, justice


def _overlap(context: Context) -> Statement | None:
    registrations = context.cells.number("T1.2", body=TOTAL, measure="REGISTRATIONS")
    persons = context.cells.number("T1.2", body=TOTAL, measure="PERSONS")
    if registrations is None or persons is None:
        return None
    lead = context.words.count(
        "{m} registrations by the institutions describe {n} person.",
        "{m} registrations by the institutions describe {n} different persons.",
        n=context.number(persons),
        m=context.number(registrations),
    )
    return Statement(lead, context.words.say("A person whom several institutions registered is counted once."))


def _assisted(context: Context) -> Statement | None:
    cell = context.indicator("ASSISTED")
    if cell is None:
        return None
    lead = context.words.count(
        "{n} person was assisted as a victim of trafficking in {year}.",
        "{n} persons were assisted as victims of trafficking in {year}.",
        n=context.number(cell),
        year=context.year,
    )
    detail = context.words.say(
        "They include persons who came in earlier years, so this figure is never added to the victims of the year."
    )
    return Statement(lead, detail)


def _offenders(context: Context) -> Statement | None:
    suspects, reported = context.indicator("SUSPECTS"), context.indicator("REPORTED")
    convicted = context.indicator("CONVICTED")
    if suspects is None or reported is None or convicted is None:
        return None
    lead = context.words.say(
        "Persons suspected by the police: {suspects}; reported to the prosecution: {reported}; "
        "convictions at first instance: {convicted}.",
        suspects=context.number(suspects),
        reported=context.number(reported),
        convicted=context.number(convicted),
    )
    detail = context.words.say(
        "Each is counted in the year of its own decision: these are not the offenders of the same victims."
    )
    return Statement(lead, detail)


def _trainings(context: Context) -> Statement | None:
    cell = context.cells.number("T12.1", profession=TOTAL, measure="EVENTS")
    hours = context.cells.number("T12.1", profession=TOTAL, measure="HOURS")
    if cell is None or hours is None:
        return None
    return Statement(
        context.words.count(
            "{n} training event was held in {year} (hours: {m}).",
            "{n} training events were held in {year} (hours: {m}).",
            n=context.number(cell),
            m=context.number(hours),
            year=context.year,
        )
    )


STATEMENTS: Mapping[str, Callable[[Context], Statement | None]] = {
    "assisted": _assisted,
    "children": _children,
    "citizenship": _citizenship,
    "form": _form,
    "four_way": _four_way,
    "offenders": _offenders,
    "overlap": _overlap,
    "sex": _sex,
    "trainings": _trainings,
    "victims_change": _victims_change,
    "victims_registered": _victims_registered,
}
"""Name of a statement, as chapters ask for it -> its builder."""

MAIN_RESULTS = ("victims_change", "victims_registered", "children", "form", "overlap", "offenders", "sex")
"""The statements of the first page, the most wanted first."""

_MOST_RESULTS = 5

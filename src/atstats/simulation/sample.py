"""Made-up collections: one workbook for each agency that is expected, and who is truly behind each row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from atstats.errors import UsageError
from atstats.frames import WorkbookGrid
from atstats.schema import Schema
from atstats.simulation.advocacy import advocates, compensation_committee
from atstats.simulation.assets import asset_agency
from atstats.simulation.border import border_police, migration
from atstats.simulation.cast import N_YEARS
from atstats.simulation.coordination import secretariat
from atstats.simulation.courts import courts
from atstats.simulation.forms import nil_return, spelt, with_meta
from atstats.simulation.helpline import helpline
from atstats.simulation.inspection import labour_inspectorate, tax_administration
from atstats.simulation.layout import Submitted, lay_out
from atstats.simulation.organisation import organisation
from atstats.simulation.police import police
from atstats.simulation.prosecution import prosecution
from atstats.simulation.register import Register, jumps
from atstats.simulation.revised import before_revision
from atstats.simulation.shelters import shelter
from atstats.simulation.social_work import social_work
from atstats.simulation.timeline import Timeline, run

__all__ = ["Simulated", "simulate", "simulate_years"]

_TruthLine = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Simulated:
    """The made-up collection of one year with its truth."""

    year: int
    workbooks: tuple[WorkbookGrid, ...]
    truth: tuple[_TruthLine, ...]
    """(submission, sheet key, Excel row, true person) for every row about a victim or suspect that counts."""
    planted: Mapping[str, tuple[str, ...]]
    """Number of an awkward case ("K01") -> the true persons that it is made of, in this year or another."""
    notes: tuple[tuple[str, str, str], ...] = ()
    """The lines of `notes.csv`: about, key, reason."""
    agencies: str = ""
    """The collection's own `agencies.toml`."""


def simulate(*, n_persons: int, seed: int, year: int, schema: Schema) -> Simulated:
    """Make up one collection, the last year of a run of three; the same arguments give the same collection.

    Args:
        n_persons: true victims who are first met in the year.
        seed: of all chance.
        year: the reference year.
        schema: the columns and codes that the workbooks have.

    Raises:
        UsageError: there would be nobody.
    """
    (made,) = simulate_years(n_persons=n_persons, seed=seed, years=(year,), schema=schema)
    return made


def simulate_years(*, n_persons: int, seed: int, years: Sequence[int], schema: Schema) -> tuple[Simulated, ...]:
    """Make up the collections of years that follow each other; one person has one id in all of them.

    Raises:
        UsageError: there would be nobody, or the years are too many or not in a row.
    """
    if n_persons < 1:
        raise UsageError(f"a sample needs at least one person, not {n_persons}", hint="Give --persons 35.")
    if not 1 <= len(years) <= N_YEARS or list(years) != list(range(years[0], years[0] + len(years))):
        raise UsageError(
            f"a sample has one to {N_YEARS} years in a row", hint="Give --years 2023-2025, or --year for one."
        )
    timeline = run(n_persons=n_persons, seed=seed, last=max(years), schema=schema)
    made = [_collection(timeline, year, schema=schema) for year in years]
    for place, (before, now) in enumerate(pairwise(made), start=1):
        made[place] = replace(now, notes=(*now.notes, *jumps(before.truth, now.truth, year=now.year)))
    return tuple(made)


def _collection(timeline: Timeline, year: int, *, schema: Schema) -> Simulated:
    register = Register(timeline, schema)
    sent = [spelt(each, schema=schema) for each in _submitted(timeline, year, schema=schema)]
    workbooks: list[WorkbookGrid] = []
    truth: list[_TruthLine] = []
    for each in sent:
        grid, lines = lay_out(each, year=year, schema=schema)
        first = _first_submission(each, timeline, year, schema=schema)
        if first is not None:
            workbooks.append(first)
            grid, lines = _revision(grid, lines, year=year)
        elif each.agency == "KJC" and year == timeline.last:
            # K40: prepared after the cut-off date, and so not the last word
            grid = with_meta(grid, submission_type="PROVISIONAL", prepared_on=date(year + 1, 4, 10))
        workbooks.append(grid)
        truth += lines
    silent = register.silent(year, {each.agency for each in sent})
    workbooks += [nil_return(agency, workbook, year=year, schema=schema) for agency, workbook in silent]
    return Simulated(
        year=year,
        workbooks=tuple(workbooks),
        truth=tuple(truth),
        planted=timeline.planted,
        notes=register.notes(year, revised=[grid.file for grid in workbooks if grid.file.startswith("CSW_19_")]),
        agencies=register.own(),
    )


def _submitted(timeline: Timeline, year: int, *, schema: Schema) -> list[Submitted]:
    """What the agencies with something to report send."""
    residents = schema.sheet("shelter.residents").label.sq
    makers: tuple[Callable[[], Submitted], ...] = (
        lambda: police(timeline, year, schema=schema),
        lambda: prosecution(timeline, year, schema=schema),
        lambda: courts(timeline, year, schema=schema),
        lambda: shelter("ISF", timeline, year, language="sq", tabs={}),
        lambda: shelter("PVPT", timeline, year, language="sq", tabs={"residents": residents}),
        lambda: shelter("HHC", timeline, year, language="sq", tabs={}),
        lambda: social_work(timeline, year),
        lambda: advocates(timeline, year),
        lambda: compensation_committee(timeline, year),
        lambda: labour_inspectorate(timeline, year),
        lambda: tax_administration(timeline, year),
        lambda: organisation(timeline, year),
        lambda: helpline(timeline, year),
        lambda: secretariat(timeline, year),
        lambda: border_police(timeline, year),
        lambda: migration(timeline, year),
        lambda: asset_agency(timeline, year),
    )
    sent = [make() for make in makers]
    if year <= timeline.closing_day.year:
        sent.append(shelter("SHELTER_SAMPLE", timeline, year, language="sr", tabs={}))
    return [each for each in sent if any(each.sheets.values())]


def _first_submission(revised: Submitted, timeline: Timeline, year: int, *, schema: Schema) -> WorkbookGrid | None:
    """K30: what the centre for social work sent before it corrected its workbook of the middle year."""
    if revised.agency != "CSW_19" or year != timeline.last - 1:
        return None
    first = before_revision(revised, seed=timeline.seed, year=year)
    return None if first is None else lay_out(first, year=year, schema=schema)[0]


def _revision(grid: WorkbookGrid, lines: Sequence[_TruthLine], *, year: int) -> tuple[WorkbookGrid, list[_TruthLine]]:
    file = grid.file.replace(".xlsx", "_r2.xlsx")
    revised = with_meta(
        grid, submission_type="REVISED", revision_no=2, replaces_revision=1, prepared_on=date(year + 1, 3, 9)
    )
    return replace(revised, file=file), [(file, *line[1:]) for line in lines]

"""A made-up collection: one workbook an agency, and who is truly behind each row."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from atstats.errors import UsageError
from atstats.frames import WorkbookGrid
from atstats.schema import Schema
from atstats.simulation.assistance import advocates, shelter, social_work
from atstats.simulation.cast import cast
from atstats.simulation.coordination import secretariat
from atstats.simulation.criminal import proceed
from atstats.simulation.justice import courts, prosecution
from atstats.simulation.layout import lay_out
from atstats.simulation.police import police

__all__ = ["Simulated", "simulate"]


@dataclass(frozen=True, slots=True)
class Simulated:
    """A collection of made-up workbooks with its truth."""

    workbooks: tuple[WorkbookGrid, ...]
    truth: tuple[tuple[str, str, int, str], ...]
    """(submission, sheet key, Excel row, true person) for every row about a victim or suspect."""
    planted: Mapping[str, tuple[str, ...]]
    """Number of an awkward case ("K01") -> the true persons that it is made of."""


def simulate(*, n_persons: int, seed: int, year: int, schema: Schema) -> Simulated:
    """Make up a whole collection; the same arguments give the same collection.

    Args:
        n_persons: true victims; thirty-five give about as many registrations as a real year.
        seed: of the only source of chance.
        year: the reference year.
        schema: the columns and codes that the workbooks have.

    Raises:
        UsageError: there would be nobody.
    """
    if n_persons < 1:
        raise UsageError(f"a sample needs at least one person, not {n_persons}", hint="Give --persons 35.")
    rng = Random(seed)  # noqa: S311 - a sample must be the same each time; nothing is kept secret by it
    victims, planted = cast(n_persons, rng=rng, year=year)
    regions = schema.codelists["municipality"].crosswalk("region")
    cases = proceed(victims, rng=rng, year=year, regions=regions, planted=planted)
    residents = schema.sheet("shelter.residents").label.sq
    submissions = (
        police(victims, cases, year=year, rng=rng),
        prosecution(cases, year=year, rng=rng),
        courts(cases, rng=rng),
        shelter("ISF", victims, year=year, rng=rng, tabs={}),
        shelter("PVPT", victims, year=year, rng=rng, tabs={"residents": residents}),
        social_work("CSW_19", victims, year=year, rng=rng),
        advocates("VAAO", victims, rng=rng),
        secretariat(year=year, rng=rng),
    )
    laid_out = [lay_out(each, year=year, schema=schema) for each in submissions]
    return Simulated(
        workbooks=tuple(grid for grid, _ in laid_out),
        truth=tuple(line for _, lines in laid_out for line in lines),
        planted={case: planted[case] for case in sorted(planted)},
    )

"""K30: a workbook as it was sent first, before it was revised: two rows more, one row less, one cell otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.identity import identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import make_victim

__all__ = ["before_revision"]

_N_TOO_MANY = 2
_FEWEST = 4
"""Cases below which there is nothing to revise."""


def before_revision(submitted: Submitted, *, seed: int, year: int) -> Submitted | None:
    """The first submission of the centre for social work; nothing where it has too few cases.

    Args:
        submitted: what counts in the end.
        seed: of the sample.
        year: the reference year.
    """
    cases = list(submitted.sheets["cases"])
    if len(cases) < _FEWEST:
        return None
    served = {row.values["local_person_id"] for row in submitted.sheets["services"]}
    late = next((row for row in reversed(cases) if row.values["local_person_id"] not in served), cases[-1])
    kept = [row for row in cases if row is not late]
    kept[0] = replace(kept[0], values={**kept[0].values, "school_attending": "UNK"})
    kept += [Row(_in_error(number, seed=seed, year=year)) for number in range(1, _N_TOO_MANY + 1)]
    services = [row for row in submitted.sheets["services"] if not _same(row, late)]
    return replace(submitted, sheets={**submitted.sheets, "cases": kept, "services": services})


def _same(row: Row, other: Row) -> bool:
    return bool(row.values["local_person_id"] == other.values["local_person_id"])


def _in_error(number: int, *, seed: int, year: int) -> Mapping[str, Any]:
    """A case of neglect that does not belong into the workbook."""
    rng = stream("in error", seed, year, number)
    child = make_victim(
        9000 + number, rng=rng, year=year, bodies=("CSW_19",), status="NOT_CONFIRMED", child=True, community="ALB",
        citizenship="XK",
    )  # fmt: skip
    opened = date(year, 3 + number, 11)
    return {
        **identity(child, agency="CSW_19", local_id=f"QPS-9{number:03d}", on=opened, seed=seed),
        "residence_country": "XK",
        "residence_municipality": child.municipality,
        "municipality": "19",
        "opened_date": opened,
        "ground": "NEGLECT",
        "thb_status": "NOT_CONFIRMED",
        "reported_by": "SCHOOL",
        "case_manager_assigned": "YES",
        "guardian_type": "RELATIVE",
        "best_interest_date": opened,
        "parents_role": "NEGLIGENT",
        "placement": "FAMILY",
        "school_attending": "YES",
        "benefits": ("NONE",),
    }

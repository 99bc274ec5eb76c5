"""The list of the corpus: each file with the answer that it must get."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from atstats.frames import Fact

Cell = tuple[str, str | None]
"""Kind and text."""


@dataclass(frozen=True)
class Case:
    """One file and its answer: `refused` or `cells` and `facts`."""

    file: str
    make: Callable[[], bytes]
    refused: str = ""
    cells: Mapping[str, Cell] | None = None
    """Address -> cell, of all sheets; a sheet other than `s` by its name: "notes!A1"."""
    facts: tuple[Fact, ...] = ()
    seconds: float = 10.0
    """The time within which the answer must come."""


CORPUS: dict[str, Case] = {}
ONE: Mapping[str, Cell] = {"A1": ("number", "1")}
SECRET = "Xhevahire 7!"
"""The password of the protected workbook."""

Maker = Callable[[], bytes]


def refused(file: str, reason: str, *, seconds: float = 10.0) -> Callable[[Maker], Maker]:
    """Register a file that must not be read, and words of the reason."""

    def register(make: Maker) -> Maker:
        CORPUS[file] = Case(file, make, refused=reason, seconds=seconds)
        return make

    return register


def readable(
    file: str, cells: Mapping[str, Cell] = ONE, facts: tuple[Fact, ...] = (), *, seconds: float = 10.0
) -> Callable[[Maker], Maker]:
    """Register a file that is read, with its cells and facts."""

    def register(make: Maker) -> Maker:
        CORPUS[file] = Case(file, make, cells=cells, facts=facts, seconds=seconds)
        return make

    return register

"""Find values for all counts that can be published: round, attack, avoid what gives a count away, attack again.

Rounding alone gives nothing away: to any rounded file two more units of one kind can be added,
or two of one kind taken from it, and every cell stays within the rule. What can give a count
away is a number that the reader knows exactly. Then the combination of rounded values that
pins the cell (the rows that bind in the attack) is forbidden to the next rounding. Where no
combination is left, the cell is withheld, then what pins it. Where that does not help, the
exact numbers alone give the cell away, and nothing is published.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from atstats.disclosure.audit import Audit, Interval, Published, Weakness, attack, settle
from atstats.disclosure.edition import Rule
from atstats.disclosure.rounding import Combination, RoundedFile, contradictions, round_counts
from atstats.disclosure.system import Cell, System, systems
from atstats.errors import ProtectionError
from atstats.schema import Schema

__all__ = ["Counts", "Publishable", "make_publishable"]


@dataclass(frozen=True, slots=True)
class Counts:
    """The true counts of all populations that are protected."""

    values: Mapping[Cell, int]
    """Every cell that is printed as a count, and every one that was published elsewhere."""
    exact: frozenset[Cell]
    """Cells that this release prints exactly."""
    elsewhere: frozenset[Cell]
    """Cells that were published before and elsewhere, so that every reader may know them."""
    places: Mapping[Cell, tuple[str, ...]]
    """Where a cell is printed: "T2.1:r3:c1"."""

    @property
    def known(self) -> frozenset[Cell]:
        """The cells that the reader knows exactly."""
        return self.exact | self.elsewhere


@dataclass(frozen=True, slots=True)
class Publishable:
    """Values that passed the audit."""

    rounded: Mapping[Cell, int]
    withheld: frozenset[Cell]
    intervals: Mapping[Cell, Interval]
    """For every rounded and withheld cell: two counts that agree with all that is published."""
    largest_change: int


def make_publishable(counts: Counts, *, schema: Schema, rule: Rule, seed: int) -> Publishable:
    """Rounded values for all counts, audited.

    Raises:
        ProtectionError: the counts contradict each other, or some of them cannot be protected;
            the message names their places.
    """
    rounded: dict[Cell, int] = {}
    withheld: set[Cell] = set()
    intervals: dict[Cell, Interval] = {}
    largest_change = rule.base - 1
    for system in systems(counts.values, schema=schema, largest=rule.unknowns):
        wrong = contradictions(system, {cell: counts.values[cell] for cell in system.sums}, rule=rule)
        if wrong:
            raise ProtectionError(
                f"TAB-01: counts contradict each other at {_places(counts, wrong)}",
                hint="A margin is not the sum of its cells, or a combination is there that "
                "schemas/populations.toml calls impossible, or schemas/reference/history.csv has another figure.",
            )
        published, audit = _Mender(system, counts, schema=schema, rule=rule, seed=seed).run()
        rounded |= published.rounded
        withheld |= published.withheld
        intervals |= audit.intervals
        largest_change = max(largest_change, published.largest_change)
    return Publishable(rounded, frozenset(withheld), intervals, largest_change)


class _Mender:
    """Rounds and attacks one system until it holds."""

    def __init__(self, system: System, counts: Counts, *, schema: Schema, rule: Rule, seed: int) -> None:
        self._system = system
        self._counts = counts
        self._schema = schema
        self._rule = rule
        self._seed = seed
        self._values = {cell: counts.values[cell] for cell in system.sums}
        self._exact = {cell: value for cell, value in self._values.items() if cell in counts.known}

    def run(self) -> tuple[Published, Audit]:
        """Values that hold, and the attack that they withstood."""
        withheld: frozenset[Cell] = frozenset()
        while True:
            published, audit, serious = self._best(withheld)
            if not serious:
                return published, audit
            more = self._to_withhold(serious, published)
            if not more:
                cells = [weakness.cell for weakness in serious]
                raise ProtectionError(
                    f"{_broken(serious)}: cells that exact figures give away cannot be protected: "
                    f"{_places(self._counts, cells)}",
                    hint="Take totals out of `exact` in atstats.toml, or these cells out of their tables.",
                )
            withheld |= more

    def _best(self, withheld: frozenset[Cell]) -> tuple[Published, Audit, list[Weakness]]:
        """The best of some rounded files: the fewest serious weaknesses, then the fewest at all."""
        avoid: list[Combination] = []
        best: tuple[Published, Audit, list[Weakness]] | None = None
        for _ in range(self._rule.tries):
            file = self._round(withheld, avoid)
            published = Published(
                rounded={cell: value for cell, value in file.values.items() if cell not in self._exact},
                exact=self._exact,
                withheld=withheld,
                largest_change=file.largest_change,
            )
            audit = attack(published, schema=self._schema, rule=self._rule)
            serious = self._serious(audit)
            if best is None or (len(serious), len(audit.weaknesses)) < (len(best[2]), len(best[1].weaknesses)):
                best = published, audit, serious
            new = [each for each in self._combinations(published, audit) if each not in avoid]
            if not audit.weaknesses or not new:
                break
            avoid += new
        assert best is not None  # `tries` is at least 1
        return best if best[2] else self._conclude(best[0], best[1])

    def _round(self, withheld: Collection[Cell], avoid: list[Combination]) -> RoundedFile:
        counts = {cell: value for cell, value in self._values.items() if cell not in withheld}
        # The first file is free to be any. Only when one was unsafe, known numbers are kept above their multiples:
        # a file that never was free would tell the reader that no other was possible.
        below = self._counts.known if avoid else frozenset()
        file = round_counts(self._system, counts, avoid=avoid, keep_below=below, rule=self._rule, seed=self._seed)
        if file is None:
            raise ProtectionError(
                f"SDC-01: no consistent rounding of the tables about {', '.join(self._system.populations)} was found",
                hint="Cross fewer variables in schemas/tables, or raise `nodes` in schemas/editions.toml.",
            )
        return file

    def _conclude(self, published: Published, audit: Audit) -> tuple[Published, Audit, list[Weakness]]:
        """Attack again with what a reader concludes from cells that are narrow and yet published."""
        concluded = published
        while (further := settle(concluded, self._own(audit), audit.intervals, rule=self._rule)) is not None:
            concluded = further
            audit = attack(concluded, schema=self._schema, rule=self._rule)
            serious = self._serious(audit)
            if serious:
                return published, audit, serious
        return published, audit, []

    def _own(self, audit: Audit) -> list[Weakness]:
        """Weaknesses of which this release is the cause, and not what is out elsewhere alone."""
        return [weakness for weakness in audit.weaknesses if not weakness.pins <= self._counts.elsewhere]

    def _serious(self, audit: Audit) -> list[Weakness]:
        """Own weaknesses that betray a small count or a group."""
        return [
            weakness
            for weakness in self._own(audit)
            if weakness.kind == "group" or 0 < self._values[weakness.cell] < self._rule.threshold
        ]

    def _combinations(self, published: Published, audit: Audit) -> list[Combination]:
        """For each weakness the rounded values that cause it and that could be others."""
        if published.largest_change >= self._rule.base:
            return []
        found: list[Combination] = []
        for weakness in audit.weaknesses:
            movable = sorted(
                cell for cell in weakness.pins & published.rounded.keys() if self._values[cell] % self._rule.base
            )
            combination = {cell: published.rounded[cell] for cell in movable}
            if combination and combination not in found:
                found.append(combination)
        return found

    def _to_withhold(self, serious: list[Weakness], published: Published) -> frozenset[Cell]:
        """For each weakness its cell, or where that is withheld already the finest cell that pins it."""
        more: set[Cell] = set()
        for weakness in serious:
            candidates = [weakness.cell] if weakness.cell in published.rounded else []
            candidates += sorted(weakness.pins & published.rounded.keys(), key=lambda cell: (-len(cell.pairs), cell))
            more.update(candidates[:1])
        return frozenset(more)


def _broken(weaknesses: Collection[Weakness]) -> str:
    """The rules that the weaknesses break: a small count, or a group that shares one sensitive category."""
    return ", ".join(sorted({"SDC-03" if weakness.kind == "group" else "SDC-01" for weakness in weaknesses}))


def _places(counts: Counts, cells: Collection[Cell]) -> str:
    """Where cells are printed, at most ten of them; never a value."""
    places = [place for cell in sorted(cells) for place in counts.places.get(cell, (f"{cell.population}:{cell.fact}",))]
    more = f" and {len(places) - 10} more" if len(places) > 10 else ""
    return ", ".join(places[:10]) + more

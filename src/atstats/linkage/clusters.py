"""Records held to be one person: strongest pair first, unless something stands against it.

Connected components join a person to her sister as soon as one wrong pair links them, so each
component is scored as a whole and merged pair by pair. A blank is neutral; contradicting evidence
between any two records of the clusters to be merged keeps them apart. A reviewer's "same" joins and
a reviewer's "different" parts, before any weight is looked at. What is certain is merged first; the
best count also merges what is more likely than not to be one person, and still asks about it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from atstats.frames import LinkageSummary
from atstats.linkage.count import count_interval, likely_count
from atstats.linkage.model import DOUBT, NEVER, REVIEW, Calibration, Specification

__all__ = ["Clustering", "Score", "cluster", "summarise"]

Score = Callable[[pl.DataFrame], pl.DataFrame]
"""Pairs (`left`, `right`) in; the same pairs with `weight`, `hold`, `contradicting`, `same_source` out."""

_PAIR = {"left": pl.UInt32, "right": pl.UInt32}


@dataclass(frozen=True, slots=True)
class Clustering:
    """What became of the records and the pairs of one role."""

    clusters: tuple[int, ...]
    """For each record the number of its person in the best count: the lowest index among her records."""
    certain: tuple[int, ...]
    """The same where every open pair is two persons."""
    pairs: pl.DataFrame
    """One row = one candidate pair: left, right, weight, hold, band, decision, counted; sorted by left, right.

    `counted` says of an open pair as what the best count takes it, same or different; else it is empty.
    """


class _Forest:
    """Sets of records that grow by merging."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))
        self._members: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._parent)

    def find(self, record: int) -> int:
        """The lowest record of the set; it stands for the set."""
        root = record
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[record] != root:
            self._parent[record], record = root, self._parent[record]
        return root

    def members(self, root: int) -> list[int]:
        """The records of a set, given the one that stands for it."""
        return self._members.get(root, [root])

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        low, high = sorted((self.find(one), self.find(other)))
        if low != high:
            self._members[low] = self.members(low) + self.members(high)
            self._members.pop(high, None)
            self._parent[high] = low

    def roots(self) -> tuple[int, ...]:
        """For each record the one that stands for its set."""
        return tuple(self.find(record) for record in range(len(self._parent)))


def cluster(
    candidates: pl.DataFrame,
    *,
    blocked: pl.DataFrame,
    decided: pl.DataFrame,
    n_records: int,
    score: Score,
    specification: Specification,
    calibration: Calibration | None,
) -> Clustering:
    """Merge the records of a role into persons and say what became of each pair.

    Args:
        candidates: `left` and `right` of the pairs to be scored.
        blocked: Those that share a blocking key; they stay in the list of pairs whatever they weigh.
        decided: `left`, `right`, `decision` (same, different): what reviewers said, each pair once.
        n_records: Number of records; indices are below it and in the order of record keys.
        score: Weighs pairs.
        specification: Gives bands, penalty and bounds.
        calibration: Says what open pairs turned out to be; none: the best count takes all as two persons.
    """
    pairs = pl.concat([candidates, decided.select("left", "right")]).unique().sort("left", "right")
    scored = score(pairs)
    components = _components(scored, decided, n_records, specification.components)
    missing = _missing_pairs(scored, components, specification)
    if not missing.is_empty():
        scored = pl.concat([scored, score(missing)]).sort("left", "right")
    forest = _Forest(n_records)
    against = _merge_certain(forest, scored, decided, components, specification)
    certain = forest.roots()
    listed = _decisions(_bands(scored, specification), decided, certain)
    clusters = _merge_likely(forest, listed, against, calibration) if calibration else certain
    listed = _counted(listed, clusters)
    kept = pl.concat([blocked, decided.select("left", "right")]).unique().with_columns(kept=pl.lit(value=True))
    listed = listed.join(kept, on=["left", "right"], how="left").filter(
        pl.col("kept").fill_null(value=False) | (pl.col("weight") >= specification.review)
    )
    columns = ("left", "right", "weight", "hold", "band", "decision", "counted")
    return Clustering(clusters, certain, listed.select(columns).sort("left", "right"))


def summarise(clustering: Clustering, *, role: str, calibration: Calibration | None) -> LinkageSummary:
    """The number of persons of a role with its range; without calibration the interval is all of it."""
    open_pairs = clustering.pairs.filter(pl.col("decision") == "open")
    forest = _Forest(len(clustering.certain))
    for record, root in enumerate(clustering.certain):
        forest.join(record, root)
    joining = []
    # Of open pairs in a ring only the strongest change the number of persons.
    by_weight = open_pairs.sort("weight", "left", "right", descending=[True, False, False])
    for left, right, weight, hold in by_weight.select("left", "right", "weight", "hold").iter_rows():
        if forest.find(left) != forest.find(right):
            forest.join(left, right)
            joining.append((hold, weight))
    n_by = dict(clustering.pairs.group_by("decision").len().iter_rows())
    high = len(set(clustering.certain))
    interval = (high - len(joining), high)
    if calibration is not None:
        interval = count_interval(high, joining, n_records=len(clustering.certain), calibration=calibration)
    return LinkageSummary(
        role=role,
        n_records=len(clustering.clusters),
        n_candidate_pairs=clustering.pairs.height,
        n_linked_pairs=n_by.get("linked", 0),
        n_open_pairs=open_pairs.height,
        n_decided_pairs=n_by.get("same", 0) + n_by.get("different", 0),
        low=high - len(joining),
        best=len(set(clustering.clusters)),
        high=high,
        interval=interval,
    )


# --------------------------------------------------------------------------- components


def _components(scored: pl.DataFrame, decided: pl.DataFrame, n_records: int, bound: float) -> tuple[int, ...]:
    forest = _Forest(n_records)
    for joined in (scored.filter(pl.col("weight") >= bound), decided.filter(pl.col("decision") == "same")):
        for left, right in joined.select("left", "right").iter_rows():
            forest.join(left, right)
    return forest.roots()


def _missing_pairs(scored: pl.DataFrame, components: tuple[int, ...], specification: Specification) -> pl.DataFrame:
    """The pairs inside a component that no blocking key found."""
    grouped: dict[int, list[int]] = defaultdict(list)
    for record, root in enumerate(components):
        grouped[root].append(record)
    found: list[tuple[int, int]] = []
    large: list[list[int]] = []
    for records in grouped.values():
        if len(records) > specification.whole_component:
            large.append(records)
        elif len(records) > 2:
            found.extend(combinations(records, 2))
    if large:
        found.extend(_pairs_of_large(scored, large, specification))
    pairs = pl.DataFrame(found, schema=_PAIR, orient="row")
    return pairs.unique().join(scored, on=["left", "right"], how="anti").sort("left", "right")


def _pairs_of_large(
    scored: pl.DataFrame, large: Iterable[list[int]], specification: Specification
) -> Iterable[tuple[int, int]]:
    """Split a component too large to be scored whole at a higher bound, until its pieces are small."""
    for records in large:
        own = {record: place for place, record in enumerate(records)}
        members = pl.Series(records, dtype=pl.UInt32)
        edges = scored.filter(pl.col("left").is_in(members.implode()) & pl.col("right").is_in(members.implode()))
        edges = edges.select("left", "right", "weight").sort("weight", "left", "right", descending=[True, False, False])
        forest = _Forest(len(records))
        for left, right in edges.select("left", "right").iter_rows():
            one, other = forest.find(own[left]), forest.find(own[right])
            if one != other and len(forest.members(one)) + len(forest.members(other)) <= specification.whole_component:
                forest.join(one, other)
        for root in sorted(set(forest.roots())):
            yield from combinations(sorted(records[place] for place in forest.members(root)), 2)


# --------------------------------------------------------------------------- merging


def _merge_certain(
    forest: _Forest,
    scored: pl.DataFrame,
    decided: pl.DataFrame,
    components: tuple[int, ...],
    specification: Specification,
) -> "_Against":
    """Merge what reviewers and weights say for certain; return what stands against further merging."""
    parting = decided.filter(pl.col("decision") == "different").select("left", "right")
    joining = decided.filter(pl.col("decision") == "same").select("left", "right").sort("left", "right")
    parted = _neighbours(parting)
    for left, right in joining.iter_rows():
        if not _meet(forest, left, right, parted):
            forest.join(left, right)
    roots = pl.Series(components, dtype=pl.UInt32)
    within = scored.filter(roots.gather(scored["left"]) == roots.gather(scored["right"]))
    # A reviewer who said "same" has looked at what stands against the pair.
    unseen = within.join(joining, on=["left", "right"], how="anti")
    held = unseen.filter(pl.col("hold").is_in([NEVER, REVIEW]))
    against = _Against(
        apart=_neighbours(pl.concat([held.select("left", "right"), parting])),
        contradicted=_weights(unseen.filter("contradicting").join(held, on=["left", "right"], how="anti")),
        twice=_neighbours(within.filter("same_source")),
        penalty=specification.same_source_penalty,
    )
    edges = within.filter((pl.col("weight") >= specification.link) & (pl.col("hold") == ""))
    edges = edges.sort("weight", "left", "right", descending=[True, False, False])
    for left, right, weight in edges.select("left", "right", "weight").iter_rows():
        one, other = forest.find(left), forest.find(right)
        if one == other or _meet(forest, one, other, against.apart):
            continue
        cost, contradicted = against.cost(forest, left, right)
        if not contradicted and weight - cost >= specification.link:
            forest.join(one, other)
    return against


def _merge_likely(
    forest: _Forest, listed: pl.DataFrame, against: "_Against", calibration: Calibration
) -> tuple[int, ...]:
    """The clusters of the best count: open pairs are merged, the likeliest first, to the median number of persons.

    A contradiction with a third record, or a second record of one source, yields to a pair that
    outweighs it.
    """
    certain = len(set(forest.roots()))
    pairs = [
        (-calibration.share(hold, weight), -weight, left, right, hold)
        for left, right, weight, hold in listed.filter(pl.col("decision") == "open")
        .select("left", "right", "weight", "hold")
        .iter_rows()
        if hold in ("", DOUBT) and not _meet(forest, left, right, against.apart)
    ]
    pairs.sort()
    joining = [(hold, -lighter) for _, lighter, left, right, hold in pairs]
    n_wanted = certain - likely_count(certain, joining, n_records=len(forest), calibration=calibration)
    for _, lighter, left, right, hold in pairs:
        if n_wanted <= 0:
            break
        one, other = forest.find(left), forest.find(right)
        if one == other or _meet(forest, one, other, against.apart):
            continue
        cost, contradicted = against.cost(forest, left, right)
        if not (cost or contradicted) or -lighter - cost >= calibration.likely_from(hold):
            forest.join(one, other)
            n_wanted -= 1
    return forest.roots()


@dataclass(frozen=True, slots=True)
class _Against:
    """What stands against the merging of two sets."""

    apart: dict[int, set[int]]
    """Records that are never together: two numbers, two given names of one family, a reviewer's word."""
    contradicted: dict[int, dict[int, float]]
    """Records whose pair is weak and contradictory, with its weight."""
    twice: dict[int, set[int]]
    """Records of one source that speak of two cases or persons."""
    penalty: float

    def cost(self, forest: _Forest, left: int, right: int) -> tuple[float, bool]:
        """The bits that a merge along a pair must outweigh, and whether records contradict it."""
        one, other = forest.find(left), forest.find(right)
        # The pair's own penalty is in its weight already.
        n_further = _n_meeting(forest, one, other, self.twice) - (right in self.twice.get(left, ()))
        lowest = _lowest(forest, one, other, self.contradicted)
        return self.penalty * n_further - min(lowest or 0.0, 0.0), lowest is not None


def _weights(pairs: pl.DataFrame) -> dict[int, dict[int, float]]:
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for left, right, weight in pairs.select("left", "right", "weight").iter_rows():
        found[left][right] = weight
        found[right][left] = weight
    return found


def _lowest(forest: _Forest, one: int, other: int, weights: dict[int, dict[int, float]]) -> float | None:
    """The lowest weight of the pairs that lie across two sets and are listed."""
    few, many = sorted((forest.members(one), forest.members(other)), key=len)
    within = set(many)
    across = [weight for record in few for beside, weight in weights.get(record, {}).items() if beside in within]
    return min(across, default=None)


def _neighbours(pairs: pl.DataFrame) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for left, right in pairs.select("left", "right").iter_rows():
        found[left].add(right)
        found[right].add(left)
    return found


def _n_meeting(forest: _Forest, one: int, other: int, neighbours: dict[int, set[int]]) -> int:
    """How many pairs of neighbours lie across two sets."""
    one, other = forest.find(one), forest.find(other)
    few, many = sorted((forest.members(one), forest.members(other)), key=len)
    return sum(len(neighbours[record] & set(many)) for record in few if record in neighbours)


def _meet(forest: _Forest, one: int, other: int, neighbours: dict[int, set[int]]) -> bool:
    return _n_meeting(forest, one, other, neighbours) > 0


# --------------------------------------------------------------------------- what became of the pairs


def _bands(scored: pl.DataFrame, specification: Specification) -> pl.DataFrame:
    weight = pl.col("weight")
    band = (
        pl.when((pl.col("hold") == NEVER) | (weight < specification.review))
        .then(pl.lit("refuse"))
        .when((weight >= specification.link) & ~pl.col("hold").is_in([REVIEW, DOUBT]))
        .then(pl.lit("link"))
        .otherwise(pl.lit("review"))
    )
    return scored.with_columns(band=band)


def _decisions(banded: pl.DataFrame, decided: pl.DataFrame, certain: tuple[int, ...]) -> pl.DataFrame:
    """Add `decision`.

    Of all pairs between two certain clusters only the strongest is open: one answer settles all.
    """
    roots = pl.Series(certain, dtype=pl.UInt32)
    left, right = roots.gather(banded["left"]), roots.gather(banded["right"])
    pairs = banded.with_columns(one=pl.min_horizontal(left, right), other=pl.max_horizontal(left, right))
    pairs = pairs.join(decided, on=["left", "right"], how="left")
    together = pl.col("one") == pl.col("other")
    said = pl.col("decision")
    # What a reviewer or two personal numbers say of two records they say of their clusters.
    settled = pairs.filter((said == "different") | ((pl.col("hold") == NEVER) & said.is_null()))
    settled = settled.select("one", "other", settled=pl.lit(value=True)).unique()
    pairs = pairs.join(settled, on=["one", "other"], how="left")
    asked = ~together & said.is_null() & (pl.col("band") != "refuse") & pl.col("settled").is_null()
    strongest = (
        pairs.filter(asked)
        .sort("weight", "left", "right", descending=[True, False, False])
        .unique(["one", "other"], keep="first", maintain_order=True)
        .select("left", "right", asked=pl.lit(value=True))
    )
    pairs = pairs.join(strongest, on=["left", "right"], how="left")
    return pairs.with_columns(
        decision=pl.when((said == "same") & ~together)
        .then(pl.lit("open"))  # decisions that contradict each other wait for a reviewer
        .when(said.is_not_null())
        .then(said)
        .when(together)
        .then(pl.lit("linked"))
        .when(pl.col("asked"))
        .then(pl.lit("open"))
        .otherwise(pl.lit("kept_apart"))
    )


def _counted(listed: pl.DataFrame, clusters: tuple[int, ...]) -> pl.DataFrame:
    """Add as what the best count takes each open pair."""
    best = pl.Series(clusters, dtype=pl.UInt32)
    together = best.gather(listed["left"]) == best.gather(listed["right"])
    said = pl.when(together).then(pl.lit("same")).otherwise(pl.lit("different"))
    return listed.with_columns(counted=pl.when(pl.col("decision") == "open").then(said).otherwise(pl.lit("")))

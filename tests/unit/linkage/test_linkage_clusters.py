"""Pairs become persons: strongest first, unless something stands against it."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import polars as pl
import pytest

from atstats.frames import LinkageSummary
from atstats.linkage.clusters import Clustering, cluster, summarise
from atstats.linkage.model import DOUBT, NEVER, REVIEW, Calibration, OpenShare, Specification, read_specification
from atstats.schema import Schema

CALIBRATION = Calibration(
    records_up_to=100,
    missed_per_record=0.0,
    wrong_per_link=0.0,
    spread=0.0,
    shares=(
        OpenShare("", -2.0, 1, 10),
        OpenShare("", 2.0, 9, 10),
        OpenShare("doubt", -2.0, 9, 10),
        OpenShare("review", -2.0, 9, 10),
    ),
)
PAIR = {"left": pl.UInt32, "right": pl.UInt32}


@pytest.fixture
def specification(schema: Schema) -> Specification:
    """The shipped bands: link from 6 bits, review from -2, contradiction below 3, penalty 2."""
    return read_specification(schema.linkage)


def merge(
    text: str,
    specification: Specification,
    *,
    n: int,
    decided: Iterable[tuple[int, int, str]] = (),
    blocked: Iterable[tuple[int, int]] | None = None,
) -> Clustering:
    """Clusters records whose pairs are written one a line: left right weight [mark ...]; others weigh -9."""
    known = {}
    for line in text.strip().splitlines():
        left, right, weight, *marks = line.split()
        known[int(left), int(right)] = (float(weight), marks)
    candidates = pl.DataFrame(sorted(known) if blocked is None else list(blocked), schema=PAIR, orient="row")

    def score(pairs: pl.DataFrame) -> pl.DataFrame:
        found = [known.get(pair, (-9.0, [])) for pair in pairs.select("left", "right").iter_rows()]
        holds = [next((mark for mark in marks if mark in (NEVER, REVIEW, DOUBT)), "") for _, marks in found]
        return pairs.with_columns(
            weight=pl.Series([weight for weight, _ in found], dtype=pl.Float64),
            hold=pl.Series(holds, dtype=pl.String),
            contradicting=pl.Series(["against" in marks for _, marks in found], dtype=pl.Boolean),
            same_source=pl.Series(["twice" in marks for _, marks in found], dtype=pl.Boolean),
        )

    return cluster(
        candidates,
        blocked=candidates,
        decided=pl.DataFrame(list(decided), schema={**PAIR, "decision": pl.String}, orient="row"),
        n_records=n,
        score=score,
        specification=specification,
        calibration=CALIBRATION,
    )


def outcome(found: Clustering) -> dict[tuple[int, int], tuple[str, str]]:
    """Pair -> band and decision."""
    return {(left, right): (band, said) for left, right, _, _, band, said, _ in found.pairs.iter_rows()}


def test_bands_decide_about_single_pairs(specification: Specification) -> None:
    """From 6 bits linked, from -2 open, below kept apart."""
    found = merge("0 1 6.0\n2 3 5.9\n4 5 -2.0\n6 7 -2.1", specification, n=8)

    assert found.certain == (0, 0, 2, 3, 4, 5, 6, 7)
    assert outcome(found) == {
        (0, 1): ("link", "linked"),
        (2, 3): ("review", "open"),
        (4, 5): ("review", "open"),
        (6, 7): ("refuse", "kept_apart"),
    }


def test_a_contradiction_keeps_apart_what_a_third_record_would_join(specification: Specification) -> None:
    """0 and 1 link, 1 and 2 link a little less, 0 and 2 contradict: the weaker link waits for a reviewer."""
    found = merge("0 1 9\n1 2 8\n0 2 1 against", specification, n=3)

    assert found.certain == (0, 0, 2)
    assert outcome(found) == {
        (0, 1): ("link", "linked"),
        (1, 2): ("link", "open"),
        (0, 2): ("review", "kept_apart"),
    }


def test_a_contradiction_is_found_in_a_pair_that_no_block_named(specification: Specification) -> None:
    """The pairs missing inside a component are scored before anything is merged."""
    found = merge("0 1 9\n1 2 8\n0 2 -4 against", specification, n=3, blocked=[(0, 1), (1, 2)])

    assert found.certain == (0, 0, 2)
    assert (0, 2) not in outcome(found)  # scored to be on the safe side, but never a candidate


def test_blanks_are_neutral(specification: Specification) -> None:
    """A weak pair without contradiction does not stand against a merge, and is linked by the others."""
    found = merge("0 1 9\n1 2 8\n0 2 -1", specification, n=3)

    assert found.certain == (0, 0, 0)
    assert outcome(found)[0, 2] == ("review", "linked")


@pytest.mark.parametrize(
    ("hold", "expected"),
    [(NEVER, ("refuse", "kept_apart")), (REVIEW, ("review", "open")), (DOUBT, ("review", "open"))],
)
def test_a_held_pair_never_links_by_itself(specification: Specification, hold: str, expected: tuple[str, str]) -> None:
    """Two personal numbers keep apart; two given names and stated ages ask a person."""
    found = merge(f"0 1 20 {hold}", specification, n=2)

    assert (found.certain, outcome(found)[0, 1]) == ((0, 1), expected)


@pytest.mark.parametrize(("hold", "clusters"), [(NEVER, (0, 0, 2)), (REVIEW, (0, 0, 2)), (DOUBT, (0, 0, 0))])
def test_two_names_and_two_numbers_stand_against_a_merge_and_vague_ages_do_not(
    specification: Specification, hold: str, clusters: tuple[int, ...]
) -> None:
    """A third record without a name cannot join twins, but a birth date joins two stated ages."""
    assert merge(f"0 1 15\n1 2 14\n0 2 13 {hold}", specification, n=3).certain == clusters


def test_two_numbers_settle_the_pairs_between_two_clusters(specification: Specification) -> None:
    """Records that say two numbers are two people, so nobody is asked about the other records."""
    found = merge("0 1 9\n1 2 4\n0 2 5 never", specification, n=3)

    assert outcome(found)[1, 2] == ("review", "kept_apart")


def test_the_strongest_edge_comes_first_and_ties_go_by_record(specification: Specification) -> None:
    """1 fits 0 and 2, which contradict each other: it goes where the weight is higher, else to the lower key."""
    assert merge("0 1 7\n1 2 8\n0 2 0 against", specification, n=3).certain == (0, 1, 1)
    assert merge("0 1 8\n1 2 8\n0 2 0 against", specification, n=3).certain == (0, 0, 2)


def test_a_second_record_of_a_source_costs_the_penalty(specification: Specification) -> None:
    """Joining 2 brings a second record of 0's source: 8 bits carry the penalty of two, 7.9 do not."""
    pairs = "0 1 9\n1 2 {}\n0 2 1 twice"

    assert merge(pairs.format(8), specification, n=3).certain == (0, 0, 0)
    assert merge(pairs.format(7.9), specification, n=3).certain == (0, 0, 2)
    # The pair's own penalty is in its weight already.
    assert merge("0 1 6 twice", specification, n=2).certain == (0, 0)


def test_of_the_pairs_between_two_clusters_only_the_strongest_is_open(specification: Specification) -> None:
    """One answer settles all of them."""
    found = merge("0 1 9\n2 3 9\n0 2 3\n0 3 5\n1 2 4", specification, n=4)

    assert [pair for pair, (_, said) in outcome(found).items() if said == "open"] == [(0, 3)]


def test_decisions_come_before_weights(specification: Specification) -> None:
    """Same joins what weighs nothing and even two numbers; different parts what weighs much."""
    found = merge("0 1 20\n2 3 -5 never", specification, n=4, decided=[(0, 1, "different"), (2, 3, "same")])

    assert found.certain == (0, 1, 2, 2)
    assert outcome(found) == {(0, 1): ("link", "different"), (2, 3): ("refuse", "same")}


def test_a_decision_about_two_records_is_one_about_their_clusters(specification: Specification) -> None:
    """Different between 0 and 2 keeps 1, who is 0, from 2, and asks nobody about them again."""
    found = merge("0 1 9\n1 2 8\n0 2 7", specification, n=3, decided=[(0, 2, "different")])

    assert found.certain == (0, 0, 2)
    assert {said for _, said in outcome(found).values()} == {"linked", "kept_apart", "different"}


def test_a_decision_joins_clusters_that_nothing_else_joins(specification: Specification) -> None:
    """Records that no block brought together are one person when a reviewer says so."""
    found = merge("0 1 9\n2 3 9", specification, n=4, decided=[(1, 2, "same")])

    assert found.certain == (0, 0, 0, 0)


def test_decisions_that_contradict_each_other_stay_open(specification: Specification) -> None:
    """0 is 1 and 1 is 2, but 0 is not 2: the last pair that cannot be honoured waits for a reviewer."""
    decided = [(0, 1, "same"), (1, 2, "same"), (0, 2, "different")]
    found = merge("0 1 9\n1 2 9\n0 2 9", specification, n=3, decided=decided)

    assert found.certain == (0, 0, 2)
    assert [outcome(found)[pair][1] for pair in ((0, 1), (0, 2), (1, 2))] == ["same", "different", "open"]


def test_a_component_too_large_to_score_whole_is_split_at_its_strong_links(specification: Specification) -> None:
    """The pieces are scored whole: the contradiction inside the strong piece is found."""
    small = replace(specification, whole_component=3)
    found = merge("0 1 12\n1 2 11\n2 3 7\n0 2 -8 against", small, n=4, blocked=[(0, 1), (1, 2), (2, 3)])

    assert found.certain == (0, 0, 2, 2)


def test_the_range_runs_from_all_open_pairs_the_same_to_all_apart(specification: Specification) -> None:
    """Two open pairs that meet in one record: five records are two persons at least, four at most."""
    found = merge("0 1 9\n1 2 3\n2 3 4\n3 4 -7", specification, n=5, decided=[(3, 4, "different")])

    assert summarise(found, role="victim", calibration=CALIBRATION) == LinkageSummary(
        role="victim",
        n_records=5,
        n_candidate_pairs=4,
        n_linked_pairs=1,
        n_open_pairs=2,
        n_decided_pairs=1,
        low=2,
        best=2,
        high=4,
        interval=(2, 3),
    )


@pytest.mark.parametrize(
    ("pairs", "clusters", "counted"),
    [
        ("0 1 3\n2 3 4", (0, 0, 2, 2), ["same", "same"]),
        ("0 1 3\n2 3 1", (0, 0, 2, 3), ["same", "different"]),
        ("0 1 1\n2 3 1.5", (0, 1, 2, 3), ["different", "different"]),
        ("0 1 9 review\n2 3 9 doubt", (0, 1, 2, 2), ["different", "same"]),
    ],
)
def test_the_best_count_merges_the_likeliest_open_pairs_and_asks_about_all(
    specification: Specification, pairs: str, clusters: tuple[int, ...], counted: list[str]
) -> None:
    """Nine of ten pairs from 2 bits on are one person, one of ten below; two given names never join."""
    found = merge(pairs, specification, n=4)

    assert (found.certain, found.clusters) == ((0, 1, 2, 3), clusters)
    assert found.pairs["counted"].to_list() == counted
    assert set(found.pairs["decision"]) == {"open"}


def test_in_the_best_count_a_contradiction_yields_to_what_outweighs_it(specification: Specification) -> None:
    """A date that differs (-4) keeps 2 from 0 and 1 for certain; a pair of 8 bits outweighs it, one of 5 does not."""
    assert merge("0 1 20\n1 2 8\n0 2 -4 against", specification, n=3).clusters == (0, 0, 0)
    assert merge("0 1 20\n1 2 5\n0 2 -4 against", specification, n=3).clusters == (0, 0, 2)


def test_clusters_do_not_depend_on_the_order_of_pairs(specification: Specification) -> None:
    """Every permutation of the same lines gives the same clusters and the same pairs."""
    lines = ["0 1 9", "1 2 8", "0 2 1 against", "2 3 7", "3 4 6"]
    first = merge("\n".join(lines), specification, n=5)

    for one, other in combinations(range(len(lines)), 2):
        moved = list(lines)
        moved[one], moved[other] = moved[other], moved[one]
        again = merge("\n".join(moved), specification, n=5)
        assert again.certain == first.certain
        assert again.pairs.equals(first.pairs)

"""Controlled rounding: neighbours of the counts, through one consistent file."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from counted import EDITIONS, cross, schema_of

from atstats.disclosure.edition import read_rule
from atstats.disclosure.rounding import contradictions, round_counts
from atstats.disclosure.system import Cell, System, cell_of, systems
from atstats.schema import Schema

_RULE = read_rule(EDITIONS, "public")
_TWO = schema_of({"victims": {"sex": ["F", "M"], "age2": ["CHILD", "ADULT"]}})


def _counted(
    units: Sequence[dict[str, str]], *by: Sequence[str], schema: Schema = _TWO
) -> tuple[System, dict[Cell, int]]:
    counts = {
        cell_of("victims", row["fact"], schema=schema): int(row["value"])
        for variables in by
        for row in cross("T", units, schema=schema, by=variables).cells.iter_rows(named=True)
    }
    (system,) = systems(counts, schema=schema, largest=_RULE.unknowns)
    return system, counts


def _units(*, fc: int, fa: int, mc: int, ma: int) -> list[dict[str, str]]:
    numbers = {("F", "CHILD"): fc, ("F", "ADULT"): fa, ("M", "CHILD"): mc, ("M", "ADULT"): ma}
    return [{"sex": sex, "age2": age2} for (sex, age2), n in numbers.items() for _ in range(n)]


def test_multiples_stay_and_noughts_stay() -> None:
    """A two-by-two table of multiples of three is printed as it is, whatever the seed."""
    system, counts = _counted(_units(fc=3, fa=0, mc=6, ma=9), ["sex", "age2"])

    for seed in range(5):
        file = round_counts(system, counts, rule=_RULE, seed=seed)
        assert file is not None
        assert file.values == counts
        assert file.largest_change == 2


def test_a_table_of_ones_has_the_two_roundings_that_add_up() -> None:
    """Each sex one child and one adult: the four cells can only be 3 on a diagonal, or all 0, or 3 once."""
    system, counts = _counted(_units(fc=1, fa=1, mc=1, ma=1), ["sex", "age2"])
    cells = ["age2=CHILD&sex=F", "age2=ADULT&sex=F", "age2=CHILD&sex=M", "age2=ADULT&sex=M"]
    seen = set()
    for seed in range(60):
        file = round_counts(system, counts, rule=_RULE, seed=seed)
        assert file is not None
        inner = tuple(file.values[Cell("victims", fact)] for fact in cells)
        assert file.values[Cell("victims", "sex=F")] == inner[0] + inner[1]
        assert file.values[Cell("victims", "age2=CHILD")] == inner[0] + inner[2]
        assert file.values[Cell("victims", "")] == sum(inner)
        seen.add(inner)
    # 4 persons become 3 or 6; a margin of 2 becomes 0 or 3
    assert seen == {(3, 0, 0, 3), (0, 3, 3, 0), (3, 0, 0, 0), (0, 3, 0, 0), (0, 0, 3, 0), (0, 0, 0, 3)}


def test_on_average_a_count_alone_is_itself() -> None:
    """A count of one goes up in one seed of three, so that nothing drifts over years and tables."""
    schema = schema_of({"victims": {}})
    cell = Cell("victims", "")
    (system,) = systems([cell], schema=schema, largest=10)

    for count in (1, 2):
        rounded = [
            file.values[cell]
            for seed in range(600)
            if (file := round_counts(system, {cell: count}, rule=_RULE, seed=seed))
        ]
        assert set(rounded) == {0, 3}
        assert sum(rounded) / len(rounded) == pytest.approx(count, abs=0.2)


def test_three_way_and_linked_two_way_tables_add_up() -> None:
    """Every value is a neighbour of its count, every margin the sum of its cells, in both tables at once."""
    categories = {"sex": ["F", "M"], "age2": ["CHILD", "ADULT"], "form": ["SEX", "LABOUR"], "stage": ["VOT", "PVOT"]}
    schema = schema_of({"victims": categories})
    units = [
        {
            "sex": "FM"[n % 2],
            "age2": ["CHILD", "ADULT"][n % 3 % 2],
            "form": ["SEX", "LABOUR"][n % 5 % 2],
            "stage": ["VOT", "PVOT"][n % 7 % 2],
        }
        for n in range(23)
    ]
    system, counts = _counted(units, ["sex", "age2", "form"], ["form", "stage"], schema=schema)

    file = round_counts(system, counts, rule=_RULE, seed=3)

    assert file is not None
    assert all(value % 3 == 0 and abs(value - counts[cell]) < 3 for cell, value in file.values.items())
    for cell, value in file.values.items():
        named = {variable for variable, _ in cell.pairs}
        for variable in set(categories) - named:
            parts = [
                cell_of("victims", "&".join([f"{variable}={code}", *filter(None, [cell.fact])]), schema=schema)
                for code in categories[variable]
            ]
            if all(part in file.values for part in parts):
                assert sum(file.values[part] for part in parts) == value


def test_a_known_total_can_be_kept_above_its_multiple() -> None:
    """Where the reader knows 35 and the file has 33, two units may be added to any small cell."""
    system, counts = _counted(_units(fc=12, fa=9, mc=7, ma=7), ["sex", "age2"])

    totals = {
        file.values[Cell("victims", "")]
        for seed in range(20)
        if (file := round_counts(system, counts, keep_below={Cell("victims", "")}, rule=_RULE, seed=seed))
    }

    assert totals == {33}


def test_a_combination_to_avoid_is_avoided_where_that_is_possible() -> None:
    """The file differs in at least one of the named cells; a combination that cannot be avoided is kept."""
    system, counts = _counted(_units(fc=1, fa=0, mc=1, ma=0), ["sex"])
    female, male = Cell("victims", "sex=F"), Cell("victims", "sex=M")
    every = [{female: 0, male: 0}, {female: 3, male: 0}, {female: 0, male: 3}]

    for left in every:
        avoid = [each for each in every if each != left]
        file = round_counts(system, counts, avoid=avoid, rule=_RULE, seed=1)
        assert file is not None
        assert {cell: file.values[cell] for cell in (female, male)} == left
    assert round_counts(system, counts, avoid=every, rule=_RULE, seed=1) is not None


def test_where_no_neighbours_fit_one_multiple_further_is_allowed_and_said() -> None:
    """Three persons, each two of them a cell, base 2: half of 2 + 2 + 2 is odd, so no file has all three."""
    schema = schema_of(
        {"victims": {"v": ["P", "Q", "R"], "a": ["X", "Y"], "b": ["X", "Y"], "c": ["X", "Y"]}},
        functions={
            "a": ("v", {"P": "X", "Q": "X", "R": "Y"}),
            "b": ("v", {"P": "Y", "Q": "X", "R": "X"}),
            "c": ("v", {"P": "X", "Q": "Y", "R": "X"}),
        },
    )
    counts = {Cell("victims", f"{name}=X"): 2 for name in "abc"}
    (system,) = systems(counts, schema=schema, largest=100)

    file = round_counts(system, counts, rule=replace(_RULE, base=2, threshold=2), seed=1)

    assert file is not None
    assert file.largest_change == 3
    assert all(value % 2 == 0 and abs(value - 2) <= 2 for value in file.values.values())
    assert file.values != counts


def test_counts_that_cannot_come_from_one_file_are_found() -> None:
    """A margin that is not the sum of its cells is named; a table that adds up is not."""
    system, counts = _counted(_units(fc=2, fa=1, mc=0, ma=4), ["sex", "age2"])

    assert contradictions(system, counts, rule=_RULE) == ()
    wrong = contradictions(system, counts | {Cell("victims", "sex=M"): 5}, rule=_RULE)
    assert wrong == (Cell("victims", "sex=M"),)


def test_where_no_file_exists_at_all_there_is_none() -> None:
    """Two noughts cannot be parts of six, and a nought stays a nought."""
    system, counts = _counted(_units(fc=3, fa=0, mc=3, ma=0), ["sex"])

    wrong = {**counts, Cell("victims", "sex=F"): 0, Cell("victims", "sex=M"): 0}

    assert round_counts(system, wrong, rule=_RULE, seed=1) is None

"""All tables of an edition together: what each cell shows, and the record of it."""

import json
from random import Random
from typing import Any

import pytest
from counted import EDITIONS, PUBLIC, cells_of, cross, schema_of, statuses_of, table_of, values_of

from atstats import disclosure
from atstats.disclosure import mend
from atstats.disclosure.audit import Audit, Interval, Published, Weakness
from atstats.disclosure.rounding import RoundedFile
from atstats.disclosure.system import Cell
from atstats.errors import ConfigurationError, ProtectionError
from atstats.frames import Protection, Table
from atstats.schema import Schema
from atstats.schema.tables import Tie

_AGES = {"0-11": "CHILD", "12-17": "CHILD", "18+": "ADULT", "UNK": "UNK"}
_SCHEMA = schema_of(
    {
        "victims": {
            "sex": ["F", "M", "UNK"],
            "age_group": list(_AGES),
            "age2": ["CHILD", "ADULT", "UNK"],
            "form": ["SEX", "LABOUR", "BEGGING", "UNK"],
            "body": ["POLICE", "SHELTER", "CENTRE"],
        },
        "registrations": {"body": ["POLICE", "SHELTER", "CENTRE"], "outcome": ["COUNTED", "ALSO"]},
        "trainings": {"profession": ["POLICE", "JUDGE"]},
    },
    functions={"age2": ("age_group", _AGES)},
    sensitive=["form"],
    ties=[Tie("registrations:outcome=COUNTED", "victims:", "body")],
    open_populations=["trainings"],
)
_RANDOM = Random(20)
_VICTIMS = [
    {
        "sex": _RANDOM.choice("FFM"),
        "age_group": (age := _RANDOM.choice(["0-11", "12-17", "12-17", "18+", "18+"])),
        "age2": _AGES[age],
        "form": _RANDOM.choice(["SEX", "SEX", "LABOUR", "BEGGING"]),
        "body": _RANDOM.choice(["POLICE", "POLICE", "SHELTER", "CENTRE"]),
    }
    for _ in range(35)
]
_REGISTRATIONS = [{"body": each["body"], "outcome": "COUNTED"} for each in _VICTIMS]
_REGISTRATIONS += [{"body": "SHELTER", "outcome": "ALSO"}] * 11


def _tables() -> list[Table]:
    return [
        cross("T1.2", _VICTIMS, schema=_SCHEMA, by=["body"]),
        cross("T0.2", _REGISTRATIONS, schema=_SCHEMA, by=["body", "outcome"], population="registrations"),
        cross("T2.1", _VICTIMS, schema=_SCHEMA, by=["age_group", "sex"]),
        cross("T2.2", _VICTIMS, schema=_SCHEMA, by=["age2"]),
        cross("T3.1", _VICTIMS, schema=_SCHEMA, by=["form", "sex", "age2"]),
    ]


def _protect(
    tables: list[Table],
    *,
    schema: Schema = _SCHEMA,
    edition: str = "public",
    exact: tuple[str, ...] = (),
    seed: int = 7,
) -> Protection:
    return disclosure.protect(tables, schema=schema, edition=edition, exact=exact, seed=seed)


def _by_fact(protection: Protection) -> dict[tuple[str, str], set[tuple[float, str]]]:
    found: dict[tuple[str, str], set[tuple[float, str]]] = {}
    for cell in cells_of(protection):
        found.setdefault((cell["population"], cell["fact"]), set()).add((cell["value"], cell["status"]))
    return found


def test_every_count_is_a_neighbouring_multiple_and_one_value_wherever_it_stands() -> None:
    """Five linked tables, base 3: less than three away, and the same fact is never printed twice differently."""
    tables = _tables()

    protection = _protect(tables)

    true = {
        (row["population"], row["fact"]): row["value"] for each in tables for row in each.cells.iter_rows(named=True)
    }
    shown = _by_fact(protection)
    assert shown.keys() == true.keys()
    for key, printed in shown.items():
        ((value, status),) = printed
        assert status == "rounded"
        assert value % 3 == 0
        assert abs(value - true[key]) < 3


def test_margins_functions_and_ties_add_up() -> None:
    """Sums over sex, age2 as a function of age_group, and registrations that count as victims."""
    printed = {key: value for key, values in _by_fact(_protect(_tables())).items() for value, _ in values}

    def victims(fact: str) -> float:
        return printed["victims", fact]

    assert victims("") == sum(victims(f"sex={sex}") for sex in ("F", "M", "UNK"))
    for form in ("SEX", "LABOUR", "BEGGING", "UNK"):
        for sex in ("F", "M", "UNK"):
            ages = [victims(f"age2={age2}&form={form}&sex={sex}") for age2 in ("CHILD", "ADULT", "UNK")]
            assert victims(f"form={form}&sex={sex}") == sum(ages)
    assert victims("age2=CHILD") == victims("age_group=0-11") + victims("age_group=12-17")
    assert victims("age2=ADULT") == victims("age_group=18+")
    for body in ("POLICE", "SHELTER", "CENTRE"):
        assert printed["registrations", f"body={body}&outcome=COUNTED"] == victims(f"body={body}")
    assert printed["registrations", "outcome=COUNTED"] == victims("")


def test_the_frame_keeps_its_columns_without_contributors() -> None:
    """Rows, order, dimensions, flags, labels and notes stay; `contributors` never leaves."""
    table = cross("T2.2", _VICTIMS, schema=_SCHEMA, by=["age2"])

    (protected,) = _protect([table]).tables

    assert protected.cells.columns == [name for name in table.cells.columns if name != "contributors"] + ["status"]
    same = [name for name in protected.cells.columns if name not in ("value", "status")]
    assert protected.cells.select(same).equals(table.cells.select(same))
    assert (protected.id, protected.dimensions) == (table.id, table.dimensions)


def test_the_same_inputs_give_the_same_release_and_the_order_of_tables_does_not_matter() -> None:
    """Values and record are the same twice and in any order; another seed gives another pattern."""
    first = _protect(_tables(), exact=("victims:",))
    again = _protect(_tables(), exact=("victims:",))
    turned = _protect(_tables()[::-1], exact=("victims:",))
    other = [values_of(_protect(_tables(), exact=("victims:",), seed=seed), "T3.1") for seed in range(8, 12)]

    assert cells_of(first) == cells_of(again)
    assert [each.id for each in turned.tables] == [each.id for each in first.tables][::-1]
    assert _by_fact(first) == _by_fact(turned)
    assert json.dumps(first.record, sort_keys=True) == json.dumps(again.record, sort_keys=True)
    assert first.record["certificate"] == [
        {**entry, "cells": sorted(entry["cells"])} for entry in turned.record["certificate"]
    ]
    assert any(values != values_of(first, "T3.1") for values in other)


def test_a_table_of_another_population_changes_nothing() -> None:
    """The noise of a cell depends on the cell and the seed alone."""
    schema = schema_of({"victims": {"sex": ["F", "M"]}, "suspects": {"sex": ["F", "M"]}})
    victims = cross("A", [{"sex": "F"}] * 4 + [{"sex": "M"}] * 7, schema=schema, by=["sex"])
    suspects = cross("B", [{"sex": "F"}] * 5, schema=schema, by=["sex"], population="suspects")

    for seed in range(10):
        alone = _protect([victims], schema=schema, seed=seed)
        together = _protect([suspects, victims], schema=schema, seed=seed)
        assert values_of(alone, "A") == values_of(together, "A")


def test_an_exact_total_is_printed_exactly_wherever_the_same_number_stands() -> None:
    """35 victims, in all tables, and as the registrations that count; all else is rounded."""
    protection = _protect(_tables(), exact=("victims:",))

    exact = {("victims", ""), ("registrations", "outcome=COUNTED")}
    for key, printed in _by_fact(protection).items():
        ((value, status),) = printed
        if key in exact:
            assert (value, status) == (35, "shown")
        else:
            assert status == "rounded"
            assert value % 3 == 0
    assert protection.record["exact"] == ["registrations:outcome=COUNTED", "victims:"]


def test_an_exact_total_that_there_is_not_is_a_wrong_setting() -> None:
    """A typing error must not leave the office believing that its total is exact."""
    with pytest.raises(ConfigurationError, match="exact total 'victims:sex=Female'") as failure:
        _protect(_tables(), exact=("victims:sex=Female",))
    assert failure.value.hint == "Correct `exact` in atstats.toml."


def test_published_figures_stay_and_those_of_this_year_are_known_to_the_reader() -> None:
    """History is shown as published; a count of this year that is out elsewhere is printed exactly, as it is known."""
    history = table_of(
        "T1.1",
        [
            {"kind": "published", "period": "2023", "value": 26.0},
            {"kind": "published", "period": "2024", "value": None, "flag": ":"},
            {"kind": "published", "period": "2025", "fact": "sex=M", "value": 2.0, "flag": "p"},
            {"kind": "published", "population": "convictions", "fact": "x=Y", "period": "2025", "value": 1.0},
            {"kind": "published", "measure": "mean of five years", "value": 24.6},
            {"value": 6.0},
        ],
    )
    table = cross("T2.1", [{"sex": "F"}] * 4 + [{"sex": "M"}] * 2, schema=_SCHEMA, by=["sex"])

    protection = _protect([history, table])

    assert values_of(protection, "T1.1") == [26, None, 2, 1, 24.6, 6]
    assert statuses_of(protection, "T1.1") == ["shown", "not_available", "shown", "shown", "shown", "rounded"]
    female = [entry for entry in protection.record["certificate"] if entry["fact"] == "sex=F"]
    assert values_of(protection, "T2.1")[2] == 2
    assert statuses_of(protection, "T2.1") == ["rounded", "rounded", "shown", "rounded"]
    assert female[0]["possible"][1] - female[0]["possible"][0] >= 2


def test_a_published_figure_that_is_not_the_count_stops_the_build() -> None:
    """Two numbers for one fact: the places are named, the values are not."""
    published = table_of("T1.1", [{"kind": "published", "value": 1741.0}])
    counted = table_of("T2.1", [{"value": 1742.0}])

    with pytest.raises(ProtectionError, match=r"the same count has two values at T2.1:r1:c1, T1.1:r1:c1") as failure:
        _protect([published, counted])
    assert failure.value.exit_code == 13
    assert "174" not in failure.value.message + failure.value.hint


def test_counts_that_do_not_add_up_stop_the_build() -> None:
    """A margin that is not the sum of its cells is a fault of counting, and its place is named."""
    table = table_of(
        "T9.9",
        [
            {"value": 9.0},
            {"fact": "sex=F", "value": 4.0},
            {"fact": "sex=M", "value": 4.0},
            {"fact": "sex=UNK", "value": 0.0},
        ],
    )

    with pytest.raises(ProtectionError, match=r"counts contradict each other at T9.9:r") as failure:
        _protect([table])
    assert failure.value.exit_code == 13


@pytest.mark.parametrize("value", [2.5, -1.0])
def test_a_count_that_is_no_whole_number_stops_the_build(value: float) -> None:
    """Such a cell is a statistic or an error."""
    with pytest.raises(ProtectionError, match=r"T9.9:r1:c1 is a count and no whole number"):
        _protect([table_of("T9.9", [{"value": value}])])


def test_a_count_of_a_population_that_there_is_not_is_refused() -> None:
    """A population that nobody declared would be protected by nobody."""
    with pytest.raises(ConfigurationError, match=r"T9.9:r1:c1 counts the population 'ghosts'"):
        _protect([table_of("T9.9", [{"population": "ghosts", "value": 1.0}])])


def test_a_dimension_may_not_be_called_status() -> None:
    """It would be overwritten by what became of the cell."""
    with pytest.raises(ConfigurationError, match=r"table T1\.1 has a dimension named 'status'"):
        _protect([table_of("T1.1", [{"value": 1.0}], dimensions=["status"])])


def test_what_has_no_number_is_not_available_or_does_not_apply() -> None:
    """An agency that sent nothing is `:`, a crossing that makes no sense `z`; neither is a nought."""
    table = table_of("T6.1", [{"value": None, "flag": ":"}, {"value": None, "flag": "z"}, {"value": 0.0}])

    protection = _protect([table])

    assert values_of(protection, "T6.1") == [None, None, 0]
    assert statuses_of(protection, "T6.1") == ["not_available", "not_applicable", "rounded"]


def test_a_statistic_needs_its_contributors_and_open_figures_do_not() -> None:
    """A median of four sentences is withheld, of five shown, of an unknown number withheld; trainings are open."""
    statistic: dict[str, Any] = {"kind": "statistic", "value": 30.0, "population": "victims"}
    table = table_of(
        "T9.3",
        [
            {**statistic, "contributors": 4},
            {**statistic, "contributors": 5},
            {**statistic, "contributors": None},
            {**statistic, "contributors": 0, "value": None, "flag": "z"},
            {"kind": "open", "value": 1.0, "population": "trainings"},
            {"kind": "count", "value": 1.0, "population": "trainings", "fact": "profession=JUDGE"},
        ],
    )

    public = _protect([table])
    internal = _protect([table], edition="internal")

    assert values_of(public, "T9.3") == [None, 30, None, None, 1, 1]
    assert statuses_of(public, "T9.3") == ["withheld", "shown", "withheld", "not_applicable", "shown", "shown"]
    assert statuses_of(internal, "T9.3") == ["shown", "shown", "withheld", "not_applicable", "shown", "shown"]


def test_derived_cells_read_protected_values_only() -> None:
    """A mean over years takes the rounded count, and says so; what it lacks it does not guess."""
    history = [{"kind": "published", "period": str(year), "value": 20.0 + year % 10} for year in range(2021, 2025)]
    table = table_of(
        "T0.1",
        [
            *history,
            {"value": 35.0, "fact": "sex=F"},
            {"kind": "statistic", "value": 7.0, "contributors": 1},
            {"value": None, "flag": ":"},
            {"kind": "derived", "fact": "mean:T0.1:r1:c1,T0.1:r2:c1,T0.1:r3:c1,T0.1:r4:c1,T0.1:r5:c1", "value": None},
            {"kind": "derived", "fact": "sum:T0.1:r1:c1,T0.1:r2:c1;+10", "value": 1.0},
            {"kind": "derived", "fact": "sum:T0.1:r1:c1,T0.1:r6:c1,T0.1:r7:c1", "value": None},
            {"kind": "derived", "fact": "mean:T0.1:r1:c1,T0.1:r7:c1", "value": None},
            {"kind": "derived", "fact": "sum:T0.1:r8:c1;-0.5", "value": None},
            {"kind": "derived", "fact": "mean:nothing", "value": None, "flag": "z"},
        ],
    )

    protection = _protect([table])

    counted = values_of(protection, "T0.1")[4]
    assert counted in (33, 36)
    mean = (21 + 22 + 23 + 24 + counted) / 5
    assert values_of(protection, "T0.1")[7:] == [mean, 53, None, None, mean - 0.5, None]
    assert statuses_of(protection, "T0.1")[7:] == [
        "rounded",
        "shown",
        "withheld",
        "not_available",
        "rounded",
        "not_applicable",
    ]


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        ("mean:T0.1:r9:c1", "names cells that there are not"),
        ("median:T0.1:r1:c1", "names cells that there are not"),
        ("sum:T0.1:r1:c1;x", "names cells that there are not"),
        ("sum:T0.1:r2:c1", "depends on itself"),
    ],
)
def test_a_derived_cell_that_cannot_be_read_is_refused(fact: str, told: str) -> None:
    """Its table is wrong, exit 11."""
    table = table_of("T0.1", [{"value": 1.0}, {"kind": "derived", "fact": fact, "value": None}])

    with pytest.raises(ConfigurationError, match=told) as failure:
        _protect([table])
    assert failure.value.exit_code == 11


def test_restricted_editions_print_every_number_as_counted() -> None:
    """Internal: status shown, true values, no certificate, and a record that says so."""
    tables = _tables()

    protection = _protect(tables, edition="internal")

    assert [values_of(protection, each.id) for each in tables] == [each.cells["value"].to_list() for each in tables]
    assert {cell["status"] for cell in cells_of(protection)} == {"shown"}
    assert protection.record["method"] == "exact"
    assert "certificate" not in protection.record
    with pytest.raises(ConfigurationError, match="has no edition 'press'"):
        _protect(tables, edition="press")


def test_a_total_of_two_known_exactly_leaves_only_one_safe_rounding() -> None:
    """One woman, one man: 3 and 0 would give the man away, so every seed prints 0 and 0."""
    table = cross("T2.1", [{"sex": "F"}, {"sex": "M"}], schema=_SCHEMA, by=["sex"])

    for seed in range(12):
        protection = _protect([table], exact=("victims:",), seed=seed)
        assert values_of(protection, "T2.1") == [2, 0, 0, 0]
        assert statuses_of(protection, "T2.1") == ["shown", "rounded", "rounded", "rounded"]


def test_a_rounded_file_that_gives_a_count_away_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first file is made unsafe; the audit sees it, and the next file avoids what was wrong."""
    rounds: list[Any] = []
    honest = mend.round_counts

    def unlucky(system: Any, counts: Any, **how: Any) -> RoundedFile | None:
        rounds.append([dict(each) for each in how["avoid"]])
        file = honest(system, counts, **how)
        assert file is not None
        if len(rounds) > 1:
            return file
        unsafe = {cell: 3 if cell.fact in ("sex=F", "") else 0 for cell in file.values}
        return RoundedFile(unsafe, file.largest_change)

    monkeypatch.setattr(mend, "round_counts", unlucky)
    table = cross("T2.1", [{"sex": "F"}, {"sex": "M"}], schema=_SCHEMA, by=["sex"])

    protection = _protect([table], exact=("victims:",))

    first, second = rounds
    assert first == []
    assert any({(cell.fact, value) for cell, value in each.items()} == {("sex=F", 3), ("sex=M", 0)} for each in second)
    assert values_of(protection, "T2.1") == [2, 0, 0, 0]


def test_a_count_that_no_rounding_protects_is_withheld() -> None:
    """Two beggars known exactly, nobody else: a total of 0 or 3 would say two or more than it may, so there is none."""
    schema = schema_of({"victims": {"sex": ["F", "M"], "form": ["SEX", "BEGGING"]}})
    table = cross("T3.1", [{"sex": "M", "form": "BEGGING"}] * 2, schema=schema, by=["sex", "form"])

    for seed in range(5):
        protection = _protect([table], schema=schema, exact=("victims:form=BEGGING",), seed=seed)
        assert values_of(protection, "T3.1") == [None, 0, 2, 0, 0, 0, 0, 0, 0]
        assert statuses_of(protection, "T3.1")[:3] == ["withheld", "rounded", "shown"]
        assert protection.record["cells"]["withheld"] == 1
        total = next(entry for entry in protection.record["certificate"] if entry["fact"] == "")
        assert total["possible"][0] == 2
        assert total["possible"][1] >= 4


def test_exact_figures_that_give_a_count_away_by_themselves_stop_the_build() -> None:
    """Nine in all and eight women, both exact: the one man cannot be hidden; his place is named, not his number."""
    table = cross("T2.1", [{"sex": "F"}] * 8 + [{"sex": "M"}], schema=_SCHEMA, by=["sex"])

    with pytest.raises(ProtectionError, match=r"cannot be protected: T2\.1:r3:c1") as failure:
        _protect([table], exact=("victims:", "victims:sex=F"))
    assert failure.value.exit_code == 13
    assert "exact" in failure.value.hint


def test_one_try_is_as_safe_as_many() -> None:
    """Fewer rounded files to choose from cost cells, or the release, and never safety."""
    schema = schema_of({"victims": {"sex": ["F", "M"]}}, editions={"public": {**PUBLIC, "tries": 1}})
    table = cross("T2.1", [{"sex": "F"}, {"sex": "M"}], schema=schema, by=["sex"])
    outcomes = set()

    for seed in range(20):
        try:
            protection = _protect([table], schema=schema, exact=("victims:",), seed=seed)
        except ProtectionError:
            outcomes.add("none")
            continue
        outcomes.add(" ".join(statuses_of(protection, "T2.1")))
        for entry in protection.record["certificate"]:
            assert entry["possible"] == [0, 2]

    assert "shown rounded rounded" in outcomes
    assert len(outcomes) > 1


def test_exact_figures_are_seen_to_give_a_count_away_where_values_lie_further_off_too() -> None:
    """Base 2, three exact pairs of three persons: no neighbours fit, and each person follows from the pairs."""
    schema = schema_of(
        {"victims": {"v": ["P", "Q", "R"], "a": ["X", "Y"], "b": ["X", "Y"], "c": ["X", "Y"]}},
        functions={
            "a": ("v", {"P": "X", "Q": "X", "R": "Y"}),
            "b": ("v", {"P": "Y", "Q": "X", "R": "X"}),
            "c": ("v", {"P": "X", "Q": "Y", "R": "X"}),
        },
        editions={"public": {**PUBLIC, "base": 2, "threshold": 2}},
    )
    pairs = [{"fact": f"{name}=X", "value": 2.0} for name in "abc"]

    assert _protect([table_of("A", pairs)], schema=schema).record["parameters"]["largest_change"] == 3
    with pytest.raises(ProtectionError, match=r"cannot be protected: A:r4:c1"):
        _protect(
            [table_of("A", [*pairs, {"fact": "v=P", "value": 1.0}])],
            schema=schema,
            exact=("victims:a=X", "victims:b=X", "victims:c=X"),
        )


def test_what_a_reader_concludes_from_a_narrow_nought_is_attacked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A nought that is narrow is published only if knowing it to be nought gives no small count away."""
    honest = mend.attack
    nought, small = Cell("victims", "sex=M"), Cell("victims", "sex=F")
    settled = []

    def attack(published: Published, **how: Any) -> Audit:
        audit = honest(published, **how)
        if published.withheld:
            return audit
        settled.append(dict(published.settled))
        weak = small if published.settled else nought
        intervals = {**audit.intervals, nought: Interval(0, 1)}
        return Audit(intervals, (Weakness(weak, "narrow", frozenset({nought, small})),))

    monkeypatch.setattr(mend, "attack", attack)
    table = cross("T2.1", [{"sex": "F"}] * 2, schema=_SCHEMA, by=["sex"])

    protection = _protect([table])

    assert settled[-1] == {nought: Interval(0, 0)}
    assert statuses_of(protection, "T2.1") == ["rounded", "withheld", "rounded", "rounded"]


def test_a_narrow_nought_that_gives_nothing_away_is_published() -> None:
    """Three exact figures settle some noughts and the total of four; every count of one or two stays open."""
    schema = schema_of({"victims": {"sex": ["F", "M"], "form": ["SEX", "BEGGING", "LABOUR"]}})
    units = [{"sex": "F", "form": form} for form in ("SEX", "SEX", "BEGGING", "BEGGING")]
    exact = ("victims:form=BEGGING", "victims:form=SEX", "victims:form=SEX&sex=F")

    protection = _protect([cross("A", units, schema=schema, by=["sex", "form"])], schema=schema, exact=exact)

    for entry in protection.record["certificate"]:
        low, high = entry["possible"]
        true = sum(
            all(
                unit[name] == code
                for name, _, code in (pair.partition("=") for pair in entry["fact"].split("&") if pair)
            )
            for unit in units
        )
        assert low <= true <= high
        assert high - low >= 2 or true not in (1, 2)


def test_figures_that_are_out_elsewhere_do_not_stop_the_build() -> None:
    """What follows from other people's publications alone is not this release's doing."""
    table = cross("T2.1", [{"sex": "F"}] * 8 + [{"sex": "M"}], schema=_SCHEMA, by=["sex"])
    out = [{"kind": "published", "value": 9.0}, {"kind": "published", "fact": "sex=F", "value": 8.0}]
    out += [{"kind": "published", "fact": "sex=UNK", "value": 0.0}]

    protection = _protect([table, table_of("T1.1", out)])

    assert statuses_of(protection, "T2.1") == ["shown", "shown", "rounded", "shown"]


def test_all_of_an_exact_group_sharing_a_sensitive_category_is_never_certain() -> None:
    """Six men, all begging, six known exactly: the table leaves it open whether one of them does not."""
    men = [{"sex": "M", "form": "BEGGING"}] * 6
    women = [{"sex": "F", "form": "SEX"}] * 8
    table = cross("T3.1", men + women, schema=_SCHEMA, by=["form", "sex"])

    protection = _protect([table], exact=("victims:sex=M",))

    begging = [entry for entry in protection.record["certificate"] if entry["fact"] == "form=BEGGING&sex=M"]
    assert begging[0]["possible"] == [4, 6]


def test_the_record_tells_the_rule_and_nothing_about_which_counts_were_small() -> None:
    """Two collections that print the same values have the same record, whatever their counts were; no seed."""
    schema = schema_of({"victims": {"sex": ["F", "M"]}}, editions=EDITIONS)
    records = set()
    for n in range(5):
        units = [{"sex": "F"}] * 3 + [{"sex": "M"}] * n
        for seed in range(6):
            protection = _protect([cross("A", units, schema=schema, by=["sex"])], schema=schema, seed=seed + 90210)
            if values_of(protection, "A") == [3, 3, 0]:
                records.add(json.dumps(protection.record, sort_keys=True))

    (record,) = [json.loads(each) for each in records]
    assert "902" not in json.dumps(record)
    assert record["parameters"] == {"base": 3, "threshold": 3, "minimum_contributors": 5, "largest_change": 2}
    assert record["cells"] == {"shown": 0, "rounded": 3, "withheld": 0, "not_available": 0, "not_applicable": 0}
    assert record["tables"] == {"A": {"rounded": 3}}
    assert record["audited"] == 3
    assert record["certificate"] == [
        {"population": "victims", "fact": "", "cells": ["A:r1:c1"], "possible": [1, 5]},
        {"population": "victims", "fact": "sex=F", "cells": ["A:r2:c1"], "possible": [1, 5]},
        {"population": "victims", "fact": "sex=M", "cells": ["A:r3:c1"], "possible": [0, 2]},
    ]
    assert record["rule"]
    assert record["guaranteed"]
    assert record["not_guaranteed"]


def test_where_no_rounded_file_exists_the_build_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written rather than something unprotected."""
    monkeypatch.setattr(mend, "round_counts", lambda *_given, **_how: None)

    with pytest.raises(ProtectionError, match="no consistent rounding of the tables about victims") as failure:
        _protect([table_of("A", [{"value": 4.0}])], schema=schema_of({"victims": {}}, editions={"public": PUBLIC}))
    assert failure.value.exit_code == 13


def test_nothing_is_printed_on_the_streams(capfd: pytest.CaptureFixture[str]) -> None:
    """The solver has a banner and a log; stdout belongs to machine formats."""
    _protect(_tables(), exact=("victims:",))

    assert capfd.readouterr() == ("", "")

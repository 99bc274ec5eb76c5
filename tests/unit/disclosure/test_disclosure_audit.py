"""The attack on what is published, against intervals worked out by hand."""

from dataclasses import replace

import pytest
from counted import EDITIONS, schema_of

from atstats.disclosure.audit import Interval, Published, Weakness, attack, settle
from atstats.disclosure.edition import read_rule
from atstats.disclosure.system import Cell
from atstats.errors import ProtectionError
from atstats.schema.tables import Tie

_RULE = read_rule(EDITIONS, "public")
_SCHEMA = schema_of({"victims": {"sex": ["F", "M"], "form": ["SEX", "BEGGING", "UNK"]}}, sensitive=["form"])


def _cell(fact: str) -> Cell:
    return Cell("victims", fact)


def _published(rounded: dict[str, int], exact: dict[str, int], withheld: tuple[str, ...] = ()) -> Published:
    return Published(
        {_cell(fact): value for fact, value in rounded.items()},
        {_cell(fact): value for fact, value in exact.items()},
        frozenset(_cell(fact) for fact in withheld),
        2,
    )


def test_without_exact_figures_every_value_that_the_rule_allows_is_possible() -> None:
    """0 is anything from 0 to 2, and 3 anything from 1 to 5, in a table too."""
    found = attack(_published({"": 3, "sex=F": 3, "sex=M": 0}, {}), schema=_SCHEMA, rule=_RULE)

    assert found.intervals == {_cell(""): (1, 5), _cell("sex=F"): (1, 5), _cell("sex=M"): (0, 2)}
    assert found.weaknesses == ()


def test_an_exact_total_narrows_its_parts_and_the_figures_that_do_it_are_named() -> None:
    """Two persons in all; women printed 3 are 1 or 2, and so men are 0 or 1: too little is left open."""
    found = attack(_published({"sex=F": 3, "sex=M": 0}, {"": 2}), schema=_SCHEMA, rule=_RULE)

    assert found.intervals == {_cell("sex=F"): (1, 2), _cell("sex=M"): (0, 1)}
    assert [(weakness.cell.fact, weakness.kind) for weakness in found.weaknesses] == [
        ("sex=F", "narrow"),
        ("sex=M", "narrow"),
    ]
    for weakness in found.weaknesses:
        assert _cell("") in weakness.pins


def test_a_narrow_interval_of_large_counts_is_no_weakness() -> None:
    """Of nine persons at least seven are women: who is left open is the men, by two."""
    found = attack(_published({"sex=F": 9, "sex=M": 0}, {"": 9}), schema=_SCHEMA, rule=_RULE)

    assert found.intervals == {_cell("sex=F"): (7, 9), _cell("sex=M"): (0, 2)}
    assert found.weaknesses == ()


def test_a_withheld_cell_is_anything_that_its_margins_leave() -> None:
    """Five persons of whom men are printed 3: women are 0 to 4 although nothing is said of them."""
    found = attack(_published({"sex=M": 3}, {"": 5}, ("sex=F",)), schema=_SCHEMA, rule=_RULE)

    assert found.intervals == {_cell("sex=M"): (1, 5), _cell("sex=F"): (0, 4)}


def test_certainty_about_a_group_is_found() -> None:
    """Four men known, begging men printed 6: all of them beg, and whoever knows a man knows it."""
    found = attack(_published({"form=BEGGING&sex=M": 6, "form=SEX&sex=M": 0}, {"sex=M": 4}), schema=_SCHEMA, rule=_RULE)

    assert [weakness for weakness in found.weaknesses if weakness.kind == "group"] == [
        Weakness(_cell("form=BEGGING&sex=M"), "group", frozenset({_cell("sex=M"), _cell("form=BEGGING&sex=M")}))
    ]


def test_a_group_that_may_have_others_is_no_certainty() -> None:
    """Begging men printed 3 of four men: one to four of them beg."""
    found = attack(_published({"form=BEGGING&sex=M": 3, "form=SEX&sex=M": 0}, {"sex=M": 4}), schema=_SCHEMA, rule=_RULE)

    assert found.intervals == {_cell("form=BEGGING&sex=M"): (1, 4), _cell("form=SEX&sex=M"): (0, 2)}
    assert found.weaknesses == ()


def test_a_tie_carries_knowledge_from_one_population_to_the_other() -> None:
    """One registration that counts, known exactly, leaves the victims one person and its sex 0 or 1."""
    schema = schema_of(
        {"victims": {"sex": ["F", "M"]}, "registrations": {"outcome": ["COUNTED", "ALSO"]}},
        ties=[Tie("registrations:outcome=COUNTED", "victims:")],
    )
    published = Published(
        {_cell("sex=F"): 0, _cell("sex=M"): 0}, {Cell("registrations", "outcome=COUNTED"): 1}, frozenset(), 2
    )

    found = attack(published, schema=schema, rule=_RULE)

    assert found.intervals == {_cell("sex=F"): (0, 1), _cell("sex=M"): (0, 1)}


def test_what_nobody_can_be_is_nought_and_no_weakness() -> None:
    """An impossible combination is known to be empty beforehand."""
    schema = schema_of(
        {"victims": {"sex": ["F", "M"], "form": ["SEX", "BEGGING"]}},
        impossible={"victims": [{"sex": "M", "form": "SEX"}]},
        sensitive=["form"],
    )

    found = attack(
        _published({"form=SEX&sex=M": 0, "form=BEGGING&sex=M": 3, "form=SEX": 3, "form=SEX&sex=F": 3}, {}),
        schema=schema,
        rule=_RULE,
    )

    assert found.intervals[_cell("form=SEX&sex=M")] == Interval(0, 0)
    assert found.weaknesses == ()


def test_whole_numbers_are_asked_for_where_fractions_reach_further() -> None:
    """P + Q = Q + R = 1 and P + R = 1 has only the answer of three halves, and halves are no persons."""
    schema = schema_of(
        {"victims": {"v": ["P", "Q", "R"], "a": ["X", "Y"], "b": ["X", "Y"], "c": ["X", "Y"]}},
        functions={
            "a": ("v", {"P": "X", "Q": "X", "R": "Y"}),
            "b": ("v", {"P": "Y", "Q": "X", "R": "X"}),
            "c": ("v", {"P": "X", "Q": "Y", "R": "X"}),
        },
    )
    # P + Q = 1 and Q + R = 1 leave P = R; P + R is 0 or 2, and in fractions anything between.
    published = _published({"c=X": 0, "v=P": 0, "v=Q": 0}, {"a=X": 1, "b=X": 1})

    found = attack(published, schema=schema, rule=_RULE)

    assert found.intervals == {_cell("c=X"): (0, 2), _cell("v=P"): (0, 1), _cell("v=Q"): (0, 1)}
    with pytest.raises(ProtectionError):
        attack(_published({"v=P": 0}, {"a=X": 1, "b=X": 1, "c=X": 1}), schema=schema, rule=_RULE)
    # where P + R is at most 1, fractions reach P = R = Q = 1/2, and persons only Q = 1
    at_most_one = replace(published, settled={_cell("c=X"): Interval(0, 1)})
    found = attack(at_most_one, schema=schema, rule=_RULE)
    assert found.intervals == {_cell("c=X"): (0, 0), _cell("v=P"): (0, 0), _cell("v=Q"): (1, 1)}
    pins = frozenset(_cell(fact) for fact in ("a=X", "b=X", "c=X"))
    assert found.weaknesses == (Weakness(_cell("v=Q"), "narrow", pins),)


def test_published_figures_that_contradict_each_other_stop_the_run() -> None:
    """Three women of two persons: the figures are not of the same year."""
    with pytest.raises(ProtectionError, match="what is published about victims contradicts itself") as failure:
        attack(_published({"sex=M": 0}, {"": 2, "sex=F": 3}), schema=_SCHEMA, rule=_RULE)
    assert failure.value.exit_code == 13


def test_a_reader_concludes_from_a_narrow_interval_that_the_count_is_not_small() -> None:
    """0 or 1 would not have been published if it were 1; then the other cell is 2, and the attack says so."""
    published = _published({"sex=F": 3, "sex=M": 0}, {"": 2})
    found = attack(published, schema=_SCHEMA, rule=_RULE)
    men = [weakness for weakness in found.weaknesses if weakness.cell == _cell("sex=M")]

    concluded = settle(published, men, found.intervals, rule=_RULE)

    assert concluded is not None
    assert concluded.settled == {_cell("sex=M"): Interval(0, 0)}
    again = attack(concluded, schema=_SCHEMA, rule=_RULE)
    assert again.intervals == {_cell("sex=F"): (2, 2), _cell("sex=M"): (0, 0)}
    assert settle(concluded, [], again.intervals, rule=_RULE) is None

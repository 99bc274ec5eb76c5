"""The clique tables give the same bounds as one table over all variables."""

from random import Random

import numpy as np
import pytest
from counted import cross, schema_of

from atstats.disclosure.audit import Published, attack
from atstats.disclosure.edition import read_rule
from atstats.disclosure.system import Cell, cell_of, expand_ties, systems
from atstats.errors import ConfigurationError, ProtectionError
from atstats.schema import Schema
from atstats.schema.tables import Tie
from intruder import World
from intruder import attack as intrude

_AGES = {"0-11": "CHILD", "12-17": "CHILD", "18-25": "ADULT", "26+": "ADULT"}
_VARIABLES = {
    "sex": ["F", "M"],
    "age_group": list(_AGES),
    "age2": ["CHILD", "ADULT"],
    "form": ["SEX", "LABOUR", "BEGGING"],
    "stage": ["VOT", "PVOT"],
}
_SCHEMA = schema_of({"victims": _VARIABLES}, functions={"age2": ("age_group", _AGES)}, sensitive=["form"])


def test_a_fact_is_put_in_order_and_refused_where_it_names_something_unknown() -> None:
    """Two ways to write a fact are one cell; a typing error in a setting is told, not ignored."""
    assert cell_of("victims", "sex=F&age2=CHILD", schema=_SCHEMA) == Cell("victims", "age2=CHILD&sex=F")
    assert cell_of("victims", "", schema=_SCHEMA) == Cell("victims", "")
    for population, fact in (
        ("nobody", ""),
        ("victims", "height=TALL"),
        ("victims", "sex=Female"),
        ("victims", "sex=F&sex=M"),
    ):
        with pytest.raises(ConfigurationError) as failure:
            cell_of(population, fact, schema=_SCHEMA)
        assert failure.value.exit_code == 11


def test_unknowns_are_the_tables_of_the_cliques_and_not_of_all_variables() -> None:
    """sex x age_group, age2 x form, stage: 8 + 8 + 6 + 2 unknowns instead of 48."""
    facts = ["sex=F&age_group=0-11", "sex=M&age_group=12-17", "age2=CHILD&form=SEX", "form=LABOUR", "stage=VOT"]
    facts += [f"sex={sex}&age_group={age}" for sex in _VARIABLES["sex"] for age in _AGES]

    (system,) = systems([cell_of("victims", fact, schema=_SCHEMA) for fact in facts], schema=_SCHEMA, largest=100)

    # age_group x sex 8; age2 x age_group 4 (the function rules the other 4 out); age2 x form 2 x 3; stage 2
    assert system.n_columns == 8 + 4 + 6 + 2
    assert len(system.sums[Cell("victims", "age_group=0-11&sex=F")]) == 1
    assert len(system.rests[Cell("victims", "age2=CHILD&form=SEX")]) == 2


def test_categories_that_no_fact_tells_apart_are_one_unknown() -> None:
    """A code list of fifty agencies costs two unknowns where only one agency is printed."""
    schema = schema_of({"victims": {"body": [f"B{number}" for number in range(50)]}})

    (system,) = systems([Cell("victims", ""), Cell("victims", "body=B7")], schema=schema, largest=100)

    assert system.n_columns == 2


@pytest.mark.parametrize("seed", range(4))
def test_bounds_are_those_of_the_table_over_all_variables(seed: int) -> None:
    """Linked tables, a function of a variable and an impossible combination: another solver finds the same ends."""
    impossible = [{"age2": "CHILD", "stage": "PVOT"}]
    schema = schema_of(
        {"victims": _VARIABLES}, functions={"age2": ("age_group", _AGES)}, impossible={"victims": impossible}
    )
    random = Random(seed)
    kinds = [
        {"sex": sex, "age_group": age, "age2": _AGES[age], "form": form, "stage": stage}
        for sex in _VARIABLES["sex"]
        for age in _AGES
        for form in _VARIABLES["form"]
        for stage in _VARIABLES["stage"]
        if not (_AGES[age] == "CHILD" and stage == "PVOT")
    ]
    units = [random.choice(kinds) for _ in range(12)]
    tables = [
        cross(name, units, schema=schema, by=by)
        for name, by in (("A", ["sex", "age_group"]), ("B", ["age2", "form"]), ("C", ["form", "stage"]))
    ]
    rows = [row for table in tables for row in table.cells.iter_rows(named=True)]
    hidden = {cell_of("victims", row["fact"], schema=schema) for row in rows if row["fact"] and random.random() < 0.5}
    exact = {cell_of("victims", row["fact"], schema=schema): int(row["value"]) for row in rows}
    published = Published({}, {cell: exact[cell] for cell in exact if cell not in hidden}, frozenset(hidden), 2)

    found = attack(published, schema=schema, rule=read_rule(schema.editions, "public"))

    world = World(
        {"victims": {name: _VARIABLES[name] for name in ("sex", "age_group", "form", "stage")}},
        {"age2": ("age_group", _AGES)},
        {"victims": impossible},
    )
    seen = [
        {**row, "status": "withheld" if cell_of("victims", row["fact"], schema=schema) in hidden else "shown"}
        for row in rows
    ]
    expected = {
        Cell(population, "&".join("=".join(pair) for pair in pairs)): ends
        for (population, pairs), ends in intrude(seen, world, base=3).items()
    }
    assert hidden
    assert dict(found.intervals) == {cell: expected[cell] for cell in hidden}


def test_a_tie_by_a_variable_is_one_equality_for_each_category_and_one_for_all() -> None:
    """Registrations that count and victims are the same number, at each body too."""
    schema = schema_of(
        {"victims": {"body": ["P", "S"]}, "registrations": {"body": ["P", "S"], "outcome": ["COUNTED", "ALSO"]}},
        ties=[Tie("registrations:outcome=COUNTED", "victims:", "body")],
    )

    assert expand_ties(schema) == (
        (Cell("registrations", "outcome=COUNTED"), Cell("victims", "")),
        (Cell("registrations", "body=P&outcome=COUNTED"), Cell("victims", "body=P")),
        (Cell("registrations", "body=S&outcome=COUNTED"), Cell("victims", "body=S")),
    )
    (system,) = systems([Cell("victims", "body=P")], schema=schema, largest=100)
    assert system.populations == ("registrations", "victims")


@pytest.mark.parametrize(
    "schema",
    [
        schema_of(
            {"victims": {"body": ["P"]}, "registrations": {"body": ["P", "S"]}},
            ties=[Tie("registrations:", "victims:", "body")],
        ),
        schema_of(
            {"victims": {"body": ["P"]}, "visits": {}}, ties=[Tie("visits:", "victims:")], open_populations=["visits"]
        ),
        schema_of({"victims": {"body": ["P"]}, "visits": {}}, ties=[Tie("visits:", "victims:", "body")]),
        schema_of({"victims": {"body": ["P"]}}, ties=[Tie("victims:body=X", "victims:")]),
        schema_of({"victims": {"body": ["P"]}}, impossible={"victims": [{"body": "X"}]}),
        schema_of({"victims": {"body": ["P"]}}, impossible={"victims": [{"height": "TALL"}]}),
        schema_of({"victims": {"body": ["P"]}}, impossible={"victims": [{"body": "P"}]}),
        schema_of({"victims": {"body": ["P"], "kind": ["A"]}}, functions={"body": ("kind", {})}),
        schema_of({"victims": {"body": ["P"]}}, functions={"body": ("kind", {})}),
        schema_of({"victims": {"body": ["P"]}}, functions={"body": ("body", {"P": "P"})}),
    ],
)
def test_a_schema_that_contradicts_itself_is_refused(schema: Schema) -> None:
    """Ties by unequal categories or with an open population, unknown codes, functions of nothing, nobody left."""
    with pytest.raises(ConfigurationError) as failure:
        list(systems([Cell("victims", "body=P")], schema=schema, largest=100))

    assert failure.value.exit_code == 11


@pytest.mark.parametrize("largest", [100, 1_000])
def test_tables_that_cross_too_much_are_refused_before_they_fill_the_memory(largest: int) -> None:
    """The population and the way out are named."""
    names = [f"v{number}" for number in range(12)]
    schema = schema_of({"victims": {name: ["A", "B", "C", "D"] for name in names}})
    cell = cell_of("victims", "&".join(f"{name}=A" for name in names), schema=schema)

    with pytest.raises(ProtectionError, match="'victims' cross so many variables"):
        list(systems([cell], schema=schema, largest=largest))


def test_the_rest_of_a_group_leaves_unknown_out() -> None:
    """That everybody's form is unknown says nothing about them."""
    schema = schema_of({"victims": {"form": ["SEX", "UNK"]}}, sensitive=["form"])

    (system,) = systems([Cell("victims", "form=SEX"), Cell("victims", "form=UNK")], schema=schema, largest=10)

    assert list(system.rests) == [Cell("victims", "form=SEX")]
    assert np.array_equal(system.rests[Cell("victims", "form=SEX")], system.sums[Cell("victims", "form=UNK")])

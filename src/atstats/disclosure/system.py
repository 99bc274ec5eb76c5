"""Say which numbers a set of cells can be sums of: clique tables on a junction tree.

A cell is a fact about a population: pairs of variable and category. Variables that meet in a
fact are joined by an edge, the graph is triangulated, and the unknowns are the counts in the
tables of its cliques, equal on what neighbours in the junction tree share. Such tables always
come from one table over all variables (the graph is decomposable), so bounds on them are the
bounds on persons, at a fraction of the size.

A variable that is a function of another (age2 of age_group) is a variable like the others,
with an edge to the finer one and with the combinations that the function rules out left away.
Populations that share a number by definition (`Tie`) stand in one system.

Source: Lauritzen, *Graphical Models* (1996), ch. 2 (decomposable graphs, junction trees);
Dobra and Fienberg, *PNAS* 97 (2000), 11885-11892 (bounds for cells given marginals).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atstats.errors import ConfigurationError, ProtectionError
from atstats.schema import Schema
from atstats.schema.tables import Population, Tie, Variable
from atstats.vocabulary import UNKNOWN

__all__ = ["Cell", "Columns", "System", "cell_of", "expand_ties", "systems"]

Columns = NDArray[np.int32]
"""Numbers of unknowns, ascending."""


class Cell(NamedTuple):
    """One number of one population; two printed cells with the same fact are one of these."""

    population: str
    fact: str
    """Sorted "variable=category" pairs joined by "&"; empty for everybody."""

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of variable and category, sorted."""
        return _split(self.fact)


@dataclass(frozen=True, slots=True)
class System:
    """The unknowns of populations that hang together, and how cells are sums of them.

    Every unknown is a count of units, at least 0. `equalities` are pairs of column sets whose
    sums are the same number: what neighbouring cliques share, and ties between populations.
    """

    populations: tuple[str, ...]
    n_columns: int
    sums: Mapping[Cell, Columns]
    """Cell -> the unknowns that it is the sum of; none where no unit can be in it."""
    rests: Mapping[Cell, Columns]
    """Cell with a sensitive category -> the unknowns of the same units without that category."""
    equalities: tuple[tuple[Columns, Columns], ...]


def cell_of(population: str, fact: str, *, schema: Schema) -> Cell:
    """The cell of a fact, its pairs in order.

    Raises:
        ConfigurationError: there is no such population, variable or category.
    """
    if population not in schema.populations:
        raise ConfigurationError(
            f"there is no population {population!r}",
            hint="Use one of schemas/populations.toml.",
        )
    pairs = _split(fact)
    known = {each.name: each.codes for each in schema.populations[population].variables}
    for variable, category in pairs:
        if variable not in known or category not in schema.codelists[known[variable]]:
            raise ConfigurationError(
                f"population {population!r} has no category {variable}={category}",
                hint="Use the variables of schemas/populations.toml and the codes of their code lists.",
            )
    if len({variable for variable, _ in pairs}) < len(pairs):
        raise ConfigurationError(
            f"a fact about {population!r} names a variable twice: {fact}",
            hint="Write each variable once.",
        )
    return Cell(population, "&".join(f"{variable}={category}" for variable, category in pairs))


def expand_ties(schema: Schema) -> tuple[tuple[Cell, Cell], ...]:
    """The pairs of cells that are one number by definition, `by` written out.

    Raises:
        ConfigurationError: a tie names something unknown, or a population that is open.
    """
    return tuple(pair for tie in schema.ties for pair in _expand(tie, schema=schema))


def systems(cells: Iterable[Cell], *, schema: Schema, largest: int) -> Iterator[System]:
    """The systems of some cells, one for each set of populations that ties hold together.

    Args:
        cells: Cells of populations whose protection is "cells".
        schema: Populations, ties and code lists.
        largest: Unknowns that one system may have.

    Raises:
        ConfigurationError: a function of a variable leaves a category out.
        ProtectionError: the tables cross so many variables that the system is too large.
    """
    by_population: dict[str, set[Cell]] = {}
    for cell in cells:
        by_population.setdefault(cell.population, set()).add(cell)
    ties = expand_ties(schema)
    for together in _connected(sorted(by_population), [(left.population, right.population) for left, right in ties]):
        own_ties = [pair for pair in ties if pair[0].population in together]
        parts: list[_Part] = []
        n_columns = 0
        for name in together:
            asked = by_population.get(name, set())
            tied = {cell for pair in own_ties for cell in pair if cell.population == name}
            part = _Part(schema.populations[name], sorted(asked | tied), schema, first=n_columns, largest=largest)
            n_columns += part.n_columns
            parts.append(part)
        sums = {cell: part.columns(cell.pairs) for part in parts for cell in part.cells}
        yield System(
            populations=tuple(together),
            n_columns=n_columns,
            sums={cell: sums[cell] for cell in sorted(sums) if cell in by_population.get(cell.population, ())},
            rests={
                cell: rest
                for part in parts
                for cell in part.cells
                if cell in by_population.get(cell.population, ())
                for rest in part.rests(cell)
            },
            equalities=(
                *(pair for part in parts for pair in part.separators()),
                *(_apart(sums[left], sums[right]) for left, right in own_ties),
            ),
        )


# --------------------------------------------------------------------------- facts and ties


def _apart(left: Columns, right: Columns) -> tuple[Columns, Columns]:
    """Two column sets without what they share, which a tie within one population may have."""
    return np.setdiff1d(left, right), np.setdiff1d(right, left)


def _split(fact: str) -> tuple[tuple[str, str], ...]:
    if not fact:
        return ()
    pairs = [part.partition("=") for part in fact.split("&")]
    return tuple(sorted((variable, category) for variable, _, category in pairs))


def _expand(tie: Tie, *, schema: Schema) -> Iterator[tuple[Cell, Cell]]:
    sides = []
    for side in (tie.left, tie.right):
        population, _, fact = side.partition(":")
        cell = cell_of(population, fact, schema=schema)
        if schema.populations[population].protection != "cells":
            raise ConfigurationError(
                f"the tie {tie.left} = {tie.right} joins an open population to a protected one",
                hint="Correct ties in schemas/populations.toml: an open population is printed exactly.",
            )
        sides.append(cell)
    left, right = sides
    yield left, right
    if not tie.by:
        return
    categories = [_categories(schema.populations[cell.population], tie.by, schema=schema) for cell in sides]
    if sorted(categories[0]) != sorted(categories[1]):
        raise ConfigurationError(
            f"the tie {tie.left} = {tie.right} is by {tie.by}, whose categories differ between the two",
            hint="Give both variables the same code list in schemas/populations.toml.",
        )
    for category in categories[0]:
        yield (
            cell_of(left.population, _and(left.fact, tie.by, category), schema=schema),
            cell_of(right.population, _and(right.fact, tie.by, category), schema=schema),
        )


def _and(fact: str, variable: str, category: str) -> str:
    return f"{fact}&{variable}={category}" if fact else f"{variable}={category}"


def _categories(population: Population, variable: str, *, schema: Schema) -> tuple[str, ...]:
    return schema.codelists[_variable(population, variable).codes].all_codes()


def _variable(population: Population, name: str) -> Variable:
    try:
        return population.variable(name)
    except KeyError:
        raise ConfigurationError(
            f"population {population.id!r} has no variable {name!r}",
            hint="Correct schemas/populations.toml.",
        ) from None


def _connected(names: Sequence[str], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Sets of names that links hold together and that have one of `names`, each sorted."""
    group: dict[str, str] = {name: name for name in [*names, *(name for link in links for name in link)]}
    for left, right in links:
        keep, drop = sorted((group[left], group[right]))
        group = {name: keep if root == drop else root for name, root in group.items()}
    roots = sorted({group[name] for name in names})
    return [sorted(name for name in group if group[name] == root) for root in roots]


# --------------------------------------------------------------------------- one population

Atoms = tuple[int, ...]
"""One combination of categories: the number of the category group of each variable of a clique."""


class _Part:
    """The clique tables of one population."""

    def __init__(
        self, population: Population, cells: Sequence[Cell], schema: Schema, *, first: int, largest: int
    ) -> None:
        self.population = population
        self.cells = cells
        self._first = first
        self._schema = schema
        used = self._used_variables()
        self._of = {name: population.variable(name).of for name in used if population.variable(name).of}
        self._atoms = _category_groups(population, used, self._mentioned(), schema=schema)
        self._impossible = self._impossible_atoms()
        scopes = [frozenset(variable for variable, _ in cell.pairs) for cell in cells]
        scopes += [frozenset(variables) for variables, _ in self._impossible]
        sizes = {name: max(self._atoms[name].values(), default=-1) + 1 for name in used}
        self._cliques, self._tree = _junction_tree(sizes, scopes)
        self._tables: list[dict[Atoms, int]] = []
        self.n_columns = 0
        for clique in self._cliques:
            table: dict[Atoms, int] = {}
            for atoms in self._possible(clique, sizes, largest=largest - self.n_columns):
                table[atoms] = first + self.n_columns
                self.n_columns += 1
            self._tables.append(table)

    def columns(self, pairs: Sequence[tuple[str, str]], without: tuple[str, str] | None = None) -> Columns:
        """The unknowns whose sum is the number of units with these pairs, and without another."""
        scope = {variable for variable, _ in pairs} | ({without[0]} if without else set())
        fitting = [number for number, clique in enumerate(self._cliques) if scope <= set(clique)]
        number = min(fitting, key=lambda each: (len(self._tables[each]), each))
        clique = self._cliques[number]
        wanted = [(clique.index(variable), self._atoms[variable][category]) for variable, category in pairs]
        barred = [(clique.index(without[0]), self._atoms[without[0]][without[1]])] if without else []
        return np.array(
            [
                column
                for atoms, column in self._tables[number].items()
                if all(atoms[place] == atom for place, atom in wanted)
                and all(atoms[place] != atom for place, atom in barred)
            ],
            dtype=np.int32,
        )

    def rests(self, cell: Cell) -> Iterator[Columns]:
        """Where the cell has a sensitive category: the units that share all but that category."""
        for variable, category in cell.pairs:
            if self.population.variable(variable).sensitive and category != UNKNOWN:
                others = [pair for pair in cell.pairs if pair[0] != variable]
                yield self.columns(others, without=(variable, category))

    def separators(self) -> Iterator[tuple[Columns, Columns]]:
        """Sums that two neighbours of the junction tree share."""
        for left, right in self._tree:
            shared = sorted(set(self._cliques[left]) & set(self._cliques[right]))
            margins = [self._margin(number, shared) for number in (left, right)]
            for atoms in sorted(set(margins[0]) | set(margins[1])):
                one, other = (np.array(margin.get(atoms, []), dtype=np.int32) for margin in margins)
                yield one, other

    def _margin(self, number: int, shared: Sequence[str]) -> dict[Atoms, list[int]]:
        places = [self._cliques[number].index(variable) for variable in shared]
        margin: dict[Atoms, list[int]] = {}
        for atoms, column in self._tables[number].items():
            margin.setdefault(tuple(atoms[place] for place in places), []).append(column)
        return margin

    def _used_variables(self) -> list[str]:
        """Variables of the facts and of impossible combinations, and what they are functions of."""
        used = {variable for cell in self.cells for variable, _ in cell.pairs}
        for combination in self.population.impossible:
            fact = "&".join(f"{variable}={category}" for variable, category in combination.items())
            cell_of(self.population.id, fact, schema=self._schema)  # refuses what is not in the code lists
            used |= set(combination)
        for name in sorted(used):
            seen = [name]
            while of := _variable(self.population, seen[-1]).of:
                if of in seen:
                    raise ConfigurationError(
                        f"variable {name!r} of population {self.population.id!r} is a function of itself",
                        hint="Correct `of` in schemas/populations.toml.",
                    )
                seen.append(of)
            used |= set(seen)
        return sorted(used)

    def _mentioned(self) -> set[tuple[str, str]]:
        pairs = {pair for cell in self.cells for pair in cell.pairs}
        return pairs | {pair for combination in self.population.impossible for pair in combination.items()}

    def _impossible_atoms(self) -> list[tuple[tuple[str, ...], Callable[[Atoms], bool]]]:
        """Sets of variables, each with the test that says which combinations of them no unit can have."""
        rules: list[tuple[tuple[str, ...], Callable[[Atoms], bool]]] = []
        for combination in self.population.impossible:
            variables = tuple(sorted(combination))
            barred = tuple(self._atoms[name][combination[name]] for name in variables)
            rules.append((variables, barred.__eq__))
        for name, of in sorted(self._of.items()):
            groups = self.population.variable(name).groups
            image = {atom: self._atoms[name][groups[category]] for category, atom in self._atoms[of].items()}
            rules.append(((of, name), partial(_in_another_group, image)))
        return rules

    def _possible(self, clique: Sequence[str], sizes: Mapping[str, int], *, largest: int) -> list[Atoms]:
        """The combinations of a clique that a unit can have, in order."""
        grown: list[Atoms] = [()]
        for depth, variable in enumerate(clique, start=1):
            places = {name: place for place, name in enumerate(clique[:depth])}
            rules = [
                ([places[name] for name in variables], bars)
                for variables, bars in self._impossible
                if variable in variables and all(name in places for name in variables)
            ]
            if len(grown) * sizes[variable] > 8 * largest:
                raise self._too_large()
            grown = [
                (*atoms, atom)
                for atoms in grown
                for atom in range(sizes[variable])
                if not any(bars(tuple((*atoms, atom)[place] for place in at)) for at, bars in rules)
            ]
        if len(grown) > largest:
            raise self._too_large()
        if not grown:
            raise ConfigurationError(
                f"the impossible combinations of population {self.population.id!r} leave nobody",
                hint="Correct `impossible` in schemas/populations.toml.",
            )
        return grown

    def _too_large(self) -> ProtectionError:
        return ProtectionError(
            f"SDC-01: the tables about {self.population.id!r} cross so many variables that their protection "
            "cannot be computed",
            hint="Cross fewer variables in schemas/tables, or raise `unknowns` in schemas/editions.toml.",
        )


def _in_another_group(group_of: Mapping[int, int], atoms: Atoms) -> bool:
    """Whether the second atom is not the group that the first belongs to."""
    return group_of[atoms[0]] != atoms[1]


def _category_groups(
    population: Population, used: Sequence[str], mentioned: set[tuple[str, str]], *, schema: Schema
) -> dict[str, dict[str, int]]:
    """Variable -> category -> group; categories that no fact tells apart are one group.

    The coarser variables come first, because what they tell apart the finer one tells apart too.
    """
    groups: dict[str, dict[str, int]] = {}
    functions = {name: [each for each in used if population.variable(each).of == name] for name in used}
    waiting = list(used)
    while waiting:
        name = next(each for each in waiting if all(function in groups for function in functions[each]))
        waiting.remove(name)
        numbers: dict[tuple[str, ...], int] = {}
        groups[name] = {}
        for category in _categories(population, name, schema=schema):
            told: list[str] = [category if (name, category) in mentioned else ""]
            for function in functions[name]:
                image = population.variable(function).groups.get(category, "")
                if image not in groups[function]:
                    raise ConfigurationError(
                        f"variable {function!r} of population {population.id!r} has no category for {name}={category}",
                        hint="Complete `groups` in schemas/populations.toml, or the column that it is taken from.",
                    )
                told.append(str(groups[function][image]))
            groups[name][category] = numbers.setdefault(tuple(told), len(numbers))
    return groups


# --------------------------------------------------------------------------- graph


def _junction_tree(
    sizes: Mapping[str, int], scopes: Iterable[frozenset[str]]
) -> tuple[list[tuple[str, ...]], list[tuple[int, int]]]:
    """Cliques that hold every scope, and the edges of a junction tree over them.

    Variables are eliminated by the smallest clique first (then by name), which keeps the tables
    small. Parts of the graph without an edge between them meet in the empty separator: the total.
    """
    neighbours: dict[str, set[str]] = {name: set() for name in sizes}
    for scope in scopes:
        for left, right in combinations(sorted(scope), 2):
            neighbours[left].add(right)
            neighbours[right].add(left)
    cliques: list[frozenset[str]] = []
    left_over = set(sizes)
    while left_over:

        def weight(name: str) -> tuple[int, str]:
            product = sizes[name]
            for each in neighbours[name]:
                product *= sizes[each]
            return product, name

        name = min(left_over, key=weight)
        clique = frozenset({name, *neighbours[name]})
        if not any(clique <= other for other in cliques):
            cliques.append(clique)
        for each in neighbours[name]:
            neighbours[each] |= clique - {each}
            neighbours[each].discard(name)
        left_over.remove(name)
    ordered = sorted(tuple(sorted(clique)) for clique in cliques) or [()]
    return ordered, _spanning_tree(ordered)


def _spanning_tree(cliques: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    """The tree that shares most: over the cliques of a triangulated graph it is a junction tree."""
    edges = sorted(
        combinations(range(len(cliques)), 2),
        key=lambda edge: (-len(set(cliques[edge[0]]) & set(cliques[edge[1]])), edge),
    )
    group = list(range(len(cliques)))
    tree = []
    for left, right in edges:
        if group[left] != group[right]:
            keep, drop = group[left], group[right]
            group = [keep if each == drop else each for each in group]
            tree.append((left, right))
    return tree

"""What the schemas say about what is counted: a table of the report, a population, a dimension."""

from collections.abc import Iterator, Mapping
from typing import Any

from atstats.codebook.entries import Entry, Grid, Voice, filled, in_languages
from atstats.schema import Dimension, Population, TableDefinition
from atstats.vocabulary import TOTAL

__all__ = ["dimension_entry", "population_entry", "table_entry"]


def table_entry(table: TableDefinition, voice: Voice) -> Entry:
    """A table of the report: unit of count, scope, source, notes, population, rows and columns."""
    facts = filled(
        [
            (voice.word("chapter"), str(table.chapter)),
            (voice.word("unit_of_count"), table.unit.of(voice.language)),
            (voice.word("scope"), table.scope.of(voice.language)),
            (voice.word("source"), table.source.of(voice.language)),
            *((voice.word("notes"), note.of(voice.language)) for note in table.notes),
            (voice.word("population"), _population(table.population, voice)),
            (voice.word("feeds"), ", ".join(table.feeds)),
            (voice.word("layout"), voice.word("by_program") if "builder" in table.layout else ""),
        ]
    )
    axes = [_axis(table.layout[key], voice.word(key), voice) for key in ("rows", "columns") if table.layout.get(key)]
    return voice.entry("table", table.id, *in_languages(voice, table.title), facts, *axes)


def _axis(sections: list[Mapping[str, Any]], caption: str, voice: Voice) -> Grid:
    """The sections of rows or of columns: what each is by, its categories, and what it counts otherwise."""
    lines = [(*_section(section, voice), "; ".join(_otherwise(section, voice))) for section in sections]
    header = (voice.word("dimension"), voice.word("categories"), voice.word("counts"))
    if not any(line[2] for line in lines):
        return Grid(caption, header[:2], tuple(line[:2] for line in lines))
    return Grid(caption, header, tuple(lines))


def _section(section: Mapping[str, Any], voice: Voice) -> tuple[str, str]:
    """The dimensions, and their categories in order."""
    if "item" in section:
        named = [(_dimension(name, voice), _category(name, code, voice)) for name, code in section["item"].items()]
        return " × ".join(name for name, _ in named), " × ".join(category for _, category in named)
    if "years" in section:
        return _dimension("year", voice), voice.word("published_years")
    names = section["by"]
    lists = [[_category(name, code, voice) for code in _codes(name, voice)] for name in names]
    categories = " × ".join(", ".join(each) if len(names) == 1 else f"({', '.join(each)})" for each in lists)
    total = _category(names[0], TOTAL, voice)
    position = section.get("total", "last")
    listed = {"first": f"{total}, {categories}", "last": f"{categories}, {total}"}.get(position, categories)
    return " × ".join(_dimension(name, voice) for name in names), listed


def _otherwise(section: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    """Where a section counts something else than the table: population, condition, statistic, period."""
    if "population" in section:
        yield _population(section["population"], voice)
    for name, code in section.get("where", {}).items():
        yield f"{_dimension(name, voice)}: {_category(name, code, voice)}"
    if "aggregate" in section:
        how, _, column = section["aggregate"].partition(":")
        yield f"{voice.word(f'aggregate_{how}')} ({column})"
    if "period" in section:
        yield voice.word("mean_of_five_years" if section["period"] == "mean5" else "year_before")
    if "history" in section:
        yield f"{voice.word('published_figures')} ({section['history']})"


def _population(name: str, voice: Voice) -> str:
    population = voice.schema.populations.get(name)
    return f"{name} ({population.label.of(voice.language)})" if population else ""


def _dimension(name: str, voice: Voice) -> str:
    dimension = voice.schema.dimensions.get(name)
    return f"{dimension.label.of(voice.language)} ({name})" if dimension else name


def _category(name: str, code: str, voice: Voice) -> str:
    return voice.schema.code_label(name, code).of(voice.language)


def _codes(name: str, voice: Voice) -> tuple[str, ...]:
    return voice.schema.codelists[voice.schema.dimensions[name].codes].all_codes()


def population_entry(population: Population, voice: Voice) -> Entry:
    """What is counted: from which workbooks, how it is protected, by which variables, in which tables."""
    schema = voice.schema
    tables = [table.id for table in schema.tables.values() if population.id in _populations(table)]
    facts = filled(
        [
            (voice.word("workbooks"), ", ".join(population.workbooks)),
            (voice.word("protection"), voice.word(f"protected_{population.protection}")),
            (voice.word("tables_with"), ", ".join(tables)),
        ]
    )
    header = (voice.word("dimension"), voice.word("code_list"), voice.word("sensitive"), voice.word("several"))
    rows = tuple(
        (
            _dimension(variable.name, voice),
            variable.codes,
            voice.yes_no(holds=variable.sensitive),
            voice.yes_no(holds=variable.several),
        )
        for variable in population.variables
    )
    return voice.entry("counted", population.id, *in_languages(voice, population.label), facts, Grid("", header, rows))


def _populations(table: TableDefinition) -> set[str]:
    sections = [section for key in ("rows", "columns") for section in table.layout.get(key, [])]
    return {table.population, *(section["population"] for section in sections if "population" in section)}


def dimension_entry(dimension: Dimension, voice: Voice) -> Entry:
    """An axis of tables: its code list, and the tables that have it."""
    tables = [table.id for table in voice.schema.tables.values() if dimension.name in _dimensions(table)]
    facts = filled([(voice.word("code_list"), dimension.codes), (voice.word("tables_with"), ", ".join(tables))])
    return voice.entry("dimension", dimension.name, *in_languages(voice, dimension.label), facts)


def _dimensions(table: TableDefinition) -> set[str]:
    sections = [section for key in ("rows", "columns") for section in table.layout.get(key, [])]
    return {name for section in sections for name in (*section.get("by", ()), *section.get("item", ()))} | {
        "year" for section in sections if "years" in section
    }

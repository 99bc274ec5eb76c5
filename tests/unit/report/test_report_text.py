"""Generated statements: whole sentences from published cells, or nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from atstats.errors import ConfigurationError
from atstats.report.blocks import Number, Statement, plain
from atstats.report.text import STATEMENTS, main_results, statement

T01 = """
                      | measure=CURRENT | measure=PREVIOUS
indicator=REGISTERED  | 36~             | :
indicator=IDENTIFIED  | 35              | 20
indicator=CHILDREN    | 15~             | 12
indicator=ASSISTED    | 39~             | :
indicator=SUSPECTS    | 48~             | :
indicator=REPORTED    | 24~             | :
indicator=CONVICTED   | 9~              | :
"""
T12 = """
        | measure=PERSONS | measure=REGISTRATIONS
body=A  | 30~             | 33~
body=_T | 36~             | 51~
"""
T21 = """
                | sex=F | sex=M | sex=_T
age_group=_T    | 30~   | 6~    | 36~
age_group=16-17 | 9~    | 0~    | 9~
"""
T23 = """
                         | age2=CHILD | age2=_T
citizenship_group=_T     | 15~        | 36~
citizenship_group=KOSOVO | 12~        | 30~
"""
T31 = """
         | sex2=F&age2_exploitation=CHILD | sex2=F&age2_exploitation=ADULT | sex2=M&age2_exploitation=CHILD | sex2=M&age2_exploitation=ADULT | sex2=_T&age2_exploitation=_T
form=_T  | 12~ | 18~ | 3~ | 3~ | 36~
form=SEX | 9~  | 15~ | 0~ | 0~ | 24~
form=LAB | 0~  | 3~  | 0~ | 3~ | 6~
form=BEG | 3~  | 0~  | 3~ | 0~ | 6~
form=UNK | 0~  | 0~  | 0~ | 0~ | 0~
"""  # noqa: E501 # a grid is read across
T121 = """
               | measure=EVENTS | measure=HOURS
profession=_T  | 4              | 30
"""

ALL = (
    ("T0.1", T01), ("T1.2", T12), ("T2.1", T21), ("T2.3", T23), ("T3.1", T31), ("T12.1", T121),
)  # fmt: skip

SAID = {
    "assisted": "39 persons were assisted as victims of trafficking in 2025. They include persons who came in earlier "
    "years, so this figure is never added to the victims of the year.",
    "children": "15 of the 36 registered victims were children. No percentages are given, because they would rest on "
    "fewer than fifty persons.",
    "citizenship": "30 of the 36 registered victims were citizens of Kosovo.",
    "form": "Most frequent main form of exploitation: SEX label (24 of 36). Next: LAB label (6).",
    "four_way": "By sex and age when exploitation began: women 18, men 3, girls 12, boys 3. Persons whose sex or age "
    "is not known are in the totals only.",
    "offenders": "Persons suspected by the police: 48; reported to the prosecution: 24; convictions at first instance: "
    "9. Each is counted in the year of its own decision: these are not the offenders of the same victims.",
    "overlap": "51 registrations by the institutions describe 36 different persons. A person whom several institutions "
    "registered is counted once.",
    "sex": "30 of the 36 registered victims were female and 6 male.",
    "trainings": "4 training events were held in 2025 (hours: 30).",
    "victims_change": "35 victims of trafficking were formally identified in 2025; the figure rose from 20 in 2024. A "
    "change of this size is beyond the usual variation from year to year. The number of victims identified follows how "
    "much the police and other bodies look for them.",
    "victims_registered": "36 persons were registered as victims of trafficking in 2025. Formally identified: 35. The "
    "others are presumed victims, were recognised by a court, or declined identification.",
}


def said(found: Statement | None) -> str | None:
    """A statement as one text."""
    return None if found is None else f"{plain(found.lead)} {plain(found.detail)}".strip()


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_each_statement_says_this(name: str, edition: Callable[..., Any]) -> None:
    """Every statement, word for word."""
    assert said(statement(name, edition(*ALL).context())) == SAID[name]


@pytest.mark.parametrize(
    ("name", "identifier", "cell"),
    [
        ("assisted", "T0.1", "39~"),
        ("children", "T0.1", "15~"),
        ("children", "T0.1", "36~"),
        ("citizenship", "T2.3", "30~"),
        ("form", "T3.1", "24~"),
        ("form", "T3.1", "6~"),
        ("four_way", "T3.1", "18~"),
        ("offenders", "T0.1", "9~"),
        ("overlap", "T1.2", "51~"),
        ("sex", "T2.1", "6~"),
        ("trainings", "T12.1", "30"),
        ("victims_change", "T0.1", "35"),
        ("victims_registered", "T0.1", "36~"),
    ],
)
def test_no_statement_with_a_withheld_operand(
    name: str, identifier: str, cell: str, edition: Callable[..., Any]
) -> None:
    """One withheld number among those that a sentence needs, and there is no sentence."""
    tables = [(each, text.replace(f" {cell} ", " c ", 1).replace(f" {cell}\n", " c\n")) for each, text in ALL
              if each == identifier]  # fmt: skip

    assert tables[0][1] != dict(ALL)[identifier]
    assert statement(name, edition(*tables).context()) is None


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_no_statement_without_its_table(name: str, edition: Callable[..., Any]) -> None:
    """An edition without any table has no sentence and no error."""
    assert statement(name, edition().context()) is None


def test_every_number_of_a_statement_is_a_cell(edition: Callable[..., Any]) -> None:
    """Each number names the cell that holds it, and no digit stands outside numbers but years."""
    context = edition(*ALL).context()
    values = {cell.id: cell.value for table in context.cells.tables for cell in context.cells.of(table)}

    for name in STATEMENTS:
        found = statement(name, context)
        assert found is not None
        for run in (*found.lead, *found.detail):
            if isinstance(run, Number):
                assert [float(run.text)] == [values[cell] for cell in run.cells]
            else:
                assert not any(c.isdigit() for c in run.text.replace("2025", "").replace("2024", ""))


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ("35", "28", "the figure for 2024 is 28"),
        ("35", "20", "rose from 20 in 2024"),
        ("34", "20", "the figure for 2024 is 20"),
        ("9", "20", "fell from 20 in 2024"),
        ("20", "20", "the figure for 2024 is 20"),
        ("36~", "21~", "the figure for 2024 is 21"),
        ("42~", "21~", "rose from 21 in 2024"),
        ("36~", "20", "the figure for 2024 is 20"),
        ("6~", "24~", "fell from 24 in 2024"),
        ("12~", "24~", "the figure for 2024 is 24"),
    ],
)
def test_only_a_clear_change_is_a_rise_or_a_fall(
    now: str, before: str, words: str, edition: Callable[..., Any]
) -> None:
    """The test decides, under the rounding that speaks least for a change."""
    table = f"""
                         | measure=CURRENT | measure=PREVIOUS
    indicator=IDENTIFIED | {now}           | {before}
    """
    got = said(statement("victims_change", edition(("T0.1", table)).context()))

    assert got is not None
    assert words in got
    assert ("no evidence that trafficking rose or fell" in got) == words.startswith("the figure for")


def test_a_rounding_that_moved_far_asks_for_a_larger_change(edition: Callable[..., Any]) -> None:
    """Where the record allows changes above the base less one, these are the least favourable rounding."""
    table = "| measure=CURRENT | measure=PREVIOUS\nindicator=IDENTIFIED | 42~ | 21~"

    near, far = (
        said(statement("victims_change", edition(("T0.1", table), largest_change=most).context())) for most in (2, 4)
    )

    assert "rose from 21" in str(near)
    assert "the figure for 2024 is 21" in str(far)


def test_the_last_published_year_stands_in_for_the_year_before(edition: Callable[..., Any]) -> None:
    """Without a figure of the year before, the last published one is named with its year."""
    tables = (
        ("T0.1", "| measure=CURRENT\nindicator=IDENTIFIED | 27~"),
        ("T1.1", "| year=2021 | year=2022 | year=2024 | year=2025\nvictim_status=VOT | 22 | 19 | : | 27~"),
    )

    assert said(statement("victims_change", edition(*tables).context())) == (
        "27 victims of trafficking were formally identified in 2025; the figure for 2022 is 19. Yearly numbers are "
        "small: a difference of this size is within the usual variation from year to year, so it is no evidence that "
        "trafficking rose or fell. 2022 is the last earlier year with a published figure. The number of victims "
        "identified follows how much the police and other bodies look for them."
    )


@pytest.mark.parametrize("years", ["22 | 19b | 27~", "22 | 19 | 27~b"])
def test_no_comparison_across_a_break(years: str, edition: Callable[..., Any]) -> None:
    """A break in between, or at either end, leaves the figure alone."""
    tables = (
        ("T0.1", f"| measure=CURRENT\nindicator=IDENTIFIED | 27~{'b' if years.endswith('b') else ''}"),
        ("T1.1", f"| year=2021 | year=2022 | year=2025\nvictim_status=VOT | {years}"),
    )

    assert said(statement("victims_change", edition(*tables).context())) == (
        "27 victims of trafficking were formally identified in 2025. Earlier years were counted in another way, so no "
        "comparison is made. The number of victims identified follows how much the police and other bodies look for "
        "them."
    )


def test_a_tie_within_rounding_has_no_most_frequent_form(edition: Callable[..., Any]) -> None:
    """Two rounded figures that may be equal, or the other way round, are not ranked."""
    table = """
             | sex2=_T&age2_exploitation=_T
    form=_T  | 18~
    form=SEX | 9~
    form=LAB | 6~
    """

    assert statement("form", edition(("T3.1", table)).context()) is None
    exact = table.replace("~", "")
    assert said(statement("form", edition(("T3.1", exact)).context())) is not None


def test_the_first_page_has_at_most_five_results(edition: Callable[..., Any]) -> None:
    """The most wanted come first."""
    got = [said(each) for each in main_results(edition(*ALL).context())]

    assert got == [SAID[name] for name in ("victims_change", "victims_registered", "children", "form", "overlap")]


@pytest.mark.parametrize(
    ("n", "language", "words"),
    [
        ("1", "sq", "1 person u asistua"),
        ("2", "sq", "2 persona u asistuan"),
        ("1", "en", "1 person was assisted"),
    ],
)
def test_words_agree_with_the_number(n: str, language: str, words: str, edition: Callable[..., Any]) -> None:
    """One person was, two persons were."""
    table = f"| measure=CURRENT\nindicator=ASSISTED | {n}"

    assert words in str(said(statement("assisted", edition(("T0.1", table)).context(language))))


@pytest.mark.parametrize(
    ("n", "words"),
    [("1", "identifikovana 1 žrtva"), ("21", "identifikovana 21 žrtva"), ("3", "su identifikovane 3 žrtve"),
     ("12", "identifikovano 12 žrtava"), ("35", "identifikovano 35 žrtava")],
)  # fmt: skip
def test_serbian_has_three_plural_forms(n: str, words: str, edition: Callable[..., Any]) -> None:
    """One, few and other, twenty-one being one again and twelve other."""
    table = f"| measure=CURRENT\nindicator=IDENTIFIED | {n}"

    assert words in str(said(statement("victims_change", edition(("T0.1", table)).context("sr"))))


BANNED = {
    "en": ("only", "significant", "dramatic", "sharp", "huge", "success", "unfortunately", "because of", "due to", "%"),
    "sq": ("vetëm se", "dramatik", "i madh", "fatkeqësisht", "për shkak", "%"),
    "sr": ("samo ", "dramatič", "ogrom", "nažalost", "zbog", "%"),
}


@pytest.mark.parametrize("language", sorted(BANNED))
def test_no_cause_no_praise_no_size(language: str, edition: Callable[..., Any]) -> None:
    """The banned words of each language are in no statement."""
    context = edition(*ALL).context(language)
    allowed = ("totals only", "vetëm në shuma", "samo u zbirovima")

    for name in STATEMENTS:
        text = str(said(statement(name, context))).lower()
        for phrase in allowed:
            text = text.replace(phrase, "")
        assert [word for word in BANNED[language] if word in text] == []


def test_an_unknown_statement_is_named(edition: Callable[..., Any]) -> None:
    """A chapter that asks for what does not exist is told what does."""
    with pytest.raises(ConfigurationError) as caught:
        statement("weather", edition().context())

    assert caught.value.message == "a chapter asks for the unknown statement weather"
    assert "victims_change" in caught.value.hint


def test_registered_victims_are_said_even_where_identified_ones_are_withheld(edition: Callable[..., Any]) -> None:
    """The part that may be printed is printed without the one that may not."""
    table = "| measure=CURRENT\nindicator=REGISTERED | 36~\nindicator=IDENTIFIED | c"

    assert said(statement("victims_registered", edition(("T0.1", table)).context())) == (
        "36 persons were registered as victims of trafficking in 2025."
    )


def test_a_base_of_fifty_needs_no_excuse(edition: Callable[..., Any]) -> None:
    """The remark on percentages stands only below fifty."""
    table = "| measure=CURRENT\nindicator=REGISTERED | 51~\nindicator=CHILDREN | 15~"

    assert said(statement("children", edition(("T0.1", table)).context())) == (
        "15 of the 51 registered victims were children."
    )


def test_a_category_without_label_is_named(edition: Callable[..., Any]) -> None:
    """A missing label is told with its category and dimension, not as a traceback."""
    with pytest.raises(ConfigurationError) as caught:
        edition(*ALL).context().label("form", "NEVER")

    assert caught.value.message == "no label for the category NEVER of the dimension form"

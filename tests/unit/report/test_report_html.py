"""The HTML: one file a language that needs nothing else, holds only published numbers, and can be read by all."""

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest

from atstats.errors import ConfigurationError
from atstats.language import format_number

T01 = """
                      | measure=CURRENT | measure=PREVIOUS
indicator=REGISTERED  | 36~             | :
indicator=IDENTIFIED  | 27~             | :
indicator=CHILDREN    | 15~             | :
indicator=SUSPECTS    | 1248~           | 1260r
indicator=REPORTED    | 24~             | :
indicator=CONVICTED   | 9~              | c
"""
T11 = """
                         | year=2016 | year=2018 | year=2022 | year=2025
victim_status=_T         | :         | :         | :         | 36~
victim_status=VOT        | 24b       | 15        | 19        | 27~
victim_status=PVOT       | :         | :         | :         | 9~
assessment=NOT_CONFIRMED | z         | z         | z         | 3~
"""
T12 = """
        | measure=PERSONS | measure=REGISTRATIONS
body=A  | 30~             | 33~
body=_T | 36~             | 51~
"""
T31 = """
         | sex2=F&age2_exploitation=CHILD | sex2=F&age2_exploitation=ADULT | sex2=F&age2_exploitation=_T | sex2=_T&age2_exploitation=_T
form=_T  | 12~ | 18~ | 30~ | 36~
form=SEX | 9~  | 15~ | 24~ | 24~
form=LAB | c   | 0~  | z   | 12.5
"""  # noqa: E501 # a grid is read across
T141 = """
           | state=RECEIVED | state=NIL | state=REFUSED | state=MISSING | state=_T
agency=A   | 1 | 0 | 0 | 0 | 1
agency=_T  | 6 | 1 | 0 | 1 | 8
"""
T144 = """
             | linkage_measure=RECORDS | linkage_measure=OPEN | measure=LOW | measure=BEST | measure=HIGH
role=victim  | 84 | 3 | 34 | 36 | 37
role=suspect | 90 | 0 | 48 | 48 | 48
"""
TABLES: tuple[tuple[Any, ...], ...] = (
    ("T0.1", T01), ("T1.1", T11, {"notes": ("late",)}), ("T1.2", T12), ("T3.1", T31), ("T14.1", T141),
    ("T14.4", T144),
)  # fmt: skip
SETTINGS = {
    "owner": "An office",
    "contact": "office@example.org",
    "publication_date": date(2026, 4, 30),
    "next_release": "spring 2027",
    "final": True,
}

# Words that may hold digits without being statistics: years, numbers of tables, figures and chapters, dates,
# the base of the rounding, the tool's version.
NO_STATISTIC = re.compile(r"\b(?:20\d\d|T\d+\.\d+|C\d+|30\.? (?:April|prill|april|април) 2026|atstats 0\.0)\b")


def numbers_outside(element: Any) -> str:
    """The words of a page without marked numbers, and without what is not words."""
    if element.tag in ("svg", "style", "th") or element.attributes.get("class") in ("no", "param"):
        return ""
    if "data-cell" in element.attributes:
        return ""
    return " ".join(child if isinstance(child, str) else numbers_outside(child) for child in element.children)


@pytest.mark.parametrize("language", ["en", "sq", "sr", "sr-cyrl"])
def test_every_number_is_a_published_cell(
    language: str, edition: Callable[..., Any], page: Callable[[str], Any]
) -> None:
    """Each marked number is what its cell holds, each cell that may be printed is there, no other digit stands."""
    made = edition(*TABLES, settings={**SETTINGS, "next_release": ""})
    cells = {cell.id: cell for table in made.context().cells.tables for cell in made.context().cells.of(table)}

    root = page(made.render(language)[f"report.{language}.html"])
    marked = [(element.attributes["data-cell"], element.text) for element in root.all("span", data_cell="*")]

    assert marked
    for identifier, text in marked:
        value = cells[identifier].value
        assert value is not None
        assert text == format_number(value, language, decimals=0 if value == round(value) else 1)
    assert {identifier for identifier, _ in marked} == {key for key, cell in cells.items() if cell.printable}
    assert not re.findall(r"\w*\d\S*", NO_STATISTIC.sub("", numbers_outside(root.all("body")[0])))


def test_numbers_of_charts_and_their_words_name_their_cells(
    edition: Callable[..., Any], page: Callable[[str], Any]
) -> None:
    """Every number in a chart, or in the words that replace it, is a cell that the figure names."""
    made = edition(*TABLES)
    cells = {cell.id: cell.value for table in made.context().cells.tables for cell in made.context().cells.of(table)}

    root = page(made.render()["report.en.html"])

    figures = root.all(data_cells="*")
    assert len(figures) == 3
    for figure in figures:
        values = {f"{cells[each]:.0f}" for each in figure.attributes["data-cells"].split()}
        labels = [figure.attributes.get("aria-label", "")] + [
            each.attributes["aria-label"] for each in figure.all(role="img")
        ]
        drawn = " ".join(text.text for svg in figure.all("svg") for text in svg.all("text"))
        found = set(re.findall(r"(?<![\w’])\d+", drawn + " ".join(labels))) - {str(y) for y in range(2016, 2026)}
        assert found <= values


def test_withheld_cells_are_symbols_everywhere(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """In a table the place of a withheld number holds [c], explained below it; nowhere does a number."""
    root = page(edition(*TABLES).render()["report.en.html"])

    table = root.all("div", id="T3.1")[0]
    assert [cell.text for cell in table.all("td", id="T3.1:r3:c1")] == ["[c]"]
    assert "[c] Withheld".lower() in table.text.lower()
    assert root.all(data_cell="T3.1:r3:c1") == []


def test_the_page_can_be_read_by_all(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """One first heading, no level skipped, every table with caption and scopes, ids once, links with a target."""
    root = page(edition(*TABLES, settings=SETTINGS).render("sq")["report.sq.html"])

    assert root.all("html")[0].attributes["lang"] == "sq"
    headings = [int(each.tag[1]) for each in root.all() if re.fullmatch("h[1-6]", each.tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert all(table.all("caption") for table in root.all("table"))
    assert all(head.attributes["scope"] in ("col", "colgroup", "row", "rowgroup") for head in root.all("th"))
    ids = [each.attributes["id"] for each in root.all(id="*")]
    assert len(ids) == len(set(ids))
    targets = [each.attributes["href"] for each in root.all("a")]
    assert {target[1:] for target in targets if target.startswith("#")} <= set(ids)
    assert all(svg.attributes.get("aria-hidden") == "true" for svg in root.all("svg"))


def test_the_file_needs_nothing_else(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """No script, no outside address, and a policy that forbids both; the policy names this very style."""
    text = edition(*TABLES, settings=SETTINGS).render()["report.en.html"]
    root = page(text)

    without_font = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
    assert not re.search(r"https?:|//[a-z]|<script|javascript:|@import", without_font)
    assert not [
        each for each in root.all() if any(name.startswith("on") or name == "style" for name in each.attributes)
    ]
    policy = root.all("meta", http_equiv="Content-Security-Policy")[0].attributes["content"]
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def test_two_runs_write_the_same_bytes(edition: Callable[..., Any]) -> None:
    """Nothing in a report depends on when it was made."""
    from atstats.report.fonts import web_font

    first = edition(*TABLES, settings=SETTINGS).render("en", "sr-cyrl")
    web_font.cache_clear()

    assert edition(*TABLES, settings=SETTINGS).render("en", "sr-cyrl") == first


def test_languages_link_to_each_other(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """Each file names itself and links to the others of the release, in its order."""
    files = edition(*TABLES).render("sq", "sr", "en")

    assert list(files) == ["report.sq.html", "report.sr.html", "report.en.html"]
    nav = page(files["report.sr.html"]).all("nav")[0]
    assert [(each.tag, each.attributes.get("href", ""), each.text) for each in nav.all() if each.tag in "ab"] == [
        ("a", "report.sq.html", "Shqip"),
        ("b", "", "Srpski"),
        ("a", "report.en.html", "English"),
    ]


@pytest.mark.parametrize(
    ("kind", "sample", "marks"),
    [
        ("public", False, []),
        ("public", True, ["SAMPLE: all figures in this report are made up"]),
        ("internal", False, ["RESTRICTED: exact figures, not for publication"]),
        (
            "transmission",
            True,
            ["SAMPLE: all figures in this report are made up", "RESTRICTED: exact figures, not for publication"],
        ),
    ],
)
def test_marks_stand_on_every_page(
    kind: str, sample: bool, marks: list[str], edition: Callable[..., Any], page: Callable[[str], Any]
) -> None:
    """What is made up or restricted says so at the top, in the head, in the title and in the description."""
    root = page(edition(*TABLES, edition=kind, settings={"sample": sample}).render()["report.en.html"])

    assert [each.text for band in root.all("div", class_="marks") for each in band.all("p")] == marks
    assert [each.text for each in root.all("p", class_="tag")] == marks
    for mark in marks:
        assert mark in root.all("title")[0].text
        assert mark in root.all("meta", name="description")[0].attributes["content"]


def test_the_band_of_marks_repeats_in_print(templates: Any) -> None:
    """On paper the band is the head of a table, which browsers repeat on each page."""
    style = (templates / "html" / "style.css").read_text(encoding="utf-8")

    assert ".marks { display: table-header-group; break-inside: avoid;" in style.partition("@media print")[2]


POISON = "<script>alert(1)</script>{{7*7}}{% raw %}**x**[a](http://evil.example)\"' \u202e&"


def test_poison_in_labels_and_settings_stays_text(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """Labels, titles and settings are printed as they are: never as mark-up, a template or a link."""
    made = edition(
        *TABLES, words=lambda code: f"{code} {POISON}", settings={"owner": POISON, "contact": POISON, "title": POISON}
    )
    text = made.render()["report.en.html"]
    root = page(text)

    assert root.all("script") == []
    assert "<script" not in text
    assert [each for each in root.all("a") if "evil" in each.attributes["href"]] == []
    assert root.all("caption")[0].text.endswith(f"Title {POISON}".replace("Title", "title") + f"unit {POISON}")
    assert root.all("meta", name="author")[0].attributes["content"] == POISON


@pytest.mark.parametrize("missing", ["T0.1", "T1.1", "T1.2", "T3.1", "T14.1", "T14.4"])
def test_a_missing_table_is_left_out(missing: str, edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """An edition without one of the tables is a report without it, and without the sentences that need it."""
    root = page(edition(*(table for table in TABLES if table[0] != missing)).render()["report.en.html"])

    assert root.all(id=missing) == []
    assert missing not in root.all("main")[0].text
    assert root.all("h1")


def test_a_report_without_tables_is_a_cover_and_words(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """Nothing to show is no error."""
    root = page(edition().render()["report.en.html"])

    assert root.all("h1")[0].text == "Trafficking in human beings in Kosovo, 2025 Annual statistical report"
    assert root.all("table") == []
    assert root.all("h2", id="main-results") == []


def test_a_table_without_data_says_why(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """The reason stands in place of the table."""
    root = page(
        edition(("T6.1", "| entry=NEW\nprovider=A | :", {"empty_because": "no_data"})).render()["report.en.html"]
    )

    block = root.all("div", id="T6.1")[0]
    assert block.text == "Table T6.1title labelno data label"


def test_the_cover_says_who_when_and_how_final(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """Owner, title, year, status, dates as the language writes them; the note on status where it is asked for."""
    settings = {**SETTINGS, "status_note": "eu", "title": {"en": "A title", "sr": "Naslov"}}
    root = page(edition(*TABLES, settings=settings).render("sr")["report.sr.html"])

    header = root.all("header")[0]
    assert root.all("h1")[0].text == "Naslov*, 2025 Godišnji statistički izveštaj"
    assert [(each.all("dt")[0].text, each.all("dd")[0].text) for each in header.all("dl")[0].all("div")] == [
        ("Godina", "2025"),
        ("Status", "Konačno"),
        ("Objavljeno", "30. april 2026."),
        ("Sledeće objavljivanje", "spring 2027"),
    ]
    assert header.all("p", class_="small")[0].text.startswith("* Ovaj naziv ne prejudicira stavove o statusu")


def test_key_figures_name_the_year_and_the_range(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """A card has the figure, the one before with its year, and the range where the linkage gives one."""
    root = page(edition(*TABLES).render()["report.en.html"])

    assert [[part.text for part in card.all("p")] for card in root.all("li", class_="card")] == [
        ["REGISTERED label", "36", "no comparable earlier figure", "range 34 to 37, as records are matched"],
        ["IDENTIFIED label", "27", "19 in 2022, the last year published"],
        ["CHILDREN label", "15 of 36", "no comparable earlier figure"],
        ["CONVICTED label", "9", "no comparable earlier figure"],
    ]
    assert root.all("section", aria_labelledby="key-figures")[0].all("p", class_="small")[0].text == (
        "Columns show the last years, the reference year in the dark colour; bars show a part of all registered "
        "victims. Persons suspected and convicted are counted in the year of the decision, so they are not the "
        "offenders of the same victims. Most counts are rounded to multiples of 3: see the box below."
    )


def test_the_box_says_how_far_figures_can_be_relied_on(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """What they count, what is missing, how sure the count is, how it is protected, what may change."""
    root = page(edition(*TABLES).render()["report.en.html"])

    assert box_of(root) == {
        "What they count": "Persons whom an institution registered as identified or presumed victims. They do not "
        "measure how many people are trafficked.",
        "Completeness": "Submissions expected: 8. Accepted: 6, nil returns: 1, missing: 1, received but not accepted: "
        "0. See Table T14.1.",
        "Duplicates": "84 records describe 36 registered victims. Between 34 and 37, depending on pairs of records "
        "that nobody has decided yet. See Table T14.4.",
        "Protection": "Counts of persons are rounded to multiples of 3 so that no person can be recognised; a zero may "
        "stand for a small number. Totals that the office prints exactly are not rounded, so rows may not add up to "
        "them.",
        "Revisions": "Revised figures are marked [r]. This release is provisional: figures may change until the final "
        "one.",
    }


def box_of(root: Any) -> dict[str, str]:
    """The box as heading -> words."""
    box = root.all("section", class_="quality")[0]
    return dict(zip((each.text for each in box.all("dt")), (each.text for each in box.all("dd")), strict=True))


def test_the_box_of_other_editions(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """No open pair, a coverage that is not all shown, withheld figures instead of rounded ones, a final release."""
    tables = (
        ("T0.1", "| measure=CURRENT\nindicator=REGISTERED | 36"),
        ("T14.1", "| state=RECEIVED | state=_T\nagency=_T | 6 | 8"),
        ("T14.4", "| measure=LOW | measure=HIGH\nrole=victim | 36 | 36"),
    )
    public = edition(*tables, base=None, settings={"final": True})

    got = box_of(page(public.render()["report.en.html"]))
    restricted = box_of(page(edition(*tables, base=None, edition="internal").render()["report.en.html"]))

    assert {name: got[name] for name in ("Completeness", "Duplicates", "Protection", "Revisions")} == {
        "Completeness": "See Table T14.1.",
        "Duplicates": "No open question about who is the same person changes this count. See Table T14.4.",
        "Protection": "Numbers that could point to a person are withheld and marked [c].",
        "Revisions": "No figure of this report is marked as revised.",
    }
    unsure = edition(("T14.4", "| measure=LOW | measure=HIGH\nrole=victim | c | 36"), settings={"final": True})
    assert box_of(page(unsure.render()["report.en.html"]))["Duplicates"] == "See Table T14.4."
    assert restricted["Protection"] == "None: this edition holds exact figures and is for readers bound to secrecy."


def test_suspects_stand_in_where_convictions_are_withheld(
    edition: Callable[..., Any], page: Callable[[str], Any]
) -> None:
    """The fourth card shows what may be printed; a range that does not hold the figure is left out."""
    tables = (
        ("T0.1", "| measure=CURRENT | measure=PREVIOUS\nindicator=REGISTERED | 36~ | 33~\n"
                 "indicator=CONVICTED | c | 3~\nindicator=SUSPECTS | 48~p | :"),
        ("T14.4", "| measure=LOW | measure=HIGH\nrole=victim | 40 | 45"),
    )  # fmt: skip

    root = page(edition(*tables).render()["report.en.html"])

    assert [[part.text for part in card.all("p")] for card in root.all("li", class_="card")] == [
        ["REGISTERED label", "36", "33 in 2024"],
        ["SUSPECTS label", "48 [p]", "no comparable earlier figure"],
    ]


def test_the_note_of_the_council_of_europe(edition: Callable[..., Any], page: Callable[[str], Any]) -> None:
    """The setting coe prints the other note."""
    root = page(edition(*TABLES, settings={"status_note": "coe"}).render()["report.en.html"])

    note = root.all("header")[0].all("p", class_="small")[0].text
    assert note.startswith("* All references to Kosovo, whether to the territory, institutions or population")


def test_languages_that_are_not_ours_are_refused(edition: Callable[..., Any]) -> None:
    """A report in no language, or in an unknown one, is a wrong setting."""
    with pytest.raises(ConfigurationError, match="no report in the language de"):
        edition(*TABLES).render("de")

"""Three languages and two scripts."""

from datetime import date

import pytest

from atstats.language import collation_key, format_date, format_number, transliterate


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Ljubav i njegov džep", "Љубав и његов џеп"),
        ("Đakovica, Šabac, ćošak", "Ђаковица, Шабац, ћошак"),
        ("PVPT i {n} lica", "PVPT и {n} лица"),
        ("<b>žrtve</b>", "<b>жртве</b>"),
        ("Excel i T2.1", "Excel и T2.1"),
        ("razlog u notes.csv i u reference/law.csv.", "разлог у notes.csv и у reference/law.csv."),
    ],
)
def test_serbian_latin_becomes_cyrillic_and_codes_stay(latin: str, cyrillic: str) -> None:
    """Digraphs are one letter; codes, braces, tags, file names and foreign words are left alone."""
    assert transliterate(latin) == cyrillic


def test_albanian_municipalities_stand_in_the_order_of_the_albanian_alphabet() -> None:
    """Gj follows g, and sh follows s: a binary sort puts both wrong."""
    names = ["Shtime", "Gjilan", "Suharekë", "Graçanicë", "Shtërpcë", "Skënderaj", "Fushë Kosovë", "Gjakovë"]

    got = sorted(names, key=lambda name: collation_key(name, "sq"))

    assert got == [
        "Fushë Kosovë", "Graçanicë", "Gjakovë", "Gjilan", "Skënderaj", "Suharekë", "Shtërpcë", "Shtime",
    ]  # fmt: skip


def test_serbian_digraphs_are_letters_of_their_own() -> None:
    """Ljubljana follows Lvov, Njegoš follows Nušić."""
    names = ["Ljubljana", "Lvov", "Njegoš", "Nušić"]

    assert sorted(names, key=lambda name: collation_key(name, "sr")) == [
        "Lvov",
        "Ljubljana",
        "Nušić",
        "Njegoš",
    ]


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "12,345.7"), ("sq", "12\N{NO-BREAK SPACE}345,7"), ("sr", "12.345,7"), ("sr-cyrl", "12.345,7")],
)
def test_numbers_are_written_as_the_language_writes_them(language: str, written: str) -> None:
    """A half is rounded up, not to the even neighbour."""
    assert format_number(12345.65, language, decimals=1) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "30 June 2026"),
        ("sq", "30 qershor 2026"),
        ("sr", "30. jun 2026."),
        ("sr-cyrl", "30. јун 2026."),
    ],
)
def test_dates_have_the_month_in_words(language: str, written: str) -> None:
    """Serbian ends a date with a full stop."""
    assert format_date(date(2026, 6, 30), language) == written

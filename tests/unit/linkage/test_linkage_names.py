"""Names, numbers and case keys come to one spelling whatever script wrote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atstats.language import transliterate
from atstats.linkage.names import (
    fold,
    loosen,
    normalise_key,
    normalise_name,
    normalise_number,
    number_shape,
    skeleton,
)


@pytest.mark.parametrize(
    ("spellings", "folded"),
    [
        (("Shqipe", "Šćipe", "Шћипе", "SHQIPE "), {"scipe"}),
        (("Gjoni", "Đoni", "Ђони", "Djoni"), {"joni"}),
        (("Llapashtica", "Lapaštica", "Љапаштица"), {"lapastica"}),
        (("Xhevahire", "Dževahira", "Џевахира"), {"jevahire", "jevahira"}),
        (("Hyseni", "Huseini", "Хисени"), {"hiseni", "huseini"}),
        (("Zhegrova", "Žegrova", "Жегрова"), {"zegrova"}),
        (("Thaçi", "Tači", "Тачи"), {"taci"}),
        (("Ќазим", "Qazim", "Ćazim"), {"cazim"}),
        (("Gülşen Öztürk", "GULSEN  OZTURK", "gulsen-ozturk"), {"gulsen ozturk"}),
    ],
)
def test_k02_spellings_of_one_name_fold_to_one_form(spellings: tuple[str, ...], folded: set[str]) -> None:
    """Albanian, Serbian in two scripts, Macedonian and Turkish letters are one spelling after folding."""
    assert {fold(normalise_name(each) or "") for each in spellings} == folded


def test_k02_vowels_that_scripts_write_apart_are_near_in_the_loose_form() -> None:
    """Xhevahire and Џевахира are equal without the last vowel; Huseini keeps one letter more than Hyseni."""
    assert loosen("jevahire") == loosen("jevahira") == "jevahir"
    assert (loosen("hiseni"), loosen("huseini")) == ("hisen", "hisein")


@pytest.mark.parametrize("nothing", [None, "", "  ", "UNK", "NA", "REF", "N.N.", "n n", "---", "123", "Nepoznata"])
def test_what_says_no_name_is_blank(nothing: str | None) -> None:
    """Special values, placeholders and marks are no names."""
    assert normalise_name(nothing, blanks={"n n", "nepoznata"}) is None


def test_apostrophes_join_and_marks_divide_words() -> None:
    """O'Brien is one word, a double name two, and a decomposed letter is the composed one."""
    assert normalise_name("O'Brien-Krasniqi") == "obrien krasniqi"
    assert normalise_name("Blerim C\u0327ela") == normalise_name("Blerim Çela") == "blerim cela"


def test_a_skeleton_is_the_first_letter_and_consonants() -> None:
    """Five characters at most; it serves blocking only."""
    assert [skeleton(each) for each in ("jevahire", "arta", "krasnici", "")] == ["jvhr", "art", "krsnc", ""]


@given(st.text(alphabet="abcčćdđefghijklmnoprsštuvzž", min_size=1, max_size=12))
def test_a_serbian_name_folds_the_same_in_both_scripts(name: str) -> None:
    """What Latin letters say, Cyrillic letters say."""
    in_cyrillic = transliterate(name)

    assert fold(normalise_name(in_cyrillic) or "") == fold(normalise_name(name) or "")


@given(st.text(max_size=20))
def test_normalising_twice_changes_nothing(name: str) -> None:
    """A normalised name is a fixed point: lower case Latin words with one blank between them."""
    once = normalise_name(name)

    assert once is None or normalise_name(once) == once or once in ("unk", "na", "ref")
    assert once is None or set(once) <= set("abcdefghijklmnopqrstuvwxyz ")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1234 5678-90", None),
        ("123 456 7899", "1234567899"),
        ("123456789", None),
        ("234567891", "0234567891"),
        ("i05101999k", "I05101999K"),
        ("101990710006", "0101990710006"),
        ("0000000000", None),
        ("77", None),
        ("UNK", None),
        (None, None),
    ],
)
def test_numbers_lose_blanks_and_placeholders(typed: str | None, number: str | None) -> None:
    """A zero that Excel dropped comes back; one digit over and over, or digits in order, identify nobody."""
    assert normalise_number(typed) == number


def test_only_numbers_of_one_kind_have_one_shape() -> None:
    """Ten digits of Kosovo, thirteen of a JMBG and letters of Albania are three kinds."""
    assert len({number_shape(each) for each in ("1234567899", "0101990710006", "I05101999K")}) == 3
    assert number_shape("1234567899") == number_shape("0234567891")


def test_case_numbers_differ_by_letters_and_digits_only() -> None:
    """Blanks, dots and dashes are one mark."""
    assert normalise_key(" pp.nr 12-2025 ") == normalise_key("PP NR 12/2025") == "PP/NR/12/2025"
    assert [normalise_key(each) for each in (None, "NA", " - ")] == [None, None, None]

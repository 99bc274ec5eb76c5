"""Bring names, numbers and case keys to one spelling, whatever script and keyboard wrote them.

A name is kept in three forms. *Normalised*: lower case Latin without diacritics, one blank
between words. *Folded*: the digraphs of Albanian, Serbian and Macedonian that write one sound
are one letter, so that Shqipe and Šćipe are equal. *Loose*: i, u and y are one vowel and a last
vowel is dropped, so that Hyseni and Huseini are near. A *skeleton* is the first letter and the
consonants of a word, five characters at most; it serves blocking only.

Source of the pairs of letters: the orthographies of Albanian, Serbian and Macedonian.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from atstats.vocabulary import SPECIAL_VALUES

__all__ = ["fold", "loosen", "normalise_key", "normalise_name", "normalise_number", "number_shape", "skeleton"]

_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "đ", "е": "e", "ж": "ž", "з": "z", "и": "i", "ј": "j",
    "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "ћ": "ć", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "č", "џ": "dž", "ш": "š", "ѓ": "gj", "ѕ": "dz", "ќ": "kj",
    "й": "j", "ы": "y", "э": "e", "ю": "ju", "я": "ja", "щ": "sc", "ь": "", "ъ": "", "і": "i", "ї": "ji", "є": "je",
    "ґ": "g", "ѐ": "e", "ѝ": "i", "ё": "jo",
}  # fmt: skip
_CYRILLIC = str.maketrans(_LATIN)
_WHOLE_LETTERS = str.maketrans({"đ": "dj", "ð": "d", "ı": "i", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe"})
_DIGRAPHS = (
    ("xh", "j"), ("dz", "j"), ("dj", "j"), ("gj", "j"), ("x", "j"),
    ("sh", "s"), ("zh", "z"), ("ch", "c"), ("kj", "c"), ("q", "c"),
    ("th", "t"), ("dh", "d"), ("nj", "n"), ("lj", "l"), ("y", "i"), ("w", "v"),
)  # fmt: skip
_DOUBLED = re.compile(r"([a-z])\1+")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")
_VOWELS = frozenset("aeiou")
_SKELETON_LENGTH = 5
_KOSOVO_DIGITS = 10
_JMBG_DIGITS = 13


def normalise_name(name: str | None, *, blanks: Collection[str] = ()) -> str | None:
    """A name in lower case Latin letters, words apart by one blank; None where it says nothing.

    Args:
        name: As typed, in Latin or Cyrillic script.
        blanks: Normalised texts that stand for an unknown name ("n n").
    """
    if name is None or name.strip() in SPECIAL_VALUES:
        return None
    # NFC first: a letter typed as base and accent (đ never is) becomes one character of the tables.
    text = unicodedata.normalize("NFC", name).lower().translate(_CYRILLIC).translate(_WHOLE_LETTERS)
    text = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    text = text.replace("'", "").replace("’", "").replace("`", "")
    text = _NOT_LETTERS.sub(" ", text).strip()
    return None if not text or text in blanks else text


@cache
def fold(normalised: str) -> str:
    """A normalised name with one letter for one sound: xhevahire and dzevahire are jevahire."""
    for digraph, letter in _DIGRAPHS:
        normalised = normalised.replace(digraph, letter)
    return _DOUBLED.sub(r"\1", normalised)


@cache
def loosen(folded: str) -> str:
    """A folded name with one letter for i and u and without a last vowel, word by word."""
    words = folded.replace("u", "i").split(" ")
    return " ".join(word[:-1] if len(word) > 3 and word[-1] in _VOWELS else word for word in words)


@cache
def skeleton(folded: str) -> str:
    """First letter and consonants of a folded word, five characters at most."""
    word = folded.replace(" ", "")
    return (word[:1] + "".join(each for each in word[1:] if each not in _VOWELS))[:_SKELETON_LENGTH]


def normalise_number(number: str | None) -> str | None:
    """A personal or document number in capitals and digits; None for a placeholder.

    A leading zero that Excel dropped is restored: nine digits become ten, twelve thirteen.
    """
    if number is None or number.strip() in SPECIAL_VALUES:
        return None
    text = _NOT_ALPHANUMERIC.sub("", number.upper())
    if text.isdigit() and len(text) in (_KOSOVO_DIGITS - 1, _JMBG_DIGITS - 1):
        text = f"0{text}"
    # ID-03: one digit over and over, or the digits in order, identify nobody.
    if len(text) < 4 or len(set(text)) == 1 or text in "01234567890123456789":
        return None
    return text


def number_shape(number: str) -> str:
    """Which kind of number it is: its digits and letters, so that only equal kinds are compared.

    One person may hold a Kosovo number, an older JMBG and a number of Albania; that they differ
    says nothing.
    """
    return "".join("9" if each.isdigit() else "A" for each in number)


def normalise_key(key: str | None) -> str | None:
    """A case number in capitals with one "/" wherever something else than letters and digits stood."""
    if key is None or key.strip() in SPECIAL_VALUES:
        return None
    return _NOT_ALPHANUMERIC.sub("/", key.upper()).strip("/") or None

"""Recognise a name however it is typed: case, accents, script and punctuation do not matter."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

__all__ = ["fold", "folded_names", "nearest"]

_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "d", "е": "e", "ж": "z", "з": "z",
    "и": "i", "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "у": "u", "ф": "f", "х": "h", "ц": "c",
    "ч": "c", "џ": "dz", "ш": "s", "ѓ": "d", "ќ": "c", "ѕ": "dz", "đ": "d", "ı": "i", "ł": "l", "ø": "o",
}  # fmt: skip
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_NEAR = 72.0
"""Smallest share of equal letters, in per cent, at which a known name is suggested."""


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower-case Latin letters and digits, words divided by one space: "Џевахира" is "dzevahira"."""
    lower = text.casefold()
    if lower.isascii():
        return _NOT_A_WORD.sub(" ", lower.replace("dj", "d")).strip()
    latin = "".join(_LATIN.get(letter, letter) for letter in lower)
    plain = "".join(c for c in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(c))
    plain = plain.replace("đ", "d").replace("dj", "d")
    return _NOT_A_WORD.sub(" ", plain).strip()


def folded_names(names: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], frozenset[str]]:
    """Folded name -> the key that it stands for, and the folded names that stand for several.

    Args:
        names: key -> every name under which it is known. A key always stands for itself.
    """
    known = {fold(key): key for key in names}
    ambiguous = set()
    for key, others in names.items():
        for other in others:
            folded = fold(other)
            if not folded:
                continue
            if known.setdefault(folded, key) != key and folded not in map(fold, names):
                ambiguous.add(folded)
    return {folded: key for folded, key in known.items() if folded not in ambiguous}, frozenset(ambiguous)


def nearest(text: str, known: Mapping[str, str]) -> str:
    """The key whose folded name is nearest, or "" when nothing is near.

    Args:
        text: what was typed.
        known: folded name -> key; of equally near names the first counts.
    """
    found = process.extractOne(fold(text), list(known), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return known[found[0]] if found else ""

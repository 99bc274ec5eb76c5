"""Three languages and two scripts: catalogues, numbers, dates, order of names, transliteration.

Findings, blank workbooks, terminal and report all speak through this module.
Source of the alphabets: the orthographies of Albanian (36 letters) and Serbian (30 letters).
"""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from atstats.errors import ConfigurationError

__all__ = [
    "catalogue",
    "collation_key",
    "format_date",
    "format_number",
    "html_language",
    "locale_name",
    "transliterate",
]

_LOCALES = {"en": "en_GB", "sq": "sq_XK", "sr": "sr_Latn_XK", "sr-cyrl": "sr_Cyrl_XK"}
_HTML = {"en": "en", "sq": "sq", "sr": "sr-Latn", "sr-cyrl": "sr-Cyrl"}

_ALPHABETS = {
    "sq": "a b c ç d dh e ë f g gj h i j k l ll m n nj o p q r rr s sh t th u v x xh y z zh",
    "sr": "a b c č ć d dž đ e f g h i j k l lj m n nj o p r s š t u v z ž",
    "en": "a b c d e f g h i j k l m n o p q r s t u v w x y z",
}

_CYRILLIC = {
    "lj": "љ", "nj": "њ", "dž": "џ", "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "đ": "ђ",
    "e": "е", "ž": "ж", "z": "з", "i": "и", "j": "ј", "k": "к", "l": "л", "m": "м", "n": "н",
    "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "ć": "ћ", "u": "у", "f": "ф", "h": "х",
    "c": "ц", "č": "ч", "š": "ш",
}  # fmt: skip


_KEPT = re.compile(r"(<[^>]*>|\{[^}]*\}|\b[\w/-]+\.(?:csv|toml|xlsx|md|html|json)\b)")
"""A tag, a place to be filled, or the name of a file with its folder."""


def locale_name(language: str) -> str:
    """The CLDR locale of one of our languages: "sq" is Albanian as written in Kosovo."""
    return _LOCALES[language]


def html_language(language: str) -> str:
    """The BCP 47 tag of one of our languages."""
    return _HTML[language]


def transliterate(latin: str) -> str:
    """Serbian Latin text in Cyrillic; tokens that are codes, in braces or in tags stay as they are.

    A word that holds a digit, an underscore, or a Latin letter foreign to Serbian (q, w, x, y)
    is left alone: it is a code or a foreign word. So is the name of a file (notes.csv).
    """
    parts = _KEPT.split(latin)
    return "".join(part if place % 2 else _cyrillic(part) for place, part in enumerate(parts))


def _cyrillic(latin: str) -> str:
    pieces: list[str] = []
    word = ""
    for character in latin:
        if character.isalnum() or character == "_":
            word += character
            continue
        pieces += (_cyrillic_word(word), character)
        word = ""
    return "".join([*pieces, _cyrillic_word(word)])


def _cyrillic_word(word: str) -> str:
    lower = word.lower()
    if not word or any(c.isdigit() or c in "_qwxy" for c in lower):
        return word
    if len(word) > 1 and word.isupper() and word.isascii():
        return word  # an abbreviation or a code: PVPT, SEX
    out: list[str] = []
    position = 0
    while position < len(word):
        pair = lower[position : position + 2]
        piece = pair if pair in _CYRILLIC else lower[position]
        letter = _CYRILLIC.get(piece, word[position])
        out.append(letter.upper() if word[position].isupper() else letter)
        position += len(piece) if piece in _CYRILLIC else 1
    return "".join(out)


def collation_key(text: str, language: str) -> tuple[int, ...]:
    """A sort key by the alphabet of the language: in Albanian sh follows s, gj follows g."""
    order = _order("sr" if language == "sr-cyrl" else language)
    key: list[int] = []
    lower = text.lower()
    position = 0
    while position < len(lower):
        pair = lower[position : position + 2]
        piece = pair if len(pair) == 2 and pair in order else lower[position]
        key.append(order.get(piece, 1000 + ord(piece[0]) if piece.isalpha() else 0))
        position += len(piece)
    return tuple(key)


@cache
def _order(language: str) -> dict[str, int]:
    return {letter: place for place, letter in enumerate(_ALPHABETS[language].split(), start=1)}


def format_number(value: float | Decimal, language: str, *, decimals: int = 0) -> str:
    """A number as the language writes it, halves rounded up (0.945 with two decimals is 0.95)."""
    from babel.numbers import format_decimal

    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(rounded, format=pattern, locale=_LOCALES[language]))


def format_date(day: date, language: str) -> str:
    """A date with the month in words: 30 June 2026, 30 qershor 2026, 30. jun 2026."""
    from babel.dates import format_date as babel_format

    pattern = "d. MMMM y." if language.startswith("sr") else "d MMMM y"
    return str(babel_format(day, format=pattern, locale=_LOCALES[language]))


def catalogue(folder: Path, language: str) -> NullTranslations:
    """The gettext catalogue of the report's own words, compiled in memory from its .po file.

    Args:
        folder: `report_templates/locale`.
        language: en needs no catalogue; sr-cyrl is derived from sr.

    Raises:
        ConfigurationError: the catalogue is missing or cannot be read.
    """
    if language == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    source = "sr" if language == "sr-cyrl" else language
    path = folder / source / "LC_MESSAGES" / "report.po"
    try:
        with path.open("rb") as stream:
            messages = read_po(stream, locale=source, abort_invalid=True)
    except (OSError, PoFileError, ValueError):
        raise ConfigurationError(
            f"the catalogue {path.name} for {source} cannot be read",
            hint="Restore it or choose another --templates.",
        ) from None
    if language == "sr-cyrl":
        for message in messages:
            if message.id and message.string:
                message.string = (
                    transliterate(message.string)
                    if isinstance(message.string, str)
                    else tuple(transliterate(form) for form in message.string)
                )
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)

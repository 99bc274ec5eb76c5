"""What a value of a TOML file must be, written down once a file and held against it before anything reads it.

A form reads a value, tells every fault with its key, and gives back what can be used: what it gives is
of the right type whatever the file said, so that nobody after it needs to ask again.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from atstats.schema.model import Labels

__all__ = [
    "LANGUAGES",
    "NAME",
    "AnyOf",
    "Day",
    "Entries",
    "Fault",
    "Flag",
    "Form",
    "Free",
    "Keys",
    "Number",
    "Several",
    "Style",
    "Text",
    "Words",
]

LANGUAGES = ("en", "sq", "sr")

_PLACE = re.compile(r"\{(\w+)\}")

Fault = Callable[[str, str], None]
"""Takes a key and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a name or a code is written."""

    pattern: str
    words: str
    """What is said where one is written otherwise: "must be ..."."""


NAME = Style(r"[a-z][a-z0-9_]*", "of small letters, digits and _, a letter first")
"""Machine keys: columns, sheets, dimensions, populations."""


class Form(Protocol):
    """What a value must be."""

    @property
    def blank(self) -> Any:
        """What stands for a value that is missing or wrong where one is required."""

    def read(self, given: Any, key: str, fault: Fault) -> Any:
        """The value as it can be used; None, which TOML does not know, where nothing can."""


class _Value(ABC):
    """A form of one value, which is used as it stands or not at all."""

    __slots__ = ()

    @abstractmethod
    def wrong(self, given: Any) -> str:
        """What is wrong with the value; "" where nothing is."""

    def read(self, given: Any, key: str, fault: Fault) -> Any:
        """The value, if nothing is wrong with it."""
        wrong = self.wrong(given)
        if wrong:
            fault(key, wrong)
            return None
        return given


@dataclass(frozen=True, slots=True)
class Text(_Value):
    """A text: any that is not blank, one of some, or one of a style."""

    among: tuple[str, ...] = ()
    style: Style | None = None
    empty: bool = False
    """Whether it may be blank."""
    blank: str = ""

    def wrong(self, given: Any) -> str:
        """No text, or not one of those allowed."""
        if self.among:
            listed = isinstance(given, str) and given in self.among
            return "" if listed else f"must be one of {', '.join(self.among)}"
        if not isinstance(given, str) or not (self.empty or given.strip()):
            return "must be a text"
        fits = self.style is None or re.fullmatch(self.style.pattern, given)
        return "" if fits or self.style is None else f"must be {self.style.words}"


@dataclass(frozen=True, slots=True)
class Flag(_Value):
    """true or false."""

    blank: bool = False

    def wrong(self, given: Any) -> str:
        """Neither of the two."""
        return "" if isinstance(given, bool) else "must be true or false"


@dataclass(frozen=True, slots=True)
class Number(_Value):
    """A number within bounds."""

    whole: bool = False
    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf
    """The number must be larger."""
    blank: int = 0

    def wrong(self, given: Any) -> str:
        """No number, or one out of bounds."""
        if isinstance(given, bool) or not isinstance(given, int if self.whole else (int, float)):
            return "is not a whole number" if self.whole else "is not a number"
        if math.isfinite(given) and self.least <= given <= self.most and given > self.above:
            return ""
        bounds = (("at least", self.least), ("above", self.above), ("at most", self.most))
        said = " and ".join(f"{words} {bound:.10g}" for words, bound in bounds if math.isfinite(bound))
        return f"must be {said or 'finite'}"


@dataclass(frozen=True, slots=True)
class Day(_Value):
    """A day, without a time of day."""

    blank: None = None

    def wrong(self, given: Any) -> str:
        """No day: a text that looks like one is none, nor is a moment."""
        good = isinstance(given, date) and not isinstance(given, datetime)
        return "" if good else "is not a date (YYYY-MM-DD, without quotes and without a time)"


@dataclass(frozen=True, slots=True)
class Free:
    """Any value: a cell of an example."""

    blank: str = ""

    def read(self, given: Any, key: str, fault: Fault) -> Any:  # noqa: ARG002 -- a form that finds no fault
        """The value as it stands."""
        return given


@dataclass(frozen=True, slots=True)
class AnyOf(_Value):
    """A value of one of several forms."""

    forms: tuple[_Value, ...]
    blank: None = None

    def wrong(self, given: Any) -> str:
        """It is of none of them."""
        told = [form.wrong(given) for form in self.forms]
        return " or ".join(told) if all(told) else ""


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the three languages."""

    places: frozenset[str] | None = frozenset()
    """The names that may stand in braces, to be filled in later; None for any, the same in each language."""
    one_for_all: bool = False
    """Whether a text alone stands for all three: whoever writes only for itself may write in its own language."""

    @property
    def blank(self) -> Labels:
        """No words."""
        return Labels("", "", "")

    def read(self, given: Any, key: str, fault: Fault) -> Labels | None:
        """The three texts."""
        if self.one_for_all and isinstance(given, str):
            given = dict.fromkeys(LANGUAGES, given)
        said = [given.get(language) for language in LANGUAGES] if isinstance(given, Mapping) else []
        texts = [text for text in said if isinstance(text, str) and text.strip()]
        if len(texts) < len(LANGUAGES):
            fault(key, "needs a text in en, sq and sr")
            return None
        unknown = sorted(set(given) - set(LANGUAGES))
        if unknown:
            fault(key, f"has the unknown key(s) {', '.join(unknown)}")
        self._check_places(texts, key, fault)
        return Labels(*texts)

    def _check_places(self, texts: list[str], key: str, fault: Fault) -> None:
        named = [frozenset(_PLACE.findall(text)) for text in texts]
        for language, text, names in zip(LANGUAGES, texts, named, strict=True):
            if set("{}") & set(_PLACE.sub("", text)):
                fault(f"{key}.{language}", "has a brace without its partner")
            unknown = sorted(names - (named[0] if self.places is None else self.places))
            if unknown:
                allowed = sorted(named[0] if self.places is None else self.places)
                told = f"; it may have {', '.join(f'{{{name}}}' for name in allowed)}" if allowed else ""
                fault(f"{key}.{language}", f"has the unknown placeholder {{{unknown[0]}}}{told}")
        if self.places is None and len(set(named)) > 1:
            fault(key, "has other placeholders in one language than in another")


@dataclass(frozen=True, slots=True)
class Several:
    """A list, each of whose items is of one form."""

    form: Form
    least: int = 0
    most: int | None = None
    named_by: str = ""
    """The key of an item that names it in a fault; without it, its number."""
    blank: list[Any] = field(default_factory=list)

    def read(self, given: Any, key: str, fault: Fault) -> list[Any] | None:
        """The items that can be used."""
        if not isinstance(given, list):
            fault(key, "must be a list")
            return None
        if len(given) < self.least:
            fault(key, "is empty" if not given else f"needs {self.least} items")
        if self.most is not None and len(given) > self.most:
            fault(key, f"has more than {self.most} items")
        items = [self.form.read(each, self._place(each, number, key), fault) for number, each in enumerate(given)]
        return [item for item in items if item is not None]

    def _place(self, given: Any, number: int, key: str) -> str:
        name = given.get(self.named_by) if isinstance(given, Mapping) and self.named_by else None
        return f"{key}.{name}" if isinstance(name, str) and name else f"{key}[{number}]"


@dataclass(frozen=True, slots=True)
class Entries:
    """A table whose keys are names that the file chooses, each value of one form."""

    form: Form
    least: int = 0
    naming: Style | None = None
    """How a name is written; none: as one likes."""
    blank: Mapping[str, Any] = field(default_factory=dict)

    def read(self, given: Any, key: str, fault: Fault) -> dict[str, Any] | None:
        """The entries that can be used."""
        if not isinstance(given, Mapping):
            fault(key, "must be a table")
            return None
        if len(given) < self.least:
            fault(key, "is empty")
        entries = {}
        for name, each in given.items():
            place = below(key, name)
            if self.naming and not re.fullmatch(self.naming.pattern, name):
                fault(place, f"is a name, which must be {self.naming.words}")
                continue
            value = self.form.read(each, place, fault)
            if value is not None:
                entries[name] = value
        return entries


@dataclass(frozen=True, slots=True)
class Keys:
    """A table with known keys, and perhaps others."""

    required: Mapping[str, Form]
    """Key -> form; the blank of the form stands for one that is missing or wrong."""
    optional: Mapping[str, Form] = field(default_factory=dict)
    """Key -> form; one that is wrong is left out."""
    others: Entries | None = None
    """What every other key must be; none: there may be no other."""
    stray: str = ""
    """What a line at the top, where only headings stand, is told; empty: that its key is unknown."""

    @property
    def blank(self) -> dict[str, Any]:
        """The blanks of the required keys."""
        return {key: form.blank for key, form in self.required.items()}

    def read(self, given: Any, key: str, fault: Fault) -> dict[str, Any] | None:
        """The required keys and those of the optional ones that are given."""
        if not isinstance(given, Mapping):
            fault(key, "must be a table")
            return None
        table = self.blank
        others = {name: each for name, each in given.items() if name not in {*self.required, *self.optional}}
        if self.others:
            table |= self.others.read(others, key, fault) or {}
        elif others and self.stray:
            for name in sorted(others):
                fault(below(key, name), self.stray)
        elif others:
            # A key that nothing reads is a slip of the keyboard that would be lost.
            fault(key, f"has the unknown key(s) {', '.join(sorted(others))}")
        for name, form in {**self.required, **self.optional}.items():
            if name not in given:
                if name in self.required:
                    fault(below(key, name), "is missing")
                continue
            value = form.read(given[name], below(key, name), fault)
            if value is not None:
                table[name] = value
        return table


def below(key: str, name: str) -> str:
    """The key of an entry in the table of another key."""
    return f"{key}.{name}" if key else name

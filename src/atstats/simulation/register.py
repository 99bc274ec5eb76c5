"""Who is expected to send, who sends nothing, and what the office notes about it.

The sample has three agencies of its own beside the register of the schema: an organisation before
and after it changes its name, and a shelter that closes for good.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from atstats.schema import Schema
from atstats.simulation.timeline import NGO_BEFORE, NGO_NOW, Timeline

__all__ = ["Register", "jumps", "workbook_of"]

_MISSING = "WWC"
"""K29: this shelter sends nothing for the first year, and gives a reason."""


_N_ASKED_ABOUT = 5
"""A change of more persons than this needs a word."""
_N_FOR_A_SHARE = 10
"""From so many on, a change by more than half needs one too."""


_KINDS = {NGO_BEFORE: "ngo", NGO_NOW: "ngo", "SHELTER_SAMPLE": "shelter"}
"""The sample's own agencies and what they are; each sends the workbook of its kind."""


def workbook_of(agency: str, schema: Schema) -> str:
    """What an agency of the schema or of the sample sends."""
    return _KINDS[agency] if agency in _KINDS else schema.agencies[agency].workbook


class Register:
    """The agencies of the schema and the sample's own."""

    def __init__(self, timeline: Timeline, schema: Schema) -> None:
        self.timeline = timeline
        self.schema = schema
        renamed = date(timeline.first, 12, 31)
        self._own: tuple[tuple[str, Mapping[str, str], date | None, date | None], ...] = (
            (
                NGO_BEFORE,
                {"en": "organisation, old name", "sq": "organizata, emri i vjetër", "sr": "organizacija, stari naziv"},
                None,
                renamed,
            ),
            (
                NGO_NOW,
                {"en": "organisation", "sq": "organizata", "sr": "organizacija"},
                date(timeline.first + 1, 1, 1),
                None,
            ),
            (
                "SHELTER_SAMPLE",
                {"en": "shelter that closes", "sq": "strehimore që mbyllet", "sr": "sklonište koje se zatvara"},
                None,
                timeline.closing_day,
            ),
        )

    def silent(self, year: int, sent: set[str]) -> Iterator[tuple[str, str]]:
        """The expected agencies that have nothing to report, and their workbooks."""
        expected = {
            agency.code: agency.workbook for agency in self.schema.agencies.values() if agency.expected_in(year)
        }
        for code, _, begun, ended in self._own:
            if (begun is None or begun.year <= year) and (ended is None or year <= ended.year):
                expected[code] = _KINDS[code]
            else:
                expected.pop(code, None)
        for code, workbook in expected.items():
            if code not in sent and not (code == _MISSING and year == self.timeline.first):
                yield code, workbook

    def notes(self, year: int, *, revised: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
        """The reasons that rules ask for: about, key, reason."""
        notes = []
        if year == self.timeline.first:
            notes.append(("missing_agency", _MISSING, "SAMPLE: the shelter had no staff for reporting"))
            heavy = "SAMPLE: thirteen victims were found in one raid"
            notes.append(("YR-03", f"KP_THB_{year}.xlsx", heavy))
        if len(revised) > 1:
            notes += [("revision", file, "SAMPLE: two cases entered in error, one came late") for file in revised]
        return tuple(notes)

    def own(self) -> str:
        """The collection's own `agencies.toml`."""
        lines = ["# Agencies of this made-up collection alone. SAMPLE: none of them exists.", "[agencies]"]
        for code, label, begun, ended in self._own:
            words = ", ".join(f'{language} = "SAMPLE {text}"' for language, text in label.items())
            more = [f"valid_from = {begun}"] if begun else []
            more += [f"valid_to = {ended}"] if ended else []
            more += [f'successor = "{NGO_NOW}"'] if code == NGO_BEFORE else []
            lines.append(f'{code} = {{kind = "{_KINDS[code]}", label = {{{words}}}, {", ".join(more)}}}')
        return "\n".join([*lines, ""])


def jumps(
    before: Iterable[tuple[str, str, int, str]], now: Iterable[tuple[str, str, int, str]], *, year: int
) -> tuple[tuple[str, str, str], ...]:
    """A reason for each sheet with many more or fewer victims than in the year before (YR-01).

    Args:
        before: the truth of the year before.
        now: the truth of the year.
        year: the year.
    """
    then, today = _persons(before, year - 1), _persons(now, year)
    reason = "SAMPLE: each year has other awkward cases, and the trials of the year before"
    return tuple(
        ("YR-01", f"{agency} {sheet}", reason)
        for agency, sheet in sorted(then.keys() & today.keys())
        if _jumps(len(then[agency, sheet]), len(today[agency, sheet]))
    )


def _persons(truth: Iterable[tuple[str, str, int, str]], year: int) -> Mapping[tuple[str, str], set[str]]:
    persons: dict[tuple[str, str], set[str]] = defaultdict(set)
    for file, sheet, _, person in truth:
        if person.startswith("V"):
            persons[file.rpartition(f"_{year}")[0], sheet].add(person)
    return persons


def _jumps(then: int, today: int) -> bool:
    change = abs(today - then)
    return change > _N_ASKED_ABOUT or (then >= _N_FOR_A_SHARE and change > then / 2)

"""What the schemas say about a code list, a single code in every list that has it, and a file of reference data."""

from collections.abc import Iterator, Sequence

from atstats.codebook.entries import Entry, Grid, Voice, as_text, filled, in_languages
from atstats.schema import Code, CodeList
from atstats.schema.registers import CROSSWALKS

__all__ = ["code_entry", "code_list_entry", "codes_named", "reference_entry"]

_DECIDED = "decided here"
"""How a file marks what no source fixes."""
_REGISTER = "agencies.toml"
"""The source of codes that are agencies: the agency itself says which lists have it."""


def code_list_entry(codes: CodeList, voice: Voice) -> Entry:
    """A code list: its codes with labels, validity, crosswalks and groups, and who uses it."""
    users = [
        f"{sheet.record_type}.{column.name}"
        for sheet in voice.schema.sheets()
        for column in sheet.columns
        if column.codes == codes.id
    ]
    unchecked = sum(not code.checked for code in codes)
    sources = {_source(code, voice) for code in codes}
    facts = filled(
        [
            (voice.word("unchecked"), voice.word("of", part=unchecked, whole=len(codes.codes)) if unchecked else ""),
            (voice.word("source"), next(iter(sources)) if len(sources) == 1 else ""),
            (voice.word("used_by"), ", ".join(users)),
        ]
    )
    further = dict.fromkeys(name for code in codes for name in code.maps)  # in the order of the file
    mapped = [name for name in further if any(code.maps.get(name) for code in codes)]
    dated = any(code.valid_from or code.valid_to for code in codes)
    header = (voice.word("code"), *voice.label_header())
    if dated:
        header += (voice.word("valid_from"), voice.word("valid_to"))
    header += tuple(mapped)
    if len(sources) > 1:
        header += (voice.word("source"),)
    rows = []
    for code in codes:
        row = (code.code, *voice.shown(code.labels))
        if dated:
            row += (as_text(code.valid_from), as_text(code.valid_to))
        row += tuple(code.maps.get(name, "") for name in mapped)
        rows.append((*row, _source(code, voice)) if len(sources) > 1 else row)
    return voice.entry("code_list", codes.id, facts, Grid("", header, tuple(rows)))


def _source(code: Code, voice: Voice) -> str:
    """Where a code is from; works are cited as they are, and what no source fixes is said in words."""
    return code.source.replace(_DECIDED, voice.word("source_decided"))


def codes_named(name: str, voice: Voice) -> list[tuple[CodeList, Code]]:
    """The code of this name in each list that has it, agencies aside; capitals do not matter."""
    return [
        (codes, code)
        for codes in voice.schema.codelists.values()
        for code in codes
        if code.code.lower() == name and code.source != _REGISTER
    ]


def code_entry(found: Sequence[tuple[CodeList, Code]], voice: Voice) -> Entry:
    """A code in every list that has it: words, dates, crosswalks and groups, and the codes that it groups."""
    header = [voice.word("code_list"), *voice.label_header()]
    dated = any(code.valid_from or code.valid_to for _, code in found)
    header += [voice.word("valid_from"), voice.word("valid_to")] if dated else []
    columns = [
        (voice.word("crosswalks"), [_maps(code, crosswalks=True) for _, code in found]),
        (voice.word("groups"), [_maps(code, crosswalks=False) for _, code in found]),
        (voice.word("source"), [_source(code, voice) for _, code in found]),
    ]
    columns = [(heading, texts) for heading, texts in columns if any(texts)]
    rows = []
    for number, (codes, code) in enumerate(found):
        row = [codes.id, *voice.shown(code.labels)]
        row += [as_text(code.valid_from), as_text(code.valid_to)] if dated else []
        rows.append((*row, *(texts[number] for _, texts in columns)))
    validity = filled([(voice.word("valid"), "" if dated else voice.word("always"))])
    members = filled((voice.word("stands_for"), text) for codes, code in found for text in _members(codes, code, voice))
    header += [heading for heading, _ in columns]
    return voice.entry("code", found[0][1].code, Grid("", tuple(header), tuple(rows)), validity, members)


def _maps(code: Code, *, crosswalks: bool) -> str:
    """The further columns of a code: those of international classifications, or the others."""
    shown = [f"{name}: {text}" for name, text in code.maps.items() if text and (name in CROSSWALKS) is crosswalks]
    return "; ".join(shown)


def _members(codes: CodeList, code: Code, voice: Voice) -> Iterator[str]:
    """The codes of other lists that are put together under this one, in the column that has the name of its list."""
    for other in voice.schema.codelists.values():
        grouped = [each for each in other if each.maps.get(codes.id) == code.code]
        if grouped:
            names = ", ".join(f"{each.code} ({each.labels.of(voice.language)})" for each in grouped)
            yield f"{other.id} {names}"


def reference_entry(name: str, voice: Voice) -> Entry:
    """A file of reference data: what it holds, where it lies, and its lines under the keys of the file."""
    schema = voice.schema
    lines = schema.reference[name]
    label = schema.guidance.get(f"reference.{name}")
    facts = filled([(voice.word("file"), f"schemas/reference/{name}.csv"), (voice.word("lines"), str(len(lines)))])
    header = tuple(dict.fromkeys(key for line in lines for key in line))
    rows = tuple(tuple(line.get(key, "") for key in header) for line in lines)
    said = in_languages(voice, label) if label else ()
    return voice.entry("reference", name, *said, facts, Grid("", header, rows))

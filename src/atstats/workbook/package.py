"""The parts of a workbook: which sheets it names, where they stand, and what concerns it as a whole.

Two readers must see the same workbook. Whatever the fast reader would take otherwise than the
standard says (a part at another place, another encoding) makes a package not `plain`, and then
the exact reader reads it.
"""

import posixpath
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from atstats.frames import Fact
from atstats.workbook.even_rows import EvenRows, EvenTexts
from atstats.workbook.guard import DAMAGED, ENTITIES, LIMITS, Refused, UnsafeError

__all__ = ["Package", "Tab", "feed", "local", "open_package", "parser_for"]

_PIECE = 2**20
_PLAIN_PLACES = {
    "officeDocument": "xl/workbook.xml",
    "sharedStrings": "xl/sharedstrings.xml",
    "styles": "xl/styles.xml",
}
_UTF8 = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})
_MACRO_KINDS = frozenset({"vbaProject", "xlMacrosheet", "xlIntlMacrosheet"})
_TAB_KINDS = frozenset({"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
_MISSING = Refused("names a part that it does not hold", DAMAGED.hint)


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the workbook, in the order in which Excel shows them."""

    name: str
    part: str
    """Name of the part that holds its cells; empty for a tab without cells (a chart)."""
    state: str
    """visible, hidden or veryHidden."""


@dataclass(slots=True)
class Package:
    """What the parts of a workbook tell before any cell is read."""

    tabs: list[Tab] = field(default_factory=list)
    strings: str = ""
    """The part with the texts that cells share, "" if none."""
    styles: str = ""
    """The part with the formats of cells, "" if none."""
    date_1904: bool = False
    plain: bool = True
    """Whether the fast reader finds every part where it looks for it."""
    blank_texts: set[str] = field(default_factory=set)
    """Numbers, as cells write them, of the shared texts that are empty."""
    facts: list[Fact] = field(default_factory=list)


def open_package(archive: zipfile.ZipFile) -> Package:
    """Read the parts that say where everything stands.

    Raises:
        UnsafeError: a part that is named is not there, a sheet is named twice, or a stated count is false.
    """
    names = {name.lower(): name for name in archive.namelist()}
    package = Package()
    root = _relations(archive, "", package)
    workbook = next((part for kind, part in root.values() if kind == "officeDocument"), "")
    workbook = names.get(workbook.lower(), "")
    if not workbook:
        raise UnsafeError(DAMAGED)
    targets = _relations(archive, workbook, package)
    places = {kind: names.get(part.lower(), "") for kind, part in targets.values()}
    if not all(places.get(kind, "there") for kind in ("sharedStrings", "styles")):
        raise UnsafeError(_MISSING)  # without its formats a date is a number
    package.strings, package.styles = places.get("sharedStrings", ""), places.get("styles", "")
    for kind, usual in _PLAIN_PLACES.items():
        place = workbook if kind == "officeDocument" else places.get(kind, "")
        package.plain &= place.lower() == usual or (not place and usual not in names)
    _read_tabs(archive, workbook, targets, names, package)
    if package.strings:
        _check_strings(archive, package)
    if package.styles:
        package.plain &= feed(archive, package.styles, parser_for())
    kinds = {kind for kind, _ in targets.values()}
    _whole_facts(archive, names, kinds, package)
    return package


def parser_for() -> expat.XMLParserType:
    """An XML parser that stops at a document type; it also proves that a part is well formed."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _stop
    return parser


def _stop(*_: object) -> None:
    raise UnsafeError(ENTITIES)


def feed(
    archive: zipfile.ZipFile,
    part: str,
    parser: expat.XMLParserType,
    *,
    through: EvenRows | EvenTexts | None = None,
) -> bool:
    """Give a part to a parser piece by piece. True where it is written in UTF-8, as every office program does.

    Args:
        archive: the workbook.
        part: the part's name.
        parser: is told the elements.
        through: takes the pieces first, and gives the parser what it must see.
    """
    encodings: list[str] = []

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        encodings.append((encoding or "").lower())

    parser.XmlDeclHandler = declared
    with archive.open(part) as stream:
        piece = stream.read(_PIECE)
        wide = piece[:2] in (b"\xff\xfe", b"\xfe\xff")
        while piece:
            if through is None:
                parser.Parse(piece, False)
            else:
                through.feed(piece)
            piece = stream.read(_PIECE)
        if through is not None:
            through.finish()
        parser.Parse(b"", True)
    return not wide and all(each in _UTF8 for each in encodings)


def local(tag: str) -> str:
    """The name of an element or attribute without its prefix."""
    return tag.rpartition(":")[2]


def _relations(archive: zipfile.ZipFile, part: str, package: Package) -> dict[str, tuple[str, str]]:
    """Id -> kind and part of everything that a part refers to inside the workbook."""
    folder = posixpath.dirname(part)
    relations = posixpath.join(folder, "_rels", posixpath.basename(part) + ".rels")
    targets: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            place = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            kind = attributes.get("Type", "")
            if kind.startswith("http://purl.oclc.org/ooxml/") and not package.facts:
                package.facts.append(Fact("strict"))
            targets[attributes.get("Id", "")] = (kind.rpartition("/")[2], place)

    parser = parser_for()
    parser.StartElementHandler = start
    package.plain &= feed(archive, relations, parser)
    return targets


def _read_tabs(
    archive: zipfile.ZipFile,
    workbook: str,
    targets: dict[str, tuple[str, str]],
    names: dict[str, str],
    package: Package,
) -> None:
    unnamed = {relation for relation, (kind, _) in targets.items() if kind == "worksheet"}

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = local(tag)
        if tag == "workbookPr":
            package.date_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif tag == "sheet":
            relation = next((value for key, value in attributes.items() if local(key) == "id" and ":" in key), "")
            kind, place = targets.get(relation, ("", ""))
            part = names.get(place.lower(), "")
            if not part or kind not in _TAB_KINDS:
                raise UnsafeError(_MISSING)
            unnamed.discard(relation)
            part = part if kind == "worksheet" else ""
            package.tabs.append(Tab(attributes.get("name", ""), part, attributes.get("state", "visible")))

    parser = parser_for()
    parser.StartElementHandler = start
    package.plain &= feed(archive, workbook, parser)
    if unnamed or not package.tabs:
        raise UnsafeError(Refused("holds a sheet that it does not name", DAMAGED.hint))
    if len({tab.name.casefold() for tab in package.tabs}) < len(package.tabs):
        raise UnsafeError(Refused("has two sheets of the same name", "Rename one of them in Excel and save it again."))


def _check_strings(archive: zipfile.ZipFile, package: Package) -> None:
    """Hold the stated number of texts against the real one: a reader that believes it reserves memory for it."""
    stated = n = length = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal stated, n, length
        tag = local(tag)
        if tag == "sst":
            given = attributes.get("uniqueCount", "0")
            stated = int(given) if given.isdecimal() else 2**63
        elif tag == "si":
            if n and not length:
                package.blank_texts.add(str(n - 1))
            n += 1
            length = 0

    def characters(text: str) -> None:
        nonlocal length
        length += len(text)
        if length > LIMITS.text:
            raise UnsafeError(_too_long())

    def plain_texts(number: int) -> None:
        nonlocal n, length
        if n and not length:
            package.blank_texts.add(str(n - 1))
        n += number
        length = 1

    parser = parser_for()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = characters
    even = EvenTexts(lambda piece: parser.Parse(piece, False), plain_texts)
    package.plain &= feed(archive, package.strings, parser, through=even)
    if n and not length:
        package.blank_texts.add(str(n - 1))
    if stated > n:
        raise UnsafeError(Refused("states more texts than it holds", DAMAGED.hint))


def _too_long() -> Refused:
    return Refused(
        f"holds a text of more than {LIMITS.text:,} characters in one cell", "Shorten the text, or move it to a letter."
    )


def _whole_facts(archive: zipfile.ZipFile, names: dict[str, str], kinds: set[str], package: Package) -> None:
    seen: set[str] = set()
    for low, part in sorted(names.items()):
        if low.startswith("xl/externallinks/") and low.endswith(".xml"):
            parser = parser_for()
            parser.StartElementHandler = lambda tag, _: seen.add(local(tag))
            feed(archive, part, parser)
    asks = bool(seen & {"ddeLink", "oleLink"})
    if "externalBook" in seen or ("externalLink" in kinds and not asks):
        package.facts.append(Fact("external_link"))
    if asks:
        package.facts.append(Fact("dde"))
    if kinds & _MACRO_KINDS or any(low.endswith("vbaproject.bin") for low in names):
        package.facts.append(Fact("macro"))
    if package.date_1904:
        package.facts.append(Fact("date_1904"))

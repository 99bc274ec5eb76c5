"""What a workbook holds that openpyxl drops when it writes the workbook again.

Whatever is not known to be kept counts as lost. The parts are told apart by the relations that
name them, and a sheet by its elements; each part is streamed once, and openpyxl is not needed.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

__all__ = ["LOSSES", "MOST_CELLS", "losses", "relations"]

LOSSES = (
    "formulas",
    "dropdowns",
    "formats",
    "sparklines",
    "shapes",
    "pictures",
    "charts",
    "controls",
    "threads",
    "objects",
    "pivots",
    "queries",
    "macros",
    "ranges",
    "views",
    "signature",
    "strict",
    "large",
    "other",
)
"""The kinds of loss, in the order in which they are told; `findings.loss_<kind>` has the words."""

MOST_CELLS = 500_000
"""Beyond this openpyxl needs more memory and time than a check of one workbook may take."""

_PIECE = 2**20
_CHOSEN = 3  # worksheet, AlternateContent, Choice, then what is offered
_EXTENDED = 3  # worksheet, extLst, ext, then what extends
_SPACE = " "
_STRICT = "http://purl.oclc.org/ooxml/"

_KEPT = frozenset((
    "officedocument", "core-properties", "extended-properties", "custom-properties", "worksheet", "styles",
    "theme", "sharedstrings", "comments", "vmldrawing", "table", "hyperlink", "externallink", "externallinkpath",
    "drawing", "image",
))  # fmt: skip
"""Relations whose target openpyxl writes again, or that are looked at for themselves."""

_NOT_MISSED = frozenset((
    "calcchain", "printersettings", "thumbnail", "person", "customxml", "customxmlprops", "sheetmetadata",
    "classificationlabels", "webextensiontaskpanes", "webextension", "xlpathmissing", "volatiledependencies",
))  # fmt: skip
"""Relations whose target a registrar never sees: stores of the office program and of the server."""

_BY_RELATION = {
    "chart": "charts", "chartsheet": "charts", "chartex": "charts", "chartusershapes": "charts",
    "diagramdata": "shapes", "diagramlayout": "shapes", "diagramquickstyle": "shapes", "diagramcolors": "shapes",
    "diagramdrawing": "shapes", "chartstyle": "charts", "chartcolorstyle": "charts", "threadedcomment": "threads",
    "control": "controls", "ctrlprop": "controls", "activexcontrolbinary": "controls",
    "featurepropertybag": "controls",
    "oleobject": "objects", "package": "objects",
    "pivottable": "pivots", "pivotcachedefinition": "pivots", "pivotcacherecords": "pivots",
    "slicer": "pivots", "slicercache": "pivots", "timeline": "pivots", "timelinecache": "pivots",
    "connections": "queries", "querytable": "queries",
    "vbaproject": "macros", "xlmacrosheet": "macros", "dialogsheet": "macros", "xlintlmacrosheet": "macros",
    "origin": "signature", "signature": "signature", "certificate": "signature",
}  # fmt: skip

_KEPT_IN_SHEETS = frozenset((
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "scenarios",
    "autoFilter", "mergeCells", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions",
    "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "drawing", "legacyDrawing", "tableParts",
    "phoneticPr", "ignoredErrors", "sheetCalcPr", "sortState", "cellWatches", "smartTags", "webPublishItems",
    "extLst", "AlternateContent",
))  # fmt: skip
"""Children of a worksheet that are kept, not missed, or looked into."""

_IN_SHEETS = {
    "protectedRanges": "ranges", "customSheetViews": "views", "picture": "pictures", "legacyDrawingHF": "pictures",
    "drawingHF": "pictures", "oleObjects": "objects", "controls": "controls",
}  # fmt: skip

_IN_EXTENSIONS = {
    "dataValidation": "dropdowns", "conditionalFormatting": "formats", "sparklineGroup": "sparklines",
    "slicerList": "pivots", "timelineRefs": "pivots", "protectedRanges": "ranges",
    "dataValidations": "", "conditionalFormattings": "", "sparklineGroups": "", "ignoredErrors": "",
}  # fmt: skip

_IN_DRAWINGS = {
    "sp": "shapes", "cxnSp": "shapes", "grpSp": "shapes", "pic": "pictures", "contentPart": "other",
}  # fmt: skip

_IN_FRAMES = {"chart": "charts", "chartex": "charts", "diagram": "shapes", "slicer": "pivots", "timeslicer": "pivots"}

_VML_KIND = re.compile(rb"""ObjectType\s*=\s*["'](\w+)["']""")


def losses(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The kinds of content that writing the workbook with openpyxl would lose, in the order of LOSSES.

    Args:
        archive: a file that the guard has let through.
    """
    found: set[str] = set()
    n_cells = 0
    names = set(archive.namelist())
    for owner, relation, target in relations(archive):
        kind = relation.rpartition("/")[2].lower()
        found.add(_BY_RELATION.get(kind, "" if kind in _KEPT | _NOT_MISSED else "other"))
        if relation.startswith(_STRICT):
            found.add("strict")
        if kind == "image" and "/theme/" not in owner:
            found.add("pictures")
        if kind == "worksheet" and target not in names:
            found.add("other")  # openpyxl passes over a sheet whose part is written with other capitals
        elif kind == "worksheet":
            sheet = _in_sheet(archive, target)
            found.update(sheet.found)
            n_cells += sheet.n_cells
        elif target in names:
            found.update(_in_part(archive, kind, target))
    if n_cells > MOST_CELLS:
        found.add("large")
    return tuple(kind for kind in LOSSES if kind in found)


def _in_part(archive: zipfile.ZipFile, kind: str, part: str) -> set[str]:
    if kind == "drawing":
        return _in_drawing(archive, part)
    if kind == "vmldrawing":
        return _in_vml(archive, part)
    if kind == "officedocument":
        return _in_workbook(archive, part)
    return set()


def relations(archive: zipfile.ZipFile) -> Iterator[tuple[str, str, str]]:
    """Every relation of the package: the part that has it ("" for the package), its type, the part it leads to."""
    for name in archive.namelist():
        if not name.endswith(".rels"):
            continue
        folder, _, file = name.rpartition("_rels/")
        found: list[tuple[str, str]] = []

        def start(tag: str, attributes: dict[str, str], found: list[tuple[str, str]] = found) -> None:
            if tag.rpartition(":")[2] == "Relationship":
                found.append((attributes.get("Type", ""), attributes.get("Target", "")))

        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        _feed(archive, name, parser)
        for kind, target in found:
            place = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            yield folder + file.removesuffix(".rels"), kind, place


class _Sheet:
    """Follows the elements of one worksheet and keeps what is lost of them."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.path: list[str] = []
        self.n_cells = 0
        self.formula = False
        self.text_result = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(_SPACE)[2]
        depth = len(self.path)
        inside = self.path[1] if depth > 1 else ""
        self.path.append(name)
        if depth == 1 and name not in _KEPT_IN_SHEETS:
            self.found.add(_IN_SHEETS.get(name, "other"))
        elif inside == "extLst":
            self._extension(name)
        elif inside == "AlternateContent":
            self.found.add(_IN_SHEETS.get(name, "other" if depth == _CHOSEN else ""))
        elif name == "AlternateContent" and depth > 1 and inside not in _IN_SHEETS:
            self.found.add("dropdowns" if inside == "dataValidations" else "other")
        elif name == "c":
            self.n_cells += 1
            self.formula, self.text_result = False, attributes.get("t") == "str"
        elif name == "f" and inside == "sheetData":
            self.formula = True
            if self.text_result:
                self.found.add("formulas")

    def _extension(self, name: str) -> None:
        depth = len(self.path) - 1
        if name in _IN_EXTENSIONS or depth == _EXTENDED:
            self.found.add(_IN_EXTENSIONS.get(name, "other"))

    def characters(self, text: str) -> None:
        if self.formula and text and self.path[-1] == "v":
            self.found.add("formulas")

    def end(self, _tag: str) -> None:
        self.path.pop()


def _in_sheet(archive: zipfile.ZipFile, part: str) -> _Sheet:
    sheet = _Sheet()
    parser = expat.ParserCreate(namespace_separator=_SPACE)
    parser.StartElementHandler = sheet.start
    parser.EndElementHandler = sheet.end
    parser.CharacterDataHandler = sheet.characters
    _feed(archive, part, parser)
    return sheet


def _in_drawing(archive: zipfile.ZipFile, part: str) -> set[str]:
    found: set[str] = set()

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(_SPACE)[2]
        found.add(_IN_DRAWINGS.get(name, ""))
        if name == "graphicData":
            found.add(_IN_FRAMES.get(attributes.get("uri", "").rpartition("/")[2], "other"))

    parser = expat.ParserCreate(namespace_separator=_SPACE)
    parser.StartElementHandler = start
    _feed(archive, part, parser)
    return found


def _in_vml(archive: zipfile.ZipFile, part: str) -> set[str]:
    # Excel's VML need not be well-formed XML
    kinds = set(_VML_KIND.findall(archive.read(part)))
    return {"controls"} if kinds - {b"Note"} else set()


def _in_workbook(archive: zipfile.ZipFile, part: str) -> set[str]:
    """Names that only Excel's own dialogues use, and views of the whole workbook."""
    found: set[str] = set()

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(_SPACE)[2]
        if name == "customWorkbookView":
            found.add("views")
        elif name == "definedName" and re.match(r"_xlnm\.(?!Print_|_Filter)", attributes.get("name", "")):
            found.add("other")

    parser = expat.ParserCreate(namespace_separator=_SPACE)
    parser.StartElementHandler = start
    _feed(archive, part, parser)
    return found


def _feed(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> None:
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)

"""The report's font: Source Sans 3, cut to the letters of our languages and renamed.

The licence (OFL-1.1) reserves the name "Source", and a cut font may not keep it. The font comes
from an installed package, never from the machine, so that two machines write the same bytes.
"""

from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

__all__ = ["CHART_FAMILY", "WEB_FAMILY", "font_folder", "web_font"]

WEB_FAMILY = "Report Sans"
"""The name of the cut font inside the HTML."""

CHART_FAMILY = "Source Sans 3"
"""The name under which the charts measure their words."""

_FILE = "SourceSans3[wght].ttf"
_WEIGHTS = (400, 700)
_FEATURES = ["kern", "locl", "sups", "tnum"]
_UNICODES = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),  # Latin-1 and Latin Extended-A
    *range(0x400, 0x460),  # Cyrillic
    *(0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E),
    *(0x2022, 0x2026, 0x202F, 0x20AC, 0x2190, 0x2192, 0x2212),
)
_NAMES = {1: WEB_FAMILY, 3: WEB_FAMILY, 4: WEB_FAMILY, 6: "ReportSans", 25: "ReportSans"}
_KEPT_NAMES = (0, 2, 5, 8, 9, 13, 14)
"""Copyright, version, makers and licence stay; what carries the reserved name goes."""


def font_folder() -> Path:
    """The folder that holds the font, for the charts."""
    return Path(str(files("fontpkg_source_sans_3") / "files"))


@cache
def web_font() -> bytes:
    """The font as WOFF2 with weights from regular to bold, the same bytes each time."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options()
    options.layout_features = _FEATURES
    options.hinting = False
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=_UNICODES)
    out = BytesIO()
    with TTFont(font_folder() / _FILE, recalcTimestamp=False, lazy=True) as font:
        subsetter.subset(font)
        instantiateVariableFont(font, {"wght": _WEIGHTS}, inplace=True, optimize=False)
        _rename(font)
        font.flavor = "woff2"
        font.save(out)
    return out.getvalue()


def _rename(font: Any) -> None:
    table = font["name"]
    named = {record.nameID for record in table.names if record.nameID > 255}
    table.names = [record for record in table.names if record.nameID in _KEPT_NAMES or record.nameID in named]
    for identifier, name in _NAMES.items():
        table.setName(name, identifier, 3, 1, 0x409)

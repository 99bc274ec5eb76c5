"""Draw charts: Vega-Lite files of `report_templates/charts/`, filled with published cells, as SVG.

No chart is described in code. A file of that folder says everything but the data; one theme
serves all. The renderer's own English descriptions are taken out: a figure carries its text
alternative in the language of the report.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from atstats.errors import ConfigurationError
from atstats.report.fonts import font_folder

__all__ = ["NARROW", "WIDE", "Charts", "Size"]


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of the plot in CSS pixels."""

    width: int
    height: int


WIDE = Size(690, 190)
NARROW = Size(340, 170)
"""For phones."""

_SPOKEN = re.compile(r' (?:role|class|aria-[a-z]+)="[^"]*"')
"""What the renderer adds for screen readers, in English, and names that no style uses."""

_NAMESPACES = re.compile(r' (?:xmlns(?::xlink)?|version)="[^"]*"')
"""Not needed where the SVG stands inside HTML."""


@dataclass(frozen=True)
class Charts:
    """The charts of one folder of templates; equal charts are drawn once."""

    folder: Path
    drawn: dict[str, str] = field(default_factory=dict, repr=False)

    def draw(
        self,
        name: str,
        values: Sequence[Mapping[str, Any]],
        *,
        size: Size | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> str:
        """One chart as SVG without any description.

        Args:
            name: The file `NAME.vl.json`.
            values: The data of the chart, one mapping a mark.
            size: Instead of the size in the file.
            parameters: Values of the file's `params`.

        Raises:
            ConfigurationError: the file is missing or cannot be drawn.
        """
        spec = self._read(f"{name}.vl.json")
        given = dict(parameters or {})
        spec["data"] = {"values": list(values)}
        spec["params"] = [
            {**each, "value": given.get(each["name"], each.get("value"))} for each in spec.get("params", [])
        ]
        if size is not None:
            spec |= {"width": size.width, "height": size.height}
        spec["config"] = self._read("theme.json")
        key = json.dumps(spec, sort_keys=True)
        if key not in self.drawn:
            self.drawn[key] = _quiet(_render(key, name=name))
        return self.drawn[key]

    def _read(self, name: str) -> dict[str, Any]:
        try:
            read = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError):
            raise ConfigurationError(
                f"the chart file {name} is missing or is not JSON",
                hint="Restore it in charts/ or choose another --templates.",
            ) from None
        if not isinstance(read, dict):
            raise ConfigurationError(f"the chart file {name} is not a chart", hint="It must hold one JSON object.")
        return read


def _render(spec: str, *, name: str) -> str:
    import vl_convert

    _register_font()
    try:
        return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    except ValueError:
        raise ConfigurationError(
            f"the chart {name}.vl.json cannot be drawn",
            hint="Try the file in the Vega editor with a few made-up values.",
        ) from None


@cache
def _register_font() -> None:
    import vl_convert

    vl_convert.register_font_directory(str(font_folder()))


def _quiet(svg: str) -> str:
    start, _, rest = _SPOKEN.sub("", svg).partition(">")
    return _NAMESPACES.sub("", start) + ' aria-hidden="true">' + rest

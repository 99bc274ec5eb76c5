"""Write the tree as one HTML file that needs nothing else: font, style and charts are inside.

The file runs no script and reaches no address: its own policy forbids both.
"""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from atstats.errors import ConfigurationError
from atstats.report.blocks import Document
from atstats.report.fonts import CHART_FAMILY, WEB_FAMILY, web_font

__all__ = ["write"]

_FONT_FACE = (
    '@font-face{{font-family:"{family}";font-weight:400 700;font-style:normal;font-display:block;'
    'src:url(data:font/woff2;base64,{data}) format("woff2")}}\n'
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")


def write(document: Document, *, templates: Path) -> bytes:
    """The report as HTML.

    Raises:
        ConfigurationError: the theme is missing or asks for something that the tree has not.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound

    environment = Environment(
        loader=FileSystemLoader(templates / "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = _style(templates / "html" / "style.css")
    try:
        text = environment.get_template("report.html.j2").render(
            document=document,
            cover=document.cover,
            words=dict(document.words),
            style=style,
            policy=_policy(style),
            svg=lambda picture: picture.replace(CHART_FAMILY, WEB_FAMILY),
        )
    except TemplateNotFound as problem:
        raise ConfigurationError(
            f"the theme file {problem.name} is missing", hint="Restore html/ or choose another --templates."
        ) from None
    except (TemplateError, UnicodeDecodeError) as problem:
        raise ConfigurationError(
            f"the theme report.html.j2 cannot be filled: {getattr(problem, 'message', None) or 'not UTF-8'}",
            hint="Restore html/ or choose another --templates.",
        ) from None
    return _BLANK_LINES.sub("\n", text).encode()


def _style(path: Path) -> str:
    try:
        sheet = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            "the stylesheet style.css is missing or not UTF-8", hint="Restore html/ or choose another --templates."
        ) from None
    font = _FONT_FACE.format(family=WEB_FAMILY, data=b64encode(web_font()).decode())
    return _BLANK_LINES.sub("\n", "\n" + font + sheet.replace("\r\n", "\n"))


def _policy(style: str) -> str:
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )

"""Render the report: protected tables in, one self-contained HTML file a language out.

Only `ProtectedTable`s come in, and every number that goes out is one of their cells: in cards,
sentences, tables, chart labels and alternative texts alike. The report is built once for each
language as a tree (`blocks`), which the writers turn into a format.
"""

from collections.abc import Sequence
from pathlib import Path

from atstats.errors import ConfigurationError
from atstats.frames import Protection, Run
from atstats.report.charts import Charts
from atstats.report.compose import compose
from atstats.report.html import write
from atstats.schema import Schema
from atstats.vocabulary import Language

__all__ = ["render"]


def render(
    protection: Protection, *, schema: Schema, run: Run, languages: Sequence[str], templates: Path
) -> dict[str, bytes]:
    """The report of one edition in each language: file name -> bytes, the same bytes each time.

    Args:
        protection: The only source of numbers.
        schema: Titles, labels and notes.
        run: Reference year, settings and tool version.
        languages: en, sq, sr, sr-cyrl; in the order of the links.
        templates: `report_templates`.

    Raises:
        ConfigurationError: a template, a chart or a catalogue is not as it must be, or a language is not ours.
    """
    unknown = [language for language in languages if language not in list(Language)]
    if unknown or not languages:
        raise ConfigurationError(
            f"no report in the language {', '.join(unknown) or '(none)'}",
            hint=f"Languages are {', '.join(Language)}.",
        )
    charts = Charts(templates / "charts")
    return {
        f"report.{language}.html": write(
            compose(
                protection,
                schema=schema,
                run=run,
                language=language,
                languages=languages,
                templates=templates,
                charts=charts,
            ),
            templates=templates,
        )
        for language in languages
    }

"""The commands. Options are declared once, above; a command calls the pipeline and prints."""

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from atstats.errors import AtstatsError, InterruptedRunError
from atstats.vocabulary import Edition, Format, Language

__all__ = ["app", "main"]

app = typer.Typer(
    name="atstats",
    help="From agencies' workbooks to a protected national report on trafficking in human beings.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=True,
    epilog="Try: atstats validate sample_data/2025, then atstats build-report sample_data/2025.",
)


class Output(StrEnum):
    """What build-report writes."""

    HTML = "html"
    CSV = "csv"


Paths = Annotated[list[Path], typer.Argument(help="Workbooks, or the folder of a collection.", show_default=False)]
CollectionFolder = Annotated[
    Path,
    typer.Argument(help="The folder of a reference year: the one with atstats.toml.", show_default=False),
]
OutputFormat = Annotated[Format, typer.Option("--format", help="Lines to read, or JSON for other programs.")]
OneLanguage = Annotated[Language, typer.Option("--language", help="Language of the messages.")]
SchemasFolder = Annotated[
    Path | None,
    typer.Option("--schemas", help="Use this folder instead of the schemas that came with atstats."),
]
TemplatesFolder = Annotated[
    Path | None,
    typer.Option("--templates", help="Use this folder instead of the templates that came with atstats."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print results only.")]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="Show no progress, not even on a terminal.")]
Strict = Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")]
Year = Annotated[int | None, typer.Option("--year", help="Reference year, where no atstats.toml says it.")]


def _version(asked: bool) -> None:
    if asked:
        from atstats import __version__

        typer.echo(f"atstats {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """From agencies' workbooks to a protected national report on trafficking in human beings."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new folder, named after the year.", show_default=False)],
    year: Annotated[int, typer.Option("--year", help="Reference year.", min=2000, max=2100)],
) -> None:
    """Make an empty collection: the folder of a reference year, with commented settings."""
    from atstats.collection import new_collection

    new_collection(folder, year=year)
    typer.echo(str(folder))
    typer.echo("Next: put the agencies' workbooks into its folder submissions.", err=True)


@app.command()
def validate(
    paths: Paths,
    output: OutputFormat = Format.TEXT,
    language: OneLanguage = Language.ENGLISH,
    strict: Strict = False,
    year: Year = None,
    schemas: SchemasFolder = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> None:
    """Check workbooks and name every finding by sheet, cell and rule.

    Exit code 0: accepted. 1: error findings (with --strict: warnings too). 10: a file could not be read.
    """
    from atstats import console, pipeline

    with console.Progress(shown=not (quiet or no_progress)).running() as progress:
        result = pipeline.validate(paths, schemas=schemas, year=year, progress=progress)
    if output is Format.JSON:
        console.show_json(pipeline.findings_document(result, language=language))
    else:
        console.show_findings(result.checked, schema=result.schema, language=language, quiet=quiet)
    code = console.exit_code(result.checked)
    if strict and code == 0 and pipeline.has_open_warnings(result):
        code = 1
    raise typer.Exit(code)


@app.command()
def link(
    collection: CollectionFolder,
    clusters: Annotated[
        Path | None,
        typer.Option("--clusters", help="Write submission, sheet, row, person_id to this CSV file."),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option("--pairs", help="Write the candidate pairs with their weights to this CSV file."),
    ] = None,
    schemas: SchemasFolder = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> None:
    """Find the same person across records, and print the count of persons with its range.

    Identities and open pairs go to the collection's restricted folder; nothing printed names anyone.
    """
    from atstats import console, pipeline

    with console.Progress(shown=not (quiet or no_progress)).running() as progress:
        linked, written = pipeline.link(collection, schemas=schemas, clusters=clusters, pairs=pairs, progress=progress)
    console.show_linkage(linked.summaries, written=() if quiet else written)


@app.command("build-report")
def build_report(
    collection: CollectionFolder,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the release to this new folder instead of releases/.")
    ] = None,
    edition: Annotated[
        Edition, typer.Option("--edition", help="Who may read it: public is protected, the others are exact.")
    ] = Edition.PUBLIC,
    language: Annotated[
        list[Language] | None,
        typer.Option("--language", help="A language of the report; repeat for more [all three]."),
    ] = None,
    to: Annotated[str, typer.Option("--to", help="What to write: html, csv or both, with a comma.")] = "html,csv",
    final: Annotated[
        bool, typer.Option("--final", help="Refuse while an agency is missing, a warning or a pair is open.")
    ] = False,
    schemas: SchemasFolder = None,
    templates: TemplatesFolder = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> None:
    """Check, link, count, protect and write the report: one folder a release.

    Submissions with errors are left out of a provisional report, which says so.
    """
    from atstats import console, pipeline

    try:
        outputs = frozenset(Output(each.strip()) for each in to.split(","))
    except ValueError:
        raise typer.BadParameter("choose from html and csv", param_hint="--to") from None
    with console.Progress(shown=not (quiet or no_progress)).running() as progress:
        release = pipeline.build_report(
            collection,
            out=out,
            edition=edition,
            languages=tuple(language or ()),
            html=Output.HTML in outputs,
            data=Output.CSV in outputs,
            final=final,
            schemas=schemas,
            templates=templates,
            progress=progress,
        )
    if not quiet:
        console.show_left_out(release.checked)
    console.show_written(release.folder, new=release.new, files=release.n_files)
    raise typer.Exit(console.exit_code(release.checked))


@app.command()
def simulate(
    output: Annotated[Path, typer.Option("-o", "--output", help="The new folder to write.", show_default=False)],
    persons: Annotated[int, typer.Option("--persons", help="How many victims there are in truth.", min=1)] = 35,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 7,
    year: Annotated[int, typer.Option("--year", help="Reference year.")] = 2025,
    faulty: Annotated[
        bool,
        typer.Option("--faulty", help="Workbooks with planted faults and the list of findings they must give."),
    ] = False,
    schemas: SchemasFolder = None,
) -> None:
    """Make a collection of made-up workbooks with its truth (truth.csv), to try and to test with."""
    from atstats import console, pipeline

    n_files = pipeline.simulate(output, n_persons=persons, seed=seed, year=year, faulty=faulty, schemas=schemas)
    console.show_simulated(output, files=n_files)


def main() -> None:
    """Run the command line; an expected failure is a line and a code, a bug keeps its trace without data."""
    before = signal.signal(signal.SIGINT, _interrupted)
    try:
        app()
    except AtstatsError as failure:
        from atstats import console

        console.show_failure(failure)
        sys.exit(failure.exit_code)
    except Exception:
        from atstats import console

        kind, _, trace = sys.exc_info()
        if kind is not None:
            console.no_bug_data(kind, trace)
        sys.exit(70)
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupted(_number: int, _frame: object) -> None:
    raise InterruptedRunError("interrupted; nothing is half-written", hint="Run the command again.")

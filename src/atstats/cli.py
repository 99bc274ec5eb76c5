"""The commands. Options are declared once, above; a command calls the pipeline and prints."""

import gc
import signal
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import typer

from atstats.errors import AtstatsError, InterruptedRunError
from atstats.vocabulary import REFERENCE_YEARS, Edition, FindingsFormat, Format, Language

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


schema_app = typer.Typer(
    name="schema",
    help="Show what agencies send, which codes and rules there are; write the codebook.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    epilog="Try: atstats schema list rules, atstats schema show victims, atstats schema show victims --as python.",
)
app.add_typer(schema_app)


_DAY = "%Y-%m-%d"


class Kind(StrEnum):
    """What schema list lists."""

    SHEETS = "sheets"
    CODES = "codes"
    RULES = "rules"
    AGENCIES = "agencies"
    TABLES = "tables"
    WORKBOOKS = "workbooks"
    REFERENCE = "reference"


class Shape(StrEnum):
    """How schema show prints."""

    TEXT = "text"
    PYTHON = "python"


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
FindingsOutput = Annotated[
    FindingsFormat,
    typer.Option("--format", help="Lines to read, or the same findings for other programs; nothing else on stdout."),
]
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
Previous = Annotated[
    Path | None,
    typer.Option("--previous", help="The collection of the year before [the first that atstats.toml names]."),
]
AnnotateFolder = Annotated[
    Path | None,
    typer.Option("--annotate", help="Write a copy of each workbook with its findings marked into this folder."),
]
Jobs = Annotated[
    int, typer.Option("--jobs", help="How many workbooks are read at the same time [by their number].", min=0)
]
AskPassword = Annotated[bool, typer.Option("--ask-password", help="Ask for the password of each protected workbook.")]
Strict = Annotated[bool, typer.Option("--strict", help="Fail on warnings too, unless waived.")]
_FIRST, _LAST = REFERENCE_YEARS[0], REFERENCE_YEARS[-1]
Year = Annotated[
    int | None,
    typer.Option("--year", help="Reference year, where no atstats.toml says it.", min=_FIRST, max=_LAST),
]
Fingerprint = Annotated[
    str,
    typer.Argument(help="The finding's, as validate --format csv and link --format json print it.", show_default=False),
]
AgencyCode = Annotated[str, typer.Argument(help="Code of the agency: KP_THB.", show_default=False)]
UnitCode = Annotated[str, typer.Option("--unit", help="Code of the unit that sends a workbook of its own.")]
WorkbookLanguage = Annotated[
    Language, typer.Option("--language", help="Language of tabs, notes, drop-downs and guidance.")
]
LabelLanguage = Annotated[Language, typer.Option("--language", help="Language of words and labels.")]
Example = Annotated[bool, typer.Option("--example", help="With made-up rows, to see how it looks when filled in.")]
WorkbookFile = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Write to this .xlsx file; its folder is made [AGENCY_YEAR.xlsx, here]."),
]
Name = Annotated[
    str,
    typer.Argument(
        help="A rule, code list, code, sheet, column, agency or table: VIC-02. With CELL, the folder of a release.",
        show_default=False,
    ),
]
ReleaseCell = Annotated[
    str | None,
    typer.Argument(help="A cell of the release, by table, row and column: T2.1:r3:c1.", show_default=False),
]
SheetOrList = Annotated[
    str, typer.Argument(help="A sheet, code list or anything else that has a name: police.victims.", show_default=False)
]
ListedKind = Annotated[Kind | None, typer.Argument(help="What to list; without it, how many of each there are.")]
AsShape = Annotated[Shape, typer.Option("--as", help="Text, or the pandera schema of a sheet as Python source.")]
DocumentsFolder = Annotated[
    Path, typer.Argument(help="The folder of documents: codebook/ and rules.md go there.", show_default=False)
]
CheckOnly = Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 where a page is not current.")]


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
    year: Annotated[int, typer.Option("--year", help="Reference year.", min=_FIRST, max=_LAST)],
) -> None:
    """Make an empty collection: the folder of a reference year, with commented settings.

    For example: atstats init 2026 --year 2026

    An existing folder is never touched. Agencies that the register lacks go into its agencies.toml.
    """
    from atstats import console
    from atstats.collection import new_collection

    new_collection(folder, year=year)
    console.show_new_collection(folder)


@app.command()
def template(
    agency: AgencyCode,
    unit: UnitCode = "",
    year: Year = None,
    language: WorkbookLanguage = Language.ENGLISH,
    example: Example = False,
    output: WorkbookFile = None,
    schemas: SchemasFolder = None,
) -> None:
    """Write the blank workbook of an agency: guidance, labels in three languages, notes and drop-downs.

    For example: atstats template KP_THB --unit PR --year 2025 --language sq

    An existing file is never replaced. The codes of agencies: atstats schema list agencies
    """
    from atstats import console, handbook

    path = handbook.template(
        agency, unit=unit, year=year, language=language, example=example, output=output, schemas=schemas
    )
    console.show_template(path)


@app.command()
def explain(
    name: Name, cell: ReleaseCell = None, language: LabelLanguage = Language.ENGLISH, schemas: SchemasFolder = None
) -> None:
    """Say what a name means: a rule with its reason and examples, a code, a sheet, a column, an agency, a table.

    For example: atstats explain VIC-02

    Likewise purpose (a code list), MI_N (a code), police.victims (a sheet), W1 (a submission type), T2.1 (a table), law
    (reference data). What has a space goes into quotes: atstats explain "first contact"

    A cell of a release, by row and column: atstats explain RELEASE T2.1:r3:c1
    """
    from atstats import console, handbook

    if cell is None:
        console.show_entries(handbook.explain(name, language=language, schemas=schemas))
    else:
        console.show_entries(handbook.explain_cell(Path(name), cell, language=language, schemas=schemas))


@schema_app.command("list")
def schema_list(
    kind: ListedKind = None, language: LabelLanguage = Language.ENGLISH, schemas: SchemasFolder = None
) -> None:
    """List sheets, code lists, rules, agencies, tables, submission types or reference data by name.

    For example: atstats schema list codes

    Each name can be shown: atstats schema show NAME
    """
    from atstats import console, handbook

    if kind is None:
        counts = handbook.overview(schemas=schemas)
        console.show_listing(counts, next_step="Next: atstats schema list rules, then atstats explain VIC-02.")
    else:
        console.show_listing(handbook.listing(kind, language=language, schemas=schemas))


@schema_app.command("show")
def schema_show(
    name: SheetOrList,
    shape: AsShape = Shape.TEXT,
    language: LabelLanguage = Language.ENGLISH,
    schemas: SchemasFolder = None,
) -> None:
    """Show anything that has a name: a sheet with its columns, a code list with its codes.

    For example: atstats schema show police.victims

    The pandera schema that a sheet is held against: atstats schema show police.victims --as python
    """
    from atstats import console, handbook

    match shape:
        case Shape.TEXT:
            console.show_entries(handbook.explain(name, language=language, schemas=schemas))
        case Shape.PYTHON:
            console.show_source(handbook.show_source(name, schemas=schemas))
        case _:
            assert_never(shape)


@schema_app.command("docs")
def schema_docs(folder: DocumentsFolder, check: CheckOnly = False, schemas: SchemasFolder = None) -> None:
    """Write the codebook and the list of rules as Markdown; with --check only say whether they are current.

    For example: atstats schema docs docs --check
    """
    from atstats import console, handbook

    found = handbook.document(folder, check=check, schemas=schemas)
    console.show_documents(folder, found.outdated, n_pages=found.n_pages, check=check)
    raise typer.Exit(int(check and bool(found.outdated)))


@app.command()
def validate(
    paths: Paths,
    output: FindingsOutput = FindingsFormat.TEXT,
    language: OneLanguage = Language.ENGLISH,
    strict: Strict = False,
    year: Year = None,
    previous: Previous = None,
    annotate: AnnotateFolder = None,
    jobs: Jobs = 0,
    ask_password: AskPassword = False,
    schemas: SchemasFolder = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> None:
    """Check workbooks and name every finding by sheet, cell and rule.

    With --annotate the findings stand in a copy of each workbook, in the language that the workbook states.
    Warnings that waivers.csv of the collection accepts are listed as waived. Exit code 0: accepted. 1: error
    findings (with --strict: warnings too, unless waived). 10: a file could not be read.
    """
    from atstats import console, pipeline

    with console.Progress(shown=not (quiet or no_progress or ask_password)).running() as progress:
        result = pipeline.validate(
            paths,
            schemas=schemas,
            year=year,
            previous=previous,
            jobs=jobs,
            password=console.ask_password if ask_password else None,
            progress=progress,
        )
        marked = pipeline.annotate(result, annotate, language=None, progress=progress) if annotate else ()
    if output is FindingsFormat.TEXT:
        console.show_findings(result.checked, schema=result.schema, language=language, quiet=quiet)
    else:
        console.show_document(pipeline.findings_document(result, form=output, language=language))
    if output is FindingsFormat.CSV:
        console.show_not_read(result.checked, schema=result.schema, language=language)
    if annotate is not None and not quiet:
        console.show_annotated([(each.name, each.reasons) for each in marked], folder=annotate)
    code = console.exit_code(result.checked)
    if strict and code == 0 and pipeline.has_open_warnings(result):
        code = 1
    raise typer.Exit(code)


@app.command()
def waive(
    collection: CollectionFolder,
    fingerprint: Fingerprint,
    reason: Annotated[str, typer.Option("--reason", help="Why the data are right as they are; no names of persons.")],
    who: Annotated[str, typer.Option("--who", help="Who takes the responsibility.")],
    until: Annotated[
        datetime, typer.Option("--until", help="The last day for which it holds.", formats=[_DAY], metavar="YYYY-MM-DD")
    ],
    when: Annotated[
        datetime | None,
        typer.Option("--when", help="The day of the decision [today].", formats=[_DAY], metavar="YYYY-MM-DD"),
    ] = None,
    schemas: SchemasFolder = None,
    no_progress: NoProgress = False,
) -> None:
    """Accept a warning as it is: add a line to waivers.csv of the collection.

    For example: atstats waive 2025 3f2a9c0d11e84b76 --reason "seen in the file" --who A.B. --until 2026-12-31

    Errors cannot be waived. The end is held against the cut-off date of the collection, never against the clock.
    """
    from atstats import console, pipeline

    day = when or datetime.now()  # noqa: DTZ005  the day of whoever decides, which is written down once
    with console.Progress(shown=not no_progress).running() as progress:
        done = pipeline.waive(
            collection, fingerprint, reason=reason, who=who, when=day.date(), until=until.date(), schemas=schemas,
            progress=progress,
        )  # fmt: skip
    console.show_waived(done.findings, until=done.until, collection=collection)


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
    output: OutputFormat = Format.TEXT,
    language: OneLanguage = Language.ENGLISH,
    schemas: SchemasFolder = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> None:
    """Find the same person across records, and print the count of persons with its range.

    Then the rules that need to know who is who are held (SHL-04, VAO-01, LNK-02, ...), and their
    findings printed. Identities and open pairs go to the collection's restricted folder; nothing
    printed names anyone. Exit code 0: done. 1: an error finding.
    """
    from atstats import console, pipeline

    with console.Progress(shown=not (quiet or no_progress)).running() as progress:
        known = pipeline.link(collection, schemas=schemas, clusters=clusters, pairs=pairs, progress=progress)
    if output is Format.JSON:
        console.show_document(pipeline.persons_document(known, language=language))
    else:
        console.show_linkage(known.linked.summaries, written=() if quiet else known.written)
        console.show_finding_lines(known.findings, books=known.books, schema=known.schema, language=language)
    raise typer.Exit(console.worst(known.findings))


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
        console.show_differences(release.differences, schema=release.schema)
    console.show_written(release.folder, new=release.new, files=release.n_files)
    raise typer.Exit(console.exit_code(release.checked))


@app.command()
def doctor(
    folder: Annotated[
        Path, typer.Argument(help="A collection, or the folder you work in.", show_default=False)
    ] = Path(),
) -> None:
    """Look at this machine and say what may stand in the way, with the way to mend it.

    Python, libraries, letters of the terminal, fonts, reading in a process of its own, schemas, the right to write, and
    workbooks that are open in Excel. Nothing is changed. Exit code 0: all is well. 10: something is not.
    """
    from atstats import console
    from atstats.doctor import examine

    verdicts = list(examine(folder))
    console.show_verdicts(verdicts)
    raise typer.Exit(0 if all(each.good for each in verdicts) else 10)


@app.command()
def simulate(
    output: Annotated[Path, typer.Option("-o", "--output", help="The new folder to write.", show_default=False)],
    persons: Annotated[int, typer.Option("--persons", help="How many victims are first met in each year.", min=1)] = 35,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 7,
    year: Annotated[int, typer.Option("--year", help="Reference year.", min=_FIRST, max=_LAST)] = 2025,
    years: Annotated[
        str,
        typer.Option("--years", help="Years in a row, such as 2023-2025: a folder for each.", show_default=False),
    ] = "",
    faulty: Annotated[
        bool,
        typer.Option("--faulty", help="Workbooks with planted faults and the list of findings they must give."),
    ] = False,
    schemas: SchemasFolder = None,
) -> None:
    """Make a collection of made-up workbooks with its truth (truth.csv), to try and to test with."""
    from atstats import console, pipeline

    n_files = pipeline.simulate(
        output, n_persons=persons, seed=seed, year=year, years=_years(years), faulty=faulty, schemas=schemas
    )
    console.show_simulated(output, files=n_files)


def _years(text: str) -> tuple[int, ...]:
    """2023-2025 -> 2023, 2024, 2025; nothing where nothing is given."""
    first, _, last = text.partition("-")
    if not text:
        return ()
    if not (first.isdigit() and len(first) == 4 and (last or first).isdigit() and first <= (last or first)):
        raise typer.BadParameter("write the first and the last year, such as 2023-2025", param_hint="--years")
    return tuple(range(int(first), int(last or first) + 1))


def main() -> None:
    """Run the command line; an expected failure is a line and a code, a bug keeps its trace without data."""
    before = signal.signal(signal.SIGINT, _interrupted)
    gc.set_threshold(100_000)  # a large collection is millions of values and no cycles: looking for some takes a tenth
    try:
        app()
    except AtstatsError as failure:
        from atstats import console

        console.show_failure(failure)
        sys.exit(failure.exit_code)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException:  # a panic of polars is no Exception, and its words may hold data too
        from atstats import console

        kind, _, trace = sys.exc_info()
        if kind is not None:
            console.no_bug_data(kind, trace)
        sys.exit(70)
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupted(_number: int, _frame: object) -> None:
    raise InterruptedRunError("interrupted; nothing is half-written", hint="Run the command again.")

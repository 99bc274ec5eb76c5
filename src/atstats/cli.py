"""The commands. Options are declared once, above; a command calls a stage and prints."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from atstats.errors import AtstatsError

__all__ = ["app", "main"]

app = typer.Typer(
    name="atstats",
    help="From agencies' workbooks to a protected national report on trafficking in human beings.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


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


def main() -> None:
    """Run the command line; an expected failure is one line and a code."""
    try:
        app()
    except AtstatsError as failure:
        typer.echo(f"error: {failure.message}. {failure.hint}", err=True)
        sys.exit(failure.exit_code)

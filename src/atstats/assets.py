"""Find `schemas/` and `report_templates/` from a wheel, an editable install or a checkout.

A wheel carries both folders inside the package. In an editable install that copy does not
exist, so the checkout two levels above the package is used.
"""

from importlib.resources import files
from pathlib import Path

from atstats.errors import ConfigurationError

__all__ = ["schemas_folder", "templates_folder"]


def schemas_folder(chosen: Path | None = None) -> Path:
    """The folder of the schemas: `chosen` if given, else the one that came with atstats.

    Raises:
        ConfigurationError: there is no such folder.
    """
    return _folder("schemas", chosen, option="--schemas")


def templates_folder(chosen: Path | None = None) -> Path:
    """The folder of the report's templates: `chosen` if given, else the one that came with atstats.

    Raises:
        ConfigurationError: there is no such folder.
    """
    return _folder("report_templates", chosen, option="--templates")


def _folder(name: str, chosen: Path | None, *, option: str) -> Path:
    if chosen is not None:
        if not chosen.is_dir():
            raise ConfigurationError(
                f"the folder given with {option} does not exist",
                hint=f"Name a folder, or leave {option} out.",
            )
        return chosen
    package = Path(str(files("atstats")))
    for place in (package / "_assets" / name, package.parents[1] / name):
        if place.is_dir():
            return place
    raise ConfigurationError(
        f"the folder {name} that belongs to atstats is not installed",
        hint=f"Install atstats again, or name a copy with {option}.",
    )

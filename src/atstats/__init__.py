"""From agencies' workbooks to a protected national report on trafficking in human beings."""

from importlib.metadata import version as _version

__all__ = ["__version__"]

__version__ = _version("atstats")

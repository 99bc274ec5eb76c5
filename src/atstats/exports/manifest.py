"""The list of what went into a release and what came out, each with its digest."""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from atstats.frames import Run

__all__ = ["manifest"]

_SECRET = ("key", "seed", "secret", "password", "token")
"""A setting whose name holds one of these words never leaves the office."""


def manifest(
    files: Mapping[str, bytes],
    *,
    inputs: Mapping[str, str],
    run: Run,
    schema_digest: str,
    linkage_digest: str,
    edition: str,
) -> bytes:
    """The manifest of a release as JSON; it knows no clock and no machine.

    Args:
        files: Path in the release -> bytes, the manifest itself not among them.
        inputs: File name -> its sha256.
        run: Reference year, settings and tool.
        schema_digest: Of every file of the schema folder.
        linkage_digest: Of the linkage specification and the decisions that were honoured.
        edition: public, internal or transmission.
    """
    document = {
        "version": 1,
        "tool": run.tool,
        "reference_year": run.reference_year,
        "cut_off": run.cut_off.isoformat(),
        "edition": str(edition),
        "schema": schema_digest,
        "linkage": linkage_digest,
        "settings": {name: _plain(value) for name, value in run.settings.items() if not _secret(name)},
        "inputs": dict(inputs),
        "outputs": {name: sha256(content).hexdigest() for name, content in files.items()},
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET)


def _plain(value: Any) -> Any:
    """A setting as JSON; of a path on this machine only the last part."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items() if not _secret(str(name))}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()):
        return PureWindowsPath(value).name
    return value

"""Whatever is wrong in a file of the schema folder, the loader names the file and never breaks."""

import copy
import itertools
import json
import random
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from atstats.errors import ConfigurationError
from atstats.schema import load

_WRONG: dict[str, Any] = {
    "number": 3.5,
    "text": "?",
    "list": [],
    "table": {},
    "flag": True,
}
"""Kind of value -> one that is put where another kind belongs."""

_EXAMPLES = ("passes", "fails")
"""Rows of a rule hold what a workbook may hold, right or wrong: any value may stand in their cells."""

_KEYS, _NAMES = 40, 12
"""A kind of file has at most so many keys at one depth; more are names that it chooses, of which so many are tried."""

Path_ = tuple[str | int, ...]


@pytest.fixture
def schemas(root: Path, tmp_path: Path) -> Path:
    """A copy of the schemas that ship with atstats."""
    return Path(shutil.copytree(root / "schemas", tmp_path / "schemas"))


def _faults(folder: Path) -> list[str]:
    """The lines of the loader's answer, which must be the failure for a wrong schema."""
    with pytest.raises(ConfigurationError) as failure:
        load(folder)
    assert failure.value.exit_code == 11
    first, *faults = failure.value.message.splitlines()
    assert first.startswith("the schema folder has")
    return [fault.strip() for fault in faults]


def _unnamed(files: list[str], faults: list[str]) -> list[str]:
    return [file for file in files if not any(fault.startswith(f"{file}  ") for fault in faults)]


def _files(folder: Path, ending: str) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob(f"*.{ending}"))


# --------------------------------------------------------------------------- whole files


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00rubbish", b"= [", b"surplus = 3"], ids=repr)
def test_every_toml_file_that_is_empty_or_no_toml_is_named(schemas: Path, content: bytes) -> None:
    """All at once, and none hides another."""
    files = _files(schemas, "toml")
    for file in files:
        (schemas / file).write_bytes(content)

    assert _unnamed(files, _faults(schemas)) == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00rubbish", b"some,other\n1,2\n"], ids=repr)
def test_every_csv_file_that_is_empty_or_no_text_or_another_is_named(schemas: Path, content: bytes) -> None:
    """Also those that no command reads."""
    files = _files(schemas, "csv")
    for file in files:
        (schemas / file).write_bytes(content)

    assert _unnamed(files, _faults(schemas)) == []


def test_every_csv_file_with_a_header_only_is_named(schemas: Path) -> None:
    """A list without lines would count nothing."""
    files = _files(schemas, "csv")
    for file in files:
        header, *_ = (schemas / file).read_text(encoding="utf-8").splitlines()
        (schemas / file).write_text(f"{header}\n", encoding="utf-8")

    assert _unnamed(files, _faults(schemas)) == []


@pytest.mark.parametrize(
    "file",
    [
        *("agencies", "blocks", "dimensions", "editions", "guidance", "linkage", "populations", "tables/profile"),
        *("workbooks/police", "rules/victims"),
    ],
)
def test_one_emptied_file_among_whole_ones_is_named(schemas: Path, file: str) -> None:
    """What others take from it is missed without breaking them."""
    (schemas / f"{file}.toml").write_text("", encoding="utf-8")

    assert _unnamed([f"{file}.toml"], _faults(schemas)) == []


@pytest.mark.parametrize("file", ["agencies.toml", "linkage.toml", "reference/law.csv", "reference/exchange_rates.csv"])
def test_a_file_that_is_missing_or_a_folder_is_named(schemas: Path, file: str) -> None:
    """The two ways of having nothing to read."""
    (schemas / file).unlink()
    missing = _faults(schemas)
    (schemas / file).mkdir()

    assert f"{file}  is missing" in missing
    assert any(fault.startswith(f"{file}  cannot be read") for fault in _faults(schemas))


# --------------------------------------------------------------------------- values of TOML files


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    kinds = (
        (int | float, "number"),
        (str, "text"),
        (list, "list"),
        (dict, "table"),
        (datetime, "moment"),
        (date, "day"),
    )
    return next(kind for types, kind in kinds if isinstance(value, types))


def _values(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The path of every value but the cells of a rule's examples."""
    if path:
        yield path
    if len(path) > 2 and path[1] in _EXAMPLES:
        return
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in entries:
        yield from _values(each, (*path, key))


def _get(document: Any, path: Path_) -> Any:
    for key in path:
        document = document[key]
    return document


def _written(value: Any) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)} = {_written(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def _sampled(documents: dict[str, Any]) -> list[tuple[str, Path_]]:
    """One value for each key that a kind of file has at a depth; a few of the names that files choose themselves."""
    chooser = random.Random(7)
    by_key: dict[tuple[str, int, str, str], list[tuple[str, Path_]]] = {}
    for file, document in documents.items():
        for path in _values(document):
            name = next(key for key in reversed(path) if isinstance(key, str))
            kind = _kind(_get(document, path))
            by_key.setdefault((file.partition("/")[0], len(path), name, kind), []).append((file, path))
    chosen: dict[tuple[str, int], list[tuple[str, Path_]]] = {}
    for (kind_of_file, depth, _, _), places in by_key.items():
        chosen.setdefault((kind_of_file, depth), []).append(chooser.choice(places))
    return [
        place
        for places in chosen.values()
        for place in (places if len(places) <= _KEYS else chooser.sample(places, _NAMES))
    ]


@pytest.mark.parametrize("wrong", _WRONG)
def test_a_value_of_another_kind_is_named_by_file_and_key(schemas: Path, wrong: str) -> None:
    """Of every key of every kind of file: values at one depth are spoilt together, so that each must be told."""
    documents = {file: tomllib.loads((schemas / file).read_text(encoding="utf-8")) for file in _files(schemas, "toml")}
    places = [
        (file, path)
        for file, path in _sampled(documents)
        # A rule's reason may be one text for all languages.
        if _kind(_get(documents[file], path)) != wrong and (path[-1], wrong) != ("reason", "text")
    ]
    silent = []
    for _, together in itertools.groupby(sorted(places, key=_round), key=_round):
        spoilt = copy.deepcopy(documents)
        spoiling = list(together)
        for file, path in spoiling:
            _get(spoilt[file], path[:-1])[path[-1]] = _WRONG[wrong]
        for file, document in spoilt.items():
            lines = (f"{json.dumps(key)} = {_written(value)}\n" for key, value in document.items())
            (schemas / file).write_text("".join(lines), encoding="utf-8")
        faults = _faults(schemas)
        silent += [(file, path) for file, path in spoiling if not any(_names(fault, file, path) for fault in faults)]

    assert silent == []


def _round(place: tuple[str, Path_]) -> tuple[int, bool]:
    """Values that can be spoilt together: none is within another, and an example's column stays what it is."""
    return len(place[1]), "examples" in place[1]


def _names(fault: str, file: str, path: Path_) -> bool:
    """Whether a line is about this key of this file; an item of a list may be told by its list."""
    told, _, rest = fault.partition("  ")
    key = next(str(key) for key in reversed(path) if isinstance(key, str))
    return told == file and key in rest

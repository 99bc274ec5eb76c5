"""The folder of a reference year."""

from datetime import date
from pathlib import Path

import pytest

from atstats.collection import (
    find_collection,
    new_collection,
    open_collection,
    release_folder,
    workbook_paths,
    write_folder,
)
from atstats.errors import ConfigurationError, UnreadableError, UsageError


@pytest.fixture
def year(tmp_path: Path) -> Path:
    """An empty collection."""
    folder = tmp_path / "2025"
    (folder / "submissions").mkdir(parents=True)
    (folder / "atstats.toml").write_text("reference_year = 2025\n", encoding="utf-8")
    return folder


def test_settings_have_defaults_and_the_cut_off_is_the_end_of_march(year: Path) -> None:
    """A collection needs no more than its reference year."""
    collection = open_collection(year)

    assert (collection.reference_year, collection.cut_off) == (2025, date(2026, 3, 31))
    assert collection.settings["status_note"] == "none"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("reference_year = ", "is not TOML"),
        ("owner = 'x'", "needs reference_year"),
        ("reference_year = 2025\ncut_off = '2026-03-31'", "cut_off"),
    ],
)
def test_wrong_settings_are_named(year: Path, text: str, says: str) -> None:
    """Each message says which setting is wrong, and the exit code is that of a wrong setting."""
    (year / "atstats.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=says) as failure:
        open_collection(year)

    assert failure.value.exit_code == 11
    assert failure.value.hint


def test_a_folder_that_is_not_a_collection_is_refused_with_the_next_move(tmp_path: Path) -> None:
    """A wrong folder and an absent folder are two different messages."""
    with pytest.raises(UnreadableError, match="not a collection"):
        open_collection(tmp_path)
    with pytest.raises(UnreadableError, match="there is no folder"):
        open_collection(tmp_path / "absent")


def test_an_empty_folder_of_submissions_is_named(year: Path) -> None:
    """Nothing to check is a failure, not a success."""
    with pytest.raises(UnreadableError, match="submissions holds no workbook"):
        workbook_paths([year])


def test_the_files_of_a_collection_are_those_in_submissions_sorted(year: Path) -> None:
    """Hidden files and notes are no submissions; a PDF is one, so that it is refused by name."""
    for name in ("b.xlsx", "a.xlsx", "c.pdf", ".hidden.xlsx", "notes.md"):
        (year / "submissions" / name).write_bytes(b"x")

    assert [path.name for path in workbook_paths([year])] == ["a.xlsx", "b.xlsx", "c.pdf"]


def test_a_workbook_knows_the_collection_it_lies_in(year: Path, tmp_path: Path) -> None:
    """Settings apply to a single file too; a file elsewhere has none."""
    inside = year / "submissions" / "a.xlsx"
    inside.write_bytes(b"x")
    outside = tmp_path / "b.xlsx"
    outside.write_bytes(b"x")

    found = find_collection(inside)

    assert found is not None
    assert found.folder == year
    assert find_collection(outside) is None


def test_secrets_are_made_once_and_kept(year: Path) -> None:
    """The same collection keeps its key, so that ids stay; another collection has another."""
    first = open_collection(year).secrets()

    assert open_collection(year).secrets() == first
    assert len(first.key) == 32


def test_damaged_secrets_stop_the_run_without_printing_them(year: Path) -> None:
    """A lost key would change every id, so nothing is made up in its place."""
    (year / "restricted").mkdir()
    (year / "restricted" / "secrets.toml").write_text('key = "zz"\nseed = 1\n', encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"secrets\.toml is damaged") as failure:
        open_collection(year).secrets()

    assert "zz" not in str(failure.value)


def test_a_folder_is_written_whole_once_and_never_overwritten(tmp_path: Path) -> None:
    """The same bytes again change nothing; other bytes are refused."""
    folder = tmp_path / "r1"
    files = {"a.txt": b"1", "data/b.txt": b"2"}

    assert write_folder(folder, files) is True
    assert write_folder(folder, files) is False
    with pytest.raises(UsageError, match="holds something else"):
        write_folder(folder, {"a.txt": b"other"})

    assert {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()} == files
    assert [path.name for path in tmp_path.iterdir()] == ["r1"]


def test_a_place_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """The parent is a file here; the message says that nothing has changed."""
    (tmp_path / "file").write_text("x", encoding="utf-8")

    with pytest.raises(UnreadableError, match="nothing has changed"):
        write_folder(tmp_path / "file" / "r1", {"a.txt": b"1"})


def test_a_release_takes_the_number_that_is_free_or_holds_the_same_files(tmp_path: Path) -> None:
    """Unchanged inputs reuse a release; changed inputs get the next number."""
    write_folder(tmp_path / "2025-public-r1", {"a": b"1"})

    assert release_folder(tmp_path, "2025-public", {"a": b"1"}).name == "2025-public-r1"
    assert release_folder(tmp_path, "2025-public", {"a": b"2"}).name == "2025-public-r2"


def test_two_writers_at_once_are_refused(year: Path) -> None:
    """The second run is told to wait; it changes nothing."""
    with (
        open_collection(year).lock(),
        pytest.raises(UnreadableError, match="another run"),
        open_collection(year).lock(),
    ):
        pass


def test_a_new_collection_opens_with_its_defaults_and_is_never_overwritten(tmp_path: Path) -> None:
    """The commented settings are valid, and an existing folder is left alone."""
    new_collection(tmp_path / "2026", year=2026)

    collection = open_collection(tmp_path / "2026")
    assert (collection.reference_year, collection.cut_off) == (2026, date(2027, 3, 31))
    assert collection.submissions.name == "submissions"
    with pytest.raises(UsageError, match="exists already"):
        new_collection(tmp_path / "2026", year=2026)

"""Three years are one story: what one year leaves open, the next takes up."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from grids import Records, agency_of

from atstats import pipeline
from atstats.schema import Schema
from atstats.simulation import Simulated, simulate

YES = ("YES", "Po", "Da")


def test_one_year_is_the_last_of_three(years: Mapping[int, Simulated], schema: Schema) -> None:
    """Asked for alone, the last year has the same workbooks and the same truth."""
    alone = simulate(n_persons=35, seed=7, year=2025, schema=schema)
    assert (alone.workbooks, alone.truth) == (years[2025].workbooks, years[2025].truth)


def test_an_agency_gives_a_person_one_number_in_every_year(
    years: Mapping[int, Simulated], all_records: Records
) -> None:
    """The same true person, the same number and the same spelling, whatever the year."""
    written: dict[tuple[str, str, str], set[tuple[object, ...]]] = {}
    for made in years.values():
        for file, sheet, row, person in made.truth:
            if sheet in ("victims", "residents", "assisted") and agency_of(file) != "CVC":
                record = all_records[file, sheet][row]
                agency = agency_of(file).removesuffix("_OLD")
                names = tuple(record.get(column) for column in ("local_person_id", "first_name", "last_name"))
                written.setdefault((agency, sheet, person), set()).add(names)
    assert {len(names) for names in written.values()} == {1}
    seen = {person for made in years.values() for *_, person in made.truth}
    assert len(seen) > 190


def test_open_stays_are_carried_over_and_ended_ones_are_not(all_records: Records) -> None:
    """Who is in a shelter at the end of a year is there at the start of the next, and nobody else."""
    for year in (2023, 2024):
        for shelter in ("ISF", "PVPT", "HHC", "SHELTER_SAMPLE"):
            before = all_records[f"{shelter}_{year}.xlsx", "residents"].values()
            after = all_records.get((f"{shelter}_{year + 1}.xlsx", "residents"), {}).values()
            staying = {(row["local_person_id"], row["entry_date"]) for row in before if "exit_date" not in row}
            carried = {(row["local_person_id"], row["entry_date"]) for row in after if row["carried_over"] in YES}
            assert staying == carried, (shelter, year)


def test_stocks_run_on(all_records: Records) -> None:
    """What prosecution and courts have pending at the end of a year they have at the start of the next."""
    for agency, key in (("SP", "prosecution_office"), ("KJC", "court")):
        for year in (2023, 2024):
            ends, starts = (
                {row[key]: row[column] for row in all_records[f"{agency}_{each}.xlsx", "stock"].values() if row[column]}
                for each, column in ((year, "pending_end"), (year + 1, "pending_start"))
            )
            assert ends == starts, (agency, year)


def test_a_case_runs_through_the_years(all_records: Records) -> None:
    """Some report of 2023 is indicted, judged and final in later years."""
    courses: dict[str, list[int]] = {}
    for year in (2023, 2024, 2025):
        for row in all_records[f"SP_{year}.xlsx", "reports"].values():
            if row["carried_over"] == "NO":
                courses.setdefault(row["report_no"], []).append(year)
        for row in all_records[f"SP_{year}.xlsx", "decisions"].values():
            courses.setdefault(row["report_no"], []).append(year)
        for row in all_records[f"KJC_{year}.xlsx", "judgments"].values():
            courses.setdefault(row["report_no"], []).append(year)
    assert any(set(course) == {2023, 2024, 2025} for course in courses.values())


def test_police_send_again_what_was_still_open(all_records: Records) -> None:
    """A file whose report came in the next year stands in both, its victims carried over."""
    before, after = (
        {row["case_no"]: row for row in all_records[f"KP_THB_{year}.xlsx", "cases"].values()} for year in (2023, 2024)
    )
    both = before.keys() & after.keys()
    assert both
    for case_no in both:
        assert (before[case_no]["status"], after[case_no]["status"]) == ("OPEN", "REPORT_FILED")
        victims = [row for row in all_records["KP_THB_2024.xlsx", "victims"].values() if row["case_no"] == case_no]
        assert {row["carried_over"] for row in victims} == {"YES"}


def test_the_organisation_changes_its_name_and_keeps_its_persons(all_records: Records) -> None:
    """The old code sends the first year, the new one the others; codes are used while they are valid."""
    senders = {file for file, _ in all_records if file.startswith("NGO_SAMPLE")}
    assert senders == {"NGO_SAMPLE_OLD_2023.xlsx", "NGO_SAMPLE_2024.xlsx", "NGO_SAMPLE_2025.xlsx"}
    for (file, sheet), rows in all_records.items():
        for row in rows.values():
            for key, day in (("provider", "from"), ("grantee", "start")):
                if str(row.get(key, "")).startswith("NGO"):
                    assert row[key] == ("NGO_SAMPLE_OLD" if row[day].year == 2023 else "NGO_SAMPLE"), (file, sheet)


def test_the_command_writes_a_folder_for_each_year(root: Path, tmp_path: Path) -> None:
    """Collections that name the ones before them, nearest first, with reasons, agencies and a test key."""
    n_files = pipeline.simulate(tmp_path, n_persons=3, seed=2, year=2025, years=(2024, 2025))
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert len(written) == n_files
    assert [name for name in written if name.startswith("2025/") and "submissions" not in name] == [
        "2025/agencies.toml", "2025/atstats.toml", "2025/notes.csv", "2025/restricted/secrets.toml", "2025/truth.csv",
    ]  # fmt: skip
    assert "previous = []" in (tmp_path / "2024" / "atstats.toml").read_text()
    assert 'previous = ["../2024"]' in (tmp_path / "2025" / "atstats.toml").read_text()
    alone = pipeline.simulate(tmp_path / "alone", n_persons=3, seed=2, year=2025)
    assert alone == sum(name.startswith("2025/") for name in written)


def test_the_first_year_has_a_missing_agency_and_a_heavy_case(
    years: Mapping[int, Simulated], all_records: Records
) -> None:
    """K29 and K24: both have their reason; in the other years no case reaches a third of the victims."""
    assert "WWC_2023.xlsx" not in {grid.file for grid in years[2023].workbooks}
    assert {about for about, *_ in years[2023].notes} == {"missing_agency", "YR-03"}
    for year, made in years.items():
        rows = all_records[f"KP_THB_{year}.xlsx", "victims"].values()
        new = [row["case_no"] for row in rows if row["carried_over"] == "NO"]
        heaviest = max(new.count(case_no) for case_no in new) / len(new)
        assert (heaviest > 1 / 3) == (year == 2023)
        assert ("YR-03", f"KP_THB_{year}.xlsx") not in {line[:2] for line in made.notes} or year == 2023


def test_forms_of_submissions(all_records: Records) -> None:
    """K30: a first submission beside its revision; K40: courts that report after the cut-off date."""

    def meta(file: str) -> Mapping[str, object]:
        (row,) = all_records[file, "meta"].values()
        return row

    first, revised = meta("CSW_19_2024.xlsx"), meta("CSW_19_2024_r2.xlsx")
    assert (first["submission_type"], first["revision_no"]) == ("FIRST", 1)
    assert (revised["submission_type"], revised["revision_no"], revised["replaces_revision"]) == ("REVISED", 2, 1)
    before, after = (
        {row["local_person_id"] for row in all_records[file, "cases"].values()}
        for file in ("CSW_19_2024.xlsx", "CSW_19_2024_r2.xlsx")
    )
    assert (len(before - after), len(after - before)) == (2, 1)
    late = meta("KJC_2025.xlsx")
    assert (late["submission_type"], late["prepared_on"]) == ("PROVISIONAL", date(2026, 4, 10))

"""The schema loader tells every fault of a folder at once, with file and key."""

import shutil
from pathlib import Path

import pytest

from atstats.errors import ConfigurationError
from atstats.schema import load

_CODES = "code,en,sq,sr,valid_from,valid_to,source,checked,htcds,ctdc,eurostat,unodc,ictip\n"
_LABEL = 'label = {en = "a", sq = "b", sr = "c"}'
_COLUMN = f'name = "x", type = "text", {_LABEL}'


@pytest.fixture
def schemas(root: Path, tmp_path: Path) -> Path:
    """A copy of the schemas that ship with atstats."""
    return Path(shutil.copytree(root / "schemas", tmp_path / "schemas"))


def _add(folder: Path, file: str, text: str) -> None:
    """Write at the end of a file, which may be new."""
    with (folder / file).open("a", encoding="utf-8") as written:
        written.write(f"\n{text}\n" if file.endswith(".toml") else f"{text}\n")


def _replace(folder: Path, file: str, old: str, new: str) -> None:
    """Change the first place where a file says something."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, (file, old)
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def _faults(folder: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as failure:
        load(folder)
    assert failure.value.exit_code == 11
    return [line.strip() for line in failure.value.message.splitlines()[1:]]


def test_a_block_is_written_once_and_a_column_of_the_sheet_replaces_its_own(schemas: Path) -> None:
    """Columns of blocks come first; a code list has the crosswalks of its further columns."""
    _add(
        schemas,
        "blocks.toml",
        f'[few]\ncolumns = [{{name = "a", type = "code", codes = "few", {_LABEL}}}, {{{_COLUMN}}}]',
    )
    _add(schemas, "codelists/few.csv", f"{_CODES}F,female,femër,ženski,,,x,,Feminine,,,,")
    sheet = f'[sheets.some]\n{_LABEL}\ngrain = "one"\nblocks = ["few"]\ncolumns = [{{{_COLUMN}, identity = true}}]'
    meta = f'[sheets.meta]\n{_LABEL}\ngrain = "the submission"\nblocks = ["meta"]'
    _add(schemas, "workbooks/few.toml", f"{_LABEL}\n{sheet}\n{meta}")

    schema = load(schemas)

    assert [column.name for column in schema.sheet("few.some").columns] == ["a", "x"]
    assert schema.sheet("few.some").identity_columns == ("x",)
    assert schema.codelists["few"].crosswalk("htcds") == {"F": "Feminine"}
    assert schema.codelists["few"].label("F").of("sr-cyrl") == "женски"


def test_every_fault_is_told_at_once_with_file_and_key(schemas: Path) -> None:
    """Unknown names, missing labels, contradictory bounds, expired validity, rules without examples, wrong SQL."""
    _add(
        schemas,
        "codelists/few.csv",
        f"{_CODES}F,female,,ženski,,31.12.2020,x,,,,,,\nM,m,m,m,2020-01-01,2019-01-01,x,,,,,,",
    )
    _add(schemas, "codelists/few.csv", "M,m,m;n,m,2020-01-01,2020-12-31,x,,,,,,\nA B,m,m,m,,,x,,,,,,\nC")
    _add(
        schemas,
        "reference/law.csv",
        "THB,1,x,2030-01-01,,60,12,,,,,x\nARSON,1,x,2018-01-01,,,,,,,,x\nTHB,1,x,,,,,,,,,x\n"
        ",,x,2018-01-01,,,,,DAYS,9,8,x\n,,x,2019-01-01,,,,,DAYS,,,x\n,,x,2019-01-01,,,,,,,,x",
    )
    _replace(
        schemas,
        "agencies.toml",
        "[units]",
        f"""OLD = {{kind = "police", workbook = "none", valid_from = 2020-01-01, valid_to = 2019-01-01, {_LABEL}}}
NEW = {{kind = "fire", successor = "C", colour = "red", {_LABEL}}}
SAME = {{kind = "police", successor = "SAME", {_LABEL}}}
TWO = {{kind = "police", successor = "SAME", valid_from = 2020-01-01T12:00:00, {_LABEL}}}
"A B" = {{kind = "police", {_LABEL}}}
[units]
"X/1" = {{{_LABEL}}}""",
    )
    _add(
        schemas,
        "workbooks/few.toml",
        f"""{_LABEL}
[sheets.some]
{_LABEL}
grain = "one"
blocks = ["nope", "id:nothing"]
key = ["absent"]
event_date = "n"
columns = [
  {{name = "n", type = "integer", min = 3, max = 1, {_LABEL}}},
  {{name = "c", type = "code", codes = "nolist", {_LABEL}}},
  {{name = "x", type = "number", colour = "red"}},
  {{name = "s", type = "code", codes = "few", required_if = "nothing = 1", {_LABEL}}},
  {{name = "t", type = "text", codes = "few", min = 1, pattern = "(", valid_at = "n", {_LABEL}}},
  {{name = "n", type = "integer", {_LABEL}}},
]
examples = [{{s = "Z", y = 1}}, {{s = "M"}}, {{n = "many"}}]""",
    )
    _add(
        schemas,
        "rules/few.toml",
        """[FEW-02]
severity = "error"
scope = "everywhere"
needs = ["luck"]
applies_to = ["police.victims", "shelter.residents", "police.nothing"]
statement = {en = "a {word}", sq = "b", sr = "c {"}
hint = {en = 3, sq = "b", sr = "c"}
checks = [{must = "wrong > 1", blame = ["nocolumn"]}, {must = "birth_date > 3", blame = ["birth_date"]}]""",
    )
    _add(schemas, "dimensions.toml", f'few = {{codes = "nolist", {_LABEL}}}')
    _replace(schemas, "populations.toml", "identified = {of", "few = {}\nidentified = {of")
    _replace(schemas, "tables/quality.toml", 'by = ["agency"]', 'by = ["few", "sea"], where = {sex = "F"}')
    _replace(schemas, "linkage.toml", 'case_no"]', 'case_nr"]')
    _replace(schemas, "editions.toml", "threshold = 3", "threshold = 4")

    assert sorted(_faults(schemas)) == [
        "agencies.toml  agencies.A B  is a name, which must be of capital letters, digits and _, a letter first",
        "agencies.toml  agencies.NEW  has the unknown key(s) colour",
        "agencies.toml  agencies.NEW.kind  names the unknown kind fire",
        "agencies.toml  agencies.NEW.successor  names the unknown agency C",
        "agencies.toml  agencies.OLD valid_to  is before valid_from",
        "agencies.toml  agencies.OLD.workbook  names the unknown workbook none",
        "agencies.toml  agencies.SAME.successor  leads back to the agency itself",
        "agencies.toml  agencies.TWO.valid_from  is not a date (YYYY-MM-DD, without quotes and without a time)",
        "agencies.toml  units.X/1  names the unknown agency X",
        "codelists/few.csv  M  has a label with a semicolon, which divides codes in a cell",
        "codelists/few.csv  line 2  needs a text in en, sq and sr",
        "codelists/few.csv  line 2 valid_to  is not a date (YYYY-MM-DD)",
        "codelists/few.csv  line 3 valid_to  is before valid_from",
        "codelists/few.csv  line 4  repeats the code M",
        "codelists/few.csv  line 5 code  must be a code: filled, without spaces and semicolons",
        "codelists/few.csv  line 6  has another number of columns than the first line",
        "dimensions.toml  few.codes  names the unknown code list nolist",
        "editions.toml  public.threshold  must not be above base",
        "linkage.toml  case_keys.police_case  names police_case_nr, which no sheet has",
        "populations.toml  victims.variables.few  is not a dimension with a code list in dimensions.toml",
        "reference/law.csv  line 34  holds at the same time as article 165 for THB",
        "reference/law.csv  line 34  min_months is above max_months",
        "reference/law.csv  line 35 offence  names the unknown offence ARSON",
        "reference/law.csv  line 36 valid_from  must be filled",
        "reference/law.csv  line 37  least is above most",
        "reference/law.csv  line 38  holds at the same time as another line for DAYS",
        "reference/law.csv  line 39  must name an offence or a period, and not both",
        "rules/few.toml  FEW-02  has no failing example",
        "rules/few.toml  FEW-02  has no passing example",
        "rules/few.toml  FEW-02.applies_to  applies to the unknown sheet police.nothing",
        "rules/few.toml  FEW-02.checks[0].blame  names nocolumn, which is not there (in police.victims and 1 more)",
        "rules/few.toml  FEW-02.checks[0].must  names the column wrong, which is not there"
        " (in police.victims and 1 more)",
        "rules/few.toml  FEW-02.checks[1].must  compares a date with a number (in police.victims and 1 more)",
        "rules/few.toml  FEW-02.hint  needs a text in en, sq and sr",
        "rules/few.toml  FEW-02.needs[0]  must be one of persons, earlier year, tables",
        "rules/few.toml  FEW-02.reason  is missing",
        "rules/few.toml  FEW-02.scope  must be one of"
        " field, cross-field, cross-sheet, cross-agency, cross-year, publication",
        "rules/few.toml  FEW-02.statement.en  has the unknown placeholder {word};"
        " it may have {cells}, {column}, {first}, {note}, {second}",
        "rules/few.toml  FEW-02.statement.sr  has a brace without its partner",
        "tables/quality.toml  T14.1.layout.rows[0]  asks coverage for sex, which it has not",
        "tables/quality.toml  T14.1.layout.rows[0]  names the unknown dimension sea",
        "workbooks/few.toml  sheets.meta  is missing: it says whose workbook it is",
        "workbooks/few.toml  sheets.some.blocks  block id has no column nothing",
        "workbooks/few.toml  sheets.some.blocks  names the unknown block nope",
        "workbooks/few.toml  sheets.some.columns.c.codes  names the unknown code list nolist",
        "workbooks/few.toml  sheets.some.columns.n  is written twice",
        "workbooks/few.toml  sheets.some.columns.n  min is above max",
        "workbooks/few.toml  sheets.some.columns.s.required_if  names the column nothing, which is not there",
        "workbooks/few.toml  sheets.some.columns.t  has codes but is of type text",
        "workbooks/few.toml  sheets.some.columns.t  has min or max but is of type text",
        "workbooks/few.toml  sheets.some.columns.t.pattern  is not a regular expression",
        "workbooks/few.toml  sheets.some.columns.t.valid_at  names n, which is no date column",
        "workbooks/few.toml  sheets.some.columns.x  has the unknown key(s) colour",
        "workbooks/few.toml  sheets.some.columns.x.label  is missing",
        "workbooks/few.toml  sheets.some.columns.x.type  must be one of"
        " text, date, integer, decimal, code, codes, yesno",
        "workbooks/few.toml  sheets.some.event_date  names n, which is no date",
        "workbooks/few.toml  sheets.some.examples[0]  names the missing column y",
        "workbooks/few.toml  sheets.some.examples[0].s  has the code Z, which few has not",
        "workbooks/few.toml  sheets.some.examples[1].s  has the code M, which is not in use in 2025",
        "workbooks/few.toml  sheets.some.examples[2].n  is not of the type of its column, which is integer",
        "workbooks/few.toml  sheets.some.key  names the missing column absent",
    ]


def test_a_fault_in_a_block_is_told_once_where_it_stands(schemas: Path) -> None:
    """Twelve workbooks take the block; the fault is in one line of one file."""
    _replace(schemas, "blocks.toml", "submission_type = 'REVISED'", "submission_sort = 'REVISED'")
    _replace(schemas, "blocks.toml", 'codes = "lang"', 'codes = "tongue"')

    assert _faults(schemas) == [
        "blocks.toml  meta.columns.replaces_revision.required_if"
        "  names the column submission_sort, which is not there (in assets.meta and 11 more)",
        "blocks.toml  meta.columns.language.codes  names the unknown code list tongue (in assets.meta and 11 more)",
    ]


def test_a_collection_adds_agencies_with_one_line_each(schemas: Path, tmp_path: Path) -> None:
    """An NGO grantee and a police unit; the register that is shipped stays as it is."""
    own = tmp_path / "agencies.toml"
    own.write_text(
        f"""[agencies]
NGO_NEW = {{kind = "ngo", valid_from = 2025-01-01, {_LABEL}}}
[units]
"KP_THB/NEW" = {{{_LABEL}}}
""",
        encoding="utf-8",
    )

    schema, shipped = load(schemas, own_agencies=own), load(schemas)

    assert (schema.agencies["NGO_NEW"].workbook, schema.agencies["NGO_NEW"].exists_in(2024)) == ("ngo", False)
    assert set(schema.units) - set(shipped.units) == {("KP_THB", "NEW")}
    assert "NGO_NEW" in schema.codelists["agency"]
    assert schema.digest != shipped.digest


def test_a_fault_in_what_a_collection_adds_names_the_collections_file(schemas: Path, tmp_path: Path) -> None:
    """The register that is shipped is not blamed for it."""
    own = tmp_path / "2025" / "agencies.toml"
    own.parent.mkdir()
    own.write_text(
        f"""kinds = 3
[agencies]
NGO_NEW = {{kind = "ngo", successor = "NOBODY", workbook = "none", {_LABEL}}}
[units]
"NOBODY/NEW" = {{{_LABEL}}}
""",
        encoding="utf-8",
    )

    with pytest.raises(ConfigurationError) as failure:
        load(schemas, own_agencies=own)

    assert failure.value.message.splitlines()[1:] == [
        "  2025/agencies.toml  kinds  must stand below the heading [agencies] or [units]",
        "  2025/agencies.toml  agencies.NGO_NEW.workbook  names the unknown workbook none",
        "  2025/agencies.toml  units.NOBODY/NEW  names the unknown agency NOBODY",
        "  2025/agencies.toml  agencies.NGO_NEW.successor  names the unknown agency NOBODY",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "exchange_rates",
            "EUR,2012,1,",
            "euro,2012,1,",
            "line 2 currency  is not a currency of three capital letters",
        ),
        ("exchange_rates", "EUR,2012,1,", "EUR,12,1,", "line 2 year  is not a year"),
        ("exchange_rates", "EUR,2012,1,", "EUR,2012,one,", "line 2 eur_per_unit  is not a number above 0"),
        ("exchange_rates", "EUR,2012,1,", "EUR,2012,0.00,", "line 2 eur_per_unit  is not a number above 0"),
        ("exchange_rates", "EUR,2012,1,", "EUR,2013,1,", "line 3  repeats the rate of EUR in 2013"),
        ("article_crosswalk", "THB,139", "THEFT,139", "line 2 offence  names the unknown offence THEFT"),
        ("article_crosswalk", ",core,", ",,", "line 2 use  must be filled"),
        ("history", "2012,identified,,54", "2012,identified,,many", "line 2 value  is not a number, nor : for"),
        ("history", "2012,identified,,54", "2012,identified,women,54", "line 2 breakdown  must be variable=category"),
        ("population", "census,1739825", "census,-1", "line 2 population  is not a whole number"),
        ("transliteration", "letters,xh", "sounds,xh", "line 2 kind  must be letters or name"),
        ("law", "2004-04-06,2012-12-31", "April 2004,2012-12-31", "line 2 valid_from  is not a date (YYYY-MM-DD)"),
    ],
)
def test_a_wrong_cell_of_a_reference_table_is_told_by_line_and_column(
    schemas: Path, file: str, old: str, new: str, told: str
) -> None:
    """Whether or not a command reads the table."""
    _replace(schemas, f"reference/{file}.csv", old, new)

    assert any(fault.startswith(f"reference/{file}.csv  {told}") for fault in _faults(schemas))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[bands]", "[bends]", ["has the unknown key(s) bends", "bands  is missing"]),
        (
            '{name = "same", m = 0.985, u = 0.62},',
            "",
            ["comparisons.sex.levels  needs each of the levels that are compared, once: same, different"],
        ),
        ("[comparisons.sex]", "[comparisons.hair]", ["comparisons  has the unknown key(s) hair"]),
        (
            'parts = ["case"]',
            'parts = ["hair"]',
            ["blocking.blocks[18].parts[0]  must be one of personal_no, id_doc_no"],
        ),
        ('hold = "never"', 'hold = "ever"', ["holds[0].hold  must be one of never, review, doubt"]),
        ('all = ["personal_no:different"]', 'all = ["sex:exact"]', ["holds[0].all[0]  must be one of given_differs"]),
        ('carries = ["indictment"]', 'carries = ["hair"]', ["names the unknown case key hair"]),
        ("m = 0.985", "m = 0.0", ["comparisons.sex.levels.same.m  must be above 0 and at most 1"]),
        ("m = 0.985", "m = 1.5", ["comparisons.sex.levels.same.m  must be above 0 and at most 1"]),
        (
            'presumed = "PVOT"',
            'presumed = "MAYBE"',
            ["status.presumed  has the code MAYBE, which victim_status has not"],
        ),
        ('"police.victims"]\nlocal_id', '"police.victim"]\nlocal_id', ["names the unknown sheet police.victim"]),
        ("review = -2.0", "review = 7.0", ["bands.review  is above link"]),
        (
            '[roles.victim.sheets."csw.cases"]',
            '[roles.victim.sheets."csw.case"]',
            [
                "roles.victim.sheets.csw.case  names the unknown sheet csw.case",
                "roles.victim.sheets  does not say how to read csw.cases, which has this role",
            ],
        ),
    ],
)
def test_a_fault_of_the_linkage_specification_is_told_when_the_folder_is_read(
    schemas: Path, old: str, new: str, told: list[str]
) -> None:
    """Names that stand for nothing, other levels than are compared, impossible shares, sheets that are not there."""
    _replace(schemas, "linkage.toml", old, new)

    faults = _faults(schemas)

    for each in told:
        assert any(fault.startswith("linkage.toml  ") and each in fault for fault in faults), faults


def test_the_public_edition_cannot_show_numbers_as_counted(schemas: Path) -> None:
    """What is published is for everybody."""
    _replace(schemas, "editions.toml", 'method = "rounding"\nbase', 'method = "exact"\nbase')

    assert "editions.toml  public.method  must be rounding: what is published is for everybody" in _faults(schemas)


def test_what_the_program_asks_for_by_name_must_be_there(schemas: Path) -> None:
    """A rule that a function works out and its threshold, a table that the report quotes, a column that counts read."""
    _replace(schemas, "rules/years.toml", "[VIC-24]", "[VIC-99]")
    _replace(schemas, "rules/years.toml", "expected = ", "hoped = ")
    _replace(schemas, "tables/profile.toml", "T2.1", "T2.9")
    _replace(schemas, "codelists/offence.csv", ",thb", ",trafficking")
    _replace(schemas, "populations.toml", "[trainings]", "[lessons]")
    _replace(schemas, "populations.toml", "[trainings.variables]", "[lessons.variables]")
    _replace(schemas, "workbooks/shelter.toml", "[sheets.capacity]", "[sheets.beds]")

    faults = _faults(schemas)

    for expected in (
        "rules  VIC-24  is missing: the program asks for this rule by its name",
        "rules/years.toml  YR-06.parameters.expected  is missing: the rule is worked out with it",
        "tables  T2.1  is missing: the program asks for this table by its name",
        "codelists/offence.csv  lacks the column(s) thb",
        "populations.toml  trainings  is missing: the program asks for this population by its name",
        "populations.toml  lessons  is none of the kinds of unit that can be counted",
        "workbooks  shelter.capacity  is missing: the program asks for this sheet by its name",
    ):
        assert expected in faults


def test_a_sheet_of_persons_has_a_key_and_is_read_in_its_own_role(schemas: Path) -> None:
    """Rules tell its rows by the key, and linkage finds its persons by the role."""
    _replace(schemas, "workbooks/police.toml", 'key = ["case_no", "local_person_id"]\n', "")
    _replace(schemas, "workbooks/shelter.toml", 'role = "victim"\n', "")
    _replace(schemas, "workbooks/csw.toml", 'role = "victim"\n', 'role = "suspect"\n')

    assert sorted(_faults(schemas)) == [
        "linkage.toml  roles.suspect.sheets  does not say how to read csw.cases, which has this role",
        "linkage.toml  roles.victim.sheets.csw.cases  names a sheet without this role",
        "linkage.toml  roles.victim.sheets.shelter.residents  names a sheet without this role",
        "workbooks/police.toml  sheets.victims.key  is missing: it tells the records of persons apart",
    ]

"""The schema loader tells every fault of a folder at once."""

from pathlib import Path

import pytest

from atstats.errors import ConfigurationError
from atstats.schema import load

_CODES = "code,en,sq,sr,valid_from,valid_to,source,checked,htcds,ctdc,eurostat,unodc,ictip\n"
_LAW = "offence,article,code,valid_from,valid_to,min_months,max_months,aggravated_min,period,least,most,source\n"
_LABEL = 'label = {en = "a", sq = "b", sr = "c"}'


def _write(folder: Path, files: dict[str, str]) -> Path:
    minimal = {
        "blocks.toml": "",
        "agencies.toml": "",
        "guidance.toml": "",
        "dimensions.toml": "",
        "populations.toml": "",
        "linkage.toml": "",
        "editions.toml": "",
        "reference/law.csv": _LAW,
        "reference/history.csv": "year,indicator,breakdown,value,flag,source,published_on,note\n",
        "reference/population.csv": "year,municipality,sex,age_group,variant,population,source\n",
        "reference/transliteration.csv": "kind,albanian,serbian_latin,serbian_cyrillic,note\n",
    }
    for name, text in {**minimal, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_whole_folder_is_read(tmp_path: Path) -> None:
    """Blocks are written once and used by reference; a column of the sheet replaces the block's."""
    schema = load(
        _write(
            tmp_path,
            {
                "blocks.toml": f'[id]\ncolumns = [{{name="sex", type="code", codes="sex", {_LABEL}}}]\n',
                "codelists/sex.csv": f"{_CODES}F,female,femër,ženski,,,x,,Feminine,,,,\n",
                "workbooks/police.toml": f"""{_LABEL}
[sheets.victims]
{_LABEL}
grain = "one person"
role = "victim"
blocks = ["id"]
columns = [{{name="case_no", type="text", required=true, identity=true, {_LABEL}}}]
""",
            },
        )
    )

    sheet = schema.sheet("police.victims")
    assert [column.name for column in sheet.columns] == ["sex", "case_no"]
    assert sheet.identity_columns == ("case_no",)
    assert schema.codelists["sex"].crosswalk("htcds") == {"F": "Feminine"}
    assert schema.codelists["sex"].label("F").of("sr-cyrl") == "женски"


def test_every_fault_is_told_at_once_with_file_and_key(tmp_path: Path) -> None:
    """Unknown names, missing labels, contradictory bounds, expired validity, rules without examples, wrong SQL."""
    folder = _write(
        tmp_path,
        {
            "codelists/sex.csv": f"{_CODES}F,female,,ženski,,31.12.2020,x,,,,,,\n"
            "M,m,m,m,2020-01-01,2019-01-01,x,,,,,,\n",
            "codelists/offence.csv": f"{_CODES}THB,a,b,c,,,x,,,,,,\n",
            "reference/law.csv": f"{_LAW}"
            "THB,165,x,2019-01-01,,60,12,,,,,x\nTHB,171,x,2018-01-01,2019-06-30,,,,,,,x\n"
            "ARSON,1,x,2018-01-01,,,,,,,,x\n,,x,2018-01-01,,,,,DAYS,9,8,x\n,,x,2019-01-01,,,,,DAYS,,,x\n"
            ",,x,2019-01-01,,,,,,,,x\n",
            "agencies.toml": f"""[kinds.police]
{_LABEL}
[agencies]
A = {{kind = "police", workbook = "none", valid_from = 2020-01-01, valid_to = 2019-01-01, {_LABEL}}}
B = {{kind = "fire", successor = "C", colour = "red", {_LABEL}}}
[units]
"X/1" = {{{_LABEL}}}
""",
            "workbooks/police.toml": f"""{_LABEL}
[sheets.victims]
{_LABEL}
blocks = ["nope"]
key = ["absent"]
columns = [
  {{name="n", type="integer", min=3, max=1, {_LABEL}}},
  {{name="c", type="code", codes="nolist", {_LABEL}}},
  {{name="x", type="number", colour="red"}},
  {{name="s", type="code", codes="sex", required_if="nothing = 1", {_LABEL}}},
]
examples = [{{s = "Z", y = 1}}, {{s = "M"}}]
""",
            "rules/vic.toml": """[VIC-02]
severity = "error"
scope = "everywhere"
needs = ["luck"]
applies_to = ["police.victims", "police.nothing"]
statement = {en = "a", sq = "b", sr = "c"}
hint = {en = "a", sq = "b", sr = "c"}
checks = [{must = "wrong > 1", blame = ["nocolumn"]}]
""",
            "linkage.toml": "= broken",
        },
    )

    with pytest.raises(ConfigurationError) as failure:
        load(folder)

    told = str(failure.value)
    for expected in (
        "codelists/sex.csv  line 2  needs a text in en, sq and sr",
        "codelists/sex.csv  line 2 valid_to  is not a date",
        "codelists/sex.csv  line 3 valid_to  is before valid_from",
        "reference/law.csv  line 2  min_months is above max_months",
        "reference/law.csv  line 3  holds at the same time as article 165 for THB",
        "reference/law.csv  line 4 offence  names the unknown offence ARSON",
        "reference/law.csv  line 5  least is above most",
        "reference/law.csv  line 6  holds at the same time as another line for DAYS",
        "reference/law.csv  line 7  must name an offence or a period, and not both",
        "agencies.toml  A valid_to  is before valid_from",
        "agencies.toml  A  names the unknown workbook none",
        "agencies.toml  B.kind  names the unknown kind fire",
        "agencies.toml  B  has the unknown key(s) colour",
        "agencies.toml  B.successor  names the unknown agency C",
        "agencies.toml  units.X/1  names the unknown agency X",
        "victims.s.required_if  names the column nothing, which is not there",
        "sheets.victims.examples[0]  names the missing column y",
        "victims.examples[0].s  has the code Z, which sex has not",
        "victims.examples[1].s  has the code M, which is not in use in 2025",
        "workbooks/police.toml  sheets.victims.blocks  names the unknown block nope",
        "workbooks/police.toml  sheets.victims.key  names the missing column absent",
        "sheets.victims.n  min is above max",
        "victims.c  names the unknown code list nolist",
        "sheets.victims.x  type must be one of",
        "sheets.victims.x  has the unknown key(s) colour",
        "sheets.victims.x.label  needs a text in en, sq and sr",
        "rules/vic.toml  VIC-02  has no failing example",
        "rules/vic.toml  VIC-02  has no passing example",
        "rules/vic.toml  VIC-02.scope  must be one of",
        "rules/vic.toml  VIC-02.needs  must be among",
        "rules/vic.toml  VIC-02.reason  is missing",
        "rules  VIC-02.checks[0].must  for police.victims: names the column wrong, which is not there",
        "rules  VIC-02  applies to the unknown sheet police.nothing",
        "rules  VIC-02  blames nocolumn, which police.victims has not",
        "linkage.toml  is not TOML",
    ):
        assert expected in told
    assert failure.value.exit_code == 11


def test_a_collection_adds_agencies_with_one_line_each(tmp_path: Path) -> None:
    """An NGO grantee and a police unit; the register that is shipped stays as it is."""
    register = f"""[kinds.ngo]
{_LABEL}
priority = 45
[agencies]
KP = {{kind = "ngo", {_LABEL}}}
"""
    folder = _write(tmp_path / "schemas", {"agencies.toml": register})
    own = tmp_path / "agencies.toml"
    own.write_text(
        f"""[agencies]
NGO_NEW = {{kind = "ngo", valid_from = 2025-01-01, {_LABEL}}}
[units]
"KP/PR" = {{{_LABEL}}}
""",
        encoding="utf-8",
    )

    schema = load(folder, own_agencies=own)

    assert (schema.agencies["NGO_NEW"].priority, schema.agencies["NGO_NEW"].exists_in(2024)) == (45, False)
    assert list(schema.units) == [("KP", "PR")]
    assert "NGO_NEW" in schema.codelists["agency"]
    assert schema.digest != load(folder).digest


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("agencies.toml", "kinds = 3", "agencies.toml  kinds  must be a table"),
        ("agencies.toml", "[agencies]\nX = 3", "agencies.toml  agencies.X  must be a table"),
        ("agencies.toml", "[units]\n'X/Y' = 'a'", "agencies.toml  units.X/Y  must be a table"),
        ("agencies.toml", "[agencies.X]\npriority = 'q'", "agencies.toml  X.priority  is not a whole number"),
        ("workbooks/police.toml", "sheets = 3", "workbooks/police.toml  sheets  must be a table"),
        ("blocks.toml", "id = 3", "blocks.toml  id  must be a table"),
        ("rules/victims.toml", "VIC-01 = 3", "rules/victims.toml  VIC-01  must be a table"),
        ("dimensions.toml", "a = 3", "dimensions.toml  a  must be a table"),
        ("populations.toml", "a = 3", "populations.toml  a  must be a table"),
        ("guidance.toml", "a = 3", "guidance.toml  a  must be a table"),
    ],
)
def test_a_value_where_a_table_belongs_is_a_fault_with_file_and_key(
    tmp_path: Path, file: str, text: str, told: str
) -> None:
    """It stands in the list with the other faults, and is no error of the program."""
    with pytest.raises(ConfigurationError) as raised:
        load(_write(tmp_path, {file: text}))
    assert told in str(raised.value)

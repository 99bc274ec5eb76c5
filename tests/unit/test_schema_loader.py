"""The schema loader tells every fault of a folder at once."""

from pathlib import Path

import pytest

from atstats.errors import ConfigurationError
from atstats.schema import load

_LABEL = 'label = {en = "a", sq = "b", sr = "c"}'


def _write(folder: Path, files: dict[str, str]) -> Path:
    minimal = {
        "blocks.toml": "",
        "agencies.toml": "",
        "dimensions.toml": "",
        "populations.toml": "",
        "linkage.toml": "",
        "editions.toml": "",
        "reference/law.csv": "offence,article,code,valid_from,valid_to,min_months,max_months,aggravated_min,source\n",
        "reference/history.csv": "year,indicator,breakdown,value,flag,source,published_on,note\n",
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
                "codelists/sex.csv": "code,en,sq,sr,valid_from,valid_to,source,htcds\n"
                "F,female,femër,ženski,,,x,Feminine\n",
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
    """Unknown block and code list, missing label, contradictory bounds, rule without failing example."""
    folder = _write(
        tmp_path,
        {
            "codelists/sex.csv": "code,en,sq,sr,valid_from,valid_to,source\nF,female,,ženski,,31.12.2020,x\n",
            "workbooks/police.toml": f"""{_LABEL}
[sheets.victims]
{_LABEL}
blocks = ["nope"]
key = ["absent"]
columns = [
  {{name="n", type="integer", min=3, max=1, {_LABEL}}},
  {{name="c", type="code", codes="nolist", {_LABEL}}},
  {{name="x", type="number", colour="red"}},
]
""",
            "rules/vic.toml": """[VIC-02]
severity = "error"
applies_to = ["police.victims", "police.nothing"]
statement = {en = "a", sq = "b", sr = "c"}
hint = {en = "a", sq = "b", sr = "c"}
checks = [{must = "n > 1", blame = ["nocolumn"]}]
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
        "workbooks/police.toml  sheets.victims.blocks  names the unknown block nope",
        "workbooks/police.toml  sheets.victims.key  names the missing column absent",
        "sheets.victims.n  min is above max",
        "victims.c  names the unknown code list nolist",
        "sheets.victims.x  type must be one of",
        "sheets.victims.x  has the unknown key(s) colour",
        "sheets.victims.x.label  needs a text in en, sq and sr",
        "rules/vic.toml  VIC-02  has no failing example",
        "rules  VIC-02  applies to the unknown sheet police.nothing",
        "rules  VIC-02  blames nocolumn, which police.victims has not",
        "linkage.toml  is not TOML",
    ):
        assert expected in told
    assert failure.value.exit_code == 11

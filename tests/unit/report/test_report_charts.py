"""Charts: drawn from templates, from published cells only, with words that replace them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atstats.errors import ConfigurationError
from atstats.report.blocks import Figure, plain
from atstats.report.charts import Charts
from atstats.report.figures import figure

SERIES = """
                   | year=2018 | year=2020 | year=2022 | year=2025
victim_status=_T   | :  | : | :  | 36~
victim_status=VOT  | 15 | c | 19 | 27~
"""


def first(made: Any, language: str = "en") -> Figure:
    """Figure C1 of an edition."""
    got = figure("C1", context=made.context(language), charts=Charts(made.templates / "charts"))
    assert got is not None
    return got


def drawn(svg: str) -> list[str]:
    """The words in a chart."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_the_series_has_its_gaps_and_its_withheld_year(edition: Callable[..., Any]) -> None:
    """Every year from the first to the reference year has a place; one without a number has a symbol and no column."""
    got = first(edition(("T1.1", SERIES)))

    assert drawn(got.picture.svg) == [
        *("2018", "2019", "2020", "2021", "2022", "2023", "2024", "2025"),
        *("15", "19", "27"),
        *("[x]", "[c]", "[x]", "[x]", "[x]"),
    ]
    assert got.picture.svg.count('fill="#5B84A8"') == 2
    assert got.picture.svg.count('fill="#12436D"') == 1
    assert got.picture.cells == ("T1.1:r2:c1", "T1.1:r2:c3", "T1.1:r2:c4")
    assert plain(got.title) == "Between 15 and 27 victims a year were formally identified since 2018"
    assert got.picture.alt == (
        "Formally identified victims by year. 2018: 15; 2022: 19; 2025: 27. "
        "Years without a published figure: 2019, 2020, 2021, 2023, 2024."
    )
    assert got.table == "T1.1"


def test_a_break_is_a_line_with_words(edition: Callable[..., Any]) -> None:
    """The break stands before the flagged year, in the chart and in the words that replace it."""
    table = "| year=2023 | year=2024 | year=2025\nvictim_status=VOT | 15 | 19b | 27"

    got = first(edition(("T1.1", table)), "sq")

    assert "Ndërprerje e serisë" in drawn(got.picture.svg)
    assert 'stroke-dasharray="3,3"' in got.picture.svg
    assert got.picture.alt.endswith("Seria ndërpritet para: 2024.")


def test_no_chart_of_one_number(edition: Callable[..., Any]) -> None:
    """A series needs two numbers that may be printed."""
    made = edition(("T1.1", "| year=2022 | year=2025\nvictim_status=VOT | c | 27"))

    assert figure("C1", context=made.context(), charts=Charts(made.templates / "charts")) is None


def test_no_chart_without_a_status(edition: Callable[..., Any]) -> None:
    """A table of years that is not about a status has no series."""
    made = edition(("T1.1", "| year=2022 | year=2025\nsex=F | 19 | 27"))

    assert figure("C1", context=made.context(), charts=Charts(made.templates / "charts")) is None


def test_the_series_with_more_published_years_is_drawn(edition: Callable[..., Any]) -> None:
    """Registered victims are shown as soon as more of their years are published than of identified ones."""
    table = "| year=2023 | year=2024 | year=2025\nvictim_status=_T | 30 | 40 | 36\nvictim_status=VOT | : | 19 | 27"

    assert plain(first(edition(("T1.1", table))).title) == "Between 30 and 40 victims a year were registered since 2023"


def test_charts_carry_no_words_of_the_renderer(edition: Callable[..., Any]) -> None:
    """The renderer's English roles and labels are gone; the picture is hidden, its words are not."""
    picture = first(edition(("T1.1", SERIES)), "sr").picture

    for svg in (picture.svg, picture.narrow):
        assert re.findall(r' (?:role|class|xmlns|aria-(?!hidden="true")[a-z]+)="', svg) == []
        assert svg.startswith("<svg ")
    assert drawn(picture.narrow)[:2] == ["’18", "’19"]


def test_equal_charts_are_drawn_once_and_the_same_each_time(templates: Path) -> None:
    """A chart without words serves all languages."""
    values = [{"zero": 0, "part": 1, "whole": 2}]
    charts = Charts(templates / "charts")

    assert (
        charts.draw("share", values)
        == charts.draw("share", values)
        == Charts(templates / "charts").draw("share", values)
    )
    assert len(charts.drawn) == 1


def test_labels_are_text_and_never_mark_up(templates: Path) -> None:
    """A label with mark-up in it is drawn as it stands."""
    row = {"year": "2025", "n": 1, "label": "<script>x</script>", "now": True, "after_break": True}

    svg = Charts(templates / "charts").draw("C1", [row], parameters={"break_words": "</svg><b>"})

    assert "<script" not in svg
    assert "<b>" not in svg
    assert "&lt;script&gt;x&lt;/script&gt;" in svg


def test_charts_hold_no_data_and_reach_nothing(templates: Path) -> None:
    """A chart file has no data of its own and no address to fetch any from."""
    for path in sorted((templates / "charts").glob("*.vl.json")):
        spec = json.loads(path.read_text(encoding="utf-8"))
        assert "data" not in spec, path.name
        assert spec["description"]
        assert re.findall(r'"url"', json.dumps(spec)) == []


PALETTE = {"#12436D": 10.0, "#F46A25": 3.03, "#28A197": 3.17, "#801650": 9.77, "#5B84A8": 3.0}


@pytest.mark.parametrize(("colour", "least"), sorted(PALETTE.items()))
def test_colours_that_carry_a_value_stand_out_from_white(colour: str, least: float) -> None:
    """Contrast by WCAG's formula, at least three to one."""

    def channel(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (channel(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    contrast = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)

    assert contrast >= least - 0.01


def test_a_chart_file_that_is_wrong_is_named(tmp_path: Path, edition: Callable[..., Any]) -> None:
    """Missing, not JSON, not an object, not drawable, or not known: the message names the file."""
    (tmp_path / "theme.json").write_text("{}")
    (tmp_path / "list.vl.json").write_text("[]")
    (tmp_path / "odd.vl.json").write_text("{")
    (tmp_path / "bad.vl.json").write_text('{"mark": 7}')
    messages = []
    for name in ("none", "list", "odd", "bad"):
        with pytest.raises(ConfigurationError) as caught:
            Charts(tmp_path).draw(name, [])
        messages.append(caught.value.message)
    with pytest.raises(ConfigurationError) as caught:
        figure("C99", context=edition().context(), charts=Charts(tmp_path))
    messages.append(caught.value.message)

    assert messages == [
        "the chart file none.vl.json is missing or is not JSON",
        "the chart file list.vl.json is not a chart",
        "the chart file odd.vl.json is missing or is not JSON",
        "the chart bad.vl.json cannot be drawn",
        "a chapter asks for the unknown figure C99",
    ]

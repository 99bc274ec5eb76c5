"""The font in the HTML: all letters of our languages, renamed, weights from regular to bold."""

from io import BytesIO

from fontTools.ttLib import TTFont

from atstats.report.fonts import WEB_FAMILY, web_font


def test_the_font_has_our_letters_and_not_the_reserved_name() -> None:
    """Albanian, Serbian in both scripts and English, no name with "Source" but in the makers' own notice."""
    letters = "AaÇçËë" + "ČčĆćĐđŠšŽž" + "ЉљЊњЏџЂђЋћЈјЖжЧчШш" + "0123456789.,;:–—’„“”•…€"

    with TTFont(BytesIO(web_font())) as font:
        assert set(map(ord, letters)) <= set(font.getBestCmap())
        axis = font["fvar"].axes[0]
        assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", 400.0, 700.0)
        names = {record.nameID: str(record) for record in font["name"].names}
    assert {names[identifier] for identifier in (1, 3, 4)} == {WEB_FAMILY}
    assert [identifier for identifier, name in names.items() if "Source" in name and identifier != 0] == []
    assert "OFL" in names[14]


def test_the_font_is_small_and_the_same_each_time() -> None:
    """Cutting it again gives the same bytes."""
    first = web_font()
    web_font.cache_clear()

    assert web_font() == first
    assert len(first) < 60_000

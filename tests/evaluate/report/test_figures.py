import re
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from sennight.evaluate.report.figures import NARROW, WIDE, Frame, axes, marker, picture, svg

HOSTILE = '<script>alert(1)</script> & "$x$ url(#a) id="b" 1.23456'


def draw(frame: Frame) -> Figure:
    figure = frame.figure(80)
    plot = axes(figure, left=40, top=10, width=frame.width - 60, height=40)
    plot.plot([0, 1], [0, 1])
    plot.broken_barh([(0, 1)], (0, 1), hatch="//")
    plot.set_title(HOSTILE)
    return figure


@pytest.fixture
def drawn() -> str:
    return str(picture("one", title="A title <b>", description="Says & shows", draw=draw))


def test_a_figure_is_well_formed_and_comes_in_two_widths(drawn: str) -> None:
    wide, narrow = ElementTree.fromstring(f"<page>{drawn}</page>")
    assert (wide.get("class"), wide.get("width")) == ("figure wide", str(WIDE.width))
    assert (narrow.get("class"), narrow.get("width")) == ("figure narrow", str(NARROW.width))
    box = [float(number) for number in wide.attrib["viewBox"].split()]
    assert box == [0, 0, WIDE.width, 80]


def test_a_screen_reader_finds_title_and_description(drawn: str) -> None:
    for figure in ElementTree.fromstring(f"<page>{drawn}</page>"):
        named = {part.get("id"): part.text for part in figure}
        title, description = figure.attrib["aria-labelledby"].split()
        assert (named[title], named[description]) == ("A title <b>", "Says & shows")
        assert figure.get("role") == "img"


def test_text_of_others_stays_text(drawn: str) -> None:
    assert "<script" not in drawn
    texts = [
        "".join(part.itertext())
        for part in ElementTree.fromstring(f"<page>{drawn}</page>").iter()
        if part.tag.endswith("text")
    ]
    assert texts.count(HOSTILE) == 2


def test_no_id_is_used_twice_and_every_reference_is_met(drawn: str) -> None:
    tags = re.findall(r"<[^>]*>", drawn)
    ids = [name for tag in tags for name in re.findall(r'\sid="([^"]*)"', tag)]
    wanted = {name for tag in tags for name in re.findall(r'(?:url\(#|href="#)([^)"]+)', tag)}
    assert len(ids) == len(set(ids))
    assert wanted
    assert wanted <= set(ids)


def test_a_figure_brings_no_style_sheet_and_names_no_font(drawn: str) -> None:
    assert "<style" not in drawn
    assert "<metadata" not in drawn
    assert "font-family" not in drawn


def test_the_same_drawing_gives_the_same_bytes_whatever_a_person_has_set(drawn: str) -> None:
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert str(picture("one", title="A title <b>", description="Says & shows", draw=draw)) == drawn
        assert mpl.rcParams["font.size"] == 30


def test_a_control_character_does_not_break_the_drawing() -> None:
    drawn = str(svg("x", title="a\x00b", description="c\x0bd", frame=NARROW, draw=draw))
    assert ElementTree.fromstring(drawn)[0].text == "a\ufffdb"


@pytest.mark.parametrize("shape", ["o", "s", "D", "^", "-"])
def test_a_legend_mark_is_hidden_from_screen_readers(shape: str) -> None:
    assert ElementTree.fromstring(str(marker(shape, "#0072B2"))).get("aria-hidden") == "true"

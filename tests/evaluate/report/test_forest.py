import matplotlib as mpl
import pytest

from sennight.evaluate.report.figures import NARROW, STYLE, WIDE, Frame
from sennight.evaluate.report.forest import ForestRow, Point, Series, forest, short

LONG = "Was the person ever told of heart failure, coronary disease, angina, heart attack or stroke (any of them)?"
SERIES = (Series(name="a", colour="#0072B2", marker="o"), Series(name="b", colour="#D55E00", marker="s"))


def rows(n: int = 7) -> list[ForestRow]:
    a, b = Point(value=0.7, low=0.6, high=0.8), Point(value=0.5, low=0.31, high=0.93)
    return [
        ForestRow(label=LONG if i % 2 else "Is it so?", group=f"part {i // 3}", points=(a, None if i == 2 else b))
        for i in range(n)
    ]


def test_brackets_are_left_out_of_labels_unless_nothing_else_is_there() -> None:
    assert short("How high is HbA1c (%)?") == "How high is HbA1c?"
    assert short("(all)") == "(all)"


@pytest.mark.parametrize("frame", [WIDE, NARROW])
def test_no_label_is_cut_and_no_two_lie_over_each_other(frame: Frame) -> None:
    with mpl.rc_context(STYLE):
        figure = forest(rows(), SERIES, axis="AUC", nothing=0.5, frame=frame)
        figure.draw_without_rendering()
        (plot,) = figure.axes
        boxes = [text.get_window_extent() for text in plot.texts]
        ticks = [label.get_window_extent() for label in plot.get_xticklabels() if label.get_text()]
        whole = figure.bbox
    assert len(boxes) >= 7 + 3
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= whole.x1
        assert not any(box.overlaps(other) for other in boxes if other is not box)
        assert not any(box.overlaps(tick) for tick in ticks)
    if not frame.narrow:
        assert max(box.x1 for box in boxes) <= plot.get_window_extent().x0


def test_every_interval_lies_inside_the_axis() -> None:
    figure = forest(rows(), SERIES, axis="AUC", nothing=0.5, frame=WIDE)
    low, high = figure.axes[0].get_xlim()
    assert low < 0.31
    assert high > 0.93


def test_what_was_not_assessed_is_not_drawn() -> None:
    def marks(table: list[ForestRow]) -> int:
        figure = forest(table, SERIES, axis="AUC", nothing=0.5, frame=WIDE)
        return sum(line.get_marker() == "s" for line in figure.axes[0].lines)

    assert marks(rows()) == 6

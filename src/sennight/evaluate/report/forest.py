"""Forest plots: one row a question, one mark with its 95 % interval a feature set, grouped by part of health."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sennight.evaluate.report.figures import INK, LINE, SOFT, STRIPE, Frame, axes
from sennight.evaluate.report.plain import words

STEP, PAD, LETTER, LINE_HEIGHT, DOMAIN_HEIGHT = 9.5, 8.0, 7.0, 15.0, 32.0  # pixels
TEXT_SIZE = 12.0  # pixels; a letter of it is LETTER wide
AXIS_TOP, AXIS_BOTTOM = 26.0, 44.0  # pixels; room for the ticks above and below
MAX_LINES = 3


@dataclass(frozen=True, kw_only=True)
class Series:
    """How one feature set, or one difference, is drawn."""

    name: str
    colour: str
    marker: str


@dataclass(frozen=True, kw_only=True)
class Point:
    """A value in its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class ForestRow:
    """One question: a point a series, None where it was not assessed."""

    label: str
    group: str
    points: tuple[Point | None, ...]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where a row stands: its lines of text and its pixels from the top."""

    row: ForestRow
    lines: tuple[str, ...]
    top: float
    height: float


def forest(
    rows: Sequence[ForestRow], series: Sequence[Series], *, axis: str, nothing: float | int, frame: Frame
) -> Figure:
    """Draw all rows; `nothing` is the value of chance or of no difference, where a line stands."""
    left = 12.0 if frame.narrow else 0.38 * frame.width
    right = 14.0
    placed, domains, height = _place(rows, len(series), frame=frame, label_width=left)
    figure = frame.figure(AXIS_TOP + height + AXIS_BOTTOM)
    plot = axes(figure, left=left, top=AXIS_TOP, width=frame.width - left - right, height=height)
    plot.set_xlim(*_limits(rows, nothing))
    plot.set_ylim(height, 0)
    _dress(plot, axis=axis, nothing=nothing)
    for at, name in domains:
        _domain(plot, name, at, left=left, frame=frame)
    for i, place in enumerate(placed):
        _draw_row(plot, place, series, stripe=i % 2 == 0, left=left, frame=frame)
    return figure


def short(question: str) -> str:
    """A question without what stands in brackets, for a label.

    >>> short("How high is HbA1c (%)?")
    'How high is HbA1c?'
    """
    bare = re.sub(r"\s*\([^()]*\)", "", words(question)).strip()
    return bare or words(question)


def _place(
    rows: Sequence[ForestRow], n_series: int, *, frame: Frame, label_width: float
) -> tuple[list[Placed], list[tuple[float, str]], float]:
    """Rows from top to bottom with a heading before each group, and the height of all."""
    characters = int((frame.width - 28 if frame.narrow else label_width - 20) / LETTER)
    placed, domains, top, group = [], [], 0.0, None
    for row in rows:
        if row.group != group:
            group = row.group
            domains.append((top, group))
            top += DOMAIN_HEIGHT
        lines = tuple(textwrap.wrap(short(row.label), characters, max_lines=MAX_LINES, placeholder=" …")) or ("",)
        marks, text = n_series * STEP + PAD, len(lines) * LINE_HEIGHT
        height = marks + text + 6 if frame.narrow else max(marks, text + PAD)
        placed.append(Placed(row=row, lines=lines, top=top, height=height))
        top += height
    return placed, domains, top + 4


def _limits(rows: Sequence[ForestRow], nothing: float | int) -> tuple[float, float]:
    """Everything that is drawn, with a margin."""
    points = [point for row in rows for point in row.points if point]
    low = min([nothing, *(point.low for point in points)])
    high = max([nothing, *(point.high for point in points)])
    margin = 0.03 * max(high - low, 0.02)
    return low - margin, high + margin


def _dress(plot: Axes, *, axis: str, nothing: float | int) -> None:
    plot.set_xlabel(axis)
    plot.xaxis.set_tick_params(top=True, labeltop=True, length=3)
    plot.set_yticks([])
    plot.spines[["left", "top"]].set_visible(False)
    plot.grid(axis="x")
    plot.set_axisbelow(True)
    plot.axvline(nothing, color=SOFT, linewidth=1.2, zorder=1.5)
    plot.locator_params(axis="x", nbins=8 if plot.get_window_extent().width > 400 else 5)


def _domain(plot: Axes, name: str, at: float, *, left: float, frame: Frame) -> None:
    """The heading of a group, on a line across the figure."""
    x = (6 - left) / plot.get_window_extent().width
    # The heading hides the vertical lines behind it, so that the letters can be read.
    plot.axhspan(at, at + DOMAIN_HEIGHT, xmin=x if frame.narrow else 0, color="white", zorder=1.6, clip_on=False)
    plot.text(x, at + DOMAIN_HEIGHT - 9, words(name).capitalize(), transform=plot.get_yaxis_transform(), weight="bold",
              color=INK, size=13, va="baseline", zorder=4)  # fmt: skip
    plot.plot([x, 1], [at + DOMAIN_HEIGHT - 2] * 2, color=LINE, linewidth=1, transform=plot.get_yaxis_transform(),
              clip_on=False, zorder=2)  # fmt: skip


def _draw_row(plot: Axes, place: Placed, series: Sequence[Series], *, stripe: bool, left: float, frame: Frame) -> None:
    width = plot.get_window_extent().width
    start = -left / width
    if stripe:
        plot.axhspan(place.top, place.top + place.height, xmin=start, color=STRIPE, zorder=0, clip_on=False, lw=0)
    text_height = len(place.lines) * LINE_HEIGHT
    if frame.narrow:  # the label stands over the plot, where no grid line may run through it
        plot.axhspan(place.top, place.top + text_height + 5, xmin=start, color=STRIPE if stripe else "white",
                     zorder=1.6, clip_on=False, lw=0)  # fmt: skip
    first = place.top + (4 if frame.narrow else (place.height - text_height) / 2)
    for i, line in enumerate(place.lines):
        baseline = first + (i + 0.78) * LINE_HEIGHT
        plot.text((6 - left) / width, baseline, line, transform=plot.get_yaxis_transform(), va="baseline", zorder=4,
                  size=TEXT_SIZE)  # fmt: skip
    marks_top = place.top + (text_height + 6 if frame.narrow else (place.height - len(series) * STEP) / 2)
    for i, (one, point) in enumerate(zip(series, place.row.points, strict=True)):
        if point is None:
            continue
        y = marks_top + (i + 0.5) * STEP
        plot.plot([point.low, point.high], [y, y], color=one.colour, linewidth=1.5, solid_capstyle="butt", zorder=2.5)
        plot.plot([point.value], [y], marker=one.marker, color=one.colour, markersize=7.5, markeredgecolor="white",
                  markeredgewidth=0.6, zorder=3)  # fmt: skip

"""An explanation as a picture for a slide: one person's days, or the average week, coloured by what moved it.

Orange raised the answer, blue lowered it, white did neither, hatched was not worn. The grey line is what was measured.
"""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sennight.evaluate.report.figures import BLUE, INK, SOFT, STYLE, VERMILION
from sennight.explain import Explanation
from sennight.record import MINUTES_PER_DAY, WindowBatch

COLOURS = LinearSegmentedColormap.from_list("lowered to raised", [BLUE, "#ffffff", VERMILION])
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = (0, 3, 6, 9, 12, 15, 18, 21, 24)
DPI = 150
SMOOTH_MINUTES = 10
WORN = "#eef0f2"


def draw_days(
    path: Path,
    explanation: Explanation,
    batch: WindowBatch,
    *,
    question: str,
    unit: str,
    checks: str = "",
    synthetic: bool = False,
) -> Path:
    """One person's days under each other, and below them the mean over days with the attention received."""
    rows = len(batch) + 1
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=(11, 1.9 + 0.62 * rows), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        grid = figure.subplots(rows, 1, sharex=True, gridspec_kw={"hspace": 0.18})
        reach = _reach(explanation.effect[explanation.seen])
        for day, axes in enumerate(grid[:-1]):
            name = WEEKDAYS[int(batch.weekday[day])] if batch.weekday[day] >= 0 else f"Day {day + 1}"
            _band(axes, explanation.effect[day], explanation.seen[day], reach)
            _line(axes, batch.values[day, :, 0], batch.seen[day, :, 0])
            axes.set_ylabel(name, rotation=0, ha="right", va="center", color=INK)
        _mean_row(grid[-1], explanation, reach)
        looks = explanation.attention.shape[1] > 0
        who = "one person" + _made(synthetic)
        _finish(figure, list(grid), question=question, unit=unit, reach=reach, who=who, attention=looks, checks=checks)
        figure.savefig(path, facecolor="white")
    return path


def draw_week(
    path: Path,
    effect: np.ndarray,
    count: np.ndarray,
    *,
    question: str,
    unit: str,
    n_people: int,
    checks: str = "",
    attention: np.ndarray | None = None,
    synthetic: bool = False,
) -> Path:
    """The average week: a row a weekday, the mean effect and attention over everybody's days of that weekday."""
    looks = attention is not None and attention.shape[1] > 0
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=(11, 6.0), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        grid = figure.subplots(7, 1, sharex=True, gridspec_kw={"hspace": 0.18})
        reach = _reach(effect[np.isfinite(effect)])
        for day, axes in enumerate(grid):
            _band(axes, np.nan_to_num(effect[day]), count[day] > 0, reach)
            if attention is not None and looks:
                _looked(axes, attention[day], top=float(np.nanmax(attention, initial=2.0)))
            axes.set_ylabel(WEEKDAYS[day], rotation=0, ha="right", va="center", color=INK)
        who = f"mean over {n_people:,} {'person' if n_people == 1 else 'people'}" + _made(synthetic)
        _finish(
            figure, list(grid), question=question, unit=unit, reach=reach, who=who, checks=checks, measured=False,
            attention=looks,
        )  # fmt: skip
        figure.savefig(path, facecolor="white")
    return path


def _made(synthetic: bool) -> str:
    return " (synthetic)" if synthetic else ""


def _reach(effects: np.ndarray) -> float:
    """The end of the colour scale: all but the strongest hundredth, so that one block does not pale all others."""
    return float(max(np.quantile(np.abs(effects), 0.99), 1e-9)) if len(effects) else 1e-9


def _band(axes: Axes, effect: np.ndarray, seen: np.ndarray, reach: float) -> None:
    """Colours a block; what nobody wore is hatched."""
    edges = np.linspace(0, 24, len(effect) + 1)
    axes.set_facecolor("white")
    shown = np.ma.masked_where(~seen, effect)[None, :]
    axes.pcolormesh(edges, [0, 1], shown, cmap=COLOURS, vmin=-reach, vmax=reach, rasterized=True)
    for left, right, there in zip(edges[:-1], edges[1:], seen, strict=True):
        if not there:
            axes.axvspan(left, right, facecolor=WORN, edgecolor="#c3c8ce", hatch="////", linewidth=0)
    axes.set_xlim(0, 24)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _line(axes: Axes, values: np.ndarray, seen: np.ndarray) -> None:
    """What was measured, smoothed over ten minutes, on the logarithmic scale models see; gaps stay gaps."""
    kernel = np.ones(SMOOTH_MINUTES)
    n = np.convolve(seen, kernel, "same")
    mean = np.convolve(np.where(seen, np.log1p(np.maximum(values, 0)), 0), kernel, "same") / np.maximum(n, 1)
    mean = np.where(seen, mean, np.nan)
    top = np.nanmax(mean) if seen.any() else 1.0
    axes.plot(
        np.arange(MINUTES_PER_DAY) / 60, 0.06 + 0.84 * mean / max(float(top), 1e-9), color="#3a4048", lw=0.8, alpha=0.75
    )


def _mean_row(axes: Axes, explanation: Explanation, reach: float) -> None:
    """Mean over days, and the attention received as a line."""
    days = explanation.seen.sum(axis=0)
    mean = np.where(explanation.seen, explanation.effect, 0).sum(axis=0) / np.maximum(days, 1)
    _band(axes, mean, days > 0, reach)
    axes.set_ylabel("Mean day", rotation=0, ha="right", va="center", color=INK, fontweight="bold")
    if explanation.attention.shape[1]:
        there = np.where(explanation.attention > 0, explanation.attention, np.nan)
        known = np.isfinite(there).any(axis=0)
        looked = np.full(there.shape[1], np.nan)
        looked[known] = np.nanmean(there[:, known], axis=0)
        _looked(axes, looked, top=float(np.nanmax(looked, initial=2.0)))


def _looked(axes: Axes, attention: np.ndarray, *, top: float) -> None:
    """Attention received as a line over the band; `top` is the row's full height."""
    axes.plot(np.arange(len(attention)) / 60, 0.06 + 0.88 * attention / top, color="#117733", lw=1.6)


def _finish(
    figure: Figure,
    grid: Sequence[Axes],
    *,
    question: str,
    unit: str,
    reach: float,
    who: str,
    checks: str,
    measured: bool = True,
    attention: bool = False,
) -> None:
    """Title, hours, colour bar, legend and the one sentence that keeps it honest."""
    last = grid[-1]
    last.set_xticks(HOURS, [f"{h:02d}:00" for h in HOURS])
    height = figure.get_size_inches()[1]
    figure.subplots_adjust(left=0.115, right=0.9, top=1 - 0.95 / height, bottom=1.15 / height)
    figure.text(0.115, 1 - 0.38 / height, question, fontsize=15, fontweight="bold", color=INK)
    figure.text(0.115, 1 - 0.7 / height, f"Which minutes moved the model's answer: {who}", fontsize=11.5, color=SOFT)
    bar_axes = figure.add_axes((0.925, 1.15 / height, 0.014, 1 - 2.1 / height))
    bar = figure.colorbar(mpl.cm.ScalarMappable(mpl.colors.Normalize(-reach, reach), COLOURS), cax=bar_axes)
    bar.set_ticks([-reach, 0, reach], labels=["lowered", "0", "raised"])
    bar.outline.set_visible(False)
    bar_axes.set_title(f"±{reach:.2g}\n{unit}", fontsize=9, color=SOFT, pad=16)
    marks: list[Patch | mpl.lines.Line2D] = [Patch(facecolor=WORN, edgecolor="#c3c8ce", hatch="////", label="not worn")]
    if measured:
        marks.append(mpl.lines.Line2D([], [], color="#3a4048", lw=1, label="measured movement or pulse"))
    if attention:
        marks.append(mpl.lines.Line2D([], [], color="#117733", lw=1.6, label="attention received"))
    figure.legend(handles=marks, loc="lower left", bbox_to_anchor=(0.108, 0.42 / height), ncols=3, fontsize=9.5)
    note = (
        "Each half hour was hidden in turn. It describes a model, not causes in a body. For research; not a diagnosis."
    )
    figure.text(0.115, 0.28 / height, checks, fontsize=8.5, color=INK)
    figure.text(0.115, 0.1 / height, note, fontsize=8.5, color=SOFT)

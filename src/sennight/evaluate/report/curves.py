"""Two curves: how reliable the predicted shares are, and how the backbone learned."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sennight.evaluate.report.figures import BLUE, GREEN, GREY, LINE, PURPLE, SOFT, VERMILION, Frame, axes

CALIBRATION_FRAME = Frame(width=190, narrow=True)
SMOOTHED_SHARE = 0.02  # of all steps; the width of the running median of the noisy training loss
NICE_TOPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)  # ends of an axis whose half is a round number too
MOST_POINTS = 400  # of a drawn curve; more cannot be seen
LOG_FROM = 20.0  # largest loss over smallest from which a logarithmic axis is easier to read
FAMILIES = {"random": (BLUE, "o"), "time_block": (VERMILION, "s"), "channels": (GREEN, "^")}
FAMILY_NAMES = {"random": "scattered pieces", "time_block": "a block of time", "channels": "whole channels"}


def reliability(points: Sequence[Mapping[str, float]], frame: Frame = CALIBRATION_FRAME) -> Figure:
    """Predicted share against observed share with 95 % intervals; the diagonal is perfect."""
    figure = frame.figure(182)
    plot = axes(figure, left=52, top=8, width=frame.width - 72, height=134)
    top = max([0.05, *(max(point["high"], point["predicted"]) for point in points)])
    top = next(tick for tick in NICE_TOPS if tick >= min(top, 1.0))
    plot.set_xlim(0, top)
    plot.set_ylim(0, top)
    plot.plot([0, top], [0, top], color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
    x, y = [p["predicted"] for p in points], [p["observed"] for p in points]
    for point in points:
        plot.plot([point["predicted"]] * 2, [point["low"], point["high"]], color=BLUE, linewidth=1.1, alpha=0.75)
    plot.plot(x, y, color=BLUE, marker="o", markersize=4, linewidth=1.2, markeredgecolor="white", markeredgewidth=0.5)
    for axis in (plot.xaxis, plot.yaxis):
        axis.set_ticks([0, top / 2, top], labels=[f"{100 * at:.0f} %" for at in (0, top / 2, top)])
    plot.set_xlabel("predicted", labelpad=1)
    plot.set_ylabel("observed", labelpad=1)
    plot.grid(visible=True)
    return figure


def learning(lines: Sequence[Mapping[str, Any]], frame: Frame) -> Figure:
    """Training and validation loss beside guessing the mean; and the validation loss by what was hidden."""
    validated = [line for line in lines if line.get("validation")]
    families = [name for name in FAMILIES if any(name in line["validation"] for line in validated)]
    panel = 250.0
    figure = frame.figure(2 * (panel + 88) if frame.narrow and families else panel + 88)
    width = frame.width - 64 if frame.narrow else (frame.width / 2 - 76 if families else frame.width - 76)
    first = axes(figure, left=52, top=30, width=width, height=panel)
    _losses(first, lines, validated)
    if families:
        left, top = (52, panel + 88 + 30) if frame.narrow else (frame.width / 2 + 52, 30)
        second = axes(figure, left=left, top=top, width=width, height=panel)
        _by_family(second, validated, families)
    return figure


def _losses(plot: Axes, lines: Sequence[Mapping[str, Any]], validated: Sequence[Mapping[str, Any]]) -> None:
    kept = [line for line in lines if _finite(line.get("loss")) and not line.get("skipped")]
    step = np.array([line["step"] for line in kept], dtype=np.float64)
    loss = np.array([line["loss"] for line in kept], dtype=np.float64)
    if len(step):
        thin = np.unique(np.linspace(0, len(step) - 1, MOST_POINTS).astype(np.int64))
        plot.plot(step[thin], loss[thin], color=LINE, linewidth=1)
        smooth = running_median(loss, at=thin, width=max(1, round(SMOOTHED_SHARE * len(loss))))
        plot.plot(step[thin], smooth, color=GREY, linewidth=1.6, label="training (running median)")
    for key, name, colour, marker, style in (
        ("loss", "people held out", BLUE, "o", "-"),
        ("mean_baseline", "guessing the mean, same minutes", VERMILION, "s", "--"),
        ("line_baseline", "a straight line over the hole", GREEN, "^", ":"),
        ("time_of_day_baseline", "the mean at that time of day", PURPLE, "D", ":"),
    ):
        known = [line for line in validated if _finite(line["validation"].get(key))]
        if known:
            plot.plot([line["step"] for line in known], [line["validation"][key] for line in known], color=colour,
                      marker=marker, markersize=4, linestyle=style, label=name)  # fmt: skip
    _dress(plot, "Loss on hidden minutes")


def _by_family(plot: Axes, validated: Sequence[Mapping[str, Any]], families: Sequence[str]) -> None:
    for name in families:
        colour, marker = FAMILIES.get(name, (PURPLE, "D"))
        known = [line for line in validated if _finite(line["validation"].get(name))]
        plot.plot([line["step"] for line in known], [line["validation"][name] for line in known], color=colour,
                  marker=marker, markersize=4, label=FAMILY_NAMES.get(name, name))  # fmt: skip
    _dress(plot, "People held out, by what was hidden")


def _dress(plot: Axes, title: str) -> None:
    plot.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=12)
    plot.set_xlabel("training step", labelpad=2)
    plot.grid(axis="y")
    drawn = [y for line in plot.lines for y in np.asarray(line.get_ydata(), dtype=np.float64) if y > 0]
    if drawn and max(drawn) > LOG_FROM * min(drawn):
        plot.set_yscale("log")
    elif drawn:
        plot.set_ylim(0, 1.06 * max(drawn))
    plot.set_xlim(left=0)
    plot.locator_params(axis="x", nbins=5)
    if plot.get_legend_handles_labels()[0]:
        plot.legend(loc="best", fontsize=10.5, handlelength=1.8)


def running_median(
    values: Float64[np.ndarray, " n"], *, at: Int64[np.ndarray, " k"], width: int
) -> Float64[np.ndarray, " k"]:
    """Median of the `width` values around each place of `at`; near the ends, of those that are there."""
    half = width // 2
    return np.array([np.median(values[max(0, i - half) : i + half + 1]) for i in at], dtype=np.float64)


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)

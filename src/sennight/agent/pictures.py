"""Pictures of one metric: its days with the person's own usual band and device changes.

Drawn on matplotlib axes, for the PDF; `drawing.py` writes the same as SVG.
"""

from collections.abc import Sequence
from datetime import date

import matplotlib.dates as mdates
import numpy as np
from jaxtyping import Float64
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from sennight.agent.day_line import DayLine, usual_band
from sennight.agent.shown import shown
from sennight.evaluate.report.figures import BLUE, GREY, INK, LINE, ORANGE, SOFT, VERMILION

EPOCH = date(1970, 1, 1).toordinal()  # from which matplotlib counts days


def draw_days(axes: Axes, line: DayLine) -> None:
    """Points a day, the usual band (middle 80 % of the 28 days before) with its median, device changes, the goal."""
    x, y = np.array([d.toordinal() for d in line.dates]), line.values
    when = days_of(line.dates)
    low, high, middle = usual_band(x, y, [day.toordinal() for day, _ in line.changes])
    known = np.isfinite(low)
    if known.any():
        axes.fill_between(when[known], low[known], high[known], color=LINE, alpha=0.6, linewidth=0, label="usual range")
        axes.plot(when[known], middle[known], color=GREY, linewidth=1)
    axes.plot(when, y, "o", color=BLUE, markersize=3.5, label="day")
    weekend = np.array([d.weekday() >= 5 for d in line.dates])
    if weekend.any():
        axes.plot(when[weekend], y[weekend], "o", color=ORANGE, markersize=3.5, label="weekend")
    for day, device in line.changes:
        axes.axvline(days_of([day])[0], color=VERMILION, linewidth=1, linestyle="--")
        axes.annotate(device, (days_of([day])[0], 1), xycoords=("data", "axes fraction"), fontsize=8, color=VERMILION)
    if line.goal is not None:
        axes.axhline(line.goal, color=INK, linewidth=0.8, linestyle=":")
    _dress(axes, line)


def days_of(dates: Sequence[date]) -> Float64[np.ndarray, " n"]:
    """Dates as matplotlib counts them."""
    return np.array([day.toordinal() - EPOCH for day in dates], dtype=np.float64)


def _dress(axes: Axes, line: DayLine) -> None:
    """Title, dates below, values with unit, one soft grid."""
    axes.set_title(line.title, loc="left", fontsize=11, color=INK)
    locator = mdates.AutoDateLocator(minticks=3, maxticks=6)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(float(value), line.unit)))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=8.5, colors=SOFT)

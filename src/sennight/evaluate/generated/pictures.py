"""Three pictures: a day with its hole, the fill and its band; days ahead as a fan; error against the length of a hole.

What was filled is drawn in another colour and hatched where its band lies, so that it never looks measured.
"""

import io
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import polars as pl
from jaxtyping import Float64
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sennight.errors import InputError
from sennight.evaluate.generated.filling import BLOCKS
from sennight.evaluate.generated.lift import mean_error, person_errors
from sennight.evaluate.report.figures import BLUE, GREEN, GREY, INK, PURPLE, SOFT, STYLE, VERMILION, Frame, axes
from sennight.generate.forecast.plain import LEVELS
from sennight.generate.holes import BLOCK_LENGTHS
from sennight.record import MINUTES_PER_DAY, Filled, channel

FRAME = Frame(width=760, narrow=False)
COLOURS = {"linear": VERMILION, "personal_time_of_day": GREEN, "decoder alone": PURPLE, "sennight": BLUE}
MARKS = {"linear": "s", "personal_time_of_day": "^", "decoder alone": "D", "sennight": "o"}


def png(draw: Figure, *, dpi: int = 110) -> bytes:
    """The figure as a PNG on white."""
    buffer = io.BytesIO()
    draw.savefig(buffer, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def filled_day(filled: Filled, *, row: int, name: str, truth: Float64[np.ndarray, " minute"] | None = None) -> Figure:
    """One day of one channel; `truth` is drawn in grey where it is known but was hidden.

    Raises: InputError if the windows do not hold the channel.
    """
    if name not in filled.windows.channels:
        raise InputError(f"the filled days hold no channel '{name}'")
    k = filled.windows.channels.index(name)
    hours = np.arange(MINUTES_PER_DAY) / 60
    seen, mask = filled.windows.seen[row, :, k], filled.filled[row, :, k]
    with mpl.rc_context(STYLE):
        figure = FRAME.figure(300)
        plot = axes(figure, left=64, top=34, width=FRAME.width - 90, height=210)
        low, high, value = (np.where(mask, x[row, :, k], np.nan) for x in (filled.low, filled.high, filled.values))
        plot.fill_between(hours, low, high, color=VERMILION, alpha=0.18, hatch="///", linewidth=0,
                          label=f"band, {filled.share:.0%}")  # fmt: skip
        if truth is not None:
            plot.plot(hours, np.where(mask, truth, np.nan), color=GREY, linewidth=0.8, label="measured, but hidden")
        plot.plot(
            hours, np.where(seen, filled.windows.values[row, :, k], np.nan), color=BLUE, linewidth=0.9, label="measured"
        )
        plot.plot(hours, value, color=VERMILION, linewidth=1.8, label="filled")
        plot.set_xlim(0, 24)
        plot.set_xticks(range(0, 25, 4), labels=[f"{h:02d}:00" for h in range(0, 25, 4)])
        plot.set_ylabel(f"{name.replace('_', ' ')}, {channel(name).unit}")
        plot.legend(loc="upper left", ncols=4, fontsize=10)
        plot.margins(y=0.25)
    return figure


def fan(history: Float64[np.ndarray, " past"], ahead: Float64[np.ndarray, "step quantile"], *, label: str) -> Figure:
    """Days that were, and quantiles of those to come (levels of `forecast.plain.LEVELS`)."""
    past, future = np.arange(-len(history), 0) + 1, np.arange(1, len(ahead) + 1)
    with mpl.rc_context(STYLE):
        figure = FRAME.figure(280)
        plot = axes(figure, left=64, top=20, width=FRAME.width - 90, height=200)
        for low, high, alpha in ((0, 4, 0.15), (1, 3, 0.3)):
            plot.fill_between(future, ahead[:, low], ahead[:, high], color=VERMILION, alpha=alpha, linewidth=0,
                              label=f"{LEVELS[low]:.0%} to {LEVELS[high]:.0%}")  # fmt: skip
        plot.plot(past, history, color=BLUE, marker="o", markersize=4, label="measured")
        plot.plot(future, ahead[:, 2], color=VERMILION, marker="s", markersize=4, label="forecast, median")
        plot.axvline(0.5, color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
        plot.set_xlabel("days from the cut")
        plot.set_ylabel(label)
        plot.set_ylim(bottom=0)
        plot.legend(loc="upper left", ncols=4, fontsize=10)
        plot.margins(y=0.25)
    return figure


def error_by_length(tables: Mapping[str, pl.DataFrame], *, methods: Sequence[str] = tuple(COLOURS)) -> Figure:
    """Squared error in scaled units against the length of the hidden block, a panel a data set."""
    with mpl.rc_context(STYLE):
        width = (FRAME.width - 40) / max(len(tables), 1)
        figure = FRAME.figure(300)
        for i, (name, errors) in enumerate(tables.items()):
            plot = axes(figure, left=44 + i * width, top=40, width=width - 36, height=190)
            named: list[Line2D] = []
            for method in (m for m in methods if m in set(errors["method"])):
                found = {
                    length: mean_error(person_errors(errors, scenario), method)
                    for length, scenario in zip(BLOCK_LENGTHS, BLOCKS, strict=True)
                    if len(errors.filter(pl.col("scenario") == scenario))
                }
                x, y = list(found), [f.value for f in found.values()]
                off = [[f.value - f.low for f in found.values()], [f.high - f.value for f in found.values()]]
                colour, mark = COLOURS.get(method, INK), MARKS.get(method, "x")
                plot.errorbar(x, y, yerr=off, color=colour, marker=mark, markersize=4, linewidth=1.3, elinewidth=0.8)
                plot.lines[-1].set_label(method.replace("_", " "))
                named.append(plot.lines[-1])
            plot.set_xscale("log")
            plot.minorticks_off()
            plot.set_xticks(BLOCK_LENGTHS, labels=[str(length) for length in BLOCK_LENGTHS])
            plot.set_title(name, loc="left", fontsize=10)
            plot.set_xlabel("minutes hidden")
            plot.set_ylim(bottom=0)
            if i == 0:
                plot.set_ylabel("squared error, sd²")
                figure.legend(handles=named, loc="lower center", ncols=4, fontsize=10)
    return figure

"""Three pictures: a day with its hole, the fill and its band; days ahead as a fan; error against the length of a hole.

What was filled is drawn in another colour and hatched where its band lies, so that it never looks measured.
"""

import io
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import polars as pl
from jaxtyping import Float64
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sennight.errors import InputError
from sennight.evaluate.generated.filling import BLOCKS
from sennight.evaluate.generated.lift import mean_error, person_errors
from sennight.evaluate.report.figures import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PIXELS_PER_INCH,
    PURPLE,
    SOFT,
    STRIPE,
    STYLE,
    VERMILION,
    Frame,
    axes,
)
from sennight.generate.forecast.plain import LEVELS
from sennight.generate.holes import BLOCK_LENGTHS
from sennight.record import MINUTES_PER_DAY, Filled, channel

FRAME = Frame(width=760, narrow=False)
COLOURS = {
    "linear": VERMILION, "personal_time_of_day": GREEN, "SAITS-like": ORANGE, "decoder alone": PURPLE, "sennight": BLUE,
}  # fmt: skip
MARKS = {"linear": "s", "personal_time_of_day": "^", "SAITS-like": "v", "decoder alone": "D", "sennight": "o"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COLUMNS = 2  # of panels


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
        figure = FRAME.figure(330)
        plot = axes(figure, left=64, top=76, width=FRAME.width - 90, height=210)
        _title(figure, f"{name.replace('_', ' ').capitalize()}, one day", "what was filled is never drawn as measured")
        for start, stop in _runs(mask):
            plot.axvspan(start / 60, stop / 60, color=STRIPE, linewidth=0, zorder=0)
        low, high, value = (np.where(mask, x[row, :, k], np.nan) for x in (filled.low, filled.high, filled.values))
        plot.fill_between(hours, low, high, color=VERMILION, alpha=0.18, hatch="///", linewidth=0,
                          label=f"band, {filled.share:.0%}")  # fmt: skip
        if truth is not None:
            plot.plot(hours, np.where(mask, truth, np.nan), color=GREY, linewidth=0.9, label="measured, but hidden")
        plot.plot(
            hours, np.where(seen, filled.windows.values[row, :, k], np.nan), color=BLUE, linewidth=1.0, label="measured"
        )
        plot.plot(hours, value, color=VERMILION, linewidth=2.2, label="filled")
        plot.set_xlim(0, 24)
        plot.set_xticks(range(0, 25, 4), labels=[f"{h:02d}:00" for h in range(0, 25, 4)])
        plot.set_ylabel(channel(name).unit)
        _plain_numbers(plot)
        figure.legend(loc="upper left", bbox_to_anchor=(0.075, 0.87), ncols=4, fontsize=10)
    return figure


def fan(
    history: Float64[np.ndarray, " past"],
    ahead: Float64[np.ndarray, "step quantile"],
    *,
    label: str,
    weekday: int = -1,
) -> Figure:
    """Days that were, and quantiles of those to come (levels of `forecast.plain.LEVELS`); `weekday` is the first's."""
    past, future = np.arange(-len(history), 0) + 1, np.arange(1, len(ahead) + 1)
    last = history[-1] if np.isfinite(history[-1]) else ahead[0, 2]
    with mpl.rc_context(STYLE):
        figure = FRAME.figure(330)
        plot = axes(figure, left=72, top=76, width=FRAME.width - 98, height=200)
        _title(figure, f"{label.capitalize()} a day, and the {len(ahead)} days to come", "median and likely ranges")
        # The fan opens from the last known day, so that one sees what is known and what is not.
        opened = np.concatenate([np.full((1, ahead.shape[1]), last), ahead])
        at = np.concatenate([[0], future])
        plot.axvspan(0, len(ahead) + 0.4, color=STRIPE, linewidth=0, zorder=0)
        for low, high, alpha in ((0, 4, 0.16), (1, 3, 0.34)):
            plot.fill_between(at, opened[:, low], opened[:, high], color=VERMILION, alpha=alpha, linewidth=0,
                              label=f"{LEVELS[low]:.0%} to {LEVELS[high]:.0%}")  # fmt: skip
        plot.plot(past, history, color=BLUE, marker="o", markersize=4.5, label="measured")
        plot.plot(future, ahead[:, 2], color=VERMILION, marker="s", markersize=4.5, label="forecast, median")
        days = np.concatenate([past, future])
        if weekday >= 0:
            plot.set_xticks(days, labels=[WEEKDAYS[int(weekday + d - 1) % 7] for d in days], fontsize=9)
        else:
            plot.set_xlabel("days from the last one known")
        plot.set_xlim(past[0] - 0.4, len(ahead) + 0.4)
        plot.set_ylim(bottom=0)
        _plain_numbers(plot)
        figure.legend(loc="upper left", bbox_to_anchor=(0.085, 0.87), ncols=4, fontsize=10)
    return figure


def _title(figure: Figure, title: str, more: str) -> None:
    """A heading in two lines at the upper left."""
    height = figure.get_size_inches()[1] * PIXELS_PER_INCH
    figure.text(0.012, 1 - 20 / height, title, fontsize=13, fontweight="bold", va="center")
    figure.text(0.012, 1 - 38 / height, more, fontsize=10, color=SOFT, va="center")


def _plain_numbers(plot: Axes) -> None:
    plot.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}")
    plot.yaxis.set_major_locator(MaxNLocator(5))
    plot.grid(axis="y")
    plot.set_axisbelow(True)


def _runs(on: np.ndarray) -> np.ndarray:
    """First and one past the last of every run of True."""
    edges: np.ndarray = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8))).reshape(-1, 2)
    return edges


def error_by_length(tables: Mapping[str, pl.DataFrame], *, methods: Sequence[str] = tuple(COLOURS)) -> Figure:
    """Squared error in scaled units against the length of the hidden block, a panel a data set, 95 % intervals."""
    rows = -(-len(tables) // COLUMNS)
    with mpl.rc_context(STYLE):
        width = (FRAME.width - 40) / min(COLUMNS, max(len(tables), 1))
        figure = FRAME.figure(100 + 230 * rows)
        _title(figure, "Error against the length of the hole", "squared error of filled minutes, sd²; lower is better")
        named: dict[str, Line2D] = {}
        for i, (name, errors) in enumerate(tables.items()):
            plot = axes(
                figure, left=44 + i % COLUMNS * width, top=84 + i // COLUMNS * 230, width=width - 36, height=160
            )
            for method in (m for m in methods if m in set(errors["method"])):
                named.setdefault(method, _error_line(plot, errors, method))
            plot.set_xscale("log")
            plot.minorticks_off()
            plot.set_xticks(BLOCK_LENGTHS, labels=[f"{length} min" for length in BLOCK_LENGTHS])
            plot.set_title(f"{name}, {errors['person'].n_unique()} people", loc="left", fontsize=10)
            plot.set_ylim(bottom=0)
            plot.grid(axis="y")
        figure.legend(handles=list(named.values()), loc="lower center", ncols=5, fontsize=10)
    return figure


def _error_line(plot: Axes, errors: pl.DataFrame, method: str) -> Line2D:
    found = {
        length: mean_error(person_errors(errors, scenario), method)
        for length, scenario in zip(BLOCK_LENGTHS, BLOCKS, strict=True)
        if len(errors.filter(pl.col("scenario") == scenario))
    }
    colour, x = COLOURS.get(method, INK), list(found)
    plot.fill_between(
        x, [f.low for f in found.values()], [f.high for f in found.values()], color=colour, alpha=0.1, linewidth=0
    )
    (line,) = plot.plot(
        x, [f.value for f in found.values()], color=colour, marker=MARKS.get(method, "x"), markersize=4.5,
        linewidth=2.2 if method == "sennight" else 1.3, label=method.replace("_", " "),
    )  # fmt: skip
    return line

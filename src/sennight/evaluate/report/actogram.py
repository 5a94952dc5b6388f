"""An actogram: the days of one person under each other, midnight to midnight; what is missing is hatched, never 0."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sennight.evaluate.report.figures import BLUE, LINE, MISSING, SOFT, Frame, axes
from sennight.evaluate.report.plain import significant, words
from sennight.record import CHANNELS, MINUTES_PER_DAY, Kind, PersonDays

MAX_DAYS, MAX_CHANNELS = 14, 6  # rows and panels; more would not be read
BIN_MINUTES = 5
MIN_SEEN_SHARE = 0.5  # of a bin's minutes; with fewer the bin is drawn as missing
SCALE_PERCENTILES = (1.0, 99.0)  # of the minutes seen; a stray value may not flatten all others
ROW, ROW_GAP, HEAD, FOOT = 26.0, 6.0, 46.0, 30.0  # pixels
UNIT_WORDS = {"1": "", "1/min": "per minute", "degC": "°C", "uS": "µS", "binary": "yes/no", "ms^2": "ms²"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, kw_only=True, eq=False)
class Day:
    """One local day of a person; `label` says which, `short` in less space. A day without a window has nothing seen."""

    label: str
    short: str
    values: Float64[np.ndarray, "bin channel"]
    seen: Bool[np.ndarray, "bin channel"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Actogram:
    """Days in order with the gaps between them filled by empty days, and the channels that are drawn.

    `left_out_days` and `left_out_channels` count what was beyond the page.
    """

    days: tuple[Day, ...]
    channels: tuple[str, ...]
    left_out_days: int
    left_out_channels: int


def actogram(windows: Sequence[PersonDays], *, channels: tuple[str, ...] = ()) -> Actogram:
    """Days of one person in bins of 5 minutes: the mean of the minutes seen, missing where fewer than half were."""
    chosen = _seen_channels(windows, channels)
    drawn = chosen[:MAX_CHANNELS]
    if not drawn:
        return Actogram(days=(), channels=(), left_out_days=0, left_out_channels=0)
    by_ordinal = {day: part for window in windows for day, part in _single_days(window, drawn)}
    start = min(windows, key=lambda window: window.ordinal)
    rows = range(start.ordinal, min(max(by_ordinal), start.ordinal + MAX_DAYS - 1) + 1)
    empty = np.zeros((MINUTES_PER_DAY // BIN_MINUTES, len(drawn)))
    nothing = empty, empty.astype(np.bool_)
    days = tuple(
        Day(
            label=_label(ordinal, start, short=False),
            short=_label(ordinal, start, short=True),
            values=by_ordinal.get(ordinal, nothing)[0],
            seen=by_ordinal.get(ordinal, nothing)[1],
        )
        for ordinal in rows
    )
    beyond = sum(ordinal not in rows for ordinal in by_ordinal)
    return Actogram(days=days, channels=drawn, left_out_days=beyond, left_out_channels=len(chosen) - len(drawn))


def _seen_channels(windows: Sequence[PersonDays], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The channels asked for (all, where none is named) that have a seen minute in any window."""
    seen = dict.fromkeys(
        name for window in windows for k, name in enumerate(window.channels) if window.seen[:, k].any()
    )
    return tuple(name for name in (wanted or seen) if name in seen)


def _single_days(
    window: PersonDays, channels: Sequence[str]
) -> list[tuple[int, tuple[Float64[np.ndarray, "bin channel"], Bool[np.ndarray, "bin channel"]]]]:
    """Each day of a window with its ordinal, in bins."""
    parts = []
    for day in range(window.days):
        at = slice(day * MINUTES_PER_DAY, (day + 1) * MINUTES_PER_DAY)
        values = np.zeros((MINUTES_PER_DAY, len(channels)))
        seen = np.zeros((MINUTES_PER_DAY, len(channels)), dtype=np.bool_)
        for k, name in enumerate(channels):
            if name in window.channels:
                j = window.channels.index(name)
                values[:, k], seen[:, k] = window.values[at, j], window.seen[at, j]
        parts.append((window.ordinal + day, _binned(values, seen)))
    return parts


def _binned(
    values: Float64[np.ndarray, "minute channel"], seen: Bool[np.ndarray, "minute channel"]
) -> tuple[Float64[np.ndarray, "bin channel"], Bool[np.ndarray, "bin channel"]]:
    shape = (-1, BIN_MINUTES, values.shape[1])
    count = seen.reshape(shape).sum(axis=1)
    mean = values.reshape(shape).sum(axis=1) / np.maximum(count, 1)
    enough = count >= MIN_SEEN_SHARE * BIN_MINUTES
    return np.where(enough, mean, 0.0), enough


def _label(ordinal: int, start: PersonDays, *, short: bool) -> str:
    """Weekday and date of a day; without a date its number, without a weekday that alone."""
    if start.first_date:
        day = start.first_date + dt.timedelta(days=ordinal - start.ordinal)
        return f"{WEEKDAYS[day.weekday()]} {day:%m-%d}" if short else f"{WEEKDAYS[day.weekday()]} {day.isoformat()}"
    number = f"day {ordinal - start.ordinal + 1}"
    return f"{WEEKDAYS[(start.weekday + ordinal - start.ordinal) % 7]}, {number}" if start.weekday >= 0 else number


def draw_actogram(shown: Actogram, frame: Frame) -> Figure:
    """One panel a channel, days from top to bottom."""
    columns = 1 if frame.narrow or len(shown.channels) < 2 else 2
    left, right = (74.0, 22.0) if frame.narrow else (96.0, 24.0)
    panel = HEAD + len(shown.days) * (ROW + ROW_GAP) + FOOT
    n_rows = -(-len(shown.channels) // columns)
    figure = frame.figure(n_rows * panel + 4)
    width = frame.width / columns - left - right
    for k in range(len(shown.channels)):
        at_row, at_column = divmod(k, columns)
        plot = axes(figure, left=at_column * frame.width / columns + left, top=at_row * panel + HEAD, width=width,
                    height=panel - HEAD - FOOT)  # fmt: skip
        _panel(plot, shown, k, short=frame.narrow)
    return figure


def _panel(plot: Axes, shown: Actogram, k: int, *, short: bool) -> None:
    low, high = _scale(shown, k)
    name = shown.channels[k]
    unit = CHANNELS[name].unit if name in CHANNELS else "1"
    title = ", ".join(part for part in (words(name).replace("_", " "), UNIT_WORDS.get(unit, unit)) if part)
    plot.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=20)
    plot.text(0, -6, f"a row's height: {significant(low)} to {significant(high)}", fontsize=10.5, color=SOFT)
    step = BIN_MINUTES / 60
    for i, day in enumerate(shown.days):
        bottom = (i + 1) * (ROW + ROW_GAP)
        runs = missing_runs(day.seen[:, k])
        if runs:
            plot.broken_barh([(a * step, (b - a) * step) for a, b in runs], (bottom - ROW, ROW), facecolor=MISSING,
                             hatch="//////", edgecolor="#a8afb8", linewidth=0, zorder=1)  # fmt: skip
        height = np.clip((day.values[:, k] - low) / (high - low), 0, 1) * ROW
        for a, b in missing_runs(~day.seen[:, k]):  # a stretch that was seen, drawn from its first to its last minute
            x = np.concatenate([[a, a], np.arange(a, b) + 0.5, [b, b]]) * step
            y = bottom - np.concatenate([[0, height[a]], height[a:b], [height[b - 1], 0]])
            plot.fill(x, y, color=BLUE, linewidth=0, zorder=2)
        plot.plot([0, 24], [bottom, bottom], color=LINE, linewidth=0.8, zorder=3)
    plot.set_ylim(len(shown.days) * (ROW + ROW_GAP), 0)
    plot.set_yticks([(i + 1) * (ROW + ROW_GAP) - ROW / 2 for i in range(len(shown.days))],
                    labels=[day.short if short else day.label for day in shown.days])  # fmt: skip
    plot.set_xlim(0, 24)
    plot.set_xticks([0, 6, 12, 18, 24], labels=["00:00", "06:00", "12:00", "18:00", "24:00"])
    plot.tick_params(axis="y", length=0)
    plot.spines[["left", "bottom"]].set_visible(False)
    plot.grid(axis="x")
    plot.set_axisbelow(True)


def missing_runs(seen: Bool[np.ndarray, " bin"]) -> list[tuple[int, int]]:
    """First and one-past-last bin of every stretch without a value.

    >>> missing_runs(np.array([True, False, False, True]))
    [(1, 3)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[True], seen, [True]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _scale(shown: Actogram, k: int) -> tuple[float, float]:
    """What the bottom and the top of a row stand for: 0 to 1 for yes/no, from 0 for counts, else what was seen."""
    seen = np.concatenate([day.values[day.seen[:, k], k] for day in shown.days])
    low, high = (float(v) for v in np.percentile(seen, SCALE_PERCENTILES)) if len(seen) else (0.0, 1.0)
    kind = CHANNELS[shown.channels[k]].kind if shown.channels[k] in CHANNELS else Kind.CONTINUOUS
    if kind is Kind.BINARY:
        return 0.0, 1.0
    if kind is Kind.COUNT:
        low = 0.0
    return (low, high) if high > low else (low, low + 1.0)

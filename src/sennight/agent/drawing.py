"""The picture of a metric's days or hours as SVG, written directly: a tool has 50 ms, too few for a plotting library.

The PDF draws the same with matplotlib (`pictures.py`). Every text is escaped; nothing outside is named.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from markupsafe import Markup, escape

from sennight.agent.day_line import DayLine, usual_band
from sennight.agent.shown import shown

WIDTH, HEIGHT = 640, 210
LEFT, RIGHT, TOP, BOTTOM = 92, 14, 30, 28
INK, SOFT, LINE, BLUE, ORANGE, VERMILION, GREY = (
    "#1b1f24",
    "#57606a",
    "#d0d7de",
    "#0072B2",
    "#E69F00",
    "#D55E00",
    "#6E7781",
)
MOST_TICKS = 5
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
CLOCK_STEPS = (15.0, 30.0, 60.0, 120.0, 180.0, 240.0, 360.0)  # minutes


def ticks(low: float, high: float, unit: str) -> list[float]:
    """Round values from low to high, three to five of them; minutes in steps that a clock has."""
    span = max(high - low, 1e-9)
    if unit in ("min", "clock"):
        step = next((s for s in CLOCK_STEPS if span / s <= MOST_TICKS), 720.0)
    else:
        size = 10.0 ** np.floor(np.log10(span / (MOST_TICKS - 1)))
        step = float(next(s for s in STEPS if span / (s * size) <= MOST_TICKS - 1 or s == STEPS[-1]) * size)
    first = np.ceil(low / step) * step
    return [float(v) for v in np.arange(first, high + step * 1e-6, step)]


class _Canvas:
    """Marks of one picture; y grows downwards on the page and upwards in the data."""

    def __init__(self, low: float, high: float, unit: str) -> None:
        room = 0.06 * max(high - low, abs(high) * 0.02, 1e-9)
        self.low, self.high, self.unit = low - room, high + room, unit
        self.marks: list[str] = []

    def y(self, value: float) -> float:
        """Pixels from the top."""
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def text(
        self,
        x: float | int,
        y: float | int,
        said: str,
        *,
        colour: str = SOFT,
        size: float = 11.0,
        anchor: str = "start",
    ) -> None:
        """Words at a place."""
        self.marks.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}">{escape(said)}</text>'
        )

    def axis(self) -> None:
        """Soft lines with their values."""
        for value in ticks(self.low, self.high, self.unit):
            y = self.y(value)
            self.marks.append(
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{LINE}" stroke-width="0.7"/>'
            )
            self.text(LEFT - 6, y + 4, shown(value, self.unit), anchor="end", size=10.0)

    def page(self, name: str, title: str, described: str) -> Markup:
        """The whole element, with a title and a description for who cannot see it."""
        self.text(LEFT, 16, title, colour=INK, size=13.0)
        body = "".join(self.marks)
        return Markup(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" font-family="sans-serif" '
            f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(title)}</title>'
            f'<desc id="{name}-desc">{escape(described)}</desc>{body}</svg>'
        )


def days_svg(line: DayLine, *, name: str = "days") -> Markup:
    """Points a day, the usual band with its median, weekends, changes of device and the goal."""
    ordinal = np.array([d.toordinal() for d in line.dates])
    low, high, middle = usual_band(ordinal, line.values, [d.toordinal() for d, _ in line.changes])
    every = np.concatenate(
        [line.values, low[np.isfinite(low)], high[np.isfinite(high)], [line.goal] if line.goal is not None else []]
    )
    canvas = _Canvas(float(every.min()), float(every.max()), line.unit)
    first, last = int(ordinal[0]), max(int(ordinal[-1]), int(ordinal[0]) + 1)
    x = LEFT + (ordinal - first) / (last - first) * (WIDTH - LEFT - RIGHT)
    canvas.axis()
    _band(canvas, x, low, high, middle)
    for day, device in line.changes:
        at = LEFT + (day.toordinal() - first) / (last - first) * (WIDTH - LEFT - RIGHT)
        canvas.marks.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="{VERMILION}" stroke-dasharray="4 3"/>'
        )
        canvas.text(at + 3, TOP + 9, device, colour=VERMILION, size=9.5)
    if line.goal is not None:
        y = canvas.y(line.goal)
        canvas.marks.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{INK}" stroke-dasharray="1.5 2.5"/>'
        )
    for place, value, day in zip(x, line.values, line.dates, strict=True):
        colour = ORANGE if day.weekday() >= 5 else BLUE
        canvas.marks.append(f'<circle cx="{place:.1f}" cy="{canvas.y(float(value))}" r="2.6" fill="{colour}"/>')
    for day in _dates(date.fromordinal(first), date.fromordinal(last)):
        at = LEFT + (day.toordinal() - first) / (last - first) * (WIDTH - LEFT - RIGHT)
        canvas.text(
            at, HEIGHT - 9, f"{day.day} {day:%b}" if last - first < 200 else f"{day:%b %Y}", anchor="middle", size=10.0
        )
    return canvas.page(name, line.title, line.described)


def _band(canvas: _Canvas, x: np.ndarray, low: np.ndarray, high: np.ndarray, middle: np.ndarray) -> None:
    known = np.flatnonzero(np.isfinite(low))
    for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        if len(run) < 2:
            continue
        above = [f"{x[i]:.1f},{canvas.y(float(high[i]))}" for i in run]
        below = [f"{x[i]:.1f},{canvas.y(float(low[i]))}" for i in run[::-1]]
        canvas.marks.append(f'<polygon points="{" ".join(above + below)}" fill="{LINE}" opacity="0.6"/>')
        points = " ".join(f"{x[i]:.1f},{canvas.y(float(middle[i]))}" for i in run)
        canvas.marks.append(f'<polyline points="{points}" fill="none" stroke="{GREY}" stroke-width="1"/>')


def _dates(first: date, last: date) -> list[date]:
    """Four to six dates to name below the picture."""
    days = (last - first).days
    step = max(round(days / 5), 1)
    return [first + timedelta(days=i) for i in range(0, days + 1, step)]


def hours_svg(title: str, unit: str, hours: Sequence[int], values: Sequence[float], *, name: str = "hours") -> Markup:
    """A bar an hour of the day."""
    canvas = _Canvas(0.0, max([*values, 1e-9]), unit)
    canvas.low = 0.0
    canvas.axis()
    width = (WIDTH - LEFT - RIGHT) / 24
    for hour, value in zip(hours, values, strict=True):
        top, base = canvas.y(value), canvas.y(0.0)
        canvas.marks.append(
            f'<rect x="{LEFT + hour * width + 2:.1f}" y="{top}" width="{width - 4:.1f}" height="{max(base - top, 0):.1f}" fill="{BLUE}"/>'
        )
    for hour in range(0, 24, 6):
        canvas.text(LEFT + hour * width, HEIGHT - 9, f"{hour:02d}:00", size=10.0)
    said = f"{title}, {shown(min(values), unit)} to {shown(max(values), unit)}" if values else f"{title}: no hour"
    return canvas.page(name, title, said)

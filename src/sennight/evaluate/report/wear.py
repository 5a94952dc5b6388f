"""Wear on the page: when people wore their devices, and why minutes are missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from sennight.evaluate.report.figures import BLUE, GREY, INK, MISSING, ORANGE, PURPLE, VERMILION, Frame, axes
from sennight.evaluate.report.plain import words

REASONS = {
    "seen": ("measured", BLUE),
    "off_body": ("not worn", "#c3c9d0"),
    "device_off": ("device off", GREY),
    "not_measured": ("worn, not measured", ORANGE),
    "out_of_range": ("out of range", VERMILION),
    "clock_skipped": ("hour skipped by the clock", PURPLE),
}
WORN_COLOURS = LinearSegmentedColormap.from_list("worn", ["#ffffff", "#cfe3f3", "#5aa3d6", "#0b5c93", "#062f4d"])
DARK_FROM = 0.55  # of worn minutes; from here on the figures in the cells are white


@dataclass(frozen=True, kw_only=True)
class Part:
    """Minutes of one channel for one reason."""

    reason: str
    colour: str
    minutes: int
    share: float


@dataclass(frozen=True, kw_only=True)
class ChannelWear:
    """All minutes of one channel, by reason."""

    channel: str
    minutes: int
    parts: tuple[Part, ...]


def by_reason(wear: Mapping[str, Any]) -> tuple[ChannelWear, ...]:
    """Minutes of each channel by reason, those reasons left out that no channel has."""
    channels: Mapping[str, Mapping[str, int]] = wear.get("minutes", {})
    reasons = [*REASONS, *(r for counts in channels.values() for r in counts if r not in REASONS)]
    present = [r for r in dict.fromkeys(reasons) if any(counts.get(r) for counts in channels.values())]
    rows = []
    for channel, counts in channels.items():
        whole = sum(counts.values())
        parts = tuple(
            Part(
                reason=REASONS.get(r, (r.replace("_", " "), GREY))[0],
                colour=REASONS.get(r, ("", GREY))[1],
                minutes=int(counts.get(r, 0)),
                share=counts.get(r, 0) / whole if whole else 0.0,
            )
            for r in present
        )
        rows.append(ChannelWear(channel=channel, minutes=whole, parts=parts))
    return tuple(rows)


def heat_map(wear: Mapping[str, Any], frame: Frame) -> Figure:
    """Share of minutes worn, weekday by hour; a weekday that nobody has is hatched, not drawn as 0."""
    shares: Mapping[str, Sequence[float]] = wear["worn_share_by_weekday_and_hour"]
    days: Mapping[str, int] = wear.get("days_by_weekday", dict.fromkeys(shares, 1))
    right = 22.0
    cell, left, top = (22.0, 34.0, 6.0) if frame.narrow else (30.0, 80.0, 6.0)
    figure = frame.figure(top + cell * len(shares) + 78)
    width = frame.width - left - right
    plot = axes(figure, left=left, top=top, width=width, height=cell * len(shares))
    table = np.array(list(shares.values()), dtype=np.float64)
    plot.pcolormesh(np.arange(25), np.arange(len(shares) + 1), table, cmap=WORN_COLOURS, vmin=0, vmax=1,
                    edgecolors="white", linewidth=1)  # fmt: skip
    for row, (day, hours) in enumerate(shares.items()):
        if not days.get(day, 0):
            plot.broken_barh([(0, 24)], (row, 1), facecolor=MISSING, hatch="////", edgecolor="#a8afb8", linewidth=0)
        elif not frame.narrow:
            for hour, share in enumerate(hours):
                plot.text(hour + 0.5, row + 0.5, f"{100 * share:.0f}", ha="center", va="center", fontsize=9.5,
                          color="white" if share >= DARK_FROM else INK)  # fmt: skip
    plot.set_ylim(len(shares), 0)
    names = [words(day)[:3] if frame.narrow else words(day) for day in shares]
    plot.set_yticks(np.arange(len(shares)) + 0.5, labels=names)
    hours = [0, 6, 12, 18, 24] if frame.narrow else list(range(0, 25, 3))
    plot.set_xticks(hours, labels=[f"{hour:02d}:00" for hour in hours])
    plot.tick_params(length=0)
    plot.spines[["left", "bottom"]].set_visible(False)
    plot.set_xlabel("local hour of the day", labelpad=3)
    _scale(figure, right=frame.width - right, top=top + cell * len(shares) + 44)
    return figure


def _scale(figure: Figure, *, right: float, top: float) -> None:
    """What the colours mean."""
    width, steps = 160.0, 20
    plot = axes(figure, left=right - width, top=top, width=width, height=10)
    plot.pcolormesh(np.linspace(0, 1, steps + 1), [0, 1], np.linspace(0, 1, steps)[None, :], cmap=WORN_COLOURS)
    plot.set_xticks([0, 0.5, 1], labels=["0 %", "50 %", "100 %"])
    plot.set_yticks([])
    plot.tick_params(length=0)
    plot.spines[:].set_visible(True)
    plot.text(-0.05, 0.5, "worn", transform=plot.transAxes, ha="right", va="center", fontsize=10.5, color=INK)

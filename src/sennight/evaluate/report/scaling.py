"""Scaling as a picture: error, mean AUC and mean r against people, a line a size, with the power law through errors."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sennight.evaluate.report.figures import BLUE, GREEN, ORANGE, PURPLE, WIDE, Frame, axes, svg
from sennight.evaluate.scaling import PowerLaw, ScalingPoint

LOOKS = ((GREEN, "^"), (BLUE, "o"), (PURPLE, "D"), (ORANGE, "s"))
PANEL, GAP, TOP, HEIGHT = 262.0, 74.0, 40.0, 250.0


def scaling_picture(points: Sequence[ScalingPoint], laws: Mapping[str, PowerLaw]) -> str:
    """The picture as SVG that stands in a file of its own."""
    return str(
        svg(
            "scaling",
            title="Scaling: people and size against error and downstream scores",
            description="Unseen people; lines of the left panel are fitted power laws; bars: 95 % over people.",
            frame=WIDE,
            draw=lambda frame: draw(points, laws, frame),
        )
    )


def draw(points: Sequence[ScalingPoint], laws: Mapping[str, PowerLaw], frame: Frame) -> Figure:
    """Three panels that share their axis of people."""
    figure = frame.figure(HEIGHT + TOP + 60)
    sizes = list(dict.fromkeys(p.size for p in points))
    panels = [axes(figure, left=52 + i * (PANEL + GAP), top=TOP, width=PANEL, height=HEIGHT) for i in range(3)]
    titles = ("Error on hidden minutes", "Mean AUC", "Mean r")
    for i, (plot, title) in enumerate(zip(panels, titles, strict=True)):
        for size, (colour, marker) in zip(sizes, LOOKS, strict=False):
            mine = sorted((p for p in points if p.size == size), key=lambda p: p.people)
            _line(plot, mine, i, colour=colour, marker=marker, law=laws.get(size))
        _dress(plot, title, sorted({p.people for p in points}))
    panels[0].legend(loc="best", fontsize=10)
    return figure


def _line(
    plot: Axes, mine: Sequence[ScalingPoint], panel: int, *, colour: str, marker: str, law: PowerLaw | None
) -> None:
    x = np.array([p.people for p in mine], dtype=np.float64)
    y = [(p.error, p.auc, p.r)[panel] for p in mine]
    label = f"{mine[0].size.upper()}, {mine[0].weights / 1e6:.1f} M weights"
    style = "" if panel == 0 and law else "-"
    plot.plot(x, y, color=colour, marker=marker, markersize=5, linestyle=style, label=label)
    if panel == 0 and law:
        along = np.geomspace(x.min(), x.max(), 60)
        plot.plot(along, law.at(along), color=colour, linewidth=1.2)
    if panel:
        low, high = ([(p.auc_low, p.r_low)[panel - 1] for p in mine], [(p.auc_high, p.r_high)[panel - 1] for p in mine])
        plot.vlines(x, low, high, color=colour, linewidth=1, alpha=0.5)


def _dress(plot: Axes, title: str, people: Sequence[int]) -> None:
    plot.set_title(title, loc="left", fontsize=11.5)
    plot.set_xscale("log")
    plot.set_xticks(people, labels=[f"{n:,}" for n in people])
    plot.minorticks_off()
    plot.set_xlabel("people it learned from", labelpad=2)
    plot.grid(visible=True, axis="y")

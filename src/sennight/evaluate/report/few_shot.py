"""Learning curves as a picture: the mean over questions first, then each question in a small panel.

The axis is labelled people in logarithms, twice the size of a draw for both answers together; the last point is
everybody outside the fold. The dashed line is what the reference reaches with everybody's labels.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sennight.evaluate.learning_curve import CHANCE, CurveResult
from sennight.evaluate.report.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, SOFT, VERMILION, WIDE, Frame, axes, svg

LOOKS = ((BLUE, "o"), (GREEN, "^"), (PURPLE, "D"), (ORANGE, "v"), (GREY, "P"))  # of the embeddings beside the reference
REFERENCE_LOOK = (VERMILION, "s")
ACROSS = 5  # small panels in a row
PANEL, GAP_X, GAP_Y = 146.0, 54.0, 58.0
TOP, MEAN_HEIGHT = 64.0, 230.0
AXIS = {"auc": "AUC", "pearson_r": "r"}
FEW_TICKS = (10, 100, 1_000)


def few_shot_picture(result: CurveResult) -> str:
    """The whole picture as SVG that stands in a file of its own."""
    names = ", ".join(result.plan.features)
    return str(
        svg(
            "few-shot",
            title="Learning curves: how well few labelled people teach",
            description=f"{len(result.plan.tasks)} questions; {names}; shaded: 95 % intervals over people and draws.",
            frame=WIDE,
            draw=lambda frame: draw_curves(result, frame),
        )
    )


def looks(result: CurveResult) -> dict[str, tuple[str, str]]:
    """Colour and mark of each embedding; the reference keeps its own."""
    others = [name for name in result.plan.features if name != result.plan.reference]
    found = {name: LOOKS[i % len(LOOKS)] for i, name in enumerate(others)}
    return {**found, result.plan.reference: REFERENCE_LOOK}


def draw_curves(result: CurveResult, frame: Frame) -> Figure:
    """Means of both metrics above, a panel a question below."""
    tasks = result.plan.tasks
    rows = -(-len(tasks) // ACROSS)
    figure = frame.figure(TOP + MEAN_HEIGHT + 70 + rows * (PANEL * 0.62 + GAP_Y))
    style = looks(result)
    wide = frame.width / 2 - 90
    for i, metric in enumerate(m for m in CHANCE if any(t.metric == m for t in tasks)):
        plot = axes(figure, left=56 + i * frame.width / 2, top=TOP, width=wide, height=MEAN_HEIGHT)
        _means(plot, result, metric, style)
    for i, task in enumerate(tasks):
        left = 40 + (i % ACROSS) * (PANEL + GAP_X)
        top = TOP + MEAN_HEIGHT + 90 + (i // ACROSS) * (PANEL * 0.62 + GAP_Y)
        _panel(axes(figure, left=left, top=top, width=PANEL, height=PANEL * 0.62), result, task.name, style)
    handles = [
        Line2D([], [], color=style[name][0], marker=style[name][1], markersize=5, label=name)
        for name in result.plan.features
    ]
    dashed = Line2D([], [], color=SOFT, linestyle=(0, (4, 3)), label=f"{result.plan.reference}, everybody's labels")
    figure.legend(handles=[*handles, dashed], loc="upper left", ncols=len(handles) + 1, fontsize=11)
    return figure


def _means(plot: Axes, result: CurveResult, metric: str, style: dict[str, tuple[str, str]]) -> None:
    """Only sizes that every question of the metric has, so that the same questions stand behind each point."""
    points = [m for m in result.means if m.metric == metric]
    most = max(m.n_tasks for m in points)
    tasks = [t.name for t in result.plan.tasks if t.metric == metric]
    last = float(np.mean([result.plan.n_all[t] for t in tasks]))
    for name in result.plan.features:
        of = [m for m in points if m.features == name and m.n_tasks == most]
        x = [last if m.shots is None else 2.0 * m.shots for m in of]
        _line(plot, x, [(m.value, m.low, m.high) for m in of], style[name])
        if name == result.plan.reference:
            plot.axhline(of[-1].value, color=SOFT, linestyle=(0, (4, 3)), linewidth=1)
    plot.set_title(f"Mean of {most} questions", loc="left", fontsize=12, fontweight="bold", pad=8)
    plot.set_ylabel(AXIS[metric], labelpad=2)
    plot.set_xlabel("labelled people", labelpad=1)
    _dress(plot)


def _panel(plot: Axes, result: CurveResult, task: str, style: dict[str, tuple[str, str]]) -> None:
    for name in result.plan.features:
        curve = result.curve(task, name)
        x = [float(score.n_people) for score in curve]
        _line(plot, x, [(score.value, score.low, score.high) for score in curve], style[name], small=True)
    plot.axhline(result.need(task, result.plan.reference).target, color=SOFT, linestyle=(0, (4, 3)), linewidth=1)
    metric = result.curve(task, result.plan.reference)[0].metric
    plot.set_title(f"{task} ({AXIS[metric]})", loc="left", fontsize=9.5, pad=4)
    plot.locator_params(axis="y", nbins=4)
    _dress(plot)


def _line(
    plot: Axes,
    x: Sequence[float],
    points: Sequence[tuple[float, float, float]],
    look: tuple[str, str],
    *,
    small: bool = False,
) -> None:
    value, low, high = (list(part) for part in zip(*points, strict=True))
    colour, marker = look
    plot.fill_between(x, low, high, color=colour, alpha=0.14, linewidth=0)
    plot.plot(x, value, color=colour, marker=marker, markersize=3 if small else 4.5, linewidth=1.1 if small else 1.6)


def _dress(plot: Axes) -> None:
    plot.set_xscale("log")
    plot.set_xticks(FEW_TICKS, labels=[f"{n:,}" for n in FEW_TICKS])
    plot.minorticks_off()
    plot.grid(axis="y")

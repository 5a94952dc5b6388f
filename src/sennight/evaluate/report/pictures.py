"""Every figure of the page with what its legend, title and description say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from sennight.evaluate.report.actogram import BIN_MINUTES, Actogram, actogram, draw_actogram
from sennight.evaluate.report.curves import CALIBRATION_FRAME, learning, reliability
from sennight.evaluate.report.figures import BLUE, GREEN, GREY, VERMILION, marker, picture, svg
from sennight.evaluate.report.forest import ForestRow, Point, Series, forest, short
from sennight.evaluate.report.plain import count, interval, number
from sennight.evaluate.report.shown import Shown
from sennight.evaluate.report.tables import difference_name
from sennight.evaluate.report.wear import heat_map
from sennight.evaluate.result import BenchResult, TaskNote
from sennight.evaluate.score import Comparison, Score
from sennight.record import PersonDays

AXES = {
    "auc": ("Yes/no questions", "AUC (0.5 is chance, 1 is perfect)", 0.5),
    "pearson_r": ("Amounts", "correlation r of predicted and true amount (0 is none)", 0.0),
}
DIFFERENCE_AXES = {"auc": "difference in AUC", "pearson_r": "difference in r"}


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A drawing under its heading; `name` makes an id."""

    name: str
    heading: str
    drawing: Markup
    facts: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class PersonPicture:
    """The actogram with what was drawn and what was beyond the page."""

    drawing: Markup
    shown: Actogram
    bin_minutes: int = BIN_MINUTES


def front_series(shown: Shown) -> tuple[Series, ...]:
    """How the feature sets in front are drawn; each keeps its colour and mark on every figure."""
    looks = {
        shown.model: (BLUE, "o"),
        shown.reference: (VERMILION, "s"),
        shown.age_sex: (GREY, "D"),
        shown.with_model: (GREEN, "^"),
    }
    return tuple(
        Series(name=shown.names[features], colour=looks[features][0], marker=looks[features][1])
        for features in shown.front
    )


def difference_series(shown: Shown) -> tuple[Series, ...]:
    """How the two paired differences are drawn."""
    looks = {shown.model: (BLUE, "o"), shown.with_model: (GREEN, "^")}
    return tuple(
        Series(name=difference_name(shown, pair), colour=looks[pair[0]][0], marker=looks[pair[0]][1])
        for pair in shown.pairs
    )


Legend = tuple[tuple[Markup, str], ...]


def legend(shown: Shown) -> Legend:
    """Mark and name of each feature set in front."""
    return tuple((marker(one.marker, one.colour), one.name) for one in front_series(shown))


def difference_legend(shown: Shown) -> Legend:
    """Mark and name of each difference."""
    return tuple((marker(one.marker, one.colour), one.name) for one in difference_series(shown))


def forests(result: BenchResult, shown: Shown) -> tuple[Panel, ...]:
    """Scores of the feature sets in front, a panel a metric."""
    panels = []
    for metric, (heading, axis, chance) in AXES.items():
        notes = [note for note in result.plan.tasks if note.metric == metric]
        rows = [_forest_row(note, [result.score(note.name, features) for features in shown.front]) for note in notes]
        if rows:
            draw = partial(forest, rows, front_series(shown), axis=axis, nothing=chance)
            title = f"{heading}: {axis.split(' (')[0]} with 95 % interval"
            panels.append(_panel(f"forest-{metric}", heading, title, _table_says(len(rows)), draw))
    return tuple(panels)


def difference_forests(result: BenchResult, shown: Shown) -> tuple[Panel, ...]:
    """Paired differences, a panel a metric."""
    panels = []
    for metric, axis in DIFFERENCE_AXES.items():
        notes = [note for note in result.plan.tasks if note.metric == metric]
        rows = [_forest_row(note, [result.comparison(note.name, *pair) for pair in shown.pairs]) for note in notes]
        rows = [row for row in rows if any(row.points)]
        if rows:
            axis = f"{axis} (right of 0: better with {shown.names[shown.model]})"
            draw = partial(forest, rows, difference_series(shown), axis=axis, nothing=0.0)
            heading = AXES[metric][0]
            title = f"{heading}: paired {DIFFERENCE_AXES[metric]} with 95 % interval"
            panels.append(_panel(f"difference-{metric}", heading, title, _table_says(len(rows)), draw))
    return tuple(panels)


def _forest_row(note: TaskNote, measured: Sequence[Score | Comparison | None]) -> ForestRow:
    return ForestRow(label=note.question, group=note.domain, points=tuple(map(_point, measured)))


def _point(measured: Score | Comparison | None) -> Point | None:
    if measured is None:
        return None
    value = measured.value if isinstance(measured, Score) else measured.difference
    return Point(value=value, low=measured.low, high=measured.high)


def _table_says(n_rows: int) -> str:
    return f"{n_rows} questions, one row each, grouped by part of health. The full table gives every number drawn here."


def _panel(name: str, heading: str, title: str, description: str, draw: Any) -> Panel:
    drawing = picture(name, title=title, description=description, draw=lambda frame: draw(frame=frame))
    return Panel(name=name, heading=heading, drawing=drawing)


def calibrations(
    result: BenchResult, shown: Shown, curves: Mapping[str, Sequence[Mapping[str, float]]]
) -> tuple[Panel, ...]:
    """A reliability curve for each yes/no question."""
    panels = []
    for i, note in enumerate(n for n in result.plan.tasks if curves.get(n.name)):
        others = result.other_scores(note.name, shown.model)
        facts = tuple(
            (label, number(others[metric].value), interval(others[metric]))
            for label, metric in (
                ("slope", "calibration_slope"),
                ("intercept", "calibration_intercept"),
                ("ECE", "ece"),
            )
            if metric in others
        )
        said = ", ".join(
            f"predicted {100 * p['predicted']:.0f} % observed {100 * p['observed']:.0f} %" for p in curves[note.name]
        )
        drawing = svg(
            f"calibration-{i}",
            title=f"Reliability curve: {short(note.question)}",
            description=f"Groups of people, from low to high: {said}.",
            frame=CALIBRATION_FRAME,
            draw=partial(reliability, curves[note.name]),
        )
        panels.append(Panel(name=f"calibration-{i}", heading=short(note.question), drawing=drawing, facts=facts))
    return tuple(panels)


def learning_curve(lines: Sequence[Mapping[str, Any]]) -> Markup | None:
    """How the backbone learned, None without a log."""
    if not lines:
        return None
    validated = [line for line in lines if line.get("validation")]
    description = f"{count(len(lines))} logged steps."
    if validated:
        last = validated[-1]["validation"]
        description += (
            f" At step {count(validated[-1]['step'])}: loss on people held out {number(last['loss'], 3)}, "
            f"guessing the mean {number(last['mean_baseline'], 3)}."
        )
    return picture("learning", title="Learning curve", description=description, draw=partial(learning, lines))


def wear_map(wear: Mapping[str, Any], *, synthetic: bool) -> Markup | None:
    """When people wore their devices, None if nobody did on any day."""
    shares = wear.get("worn_share_by_weekday_and_hour") or {}
    if not shares or not sum(wear.get("days_by_weekday", {"any": 1}).values()):
        return None
    description = "; ".join(
        f"{day}: {100 * min(hours):.0f} to {100 * max(hours):.0f} % of an hour's minutes"
        for day, hours in shares.items()
    )
    title = f"Share of minutes worn by weekday and hour{', synthetic people' if synthetic else ''}"
    return picture("worn", title=title, description=description, draw=partial(heat_map, wear))


def person_days(windows: Sequence[PersonDays], channels: tuple[str, ...], *, synthetic: bool) -> PersonPicture | None:
    """The actogram of one person, None where nothing was seen."""
    shown = actogram(windows, channels=channels)
    if not shown.channels:
        return None
    who = "one synthetic person" if synthetic else "one person"
    drawing = picture(
        "actogram",
        title=f"Actogram of {who}",
        description=f"{len(shown.days)} days, midnight to midnight in local time, one panel for each of "
        f"{len(shown.channels)} channels: {', '.join(shown.channels)}. Missing minutes are hatched.",
        draw=partial(draw_actogram, shown),
    )
    return PersonPicture(drawing=drawing, shown=shown)

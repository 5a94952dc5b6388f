"""The tables of scores as rows of text: one row a question, rounded once, nothing computed but the rounding.

The better of a pair is marked only where the 95 % interval of their paired difference leaves out 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sennight.evaluate.report.plain import NONE, number, signed, significant
from sennight.evaluate.report.shown import Shown
from sennight.evaluate.result import BenchResult, TaskNote
from sennight.evaluate.score import Comparison, Score

METRIC_NAMES = {
    "auc": "AUC",
    "pearson_r": "r",
    "average_precision": "average precision",
    "brier": "Brier score",
    "calibration_slope": "calibration slope",
    "calibration_intercept": "calibration intercept",
    "ece": "calibration error (ECE)",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "r2": "R²",
}
YES_NO_METRICS = ("average_precision", "brier", "calibration_slope", "calibration_intercept", "ece")
AMOUNT_METRICS = ("mae", "rmse", "r2")
IN_UNITS_OF_THE_ANSWER = ("mae", "rmse")
AT_THRESHOLD = "auc_at_"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A number with its interval as text; `order` sorts, `clear` marks the clearly better of a pair."""

    text: str
    interval: str = ""
    order: float = -math.inf
    clear: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question: who was asked, how many, and a cell a column."""

    note: TaskNote
    metric: str
    n: int
    events: int | None
    cells: tuple[Cell, ...]
    features: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Column names and rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


ABSENT = Cell(text=NONE)


def main_table(result: BenchResult, shown: Shown) -> Table:
    """The four feature sets in front and their two paired differences, for every assessed question."""
    rows = []
    for note in result.plan.tasks:
        clear = _clearly_better(result, note.name, shown)
        scores = [result.score(note.name, features) for features in shown.front]
        cells = [_cell(score, clear=score is not None and score.features in clear) for score in scores]
        differences = [_difference(result.comparison(note.name, *pair)) for pair in shown.pairs]
        rows += _row(note, scores, (*cells, *differences))
    columns = (*(shown.names[f] for f in shown.front), *(difference_name(shown, pair) for pair in shown.pairs))
    return Table(columns=columns, rows=tuple(rows))


def difference_name(shown: Shown, pair: tuple[str, str]) -> str:
    """What a paired difference is called."""
    features, baseline = pair
    if pair == (shown.with_model, shown.age_sex):
        return f"gain of {shown.names[shown.model]} over age + sex"
    return f"{shown.names[features]} minus {shown.names[baseline]}"


def control_table(result: BenchResult, shown: Shown) -> Table:
    """All other feature sets."""
    rows = []
    for note in result.plan.tasks:
        scores = [result.score(note.name, features) for features in shown.others]
        rows += _row(note, scores, tuple(_cell(score) for score in scores))
    return Table(columns=tuple(shown.names[f] for f in shown.others), rows=tuple(rows))


def other_metrics(result: BenchResult, shown: Shown, *, metrics: Sequence[str]) -> Table:
    """Further metrics of the feature sets in front, one row a question and feature set."""
    rows = []
    for note in result.plan.tasks:
        for features in shown.front:
            others = result.other_scores(note.name, features)
            scores = [others.get(metric) for metric in metrics]
            rows += _row(note, scores, tuple(_cell(score) for score in scores), features=shown.names[features])
    return Table(columns=tuple(METRIC_NAMES[m] for m in metrics), rows=tuple(rows))


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """AUC of "at least this much" for each feature set in front."""

    at: str
    n: int
    events: int
    cells: tuple[Cell, ...]


def threshold_tables(result: BenchResult, shown: Shown) -> tuple[tuple[TaskNote, tuple[Threshold, ...]], ...]:
    """For each amount that has thresholds, one row a threshold with enough people on both sides."""
    tables = []
    for note in result.plan.tasks:
        by_features = [result.other_scores(note.name, features) for features in shown.front]
        rows = []
        for at in note.thresholds:
            scores = [others.get(f"{AT_THRESHOLD}{at:g}") for others in by_features]
            known = [score for score in scores if score]
            if known:
                cells = tuple(_cell(score) for score in scores)
                events = known[0].n_events or 0
                rows.append(Threshold(at=f"{at:g}", n=known[0].n_people, events=events, cells=cells))
        if rows:
            tables.append((note, tuple(rows)))
    return tuple(tables)


def _row(note: TaskNote, scores: Sequence[Score | None], cells: tuple[Cell, ...], *, features: str = "") -> list[Row]:
    """A row, or none where nothing was measured."""
    known = [score for score in scores if score]
    if not known:
        return []
    first = known[0]
    return [
        Row(
            note=note,
            metric=METRIC_NAMES.get(note.metric, note.metric),
            n=first.n_people,
            events=first.n_events,
            cells=cells,
            features=features,
        )
    ]


def _cell(score: Score | None, *, clear: bool = False) -> Cell:
    if score is None:
        return ABSENT
    write = significant if score.metric in IN_UNITS_OF_THE_ANSWER else number
    interval = f"[{write(score.low)}, {write(score.high)}]"
    return Cell(text=write(score.value), interval=interval, order=score.value, clear=clear)


def _difference(comparison: Comparison | None) -> Cell:
    if comparison is None:
        return ABSENT
    interval = f"[{signed(comparison.low)}, {signed(comparison.high)}]"
    clear = leaves_out_zero(comparison)
    return Cell(text=signed(comparison.difference), interval=interval, order=comparison.difference, clear=clear)


def leaves_out_zero(comparison: Comparison) -> bool:
    """Does the 95 % interval of a paired difference leave out 0?"""
    return comparison.low > 0 or comparison.high < 0


def _clearly_better(result: BenchResult, task: str, shown: Shown) -> set[str]:
    """The better of each pair whose difference is clear."""
    better = set()
    for features, baseline in shown.pairs:
        comparison = result.comparison(task, features, baseline)
        if comparison and leaves_out_zero(comparison):
            better.add(features if comparison.difference > 0 else baseline)
    return better

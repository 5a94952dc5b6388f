"""From stored predictions to every number: scores, intervals, paired differences, averages. Nothing is fitted here.

`evaluate` hands its fresh predictions to this same function, so a printed number and a recomputed one cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from jaxtyping import Bool, Float64, Int16, Int64
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sennight.errors import InputError
from sennight.evaluate import calibration, metrics, uncertainty
from sennight.evaluate.result import PREDICTION_COLUMNS, Average, BenchPlan, BenchResult, Lead, TaskNote
from sennight.evaluate.score import Comparison, Score
from sennight.evaluate.uncertainty import Draws, Replicates

MIN_IN_CLASS = 20  # people; with fewer on one side an AUC says little (sd about .06 at 20 against many)
CLEAR = 0.05  # Holm-adjusted p below which a difference counts as clear


@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """One task answered from one feature set: out-of-fold predictions with the rows of their people in the draws."""

    y: Float64[np.ndarray, " person"]
    p: Float64[np.ndarray, " person"]
    fold: Int16[np.ndarray, " person"]
    row: Int64[np.ndarray, " person"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """The scores of one task and feature set, and the replicates of the main one."""

    main: Score
    others: tuple[Score, ...]
    replicates: Replicates


Key = tuple[str, str]  # task, features


def rescore(predictions: pl.DataFrame, plan: BenchPlan, *, jobs: int = 2) -> BenchResult:
    """Compute every number again from out-of-fold predictions.

    Raises: InputError if a column is absent, a person sits in two folds or is listed twice, or a number is not
    finite.
    """
    answered, draws = answered_rows(predictions, plan, replicates=plan.replicates)
    notes = {note.name: note for note in plan.tasks}
    keys = [(t.name, f) for t in plan.tasks for f in plan.features if (t.name, f) in answered]
    with threadpool_limits(limits=1):
        found = Parallel(n_jobs=jobs, prefer="threads")(
            delayed(measure)(answered[key], notes[key[0]], features=key[1], head=plan.head_name, draws=draws)
            for key in keys
        )
    measured: dict[Key, Measured] = dict(zip(keys, found, strict=True))
    comparisons: list[Comparison] = []
    leads: list[Lead] = []
    for features, baseline in plan.pairs:
        rows, lead = _compare(measured, plan, features=features, baseline=baseline)
        comparisons += rows
        leads += lead
    return BenchResult(
        plan=plan,
        scores=tuple(m.main for m in measured.values()),
        secondary=tuple(s for m in measured.values() for s in m.others),
        comparisons=tuple(comparisons),
        averages=_averages(measured, plan),
        leads=tuple(leads),
        predictions=predictions,
    )


def of_folds(result: BenchResult, folds: str, *, jobs: int = 2) -> BenchResult:
    """The same result for the people of some folds alone, given as "2,3,4"; every figure is computed anew.

    Raises: InputError if these are no folds of it.
    """
    wanted = [int(word) for word in folds.split(",") if word.strip().isdigit()]
    if not wanted or max(wanted) >= result.plan.k or len(wanted) != len(folds.split(",")):
        raise InputError(f"'{folds}' are no folds of this result", todo=f"It has 0 to {result.plan.k - 1}.")
    mine = result.predictions.filter(pl.col("fold").is_in(wanted))
    return rescore(mine, replace(result.plan, n_people=mine["person"].n_unique()), jobs=jobs)


def answered_rows(predictions: pl.DataFrame, plan: BenchPlan, *, replicates: int) -> tuple[dict[Key, Answered], Draws]:
    """Predictions by task and feature set, and so many draws over everybody in them. Raises: as `rescore`."""
    absent = [c for c in PREDICTION_COLUMNS if c not in predictions.columns]
    if absent:
        raise InputError(f"predictions lack the columns {', '.join(absent)}")
    table = predictions.with_columns(pl.col("task", "features", "person").cast(pl.String))
    if not table.select(pl.col("y", "p").is_finite().all()).row(0) == (True, True) and len(table):
        raise InputError("predictions hold a number that is not finite")
    people = table.select("person", "fold").unique().sort("person")
    if people["person"].n_unique() != len(people):
        raise InputError("a person sits in two folds", todo="Folds are drawn by person, once for all tasks.")
    people = people.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"))
    fold = people["fold"].to_numpy().astype(np.int16)
    draws = Draws.within_folds(people["person"].to_list(), fold, replicates=replicates, seed=plan.seed)
    table = table.join(people.select("person", "row"), on="person", how="left").sort("task", "features", "row")
    answered = {}
    for (task, features), part in table.partition_by("task", "features", as_dict=True).items():
        row = part["row"].to_numpy()
        if len(np.unique(row)) != len(row):
            raise InputError(f"predictions of task '{task}' list a person twice")
        y, p = part["y"].to_numpy().astype(np.float64), part["p"].to_numpy().astype(np.float64)
        answered[(str(task), str(features))] = Answered(y=y, p=p, fold=fold[row], row=row)
    return answered, draws


def measure(answered: Answered, note: TaskNote, *, features: str, head: str, draws: Draws) -> Measured:
    """The main score of one task and feature set, and the others that belong to its kind."""
    y, p, fold = answered.y, answered.p, answered.fold
    weights = draws.weights[answered.row]
    n_events = int((y == 1).sum()) if note.metric == "auc" else None

    def score(metric: str, value: float, replicates: Replicates, events: int | None = n_events) -> Score:
        low, high = uncertainty.interval(replicates, value)
        return Score(
            task=note.name, features=features, head=head, metric=metric, value=value, low=low, high=high,
            n_people=len(y), n_events=events,
        )  # fmt: skip

    if note.metric == "auc":
        replicates = uncertainty.auc_replicates(y, p, fold, weights)
        main = score("auc", metrics.auc_over_folds(y, p, fold), replicates)
        others = _of_probabilities(answered, weights)
    else:
        replicates = uncertainty.pearson_replicates(y, p, fold, weights)
        main = score("pearson_r", metrics.pearson_over_folds(y, p, fold), replicates)
        others = _of_amounts(answered, weights)
    rows = [score(name, value, drawn) for name, (value, drawn) in others.items() if np.isfinite(value)]
    for threshold in note.thresholds:
        yes = (y >= threshold).astype(np.float64)
        n_yes = int(yes.sum())
        if min(n_yes, len(y) - n_yes) >= MIN_IN_CLASS:
            value, drawn = metrics.auc_over_folds(yes, p, fold), uncertainty.auc_replicates(yes, p, fold, weights)
            rows.append(score(f"auc_at_{threshold:g}", value, drawn, n_yes))
    return Measured(main=main, others=tuple(rows), replicates=replicates)


def _of_probabilities(answered: Answered, weights: np.ndarray) -> dict[str, tuple[float, Replicates]]:
    """Metric -> value and replicates, for yes/no."""
    y, p, fold = answered.y, answered.p, answered.fold
    fit, drawn = calibration.calibration(y, p), calibration.calibration_replicates(y, p, weights)
    precision = uncertainty.average_precision_replicates(y, p, fold, weights)
    return {
        "average_precision": (metrics.average_precision_over_folds(y, p, fold), precision),
        "brier": (metrics.brier(y, p), uncertainty.mean_replicates((y - p) ** 2, weights)),
        "calibration_slope": (fit.slope, drawn.slope),
        "calibration_intercept": (fit.intercept, drawn.intercept),
        "ece": (fit.ece, drawn.ece),
    }


def _of_amounts(answered: Answered, weights: np.ndarray) -> dict[str, tuple[float, Replicates]]:
    """Metric -> value and replicates, for amounts."""
    y, p = answered.y, answered.p
    return {
        "mae": (metrics.mae(y, p), uncertainty.mean_replicates(np.abs(y - p), weights)),
        "rmse": (metrics.rmse(y, p), np.sqrt(uncertainty.mean_replicates((y - p) ** 2, weights))),
        "r2": (metrics.r2(y, p), uncertainty.r2_replicates(y, p, weights)),
    }


def _compare(
    measured: Mapping[Key, Measured], plan: BenchPlan, *, features: str, baseline: str
) -> tuple[list[Comparison], list[Lead]]:
    """Paired differences in every task that both answered, and the lead over tasks."""
    tasks = [t for t in plan.tasks if (t.name, features) in measured and (t.name, baseline) in measured]
    if not tasks:
        return [], []
    pairs = [(measured[(t.name, features)], measured[(t.name, baseline)]) for t in tasks]
    difference = np.array([a.main.value - b.main.value for a, b in pairs])
    drawn = np.stack([a.replicates - b.replicates for a, b in pairs])
    ps = [uncertainty.p_of_difference(d, float(v)) for d, v in zip(drawn, difference, strict=True)]
    adjusted = uncertainty.holm(ps)
    rows = []
    for i, task in enumerate(tasks):
        low, high = uncertainty.interval(drawn[i], float(difference[i]))
        rows.append(
            Comparison(
                task=task.name,
                features=features,
                baseline=baseline,
                metric=task.metric,
                difference=float(difference[i]),
                low=low,
                high=high,
                p=ps[i],
                p_holm=adjusted[i],
            )
        )
    clear = np.array(adjusted) < CLEAR
    by_metric = np.array([t.metric for t in tasks])
    chosen = {"all": np.ones(len(tasks), dtype=np.bool_), **{m: by_metric == m for m in ("auc", "pearson_r")}}
    leads = [
        _lead((features, baseline, metric), difference[at], drawn[at], clear[at])
        for metric, at in chosen.items()
        if at.any()
    ]
    return rows, leads


def _lead(
    names: tuple[str, str, str],
    difference: Float64[np.ndarray, " task"],
    drawn: Float64[np.ndarray, "task replicate"],
    clear: Bool[np.ndarray, " task"],
) -> Lead:
    """One row of who is ahead, over the tasks given."""
    features, baseline, metric = names
    value, wins = float(difference.mean()), int((difference > 0).sum())
    low, high = uncertainty.interval(drawn.mean(axis=0), value)
    wins_low, wins_high = uncertainty.interval((drawn > 0).sum(axis=0).astype(np.float64), float(wins))
    return Lead(
        features=features, baseline=baseline, metric=metric, difference=value, low=low, high=high, wins=wins,
        wins_low=wins_low, wins_high=wins_high, clear_wins=int((clear & (difference > 0)).sum()),
        clear_losses=int((clear & (difference < 0)).sum()), n_tasks=len(difference),
    )  # fmt: skip


def _averages(measured: Mapping[Key, Measured], plan: BenchPlan) -> tuple[Average, ...]:
    """Mean of each metric over tasks, a feature set at a time."""
    rows = []
    for features in plan.features:
        for metric in ("auc", "pearson_r"):
            of = [m for (_, f), m in measured.items() if f == features and m.main.metric == metric]
            if of:
                rows.append(_average(of, features=features, metric=metric))
    return tuple(rows)


def _average(of: Sequence[Measured], *, features: str, metric: str) -> Average:
    value = float(np.mean([m.main.value for m in of]))
    low, high = uncertainty.interval(np.stack([m.replicates for m in of]).mean(axis=0), value)
    return Average(features=features, metric=metric, value=value, low=low, high=high, n_tasks=len(of))

"""Is a lead the wear pattern? Every figure again, among people who wore the device alike.

People are sorted by their number of valid days and then by worn minutes a day, and cut into strata of about a hundred
neighbours. A yes/no question is judged by pairs of one stratum and one fold alone (Mann-Whitney's U summed over such
cells), an amount by the correlation of what is left of answer and prediction after each cell's mean: answers of two
folds come from two heads and are never ranked against each other. Nothing is trained again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float64, Int64

from sennight.errors import InputError
from sennight.evaluate.controls import MISSINGNESS
from sennight.evaluate.result import BenchResult

STRATUM_PEOPLE = 100
DRAWS = 300
LOW, HIGH = 0.025, 0.975


@dataclass(frozen=True, kw_only=True)
class MatchedMean:
    """The mean over questions of one metric ("auc" or "pearson_r") among people of equal wear, and as it was.

    `lead` is the paired difference to the reference of the result, `over_wear` that to the wear pattern alone; None
    where that is the feature set itself or was not evaluated.
    """

    features: str
    metric: str
    plain: float
    value: float
    low: float
    high: float
    n_tasks: int
    lead: tuple[float, float, float] | None
    over_wear: tuple[float, float, float] | None = None


def wear_strata(
    valid_days: Int64[np.ndarray, " person"], worn_minutes: Float64[np.ndarray, " person"]
) -> Int64[np.ndarray, " person"]:
    """The stratum of each person, numbered from 0; neighbours in wear share one."""
    order = np.lexsort((worn_minutes, valid_days))
    stratum = np.empty(len(order), dtype=np.int64)
    stratum[order] = np.arange(len(order)) * max(1, round(len(order) / STRATUM_PEOPLE)) // max(len(order), 1)
    return stratum


def matched_auc(
    y: Float64[np.ndarray, " person"], p: Float64[np.ndarray, " person"], stratum: Int64[np.ndarray, " person"]
) -> float:
    """The share of pairs of a stratum, a yes and a no, in which the yes has the higher prediction; ties count half."""
    order = np.lexsort((p, stratum))
    s, sorted_p, yes = stratum[order], p[order], y[order] == 1
    place = np.arange(len(s))
    new = np.r_[True, (s[1:] != s[:-1]) | (sorted_p[1:] != sorted_p[:-1])]
    tie = np.cumsum(new) - 1
    mean_place = np.bincount(tie, weights=place) / np.bincount(tie)
    strata = int(s.max(initial=0)) + 1
    n = np.bincount(s, minlength=strata)
    rank = mean_place[tie] - (np.cumsum(n) - n)[s] + 1
    n_yes = np.bincount(s, weights=yes, minlength=strata)
    u = np.bincount(s, weights=rank * yes, minlength=strata) - n_yes * (n_yes + 1) / 2
    pairs = float((n_yes * (n - n_yes)).sum())
    return float(u.sum()) / pairs if pairs else float("nan")


def matched_r(
    y: Float64[np.ndarray, " person"], p: Float64[np.ndarray, " person"], stratum: Int64[np.ndarray, " person"]
) -> float:
    """Pearson's r of answer and prediction, each less its stratum's mean."""
    n = np.maximum(np.bincount(stratum), 1)
    a, b = (x - (np.bincount(stratum, weights=x) / n)[stratum] for x in (y, p))
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0


def wear_matched(
    result: BenchResult, stratum_of: Mapping[str, int], *, draws: int = DRAWS, seed: int = 0
) -> tuple[MatchedMean, ...]:
    """Every feature set of a result among people of equal wear, with a bootstrap over people, stratum by stratum.

    Raises: InputError if a person of the result has no stratum.
    """
    people = sorted(set(result.predictions["person"]))
    if not people:
        return ()
    missing = [p for p in people if p not in stratum_of]
    if missing:
        raise InputError(f"{len(missing)} people of the result are not in the store", todo="Give the store it is of.")
    stratum = np.array([stratum_of[p] for p in people], dtype=np.int64)
    fold_of = dict(result.predictions.select("person", "fold").unique().iter_rows())
    cell = stratum * (max(fold_of.values()) + 1) + np.array([fold_of[p] for p in people], dtype=np.int64)
    features = [f for f in result.plan.features if ":" not in f]
    samples = _draws(stratum, draws=draws, seed=seed)
    found: list[MatchedMean] = []
    for metric in ("auc", "pearson_r"):
        tasks = [t.name for t in result.plan.tasks if t.metric == metric]
        tables = [_table(result.predictions, task, features, people) for task in tasks]
        means = {f: _means(tables, i, cell, samples, metric) for i, f in enumerate(features)} if tasks else {}
        reference, wear = means.get(result.plan.reference), means.get(MISSINGNESS)
        plain = {a.features: a.value for a in result.averages if a.metric == metric}
        for name, drawn in means.items():
            low, high = np.quantile(drawn[1:], (LOW, HIGH))
            found.append(
                MatchedMean(
                    features=name, metric=metric, plain=plain[name], value=float(drawn[0]), low=float(low),
                    high=float(high), n_tasks=len(tasks), lead=_lead(drawn, reference), over_wear=_lead(drawn, wear),
                )
            )  # fmt: skip
    return tuple(found)


def _lead(
    drawn: Float64[np.ndarray, " draw"], other: Float64[np.ndarray, " draw"] | None
) -> tuple[float, float, float] | None:
    """The paired difference with its interval; the first draw is everybody."""
    if other is None or other is drawn:
        return None
    gap = drawn - other
    return float(gap[0]), float(np.quantile(gap[1:], LOW)), float(np.quantile(gap[1:], HIGH))


def _draws(stratum: Int64[np.ndarray, " person"], *, draws: int, seed: int) -> list[Int64[np.ndarray, " person"]]:
    """Everybody as they are, then people drawn again within their stratum."""
    rng = np.random.default_rng([seed, 17])
    members = [np.flatnonzero(stratum == s) for s in np.unique(stratum)]
    again = [np.concatenate([rng.choice(m, len(m)) for m in members]) for _ in range(draws)]
    return [np.arange(len(stratum)), *again]


def _table(
    predictions: pl.DataFrame, task: str, features: Sequence[str], people: Sequence[str]
) -> Float64[np.ndarray, "person column"]:
    """Answers in the first column, predictions of each feature set in the others; NaN where there is none."""
    place = {p: i for i, p in enumerate(people)}
    out = np.full((len(people), 1 + len(features)), np.nan)
    for k, name in enumerate(features):
        rows = predictions.filter((pl.col("task") == task) & (pl.col("features") == name))
        at = [place[p] for p in rows["person"]]
        out[at, 0], out[at, 1 + k] = rows["y"].to_numpy(), rows["p"].to_numpy()
    return out


def _means(
    tables: Sequence[Float64[np.ndarray, "person column"]],
    k: int,
    cell: Int64[np.ndarray, " person"],
    samples: Sequence[Int64[np.ndarray, " person"]],
    metric: str,
) -> Float64[np.ndarray, " draw"]:
    """The mean over questions in every draw; the first is everybody."""
    measure = matched_auc if metric == "auc" else matched_r
    values = np.empty((len(tables), len(samples)))
    for i, table in enumerate(tables):
        for j, sample in enumerate(samples):
            y, p = table[sample, 0], table[sample, 1 + k]
            known = np.isfinite(p)
            values[i, j] = measure(y[known], p[known], cell[sample][known])
    return np.nanmean(values, axis=0)

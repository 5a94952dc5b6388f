"""Uncertainty: the bootstrap over people, drawn once and shared by every feature set and every task.

People are drawn with replacement inside their fold, so every replicate keeps the folds. A draw is a count a person,
which turns each replicate into a weighted metric; all replicates of a metric are computed together from one sort.
Because the draws are shared, differences between feature sets and averages over tasks are paired.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int16
from scipy.special import ndtr

from sennight.evaluate.metrics import fisher_average, logit_average

INTERVAL = 0.95
REPLICATES = 1_000

Y = Float64[np.ndarray, " person"]
Fold = Int16[np.ndarray, " person"]
Weights = Float32[np.ndarray, "person replicate"]
Replicates = Float64[np.ndarray, " replicate"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Draws:
    """How often each person was drawn in each replicate."""

    people: tuple[str, ...]
    weights: Weights

    @classmethod
    def within_folds(cls, people: Sequence[str], fold: Fold, *, replicates: int = REPLICATES, seed: int = 0) -> "Draws":
        """Draw as many people from each fold as it has. The same people, folds and seed give the same draws."""
        rng = np.random.default_rng(seed)
        weights = np.zeros((len(people), replicates), dtype=np.float32)
        for f in np.unique(fold):
            rows = np.flatnonzero(fold == f)
            n = len(rows)
            drawn = rng.integers(0, n, size=(n, replicates)) * replicates + np.arange(replicates)
            counts = np.bincount(drawn.ravel(), minlength=n * replicates)
            weights[rows] = counts.reshape(n, replicates)
        return cls(people=tuple(people), weights=weights)


def auc_replicates(y: Y, p: Y, fold: Fold, weights: Weights) -> Replicates:
    """`metrics.auc_over_folds` of every replicate."""
    folds = np.unique(fold)
    aucs = np.full((weights.shape[1], len(folds)), 0.5)
    pairs = np.zeros_like(aucs)
    for i, f in enumerate(folds):
        at = fold == f
        won, pairs[:, i] = _won_pairs(y[at], p[at], np.ascontiguousarray(weights[at]))
        np.divide(won, pairs[:, i], out=aucs[:, i], where=pairs[:, i] > 0)
    return logit_average(aucs, pairs)


def _won_pairs(y: Y, p: Y, weights: Weights) -> tuple[Replicates, Replicates]:
    """Weighted (yes, no) pairs that were ranked rightly, ties half, and all pairs; each a replicate."""
    yes, no = np.flatnonzero(y == 1), np.flatnonzero(y != 1)
    no = no[np.argsort(p[no], kind="stable")]
    # below[i]: weight of the i lowest no answers. Counts are exact in float32 up to 16 million people a fold.
    below = np.zeros((len(no) + 1, weights.shape[1]), dtype=np.float32)
    np.cumsum(weights[no], axis=0, out=below[1:])
    low, high = np.searchsorted(p[no], p[yes], "left"), np.searchsorted(p[no], p[yes], "right")
    w_yes = weights[yes]
    beaten = below[low] if np.array_equal(low, high) else (below[low] + below[high]) / 2
    won = np.einsum("pr,pr->r", w_yes, beaten).astype(np.float64)
    return won, w_yes.sum(axis=0, dtype=np.float64) * below[-1]


def pearson_replicates(y: Y, p: Y, fold: Fold, weights: Weights) -> Replicates:
    """`metrics.pearson_over_folds` of every replicate."""
    folds = np.unique(fold)
    rs = np.zeros((weights.shape[1], len(folds)))
    for i, f in enumerate(folds):
        at = fold == f
        a, b = _standard(y[at]), _standard(p[at])
        columns = np.stack([np.ones_like(a), a, b, a * a, b * b, a * b]).astype(np.float32)
        n, sa, sb, saa, sbb, sab = (columns @ weights[at]).astype(np.float64)
        n = np.maximum(n, 1)
        size = np.sqrt(np.maximum(saa - sa * sa / n, 0) * np.maximum(sbb - sb * sb / n, 0))
        np.divide(sab - sa * sb / n, size, out=rs[:, i], where=size > 1e-5 * n)
    return fisher_average(rs)


def _standard(values: Y) -> Y:
    """Centred and scaled, so that sums of squares keep their digits; a constant becomes zeros."""
    centred = values - values.mean()
    sd = float(centred.std())
    return centred / sd if sd > 1e-13 * float(np.abs(values).max()) else np.zeros_like(centred)


def average_precision_replicates(y: Y, p: Y, fold: Fold, weights: Weights) -> Replicates:
    """`metrics.average_precision_over_folds` of every replicate."""
    gained = np.zeros(weights.shape[1])
    n_yes = np.zeros(weights.shape[1])
    for f in np.unique(fold):
        rows = np.flatnonzero(fold == f)
        rows = rows[np.argsort(-p[rows], kind="stable")]
        ranked, yes = p[rows], y[rows] == 1
        last_of_tie = np.searchsorted(-ranked, -ranked[yes], "right") - 1
        drawn = weights[rows]
        everyone = np.cumsum(drawn, axis=0)[last_of_tie]
        hits = np.cumsum(drawn[yes], axis=0)[np.searchsorted(np.flatnonzero(yes), last_of_tie, "right") - 1]
        precision = np.divide(hits, everyone, out=np.zeros_like(hits), where=everyone > 0)
        gained += np.einsum("pr,pr->r", drawn[yes], precision)
        n_yes += drawn[yes].sum(axis=0, dtype=np.float64)
    return np.divide(gained, n_yes, out=np.full_like(gained, np.nan), where=n_yes > 0)


def mean_replicates(values: Y, weights: Weights) -> Replicates:
    """Mean of a number a person has, in every replicate."""
    total = np.maximum(weights.sum(axis=0, dtype=np.float64), 1)
    return (values.astype(np.float32) @ weights).astype(np.float64) / total


def r2_replicates(y: Y, p: Y, weights: Weights) -> Replicates:
    """`metrics.r2` of every replicate."""
    a = y - y.mean()
    left, square, mean = (mean_replicates(v, weights) for v in ((y - p) ** 2, a * a, a))
    spread = square - mean * mean
    return np.where(spread > 0, 1 - left / np.where(spread > 0, spread, 1), np.nan)


def interval(replicates: Replicates, value: float) -> tuple[float, float]:
    """The 95 % percentile interval, widened where a skewed metric leaves the value itself outside."""
    known = replicates[np.isfinite(replicates)]
    if not len(known):
        return value, value
    low, high = np.quantile(known, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return min(float(low), value), max(float(high), value)


def p_of_difference(replicates: Replicates, difference: float) -> float:
    """Two-sided p of a paired difference against 0, by the normal distribution with the bootstrap's spread.

    Counting replicates instead could not go below 2 in 1,000, which no correction over 35 tasks would let pass.
    """
    known = replicates[np.isfinite(replicates)]
    spread = float(known.std(ddof=1)) if len(known) > 1 else 0.0
    if spread == 0:
        return 1.0  # nothing varied, so nothing can be said
    return float(min(1.0, 2 * ndtr(-abs(difference) / spread)))


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down adjustment of several p values, in their order.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    stepped = values[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return tuple(float(v) for v in adjusted)

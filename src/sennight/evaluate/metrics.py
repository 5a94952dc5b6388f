"""Metrics: how well predictions agree with answers, one number each, defined for every input.

Where a metric cannot be computed (one answer only, nobody, a constant) it is NaN, never an error and never a guess.
The averages over folds say how they treat such folds. Answers `y` of yes/no questions are 0 and 1.
"""

import numpy as np
from jaxtyping import Float64, Int16
from scipy.stats import rankdata

Y = Float64[np.ndarray, " person"]


def auc(y: Y, p: Y) -> float:
    """Area under the ROC curve: share of (yes, no) pairs in which yes is ranked higher, ties counting half."""
    yes = y == 1
    n_yes, n_no = int(yes.sum()), int((~yes).sum())
    if not n_yes or not n_no:
        return float("nan")
    return float((rankdata(p)[yes].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * n_no))


def average_precision(y: Y, p: Y) -> float:
    """Mean precision over the yes answers, each at its own threshold; equal predictions share one threshold."""
    n_yes = int((y == 1).sum())
    if not n_yes:
        return float("nan")
    order = np.argsort(-p, kind="stable")
    last_of_tie = np.append(np.flatnonzero(np.diff(p[order])), len(p) - 1)
    yes_so_far = np.cumsum(y[order] == 1)[last_of_tie]
    precision = yes_so_far / (last_of_tie + 1)
    return float((np.diff(yes_so_far, prepend=0) * precision).sum() / n_yes)


def pearson_r(y: Y, p: Y) -> float:
    """Linear correlation."""
    if len(y) < 2:
        return float("nan")
    a, b = y - y.mean(), p - p.mean()
    size = np.sqrt((a @ a) * (b @ b))
    # Rounding leaves a constant with a spread of about 1e-16 of its size, which is not a spread.
    if np.ptp(y) <= 1e-13 * np.abs(y).max() or np.ptp(p) <= 1e-13 * np.abs(p).max() or size == 0:
        return float("nan")
    return float(np.clip((a @ b) / size, -1.0, 1.0))


def mae(y: Y, p: Y) -> float:
    """Mean absolute error, in the unit of the answers."""
    return float(np.abs(y - p).mean()) if len(y) else float("nan")


def rmse(y: Y, p: Y) -> float:
    """Root mean squared error, in the unit of the answers."""
    return float(np.sqrt(((y - p) ** 2).mean())) if len(y) else float("nan")


def r2(y: Y, p: Y) -> float:
    """Share of the variance explained; below 0 when the mean would have been better."""
    if len(y) < 2 or np.ptp(y) == 0:
        return float("nan")
    return float(1 - ((y - p) ** 2).sum() / ((y - y.mean()) ** 2).sum())


def brier(y: Y, p: Y) -> float:
    """Mean squared error of probabilities."""
    return float(((y - p) ** 2).mean()) if len(y) else float("nan")


def logit_average(aucs: Float64[np.ndarray, "... fold"], pairs: Float64[np.ndarray, "... fold"]) -> np.ndarray:
    """Average AUC over folds in logit space; folds without a (yes, no) pair are left out.

    A fold cannot tell an AUC from 1 by less than half a pair, so that far it is kept from 0 and 1.
    """
    margin = 0.5 / np.maximum(pairs, 1.0)
    inside = np.clip(aucs, margin, 1 - margin)
    there = pairs > 0
    logits = np.where(there, np.log(inside / (1 - inside)), 0.0)
    count = there.sum(axis=-1)
    mean = logits.sum(axis=-1) / np.maximum(count, 1)
    return np.where(count > 0, 1 / (1 + np.exp(-mean)), np.nan)


def fisher_average(rs: Float64[np.ndarray, "... fold"]) -> np.ndarray:
    """Average correlation over folds in Fisher's z; a fold without a correlation (constant prediction) counts as 0."""
    z = np.arctanh(np.clip(np.nan_to_num(rs, nan=0.0), -1 + 1e-12, 1 - 1e-12))
    return np.asarray(np.tanh(z.mean(axis=-1)))


def auc_over_folds(y: Y, p: Y, fold: Int16[np.ndarray, " person"]) -> float:
    """AUC within each fold, averaged in logit space. Predictions of different folds are never ranked together."""
    parts = [(y[fold == f], p[fold == f]) for f in np.unique(fold)]
    pairs = np.array([float((a == 1).sum() * (a != 1).sum()) for a, _ in parts])
    aucs = np.nan_to_num(np.array([auc(a, b) for a, b in parts], dtype=np.float64), nan=0.5)
    return float(logit_average(aucs, pairs))


def pearson_over_folds(y: Y, p: Y, fold: Int16[np.ndarray, " person"]) -> float:
    """Correlation within each fold, averaged in Fisher's z.

    Pooling folds instead would punish a useless predictor: its mean in a fold moves against that fold's answers.
    """
    return float(fisher_average(np.array([pearson_r(y[fold == f], p[fold == f]) for f in np.unique(fold)])))


def average_precision_over_folds(y: Y, p: Y, fold: Int16[np.ndarray, " person"]) -> float:
    """Average precision within each fold that has a yes answer, weighted by the number of its yes answers."""
    parts = [(y[fold == f], p[fold == f]) for f in np.unique(fold)]
    n_yes = np.array([float((a == 1).sum()) for a, _ in parts])
    each = np.nan_to_num(np.array([average_precision(a, b) for a, b in parts], dtype=np.float64))
    return float((each * n_yes).sum() / n_yes.sum()) if n_yes.sum() else float("nan")

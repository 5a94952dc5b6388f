"""Folds inside the training people, for what a head must judge itself by.

Weights of an ensemble, calibration, labels of a teacher. Nothing here sees anybody beyond the people a head is given.
"""

import numpy as np
from jaxtyping import Float64, Int64

from sennight.heads.head import Answers, BaseRate, Beside, HeadConfig, Weights, X, Y
from sennight.tasks import TaskKind


def inner_folds(y: Y, *, kind: TaskKind, k: int, seed: int) -> Int64[np.ndarray, " person"]:
    """Fold 0..k-1 of each row; answers of one kind are spread evenly. There are never more folds than people."""
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(len(y))
    # Sorted by answer after the shuffle, then dealt round: each fold gets its share of every class or range.
    order = drawn[np.argsort(y[drawn] if kind is not TaskKind.YES_NO else y[drawn] >= 0.5, kind="stable")]
    fold = np.empty(len(y), dtype=np.int64)
    fold[order] = np.arange(len(y)) % max(1, min(k, len(y)))
    return fold


def out_of_fold(
    config: HeadConfig,
    x: X,
    y: Y,
    *,
    kind: TaskKind,
    fold: Int64[np.ndarray, " person"],
    beside: Beside = None,
    weights: Weights = None,
) -> Answers:
    """What a head says of each training person after learning from the others."""
    k = int(y.max()) + 1 if kind is TaskKind.ONE_OF_K else 0
    said: Float64[np.ndarray, ...] = np.zeros((len(y), k) if k else len(y))
    said[:] = BaseRate.of(y, kind=kind, weights=weights).answers(len(y))  # where one fold is all there is
    for f in np.unique(fold):
        train, test = fold != f, fold == f
        if not train.any() or (weights is not None and not weights[train].sum() > 0):
            continue
        fitted = config.build().fit(
            x[train], y[train], kind=kind, beside=None if beside is None else beside[train],
            weights=None if weights is None else weights[train],
        )  # fmt: skip
        answers = fitted.predict(x[test], beside=None if beside is None else beside[test])
        if k:
            said[test] = 0.0
            said[np.ix_(test, np.arange(answers.shape[1]))] = answers  # a rare choice may be absent from a fold
        else:
            said[test] = answers
    return said

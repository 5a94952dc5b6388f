"""Together: people or rows that belong to one unit (a couple, a person's minutes) are drawn, left out, compared as one.

A bootstrap that draws the minutes of one person apart from each other takes them for as many people; so does a fold.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float64, Int16, Int64

from sennight.evaluate import uncertainty

Y = Float64[np.ndarray, " row"]
Unit = Int64[np.ndarray, " row"]


def numbered(group: Float64[np.ndarray, " row"]) -> Unit:
    """Groups as 0, 1, ...; who is of no known group is one of their own."""
    known = np.where(np.isfinite(group), group, -1.0 - np.arange(len(group)))
    return np.unique(known, return_inverse=True)[1].astype(np.int64).reshape(-1)


def folds_of_units(unit: Unit, *, k: int, seed: int) -> Int16[np.ndarray, " row"]:
    """A fold a row; all rows of a unit in one."""
    n = int(unit.max()) + 1
    return (np.random.default_rng([seed, 47]).permutation(n) % k)[unit].astype(np.int16)


def drawn_together(unit: Unit, fold: Int16[np.ndarray, " row"], *, replicates: int, seed: int) -> uncertainty.Weights:
    """How often each row was drawn, units inside their fold: a row with its whole unit."""
    first = {int(u): int(f) for u, f in zip(unit[::-1], fold[::-1], strict=True)}
    units = sorted(first)
    of = np.array([first[u] for u in units], dtype=np.int16)
    draws = uncertainty.Draws.within_folds([str(u) for u in units], of, replicates=replicates, seed=seed)
    place = {u: i for i, u in enumerate(units)}
    return draws.weights[[place[int(u)] for u in unit]]


def within_auc(y: Y, p: Y, unit: Unit, *, replicates: int, seed: int) -> tuple[float, float, float, int] | None:
    """Of pairs of one unit, a yes and a no, how often the yes is ranked higher; its interval; how many pairs.

    None without a pair. Every pair counts alike, so a unit with many rows counts more.
    """
    won = np.array([_wins(y[m], p[m]) for m in _members(unit)])
    if not won[:, 1].sum():
        return None
    drawn = _again(won, replicates, seed)
    value = float(won[:, 0].sum() / won[:, 1].sum())
    low, high = uncertainty.interval(drawn[:, 0] / np.maximum(drawn[:, 1], 1), value)
    return value, low, high, int(won[:, 1].sum())


def within_r(y: Y, p: Y, unit: Unit, *, replicates: int, seed: int) -> tuple[float, float, float, int] | None:
    """Correlation of what is left of answer and prediction after each unit's mean; its interval; how many rows.

    None where nothing varies inside units.
    """
    sums = []
    for m in _members(unit):
        a, b = y[m] - y[m].mean(), p[m] - p[m].mean()
        sums.append((a @ b, a @ a, b @ b))
    of = np.array(sums)
    total = of.sum(axis=0)
    if total[1] <= 0 or total[2] <= 1e-12 * float(p @ p):  # rounding is no variation
        return None
    drawn = _again(of, replicates, seed)
    value = float(total[0] / np.sqrt(total[1] * total[2]))
    low, high = uncertainty.interval(drawn[:, 0] / np.sqrt(np.maximum(drawn[:, 1] * drawn[:, 2], 1e-300)), value)
    return value, low, high, len(y)


def within(metric: str, y: Y, p: Y, unit: Unit, plan: Mapping[str, int]) -> tuple[float, float, float, int] | None:
    """One of the two by the name of the metric; `plan` holds replicates and seed."""
    measure = within_auc if metric == "auc" else within_r
    return measure(y, p, unit, replicates=plan["replicates"], seed=plan["seed"])


def _members(unit: Unit) -> list[np.ndarray]:
    order = np.argsort(unit, kind="stable")
    return list(np.split(order, np.flatnonzero(np.diff(unit[order])) + 1))


def _again(sums: np.ndarray, replicates: int, seed: int) -> np.ndarray:
    """The sums over units drawn again, a replicate a row."""
    rng, n = np.random.default_rng([seed, 43]), len(sums)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=replicates)
    return np.asarray(counts @ sums)


def _wins(y: np.ndarray, p: np.ndarray) -> tuple[float, float]:
    """Pairs won (ties half) and pairs, from one sort."""
    yes, no = p[y == 1], np.sort(p[y != 1])
    below = (np.searchsorted(no, yes, "left") + np.searchsorted(no, yes, "right")) / 2
    return float(below.sum()), float(len(yes) * len(no))

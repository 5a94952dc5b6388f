"""Forecasts without a network: last value, the same time of the last season, drift, Holt-Winters, ridge.

Each gives a point a step; `Residuals` turns any point forecast into quantiles by how wrong it was on training pairs.
Letters: N pairs, L steps of history, H steps ahead, Q quantiles.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from sennight.generate.forecast.panel import Panel

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
PENALTIES = (30.0, 300.0, 3_000.0, 30_000.0)
ALPHAS, GAMMAS = (0.05, 0.2, 0.5), (0.05, 0.3)
Point = Callable[[Panel], Float64[np.ndarray, "N H"]]


def _mean(panel: Panel) -> np.ndarray:
    """The mean of each history; of all of them where one knows nothing."""
    known = np.isfinite(panel.history)
    n = known.sum(axis=1)
    total = np.where(known, panel.history, 0).sum(axis=1)
    everybody = total.sum() / max(int(n.sum()), 1)
    mean: np.ndarray = np.where(n > 0, total / np.maximum(n, 1), everybody)
    return mean


def mean_of_history(panel: Panel) -> Float64[np.ndarray, "N H"]:
    """The mean of what is known."""
    return np.repeat(_mean(panel)[:, None], panel.horizon, axis=1)


def last_value(panel: Panel) -> Float64[np.ndarray, "N H"]:
    """The last known value."""
    at = np.where(np.isfinite(panel.history), np.arange(panel.history.shape[1]), -1).max(axis=1)
    last = np.where(at >= 0, panel.history[np.arange(len(panel)), np.maximum(at, 0)], _mean(panel))
    return np.repeat(last[:, None], panel.horizon, axis=1)


def seasonal_naive(panel: Panel) -> Float64[np.ndarray, "N H"]:
    """The same step of the last season in which it was known; the mean where it never was."""
    made = np.repeat(_mean(panel)[:, None], panel.horizon, axis=1)
    for h in range(panel.horizon):
        latest_first = _same_step(panel, h)[:, ::-1]
        known = np.isfinite(latest_first)
        at = np.argmax(known, axis=1)
        found = latest_first[np.arange(len(panel)), at]
        made[:, h] = np.where(known.any(axis=1), found, made[:, h])
    return made


def _same_step(panel: Panel, h: int) -> np.ndarray:
    """The history at the steps of the season that step `h` ahead falls on, oldest first."""
    length = panel.history.shape[1]
    return panel.history[:, [i for i in range(length) if (i - length - h) % panel.season == 0]]


def seasonal_mean(panel: Panel) -> Float64[np.ndarray, "N H"]:
    """The mean of the same step over all seasons of the history, leaning on the mean of all steps."""
    made, mean = np.empty((len(panel), panel.horizon)), _mean(panel)
    for h in range(panel.horizon):
        same = _same_step(panel, h)
        known = np.isfinite(same)
        made[:, h] = (np.where(known, same, 0).sum(axis=1) + mean) / (known.sum(axis=1) + 1)
    return made


def drift(panel: Panel) -> Float64[np.ndarray, "N H"]:
    """A straight line from the first known value through the last."""
    place = np.arange(panel.history.shape[1])
    known = np.isfinite(panel.history)
    first, last = np.argmax(known, axis=1), panel.history.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    rows = np.arange(len(panel))
    x = np.nan_to_num(panel.history)
    slope = (x[rows, last] - x[rows, first]) / np.maximum(place[last] - place[first], 1)
    steps = np.arange(1, panel.horizon + 1)
    return last_value(panel) + slope[:, None] * (steps + panel.history.shape[1] - 1 - last[:, None])


def holt_winters(panel: Panel) -> Float64[np.ndarray, "N H"]:
    """Additive exponential smoothing of level and season, ETS(A,N,A); the smoothing with the least one-step error.

    Steps that are not known move nothing. Each pair chooses among six pairs of smoothing constants.
    """
    best, made = np.full(len(panel), np.inf), seasonal_mean(panel)
    for alpha in ALPHAS:
        for gamma in GAMMAS:
            error, ahead = _smoothed(panel, alpha, gamma)
            better = error < best
            best[better], made[better] = error[better], ahead[better]
    return made


def _smoothed(panel: Panel, alpha: float, gamma: float) -> tuple[np.ndarray, np.ndarray]:
    season, length = panel.season, panel.history.shape[1]
    level = _mean(panel)
    spread = np.zeros((len(panel), season))
    error, n = np.zeros(len(panel)), np.zeros(len(panel))
    for i in range(length):
        k = (i - length) % season
        x = panel.history[:, i]
        known = np.isfinite(x)
        off = np.where(known, x - level - spread[:, k], 0)
        if i >= season:
            error, n = error + off**2, n + known
        level = level + alpha * off
        spread[:, k] += gamma * off
    ahead = level[:, None] + spread[:, np.arange(panel.horizon) % season]
    return error / np.maximum(n, 1), ahead


def features(panel: Panel) -> tuple[Float64[np.ndarray, "N F"], Float64[np.ndarray, " N"], Float64[np.ndarray, " N"]]:
    """A history as numbers around 0: scaled by its own mean and spread, with what is known, and the weekday.

    Also the mean and the spread that undo it. A history that never varies has the spread of all.
    """
    known = np.isfinite(panel.history)
    mean = _mean(panel)
    centred = np.where(known, panel.history - mean[:, None], 0)
    own = np.sqrt((centred**2).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
    spread = (own + 0.1 * max(float(own.mean()), 1e-6)) / 1.1 if len(own) else own
    spread = np.maximum(spread, 1e-6)
    day = np.eye(8)[np.where(panel.weekday < 0, 7, panel.weekday)]
    level = np.log1p(np.abs(mean))[:, None]
    return np.concatenate([centred / spread[:, None], known, day, level], axis=1), mean, spread


@dataclass(frozen=True, kw_only=True, eq=False)
class Ridge:
    """A straight sum of the scaled history, learnt by least squares with the penalty that cross-validates best."""

    weights: Float64[np.ndarray, "F H"]

    @classmethod
    def fit(cls, panel: Panel, more: Float64[np.ndarray, "N E"] | None = None) -> "Ridge":
        """`more` are further numbers a pair, such as an embedding. Unknown futures count as the history's mean."""
        x, mean, spread = features(panel)
        x = _joined(x, more)
        known = np.isfinite(panel.future)
        y = np.where(known, (panel.future - mean[:, None]) / spread[:, None], 0)
        return cls(weights=_penalised(x, np.clip(y, -10, 10)))

    def __call__(self, panel: Panel, more: Float64[np.ndarray, "N E"] | None = None) -> Float64[np.ndarray, "N H"]:
        x, mean, spread = features(panel)
        return mean[:, None] + spread[:, None] * (_joined(x, more) @ self.weights)


def _penalised(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights under the penalty with the least generalised cross-validation error (Golub, Heath, Wahba 1979)."""
    left, size, right = np.linalg.svd(x, full_matrices=False)
    told = left.T @ y
    best, weights = np.inf, np.zeros((x.shape[1], y.shape[1]))
    for penalty in PENALTIES:
        kept = size**2 / (size**2 + penalty)
        miss = ((y - left @ (kept[:, None] * told)) ** 2).sum()
        error = miss / max(1 - kept.sum() / len(x), 1e-3) ** 2
        if error < best:
            best, weights = error, right.T @ ((size / (size**2 + penalty))[:, None] * told)
    return weights


def crossed(panel: Panel, fit: Callable[[Panel, np.ndarray], Float64[np.ndarray, "N H"]]) -> Float64[np.ndarray, "N H"]:
    """Points for training pairs from what was learnt on the other half of the people: honest residuals.

    `fit(panel, rows)` learns from the pairs outside `rows` and answers for those in it.
    """
    half = np.array([sorted(set(panel.person)).index(p) % 2 for p in panel.person])
    made = np.empty(panel.future.shape)
    for part in (0, 1):
        made[half == part] = fit(panel, half == part) if (half == part).any() and (half != part).any() else 0.0
    return made


def _joined(x: np.ndarray, more: np.ndarray | None) -> np.ndarray:
    parts = [x, np.ones((len(x), 1))] if more is None else [x, more, np.ones((len(x), 1))]
    return np.concatenate(parts, axis=1)


PLAIN: dict[str, Point] = {
    "last value": last_value,
    "seasonal naive": seasonal_naive,
    "mean of history": mean_of_history,
    "seasonal mean": seasonal_mean,
    "drift": drift,
    "ETS": holt_winters,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Residuals:
    """How wrong a point forecast was on training pairs, by step ahead, in units of the history's spread."""

    moves: Float64[np.ndarray, "H Q"]

    @classmethod
    def of(cls, panel: Panel, points: Float64[np.ndarray, "N H"]) -> "Residuals":
        """Quantiles of the errors of each step."""
        _, _, spread = features(panel)
        off = (panel.future - points) / spread[:, None]
        moves = [np.nanquantile(c, LEVELS) if np.isfinite(c).any() else np.zeros(len(LEVELS)) for c in off.T]
        return cls(moves=np.array(moves))

    def quantiles(self, panel: Panel, points: Float64[np.ndarray, "N H"]) -> Float64[np.ndarray, "N H Q"]:
        """Quantiles around points; never below 0, which none of our numbers can be."""
        _, _, spread = features(panel)
        return np.maximum(points[:, :, None] + self.moves * spread[:, None, None], 0)

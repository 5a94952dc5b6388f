"""Calibration: whether people who were given 20 % turn out yes in 20 of 100 cases.

Slope 1 and intercept 0 are perfect. A slope below 1 means that predictions are too extreme, an intercept above 0 that
they are too low on the whole. Both are measured out of fold, over all people of a task together.
Source: Van Calster et al. 2019, BMC Medicine 17:230; TRIPOD+AI 2024.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from scipy.special import expit, logit

BINS = 10  # of equal numbers of people
SURE = 1e-6  # probability; predictions nearer to 0 or 1 count as this
SMALLEST_SPREAD = 0.01  # log-odds; predictions that differ less than this have no slope
MAX_STEPS = 50  # Newton steps
Z_95 = 1.959964  # standard deviations

Y = Float64[np.ndarray, " person"]
Weights = Float32[np.ndarray, "person replicate"]
Replicates = Float64[np.ndarray, " replicate"]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Slope and intercept of the recalibration, expected calibration error; NaN where predictions do not differ."""

    slope: float
    intercept: float
    ece: float


@dataclass(frozen=True, kw_only=True, eq=False)
class CalibrationReplicates:
    """The same three for every bootstrap replicate."""

    slope: Replicates
    intercept: Replicates
    ece: Replicates


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """One group of people with like predictions: what was predicted, what came true, with its 95 % Wilson interval."""

    predicted: float
    observed: float
    low: float
    high: float
    n_people: int


def calibration(y: Y, p: Y) -> Calibration:
    """How well probabilities agree with what came true.

    `slope` is that of a logistic regression of the answer on the log-odds predicted; `intercept` is fitted with
    the slope held at 1 (calibration in the large); `ece` the mean distance between predicted and observed share
    over 10 groups of equal size.
    """
    nan = float("nan")
    if not len(y) or y.min() == y.max():
        return Calibration(slope=nan, intercept=nan, ece=expected_error(y, p))
    z = _log_odds(p)
    slope = float(_recalibrate(z, y)[1]) if z.std() >= SMALLEST_SPREAD else nan
    return Calibration(slope=slope, intercept=_shift(z, y), ece=expected_error(y, p))


def calibration_replicates(y: Y, p: Y, weights: Weights) -> CalibrationReplicates:
    """`calibration` of every replicate, the groups of the error held as they are for all people."""
    z = _log_odds(p)
    start = _recalibrate(z, y) if z.std() >= SMALLEST_SPREAD else np.array([np.nan, np.nan])
    return CalibrationReplicates(
        slope=_slope_replicates(z, y, weights, start),
        intercept=_shift_replicates(z, y, weights),
        ece=_error_replicates(y, p, weights),
    )


def expected_error(y: Y, p: Y) -> float:
    """Expected calibration error over groups of equal size."""
    if not len(y):
        return float("nan")
    group = _groups(p)
    gaps = np.bincount(group, weights=y - p, minlength=BINS)
    return float(np.abs(gaps).sum() / len(y))


def curve(y: Y, p: Y) -> tuple[CurvePoint, ...]:
    """The points of a reliability curve, lowest predictions first; empty groups are left out."""
    group = _groups(p) if len(p) else np.zeros(0, dtype=np.int64)
    points = []
    for g in np.unique(group):
        at = group == g
        n, share = int(at.sum()), float(y[at].mean())
        middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
        half = Z_95 / (1 + Z_95**2 / n) * np.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n))
        low, high = max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
        mean = float(p[at].mean())
        points.append(CurvePoint(predicted=mean, observed=share, low=float(low), high=float(high), n_people=n))
    return tuple(points)


def _groups(p: Y) -> Int64[np.ndarray, " person"]:
    """Group 0 to 9 of each person by rank of the prediction; equal predictions share a group."""
    first_of_equal = np.searchsorted(np.sort(p), p, "left")
    return (first_of_equal * BINS // len(p)).astype(np.int64)


def _log_odds(p: Y) -> Y:
    return logit(np.clip(p, SURE, 1 - SURE))


def _recalibrate(z: Y, y: Y) -> Float64[np.ndarray, "2"]:
    """Intercept and slope of y on z by Newton's method, steps held to 5 log-odds."""
    weights = np.zeros(2)
    design = np.stack([np.ones_like(z), z], axis=1)
    for _ in range(MAX_STEPS):
        p = expit(design @ weights)
        curvature = design.T @ (design * (p * (1 - p))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (y - p))
        reach = float(np.abs(design @ step).max())
        weights = weights + step * (5.0 / max(reach, 5.0))
        if reach < 1e-9:
            break
    return weights


def _shift(z: Y, y: Y) -> float:
    """The constant that brings the mean prediction to the share of yes."""
    shift = 0.0
    for _ in range(MAX_STEPS):
        p = expit(z + shift)
        step = float((y - p).sum() / max(float((p * (1 - p)).sum()), 1e-9))
        shift += float(np.clip(step, -5.0, 5.0))
        if abs(step) < 1e-9:
            break
    return shift


def _slope_replicates(z: Y, y: Y, weights: Weights, start: Float64[np.ndarray, "2"]) -> Replicates:
    """One Newton step from the fit on all people, which a resample lies near: sums over people, nothing iterated."""
    if not np.isfinite(start).all():
        return np.full(weights.shape[1], np.nan)
    p = expit(start[0] + start[1] * z)
    left, spread = y - p, p * (1 - p)
    sums = np.stack([left, left * z, spread, spread * z, spread * z * z]).astype(np.float32) @ weights
    g0, g1, h00, h01, h11 = sums.astype(np.float64)
    return start[1] + (h00 * g1 - h01 * g0) / np.maximum(h00 * h11 - h01 * h01, 1e-9)


def _shift_replicates(z: Y, y: Y, weights: Weights) -> Replicates:
    """One Newton step, as for the slope."""
    start = _shift(z, y)
    p = expit(z + start)
    excess, spread = (np.stack([y - p, p * (1 - p)]).astype(np.float32) @ weights).astype(np.float64)
    return start + excess / np.maximum(spread, 1e-9)


def _error_replicates(y: Y, p: Y, weights: Weights) -> Replicates:
    member = _groups(p) == np.arange(BINS)[:, None]
    gaps = (member * (y - p)).astype(np.float32) @ weights
    return (np.abs(gaps).sum(axis=0) / np.maximum(weights.sum(axis=0), 1)).astype(np.float64)

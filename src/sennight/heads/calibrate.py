"""Calibration: from what a head says to probabilities that come true as often as they say.

Platt fits a line through the log-odds, temperature a slope alone, isotonic any rising staircase. Each is fitted on
answers out of fold inside the training people, never on people who are judged. Order is kept: the slope of Platt and
temperature cannot fall to 0 or below, because on few people noise alone can turn it.
Source: Platt 1999; Zadrozny and Elkan 2002; Guo et al. 2017.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit, logit, softmax

from sennight.errors import InputError
from sennight.heads.head import Answers, Y
from sennight.tasks import TaskKind

Way = Literal["none", "platt", "isotonic", "temperature"]
WAYS: tuple[Way, ...] = ("none", "platt", "isotonic", "temperature")

SURE = 1e-6  # probability; nearer to 0 or 1 counts as this
GENTLEST, STEEPEST = 0.02, 50.0  # slope on the log-odds
ONE_PERSON = 1.0  # how many people of each answer are imagined, so that nobody is told 0 or 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibrator:
    """A fitted rule: one curve for yes/no, one a choice for k choices; no curve leaves answers as they are."""

    kind: TaskKind
    curves: tuple["Curve", ...] = ()

    @classmethod
    def fit(cls, said: Answers, y: Y, *, kind: TaskKind, way: Way, weights: Y | None = None) -> "Calibrator":
        """Learn from answers that their people did not help to make. Amounts and ranks are left as they are.

        Raises: InputError if the way is not known.
        """
        if way not in WAYS:
            raise InputError(f"there is no calibration '{way}'", todo=f"Known: {', '.join(WAYS)}.")
        w = np.ones(len(y)) if weights is None else weights
        if way == "none" or kind in (TaskKind.AMOUNT, TaskKind.RANK):
            return cls(kind=kind)
        if kind is TaskKind.YES_NO:
            return cls(kind=kind, curves=(Curve.fit(said, y, way=way, weights=w),))
        if way == "temperature":
            return cls(kind=kind, curves=(Curve.of_choices(said, y, weights=w),))
        each = [Curve.fit(said[:, k], (y == k).astype(np.float64), way=way, weights=w) for k in range(said.shape[1])]
        return cls(kind=kind, curves=tuple(each))

    def apply(self, said: Answers) -> Answers:
        """Calibrated answers."""
        if not self.curves:
            return said
        if self.kind is TaskKind.YES_NO:
            return self.curves[0].apply(said)
        if len(self.curves) == 1:
            return softmax(np.log(np.clip(said, SURE, 1)) * self.curves[0].slope, axis=1)
        each = np.stack([curve.apply(said[:, k]) for k, curve in enumerate(self.curves)], axis=1)
        total = each.sum(axis=1, keepdims=True)
        return np.where(total > 0, each / np.where(total > 0, total, 1), 1 / each.shape[1])


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """One rising curve: a line in log-odds, or a staircase through `stairs_said` and `stairs_true`."""

    slope: float = 1.0
    intercept: float = 0.0
    stairs_said: Float64[np.ndarray, " step"] | None = None
    stairs_true: Float64[np.ndarray, " step"] | None = None

    @classmethod
    def fit(cls, p: Y, y: Y, *, way: Way, weights: Y) -> "Curve":
        """Learn one curve; with one answer only, leave everything as it is."""
        if y.min() == y.max():
            return cls()
        if way == "isotonic":
            return cls._stairs(p, y, weights)
        z = logit(np.clip(p, SURE, 1 - SURE))
        bend = way == "platt"

        def loss(packed: np.ndarray) -> tuple[float, np.ndarray]:
            slope, shift = np.exp(packed[0]), packed[1] if bend else 0.0
            eta = slope * z + shift
            left = weights * (expit(eta) - y)
            value = float(weights @ (np.logaddexp(0, eta) - y * eta))
            return value, np.array([slope * (left @ z), left.sum()])[: len(packed)]

        bounds = [(np.log(GENTLEST), np.log(STEEPEST)), (-50.0, 50.0)][: 1 + bend]
        found = minimize(loss, np.zeros(1 + bend), jac=True, bounds=bounds, method="L-BFGS-B").x
        return cls(slope=float(np.exp(found[0])), intercept=float(found[1]) if bend else 0.0)

    @classmethod
    def of_choices(cls, p: Float64[np.ndarray, "person k"], y: Y, *, weights: Y) -> "Curve":
        """One temperature for all choices."""
        z, own = np.log(np.clip(p, SURE, 1)), np.arange(len(y))

        def loss(packed: np.ndarray) -> float:
            q = softmax(np.exp(packed[0]) * z, axis=1)
            return -float(weights @ np.log(np.clip(q[own, y.astype(np.int64)], SURE, 1)))

        found = minimize(loss, np.zeros(1), bounds=[(np.log(GENTLEST), np.log(STEEPEST))], method="L-BFGS-B").x
        return cls(slope=float(np.exp(found[0])))

    @classmethod
    def _stairs(cls, p: Y, y: Y, weights: Y) -> "Curve":
        order = np.argsort(p, kind="stable")
        said, where = np.unique(p[order], return_inverse=True)
        heavy = np.bincount(where, weights=weights[order])
        share = np.bincount(where, weights=(weights * y)[order]) / np.maximum(heavy, 1e-300)
        fitted = isotonic_regression(share, weights=np.maximum(heavy, 1e-12))
        steps = fitted.blocks[:-1]
        size, true = np.add.reduceat(heavy, steps), fitted.x[steps]
        centre = np.add.reduceat(heavy * said, steps) / np.maximum(size, 1e-300)
        # One imagined person at the base rate on each step: a step of three people who said yes is not a promise of 1.
        rate = float(np.average(y, weights=weights))
        true = np.maximum.accumulate((true * size + rate * ONE_PERSON) / (size + ONE_PERSON))
        return cls(stairs_said=centre, stairs_true=true)

    def apply(self, p: Y) -> Y:
        """The curve at p; between steps of a staircase a straight line, beyond its ends the last step."""
        if self.stairs_said is not None and self.stairs_true is not None:
            return np.interp(p, self.stairs_said, self.stairs_true)
        if self.slope == 1.0 and self.intercept == 0.0:
            return p
        return expit(self.slope * logit(np.clip(p, SURE, 1 - SURE)) + self.intercept)

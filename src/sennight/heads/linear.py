"""The linear probe: squeeze, then logistic or ridge regression, its strength chosen by leaving one person out.

Leaving out is done in closed form: exactly for amounts, and by one Newton step for yes/no, so choosing a strength
costs one fit each instead of an inner cross-validation. Nothing is random.
Source: Allen 1974 (PRESS); Rad and Maleki 2020, "A scalable estimate of the out-of-sample prediction error via
approximate leave-one-out cross-validation".
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import scipy.linalg
from jaxtyping import Float64
from scipy.special import expit

from sennight.heads.columns import Columns
from sennight.heads.head import (
    Answers,
    Beside,
    HeadConfig,
    Inputs,
    Weights,
    X,
    Y,
    check_training,
    not_fitted,
    per_person,
)
from sennight.heads.setting import choice, several, whole
from sennight.tasks import TaskKind

MAX_STEPS = 50  # Newton steps; about five are taken
SMALL_STEP = 1e-4  # log-odds; Newton's method squares its error, so after a step this small it is about 1e-8
CERTAIN = 750.0  # log-odds; beyond double precision, yet finite, so that 0 * weight stays 0
LONGEST_STEP = 5.0  # log-odds; a longer Newton step is shortened, which keeps far starts from diverging


@dataclass(frozen=True, kw_only=True)
class LinearConfig(HeadConfig):
    """Logistic or ridge regression, its strength chosen by leaving one person out: the linear probe."""

    name: ClassVar[str] = "linear"
    soft_answers: ClassVar[bool] = True
    components: int | None = whole(50, low=1, high=1_024, log=True, optional=True)
    """Width after squeezing; None standardises only."""
    inputs: Inputs = choice("raw", "raw", "squeezed")
    """"squeezed" if the caller has already squeezed."""
    l2: tuple[float, ...] = several((1250.0, 250.0, 50.0, 10.0, 2.0, 0.4, 0.08), low=1e-6, high=1e9, at_most=20)
    """Penalties to choose from, in units of people's log-likelihood where x has total variance 1."""

    def build(self) -> "LinearHead":
        """A probe that has learned nothing yet."""
        return LinearHead(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """One fitted regression: weights of the design columns, and the strength that was chosen."""

    weights: Float64[np.ndarray, " column"]
    l2: float


class LinearHead:
    """Logistic regression for yes/no (one against the rest for k choices), ridge for amounts and ranks."""

    def __init__(self, config: LinearConfig) -> None:
        self.config = config
        self.kind: TaskKind | None = None
        self.columns: Columns | None = None
        self.lines: tuple[Line, ...] = ()
        self.y_mean, self.y_sd = 0.0, 1.0

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "LinearHead":
        """Learn. Raises: InputError if lengths differ, there is nobody, or a value is not finite."""
        check_training(x, y, kind=kind, beside=beside, weights=weights, soft=True)
        w = per_person(weights, len(y))
        self.kind = kind
        self.columns = Columns.fit(x, beside, self.config)
        design = self.columns.design(x, beside)
        strengths = sorted(self.config.l2, reverse=True)
        penalties = [(l2, self.columns.penalty(design.shape[1], l2)) for l2 in strengths]
        if kind is TaskKind.YES_NO:
            self.lines = (fit_logistic(design, y, penalties, w),)
        elif kind is TaskKind.ONE_OF_K:
            codes = range(int(y.max()) + 1)
            self.lines = tuple(fit_logistic(design, (y == code).astype(np.float64), penalties, w) for code in codes)
        else:
            self.y_mean = float(np.average(y, weights=w))
            self.y_sd = float(np.sqrt(np.average((y - self.y_mean) ** 2, weights=w))) or 1.0
            self.lines = (fit_ridge(design, (y - self.y_mean) / self.y_sd, penalties, w),)
        return self

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """[P] amounts or probabilities of yes, or [P, K] probabilities that sum to 1.

        Raises: InputError before `fit`, or if a width differs.
        """
        if self.columns is None:
            raise not_fitted()
        design = self.columns.design(x, beside)
        if self.kind is TaskKind.YES_NO:
            return expit(design @ self.lines[0].weights)
        if self.kind is TaskKind.ONE_OF_K:
            each = np.stack([expit(design @ line.weights) for line in self.lines], axis=1)
            total = each.sum(axis=1, keepdims=True)
            return np.divide(each, total, out=np.full_like(each, 1 / each.shape[1]), where=total > 0)
        return self.y_mean + self.y_sd * (design @ self.lines[0].weights)


Design = Float64[np.ndarray, "person column"]
Column = Float64[np.ndarray, " column"]
Square = Float64[np.ndarray, "column column"]


def fit_logistic(design: Design, y: Y, penalties: list[tuple[float, Column]], w: Weights = None) -> Line:
    """Logistic regression at each strength, strongest first; keeps the best leave-one-out log-likelihood.

    With one answer only there is nothing to learn: it predicts the base rate, 0 or 1.
    """
    w = per_person(w, len(y))
    rate = float(np.average(y, weights=w))
    weights = np.zeros(design.shape[1])
    if rate in (0.0, 1.0):
        weights[0] = CERTAIN if rate == 1.0 else -CERTAIN
        return Line(weights=weights, l2=penalties[0][0])
    weights[0] = np.log(rate / (1 - rate))
    best, best_loss = Line(weights=weights, l2=penalties[0][0]), np.inf
    for l2, penalty in penalties:
        weights, factor = _newton(design, y, penalty, w, start=weights)
        loss = _left_out_deviance(design, y, weights, factor, w)
        if loss < best_loss:
            best, best_loss = Line(weights=weights, l2=l2), loss
    return best


def fit_ridge(design: Design, y: Y, penalties: list[tuple[float, Column]], w: Weights = None) -> Line:
    """Ridge regression at each strength, strongest first; keeps the least leave-one-out squared error."""
    w = per_person(w, len(y))
    weighted = design * w[:, None]
    scatter, aim = weighted.T @ design, weighted.T @ y
    best, best_loss = Line(weights=np.zeros(design.shape[1]), l2=penalties[0][0]), np.inf
    for l2, penalty in penalties:
        factor = _cholesky(scatter, penalty)
        weights = scipy.linalg.cho_solve((factor, True), aim, check_finite=False)
        # A leverage of 1 means that the fit goes through this person whatever the answer: the error is then unknown.
        left_out = (y - design @ weights) / np.maximum(1 - w * _leverage(design, factor), 1e-6)
        loss = float(w @ left_out**2)
        if loss < best_loss:
            best, best_loss = Line(weights=weights, l2=l2), loss
    return best


def _cholesky(scatter: Square, penalty: Column) -> Square:
    """Lower factor of scatter + penalty; a whisker on the diagonal covers columns that repeat each other."""
    whisker = 1e-10 * max(1.0, float(np.trace(scatter)))
    return scipy.linalg.cholesky(scatter + np.diag(penalty + whisker), lower=True, check_finite=False)


def _leverage(design: Design, factor: Square) -> Float64[np.ndarray, " person"]:
    """x' (X'WX + P)^-1 x of each person."""
    half = scipy.linalg.solve_triangular(factor, design.T, lower=True, check_finite=False)
    return np.einsum("cp,cp->p", half, half)


def _newton(design: Design, y: Y, penalty: Column, w: Y, *, start: Column) -> tuple[Column, Square]:
    """Weights of largest penalised likelihood, and the factor of the curvature there."""
    weights = start
    for _ in range(MAX_STEPS):
        p = expit(design @ weights)
        slope = design.T @ (w * (y - p)) - penalty * weights
        factor = _cholesky(design.T @ (design * (w * p * (1 - p))[:, None]), penalty)
        step = scipy.linalg.cho_solve((factor, True), slope, check_finite=False)
        reach = float(np.abs(design @ step).max())
        weights = weights + step * (LONGEST_STEP / max(reach, LONGEST_STEP))
        if reach < SMALL_STEP:
            break
    return weights, factor


def _left_out_deviance(design: Design, y: Y, weights: Column, factor: Square, w: Y) -> float:
    """Negative log-likelihood of each answer under the fit without that person, by one Newton step."""
    eta = design @ weights
    p = expit(eta)
    leverage = w * _leverage(design, factor)
    left_out = eta + leverage * (p - y) / np.maximum(1 - leverage * p * (1 - p), 1e-6)
    return float(w @ (np.logaddexp(0.0, left_out) - y * left_out))

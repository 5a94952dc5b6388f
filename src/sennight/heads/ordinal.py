"""Ordinal: one line through the people and cuts across it, for answers that have an order but no even steps.

The proportional-odds model: the log-odds of "more than this level" are one weighted sum, minus a cut a level. A score
of points (a questionnaire) is such an answer; the amount said is the expected one. The strength of the penalty is the
one that ridge regression on the order of people's answers would choose by leaving one person out.
Source: McCullagh 1980, "Regression models for ordinal data", JRSS B 42, 109-142.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import rankdata

from sennight.heads.columns import Columns
from sennight.heads.head import (
    Answers,
    BaseRate,
    Beside,
    HeadConfig,
    Inputs,
    Weights,
    X,
    Y,
    check_training,
    not_fitted,
    per_person,
)  # fmt: skip
from sennight.heads.levels import Levels
from sennight.heads.linear import fit_ridge
from sennight.heads.setting import choice, several, whole
from sennight.tasks import TaskKind

SMALLEST = 1e-12  # probability of a level; keeps logarithms finite
MAX_STEPS = 300  # of L-BFGS; about sixty are taken
RIDGE_TO_LOGISTIC = 0.25  # a person's curvature is 1 in ridge regression and at most this in a logistic one


@dataclass(frozen=True, kw_only=True)
class OrdinalConfig(HeadConfig):
    """Proportional odds: one line and a cut a level, for scores of points and ranks."""

    name: ClassVar[str] = "ordinal"
    soft_answers: ClassVar[bool] = True
    components: int | None = whole(50, low=1, high=1_024, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    levels: int = whole(10, low=2, high=30)
    """Into how many levels amounts are cut."""
    l2: tuple[float, ...] = several((1250.0, 250.0, 50.0, 10.0, 2.0, 0.4, 0.08), low=1e-6, high=1e9, at_most=20)

    def build(self) -> "OrdinalHead":
        """A head that has learned nothing yet."""
        return OrdinalHead(self)


class OrdinalHead:
    """Two levels make it logistic regression."""

    def __init__(self, config: OrdinalConfig) -> None:
        self.config = config
        self.base: BaseRate | None = None

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "OrdinalHead":
        """Learn. Raises: InputError if lengths differ, there is nobody, or a value is not finite."""
        check_training(x, y, kind=kind, beside=beside, weights=weights, soft=True)
        self.base = BaseRate.of(y, kind=kind, weights=weights)
        self.columns = Columns.fit(x, beside, self.config)
        if self.base.sure:
            return self
        design, w = self.columns.design(x, beside), per_person(weights, len(y))
        rank = rankdata(y)
        aim = (rank - rank.mean()) / rank.std()
        strengths = sorted(self.config.l2, reverse=True)
        l2 = fit_ridge(design, aim, [(s, self.columns.penalty(design.shape[1], s)) for s in strengths], w).l2
        self.levels = Levels.of(y, kind=kind, at_most=self.config.levels)
        penalty = self.columns.penalty(design.shape[1], l2 * RIDGE_TO_LOGISTIC)[1:]
        self.line, self.cuts = fit_ordinal(design[:, 1:], self.levels.member * w[:, None], penalty)
        return self

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """Amounts or probabilities. Raises: InputError before `fit`, or if a width differs."""
        if self.base is None:
            raise not_fitted()
        design = self.columns.design(x, beside)[:, 1:]
        if self.base.sure:
            return self.base.answers(len(x))
        p = level_probabilities(design @ self.line, self.cuts)
        return self.levels.answers(p / p.sum(axis=1, keepdims=True))


Member = Float64[np.ndarray, "person level"]
Line = Float64[np.ndarray, " column"]
Cuts = Float64[np.ndarray, " cut"]


def level_probabilities(eta: Y, cuts: Cuts) -> Member:
    """Probability of each level, from one number a person and ascending cuts."""
    beyond = expit(eta[:, None] - cuts)
    edge = np.ones((len(eta), 1))
    return np.concatenate([edge, beyond], axis=1) - np.concatenate([beyond, 0 * edge], axis=1)


def fit_ordinal(x: Float64[np.ndarray, "person column"], member: Member, penalty: Line) -> tuple[Line, Cuts]:
    """Weights and cuts of largest penalised likelihood, from none of the weights and the cuts of the base rate."""
    width, k = x.shape[1], member.shape[1]
    above = 1 - np.cumsum(member.sum(axis=0))[:-1] / member.sum()
    above = np.clip(above, 1e-9, 1 - 1e-9)
    cuts = -np.log(above / (1 - above))
    steps = np.log(np.maximum(np.diff(cuts), 1e-6))

    def unpack(packed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        step = np.exp(np.clip(packed[width + 1 :], -30, 30))
        return packed[:width], packed[width] + np.concatenate([[0.0], np.cumsum(step)]), step

    def loss(packed: np.ndarray) -> tuple[float, np.ndarray]:
        line, at, step = unpack(packed)
        eta = x @ line
        beyond = expit(eta[:, None] - at)
        p = np.maximum(level_probabilities(eta, at), SMALLEST)
        pull = member / p
        # Each cut's probability of "beyond" adds to the level above it and takes from the level below.
        by_cut = (pull[:, 1:] - pull[:, :-1]) * beyond * (1 - beyond)
        of_line = -(x.T @ by_cut.sum(axis=1)) + penalty * line
        of_cut = by_cut.sum(axis=0)
        of_step = step * np.cumsum(of_cut[::-1])[::-1][1:]
        value = -float((member * np.log(p)).sum()) + 0.5 * float(penalty @ line**2)
        return value, np.concatenate([of_line, [of_cut.sum()], of_step])

    start = np.concatenate([np.zeros(width), [cuts[0]], steps]) if k > 2 else np.append(np.zeros(width), cuts[0])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": MAX_STEPS, "gtol": 1e-6}).x
    line, cuts, _ = unpack(found)
    return line, cuts

"""Nearest: who is most like the people of each answer (prototypes), or like which people (neighbours).

The prototype head is for few labelled people: a class is its mean, and nothing else is learned but how much a
distance says, chosen by leaving each person out of their own mean.
Source: Snell et al. 2017, "Prototypical networks for few-shot learning" (the mean as prototype); Cover and Hart 1967.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64
from scipy.spatial.distance import cdist
from scipy.special import log_softmax, softmax

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
from sennight.heads.setting import choice, whole
from sennight.tasks import TaskKind

SHARPNESS = np.geomspace(0.01, 1_000, 26)  # log-odds a squared distance; x has total variance 1
SMALLEST_SHARE = 3  # neighbours are at most one in so many training people, or everybody would be everybody's
TIE = 1e-9  # relative; people this equally near are equally near


@dataclass(frozen=True, kw_only=True)
class PrototypeConfig(HeadConfig):
    """The mean of each answer's people as its prototype; for few labelled people."""

    name: ClassVar[str] = "prototype"
    soft_answers: ClassVar[bool] = True
    components: int | None = whole(50, low=1, high=1_024, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    groups: int = whole(5, low=2, high=20)
    """Into how many groups amounts are cut."""

    def build(self) -> "PrototypeHead":
        """A head that has learned nothing yet."""
        return PrototypeHead(self)


class PrototypeHead:
    """Probability of an answer falls with the squared distance from its people's mean."""

    def __init__(self, config: PrototypeConfig) -> None:
        self.config = config
        self.base: BaseRate | None = None

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "PrototypeHead":
        """Learn. Raises: InputError if lengths differ, there is nobody, or a value is not finite."""
        check_training(x, y, kind=kind, beside=beside, weights=weights, soft=True)
        self.base = BaseRate.of(y, kind=kind, weights=weights)
        self.columns = Columns.fit(x, beside, self.config)
        if self.base.sure:
            return self
        z = self.columns.even(x, beside)
        self.levels = Levels.of(y, kind=kind, at_most=self.config.groups)
        share = self.levels.member * per_person(weights, len(y))[:, None]
        size = share.sum(axis=0)
        self.prototypes = (share.T @ z) / np.maximum(size, 1e-12)[:, None]
        self.prior = np.log(np.maximum(size, 1e-12) / size.sum())
        # Without person i a mean lies further from them: by 1 / (1 - their share of it), squared for the distance.
        left = 1 - share / np.maximum(size, 1e-12)
        distance = cdist(z, self.prototypes, "sqeuclidean") / np.maximum(left, 1e-3) ** 2
        losses = [-float((share * log_softmax(self.prior - s * distance, axis=1)).sum()) for s in SHARPNESS]
        self.sharpness = float(SHARPNESS[int(np.argmin(losses))])
        return self

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """Amounts or probabilities. Raises: InputError before `fit`, or if a width differs."""
        if self.base is None:
            raise not_fitted()
        z = self.columns.even(x, beside)
        if self.base.sure:
            return self.base.answers(len(x))
        distance = cdist(z, self.prototypes, "sqeuclidean")
        return self.levels.answers(softmax(self.prior - self.sharpness * distance, axis=1))


@dataclass(frozen=True, kw_only=True)
class NeighboursConfig(HeadConfig):
    """The answers of the nearest training people, and one more voice with the base rate."""

    name: ClassVar[str] = "neighbours"
    soft_answers: ClassVar[bool] = True
    components: int | None = whole(20, low=1, high=1_024, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    neighbours: int = whole(50, low=1, high=1_000, log=True)
    """How many people are asked; at most a third of all."""
    votes: str = choice("even", "even", "distance")
    """"distance": a voice counts 1 / squared distance."""

    def build(self) -> "NeighboursHead":
        """A head that has learned nothing yet."""
        return NeighboursHead(self)


class NeighboursHead:
    """Remembers everybody; people equally near as the last one asked are asked too."""

    def __init__(self, config: NeighboursConfig) -> None:
        self.config = config
        self.base: BaseRate | None = None

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "NeighboursHead":
        """Remember. Raises: InputError if lengths differ, there is nobody, or a value is not finite."""
        check_training(x, y, kind=kind, beside=beside, weights=weights, soft=True)
        self.base = BaseRate.of(y, kind=kind, weights=weights)
        self.columns = Columns.fit(x, beside, self.config)
        self.z = self.columns.even(x, beside)
        self.weights = per_person(weights, len(y))
        k = int(y.max()) + 1 if kind is TaskKind.ONE_OF_K else 0
        self.said = np.eye(k)[y.astype(np.int64)] if k else y[:, None]
        return self

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """Amounts or probabilities. Raises: InputError before `fit`, or if a width differs."""
        if self.base is None:
            raise not_fitted()
        distance = cdist(self.columns.even(x, beside), self.z, "sqeuclidean")
        asked = min(self.config.neighbours, max(1, len(self.z) // SMALLEST_SHARE))
        voice = self._voices(distance, asked) * self.weights
        # One more voice for the base rate: nobody is told 0 or 1 because a handful agreed.
        one = voice.sum(axis=1, keepdims=True) / asked
        total = voice.sum(axis=1, keepdims=True) + one
        rate = self.base.rate[None, :]
        said = np.where(total > 0, (voice @ self.said + one * rate) / np.where(total > 0, total, 1), rate)
        return said if self.said.shape[1] > 1 or self.base.kind is TaskKind.ONE_OF_K else said[:, 0]

    def _voices(self, distance: Float64[np.ndarray, "person known"], asked: int) -> Float64[np.ndarray, "person known"]:
        last = np.partition(distance, asked - 1, axis=1)[:, asked - 1 : asked]
        near = distance <= last * (1 + TIE) + TIE
        if self.config.votes == "even":
            return near.astype(np.float64)
        return near / (distance + np.maximum(last, TIE) * 0.01)

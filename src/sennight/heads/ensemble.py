"""Ensemble: several heads, averaged evenly or by how much each helped on training people left out.

Greedy: start from nothing and add, with replacement, the head whose addition does best out of fold; a head's weight is
how often it was added. All of that happens inside the training people.
Source: Caruana et al. 2004, "Ensemble selection from libraries of models".
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from sennight.errors import InputError
from sennight.heads.boosted import BoostedConfig
from sennight.heads.columns import Columns
from sennight.heads.head import (
    Answers,
    BaseRate,
    Beside,
    Head,
    HeadConfig,
    Inputs,
    Weights,
    X,
    Y,
    check_training,
    not_fitted,
    per_person,
)  # fmt: skip
from sennight.heads.inside import inner_folds, out_of_fold
from sennight.heads.linear import LinearConfig
from sennight.heads.nearest import NeighboursConfig
from sennight.heads.setting import choice, whole
from sennight.tasks import TaskKind

MOST_MEMBERS = 32
SURE = 1e-6  # probability; nearer to 0 or 1 counts as this in the log-loss


@dataclass(frozen=True, kw_only=True)
class EnsembleConfig(HeadConfig):
    """Several heads on one squeeze, averaged evenly or greedily."""

    name: ClassVar[str] = "ensemble"
    soft_answers: ClassVar[bool] = True
    components: int | None = whole(50, low=1, high=1_024, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    members: tuple[HeadConfig, ...] = (LinearConfig(), NeighboursConfig(), BoostedConfig())
    """They share the ensemble's squeeze; what they say of their own is dropped."""
    how: str = choice("greedy", "greedy", "mean")
    folds: int = whole(5, low=2, high=20)
    """Folds inside the training people by which greedy judges."""
    rounds: int = whole(15, low=1, high=100)
    """How often greedy adds a member."""
    seed: int = whole(0, low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        HeadConfig.__post_init__(self)
        if not isinstance(self.members, tuple) or not all(isinstance(m, HeadConfig) for m in self.members):
            raise InputError("members of an ensemble must be heads")
        if not 1 <= len(self.members) <= MOST_MEMBERS:
            raise InputError(f"an ensemble has 1 to {MOST_MEMBERS} members")
        if not all(m.squeezable for m in self.members):
            raise InputError("a head over several days cannot share an ensemble's squeeze")
        shared = tuple(replace(m, components=None, inputs="squeezed") for m in self.members)
        object.__setattr__(self, "members", shared)

    def build(self) -> "EnsembleHead":
        """A head that has learned nothing yet."""
        return EnsembleHead(self)


class EnsembleHead:
    """Probabilities and amounts are averaged as they are."""

    def __init__(self, config: EnsembleConfig) -> None:
        self.config = config
        self.base: BaseRate | None = None
        self.members: list[tuple[float, Head]] = []

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "EnsembleHead":
        """Learn. Raises: InputError if lengths differ, there is nobody, or a value is not finite."""
        check_training(
            x, y, kind=kind, beside=beside, weights=weights, soft=all(m.soft_answers for m in self.config.members)
        )
        self.base = BaseRate.of(y, kind=kind, weights=weights)
        self.columns = Columns.fit(x, beside, self.config)
        self.members = []
        if self.base.sure:
            return self
        z = self.columns.squeezed(x)
        shares = np.full(len(self.config.members), 1 / len(self.config.members))
        if self.config.how == "greedy" and len(self.config.members) > 1:
            fold = inner_folds(y, kind=kind, k=self.config.folds, seed=self.config.seed)
            said = [
                out_of_fold(m, z, y, kind=kind, fold=fold, beside=beside, weights=weights) for m in self.config.members
            ]
            shares = greedy(
                np.stack(said), y, kind=kind, weights=per_person(weights, len(y)), rounds=self.config.rounds
            )
        self.members = [
            (float(share), member.build().fit(z, y, kind=kind, beside=beside, weights=weights))
            for share, member in zip(shares, self.config.members, strict=True)
            if share > 0
        ]
        return self

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """Amounts or probabilities. Raises: InputError before `fit`, or if a width differs."""
        if self.base is None:
            raise not_fitted()
        z = self.columns.squeezed(x)
        if not self.members:
            return self.base.answers(len(x))
        said = [share * member.predict(z, beside=beside) for share, member in self.members]
        return np.sum(said, axis=0)


def greedy(
    said: Float64[np.ndarray, "member ..."], y: Y, *, kind: TaskKind, weights: Y, rounds: int
) -> Float64[np.ndarray, " member"]:
    """Share of each member, by adding the best one again and again; the best prefix of the additions is kept."""
    total, picks = np.zeros_like(said[0]), []
    losses: list[float] = []
    for n in range(1, rounds + 1):
        each = [loss((total + one) / n, y, kind=kind, weights=weights) for one in said]
        best = int(np.argmin(each))
        total = total + said[best]
        picks.append(best)
        losses.append(each[best])
    kept = picks[: int(np.argmin(losses)) + 1]
    return np.bincount(kept, minlength=len(said)) / len(kept)


def loss(p: Float64[np.ndarray, "..."], y: Y, *, kind: TaskKind, weights: Y) -> float:
    """Log-loss of probabilities, squared error of amounts and ranks; a mean over people by weight."""
    if kind is TaskKind.ONE_OF_K:
        each = -np.log(np.clip(p[np.arange(len(y)), y.astype(np.int64)], SURE, 1))
    elif kind is TaskKind.YES_NO:
        q = np.clip(p, SURE, 1 - SURE)
        each = -(y * np.log(q) + (1 - y) * np.log(1 - q))
    else:
        each = (p - y) ** 2
    return float(np.average(each, weights=weights))

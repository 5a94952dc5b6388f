"""Boosted trees: small trees, each mending what those before it got wrong; for what no line can follow.

LightGBM grows them, on one thread and in its deterministic mode, so that a fold costs what it says and the same seed
gives the same bits. It is an optional package: `pip install 'sennight[heads]'`.
Source: Ke et al. 2017, "LightGBM: a highly efficient gradient boosting decision tree".
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sennight.errors import InputError
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
from sennight.heads.setting import choice, number, whole
from sennight.tasks import TaskKind

LEAVES_OF_PEOPLE = 10  # a leaf may always hold one in so many people, or few people would grow no tree
SMALLEST_LEAF = 2  # people


@dataclass(frozen=True, kw_only=True)
class BoostedConfig(HeadConfig):
    """Gradient-boosted trees by LightGBM, on one thread."""

    name: ClassVar[str] = "boosted"
    soft_answers: ClassVar[bool] = True
    components: int | None = whole(None, low=1, high=1_024, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    trees: int = whole(150, low=1, high=2_000, log=True)
    learning_rate: float = number(0.05, low=0.001, high=1.0, log=True)
    leaves: int = whole(8, low=2, high=128, log=True)
    """Leaves of each tree."""
    min_leaf: int = whole(20, low=1, high=1_000, log=True)
    """People in a leaf, at least; fewer where there are few people."""
    l2: float = number(10.0, low=0.0, high=1_000.0)
    columns: float = number(0.5, low=0.05, high=1.0)
    """Share of columns a tree may use."""
    people: float = number(0.8, low=0.1, high=1.0)
    """Share of people a tree grows from."""
    seed: int = whole(0, low=0, high=2**31 - 1)

    def build(self) -> "BoostedHead":
        """A head that has learned nothing yet."""
        return BoostedHead(self)


class BoostedHead:
    """Log-loss for probabilities, squared error for amounts and ranks."""

    def __init__(self, config: BoostedConfig) -> None:
        self.config = config
        self.base: BaseRate | None = None
        self.trees: Any = None

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "BoostedHead":
        """Learn. Raises: InputError as every head, or if LightGBM is not installed."""
        check_training(x, y, kind=kind, beside=beside, weights=weights, soft=True)
        lightgbm = _lightgbm()
        self.base = BaseRate.of(y, kind=kind, weights=weights)
        self.columns = Columns.fit(x, beside, self.config)
        z = self.columns.plain(x, beside)
        self.trees = None
        if self.base.sure or not z.shape[1] or not np.ptp(z, axis=0).any():
            return self
        self.middle, self.scale = 0.0, 1.0
        if kind in (TaskKind.AMOUNT, TaskKind.RANK):
            self.middle, self.scale = float(self.base.rate[0]), float(y.std())
        settings = self._settings(kind, people=len(y), answers=len(self.base.rate))
        told = lightgbm.Dataset(z, label=(y - self.middle) / self.scale, weight=per_person(weights, len(y)))
        self.trees = lightgbm.train(settings, told, num_boost_round=self.config.trees)
        return self

    def _settings(self, kind: TaskKind, *, people: int, answers: int) -> dict[str, Any]:
        one = self.config
        objective: dict[str, Any] = {"objective": "regression"}
        if kind is TaskKind.YES_NO:
            objective = {"objective": "cross_entropy"}  # log-loss that takes answers between 0 and 1 too
        elif kind is TaskKind.ONE_OF_K:
            objective = {"objective": "multiclass", "num_class": answers}
        return {
            **objective,
            "learning_rate": one.learning_rate, "num_leaves": one.leaves, "lambda_l2": one.l2,
            "min_data_in_leaf": min(one.min_leaf, max(SMALLEST_LEAF, people // LEAVES_OF_PEOPLE)),
            "min_sum_hessian_in_leaf": 0.0, "feature_fraction": one.columns, "bagging_fraction": one.people,
            "bagging_freq": 1, "seed": one.seed, "num_threads": 1, "deterministic": True, "force_row_wise": True,
            "feature_pre_filter": False, "verbosity": -1,
        }  # fmt: skip

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """Amounts or probabilities. Raises: InputError before `fit`, or if a width differs."""
        if self.base is None:
            raise not_fitted()
        z = self.columns.plain(x, beside)
        if self.trees is None:
            return self.base.answers(len(x))
        return self.middle + self.scale * np.asarray(self.trees.predict(z, num_threads=1), dtype=np.float64)


def _lightgbm() -> Any:
    try:
        import lightgbm
    except ImportError as error:
        todo = "Install it: pip install 'sennight[heads]'."
        raise InputError("the head 'boosted' needs the package lightgbm", todo=todo) from error
    return lightgbm

"""Distilling: a slow head labels its own training people out of fold, and a quick one learns from those labels.

A teacher's answer for somebody it learned from says what that person said, not what the teacher knows; so labels come
from teachers that never saw the person. The student learns from a mix of them and the true answers. With
`labels="in_fold"` the same is done wrongly, as a control that shows what leaking does.
Source: Hinton et al. 2015, "Distilling the knowledge in a neural network"; out-of-fold labels and the bars for tabular
in-context teachers: arXiv 2605.18702 (second-hand).
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, cast

import numpy as np

from sennight.errors import InputError
from sennight.heads.columns import Columns
from sennight.heads.ensemble import EnsembleConfig
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
)
from sennight.heads.inside import inner_folds, out_of_fold
from sennight.heads.linear import LinearConfig
from sennight.heads.setting import choice, number, whole
from sennight.tasks import TaskKind

Labels = Literal["out_of_fold", "in_fold"]


@dataclass(frozen=True, kw_only=True)
class DistilledConfig(HeadConfig):
    """A quick student taught by a slow teacher's out-of-fold answers and the true ones."""

    name: ClassVar[str] = "distilled"
    components: int | None = whole(50, low=1, high=1_024, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    teacher: HeadConfig = EnsembleConfig(how="mean")
    """It shares the squeeze; what it says of its own is dropped."""
    student: HeadConfig = LinearConfig()
    """It must learn from answers between yes and no."""
    mix: float = number(0.7, low=0.0, high=1.0)
    """Share of the teacher in the student's labels."""
    folds: int = whole(5, low=2, high=20)
    labels: str = choice("out_of_fold", "out_of_fold", "in_fold")
    """"in_fold" is the leaky control."""
    seed: int = whole(0, low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        HeadConfig.__post_init__(self)
        for part in (self.teacher, self.student):
            if not isinstance(part, HeadConfig) or not part.squeezable:
                raise InputError("teacher and student must be heads on one vector a person")
        if not self.student.soft_answers:
            raise InputError(f"the head '{self.student.name}' cannot learn from a teacher's probabilities")
        for name in ("teacher", "student"):
            object.__setattr__(self, name, replace(getattr(self, name), components=None, inputs="squeezed"))

    def build(self) -> "DistilledHead":
        """A head that has learned nothing yet."""
        return DistilledHead(self)


class DistilledHead:
    """Only the student answers."""

    def __init__(self, config: DistilledConfig) -> None:
        self.config = config
        self.base: BaseRate | None = None
        self.student: Head | None = None

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "DistilledHead":
        """Learn. Raises: InputError as every head."""
        check_training(x, y, kind=kind, beside=beside, weights=weights)
        self.base = BaseRate.of(y, kind=kind, weights=weights)
        self.columns = Columns.fit(x, beside, self.config)
        self.student = None
        if self.base.sure:
            return self
        z = self.columns.squeezed(x)
        soft = teacher_labels(self.config, z, y, kind=kind, beside=beside, weights=weights)
        self.student = teach(self.config, z, y, soft, kind=kind, beside=beside, weights=weights)
        return self

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """Amounts or probabilities. Raises: InputError before `fit`, or if a width differs."""
        if self.base is None:
            raise not_fitted()
        z = self.columns.squeezed(x)
        return self.base.answers(len(x)) if self.student is None else self.student.predict(z, beside=beside)


def teacher_labels(
    config: DistilledConfig, z: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None
) -> Answers:
    """What teachers say of training people: of each one a teacher that never saw them, unless leaking is asked for."""
    if cast(Labels, config.labels) == "in_fold":
        taught = config.teacher.build().fit(z, y, kind=kind, beside=beside, weights=weights)
        return taught.predict(z, beside=beside)
    fold = inner_folds(y, kind=kind, k=config.folds, seed=config.seed)
    return out_of_fold(config.teacher, z, y, kind=kind, fold=fold, beside=beside, weights=weights)


def teach(
    config: DistilledConfig,
    z: X,
    y: Y,
    soft: Answers,
    *,
    kind: TaskKind,
    beside: Beside = None,
    weights: Weights = None,
) -> Head:
    """The student, after learning from `mix` of the teacher and the rest of the truth."""
    student = config.student.build()
    if kind is not TaskKind.ONE_OF_K:
        mixed = config.mix * soft + (1 - config.mix) * y
        if kind is TaskKind.YES_NO:
            mixed = np.clip(mixed, 0.0, 1.0)
        return student.fit(z, mixed, kind=kind, beside=beside, weights=weights)
    # A person with probabilities of k choices is k people with a choice each, who weigh as much as one.
    n, k = soft.shape
    share = config.mix * soft + (1 - config.mix) * np.eye(k)[y.astype(np.int64)]
    heavy = share * (np.ones(n) if weights is None else weights)[:, None]
    rows, codes = np.repeat(np.arange(n), k), np.tile(np.arange(k, dtype=np.float64), n)
    return student.fit(
        z[rows], codes, kind=kind, beside=None if beside is None else beside[rows], weights=heavy.ravel()
    )

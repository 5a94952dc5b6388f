"""HeadSpec: everything between a person's days and their answer as one piece of data, which a search can propose.

Which layers and channels, how days are pooled, how wide, which columns, which model, whose answers count how much, how
probabilities are calibrated, whether age and sex stand beside. Every field has bounds and a default; equal specs have
one hash (`config_hash`). A spec is a head like any other: whatever it learns, it learns inside the people it is given.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, cast

import numpy as np
from jaxtyping import Float, Float64, Int64

from sennight.errors import InputError
from sennight.heads.calibrate import WAYS, Calibrator, Way
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
)  # fmt: skip
from sennight.heads.inside import inner_folds, out_of_fold
from sennight.heads.linear import LinearConfig
from sennight.heads.pooling import POOLINGS, Pooling, pool
from sennight.heads.setting import choice, names, whole
from sennight.heads.squeeze import Squeeze
from sennight.record import DayEmbedding, Embedding
from sennight.tasks import TaskKind

CALIBRATION_FOLDS = 5
SMALLEST_SD = 1e-6  # of a component, where the total variance is 1; below it whitening would blow up rounding


@dataclass(frozen=True, kw_only=True)
class HeadSpec(HeadConfig):
    """The whole way from days to an answer, around one model of the shelf."""

    name: ClassVar[str] = "spec"
    soft_answers: ClassVar[bool] = True
    layers: tuple[str, ...] = names(at_most=16)
    """Layers of the backbone; none named keeps all. Needs an embedding by day whose columns have names."""
    channels: tuple[str, ...] = names(at_most=32)
    """Channels; none named keeps all."""
    pooling: str = choice("mean_sd", *POOLINGS)
    """How days become one row; `days` lays them side by side, for the attention head."""
    components: int | None = whole(50, low=1, high=1_024, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    scaling: str = choice("shrink", "shrink", "whiten")
    """"whiten" gives every component the same spread; "shrink" leaves small ones small, so that they count less."""
    selection: int | None = whole(None, low=1, high=1_024, log=True, optional=True)
    """So many components are kept, those that go most with the answer among training people; None keeps all."""
    model: HeadConfig = LinearConfig()
    """It is given what this spec has squeezed; `components` and `inputs` of its own are dropped."""
    class_weights: str = choice("none", "none", "balanced")
    """"balanced": each answer of a yes/no question or choice counts alike, however rare."""
    calibration: str = choice("none", *WAYS)
    covariates: str = choice("none", "none", "age_sex")
    """Whether age and sex stand beside; who fits the head gives them."""

    def __post_init__(self) -> None:
        HeadConfig.__post_init__(self)
        if not isinstance(self.model, HeadConfig) or isinstance(self.model, HeadSpec):
            raise InputError("the model of a spec must be a head, and not itself a spec")
        if (self.pooling == "days") != (not self.model.squeezable):
            raise InputError(
                "pooling 'days' and a head over several days belong together",
                todo="Give both, or neither: {'pooling': 'days', 'model': {'head': 'attention', 'days': 7}}.",
            )
        if self.pooling == "days":
            plain = self.scaling == "shrink" and self.selection is None and self.inputs == "raw"
            if not plain:
                raise InputError("with pooling 'days' the model squeezes; scaling and selection cannot be set")
            return
        object.__setattr__(self, "model", replace(self.model, components=None, inputs="squeezed"))

    @property
    def squeezable(self) -> bool:
        """Not where rows are several days."""
        return self.model.squeezable

    def rows(self, days: DayEmbedding) -> Embedding:
        """The rows this spec is fitted on. Raises: InputError if layers, channels or weekdays are not known."""
        return pool(days.select(layers=self.layers, channels=self.channels), cast(Pooling, self.pooling))

    def build(self) -> "SpecHead":
        """A head that has learned nothing yet."""
        return SpecHead(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Front:
    """The stage in front of the model, fitted on training people."""

    squeeze: Squeeze | None
    kept: Int64[np.ndarray, " kept"] | None
    scale: Float64[np.ndarray, " kept"] | float

    @classmethod
    def fit(cls, x: X, y: Y, spec: HeadSpec) -> "Front":
        """Learn which directions there are, which of them to keep, and how to scale them."""
        if not spec.squeezable:
            return cls(squeeze=None, kept=None, scale=1.0)
        squeeze = Squeeze.fit(x, components=spec.components) if spec.inputs == "raw" else None
        z = x.astype(np.float64) if squeeze is None else squeeze.apply(x)
        kept = np.arange(z.shape[1])
        if spec.selection is not None and spec.selection < z.shape[1]:
            kept = np.sort(np.argsort(-_relevance(z, y), kind="stable")[: spec.selection])
        scale: Float64[np.ndarray, " kept"] | float = 1.0
        if spec.scaling == "whiten":
            sd = z[:, kept].std(axis=0)
            scale = np.where(sd > SMALLEST_SD, 1 / np.maximum(sd, SMALLEST_SD), 0.0) / np.sqrt(max(1, len(kept)))
        return cls(squeeze=squeeze, kept=kept, scale=scale)

    def apply(self, x: X) -> Float[np.ndarray, "person _"]:
        """What the model is given."""
        if self.kept is None:
            return x
        z = x.astype(np.float64) if self.squeeze is None else self.squeeze.apply(x)
        return z[:, self.kept] * self.scale


def _relevance(z: Float64[np.ndarray, "person component"], y: Y) -> Float64[np.ndarray, " component"]:
    """Squared correlation of each component with the answer; codes of choices count as they are ordered."""
    a, b = z - z.mean(axis=0), y - y.mean()
    size = np.maximum((a * a).sum(axis=0) * max(float(b @ b), 1e-300), 1e-300)
    return (b @ a) ** 2 / size


class SpecHead:
    """Front, model and calibration in a row."""

    def __init__(self, config: HeadSpec) -> None:
        self.config = config
        self.base: BaseRate | None = None
        self.model: Head | None = None

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "SpecHead":
        """Learn. Raises: InputError as every head, or if the spec wants age and sex and there is nothing beside."""
        spec = self.config
        check_training(x, y, kind=kind, beside=beside, weights=weights, soft=spec.model.soft_answers)
        if spec.covariates == "age_sex" and beside is None:
            raise InputError(
                "this spec wants age and sex, and there is nothing beside",
                todo="Give them as `beside`; the bench puts them beside by itself and wants covariates='none'.",
            )
        self.base = BaseRate.of(y, kind=kind, weights=weights)
        self.model = None
        if self.base.sure:
            return self
        self.calibrator = Calibrator(kind=kind)
        if spec.calibration != "none" and kind in (TaskKind.YES_NO, TaskKind.ONE_OF_K):
            # The whole spec is fitted anew in each inner fold, selection too, or the answers would know too much; and
            # calibrated against people as they came, not as class weights made them.
            fold = inner_folds(y, kind=kind, k=CALIBRATION_FOLDS, seed=0)
            plain = replace(spec, calibration="none")
            said = out_of_fold(plain, x, y, kind=kind, fold=fold, beside=beside, weights=weights)
            self.calibrator = Calibrator.fit(said, y, kind=kind, way=cast(Way, spec.calibration), weights=weights)
        if spec.class_weights == "balanced":
            weights = balanced(y, kind=kind, weights=weights)
        self.front = Front.fit(x, y, spec)
        z = self.front.apply(x)
        self.model = spec.model.build().fit(z, y, kind=kind, beside=beside, weights=weights)
        return self

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """Amounts or probabilities. Raises: InputError before `fit`, or if a width differs."""
        if self.base is None:
            raise not_fitted()
        if self.model is None:
            return self.base.answers(len(x))
        return self.calibrator.apply(self.model.predict(self.front.apply(x), beside=beside))


def balanced(y: Y, *, kind: TaskKind, weights: Weights = None) -> Weights:
    """Weights that give every answer of a yes/no question or choice the same total; amounts keep theirs."""
    if kind not in (TaskKind.YES_NO, TaskKind.ONE_OF_K):
        return weights
    w = np.ones(len(y)) if weights is None else weights
    if kind is TaskKind.YES_NO:
        yes = float(w @ y)
        no = float(w.sum()) - yes
        return w * (y / max(yes, 1e-12) + (1 - y) / max(no, 1e-12))
    total = np.bincount(y.astype(np.int64), weights=w)
    return w / np.maximum(total, 1e-12)[y.astype(np.int64)]

"""Network heads: a small perceptron on a person's vector, and attention over a person's days.

A row of the attention head is several days side by side, as `DayEmbedding.rows` lays them: first which days there are,
then their vectors. Several networks from neighbouring seeds are averaged, because one alone depends on its start.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float64
from scipy.special import expit, softmax

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
from sennight.heads.squeeze import Squeeze
from sennight.tasks import TaskKind

SEED_STEP = 1_009  # between the seeds of networks that are averaged


@dataclass(frozen=True, kw_only=True)
class NetworkConfig(HeadConfig):
    """A perceptron of one to three hidden layers, early-stopped on training people set aside."""

    name: ClassVar[str] = "network"
    soft_answers: ClassVar[bool] = True
    components: int | None = whole(50, low=1, high=1_024, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    hidden: int = whole(32, low=2, high=512, log=True)
    layers: int = whole(1, low=1, high=3)
    dropout: float = number(0.2, low=0.0, high=0.9)
    decay: float = number(0.1, low=0.0, high=10.0)
    """Weight decay of AdamW."""
    learning_rate: float = number(0.01, low=1e-4, high=0.1, log=True)
    steps: int = whole(200, low=1, high=2_000, log=True)
    """At most; each sees all training people."""
    nets: int = whole(2, low=1, high=10)
    """How many are averaged."""
    seed: int = whole(0, low=0, high=2**31 - 1)

    def build(self) -> "NetworkHead":
        """A head that has learned nothing yet."""
        return NetworkHead(self)


@dataclass(frozen=True, kw_only=True)
class AttentionConfig(HeadConfig):
    """Attention over a person's days, then a perceptron; a row is `days` days side by side."""

    name: ClassVar[str] = "attention"
    soft_answers: ClassVar[bool] = True
    components: int | None = whole(50, low=1, high=1_024, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    days: int = whole(1, low=1, high=31)
    """Days in a row; with 1, a row is just that day's vector."""
    hidden: int = whole(32, low=2, high=512, log=True)
    layers: int = whole(1, low=1, high=3)
    dropout: float = number(0.2, low=0.0, high=0.9)
    decay: float = number(0.1, low=0.0, high=10.0)
    learning_rate: float = number(0.01, low=1e-4, high=0.1, log=True)
    steps: int = whole(200, low=1, high=2_000, log=True)
    nets: int = whole(2, low=1, high=10)
    seed: int = whole(0, low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        HeadConfig.__post_init__(self)
        if self.days > 1 and self.inputs == "squeezed":
            raise InputError(
                "rows of several days cannot be squeezed beforehand",
                todo="Leave inputs at 'raw': days are squeezed one by one.",
            )

    @property
    def squeezable(self) -> bool:
        """Only a single day is."""
        return self.days == 1

    def build(self) -> "NetworkHead":
        """A head that has learned nothing yet."""
        return NetworkHead(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class DayColumns:
    """How a row of several days becomes squeezed days, which of them there are, and columns beside."""

    days: int
    squeeze: Squeeze
    beside: Columns

    @classmethod
    def fit(cls, x: X, beside: Beside, config: AttentionConfig) -> "DayColumns":
        """Learn from the days that training people have. Raises: InputError if the row is no row of so many days."""
        values, seen = unrow(x, days=config.days)
        there = values[seen]
        return cls(
            days=config.days,
            squeeze=Squeeze.fit(there if len(there) else values[:, 0], components=config.components),
            beside=Columns.fit(np.zeros((len(x), 0)), beside, config),
        )

    def apply(self, x: X, beside: Beside) -> tuple[np.ndarray, ...]:
        """Days [P, D, W], seen [P, D], beside [P, B]."""
        values, seen = unrow(x, days=self.days)
        people, days, width = values.shape
        flat = self.squeeze.apply(values.reshape(people * days, width))
        squeezed = flat.reshape(people, days, flat.shape[1]) * np.sqrt(max(1, flat.shape[1]))
        empty = np.zeros((len(x), 0))
        return squeezed * seen[:, :, None], seen.astype(np.float64), self.beside.beside(empty, beside)


def unrow(x: X, *, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of several days as [P, D, W] and which days there are, [P, D]. Raises: InputError if the width differs."""
    if not x.shape[1]:  # nothing but columns beside
        return np.zeros((len(x), days, 0)), np.ones((len(x), days), dtype=np.bool_)
    if days == 1:
        return x[:, None, :], np.ones((len(x), 1), dtype=np.bool_)
    if (x.shape[1] - days) % days or x.shape[1] <= days:
        raise InputError(
            f"a row of {x.shape[1]} numbers is not {days} days", todo="Lay days out with DayEmbedding.rows."
        )
    return x[:, days:].reshape(len(x), days, -1), x[:, :days] > 0.5


class NetworkHead:
    """Fits either network; probabilities by a logistic or soft-max, amounts and ranks by squared error."""

    def __init__(self, config: NetworkConfig | AttentionConfig) -> None:
        self.config = config
        self.base: BaseRate | None = None
        self.nets: list[Any] = []

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "NetworkHead":
        """Learn. Raises: InputError if lengths differ, there is nobody, or a value is not finite."""
        check_training(x, y, kind=kind, beside=beside, weights=weights, soft=True)
        self.base = BaseRate.of(y, kind=kind, weights=weights)
        self.columns = self._columns(x, beside)
        self.nets = []
        if self.base.sure:
            return self
        self.middle, self.scale = 0.0, 1.0
        if kind in (TaskKind.AMOUNT, TaskKind.RANK):
            self.middle, self.scale = float(self.base.rate[0]), float(y.std())
        parts = self._parts(x, beside)
        aim = (y - self.middle) / self.scale
        w = per_person(weights, len(y))
        self.nets = [
            self._one(parts, aim, w, kind, seed=self.config.seed + i * SEED_STEP) for i in range(self.config.nets)
        ]
        return self

    def _columns(self, x: X, beside: Beside) -> Columns | DayColumns:
        if isinstance(self.config, AttentionConfig) and self.config.inputs == "raw":
            return DayColumns.fit(x, beside, self.config)
        return Columns.fit(x, beside, self.config)

    def _parts(self, x: X, beside: Beside) -> tuple[np.ndarray, ...]:
        """What the network is fed."""
        if isinstance(self.columns, DayColumns):
            return self.columns.apply(x, beside)
        if isinstance(self.config, NetworkConfig):
            return (self.columns.plain(x, beside),)
        squeezed = self.columns.squeezed(x)
        day = (squeezed * np.sqrt(max(1, squeezed.shape[1])))[:, None, :]
        return day, np.ones((len(x), 1)), self.columns.beside(x, beside)

    def _one(self, parts: tuple[np.ndarray, ...], y: Y, weights: Y, kind: TaskKind, *, seed: int) -> Any:
        import torch

        from sennight.heads import nets

        one = self.config
        generator = torch.Generator().manual_seed(seed)
        shape = nets.Shape(
            width=parts[0].shape[-1], beside=parts[2].shape[1] if len(parts) > 1 else 0, hidden=one.hidden,
            layers=one.layers, out=len(_start(self.base, kind)), dropout=one.dropout,
        )  # fmt: skip
        make = nets.DayAttention if isinstance(one, AttentionConfig) else nets.Perceptron
        net = make(shape, base=torch.from_numpy(_start(self.base, kind)), generator=generator)
        how = nets.Training(steps=one.steps, learning_rate=one.learning_rate, decay=one.decay, kind=kind)
        given = tuple(torch.from_numpy(np.ascontiguousarray(part, dtype=np.float64)) for part in parts)
        nets.train(net, given, torch.from_numpy(y.copy()), torch.from_numpy(weights), how, generator=generator)
        return net

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """Amounts or probabilities. Raises: InputError before `fit`, or if a width differs."""
        if self.base is None:
            raise not_fitted()
        parts = self._parts(x, beside)
        if not self.nets:
            return self.base.answers(len(x))
        import torch

        given = tuple(torch.from_numpy(np.ascontiguousarray(part, dtype=np.float64)) for part in parts)
        with torch.no_grad():
            said = [net(*given).numpy() for net in self.nets]
        if self.base.kind is TaskKind.ONE_OF_K:
            return np.mean([softmax(out, axis=1) for out in said], axis=0)
        if self.base.kind is TaskKind.YES_NO:
            return np.mean([expit(out[:, 0]) for out in said], axis=0)
        return self.middle + self.scale * np.mean([out[:, 0] for out in said], axis=0)


def _start(base: BaseRate | None, kind: TaskKind) -> Float64[np.ndarray, " out"]:
    """Log-odds of the base rate, where a network starts; 0 for amounts, which are centred."""
    if base is None or kind in (TaskKind.AMOUNT, TaskKind.RANK):
        return np.zeros(1)
    rate = np.clip(base.rate, 1e-6, 1 - 1e-6)
    return np.log(rate) if kind is TaskKind.ONE_OF_K else np.log(rate / (1 - rate))

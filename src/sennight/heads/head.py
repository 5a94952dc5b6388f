"""The contract of the heads shelf: a frozen config that builds something which learns answers from embeddings.

A head sees numbers only: no person ids, no task names. It learns from the people it is given and nobody else.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float64

from sennight.errors import InputError
from sennight.heads.setting import Number, Setting, Several, Words, check_settings, setting_of
from sennight.tasks import TaskKind

Inputs = Literal["raw", "squeezed"]

X = Float[np.ndarray, "person width"]
Beside = Float[np.ndarray, "person extra"] | None
Y = Float64[np.ndarray, " person"]
Weights = Float64[np.ndarray, " person"] | None
Answers = Float64[np.ndarray, " person"] | Float64[np.ndarray, "person k"]

DEEPEST = 3  # heads inside heads; a proposal that nests further is refused before anything recurses


@runtime_checkable
class Head(Protocol):
    """Learns from labelled people, then answers for others.

    `beside` holds columns that go to the head next to `x` without being squeezed or held back, such as age and sex;
    `x` may have no columns at all. `weights` says how much each person counts; None counts all alike.
    """

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "Head":
        """Learn. With one answer only, or nobody who differs, remember the base rate.

        Answers of a yes/no question may be probabilities where the config says `soft_answers`.
        Raises: InputError if lengths differ, there is nobody, or a value is not finite.
        """
        ...

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """[P] amounts or probabilities of yes, or [P, K] probabilities. Raises: InputError before `fit`."""
        ...


@dataclass(frozen=True, kw_only=True)
class HeadConfig(ABC):
    """What a head is, as data: a frozen dataclass of plain values with a default and bounds each, and a `build`.

    `name` is the head's word in files and reports. Raises: InputError if a setting leaves its bounds.
    """

    name: ClassVar[str]
    soft_answers: ClassVar[bool] = False
    """Whether yes/no answers between 0 and 1 can be learned from."""
    components: int | None
    """Width to which `x` is squeezed before the head; None standardises only."""
    inputs: Inputs
    """"squeezed" if the caller has already done that with `Squeeze.fit(training people, components=components)`."""

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def squeezable(self) -> bool:
        """Whether a caller may squeeze the rows beforehand; not where a row is several days side by side."""
        return True

    @abstractmethod
    def build(self) -> Head:
        """A head that has learned nothing yet."""


def check_training(x: X, y: Y, *, kind: TaskKind, beside: Beside, weights: Weights = None, soft: bool = False) -> None:
    """Refuse training data no head could learn from. `soft` lets yes/no answers lie between 0 and 1.

    Raises: InputError if lengths differ, there is nobody, a value is not finite, or answers do not suit the kind.
    """
    if not len(x):
        raise InputError("there is nobody to learn from")
    if len({len(part) for part in (x, y, beside, weights) if part is not None}) != 1:
        raise InputError("inputs and answers of a head differ in length")
    parts = [part for part in (x, y, beside, weights) if part is not None]
    if not all(bool(np.isfinite(part).all()) for part in parts):
        raise InputError("a head was given a value that is not finite", todo="Leave such people out.")
    if weights is not None and not (weights.min() >= 0 and weights.sum() > 0):
        raise InputError("weights of people must be 0 or more, and not all 0")
    if kind is TaskKind.YES_NO:
        good = bool(((y >= 0) & (y <= 1)).all()) if soft else bool(np.isin(y, (0.0, 1.0)).all())
        if not good:
            raise InputError(f"answers to a yes/no question must be {'from 0 to 1' if soft else '0 or 1'}")
    if kind is TaskKind.ONE_OF_K and bool(((y < 0) | (y != np.rint(y))).any()):
        raise InputError("answers to a question with k choices must be codes 0, 1, 2, ...")


def per_person(weights: Weights, n: int) -> Float64[np.ndarray, " person"]:
    """Weights with mean 1, so that a penalty means the same whatever their unit."""
    return np.ones(n) if weights is None else weights * (n / weights.sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class BaseRate:
    """What is said of everybody where nothing can be learned: the mean answer, or the share of each of k choices."""

    rate: Float64[np.ndarray, " _"]
    sure: bool
    """Whether everybody gave the same answer, so that there is nothing else to say."""
    kind: TaskKind

    @classmethod
    def of(cls, y: Y, *, kind: TaskKind, weights: Weights = None) -> "BaseRate":
        """Learn from training people."""
        w = per_person(weights, len(y))
        if kind is TaskKind.ONE_OF_K:
            rate = np.bincount(y.astype(np.int64), weights=w) / w.sum()
        else:
            rate = np.array([float(np.average(y, weights=w))])
        return cls(rate=rate, sure=bool(y.min() == y.max()), kind=kind)

    def answers(self, n: int) -> Answers:
        """The same for n people."""
        return np.tile(self.rate, (n, 1)) if self.kind is TaskKind.ONE_OF_K else np.full(n, self.rate[0])


def not_fitted() -> InputError:
    """The error of a head that was asked before it was taught."""
    return InputError("this head has learned nothing yet", todo="Call fit first.")


def to_json(config: HeadConfig) -> dict[str, Any]:
    """A config as plain data: its `name` under "head", then every field; heads inside it likewise."""
    return {"head": config.name, **{f.name: _plain(getattr(config, f.name)) for f in fields(config)}}


def _plain(value: Any) -> Any:
    if isinstance(value, HeadConfig):
        return to_json(value)
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def config_hash(config: HeadConfig) -> str:
    """16 letters that two configs share exactly if they mean the same: 1 and 1.0, or another order, make no other."""
    return hashlib.sha256(json.dumps(_canonical(config), sort_keys=True).encode()).hexdigest()[:16]


def _canonical(config: HeadConfig) -> dict[str, Any]:
    out: dict[str, Any] = {"head": config.name}
    for one in fields(config):
        value, bounds = getattr(config, one.name), setting_of(one)
        if isinstance(value, HeadConfig):
            out[one.name] = _canonical(value)
        elif isinstance(bounds, Several | Words):
            plain = [float(v) for v in value] if isinstance(bounds, Several) else list(value)
            out[one.name] = sorted(dict.fromkeys(plain))
        elif isinstance(value, tuple):  # heads; one that is listed twice counts twice
            out[one.name] = sorted((_canonical(v) for v in value), key=lambda made: json.dumps(made, sort_keys=True))
        else:
            is_amount = isinstance(bounds, Number) and not bounds.whole
            out[one.name] = float(value) if is_amount and value is not None else value
    return out


def from_json(stored: Mapping[str, Any], *, shelf: tuple[type[HeadConfig], ...], depth: int = 0) -> HeadConfig:
    """The config that `to_json` wrote.

    Raises: InputError if the head or a key is not known, naming the nearest, or a value does not suit its key.
    """
    if depth > DEEPEST:
        raise InputError(f"heads stand inside heads more than {DEEPEST} deep", todo="Nest them less.")
    by_name = {config.name: config for config in shelf}
    name = str(stored.get("head", ""))[:100]
    if name not in by_name:
        raise InputError(f"there is no head '{name}'", todo=_near(name, list(by_name)))
    config = by_name[name]
    known = [f.name for f in fields(config)]
    for key in stored:
        if key != "head" and key not in known:
            raise InputError(f"head '{name}' has no setting '{str(key)[:100]}'", todo=_near(str(key)[:100], known))

    def read(value: Any, bounds: Setting | None) -> Any:
        if isinstance(value, Mapping):
            return from_json(value, shelf=shelf, depth=depth + 1)
        if isinstance(value, list):
            return tuple(read(v, bounds.of if isinstance(bounds, Several) else None) for v in value)
        # JSON writes 1 for 1.0.
        of_amounts = isinstance(bounds, Number) and not bounds.whole
        return float(value) if of_amounts and type(value) is int else value

    bounds = {f.name: setting_of(f) for f in fields(config)}
    try:
        return config(**{key: read(v, bounds[key]) for key, v in stored.items() if key != "head"})
    except (TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"a setting of head '{name}' has the wrong type", todo=f"Settings: {known}.") from error


def _near(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."

"""The contract of the heads shelf: a frozen config that builds something which learns answers from embeddings.

A head sees numbers only: no person ids, no task names. It learns from the people it is given and nobody else.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float64

from sennight.errors import InputError
from sennight.tasks import TaskKind

Inputs = Literal["raw", "squeezed"]

X = Float[np.ndarray, "person width"]
Beside = Float[np.ndarray, "person extra"] | None
Y = Float64[np.ndarray, " person"]
Answers = Float64[np.ndarray, " person"] | Float64[np.ndarray, "person k"]


@runtime_checkable
class Head(Protocol):
    """Learns from labelled people, then answers for others.

    `beside` holds columns that go to the head next to `x` without being squeezed or held back, such as age and sex;
    `x` may have no columns at all.
    """

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None) -> "Head":
        """Learn. With one answer only, or nobody who differs, remember the base rate.

        Raises: InputError if lengths differ, there is nobody, or a value is not finite.
        """
        ...

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """[P] amounts or probabilities of yes, or [P, K] probabilities. Raises: InputError before `fit`."""
        ...


@dataclass(frozen=True, kw_only=True)
class HeadConfig(ABC):
    """What a head is, as data: a frozen dataclass of plain values with a default each, and a `build`.

    `name` is the head's word in files and reports.
    """

    name: ClassVar[str]
    components: int | None
    """Width to which `x` is squeezed before the head; None standardises only."""
    inputs: Inputs
    """"squeezed" if the caller has already done that with `Squeeze.fit(training people, components=components)`."""

    @abstractmethod
    def build(self) -> Head:
        """A head that has learned nothing yet."""


def check_training(x: X, y: Y, *, kind: TaskKind, beside: Beside) -> None:
    """Refuse training data no head could learn from.

    Raises: InputError if lengths differ, there is nobody, a value is not finite, or answers do not suit the kind.
    """
    if not len(x):
        raise InputError("there is nobody to learn from")
    if len(x) != len(y) or (beside is not None and len(beside) != len(x)):
        raise InputError("inputs and answers of a head differ in length")
    parts = (x, y) if beside is None else (x, y, beside)
    if not all(bool(np.isfinite(part).all()) for part in parts):
        raise InputError("a head was given a value that is not finite", todo="Leave such people out.")
    if kind is TaskKind.YES_NO and not bool(np.isin(y, (0.0, 1.0)).all()):
        raise InputError("answers to a yes/no question must be 0 or 1")
    if kind is TaskKind.ONE_OF_K and bool(((y < 0) | (y != np.rint(y))).any()):
        raise InputError("answers to a question with k choices must be codes 0, 1, 2, ...")


def to_json(config: HeadConfig) -> dict[str, Any]:
    """A config as plain data: its `name` under "head", then every field."""
    plain = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(config).items()}
    return {"head": config.name, **plain}


def from_json(stored: Mapping[str, Any], *, shelf: tuple[type[HeadConfig], ...]) -> HeadConfig:
    """The config that `to_json` wrote.

    Raises: InputError if the head or a key is not known, naming the nearest, or a value does not suit its key.
    """
    by_name = {config.name: config for config in shelf}
    name = str(stored.get("head", ""))
    if name not in by_name:
        raise InputError(f"there is no head '{name}'", todo=_near(name, list(by_name)))
    config = by_name[name]
    known = [f.name for f in fields(config)]
    for key in stored:
        if key != "head" and key not in known:
            raise InputError(f"head '{name}' has no setting '{key}'", todo=_near(key, known))
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in stored.items() if key != "head"}
    try:
        return config(**values)
    except TypeError as error:
        raise InputError(f"a setting of head '{name}' has the wrong type", todo=f"Settings: {known}.") from error


def _near(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."

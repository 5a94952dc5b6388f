"""Embeddings and predictions: vectors and answers, one row a person, with what made them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32

from sennight.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class Embedding:
    """One vector a person. `days_used[p]` windows went into it; `backbone` is the fingerprint of what made it.

    Raises: InputError if lengths differ, a person repeats, or a value is not finite.
    """

    people: tuple[str, ...]
    values: Float32[np.ndarray, "person width"]
    backbone: str
    days_used: Int32[np.ndarray, " person"]

    def __post_init__(self) -> None:
        if not (len(self.people) == len(self.values) == len(self.days_used)):
            raise InputError("the parts of an embedding differ in length")
        if len(set(self.people)) != len(self.people):
            raise InputError("an embedding lists a person twice")
        if not bool(np.isfinite(self.values).all()):
            raise InputError("an embedding holds a value that is not finite")
        if not self.backbone:
            raise InputError("an embedding must say which backbone made it")

    def rows(self, people: tuple[str, ...]) -> Float32[np.ndarray, "person width"]:
        """The vectors of these people, in this order. Raises: InputError if one is absent."""
        place = {p: i for i, p in enumerate(self.people)}
        absent = [p for p in people if p not in place]
        if absent:
            raise InputError(f"{len(absent)} people have no embedding", todo="Embed the same store that is evaluated.")
        return self.values[[place[p] for p in people]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Prediction:
    """What a head said about people: [P] amounts or probabilities of yes, or [P, K] probabilities.

    Raises: InputError if lengths differ, a value is not finite, or a probability leaves [0, 1].
    """

    people: tuple[str, ...]
    values: np.ndarray
    task: str
    head: str
    is_probability: bool
    calibrated: bool = False

    def __post_init__(self) -> None:
        if len(self.people) != len(self.values):
            raise InputError(f"a prediction for task '{self.task}' differs in length from its people")
        if not bool(np.isfinite(self.values).all()):
            raise InputError(f"a prediction for task '{self.task}' is not finite")
        if self.is_probability and len(self.values) and not (self.values.min() >= 0 and self.values.max() <= 1):
            raise InputError(f"a probability for task '{self.task}' lies outside 0 to 1")

"""A predictor: one question's linear head as plain numbers, what it reached on held-out people, and for whom it holds.

It is a folder-less JSON value: weights, calibration, reach, gate figures, training domain. Nothing in it can run.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from sennight.agent.predictors.gate import GateFigures, refused
from sennight.errors import InputError, StoreError
from sennight.evaluate.controls import DECADE, MIDDLE_AGE

FORMAT = 1
FILE = "predictors.json"
MIDDLE_SEX = 0.5  # women are 1, men 0, as in `evaluate.controls`


@dataclass(frozen=True, kw_only=True)
class TrainingDomain:
    """Whom a predictor learned from. `device` in words; `farthest` the distance from `centre`, each number of a vector
    in its `spread`, that 99 of 100 training people lie within."""

    channels: tuple[str, ...]
    device: str
    backbone: str
    youngest: float
    oldest: float
    min_valid_days: int
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    farthest: float
    people: str

    def distance(self, vector: Float32[np.ndarray, " width"]) -> float:
        """How far a vector lies from training people, as the root mean square of its standardised numbers."""
        z = (vector.astype(np.float64) - np.array(self.centre)) / np.array(self.spread)
        return float(np.sqrt(np.mean(z * z)))


@dataclass(frozen=True, kw_only=True)
class Likes:
    """Held-out people with like predictions: up to which value, and the share of yes with its 90 % interval."""

    up_to: float
    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """What is said of one person: a probability or an amount with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Predictor:
    """One question. `weights` are of the embedding, `beside` of age, age squared, sex and age times sex (controls.py).

    `truth_words`: a condition of the profile that holds one of them is the truth, and outranks any prediction.
    `for_clinicians`: the question names a disease or a test, so it speaks in a clinician view only.
    """

    task: str
    question: str
    kind: str
    unit: str
    bias: float
    weights: tuple[float, ...]
    beside: tuple[float, ...]
    slope: float
    intercept: float
    reach: float
    likes: tuple[Likes, ...]
    base_rate: float
    figures: GateFigures
    truth_words: tuple[str, ...]
    for_clinicians: bool

    @property
    def refused(self) -> tuple[str, ...]:
        """Why it may not speak about anybody; empty if it may."""
        return refused(self.figures)

    def predict(self, vector: Float32[np.ndarray, " width"], *, age: float, female: float) -> Predicted:
        """Its answer for one person. Raises: InputError if the vector has another width."""
        if len(vector) != len(self.weights):
            raise InputError(f"the predictor '{self.task}' takes vectors of {len(self.weights)} numbers")
        decades, sex = (age - MIDDLE_AGE) / DECADE, female - MIDDLE_SEX
        known = np.array([decades, decades * decades, sex, decades * sex])
        z = self.bias + float(np.dot(vector.astype(np.float64), self.weights)) + float(np.dot(known, self.beside))
        if self.kind != "yes/no":
            return Predicted(value=z, low=z - self.reach, high=z + self.reach)
        p = 1 / (1 + math.exp(-max(-500.0, min(500.0, self.slope * z + self.intercept))))
        like = next((one for one in self.likes if p <= one.up_to), self.likes[-1])
        return Predicted(value=p, low=min(like.low, p), high=max(like.high, p))


@dataclass(frozen=True, kw_only=True)
class PredictorSet:
    """Predictors that share a backbone and a training domain."""

    domain: TrainingDomain
    predictors: tuple[Predictor, ...]

    def find(self, task: str) -> Predictor | None:
        """The predictor of this question, or None."""
        return next((p for p in self.predictors if p.task == task), None)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"format": FORMAT, "domain": asdict(self.domain), "predictors": [asdict(p) for p in self.predictors]}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "PredictorSet":
        """Back from `to_json`. Raises: KeyError, TypeError, ValueError if it is none."""
        if plain["format"] != FORMAT:
            raise ValueError("another format")
        domain = dict(plain["domain"])
        for name in ("channels", "centre", "spread"):
            domain[name] = tuple(domain[name])
        return cls(domain=TrainingDomain(**domain), predictors=tuple(_predictor(p) for p in plain["predictors"]))

    def save(self, folder: Path) -> None:
        """Write them into a folder. Raises: StoreError."""
        from sennight.store.atomic import make_folder, write_file

        make_folder(folder)
        write_file(folder / FILE, json.dumps(self.to_json()).encode())

    @classmethod
    def load(cls, folder: Path) -> "PredictorSet":
        """Read them. Raises: StoreError if there are none or the file is damaged."""
        try:
            return cls.from_json(json.loads((folder / FILE).read_text(encoding="utf-8")))
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise StoreError(
                "there are no predictors here, or they are damaged", where=str(folder),
                todo="`sennight predictors learn` makes them from a store.",
            ) from error  # fmt: skip


def _predictor(plain: Mapping[str, Any]) -> Predictor:
    made: dict[str, Any] = dict(plain)
    made["figures"] = GateFigures(**made["figures"])
    made["likes"] = tuple(Likes(**one) for one in made["likes"])
    for name in ("weights", "beside", "truth_words"):
        made[name] = tuple(made[name])
    return Predictor(**made)


def names(predictors: Sequence[Predictor]) -> str:
    """Their questions' names in one line."""
    return ", ".join(p.task for p in predictors) or "none"

"""Re-identification: whose vector is this? People of one half of the days are looked up among those of the other.

The attacker has everybody's vectors from one half and looks for the owner of a vector of the other half. What they
know beside it narrows whom they look among; what that knowledge reaches by itself is the template, and only what the
vector adds to it is the vector's leak.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from sennight.errors import InputError
from sennight.evaluate.privacy.rates import exact_interval

GALLERY = 1_000
TOP_SHARE = 0.01
EVERYBODY, UNSEEN = "everybody", "never seen by the model"
IDENTIFIABLE = 10  # times chance; a rank-1 rate above this is called identifiable

Vectors = Float32[np.ndarray, "person width"]
Same = Bool[np.ndarray, "person candidate"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """How often the owner came first, and among the first 1 % (at least one place), with 95 % exact intervals.

    `among` says whose vectors the gallery holds: everybody of the store, or only people the model never saw.
    """

    features: str
    knows: str
    rank_1: float
    low: float
    high: float
    top: float
    chance: float
    template: float
    n_people: int
    among: str = EVERYBODY

    @property
    def gain(self) -> float:
        """What the vector adds to what the attacker knew."""
        return self.rank_1 - self.template

    @property
    def identifiable(self) -> bool:
        """More than ten times as often as chance, or as what is known beside the vector allows by itself?"""
        return self.rank_1 > IDENTIFIABLE * self.template


def own_ranks(first: Vectors, other: Vectors, *, same: Same | None = None) -> Int64[np.ndarray, " person"]:
    """Place of each person's own vector of the other half, 0 the nearest, among the candidates (everybody by default).

    Columns are standardised over each half, vectors compared by their angle; equal ones are counted against the
    attacker, so that constant vectors find nobody.
    """
    if first.shape != other.shape or len(first) < 2:
        raise InputError("both halves need the same people, at least two")
    a, b = _unit(first), _unit(other)
    alike = a @ b.T
    own = np.diagonal(alike).copy()
    better = alike >= own[:, None]
    np.fill_diagonal(better, val=False)
    if same is not None:
        better &= same
    return better.sum(axis=1).astype(np.int64)


def found(
    features: str,
    ranks: Int64[np.ndarray, " person"],
    *,
    knows: str = "nothing else",
    candidates: np.ndarray | None = None,
    among: str = EVERYBODY,
) -> Found:
    """Rates from ranks; `candidates` counts whom each person was looked among (everybody by default)."""
    n = len(ranks)
    of = np.full(n, n) if candidates is None else candidates
    hits = int((ranks == 0).sum())
    low, high = exact_interval(hits, n)
    return Found(
        features=features,
        knows=knows,
        rank_1=hits / n,
        low=low,
        high=high,
        top=float((ranks < max(1, round(TOP_SHARE * n))).mean()),
        chance=1 / n,
        template=float((1 / of).mean()),
        n_people=n,
        among=among,
    )


def gallery(n_people: int, *, size: int = GALLERY, seed: int = 0) -> Int64[np.ndarray, " person"]:
    """Rows of a gallery, drawn without replacement; everybody where there are fewer."""
    rows = np.random.default_rng([seed, size]).permutation(n_people)[:size]
    return np.sort(rows).astype(np.int64)


def same_known(columns: Sequence[Float64[np.ndarray, " person"]]) -> Same:
    """Who agrees with whom in everything the attacker knows. An unknown value agrees with everybody's."""
    n = len(columns[0])
    agree = np.ones((n, n), dtype=np.bool_)
    for column in columns:
        unknown = np.isnan(column)
        agree &= (column[:, None] == column[None, :]) | unknown[:, None] | unknown[None, :]
    return agree


def _unit(x: Vectors) -> Float64[np.ndarray, "person width"]:
    centred = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
    sd = centred.std(axis=0)
    scaled = np.where(sd > 1e-9, centred / np.where(sd > 1e-9, sd, 1.0), 0.0)
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.where(length > 0, length, 1.0))

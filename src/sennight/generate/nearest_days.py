"""Nearest days: a hole is filled with what the most similar days showed there, of training people and of the person.

Days are compared in bins of ten minutes that both of them know, in scaled units. The classic k-nearest-neighbour
imputation (Troyanskaya 2001, doi:10.1093/bioinformatics/17.6.520), a baseline of the imputation benchmark.
Letters: T minutes of a timeline, C channels, D donor days, n wanted cells.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from sennight.generate.baselines import Cells, Population
from sennight.record import MINUTES_PER_DAY

BIN = 10  # minutes
BINS = MINUTES_PER_DAY // BIN
NEIGHBOURS = 10
MOST_DONORS = 2_000
LEAST_SHARED = 0.25  # of the bins that the day knows; with fewer in common two days cannot be compared
OWN = 0.7  # a day of the same person counts as that much nearer


@dataclass(frozen=True, kw_only=True, eq=False)
class NearestDays:
    """Bins of donor days, 0 where not known, and what is usual where no neighbour knows a bin."""

    value: Float32[np.ndarray, "D bin"]
    known: Float32[np.ndarray, "D bin"]
    population: Population

    @classmethod
    def of(
        cls,
        people: Iterable[tuple[Float32[np.ndarray, "T C"], Bool[np.ndarray, "T C"]]],
        population: Population,
        rng: np.random.Generator,
    ) -> "NearestDays":
        """From scaled minutes of training people and what of them was seen; at most `MOST_DONORS` days."""
        value, known = (np.concatenate(parts) for parts in zip(*(_binned(*p) for p in people), strict=True))
        worn = np.flatnonzero(known.any(axis=1))
        some = np.sort(rng.permutation(worn)[:MOST_DONORS])
        return cls(value=value[some], known=known[some], population=population)

    def guess(
        self, scaled: Float32[np.ndarray, "T C"], seen: Bool[np.ndarray, "T C"], cells: Cells
    ) -> Float32[np.ndarray, " n"]:
        """The weighted mean of the nearest days at the wanted cells, in scaled units."""
        value, known = _binned(scaled, seen)
        days = np.unique(cells.minute // MINUTES_PER_DAY)
        donors, theirs = np.concatenate([self.value, value]), np.concatenate([self.known, known])
        far = _distance(value[days], known[days], donors, theirs)
        far[:, len(self.value) :] *= OWN
        far[np.arange(len(days)), len(self.value) + days] = np.inf  # a day is no donor of its own
        near = np.argpartition(far, min(NEIGHBOURS, far.shape[1] - 1), axis=1)[:, :NEIGHBOURS]
        weight = 1 / (np.take_along_axis(far, near, axis=1) + 0.1)
        total = np.einsum("qk,qkb->qb", weight, donors[near])
        n = np.einsum("qk,qkb->qb", weight, theirs[near])
        day = np.searchsorted(days, cells.minute // MINUTES_PER_DAY)
        at = day, cells.of_day // BIN * scaled.shape[1] + cells.channel
        usual = self.population.time_of_day[cells.of_day, cells.channel]
        found: np.ndarray = np.where(n[at] > 0, total[at] / np.maximum(n[at], 1e-12), usual)
        return found.astype(np.float32)


def _binned(scaled: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of bins and whether half of their minutes were seen, [day, bin and channel]."""
    shape = (-1, BINS, BIN, scaled.shape[1])
    n = seen.reshape(shape).sum(axis=2)
    total = np.where(seen, scaled, np.float32(0)).reshape(shape).sum(axis=2)
    known = (n * 2 >= BIN).reshape(len(n), -1)
    mean = (total / np.maximum(n, 1)).reshape(len(n), -1)
    return np.where(known, mean, 0).astype(np.float32), known.astype(np.float32)


def _distance(value: np.ndarray, known: np.ndarray, donors: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Mean squared difference over the bins both know; infinite where they share too few."""
    shared = known @ theirs.T
    squares = (value**2) @ theirs.T + known @ (donors**2).T - 2 * value @ donors.T
    enough = shared >= np.maximum(LEAST_SHARED * known.sum(axis=1, keepdims=True), 1)
    far: np.ndarray = np.where(enough, np.maximum(squares, 0) / np.maximum(shared, 1), np.inf)
    return far

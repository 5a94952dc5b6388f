"""Nearest training day: did a model that generates days hand out days of the people it learned from?

Each generated day's nearest training day is held against how near held-out real days come to the training days by
themselves. A generated day nearer than the nearest 0.1 % of held-out days is called a copy.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64

from sennight.errors import InputError

QUANTILE = 0.001
MIN_JOINT = 60  # cells two days must both have seen to be compared
ROWS = 256  # days compared at a time
DRAWS = 100

Share = tuple[float, float, float]  # value, low, high
Days = Float32[np.ndarray, "day cell"]
Train = Float32[np.ndarray, "train cell"]
Seen = Bool[np.ndarray, "day cell"]
TrainSeen = Bool[np.ndarray, "train cell"]


@dataclass(frozen=True, kw_only=True)
class Copies:
    """`bar` is the 0.1 % quantile of held-out days' distances; `copies` generated days lie nearer than that.

    `nearer` is how often a generated day's nearest day is one of training rather than one of as many of strangers, with
    its 95 % interval: .5 where nothing is copied; None if it was not asked.
    """

    n_generated: int
    n_train: int
    n_held_out: int
    bar: float
    nearest: float
    median_generated: float
    median_held_out: float
    copies: int
    nearer: Share | None = None

    @property
    def passed(self) -> bool:
        """Is no generated day nearer than the bar?"""
        return self.copies == 0


def nearest_distance(days: Days, seen: Seen, train: Train, train_seen: TrainSeen) -> Float64[np.ndarray, " day"]:
    """Root mean square distance of each day to its nearest training day, over cells that both have seen.

    Values must be scaled alike. A day that shares too few cells with every training day is infinitely far.
    """
    blocks = range(0, len(days), ROWS)
    nearest = [distances(days[i : i + ROWS], seen[i : i + ROWS], train, train_seen).min(axis=1) for i in blocks]
    return np.concatenate(nearest).astype(np.float64)


def distances(days: Days, seen: Seen, train: Train, train_seen: TrainSeen) -> Float32[np.ndarray, "day train"]:
    """Root mean square distance of each day to each training day, infinite where they share too few cells."""
    t, ts = np.where(train_seen, train, 0).astype(np.float32), train_seen.astype(np.float32)
    s, x = seen.astype(np.float32), np.where(seen, days, 0).astype(np.float32)
    joint = s @ ts.T
    square = np.maximum((x * x) @ ts.T - 2 * (x @ t.T) + s @ (t * t).T, 0)
    return np.sqrt(np.where(joint >= MIN_JOINT, square / np.maximum(joint, 1), np.inf)).astype(np.float32)


def nearer_to_first(
    first: Float32[np.ndarray, "day one"],
    other: Float32[np.ndarray, "day two"],
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Share:
    """How often a day's nearest day is of the first kind, ties half, with as many of each kind; a 95 % interval.

    Many days share one nearest day, so the interval comes from drawing the days of both kinds again (halves of the
    smaller kind), not from counting.
    """
    n = max(1, min(first.shape[1], other.shape[1]) // 2)
    shares = []
    for _ in range(draws):
        a, b = (kind[:, rng.permutation(kind.shape[1])[:n]].min(axis=1) for kind in (first, other))
        shares.append(float((a < b).mean() + 0.5 * (a == b).mean()))
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(np.mean(shares)), float(low), float(high)


def copies(
    generated: Float64[np.ndarray, " a"],
    held_out: Float64[np.ndarray, " b"],
    *,
    n_train: int,
    nearer: Share | None = None,
) -> Copies:
    """Hold distances of generated days against those of held-out days.

    Raises: InputError with fewer than 1,000 held-out days, whose 0.1 % quantile would be made up.
    """
    known = held_out[np.isfinite(held_out)]
    if len(known) < 1 / QUANTILE:
        raise InputError(f"{len(known)} held-out days: a 0.1 % quantile needs 1,000", todo="Hold out more people.")
    # The lower of two neighbours: the bar is a distance that a held-out day really had.
    bar = float(np.quantile(known, QUANTILE, method="lower"))
    return Copies(
        n_generated=len(generated),
        n_train=n_train,
        n_held_out=len(known),
        bar=bar,
        nearest=float(generated.min()),
        median_generated=float(np.median(generated)),
        median_held_out=float(np.median(known)),
        copies=int((generated < bar).sum()),
        nearer=nearer,
    )

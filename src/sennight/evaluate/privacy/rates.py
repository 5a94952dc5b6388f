"""Rates: how far a guess at membership gets, as AUC and as true positives at few false ones, with intervals."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64
from scipy.stats import beta, norm, rankdata

from sennight.errors import InputError

LOW_RATES = (0.01, 0.001)
PRIVATE_AUC, PRIVATE_RATE = 0.55, 0.03  # upper 95 % limit of AUC, and true positives at 1 % false ones
STRONG = 0.9  # AUC that an attack must reach on an over-trained model before its failure elsewhere says anything
ALPHA = 0.05


@dataclass(frozen=True, kw_only=True)
class Rate:
    """True positives at a false-positive rate of at most `at`; `fewest` is the smallest rate these people can show."""

    at: float
    value: float
    low: float
    high: float
    fewest: float


@dataclass(frozen=True, kw_only=True)
class Leak:
    """How well a score tells members from others. `half_width` is what chance alone allows the AUC to stray."""

    attack: str
    auc: float
    low: float
    high: float
    half_width: float
    rates: tuple[Rate, ...]
    n_members: int
    n_others: int

    @property
    def private(self) -> bool:
        """Is it low enough for the tier "private": upper limit of the AUC .55, true positives at 1 % below 3 %?"""
        return self.high <= PRIVATE_AUC and self.rates[0].value <= PRIVATE_RATE


def leak(attack: str, score: Float64[np.ndarray, " person"], member: Bool[np.ndarray, " person"]) -> Leak:
    """Measure a score that should be higher for members.

    Interval of the AUC by DeLong, of the rates by Clopper and Pearson at the threshold that was found.
    Raises: InputError without members or others, or a score that is not finite.
    """
    inside, outside = score[member], score[~member]
    m, n = len(inside), len(outside)
    if not m or not n or not np.isfinite(score).all():
        raise InputError("an attack needs members, others, and finite scores")
    ranks = rankdata(np.concatenate([inside, outside]))
    # Of each member the share of others below it, and of each other the share of members above it; ties half.
    above = (ranks[:m] - rankdata(inside)) / n
    below = 1 - (ranks[m:] - rankdata(outside)) / m
    auc = float(above.mean())
    spread = float(np.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / n)) if min(m, n) > 1 else 0.5
    z = float(norm.ppf(1 - ALPHA / 2))
    by_chance = np.sqrt((m + n + 1) / (12 * m * n))
    return Leak(
        attack=attack,
        auc=auc,
        low=max(0.0, auc - z * spread),
        high=min(1.0, auc + z * spread),
        half_width=float(z * by_chance),
        rates=tuple(_rate(inside, outside, at) for at in LOW_RATES),
        n_members=m,
        n_others=n,
    )


def _rate(inside: Float64[np.ndarray, " m"], outside: Float64[np.ndarray, " n"], at: float) -> Rate:
    """Members above a threshold that at most `at` of the others pass; ties never pass."""
    allowed = int(np.floor(at * len(outside)))
    threshold = np.sort(outside)[::-1][allowed] if allowed < len(outside) else -np.inf
    hits = int((inside > threshold).sum())
    low, high = exact_interval(hits, len(inside))
    return Rate(at=at, value=hits / len(inside), low=low, high=high, fewest=1 / len(outside))


def exact_interval(hits: int, n: int, *, alpha: float = ALPHA) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share.

    >>> exact_interval(0, 300)[1] < 3.7 / 300
    True

    Source: Clopper and Pearson 1934, Biometrika 26:404.
    """
    low = 0.0 if hits == 0 else float(beta.ppf(alpha / 2, hits, n - hits + 1))
    high = 1.0 if hits == n else float(beta.ppf(1 - alpha / 2, hits + 1, n - hits))
    return low, high

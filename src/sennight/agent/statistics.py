"""Statistics of days: means with intervals that know that days resemble their neighbours, robust slopes, permutations.

Days are not independent: a lag-one autocorrelation r of what is left over shrinks n days to n (1 - r) / (1 + r).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from scipy import stats

LEVEL = 0.9
MOST_CORRELATED = 0.9  # beyond it hardly anything would be left of the days
MAX_PAIRS_DAYS = 800  # more days are first brought to weekly medians: slopes of all pairs grow with the square
DAYS_A_WEEK = 7


def effective_days(residual: Float64[np.ndarray, " n"], ordinal: Int64[np.ndarray, " n"]) -> float:
    """How many independent days these are worth, from pairs of days that follow each other."""
    n = len(residual)
    if n < 4:
        return float(n)
    next_to = np.flatnonzero(np.diff(ordinal) == 1)
    spread = float((residual**2).mean())
    if len(next_to) < 3 or spread <= 0:
        return float(n)
    r = float((residual[next_to] * residual[next_to + 1]).mean()) / spread
    r = min(max(r, 0.0), MOST_CORRELATED)
    return max(n * (1 - r) / (1 + r), 2.0)


def mean_interval(
    x: Float64[np.ndarray, " n"], ordinal: Int64[np.ndarray, " n"], *, level: float = LEVEL
) -> tuple[float, float] | None:
    """Both ends of Student's interval of the mean, on effective days; None below three days."""
    if len(x) < 3:
        return None
    m = effective_days(x - x.mean(), ordinal)
    half = float(stats.t.ppf((1 + level) / 2, max(m - 1, 1)) * x.std(ddof=1) / np.sqrt(m))
    return float(x.mean()) - half, float(x.mean()) + half


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Mean of b minus mean of a, and its interval."""

    value: float
    low: float
    high: float
    p: float


def difference(
    a: Float64[np.ndarray, " n"], a_days: Int64[np.ndarray, " n"],
    b: Float64[np.ndarray, " m"], b_days: Int64[np.ndarray, " m"], *, level: float = LEVEL,
) -> Difference:  # fmt: skip
    """Welch's interval of a difference of means, on effective days. Both need three days."""
    n, m = effective_days(a - a.mean(), a_days), effective_days(b - b.mean(), b_days)
    va, vb = a.var(ddof=1) / n, b.var(ddof=1) / m
    gap = float(b.mean() - a.mean())
    if va + vb <= 0:
        return Difference(value=gap, low=gap, high=gap, p=1.0 if gap == 0 else 0.0)
    freedom = max((va + vb) ** 2 / (va**2 / max(n - 1, 1) + vb**2 / max(m - 1, 1)), 1.0)
    se = float(np.sqrt(va + vb))
    half = float(stats.t.ppf((1 + level) / 2, freedom)) * se
    return Difference(value=gap, low=gap - half, high=gap + half, p=float(2 * stats.t.sf(abs(gap) / se, freedom)))


@dataclass(frozen=True, kw_only=True)
class Slope:
    """A robust slope a day, with its interval."""

    a_day: float
    low: float
    high: float


def robust_slope(x: Float64[np.ndarray, " n"], ordinal: Int64[np.ndarray, " n"], *, level: float = LEVEL) -> Slope:
    """The median slope of all pairs of days (Theil-Sen); its interval is widened for days that resemble each other."""
    day = ordinal.astype(np.float64)
    if len(x) > MAX_PAIRS_DAYS:
        week = ordinal // DAYS_A_WEEK
        weeks = np.unique(week)
        x = np.array([np.median(x[week == w]) for w in weeks])
        day, ordinal = weeks * float(DAYS_A_WEEK), weeks
    found = stats.theilslopes(x, day, alpha=level)
    residual = x - (found.intercept + found.slope * day)
    wider = float(np.sqrt(len(x) / effective_days(residual - residual.mean(), ordinal)))
    slope = float(found.slope)
    low, high = slope - wider * (slope - float(found.low_slope)), slope + wider * (float(found.high_slope) - slope)
    return Slope(a_day=slope, low=min(low, slope), high=max(high, slope))


def change_point(
    x: Float64[np.ndarray, " n"], *, edge: int = 7, rounds: int = 499, block: int = 7, seed: int = 0
) -> tuple[int, float] | None:
    """(first day after, permutation p) of the split with the greatest difference of rank means; None if too short.

    Permuted are blocks of seven days, so that a slow wave of weeks is not taken for a change.
    """
    n = len(x)
    if n < 2 * edge + 2:
        return None
    ranks = stats.rankdata(x) - (n + 1) / 2
    k = np.arange(edge, n - edge + 1)
    scale = np.sqrt(k * (n - k) / n)

    def strongest(rows: np.ndarray) -> np.ndarray:
        gap: np.ndarray = np.abs(np.cumsum(rows, axis=1)[:, k - 1] * n / (k * (n - k))) * scale
        return gap

    found = strongest(ranks[None, :])[0]
    at, size = int(k[found.argmax()]), float(found.max())
    shuffled = ranks[block_orders(n, block, rounds, np.random.default_rng(seed))]
    reached = int((strongest(shuffled).max(axis=1) >= size).sum())
    return at, (reached + 1) / (rounds + 1)


def block_orders(n: int, block: int, rounds: int, rng: np.random.Generator) -> Int64[np.ndarray, "round n"]:
    """Orders of n days in which blocks of neighbours stay together; the last block may be shorter."""
    blocks = -(-n // block)
    place = np.arange(blocks * block).reshape(blocks, block)
    order = np.argsort(rng.random((rounds, blocks)), axis=1)
    spread = place[order].reshape(rounds, -1)
    return spread[spread < n].reshape(rounds, n)


@dataclass(frozen=True, kw_only=True)
class Association:
    """Spearman's rank correlation and how often shuffled weeks reach it."""

    rho: float
    p: float
    n: int


def association(
    x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"], *, rounds: int = 999, block: int = 7, seed: int = 0
) -> Association:
    """Rank correlation of paired days; p by permuting blocks of seven pairs of one of them."""
    a, b = stats.rankdata(x), stats.rankdata(y)
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a**2).sum() * (b**2).sum()))
    if size == 0:
        return Association(rho=0.0, p=1.0, n=len(x))
    rho = float((a * b).sum()) / size
    rng = np.random.default_rng(seed)
    # Below six weeks whole blocks have too few orders, so blocks shrink with the data.
    length = max(1, min(block, len(b) // 6))
    shuffled = b[block_orders(len(b), length, rounds, rng)]
    reached = int((np.abs(shuffled @ a) / size >= abs(rho) - 1e-12).sum())
    return Association(rho=rho, p=(reached + 1) / (rounds + 1), n=len(x))

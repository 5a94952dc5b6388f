"""How a channel's minutes were spread over a day: shares of levels, changes of level, peaks, memory, profile.

A day is described by counting, not by curves: how many of its seen minutes lay in each of the channel's usual levels,
how often one level followed another, and so on. Levels are quantiles of the values that are not zero, taken from
training people, so the same formulas serve any channel in any unit. Only seen minutes count.
Sources: transition probabilities and fragmentation of activity, Di et al. 2017 (bioRxiv 182337); peak cadence,
Tudor-Locke et al. 2012 (Prev. Med. 54:6); the rest are plain histograms, percentiles and autocorrelations.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int64

FINE = (0.05, 0.125, 0.2, 0.275, 0.35, 0.425, 0.5, 0.575, 0.65, 0.725, 0.8, 0.875, 0.95, 0.985)
COARSE = (0.4, 0.67, 0.85, 0.95)
"""Quantiles of the values that are not zero at which levels end: 16 fine levels, 6 coarse ones, zero among them."""

SCALES_MIN = (5, 15, 60)  # minutes averaged before the percentiles below are taken
SCALE_SHARES = (0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 1.0)
SCALE_MIN_SEEN = 0.6  # of such a block; one with less seen is left out
PEAK_MINUTES = (1, 5, 15, 30, 60, 120, 240)  # the mean of so many highest minutes
LAGS_MIN = (1, 2, 3, 5, 10, 20, 40, 80)
PROFILE_HOURS = 2
PROFILE_LEAST_MIN = 20  # seen minutes that a two-hour mean is divided by at least
RARE_SHARE = 1e-3  # about one minute a day: keeps the logarithm of a share finite

_F, _K, _P = len(FINE) + 2, len(COARSE) + 2, 24 // PROFILE_HOURS
WIDTH = (
    2 * _F + 2 * _K * _K + 2 * (_K - 1) + len(SCALES_MIN) * len(SCALE_SHARES) + len(PEAK_MINUTES) + len(LAGS_MIN)
    + 2 * _P
)  # fmt: skip
"""Numbers that describe one channel of a day."""
PAIR_WIDTH = 2 * _K * _K
"""Numbers that describe two channels together."""

BLOCK = 256  # days at a time: what lies between then stays in the processor's cache

Days = Float[np.ndarray, "day minute"]
Seen = Bool[np.ndarray, "day minute"]


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Where one channel's levels end (values at `FINE` and `COARSE`), and whether its values are logged for means."""

    fine: tuple[float, ...]
    coarse: tuple[float, ...]
    logged: bool


def fit_levels(values: Float[np.ndarray, " value"], *, logged: bool) -> Levels:
    """Levels of a channel from seen values; without a value other than zero every level is empty."""
    some = values[values != 0].astype(np.float64)
    if not len(some):
        return Levels(fine=(0.0,) * len(FINE), coarse=(0.0,) * len(COARSE), logged=logged)
    return Levels(
        fine=tuple(np.quantile(some, FINE).tolist()), coarse=tuple(np.quantile(some, COARSE).tolist()), logged=logged
    )


def describe_days(values: Days, seen: Seen, levels: Levels) -> Float32[np.ndarray, "day column"]:
    """`WIDTH` numbers a day, finite, 0 for a day without a seen minute; unseen values change nothing."""
    blocks = [_describe(values[i : i + BLOCK], seen[i : i + BLOCK], levels) for i in range(0, len(values), BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros((0, WIDTH), dtype=np.float32)


def describe_pairs(
    first: Days, other: Days, seen: Seen, levels: Levels, other_levels: Levels
) -> Float32[np.ndarray, "day column"]:
    """`PAIR_WIDTH` numbers a day on how the coarse levels of two channels go together in minutes that saw both."""
    code = _level(first, seen, levels.coarse) * _K + _level(other, seen, other_levels.coarse)
    together = _count(code, _K * _K, seen)
    out = np.concatenate([_shares(together), _given_first(together)], axis=1)
    return np.where(seen.any(axis=1)[:, None], out, 0).astype(np.float32)


def _describe(values: Days, seen: Seen, levels: Levels) -> Float32[np.ndarray, "day column"]:
    x = np.where(seen, values, 0).astype(np.float64)
    n = np.maximum(seen.sum(axis=1), 1)
    fine = _count(_level(x, seen, levels.fine), _F, seen) / n[:, None]
    coarse = _level(x, seen, levels.coarse)
    pair = seen[:, 1:] & seen[:, :-1]
    changes = _count(coarse[:, :-1] * _K + coarse[:, 1:], _K * _K, pair)
    parts = [
        np.sqrt(fine), np.log(fine + RARE_SHARE), _shares(changes), _given_first(changes), _fragmentation(changes),
        _scales(x, seen, levels), _peaks(x, seen, levels), _memory(_logged(x, levels), seen, n),
        _profile(x, seen, levels),
    ]  # fmt: skip
    return np.where(seen.any(axis=1)[:, None], np.concatenate(parts, axis=1), 0).astype(np.float32)


def _logged(x: Float64[np.ndarray, "..."], levels: Levels) -> Float64[np.ndarray, "..."]:
    return np.log1p(np.maximum(x, 0)) if levels.logged else x


def _level(x: Days, seen: Seen, ends: tuple[float, ...]) -> Int64[np.ndarray, "day minute"]:
    """0 for a value of zero, then which level; unseen minutes get 0 too and are never counted."""
    there = np.where(seen, x, 0)
    return np.where(there == 0, 0, 1 + np.searchsorted(np.asarray(ends), there, side="left"))


def _count(code: Int64[np.ndarray, "day place"], codes: int, where: Bool[np.ndarray, "day place"]) -> np.ndarray:
    """How often each code stands in each day, among the places that count."""
    days = len(code)
    flat = np.arange(days)[:, None] * (codes + 1) + np.where(where, code, codes)
    found = np.bincount(flat.ravel(), minlength=days * (codes + 1)).reshape(days, codes + 1)
    return found[:, :codes].astype(np.float64)


def _shares(table: np.ndarray) -> np.ndarray:
    """Square roots, which spread small shares and tame large ones."""
    return np.sqrt(table / np.maximum(table.sum(axis=1, keepdims=True), 1))


def _given_first(table: np.ndarray) -> np.ndarray:
    """Log probability of the second level given the first, one count added to each."""
    square = table.reshape(-1, _K, _K)
    return np.log((square + 1) / (square.sum(axis=2, keepdims=True) + _K)).reshape(table.shape)


def _fragmentation(changes: np.ndarray) -> np.ndarray:
    """For each coarse level: log odds a minute of falling below it, and of rising to it."""
    square, out = changes.reshape(-1, _K, _K), []
    for k in range(1, _K):
        below, above = square[:, :k].sum(axis=(1, 2)), square[:, k:].sum(axis=(1, 2))
        falls, rises = square[:, k:, :k].sum(axis=(1, 2)), square[:, :k, k:].sum(axis=(1, 2))
        out += [np.log((falls + 1) / (above + 5)), np.log((rises + 1) / (below + 5))]
    return np.stack(out, axis=1)


def _scales(x: np.ndarray, seen: Seen, levels: Levels) -> np.ndarray:
    """Percentiles of the means of 5, 15 and 60 minutes; 0 where no block was seen enough."""
    out = []
    for minutes in SCALES_MIN:
        n = seen.reshape(len(x), -1, minutes).sum(axis=2)
        mean = _logged(x.reshape(len(x), -1, minutes).sum(axis=2) / np.maximum(n, 1), levels)
        enough = n > SCALE_MIN_SEEN * minutes
        ranked = np.sort(np.where(enough, mean, np.inf), axis=1)
        last = np.maximum(enough.sum(axis=1) - 1, 0)
        rows = np.arange(len(x))
        for share in SCALE_SHARES:
            place = share * last
            low = np.floor(place).astype(np.int64)
            a, b = ranked[rows, low], ranked[rows, np.minimum(low + 1, last)]
            a, b = np.where(np.isfinite(a), a, 0), np.where(np.isfinite(b), b, 0)
            out.append(a + (b - a) * (place - low))
    return np.stack(out, axis=1)


def _peaks(x: np.ndarray, seen: Seen, levels: Levels) -> np.ndarray:
    most = max(PEAK_MINUTES)
    top = -np.sort(np.partition(np.where(seen, -x, np.inf), most, axis=1)[:, :most], axis=1)
    total = np.where(np.isfinite(top), top, 0).cumsum(axis=1)
    return _logged(np.stack([total[:, k - 1] / k for k in PEAK_MINUTES], axis=1), levels)


def _memory(y: np.ndarray, seen: Seen, n: np.ndarray) -> np.ndarray:
    """Autocorrelation over pairs of seen minutes."""
    d = np.where(seen, y - (y * seen).sum(axis=1, keepdims=True) / n[:, None], 0)
    variance = np.maximum((d * d).sum(axis=1) / n, 1e-6)
    out = []
    for lag in LAGS_MIN:
        pairs = np.maximum((seen[:, lag:] & seen[:, :-lag]).sum(axis=1), 1)
        out.append(np.einsum("dm,dm->d", d[:, lag:], d[:, :-lag]) / pairs / variance)
    return np.stack(out, axis=1)


def _profile(x: np.ndarray, seen: Seen, levels: Levels) -> np.ndarray:
    """Mean and share of zeros of every two hours of the clock; an hour hardly worn counts as hardly active."""
    n = np.maximum(seen.reshape(len(x), _P, -1).sum(axis=2), PROFILE_LEAST_MIN)
    y = np.where(seen, _logged(x, levels), 0).reshape(len(x), _P, -1).sum(axis=2)
    zero = (seen & (x == 0)).reshape(len(x), _P, -1).sum(axis=2)
    return np.concatenate([y / n, zero / n], axis=1)

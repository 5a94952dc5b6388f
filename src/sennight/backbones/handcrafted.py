"""Engineered features: 20 a channel and day, computed over the minutes that were seen.

The baseline every learned model stands beside. The list is the one reported for the SensorFM line
(second-hand, see docs/decisions/0008); each feature is its textbook definition, restricted to seen
minutes, so that a device on the night table does not count as rest. No torch.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64

from sennight.backbones.backbone import OverDays
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, WindowBatch

FEATURES = (
    "mean", "sd", "median", "iqr", "skewness", "kurtosis", "cv", "rms", "p05", "p95", "share_zero", "missing_rate",
    "mean_abs_change", "rmssd", "mean_crossing_rate", "hjorth_complexity", "cosinor_amplitude", "cosinor_acrophase",
    "intradaily_variability", "lag1_autocorrelation",
)  # fmt: skip

BLOCK = 64  # days of one channel at a time: their intermediate arrays then stay in the processor's cache
TINY = 1e-9  # keeps ratios finite where a channel never varied


@dataclass(frozen=True, kw_only=True)
class HandcraftedConfig:
    """Which channels to describe, and how days are pooled; the features themselves have no settings."""

    channels: tuple[str, ...]
    over_days: OverDays = OverDays.MEAN_SD
    """Mean and sd over days is the published protocol; the mean alone often does better with few people."""

    def build(self) -> "Handcrafted":
        """The backbone."""
        return Handcrafted(self)


class Handcrafted:
    """20 features a channel and day; a week is the mean over its worn days."""

    name = "engineered"

    def __init__(self, config: HandcraftedConfig) -> None:
        self.config = config
        self.channels = config.channels
        self.over_days = config.over_days
        self.width = len(FEATURES) * len(config.channels)

    @property
    def fingerprint(self) -> str:
        """Hash over the feature list and channels."""
        pooled = ("mean",) if self.over_days is OverDays.MEAN else ()
        text = "|".join((*FEATURES, "v1", *self.channels, *pooled))
        return "engineered-" + hashlib.sha256(text.encode()).hexdigest()[:12]

    def encode_windows(self, batch: WindowBatch) -> Float32[np.ndarray, "batch width"]:
        """Features of each window; a channel never seen gives 0 everywhere and a missing rate of 1."""
        if not set(self.channels) & set(batch.channels):
            raise InputError(
                "the windows hold none of the channels to describe",
                todo=f"They hold {', '.join(batch.channels)}; asked for {', '.join(self.channels)}.",
            )
        batch = batch.select(self.channels)
        b, t, c = batch.values.shape
        days = t // MINUTES_PER_DAY
        values = batch.values.transpose(0, 2, 1).reshape(b * c * days, MINUTES_PER_DAY)
        seen = batch.seen.transpose(0, 2, 1).reshape(b * c * days, MINUTES_PER_DAY)
        blocks = [day_features(values[i : i + BLOCK], seen[i : i + BLOCK]) for i in range(0, len(values), BLOCK)]
        features = np.concatenate(blocks).reshape(b, c, days, len(FEATURES))
        worn = seen.any(axis=1).reshape(b, c, days, 1)
        mean = (features * worn).sum(axis=2) / np.maximum(worn.sum(axis=2), 1)
        # A week's missing rate counts the days that were not worn at all.
        k = FEATURES.index("missing_rate")
        mean[..., k] = features[..., k].mean(axis=2)
        return mean.reshape(b, self.width).astype(np.float32)


def day_features(
    values: Float32[np.ndarray, "day minute"], seen: Bool[np.ndarray, "day minute"]
) -> Float64[np.ndarray, "day feature"]:
    """The features in the order of `FEATURES`, finite everywhere."""
    n = seen.sum(axis=1)
    some = np.maximum(n, 1).astype(np.float64)
    x = np.where(seen, values, 0).astype(np.float64)
    mean = x.sum(axis=1) / some
    d = np.where(seen, x - mean[:, None], 0.0)
    square = d * d
    m2 = square.sum(axis=1) / some
    sd = np.sqrt(m2)
    spread = sd > TINY * np.maximum(1, np.abs(mean))
    safe_sd = np.where(spread, sd, 1.0)
    skewness = np.where(spread, (square * d).sum(axis=1) / some / safe_sd**3, 0)
    kurtosis = np.where(spread, (square * square).sum(axis=1) / some / safe_sd**4 - 3, 0)

    p05, p25, median, p75, p95 = _percentiles(values, seen, n, (0.05, 0.25, 0.5, 0.75, 0.95))

    pair = seen[:, 1:] & seen[:, :-1]
    n_pair = np.maximum(pair.sum(axis=1), 1)
    step = np.where(pair, x[:, 1:] - x[:, :-1], 0.0)
    mean_abs_change = np.abs(step).sum(axis=1) / n_pair
    step_ms = (step * step).sum(axis=1) / n_pair
    crossing = (pair & ((d[:, 1:] > 0) != (d[:, :-1] > 0))).sum(axis=1) / n_pair
    lag1 = np.where(spread, (np.where(pair, d[:, 1:] * d[:, :-1], 0)).sum(axis=1) / n_pair / safe_sd**2, 0)
    amplitude, acrophase = _cosinor(d, seen, some)

    columns = {
        "mean": mean,
        "sd": sd,
        "median": median,
        "iqr": p75 - p25,
        "skewness": skewness,
        "kurtosis": kurtosis,
        "cv": np.where(np.abs(mean) > TINY, sd / np.where(np.abs(mean) > TINY, mean, 1), 0),
        "rms": np.sqrt((x * x).sum(axis=1) / some),
        "p05": p05,
        "p95": p95,
        "share_zero": (seen & (values == 0)).sum(axis=1) / some,
        "missing_rate": 1 - n / seen.shape[1],
        "mean_abs_change": mean_abs_change,
        "rmssd": np.sqrt(step_ms),
        "mean_crossing_rate": crossing,
        "hjorth_complexity": _hjorth_complexity(step, pair, m2, step_ms),
        "cosinor_amplitude": amplitude,
        "cosinor_acrophase": acrophase,
        "intradaily_variability": _intradaily_variability(x, seen),
        "lag1_autocorrelation": lag1,
    }
    return np.stack([columns[name] for name in FEATURES], axis=1)


def _percentiles(
    values: np.ndarray, seen: np.ndarray, n: np.ndarray, shares: tuple[float, ...]
) -> tuple[np.ndarray, ...]:
    """Linear-interpolated percentiles over seen minutes; 0 where nothing was seen."""
    ranked = np.sort(np.where(seen, values, np.float32(np.inf)), axis=1)
    rows = np.arange(len(values))
    out = []
    for share in shares:
        place = share * np.maximum(n - 1, 0)
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(n - 1, 0))
        a, b = ranked[rows, low].astype(np.float64), ranked[rows, high].astype(np.float64)
        a, b = np.where(n > 0, a, 0), np.where(n > 0, b, 0)
        out.append(a + (b - a) * (place - low))
    return tuple(out)


def _hjorth_complexity(step: np.ndarray, pair: np.ndarray, m2: np.ndarray, step_ms: np.ndarray) -> np.ndarray:
    """Mobility of the first difference over mobility of the signal. Source: Hjorth 1970."""
    triple = pair[:, 1:] & pair[:, :-1]
    second = np.where(triple, step[:, 1:] - step[:, :-1], 0.0)
    second_ms = (second * second).sum(axis=1) / np.maximum(triple.sum(axis=1), 1)
    ok = (step_ms > TINY) & (m2 > TINY)
    mobility = np.sqrt(np.where(ok, step_ms / np.where(ok, m2, 1), 0))
    mobility_of_step = np.sqrt(np.where(ok, second_ms / np.where(ok, step_ms, 1), 0))
    return np.where(ok, mobility_of_step / np.where(ok, mobility, 1), 0)


def _cosinor(d: np.ndarray, seen: np.ndarray, some: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude and acrophase (hours) of the 24-hour wave, by least squares on seen minutes.

    Source: Nelson et al. 1979, cosinor. The 2 x 2 normal equations are of the centred regressors.
    """
    angle = 2 * np.pi * np.arange(seen.shape[1]) / MINUTES_PER_DAY
    c, s = np.cos(angle), np.sin(angle)
    w = seen.astype(np.float64)
    mc, ms = w @ c / some, w @ s / some
    cc, ss, cs = w @ (c * c) / some - mc**2, w @ (s * s) / some - ms**2, w @ (c * s) / some - mc * ms
    yc, ys = d @ c / some, d @ s / some
    det = cc * ss - cs**2
    ok = det > 1e-6  # less than about an hour seen: the wave cannot be told from the mean
    det = np.where(ok, det, 1)
    beta_c, beta_s = (ss * yc - cs * ys) / det, (cc * ys - cs * yc) / det
    amplitude = np.where(ok, np.hypot(beta_c, beta_s), 0)
    acrophase = np.where(ok, (np.arctan2(beta_s, beta_c) / (2 * np.pi) * 24) % 24, 0)
    return amplitude, acrophase


def _intradaily_variability(x: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Mean squared change between hourly means over their variance. Source: Witting et al. 1990."""
    rows = len(x)
    n = seen.reshape(rows, 24, -1).sum(axis=2)
    there = n > 0
    hour = x.reshape(rows, 24, -1).sum(axis=2) / np.maximum(n, 1)
    count = np.maximum(there.sum(axis=1), 1)
    centred = np.where(there, hour - (hour * there).sum(axis=1, keepdims=True) / count[:, None], 0)
    variance = (centred**2).sum(axis=1) / count
    both = there[:, 1:] & there[:, :-1]
    change = (np.where(both, hour[:, 1:] - hour[:, :-1], 0) ** 2).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    ok = variance > TINY
    return np.where(ok, change / np.where(ok, variance, 1), 0)

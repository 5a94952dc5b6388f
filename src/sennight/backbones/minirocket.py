"""MiniRocket features: how often each of a fixed set of dilated kernels is above its bias. A strong plain baseline.

84 kernels of nine taps, three of them 2 and the others -1, at dilations spread over the window; the only thing fitted
are the biases, quantiles of what the kernels give on a few windows of training people. Unseen minutes are 0, counts
are logged. A feature is the share of minutes above the bias. No torch.

Source: Dempster, Schmidt and Webb 2021, arXiv 2012.08791. Written from the paper: the libraries that have it bring
numba or a whole toolkit.
"""

import hashlib
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float32, Int64

from sennight.backbones.backbone import OverDays
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, Kind, WindowBatch, channel

TAPS = 9
KERNELS = tuple(combinations(range(TAPS), 3))  # where the three 2s stand: 84 of them
MAX_DILATIONS = 32
GOLDEN = (np.sqrt(5) + 1) / 2
BLOCK = 32  # windows of one channel at a time: their copies then stay in the processor's cache


@dataclass(frozen=True, kw_only=True)
class MiniRocketConfig:
    """Channels, and about how many features each gives (a multiple of 84 below it)."""

    channels: tuple[str, ...]
    features: int = 1_000
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.channels or self.features < len(KERNELS):
            raise InputError(f"MiniRocket needs a channel and at least {len(KERNELS)} features")

    def build(self, sample: WindowBatch) -> "MiniRocket":
        """The backbone, its biases fitted to windows of people who are not judged by it."""
        return MiniRocket(self, sample)


class MiniRocket:
    """Shares of days above bias; a week is the mean over its days."""

    name = "minirocket"
    over_days = OverDays.MEAN_SD

    def __init__(self, config: MiniRocketConfig, sample: WindowBatch) -> None:
        self.config = config
        self.channels = config.channels
        self.dilations, self.per_dilation = _dilations(MINUTES_PER_DAY, config.features)
        self.width = len(config.channels) * len(KERNELS) * int(self.per_dilation.sum())
        self.biases = self._fit(_days(sample, self.channels))

    @property
    def fingerprint(self) -> str:
        """Hash over settings and biases."""
        digest = hashlib.sha256(f"v1 {self.config!r}".encode() + self.biases.tobytes())
        return f"minirocket-{digest.hexdigest()[:12]}"

    def _fit(self, days: Float32[np.ndarray, "day channel minute"]) -> Float32[np.ndarray, "channel bias"]:
        """Quantiles at a low-discrepancy sequence, each kernel and dilation on a day drawn for it."""
        if not len(days):
            raise InputError("MiniRocket has no window to fit its biases on")
        rng = np.random.default_rng(self.config.seed)
        biases = []
        for c in range(len(self.channels)):
            mine: list[np.ndarray] = []
            for dilation, n in zip(self.dilations.tolist(), self.per_dilation.tolist(), strict=True):
                drawn = rng.integers(0, len(days), len(KERNELS))
                for k, kernel in enumerate(KERNELS):
                    found = _convolve(days[drawn[k], c][None], dilation, kernel)[0]
                    place = (np.arange(1, n + 1) + len(mine) * n) * GOLDEN % 1
                    mine.append(np.quantile(found, place))
            biases.append(np.concatenate(mine))
        return np.stack(biases).astype(np.float32)

    def encode_windows(self, batch: WindowBatch) -> Float32[np.ndarray, "batch width"]:
        """Raises: InputError if the windows hold none of the channels."""
        if not set(self.channels) & set(batch.channels):
            raise InputError("the windows hold none of the channels to describe")
        days = _days(batch, self.channels)
        out = np.concatenate([self._shares(days[i : i + BLOCK]) for i in range(0, len(days), BLOCK)])
        return out.reshape(len(batch), -1, self.width).mean(axis=1).astype(np.float32)

    def _shares(self, days: Float32[np.ndarray, "day channel minute"]) -> Float32[np.ndarray, "day width"]:
        columns = []
        for c in range(len(self.channels)):
            x, at = days[:, c], 0
            for dilation, n in zip(self.dilations.tolist(), self.per_dilation.tolist(), strict=True):
                shifted = _shifts(x, dilation)
                total = -sum(shifted[1:], shifted[0].copy())
                for i, kernel in enumerate(KERNELS):
                    found = total + 3 * (shifted[kernel[0]] + shifted[kernel[1]] + shifted[kernel[2]])
                    if i % 2:  # every other kernel looks at whole overlaps only
                        edge = TAPS // 2 * dilation
                        found = found[:, edge : found.shape[1] - edge]
                    columns += [(found > bias).mean(axis=1, dtype=np.float32) for bias in self.biases[c, at : at + n]]
                    at += n
        return np.stack(columns, axis=1)


def _dilations(length: int, features: int) -> tuple[Int64[np.ndarray, " dilation"], Int64[np.ndarray, " dilation"]]:
    """Dilations, exponentially spread up to the window, and features a kernel gets at each."""
    each = features // len(KERNELS)
    exponents = np.linspace(0, np.log2((length - 1) / (TAPS - 1)), min(each, MAX_DILATIONS))
    dilations, counts = np.unique((2**exponents).astype(np.int64), return_counts=True)
    share = (counts * (each / counts.sum())).astype(np.int64)
    share[: each - share.sum()] += 1
    return dilations, share


def _shifts(x: Float32[np.ndarray, "day minute"], dilation: int) -> list[np.ndarray]:
    """The nine taps: x moved by -4 to 4 dilations, 0 beyond its ends."""
    out = []
    for tap in range(TAPS):
        by = (tap - TAPS // 2) * dilation
        moved = np.zeros_like(x)
        if by > 0:
            moved[:, :-by] = x[:, by:]
        elif by < 0:
            moved[:, -by:] = x[:, :by]
        else:
            moved[:] = x
        out.append(moved)
    return out


def _convolve(x: Float32[np.ndarray, "day minute"], dilation: int, kernel: tuple[int, ...]) -> np.ndarray:
    """One kernel over days, padded with zeros."""
    shifted = _shifts(x, dilation)
    return -sum(shifted[1:], shifted[0].copy()) + 3 * sum(shifted[tap] for tap in kernel)


def _days(batch: WindowBatch, channels: tuple[str, ...]) -> Float32[np.ndarray, "day channel minute"]:
    """Windows cut into days, unseen minutes 0, counts logged."""
    batch = batch.select(channels)
    counts = np.array([channel(name).kind is Kind.COUNT for name in channels])
    values = np.where(batch.seen, batch.values, np.float32(0))
    values = np.where(counts, np.log1p(np.maximum(values, 0)), values)
    b, _, c = values.shape
    days = values.reshape(b, values.shape[1] // MINUTES_PER_DAY, MINUTES_PER_DAY, c).transpose(0, 1, 3, 2)
    return np.ascontiguousarray(days.reshape(-1, c, MINUTES_PER_DAY), dtype=np.float32)

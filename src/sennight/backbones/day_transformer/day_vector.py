"""The day vector: what one day says of its person, from how its minutes were spread.

The encoder sees some minutes at a time and pools them; how often a level of activity was reached, and what followed
what, is lost in such a mean. So the day vector is made of the day's distribution (`signals.day_distribution`),
channel by channel and each channel with the next, standardised on training people. Levels, means and spreads are
buffers: they travel with the weights.
Letters: B windows, T minutes, C channels, D numbers of the distribution, V width of the vector.
"""

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn

from sennight.record import MINUTES_PER_DAY, WindowBatch
from sennight.signals.day_distribution import (
    COARSE,
    FINE,
    PAIR_WIDTH,
    WIDTH,
    Levels,
    describe_days,
    describe_pairs,
    fit_levels,
)

CLIP_SD = 5.0  # standardised numbers beyond are clipped, as values are
MIN_SD = 1e-6  # a number that never varied in training says nothing, and must not be blown up


def distribution_width(channels: int) -> int:
    """D: numbers that describe a day of so many channels."""
    return WIDTH * channels + PAIR_WIDTH * max(channels - 1, 0)


class DayVector(nn.Module):
    """Distribution, and the `pooled` tokens if their width is above 0, to one vector: a linear and a residual layer."""

    def __init__(self, *, logged: tuple[bool, ...], width: int, pooled: int = 0) -> None:
        super().__init__()
        self.logged, self.inputs, self.width = logged, distribution_width(len(logged)), width
        self.from_distribution = nn.Linear(self.inputs, width)
        self.from_pooled = nn.Sequential(nn.LayerNorm(pooled), nn.Linear(pooled, width)) if pooled else None
        self.norm_first = nn.LayerNorm(width)
        self.second = nn.Linear(width, width)
        self.norm_second = nn.LayerNorm(width)
        self.register_buffer("fine", torch.zeros(len(logged), len(FINE), dtype=torch.float64))
        self.register_buffer("coarse", torch.zeros(len(logged), len(COARSE), dtype=torch.float64))
        self.register_buffer("mean", torch.zeros(self.inputs))
        self.register_buffer("sd", torch.ones(self.inputs))
        self.fine: Tensor
        self.coarse: Tensor
        self.mean: Tensor
        self.sd: Tensor

    def forward(
        self, distribution_BD: Float[Tensor, "B D"], pooled: Float[Tensor, "B pooled"] | None = None
    ) -> Float[Tensor, "B V"]:
        first = self.from_distribution(distribution_BD)
        if self.from_pooled is not None and pooled is not None:
            first = first + self.from_pooled(pooled)
        x_BV = F.gelu(self.norm_first(first))
        vector: Tensor = x_BV + F.gelu(self.norm_second(self.second(x_BV)))
        return vector

    def fit(self, batch: WindowBatch) -> None:
        """Take levels, means and spreads from windows of training people; `batch` holds the channels in order."""
        for k, logged in enumerate(self.logged):
            levels = fit_levels(batch.values[..., k][batch.seen[..., k]], logged=logged)
            self.fine[k] = torch.tensor(levels.fine, dtype=torch.float64)
            self.coarse[k] = torch.tensor(levels.coarse, dtype=torch.float64)
        raw, there = _over_days(*self.count(batch))
        n = np.maximum(there.sum(axis=0), 1)
        mean = (raw * there).sum(axis=0) / n
        spread = np.sqrt((((raw - mean) * there) ** 2).sum(axis=0) / n)
        self.mean.copy_(torch.from_numpy(mean))
        self.sd.copy_(torch.from_numpy(np.where(spread > MIN_SD, spread, np.inf)))

    def take_scales(self, other: "DayVector") -> None:
        """The levels, means and spreads of another of the same channels."""
        for (_, mine), (_, theirs) in zip(self.named_buffers(), other.named_buffers(), strict=True):
            mine.copy_(theirs)

    def distribution(self, batch: WindowBatch) -> Float32[Tensor, "B D"]:
        """The standardised distribution of each window; 0, the training mean, for a channel that was not seen."""
        return self.standardised(*self.count(batch))

    def standardised(
        self, raw: Float32[np.ndarray, "B day D"], known: Bool[np.ndarray, "B day D"]
    ) -> Float32[Tensor, "B D"]:
        """The distribution of windows from what `count` gave of their days, or of some of their days."""
        mean, there = _over_days(raw, known)
        z = (torch.from_numpy(mean).to(self.mean.device) - self.mean) / self.sd
        return torch.where(torch.from_numpy(there).to(z.device), z.clamp(-CLIP_SD, CLIP_SD), 0).float()

    def count(self, batch: WindowBatch) -> tuple[Float32[np.ndarray, "B day D"], Bool[np.ndarray, "B day D"]]:
        """The numbers of each day of each window, not yet standardised, and which of them are known."""
        b, days = len(batch), batch.values.shape[1] // MINUTES_PER_DAY
        values = batch.values.reshape(b * days, MINUTES_PER_DAY, -1)
        seen = batch.seen.reshape(b * days, MINUTES_PER_DAY, -1)
        levels = [
            Levels(fine=tuple(f), coarse=tuple(c), logged=logged)
            for f, c, logged in zip(self.fine.tolist(), self.coarse.tolist(), self.logged, strict=True)
        ]
        blocks, known = [], []
        for k, mine in enumerate(levels):
            blocks.append(describe_days(values[..., k], seen[..., k], mine))
            known.append(np.repeat(np.any(seen[..., k], axis=1, keepdims=True), WIDTH, axis=1))
        for k in range(len(levels) - 1):
            both = seen[..., k] & seen[..., k + 1]
            blocks.append(describe_pairs(values[..., k], values[..., k + 1], both, levels[k], levels[k + 1]))
            known.append(np.repeat(np.any(both, axis=1, keepdims=True), PAIR_WIDTH, axis=1))
        raw = np.concatenate(blocks, axis=1).reshape(b, days, -1)
        return raw, np.concatenate(known, axis=1).reshape(b, days, -1)


def _over_days(
    raw: Float32[np.ndarray, "B day D"], known: Bool[np.ndarray, "B day D"]
) -> tuple[Float32[np.ndarray, "B D"], Bool[np.ndarray, "B D"]]:
    """The mean of each number over the days that have it, and which have one."""
    n = known.sum(axis=1)
    return ((raw * known).sum(axis=1) / np.maximum(n, 1)).astype(np.float32), n > 0

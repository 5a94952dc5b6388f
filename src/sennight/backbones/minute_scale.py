"""Weeks as PAT and its baselines take them: unseen minutes filled with 0, each minute of the window standardised.

The published pipeline fills what is missing with zeros and standardises each of the 10,080 minutes over the people of
a split, each split by itself. Here mean and sd come from training people alone and serve everybody; scalers fitted on
the people who are judged would leak. What stays of it is its weakness: a minute off body looks like one without
movement, so the wear pattern is part of what these models see. No unseen value can change anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor, nn

from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, WindowBatch

MIN_SD = 1e-6  # a minute in which everybody shows the same is centred, not blown up


@dataclass(frozen=True, kw_only=True, eq=False)
class MinuteMoments:
    """Mean and sd of each minute of the window and each channel, over windows with unseen minutes at 0."""

    mean: Float32[np.ndarray, "minute channel"]
    sd: Float32[np.ndarray, "minute channel"]


def minute_moments(batches: Iterable[WindowBatch], channels: tuple[str, ...]) -> MinuteMoments:
    """Fit on the windows of training people. Raises: InputError if there are none."""
    n = 0
    total = square = np.zeros(0)
    for batch in batches:
        x = _filled(batch, channels).astype(np.float64)
        first, second = x.sum(axis=0), (x * x).sum(axis=0)
        total, square = (first, second) if n == 0 else (total + first, square + second)
        n += len(x)
    if n == 0:
        raise InputError("there are no windows to standardise minutes by")
    mean = total / n
    sd = np.sqrt(np.maximum(square / n - mean**2, 0))
    return MinuteMoments(mean=mean.astype(np.float32), sd=np.where(sd > MIN_SD, sd, 1).astype(np.float32))


class MinuteScale(nn.Module):
    """Windows into standardised minutes; its moments are saved with the weights."""

    def __init__(self, *, channels: tuple[str, ...], days: int) -> None:
        super().__init__()
        self.channels, self.days = channels, days
        shape = (days * MINUTES_PER_DAY, len(channels))
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("sd", torch.ones(shape))
        self.mean: Tensor
        self.sd: Tensor

    def fit(self, moments: MinuteMoments) -> None:
        """Take these moments. Raises: InputError if they are of another window."""
        if moments.mean.shape != tuple(self.mean.shape):
            raise InputError(f"moments of {moments.mean.shape} minutes and channels, not of {tuple(self.mean.shape)}")
        with torch.no_grad():
            self.mean.copy_(torch.from_numpy(moments.mean))
            self.sd.copy_(torch.from_numpy(moments.sd))

    def forward(self, batch: WindowBatch) -> Float32[Tensor, "B T C"]:
        """Raises: InputError if the windows have another length, or none of the channels."""
        if not set(self.channels) & set(batch.channels):
            raise InputError(
                "the windows hold none of the channels this model knows",
                todo=f"They hold {', '.join(batch.channels)}; it knows {', '.join(self.channels)}.",
            )
        minutes = self.days * MINUTES_PER_DAY
        if batch.values.shape[1] != minutes:
            raise InputError(f"this model takes windows of {minutes} minutes, not of {batch.values.shape[1]}")
        filled = torch.from_numpy(_filled(batch, self.channels)).to(self.mean.device)
        scaled: Tensor = (filled - self.mean) / self.sd
        return scaled


def _filled(batch: WindowBatch, channels: tuple[str, ...]) -> Float32[np.ndarray, "B T C"]:
    batch = batch if batch.channels == channels else batch.select(channels)
    return np.where(batch.seen, batch.values, np.float32(0))

"""Half-hour profile: the mean of each half hour and the worn minutes. The plainest description of a day that works.

The floor under every other backbone: the design's own figures for the 35 tasks were measured with it. No torch.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from sennight.backbones.backbone import OverDays
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, Kind, WindowBatch, channel

HALF_HOURS = 48


@dataclass(frozen=True, kw_only=True)
class ProfileConfig:
    """Which channels to describe; counts are logged, since their means are those of a few minutes otherwise."""

    channels: tuple[str, ...]

    def build(self) -> "Profile":
        """The backbone."""
        return Profile(self)


class Profile:
    """48 half-hour means a channel (0 where nothing was seen) and the share of minutes worn."""

    name = "half_hour"
    over_days = OverDays.MEAN_SD

    def __init__(self, config: ProfileConfig) -> None:
        self.config = config
        self.channels = config.channels
        self.width = (HALF_HOURS + 1) * len(config.channels)

    @property
    def fingerprint(self) -> str:
        """Hash over the channels and the rule."""
        return "half_hour-" + hashlib.sha256("|".join(("v1", *self.channels)).encode()).hexdigest()[:12]

    def encode_windows(self, batch: WindowBatch) -> Float32[np.ndarray, "batch width"]:
        """Profiles of each window; a week is the mean over its days. Raises: InputError on foreign channels."""
        if not set(self.channels) & set(batch.channels):
            raise InputError("the windows hold none of the channels to describe")
        batch = batch.select(self.channels)
        b, t, c = batch.values.shape
        days = t // MINUTES_PER_DAY
        counts = np.array([channel(name).kind is Kind.COUNT for name in self.channels])
        values = np.where(batch.seen, batch.values, 0)
        values = np.where(counts, np.log1p(np.maximum(values, 0)), values)
        shape = (b, days, HALF_HOURS, MINUTES_PER_DAY // HALF_HOURS, c)
        # Over all minutes, not the seen ones: how much of a half hour was worn is part of this profile.
        profile = values.reshape(shape).mean(axis=3).mean(axis=1)
        worn = batch.seen.mean(axis=1, dtype=np.float32)[:, None, :]
        return np.concatenate([profile, worn], axis=1).reshape(b, self.width).astype(np.float32)

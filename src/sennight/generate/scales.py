"""From a channel's unit to the scaled unit in which models and errors are compared, and back into possible values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64

from sennight.backbones.day_transformer import ChannelScale, Transform
from sennight.errors import InputError
from sennight.record import CHANNELS, Kind

LIMIT_SD = 5.0  # as in the day transformer: a z-score beyond is clipped


@dataclass(frozen=True, kw_only=True, eq=False)
class Scales:
    """How each channel is scaled, as arrays in the order of `channels`."""

    scales: tuple[ChannelScale, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels, in order."""
        return tuple(s.channel for s in self.scales)

    def of(self, channels: Sequence[str]) -> "Scales":
        """Those of these channels, in this order. Raises: InputError if one is not known."""
        known = {s.channel: s for s in self.scales}
        unknown = [c for c in channels if c not in known]
        if unknown:
            raise InputError(
                f"channel '{unknown[0]}' has no scale here", todo=f"Known: {', '.join(known)}. Learn a filler with it."
            )
        return Scales(scales=tuple(known[c] for c in channels))

    def _arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        logged = np.array([s.transform is Transform.LOG for s in self.scales])
        binary = np.array([s.transform is Transform.BINARY for s in self.scales])
        mean = np.array([0.0 if s.transform is Transform.BINARY else s.mean for s in self.scales], dtype=np.float32)
        sd = np.array([1.0 if s.transform is Transform.BINARY else s.sd for s in self.scales], dtype=np.float32)
        return logged, binary, mean, sd

    def scaled(self, values: Float32[np.ndarray, "*place channel"]) -> Float32[np.ndarray, "*place channel"]:
        """Values in scaled units: logged counts, z-scores clipped at 5; binary channels stay 0 and 1."""
        logged, _, mean, sd = self._arrays()
        x = np.where(logged, np.log1p(np.maximum(values, 0)), values)
        return np.clip((x - mean) / sd, -LIMIT_SD, LIMIT_SD).astype(np.float32)

    def natural(
        self, scaled: Float32[np.ndarray, " cell"], channel: Int64[np.ndarray, " cell"]
    ) -> Float32[np.ndarray, " cell"]:
        """Cells back in their channel's unit, inside its possible range."""
        logged, _, mean, sd = self._arrays()
        x = scaled * sd[channel] + mean[channel]
        x = np.where(logged[channel], np.expm1(np.minimum(x, 20.0)), x)
        return self.clipped(x.astype(np.float32), channel)

    def clipped(
        self, values: Float32[np.ndarray, " cell"], channel: Int64[np.ndarray, " cell"]
    ) -> Float32[np.ndarray, " cell"]:
        """Natural values inside their channel's possible range."""
        low, high = self.ranges()
        return np.clip(values, low[channel], high[channel])

    def ranges(self) -> tuple[Float32[np.ndarray, " channel"], Float32[np.ndarray, " channel"]]:
        """Lowest and highest possible value of each channel, in its unit."""
        held = [CHANNELS[c] for c in self.channels]
        return np.array([c.low for c in held], dtype=np.float32), np.array([c.high for c in held], dtype=np.float32)

    @property
    def counts(self) -> np.ndarray:
        """Which channels count something, so that 0 is common and exact."""
        return np.array([CHANNELS[c].kind is Kind.COUNT for c in self.channels])

    @property
    def binary(self) -> np.ndarray:
        """Which channels are yes or no."""
        return self._arrays()[1]

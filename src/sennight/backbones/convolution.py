"""Convolutional baselines in PAT's shapes: a 1-D CNN over minutes, a 3-D CNN over days, hours and minutes.

Letters: B windows, T minutes, C channels, D days. Shapes of layers: the public notebooks of PAT, arXiv 2411.15240.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from sennight.backbones.minute_scale import MinuteScale
from sennight.backbones.network import HeadShape, WeekNetwork
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, WINDOW_DAYS, WindowBatch

FIRST, SECOND = 32, 64  # filters
KERNEL = 3
HOURS, MINUTES = 24, 60


class ConvolutionKind(StrEnum):
    """MINUTES slides over the window as one line; GRID over a box of days, hours and minutes."""

    MINUTES = "cnn_1d"
    GRID = "cnn_3d"


@dataclass(frozen=True, kw_only=True)
class ConvolutionConfig:
    """Two convolutions with pooling.

    Raises: InputError if no channel is given, or the window is neither 1 nor 7 days.
    """

    channels: tuple[str, ...]
    kind: ConvolutionKind = ConvolutionKind.MINUTES
    window_days: int = 7

    def __post_init__(self) -> None:
        if not self.channels or len(set(self.channels)) != len(self.channels):
            raise InputError("a convolution needs at least one channel, each listed once")
        if self.window_days not in WINDOW_DAYS:
            raise InputError(f"window_days={self.window_days}: a window is 1 or 7 days")

    def build(self) -> "Convolution":
        """The model, with random weights from torch's current seed."""
        return Convolution(self)

    @classmethod
    def from_dict(cls, fields: dict[str, object]) -> "ConvolutionConfig":
        """The inverse of `dataclasses.asdict`. Raises: InputError on an unknown key or value."""
        try:
            channels = fields["channels"]
            if set(fields) != {"channels", "kind", "window_days"} or not isinstance(channels, Sequence):
                raise ValueError("it has the keys channels, kind and window_days")
            return cls(
                channels=tuple(map(str, channels)),
                kind=ConvolutionKind(str(fields["kind"])),
                window_days=int(str(fields["window_days"])),
            )
        except (KeyError, ValueError) as error:
            raise InputError(f"a convolution config does not parse: {error}") from error


class Convolution(WeekNetwork):
    """See `ConvolutionConfig`."""

    def __init__(self, config: ConvolutionConfig) -> None:
        super().__init__()
        self.config = config
        self.name = str(config.kind)
        self.channels = config.channels
        self.window_days = config.window_days
        self.scale = MinuteScale(channels=config.channels, days=config.window_days)
        c = len(config.channels)
        if config.kind is ConvolutionKind.MINUTES:
            self.first: nn.Module = nn.Conv1d(c, FIRST, KERNEL)
            self.second: nn.Module = nn.Conv1d(FIRST, SECOND, KERNEL)
            self.width = SECOND
            self.head_shape = HeadShape(hidden=64, before=0.0, after=0.5)
        else:
            self.first = nn.Conv3d(c, FIRST, KERNEL, padding="same")
            self.second = nn.Conv3d(FIRST, SECOND, KERNEL, padding="same")
            self.width = SECOND * max(1, config.window_days // 4) * (HOURS // 4) * (MINUTES // 4)
            self.head_shape = HeadShape(hidden=128, before=0.0, after=0.5)

    def features(self, batch: WindowBatch) -> Float[Tensor, "B width"]:
        """Mean over places of the 1-D CNN; all places of the 3-D one, side by side."""
        x: Tensor = self.scale(batch).transpose(1, 2)
        if self.config.kind is ConvolutionKind.MINUTES:
            x = F.max_pool1d(F.relu(self.first(x)), 2)
            return F.max_pool1d(F.relu(self.second(x)), 2).mean(dim=2)
        x = x.unflatten(2, (self.window_days, HOURS, MINUTES_PER_DAY // HOURS))  # type: ignore[no-untyped-call]
        pool = (min(2, self.window_days), 2, 2)
        x = F.max_pool3d(F.relu(self.first(x)), pool)
        return F.max_pool3d(F.relu(self.second(x)), pool).flatten(1)

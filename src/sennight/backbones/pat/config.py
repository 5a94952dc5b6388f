"""What a PAT is made of: three sizes, its channels and its window."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, WINDOW_DAYS

if TYPE_CHECKING:
    from sennight.backbones.pat.model import Pat

WIDTH = 96  # of tokens, and of keys and queries of *each* head
FEED_FORWARD = 256
DROPOUT = 0.1
HIDDEN_SHARE = 0.9  # of patches, in pretraining


class PatSize(StrEnum):
    """S, M and L as published."""

    S = "s"
    M = "m"
    L = "l"


class Dimensions(NamedTuple):
    """What a size stands for."""

    patch_minutes: int
    heads: int
    layers: int
    learning_rate: float
    """Of pretraining with Adam."""


SIZES = {
    PatSize.S: Dimensions(18, 6, 1, 1e-3),
    PatSize.M: Dimensions(18, 12, 2, 1e-3),
    PatSize.L: Dimensions(9, 12, 4, 1e-4),
}


@dataclass(frozen=True, kw_only=True)
class PatConfig:
    """PAT-S, PAT-M or PAT-L. As published it takes one channel and seven days; more channels share a patch.

    Raises: InputError if no channel is given or one is listed twice, or the window is neither 1 nor 7 days.
    """

    channels: tuple[str, ...]
    size: PatSize = PatSize.S
    window_days: int = 7

    def __post_init__(self) -> None:
        if not self.channels or len(set(self.channels)) != len(self.channels):
            raise InputError("a PAT needs at least one channel, each listed once")
        if self.window_days not in WINDOW_DAYS:
            raise InputError(f"window_days={self.window_days}: a window is 1 or 7 days")

    @property
    def dimensions(self) -> Dimensions:
        """Patch, heads, layers."""
        return SIZES[self.size]

    @property
    def patches(self) -> int:
        """Tokens of a window."""
        return self.window_days * MINUTES_PER_DAY // self.dimensions.patch_minutes

    def build(self) -> "Pat":
        """The model, with random weights from torch's current seed."""
        from sennight.backbones.pat.model import Pat  # torch takes a second to import

        return Pat(self)

    @classmethod
    def from_dict(cls, fields: dict[str, object]) -> "PatConfig":
        """The inverse of `dataclasses.asdict`. Raises: InputError on an unknown key or value."""
        try:
            channels = fields["channels"]
            if set(fields) != {"channels", "size", "window_days"} or not isinstance(channels, Sequence):
                raise ValueError("it has the keys channels, size and window_days")
            return cls(
                channels=tuple(map(str, channels)),
                size=PatSize(str(fields["size"])),
                window_days=int(str(fields["window_days"])),
            )
        except (KeyError, ValueError) as error:
            raise InputError(f"a PAT config does not parse: {error}") from error

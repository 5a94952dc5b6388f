"""What a day transformer is made of: one size dial, its channels, its window, and how values are scaled."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, WINDOW_DAYS, Kind, channel

if TYPE_CHECKING:
    from sennight.backbones.day_transformer.model import DayTransformer


class Size(StrEnum):
    """How large: depth, width and heads follow from it."""

    XXS = "xxs"
    XS = "xs"
    S = "s"
    B = "b"


class Tower(NamedTuple):
    """One stack of blocks."""

    width: int
    mlp: int
    heads: int
    layers: int


# Second-hand for XXS, XS and S (their parameter counts are held by a test); the dimensions of B are our guess.
ENCODERS = {
    Size.XXS: Tower(64, 256, 1, 2),
    Size.XS: Tower(128, 512, 2, 4),
    Size.S: Tower(256, 1024, 4, 8),
    Size.B: Tower(768, 3072, 12, 12),
}
DECODERS = {
    Size.XXS: Tower(48, 192, 1, 1),
    Size.XS: Tower(96, 384, 2, 1),
    Size.S: Tower(192, 768, 4, 2),
    Size.B: Tower(576, 2304, 12, 4),
}


JOINT_INPUTS = 3  # numbers a cell of a joint token: value, whether it is zero, whether it was seen


class Layout(StrEnum):
    """What a token holds.

    CHANNEL  `patch_minutes` minutes of one channel: faithful to SensorFM, any subset at its own cost.
    JOINT    `patch_minutes` minutes of all channels, with their seen mask and a flag for zeros: C times fewer tokens.
    """

    CHANNEL = "channel"
    JOINT = "joint"


class Attention(StrEnum):
    """Over what a token looks: its whole window, or its own day of it (a week then costs seven days)."""

    WINDOW = "window"
    DAY = "day"


class Transform(StrEnum):
    """What is done to a channel's values before the z-score."""

    PLAIN = "plain"
    LOG = "log"
    BINARY = "binary"


class DatePart(StrEnum):
    """The four pairs of clock dimensions; each can be switched off, since season and weekday can act as shortcuts."""

    MINUTE_OF_HOUR = "minute_of_hour"
    HOUR_OF_DAY = "hour_of_day"
    DAY_OF_WEEK = "day_of_week"
    DAY_OF_YEAR = "day_of_year"


class Pool(StrEnum):
    """How the tokens of a window become its vector: their mean, or mean and sd side by side."""

    MEAN = "mean"
    MEAN_SD = "mean_sd"


class VectorFrom(StrEnum):
    """What a day vector is made of: the day's distribution, or that and the pooled tokens."""

    DISTRIBUTION = "distribution"
    BOTH = "both"


class Precision(StrEnum):
    """How the towers compute: AUTO is BF16 where the hardware multiplies in it, else FP32. No part of a model."""

    AUTO = "auto"
    FP32 = "fp32"
    BF16 = "bf16"


@dataclass(frozen=True, kw_only=True)
class ChannelScale:
    """How one channel is scaled; `mean` and `sd` are of the transformed values, fitted on training people."""

    channel: str
    transform: Transform
    mean: float
    sd: float

    @staticmethod
    def default_transform(name: str) -> Transform:
        """Counts are skewed, so they are logged; binaries stay 0 and 1."""
        return {Kind.COUNT: Transform.LOG, Kind.BINARY: Transform.BINARY, Kind.CONTINUOUS: Transform.PLAIN}[
            channel(name).kind
        ]


@dataclass(frozen=True, kw_only=True)
class DayTransformerConfig:
    """A ViT-1D over tokens of `patch_minutes` minutes of one channel (as in the SensorFM line) or of all channels.

    Raises: InputError if the patch does not divide an hour's day, the window is neither 1 nor 7
    days, or a channel is listed twice.
    """

    scales: tuple[ChannelScale, ...]
    size: Size = Size.XS
    layout: Layout = Layout.CHANNEL
    patch_minutes: int = 20
    """Minutes folded into one token. Must divide 1,440."""
    window_days: int = 1
    date_parts: tuple[DatePart, ...] = (DatePart.MINUTE_OF_HOUR, DatePart.HOUR_OF_DAY, DatePart.DAY_OF_WEEK)
    """Day of year is off by default: a survey's half-year can stand in for its cohort."""
    pool: Pool = Pool.MEAN_SD
    attention: Attention = Attention.WINDOW
    vector: int = 0
    """Width of the day vector; 0: a window is described by its pooled tokens."""
    vector_from: VectorFrom = VectorFrom.DISTRIBUTION
    """The distribution alone describes people it never saw better than both, and costs no tokens (decision 0016)."""

    def __post_init__(self) -> None:
        if MINUTES_PER_DAY % self.patch_minutes:
            raise InputError(f"patch_minutes={self.patch_minutes} does not divide {MINUTES_PER_DAY}")
        if self.window_days not in WINDOW_DAYS:
            raise InputError(f"window_days={self.window_days}: a window is 1 or 7 days")
        if self.vector < 0:
            raise InputError(f"vector={self.vector}: the width of a day vector is 0 or more")
        if not self.scales or len(set(self.channels)) != len(self.scales):
            raise InputError("a day transformer needs at least one channel, each listed once")

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels it knows, in the order of its table."""
        return tuple(scale.channel for scale in self.scales)

    @property
    def patches(self) -> int:
        """S: patches in a window."""
        return self.window_days * MINUTES_PER_DAY // self.patch_minutes

    @property
    def token_channels(self) -> int:
        """C of a token grid: one a channel, or one for all."""
        return len(self.scales) if self.layout is Layout.CHANNEL else 1

    @property
    def cells(self) -> int:
        """Minutes times channels that one token holds."""
        return self.patch_minutes * (len(self.scales) // self.token_channels)

    @property
    def sha256(self) -> str:
        """Hash over all settings."""
        settings = asdict(self)
        if self.attention is Attention.WINDOW:
            del settings["attention"]  # came later than the first models, whose fingerprints stay
        if not self.vector:
            del settings["vector"], settings["vector_from"]  # likewise
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()

    def build(self) -> "DayTransformer":
        """The model, with random weights from torch's current seed."""
        # Torch takes a second to import; a config is read far more often than a model is built.
        from sennight.backbones.day_transformer.model import DayTransformer

        return DayTransformer(self)

    @classmethod
    def from_dict(cls, fields: dict[str, object]) -> "DayTransformerConfig":
        """The inverse of `dataclasses.asdict`. Raises: InputError on an unknown key or value."""
        known = {"scales", "size", "layout", "patch_minutes", "window_days", "date_parts", "pool", "attention"}
        known |= {"vector", "vector_from"}
        # What the first models did not know.
        later = {"attention": Attention.WINDOW.value, "vector": 0, "vector_from": VectorFrom.DISTRIBUTION.value}
        fields = {**later, **fields}
        if set(fields) != known:
            raise InputError(f"a day transformer config has the keys {sorted(known)}, not {sorted(fields)}")
        scales, parts = fields["scales"], fields["date_parts"]
        try:
            if not isinstance(scales, Sequence) or not isinstance(parts, Sequence):
                raise TypeError("scales and date_parts are lists")
            return cls(
                scales=tuple(
                    ChannelScale(
                        channel=str(s["channel"]),
                        transform=Transform(s["transform"]),
                        mean=float(s["mean"]),
                        sd=float(s["sd"]),
                    )
                    for s in scales
                ),
                size=Size(str(fields["size"])),
                layout=Layout(str(fields["layout"])),
                patch_minutes=int(str(fields["patch_minutes"])),
                window_days=int(str(fields["window_days"])),
                date_parts=tuple(DatePart(p) for p in parts),
                pool=Pool(str(fields["pool"])),
                attention=Attention(str(fields["attention"])),
                vector=int(str(fields["vector"])),
                vector_from=VectorFrom(str(fields["vector_from"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"a day transformer config does not parse: {error}") from error


def parameter_count(size: Size, *, channels: int, patch_minutes: int, patches: int) -> int:
    """Parameters of the channel layout by the published rule, to hold `DayTransformer` against."""
    d, m, _, layers = ENCODERS[size]
    e, n, _, decoder_layers = DECODERS[size]

    def block(width: int, mlp: int) -> int:
        return 4 * width * width + 4 * width + 2 * width * mlp + mlp + width + 4 * width

    encoder = patch_minutes * d + d + layers * block(d, m) + 2 * d
    decoder = d * e + e + decoder_layers * block(e, n) + 2 * e + e + e * patch_minutes + patch_minutes
    positions = sum(channels * (w // 2) + patches * (w // 2 - 8) for w in (d, e))
    return encoder + decoder + positions

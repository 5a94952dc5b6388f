"""One vector a day: what a person's embedding is pooled from, for heads that look at days one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int8

from sennight.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class DayEmbedding:
    """[P, D, W] vectors of each person's days in order, and which of them there are.

    `weekday` is 0 for Monday to 6, -1 where not known; vectors of days that are not there are 0. `columns` names each
    number as "layer/channel", or is empty where a backbone does not say.
    Raises: InputError if lengths differ, a person repeats or has no day, or a value is not finite.
    """

    people: tuple[str, ...]
    values: Float32[np.ndarray, "person day width"]
    seen: Bool[np.ndarray, "person day"]
    weekday: Int8[np.ndarray, "person day"]
    backbone: str
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (len(self.people) == len(self.values) == len(self.seen) == len(self.weekday)):
            raise InputError("the parts of a day embedding differ in length")
        if len(set(self.people)) != len(self.people):
            raise InputError("a day embedding lists a person twice")
        if not bool(np.isfinite(self.values).all()):
            raise InputError("a day embedding holds a value that is not finite")
        if not bool(self.seen.any(axis=1).all()):
            raise InputError("a day embedding lists a person without a day")
        if bool(self.values[~self.seen].any()):
            raise InputError("a day embedding has numbers for a day that is not there")
        if self.columns and len(self.columns) != self.values.shape[2]:
            raise InputError("a day embedding names another number of columns than it has")
        if not self.backbone:
            raise InputError("a day embedding must say which backbone made it")

    def rows(self) -> Float32[np.ndarray, "person width"]:
        """A row a person: with several days, first which days there are (1 or 0), then their vectors."""
        flat = self.values.reshape(len(self.people), -1)
        return flat if self.seen.shape[1] == 1 else np.concatenate([self.seen.astype(np.float32), flat], axis=1)

    def select(self, *, layers: Sequence[str] = (), channels: Sequence[str] = ()) -> "DayEmbedding":
        """Only the numbers of these layers and channels; nothing named keeps all.

        Raises: InputError if columns have no names, or nothing has the names given.
        """
        if not layers and not channels:
            return self
        parts = [tuple(name.partition("/")[::2]) for name in self.columns]
        known_layers, known_channels = {a for a, _ in parts}, {b for _, b in parts}
        strange = [*(set(layers) - known_layers), *(set(channels) - known_channels)]
        if not self.columns or strange:
            raise InputError(
                f"this embedding has no {', '.join(sorted(strange)) or 'names of layers and channels'}",
                todo=f"It has {', '.join(sorted((known_layers | known_channels) - {''})) or 'none'}.",
            )
        kept = [i for i, (a, b) in enumerate(parts) if (not layers or a in layers) and (not channels or b in channels)]
        if not kept:
            raise InputError("no column belongs to both the layers and the channels named")
        return DayEmbedding(
            people=self.people, values=self.values[:, :, kept], seen=self.seen, weekday=self.weekday,
            backbone=self.backbone, columns=tuple(self.columns[i] for i in kept),
        )  # fmt: skip

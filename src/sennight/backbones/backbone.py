"""The contract of the backbones shelf: windows in, one vector a window out, with a fingerprint of what made it."""

from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32

from sennight.record import WindowBatch


class OverDays(StrEnum):
    """How the windows of a person become one vector: their mean, or mean and sd side by side."""

    MEAN = "mean"
    MEAN_SD = "mean_sd"


@runtime_checkable
class Backbone(Protocol):
    """An encoder of person-days.

    `channels` are those it knows; a batch may hold any subset of them, in any order. `encode_windows`
    gives one vector a window; a value that is not seen can never change it. `over_days` is how its vectors
    are pooled over a person's windows. `fingerprint` changes whenever a vector could.
    """

    name: str
    channels: tuple[str, ...]
    width: int
    over_days: OverDays

    @property
    def fingerprint(self) -> str:
        """Hash over everything that decides the output."""
        ...

    def encode_windows(self, batch: WindowBatch) -> Float32[np.ndarray, "batch width"]:
        """One vector a window. Raises: InputError if the batch has none of the backbone's channels."""
        ...

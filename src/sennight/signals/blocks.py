"""Blocks: samples that arrive in pieces of any length, handed on as whole minutes, in constant memory.

What is handed on depends on the samples alone, never on how they were cut: so every formula that works minute by
minute gives the same minutes whatever the blocks.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Float64

# Samples held before minutes are handed on: enough that an array operation costs nothing, 2 MB of them.
PATIENCE = 1 << 17


@dataclass(kw_only=True)
class WholeMinutes:
    """Collects samples in time order and hands on those of minutes that are complete."""

    patience: int = PATIENCE
    refused: int = 0
    """Samples of a minute that held more than `patience` of them, which no logger writes: the clock is damaged."""
    _utc: list[np.ndarray] = field(default_factory=list)
    _xyz: list[np.ndarray] = field(default_factory=list)
    _held: int = 0
    _look_at: int = PATIENCE

    def __post_init__(self) -> None:
        self._look_at = self.patience

    def add(
        self, utc: Float64[np.ndarray, " n"], xyz_g: Float32[np.ndarray, "n 3"]
    ) -> tuple[Float64[np.ndarray, " m"], Float32[np.ndarray, "m 3"]] | None:
        """Take a block (times never go back); the samples of complete minutes, or None if more is to come first."""
        if len(utc):
            self._utc.append(utc)
            self._xyz.append(xyz_g)
            self._held += len(utc)
        if self._held < self._look_at:
            return None
        every_utc, every_xyz = self.rest()
        cut = int(np.searchsorted(every_utc, np.floor(every_utc[-1] / 60) * 60))
        open_utc, open_xyz = every_utc[cut:][: self.patience], every_xyz[cut:][: self.patience]
        self.refused += len(every_utc) - cut - len(open_utc)
        self._utc, self._xyz, self._held = [open_utc], [open_xyz], len(open_utc)
        self._look_at = self._held + self.patience
        return (every_utc[:cut], every_xyz[:cut]) if cut else None

    def rest(self) -> tuple[Float64[np.ndarray, " m"], Float32[np.ndarray, "m 3"]]:
        """Everything still held, the last minute with it."""
        utc = np.concatenate(self._utc) if self._utc else np.empty(0, dtype=np.float64)
        xyz = np.concatenate(self._xyz) if self._xyz else np.empty((0, 3), dtype=np.float32)
        self._utc, self._xyz, self._held = [], [], 0
        return utc, xyz

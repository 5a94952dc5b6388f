"""The mixer: a small network from the cues of a cell to its mean, its mean in natural units, and its quantiles.

A straight sum of the cues plus what two hidden layers add to it. It is trained on holes made in training people, by
squared error for the means and pinball loss for the quantiles. Torch on the processor, a fixed seed, no early stop.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Float32
from torch import Tensor, nn

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
HIDDEN = 32
CUE_LIMIT = 6.0  # sd
LEARNING_RATE, WEIGHT_DECAY = 3e-3, 1e-4
CHUNK = 65_536


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixed:
    """Guesses for cells: `mean` and `quantiles` in scaled units, `natural` the mean in units of the channel's sd."""

    mean: Float32[np.ndarray, " n"]
    natural: Float32[np.ndarray, " n"]
    quantiles: Float32[np.ndarray, "n quantile"]


class Mixer(nn.Module):
    """See the module. `centre` and `spread` of the cues are those of training cells."""

    def __init__(self, cues: int) -> None:
        super().__init__()
        outputs = 2 + len(QUANTILES)
        self.straight = nn.Linear(cues, outputs)
        self.deep = nn.Sequential(
            nn.Linear(cues, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, outputs)
        )
        self.register_buffer("centre", torch.zeros(cues))
        self.register_buffer("spread", torch.ones(cues))
        self.centre: Tensor
        self.spread: Tensor

    def forward(self, rows: Float[Tensor, "n cue"]) -> Float[Tensor, "n output"]:
        # A cue far from anything learnt (a neighbour days away) may not carry a straight sum with it.
        x = ((rows - self.centre) / self.spread).clamp(-CUE_LIMIT, CUE_LIMIT)
        out: Tensor = self.straight(x) + self.deep(x)
        # The middle quantile, and distances from it that cannot be negative: quantiles never cross.
        middle = QUANTILES.index(0.5)
        steps = F.softplus(out[:, 3:])
        below = out[:, 2:3] - steps[:, :middle].flip(1).cumsum(1).flip(1)
        above = out[:, 2:3] + steps[:, middle:].cumsum(1)
        return torch.cat([out[:, :2], below, out[:, 2:3], above], dim=1)

    @torch.inference_mode()
    def mix(self, rows: Float32[np.ndarray, "n cue"]) -> Mixed:
        """Guesses for many cells."""
        parts = [self(torch.from_numpy(rows[i : i + CHUNK])).numpy() for i in range(0, len(rows), CHUNK)]
        out = np.concatenate(parts) if parts else np.zeros((0, 2 + len(QUANTILES)), dtype=np.float32)
        return Mixed(mean=out[:, 0], natural=out[:, 1], quantiles=out[:, 2:])


def train_mixer(
    rows: Float32[np.ndarray, "n cue"],
    scaled: Float32[np.ndarray, " n"],
    natural: Float32[np.ndarray, " n"],
    *,
    epochs: int,
    batch: int,
    seed: int,
) -> Mixer:
    """A mixer for these cells; `natural` is the truth in units of the channel's sd."""
    torch.manual_seed(seed)
    mixer = Mixer(rows.shape[1])
    mixer.centre.copy_(torch.from_numpy(rows.mean(axis=0)))
    mixer.spread.copy_(torch.from_numpy(np.maximum(rows.std(axis=0), 1e-3)))
    optimizer = torch.optim.AdamW(mixer.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = epochs * max(1, len(rows) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=LEARNING_RATE, total_steps=steps, pct_start=0.1)
    x, z, y = (torch.from_numpy(np.ascontiguousarray(part)) for part in (rows, scaled, natural))
    levels = torch.tensor(QUANTILES)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(len(rows), generator=generator)
        for i in range(max(1, len(rows) // batch)):
            at = order[i * batch : (i + 1) * batch]
            out = mixer(x[at])
            miss = z[at][:, None] - out[:, 2:]
            pinball = torch.maximum(levels * miss, (levels - 1) * miss).mean()
            # Rare bursts (a run, a lamp) would own the squared error of natural units; beyond 10 sd it grows straight.
            loss = F.mse_loss(out[:, 0], z[at]) + 0.3 * F.huber_loss(out[:, 1], y[at], delta=10.0) + 2 * pinball
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(mixer.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return mixer.eval()

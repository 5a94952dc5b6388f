"""A network that only imputes, after SAITS (arXiv 2202.08516): a baseline of the imputation benchmark.

Two blocks of self-attention whose diagonal is masked, so that a token is told by the others; the second sees the first
one's answer, and the two are weighed by the attention itself. It learns to rebuild what it sees and what was hidden.
Ours, small, over tokens of ten minutes of all channels of one day; no published result is reproduced.
Letters: B days, S tokens (144), D numbers in a token, T minutes, C channels, n wanted cells.
"""

from collections.abc import Iterable

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn

from sennight.generate.baselines import Cells
from sennight.record import MINUTES_PER_DAY

TOKEN_MIN = 10
TOKENS = MINUTES_PER_DAY // TOKEN_MIN
WIDTH, HEADS = 64, 4
STEPS, BATCH, LEARNING_RATE = 200, 16, 2e-3
MOST_DAYS = 2_000
LONGEST_MIN = 240


class DiagonalBlock(nn.Module):
    """Attention in which no token sees itself, and a feed-forward layer; also the mean attention map."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.feed = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))
        self.register_buffer("itself", torch.eye(TOKENS, dtype=torch.bool), persistent=False)
        self.itself: Tensor

    def forward(self, x: Float[Tensor, "B S width"]) -> tuple[Float[Tensor, "B S width"], Float[Tensor, "B S S"]]:
        q, k, v = self.qkv(self.before(x)).unflatten(2, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        score = (q @ k.transpose(2, 3)) / (WIDTH // HEADS) ** 0.5
        attention = score.masked_fill(self.itself, float("-inf")).softmax(dim=3)
        x = x + self.out((attention @ v).transpose(1, 2).flatten(2))
        return x + self.feed(self.between(x)), attention.mean(dim=1)


class Saits(nn.Module):
    """See the module; `channels` numbers a minute, in scaled units."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        d = TOKEN_MIN * channels
        self.enter = nn.ModuleList(nn.Linear(2 * d, WIDTH) for _ in range(2))
        self.place = nn.Parameter(torch.randn(TOKENS, WIDTH) * 0.02)
        self.blocks = nn.ModuleList(DiagonalBlock() for _ in range(2))
        self.leave = nn.ModuleList(nn.Linear(WIDTH, d) for _ in range(2))
        self.weigh = nn.Linear(d + TOKENS, d)

    def forward(self, x: Float[Tensor, "B S D"], seen: Float[Tensor, "B S D"]) -> list[Float[Tensor, "B S D"]]:
        """First, second and weighed answer; the last is the one that counts."""
        answers: list[Tensor] = []
        attention = torch.zeros(())
        for enter, block, leave in zip(self.enter, self.blocks, self.leave, strict=True):
            told = seen * x if not answers else seen * x + (1 - seen) * answers[0]
            z, attention = block(enter(torch.cat([told, seen], dim=2)) + self.place)
            answers.append(leave(z))
        share = torch.sigmoid(self.weigh(torch.cat([seen, attention], dim=2)))
        return [*answers, (1 - share) * answers[0] + share * answers[1]]

    @torch.inference_mode()
    def guess(
        self, scaled: Float32[np.ndarray, "T C"], seen: Bool[np.ndarray, "T C"], cells: Cells
    ) -> Float32[np.ndarray, " n"]:
        """The wanted cells of one person, day by day, in scaled units."""
        days = np.unique(cells.minute // MINUTES_PER_DAY)
        x, m = (_tokens(part)[torch.from_numpy(days)] for part in (np.where(seen, scaled, 0), seen))
        made = torch.cat([self(x[i : i + BATCH], m[i : i + BATCH])[-1] for i in range(0, len(days), BATCH)])
        flat = made.reshape(len(days), MINUTES_PER_DAY, -1).numpy()
        found: np.ndarray = flat[np.searchsorted(days, cells.minute // MINUTES_PER_DAY), cells.of_day, cells.channel]
        return found


def train_saits(
    people: Iterable[tuple[Float32[np.ndarray, "T C"], Bool[np.ndarray, "T C"]]], *, seed: int = 0, steps: int = STEPS
) -> Saits:
    """Learn from scaled minutes of training people and what of them was seen; squared error, as it is judged by."""
    parts = [(_tokens(np.where(seen, scaled, 0)), _tokens(seen)) for scaled, seen in people]
    x, seen = (torch.cat(column) for column in zip(*parts, strict=True))
    rng = np.random.default_rng([seed, 17])
    worn = rng.permutation(np.flatnonzero(seen.any(dim=2).any(dim=1).numpy()))[:MOST_DAYS]
    channels = x.shape[2] // TOKEN_MIN
    torch.manual_seed(seed)
    model = Saits(channels)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=LEARNING_RATE, total_steps=steps)
    for _ in range(steps):
        at = torch.from_numpy(rng.choice(worn, size=BATCH))
        truth, known = x[at], seen[at]
        hidden = _tokens(_hidden(BATCH, channels, rng).reshape(-1, channels)) * known
        shown = known - hidden
        answers = model(truth, shown)
        rebuilt = torch.stack([_error(answer, truth, shown) for answer in answers]).mean()
        loss = rebuilt + _error(answers[-1], truth, hidden)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.eval()


def _error(answer: Tensor, truth: Tensor, where: Tensor) -> Tensor:
    return (F.mse_loss(answer, truth, reduction="none") * where).sum() / where.sum().clamp(min=1)


def _tokens(cells: np.ndarray) -> Float[Tensor, "B S D"]:
    return torch.from_numpy(cells.astype(np.float32)).reshape(-1, TOKENS, TOKEN_MIN * cells.shape[1])


def _hidden(days: int, channels: int, rng: np.random.Generator) -> Bool[np.ndarray, "day minute channel"]:
    """A hole a day: single minutes, a block, a channel, or the rest of the day."""
    hidden = np.zeros((days, MINUTES_PER_DAY, channels), dtype=np.bool_)
    for day, kind in enumerate(rng.integers(0, 4 if channels > 1 else 3, size=days)):
        start = int(rng.integers(0, MINUTES_PER_DAY))
        if kind == 0:
            hidden[day] = rng.random((MINUTES_PER_DAY, channels)) < 0.5
        elif kind == 1:
            hidden[day, start : start + int(rng.integers(1, LONGEST_MIN + 1))] = True
        elif kind == 2:
            hidden[day, max(start, MINUTES_PER_DAY // 3) :] = True
        else:
            hidden[day, :, rng.integers(0, channels)] = True
    return hidden

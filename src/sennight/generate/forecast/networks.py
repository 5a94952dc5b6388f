"""Small forecasting networks behind one shape and one trainer: MLP, DLinear, TCN, LSTM, Transformer, PatchTST.

Every network reads a history scaled by its own mean and spread, with a mark for what is known, and the weekday of the
cut; it answers quantiles of every step ahead in the same scale. The trainer descends pinball loss over known steps.
These are ours, small, after the papers they are named for; none reproduces a published result.
Letters: N pairs, L steps of history, H steps ahead, Q quantiles, E width.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor, nn

from sennight.generate.forecast.panel import Panel
from sennight.generate.forecast.plain import LEVELS, features

WIDTH = 32
DAYS_OF_WEEK = 8  # and one for not known
MOVING = 25  # steps of DLinear's trend
PATCH = 8
BATCH, LEARNING_RATE = 64, 3e-3


class Network(nn.Module):
    """Body and head: what a body says of the history, and the weekday, become quantiles of every step."""

    def __init__(self, body: nn.Module, width: int, horizon: int) -> None:
        super().__init__()
        self.body = body
        self.horizon = horizon
        self.head = nn.Linear(width + DAYS_OF_WEEK + 1, horizon * len(LEVELS))

    def forward(self, history: Float[Tensor, "N L 2"], rest: Float[Tensor, "N R"]) -> Float[Tensor, "N H Q"]:
        said = torch.cat([self.body(history), rest], dim=1)
        out: Tensor = self.head(said).unflatten(1, (self.horizon, len(LEVELS)))
        return out.sort(dim=2).values


class Flat(nn.Module):
    """MLP: all steps at once."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2 * length, 64), nn.GELU(), nn.Dropout(0.1), nn.Linear(64, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.layers(x.flatten(1)))


class Trend(nn.Module):
    """DLinear: trend (a moving mean) and remainder, each through its own straight layer (arXiv 2205.13504)."""

    def __init__(self, length: int) -> None:
        super().__init__()
        width = min(MOVING, length - 1 + length % 2)
        self.mean = nn.AvgPool1d(width, stride=1, padding=width // 2, count_include_pad=False)
        self.of_trend, self.of_rest = nn.Linear(length, 2 * WIDTH), nn.Linear(length, 2 * WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        values = x[:, :, 0]
        trend = self.mean(values[:, None])[:, 0, : values.shape[1]]
        return torch.as_tensor(self.of_trend(trend) + self.of_rest(values - trend))


class Convolved(nn.Module):
    """TCN: causal convolutions whose reach doubles (arXiv 1803.01271); the last step speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(2 if i == 0 else WIDTH, WIDTH, 3, dilation=2**i) for i in range(6))

    def forward(self, x: Tensor) -> Tensor:
        x = x.transpose(1, 2)
        for i, layer in enumerate(self.layers):
            made = torch.nn.functional.gelu(layer(nn.functional.pad(x, (2 ** (i + 1), 0))))
            x = made if i == 0 else x + made
        return x[:, :, -1]


class Recurrent(nn.Module):
    """LSTM: the state after the last step speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(2, WIDTH, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        _, (state, _) = self.lstm(x)
        return torch.as_tensor(state[-1])


class Attention(nn.Module):
    """Transformer over pieces of 4 steps; or, as PatchTST, patches of 8 that overlap by half (arXiv 2211.14730)."""

    def __init__(self, length: int, piece: int, stride: int) -> None:
        super().__init__()
        self.piece, self.stride = min(piece, length), stride
        pieces = (length - self.piece) // stride + 1
        self.enter = nn.Linear(2 * self.piece, WIDTH)
        self.place = nn.Parameter(torch.randn(pieces, WIDTH) * 0.02)
        layer = nn.TransformerEncoderLayer(
            WIDTH, 4, 2 * WIDTH, dropout=0.1, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.leave = nn.Linear(pieces * WIDTH, WIDTH) if stride < piece else None

    def forward(self, x: Tensor) -> Tensor:
        pieces = x.unfold(1, self.piece, self.stride).flatten(2)
        z = self.layers(self.enter(pieces) + self.place)
        return torch.as_tensor(z.mean(dim=1) if self.leave is None else self.leave(z.flatten(1)))


NETWORKS: dict[str, Callable[[int, int], Network]] = {
    "MLP": lambda length, horizon: Network(Flat(length), WIDTH, horizon),
    "DLinear": lambda length, horizon: Network(Trend(length), 2 * WIDTH, horizon),
    "TCN": lambda _, horizon: Network(Convolved(), WIDTH, horizon),
    "LSTM": lambda _, horizon: Network(Recurrent(), WIDTH, horizon),
    "Transformer": lambda length, horizon: Network(Attention(length, 4, 4), WIDTH, horizon),
    "PatchTST": lambda length, horizon: Network(Attention(length, PATCH, PATCH // 2), WIDTH, horizon),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """A network that was trained, and its name."""

    name: str
    network: Network

    def __call__(self, panel: Panel) -> Float64[np.ndarray, "N H Q"]:
        history, rest, mean, spread = _inputs(panel)
        self.network.eval()
        with torch.inference_mode():
            parts = [self.network(history[i : i + 512], rest[i : i + 512]) for i in range(0, len(history), 512)]
        scaled = torch.cat(parts).double().numpy() if parts else np.zeros((0, panel.horizon, len(LEVELS)))
        return np.maximum(mean[:, None, None] + spread[:, None, None] * scaled, 0)


def _inputs(panel: Panel) -> tuple[Tensor, Tensor, np.ndarray, np.ndarray]:
    x, mean, spread = features(panel)
    length = panel.history.shape[1]
    history = np.stack([np.clip(x[:, :length], -8, 8), x[:, length : 2 * length]], axis=2)
    rest = x[:, 2 * length :]
    return torch.from_numpy(history).float(), torch.from_numpy(rest).float(), mean, spread


def train_network(name: str, panel: Panel, *, epochs: int = 30, seed: int = 0) -> Trained:
    """Train one of `NETWORKS` on the pairs of many people."""
    torch.manual_seed(seed)
    network = NETWORKS[name](panel.history.shape[1], panel.horizon)
    descend(network, panel, epochs=epochs, learning_rate=LEARNING_RATE, seed=seed)
    return Trained(name=name, network=network)


def fine_tune(
    trained: Trained, panel: Panel, *, epochs: int = 15, learning_rate: float = 5e-4, seed: int = 0
) -> Trained:
    """A copy that has gone on learning, gently, from the pairs of one person."""
    network = copy.deepcopy(trained.network)
    if len(panel):
        torch.manual_seed(seed)
        descend(network, panel, epochs=epochs, learning_rate=learning_rate, seed=seed)
    return Trained(name=trained.name, network=network)


def descend(network: Network, panel: Panel, *, epochs: int, learning_rate: float, seed: int) -> None:
    """Pinball loss over known steps, Adam, one cycle of the learning rate."""
    history, rest, mean, spread = _inputs(panel)
    target = torch.from_numpy((panel.future - mean[:, None]) / spread[:, None]).float().clamp(-10, 10)
    known = ~target.isnan()
    target = target.nan_to_num()
    levels = torch.tensor(LEVELS)
    steps = max(1, len(panel) // BATCH)
    if not epochs:
        return
    optimizer = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=learning_rate, total_steps=epochs * steps)
    generator = torch.Generator().manual_seed(seed)
    network.train()
    for _ in range(epochs):
        order = torch.randperm(len(panel), generator=generator)
        for i in range(steps):
            at = order[i * BATCH : (i + 1) * BATCH]
            off = target[at][:, :, None] - network(history[at], rest[at])
            pinball = torch.maximum(levels * off, (levels - 1) * off).mean(dim=2)
            loss = (pinball * known[at]).sum() / known[at].sum().clamp(min=1)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    network.eval()

"""The small networks behind the network head, and how one is trained. Needs torch: imported when one is fitted.

Everything drawn comes from one generator, so the same seed gives the same network; arithmetic is in double precision,
so a person's answer does not depend on who else is asked.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from jaxtyping import Float64
from torch import Tensor, nn

from sennight.tasks import TaskKind

FEW = 50  # people; with fewer, none is set aside to say when to stop
STEPS_OF_FEW = 60
VALIDATE_SHARE = 0.2
PATIENCE = 25  # steps without a better loss on those set aside


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Sizes of a network: columns in, hidden units, hidden layers, answers out."""

    width: int
    beside: int
    hidden: int
    layers: int
    out: int
    dropout: float


@dataclass(frozen=True, kw_only=True)
class Training:
    """How it learns."""

    steps: int
    learning_rate: float
    decay: float
    kind: TaskKind


class Perceptron(nn.Module):
    """Hidden layers with a ReLU each; the last layer starts at the base rate and at nothing else."""

    def __init__(self, shape: Shape, *, base: Tensor, generator: torch.Generator) -> None:
        super().__init__()
        self.generator, self.dropout = generator, shape.dropout
        sizes = [shape.width + shape.beside, *[shape.hidden] * shape.layers]
        self.weights = nn.ParameterList([_drawn(a, b, generator) for a, b in pairwise(sizes)])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(b, dtype=torch.float64)) for b in sizes[1:]])
        self.last = nn.Parameter(torch.zeros(sizes[-1], shape.out, dtype=torch.float64))
        self.base = nn.Parameter(base.clone())

    def forward(self, x: Float64[Tensor, "person column"]) -> Float64[Tensor, "person out"]:
        for weight, bias in zip(self.weights, self.biases, strict=True):
            x = torch.relu(x @ weight + bias)
            if self.training and self.dropout:
                kept = torch.rand(x.shape, generator=self.generator, dtype=torch.float64) >= self.dropout
                x = x * kept / (1 - self.dropout)
        return x @ self.last + self.base


class DayAttention(nn.Module):
    """One weight a day from its vector, a weighted mean of days, then a perceptron. Days not seen weigh nothing.

    Source: Ilse et al. 2018, "Attention-based deep multiple instance learning".
    """

    def __init__(self, shape: Shape, *, base: Tensor, generator: torch.Generator) -> None:
        super().__init__()
        self.beside = shape.beside
        self.look = _drawn(shape.width, shape.hidden, generator)
        self.query = nn.Parameter(torch.zeros(shape.hidden, dtype=torch.float64))
        self.top = Perceptron(shape, base=base, generator=generator)

    def attention(
        self, days: Float64[Tensor, "person day width"], seen: Float64[Tensor, "person day"]
    ) -> Float64[Tensor, "person day"]:
        """How much each day counts; starts even over the days seen."""
        score = torch.tanh(days @ self.look) @ self.query
        weight = torch.softmax(score.masked_fill(seen == 0, -1e9), dim=1) * seen
        return weight / weight.sum(dim=1, keepdim=True).clamp_min(1e-12)

    def forward(
        self,
        days: Float64[Tensor, "person day width"],
        seen: Float64[Tensor, "person day"],
        beside: Float64[Tensor, "person extra"],
    ) -> Float64[Tensor, "person out"]:
        pooled = torch.einsum("pd,pdw->pw", self.attention(days, seen), days)
        return self.top(torch.cat([beside, pooled], dim=1))


def _drawn(a: int, b: int, generator: torch.Generator) -> nn.Parameter:
    scale = (2 / max(1, a)) ** 0.5
    return nn.Parameter(scale * torch.randn(a, b, generator=generator, dtype=torch.float64))


def train(
    net: nn.Module,
    inputs: tuple[Tensor, ...],
    y: Float64[Tensor, " person"],
    weights: Float64[Tensor, " person"],
    how: Training,
    *,
    generator: torch.Generator,
) -> None:
    """Descend on all people at once; a fifth of them says when to stop, and the best weights for them are kept."""
    order = torch.randperm(len(y), generator=generator)
    aside = order[: int(VALIDATE_SHARE * len(y))] if len(y) >= FEW else order[:0]
    rest = order[len(aside) :]
    optimiser = torch.optim.AdamW(net.parameters(), lr=how.learning_rate, weight_decay=how.decay)
    best, best_loss, waited = None, float("inf"), 0
    for _ in range(how.steps if len(aside) else min(how.steps, STEPS_OF_FEW)):
        net.train()
        optimiser.zero_grad()
        _loss(net, inputs, y, weights, rest, how.kind).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if not len(aside):
            continue
        net.eval()
        with torch.no_grad():
            loss = float(_loss(net, inputs, y, weights, aside, how.kind))
        waited += 1
        if loss < best_loss:
            best, best_loss, waited = {k: v.clone() for k, v in net.state_dict().items()}, loss, 0
        if waited > PATIENCE:
            break
    if best is not None:
        net.load_state_dict(best)
    net.eval()


def _loss(
    net: nn.Module, inputs: tuple[Tensor, ...], y: Tensor, weights: Tensor, rows: Tensor, kind: TaskKind
) -> Tensor:
    out, truth, w = net(*(part[rows] for part in inputs)), y[rows], weights[rows]
    if kind is TaskKind.YES_NO:
        each = nn.functional.binary_cross_entropy_with_logits(out[:, 0], truth, reduction="none")
    elif kind is TaskKind.ONE_OF_K:
        each = nn.functional.cross_entropy(out, truth.long(), reduction="none")
    else:
        each = (out[:, 0] - truth) ** 2
    return (each * w).sum() / w.sum().clamp_min(1e-12)

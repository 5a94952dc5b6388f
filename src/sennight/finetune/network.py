"""A trunk with a head: features of a window, dropout, one hidden layer, one output a question."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.network import HeadShape, WeekNetwork
from sennight.record import WindowBatch

Trunk = WeekNetwork | DayTransformer
DAY_HEAD = HeadShape(hidden=128, before=0.1, after=0.0)  # of PAT, for a day transformer too


class Tuned(nn.Module):
    """A trunk and its head; trained together."""

    def __init__(self, trunk: Trunk, questions: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.shape = trunk.head_shape if isinstance(trunk, WeekNetwork) else DAY_HEAD
        self.hidden = nn.Linear(trunk.width, self.shape.hidden)
        self.out = nn.Linear(self.shape.hidden, questions)

    def forward(self, batch: WindowBatch) -> Float[Tensor, "B question"]:
        x = F.dropout(features(self.trunk, batch), self.shape.before, self.training)
        x = F.dropout(F.relu(self.hidden(x)), self.shape.after, self.training)
        answers: Tensor = self.out(x)
        return answers


def features(trunk: Trunk, batch: WindowBatch) -> Float[Tensor, "B width"]:
    """One vector a window, with gradients."""
    if isinstance(trunk, WeekNetwork):
        return trunk.features(batch)
    tokens = trunk.tokens(batch)
    return trunk.vector(tokens, tokens.present).float()

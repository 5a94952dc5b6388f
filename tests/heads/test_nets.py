"""The networks themselves: they start at the base rate, days not seen weigh nothing, training stops when told."""

import numpy as np
import torch

from sennight.heads.nets import DayAttention, Perceptron, Shape, Training, train
from sennight.tasks import TaskKind

SHAPE = Shape(width=4, beside=0, hidden=8, layers=1, out=1, dropout=0.0)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_network_starts_at_the_base_rate():
    net = Perceptron(SHAPE, base=torch.tensor([0.7], dtype=torch.float64), generator=generator())
    torch.testing.assert_close(
        net(torch.randn(5, 4, dtype=torch.float64)), torch.full((5, 1), 0.7, dtype=torch.float64)
    )


def test_a_day_that_is_not_there_cannot_change_anything():
    net = DayAttention(SHAPE, base=torch.zeros(1, dtype=torch.float64), generator=generator())
    with torch.no_grad():
        for p in net.parameters():
            p.add_(torch.randn(p.shape, generator=generator(1), dtype=torch.float64))
    net.eval()
    days, nobody = torch.randn(3, 5, 4, dtype=torch.float64), torch.zeros(3, 0, dtype=torch.float64)
    seen = torch.tensor([[1.0, 1, 0, 0, 1]] * 3, dtype=torch.float64)
    other = days.clone()
    other[:, 2:4] = 99.0
    torch.testing.assert_close(net(days, seen, nobody), net(other, seen, nobody), rtol=0, atol=0)
    torch.testing.assert_close(net.attention(days, seen).sum(dim=1), torch.ones(3, dtype=torch.float64))


def test_training_keeps_the_weights_that_were_best_for_those_set_aside():
    rng = np.random.default_rng(0)
    x, y = torch.from_numpy(rng.normal(size=(100, 4))), torch.from_numpy((rng.random(100) < 0.5).astype(np.float64))
    drawn = generator()
    net = Perceptron(SHAPE, base=torch.zeros(1, dtype=torch.float64), generator=drawn)
    # Pure noise and a fast learner: without stopping it would learn the training people by heart.
    how = Training(steps=500, learning_rate=0.05, decay=0.0, kind=TaskKind.YES_NO)
    train(net, (x,), y, torch.ones(100, dtype=torch.float64), how, generator=drawn)
    with torch.no_grad():
        assert net(x).abs().max() < 3.0

"""The imputing network learns a wave, and a token's answer does not come from the token itself."""

import numpy as np
import torch

from sennight.generate.baselines import Cells
from sennight.generate.saits import TOKEN_MIN, TOKENS, DiagonalBlock, train_saits
from sennight.record import MINUTES_PER_DAY


def person(seed: int, days: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    minute = np.arange(days * MINUTES_PER_DAY)
    x = np.sin(2 * np.pi * minute / MINUTES_PER_DAY)[:, None] + rng.normal(0, 0.1, (len(minute), 1))
    return x.astype(np.float32), np.ones(x.shape, dtype=np.bool_)


def test_it_learns_what_a_day_looks_like() -> None:
    model = train_saits([person(i) for i in range(4)], steps=60)
    x, seen = person(9, days=2)
    seen[500:620] = False
    cells = Cells.of(~seen)
    made = model.guess(np.where(seen, x, np.float32(0)), seen, cells)
    assert made.shape == (120,)
    assert np.mean((made - x[~seen]) ** 2) < 0.3 * np.mean(x[~seen] ** 2)
    louder = np.where(seen, x, np.float32(50))
    assert np.array_equal(model.guess(louder, seen, cells), made)


def test_no_token_attends_to_itself() -> None:
    torch.manual_seed(0)
    _, attention = DiagonalBlock()(torch.randn(2, TOKENS, 64))
    assert torch.diagonal(attention, dim1=1, dim2=2).abs().max() == 0
    assert torch.allclose(attention.sum(dim=2), torch.ones(2, TOKENS), atol=1e-5)
    assert TOKENS * TOKEN_MIN == MINUTES_PER_DAY

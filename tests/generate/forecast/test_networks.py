"""Every network learns a level, answers ordered quantiles, repeats itself by seed; fine-tuning moves a copy."""

import numpy as np
import pytest

from sennight.generate.forecast.networks import NETWORKS, fine_tune, train_network
from sennight.generate.forecast.panel import Panel


def waves(n: int, seed: int, *, level: float = 10.0) -> Panel:
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 2 * np.pi, (n, 1))
    whole = level + 3 * np.sin(2 * np.pi * np.arange(36) / 12 + phase) + rng.normal(0, 0.3, (n, 36))
    whole[rng.random(whole.shape) < 0.05] = np.nan
    return Panel(
        history=whole[:, :24], future=whole[:, 24:], person=tuple(f"p{i}" for i in range(n)), cut=np.arange(n),
        weekday=np.arange(n) % 7, season=12,
    )  # fmt: skip


def mae(made: np.ndarray, panel: Panel) -> float:
    return float(np.nanmean(np.abs(made[:, :, 2] - panel.future)))


@pytest.mark.parametrize("name", NETWORKS)
def test_training_helps_on_unseen_waves_and_quantiles_keep_their_order(name: str) -> None:
    train, test = waves(192, 0), waves(64, 1)
    untrained, made = (train_network(name, train, epochs=n, seed=0)(test) for n in (0, 8))
    assert made.shape == (64, 12, 5)
    assert (np.diff(made, axis=2) >= 0).all()
    assert (made >= 0).all()
    assert mae(made, test) < mae(untrained, test)


def test_the_seed_decides_it_and_tuning_leaves_the_first_alone() -> None:
    train, own = waves(200, 0), waves(40, 2, level=4.0)
    first, again = (train_network("MLP", train, epochs=3, seed=1) for _ in range(2))
    before = first(own)
    assert np.array_equal(before, again(own))
    tuned = fine_tune(first, own, epochs=20, learning_rate=2e-3)
    assert np.array_equal(first(own), before)
    assert mae(tuned(own), own) < mae(before, own)
    assert np.array_equal(fine_tune(first, own.take(np.zeros(40, dtype=np.bool_)))(own), before)

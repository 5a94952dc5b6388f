"""The mixer finds a sum of cues, its quantiles never cross, and a seed decides it."""

import numpy as np
import torch

from sennight.generate.mixer import QUANTILES, train_mixer


def made(seed: int = 0) -> tuple[np.ndarray, np.ndarray, object]:
    rng = np.random.default_rng(3)
    rows = rng.normal(0, 1, (6_000, 4)).astype(np.float32)
    truth = (rows[:, 0] - 0.5 * rows[:, 1] + rng.normal(0, 0.3, 6_000)).astype(np.float32)
    return rows, truth, train_mixer(rows, truth, truth, epochs=25, batch=512, seed=seed)


def test_means_and_quantiles_of_noise_are_found() -> None:
    rows, truth, mixer = made()
    mixed = mixer.mix(rows)  # type: ignore[attr-defined]
    assert np.mean((mixed.mean - truth) ** 2) < 0.12  # the noise itself has .09
    assert (np.diff(mixed.quantiles, axis=1) >= 0).all()
    for k, level in enumerate(QUANTILES):
        assert abs((truth <= mixed.quantiles[:, k]).mean() - level) < 0.06


def test_the_seed_decides_it() -> None:
    rows, _, mixer = made()
    torch.rand(5)
    _, _, again = made()
    assert np.array_equal(mixer.mix(rows).mean, again.mix(rows).mean)  # type: ignore[attr-defined]


def test_no_rows_give_no_guesses() -> None:
    _, _, mixer = made()
    assert mixer.mix(np.zeros((0, 4), dtype=np.float32)).quantiles.shape == (0, len(QUANTILES))  # type: ignore[attr-defined]

"""A mixer that is noise is not believed, one that is right is; what was fitted is never worse than either end."""

import numpy as np
import pytest

from sennight.generate.bands import gap_class
from sennight.generate.lean import Lean


def test_noise_is_not_believed_and_truth_is() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 1, 4_000).astype(np.float32)
    habit = np.zeros_like(truth)
    gap = np.repeat([5, 500], 2_000)
    mixed = np.where(gap == 5, truth, rng.normal(0, 1, 4_000)).astype(np.float32)
    beside = np.zeros(len(truth), dtype=np.bool_)
    lean = Lean.fit(truth, mixed, habit, gap=gap, beside=beside)
    short, long = (int(gap_class(np.array([g]))[0]) for g in (5, 500))
    assert lean.share[short, 0] == pytest.approx(1.0)
    assert lean.share[long, 0] < 0.1
    assert lean.share[:, 1].tolist() == [1.0] * len(lean.share)  # nothing of that kind was seen
    made = lean(mixed, habit, gap=gap, beside=beside)
    assert np.mean((made - truth) ** 2) <= min(np.mean((mixed - truth) ** 2), np.mean((habit - truth) ** 2))


def test_without_a_fit_the_mixer_speaks() -> None:
    one = np.array([2.0], dtype=np.float32)
    assert Lean.none()(one, 0 * one, gap=np.array([700]), beside=np.array([True])) == one

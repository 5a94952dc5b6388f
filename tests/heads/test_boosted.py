"""Boosted trees: they follow what no line can, and say what to install where the package is absent."""

import sys

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.heads import BoostedConfig, LinearConfig
from sennight.tasks import TaskKind


def corners(n: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Yes where two signs agree: no line tells."""
    x = np.random.default_rng(seed).normal(size=(n, 4))
    return x, (x[:, 0] * x[:, 1] > 0).astype(np.float64)


def test_it_follows_what_no_line_can():
    x, y = corners()
    fresh, truth = corners(seed=1)
    trees = BoostedConfig(columns=1.0).build().fit(x, y, kind=TaskKind.YES_NO).predict(fresh)
    line = LinearConfig().build().fit(x, y, kind=TaskKind.YES_NO).predict(fresh)
    assert np.corrcoef(trees, truth)[0, 1] > 0.7 > 0.2 > abs(np.corrcoef(line, truth)[0, 1])


def test_the_seed_decides_what_is_drawn():
    x, y = corners()
    said = [BoostedConfig(seed=s).build().fit(x, y, kind=TaskKind.YES_NO).predict(x) for s in (0, 0, 1)]
    np.testing.assert_array_equal(said[0], said[1])
    assert (said[0] != said[2]).any()


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    x, y = corners(n=30)
    with pytest.raises(InputError, match=r"needs the package lightgbm") as told:
        BoostedConfig().build().fit(x, y, kind=TaskKind.YES_NO)
    assert "sennight[heads]" in str(told.value)

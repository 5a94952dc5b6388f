"""Network heads: a bend that no line follows, and a day that matters among days that do not."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from sennight.errors import InputError
from sennight.heads import AttentionConfig, LinearConfig, NetworkConfig
from sennight.heads.network import unrow
from sennight.tasks import TaskKind


def test_it_follows_a_bend():
    rng = np.random.default_rng(0)
    x, fresh = rng.normal(size=(500, 3)), rng.normal(size=(300, 3))
    head = NetworkConfig(decay=0.01).build().fit(x, np.abs(x[:, 0]), kind=TaskKind.AMOUNT)
    line = LinearConfig().build().fit(x, np.abs(x[:, 0]), kind=TaskKind.AMOUNT)
    truth = np.abs(fresh[:, 0])
    assert np.corrcoef(head.predict(fresh), truth)[0, 1] > 0.8
    assert abs(np.corrcoef(line.predict(fresh), truth)[0, 1]) < 0.4


def needle_days(n: int, *, days: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """[P, D, W] days, who has which, answers: one marked day carries the answer; a mean over days drowns it."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, days, 5))
    y = (rng.random(n) < 0.5).astype(np.float64)
    marked = rng.integers(0, days - 1, size=n)
    x[:, :, 0] = -1.0
    x[np.arange(n), marked, 0] = 3.0
    x[np.arange(n), marked, 1] = 3 * (2 * y - 1)
    seen = np.ones((n, days), dtype=np.bool_)
    seen[:, -1] = rng.random(n) < 0.5
    seen[np.arange(n), marked] = True
    return x * seen[:, :, None], seen, y


def rows(x: np.ndarray, seen: np.ndarray) -> np.ndarray:
    return np.concatenate([seen.astype(np.float64), x.reshape(len(x), -1)], axis=1)


def test_attention_finds_the_day_that_matters():
    x, seen, y = needle_days(800)
    fresh, there, truth = needle_days(400, seed=1)
    config = AttentionConfig(days=6, components=None, decay=0.01, nets=1, learning_rate=0.03)
    said = config.build().fit(rows(x, seen), y, kind=TaskKind.YES_NO).predict(rows(fresh, there))
    mean = LinearConfig().build().fit(x.mean(axis=1), y, kind=TaskKind.YES_NO).predict(fresh.mean(axis=1))
    assert np.mean((said > 0.5) == truth) > 0.97
    assert np.mean((said > 0.5) == truth) > np.mean((mean > 0.5) == truth) + 0.03


def test_rows_come_apart_as_they_were_laid_and_other_widths_are_refused():
    x, seen, _ = needle_days(4)
    values, there = unrow(rows(x, seen), days=6)
    np.testing.assert_array_equal(values, x)
    np.testing.assert_array_equal(there, seen)
    with pytest.raises(InputError, match="not 6 days"):
        unrow(np.zeros((3, 35)), days=6)


def test_several_days_cannot_be_squeezed_beforehand():
    assert not AttentionConfig(days=7).squeezable
    assert AttentionConfig().squeezable
    with pytest.raises((InputError, TypeCheckError), match="beforehand"):
        AttentionConfig(days=7, inputs="squeezed")


def test_attention_bears_people_of_whom_only_columns_beside_are_known():
    rng = np.random.default_rng(0)
    beside, nothing = rng.normal(size=(200, 1)), np.zeros((200, 0))
    y = (beside[:, 0] > 0).astype(np.float64)
    head = AttentionConfig(days=7, nets=1).build().fit(nothing, y, kind=TaskKind.YES_NO, beside=beside)
    assert np.corrcoef(head.predict(nothing, beside=beside), y)[0, 1] > 0.7

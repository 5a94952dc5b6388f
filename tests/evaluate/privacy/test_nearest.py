"""Generated days that are copies of training days are found; honest ones are not accused."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.evaluate.privacy.nearest import copies, distances, nearer_to_first, nearest_distance

CELLS = 120


def days(n: int, seed: int):
    rng = np.random.default_rng(seed)
    wave = np.sin(np.linspace(0, 6.28, CELLS) + rng.uniform(0, 6.28, (n, 1)))
    return (wave + 0.3 * rng.normal(size=(n, CELLS))).astype(np.float32), rng.random((n, CELLS)) < 0.9


def test_the_distance_is_what_a_loop_computes() -> None:
    (x, sx), (t, st) = days(5, 0), days(7, 1)
    by_hand = [
        min(np.sqrt(((x[i] - t[j])[sx[i] & st[j]] ** 2).mean()) for j in range(7))  # a day at a time
        for i in range(5)
    ]
    assert nearest_distance(x, sx, t, st) == pytest.approx(by_hand, rel=1e-4)


def test_planted_copies_are_counted_and_honest_days_pass() -> None:
    """P-05."""
    (train, ts), (held, hs), (made, ms) = days(800, 0), days(1500, 1), days(1000, 2)
    bar = nearest_distance(held, hs, train, ts)
    honest = copies(nearest_distance(made, ms, train, ts), bar, n_train=800)
    assert honest.copies <= 4  # 1 expected: they are drawn as the held-out ones are
    leaked = made.copy()
    leaked[:7] = train[:7] + np.float32(0.01)
    told = copies(nearest_distance(leaked, ms, train, ts), bar, n_train=800)
    assert told.copies >= 7
    assert not told.passed
    assert told.nearest < 0.02 < told.bar


def test_days_made_from_training_days_lie_nearer_to_them_than_to_strangers() -> None:
    """P-05: with as many strangers' days to compare with, honest days are as near to either."""
    (train, ts), (held, hs), (made, ms) = days(400, 0), days(900, 1), days(300, 2)
    rng = np.random.default_rng(0)
    share, low, high = nearer_to_first(distances(made, ms, train, ts), distances(made, ms, held, hs), rng=rng)
    assert low <= share <= high
    assert low < 0.5 < high
    leaked = train[:300] + np.float32(0.2) * rng.normal(size=(300, CELLS)).astype(np.float32)
    share, low, _ = nearer_to_first(distances(leaked, ms, train, ts), distances(leaked, ms, held, hs), rng=rng)
    assert low > 0.6
    assert share > 0.7


def test_days_that_share_too_few_minutes_are_far() -> None:
    x = np.zeros((1, CELLS), dtype=np.float32)
    seen = np.zeros((1, CELLS), dtype=np.bool_)
    seen[0, :59] = True
    assert nearest_distance(x, seen, x, seen)[0] == np.inf


def test_too_few_held_out_days_make_no_bar() -> None:
    with pytest.raises(InputError, match="1,000"):
        copies(np.ones(5), np.ones(999), n_train=10)

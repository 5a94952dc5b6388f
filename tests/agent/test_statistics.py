import numpy as np
import pytest

from sennight.agent.statistics import (
    association,
    block_orders,
    change_point,
    difference,
    effective_days,
    mean_interval,
    robust_slope,
)

RNG = np.random.default_rng(1)
DAYS = np.arange(200)


def wave(n: int, r: float, rng: np.random.Generator) -> np.ndarray:
    x = rng.normal(size=n)
    for i in range(1, n):
        x[i] = r * x[i - 1] + np.sqrt(1 - r**2) * x[i]
    return x


def test_days_that_resemble_each_other_count_less() -> None:
    free, tied = RNG.normal(size=200), wave(200, 0.8, RNG)
    assert effective_days(free - free.mean(), DAYS) > 130
    assert effective_days(tied - tied.mean(), DAYS) < 60


def test_nine_in_ten_intervals_hold_the_mean_also_of_tied_days() -> None:
    rng = np.random.default_rng(2)
    for r in (0.0, 0.5):
        held = 0
        for _ in range(400):
            ends = mean_interval(wave(40, r, rng), DAYS[:40])
            assert ends is not None
            held += ends[0] <= 0 <= ends[1]
        assert 0.82 <= held / 400 <= 0.96
    assert mean_interval(np.array([1.0, 2.0]), DAYS[:2]) is None


def test_a_difference_has_its_sign_and_holds_the_truth() -> None:
    a, b = RNG.normal(0, 1, 60), RNG.normal(2, 1, 60)
    found = difference(a, DAYS[:60], b, DAYS[100:160])
    assert found.low < 2 < found.high
    assert found.p < 1e-6
    same = difference(np.ones(5), DAYS[:5], np.ones(5), DAYS[:5])
    assert (same.value, same.p) == (0, 1)


def test_a_slope_survives_outliers_and_its_interval_holds_it() -> None:
    x = 0.5 * DAYS[:60] + RNG.normal(0, 1, 60)
    x[10] = 500
    found = robust_slope(x, DAYS[:60])
    assert found.a_day == pytest.approx(0.5, abs=0.05)
    assert found.low <= 0.5 <= found.high
    long = robust_slope(0.1 * np.arange(3_000.0), np.arange(3_000))
    assert long.a_day == pytest.approx(0.1)


def test_a_jump_is_found_on_its_day_and_noise_has_none() -> None:
    x = RNG.normal(0, 1, 80)
    x[50:] += 3
    found = change_point(x)
    assert found is not None
    assert abs(found[0] - 50) <= 4
    assert found[1] <= 0.01
    ps = [change_point(np.random.default_rng(s).normal(size=60), rounds=99) for s in range(40)]
    assert sum(p is not None and p[1] <= 0.05 for p in ps) <= 6
    assert change_point(x[:10]) is None


def test_an_association_is_found_and_shuffled_days_have_none() -> None:
    x = RNG.normal(size=80)
    found = association(x, x + RNG.normal(0, 0.5, 80))
    assert found.rho > 0.7
    assert found.p <= 0.01
    ps = [association(*np.random.default_rng(s).normal(size=(2, 60)), rounds=199).p for s in range(60)]
    assert sum(p <= 0.05 for p in ps) <= 9
    assert association(np.ones(20), x[:20]).p == 1


def test_blocks_of_neighbours_stay_together_and_every_day_comes_once() -> None:
    orders = block_orders(23, 7, 50, np.random.default_rng(0))
    assert (np.sort(orders, axis=1) == np.arange(23)).all()
    inside = np.diff(orders, axis=1) == 1
    assert (inside.sum(axis=1) >= 23 - 4).all()
    assert len({tuple(o) for o in orders}) > 5

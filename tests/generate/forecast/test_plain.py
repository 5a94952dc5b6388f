"""Plain forecasts by hand, and quantiles that cover."""

import numpy as np
import pytest

from sennight.generate.forecast.panel import Panel
from sennight.generate.forecast.plain import PLAIN, Residuals, Ridge, crossed


def panel(history: np.ndarray, future: np.ndarray, season: int) -> Panel:
    n = len(history)
    return Panel(
        history=history, future=future, person=tuple(f"p{i}" for i in range(n)), cut=np.arange(n),
        weekday=np.arange(n) % 7, season=season,
    )  # fmt: skip


WEEK = np.array([[1.0, 2, 3, np.nan, 5, 6, 7]])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("last value", [7, 7, 7]),
        ("seasonal naive", [5, 6, 7]),
        ("mean of history", [4, 4, 4]),
        ("drift", [8, 9, 10]),
        ("seasonal mean", [11 / 3, 13 / 3, 4]),
    ],
)
def test_points_by_hand(name: str, expected: list[float]) -> None:
    made = PLAIN[name](panel(WEEK, np.zeros((1, 3)), season=3))
    assert made[0].tolist() == pytest.approx(expected)


def test_a_step_that_was_missing_takes_the_season_before() -> None:
    history = np.array([[1.0, 2, 3, 4, np.nan, np.nan]])
    assert PLAIN["seasonal naive"](panel(history, np.zeros((1, 4)), season=3))[0].tolist() == [4, 2, 3, 4]


def test_smoothing_finds_level_and_season_and_ignores_what_is_missing() -> None:
    rng = np.random.default_rng(0)
    shape = np.array([1.0, 5, 2, 8])
    series = np.tile(shape, 12)[None] + 10 + rng.normal(0, 0.1, (3, 48))
    series[1, 5:9] = np.nan
    made = PLAIN["ETS"](panel(series, np.zeros((3, 4)), season=4))
    assert made == pytest.approx(np.tile(shape + 10, (3, 1)), abs=1.0)


def test_nothing_known_gives_finite_numbers_everywhere() -> None:
    history = np.full((2, 6), np.nan)
    history[1] = 4
    for point in PLAIN.values():
        assert np.isfinite(point(panel(history, np.zeros((2, 3)), season=3))).all()


def noise(n: int, seed: int) -> Panel:
    rng = np.random.default_rng(seed)
    level = rng.uniform(50, 100, (n, 1))
    whole = level + rng.normal(0, 5, (n, 10))
    return panel(whole[:, :7], whole[:, 7:], season=7)


def test_ridge_learns_the_level_and_quantiles_cover() -> None:
    train, test = noise(2_000, 0), noise(2_000, 1)
    ridge = Ridge.fit(train)
    made = ridge(test)
    assert np.abs(made - test.future).mean() < np.abs(PLAIN["last value"](test) - test.future).mean()
    q = Residuals.of(train, ridge(train)).quantiles(test, made)
    assert (np.diff(q, axis=2) >= 0).all()
    assert 0.87 < ((q[..., 0] <= test.future) & (test.future <= q[..., 4])).mean() < 0.93


def test_more_numbers_help_a_ridge_that_knows_them() -> None:
    train, test = noise(600, 0), noise(600, 1)
    hint = [p.future.mean(axis=1, keepdims=True) - p.history.mean(axis=1, keepdims=True) for p in (train, test)]
    with_hint = Ridge.fit(train, hint[0])(test, hint[1])
    assert np.abs(with_hint - test.future).mean() < np.abs(Ridge.fit(train)(test) - test.future).mean()


def test_residuals_of_others_are_wider_than_ones_own_where_a_ridge_has_learnt_by_heart() -> None:
    rng = np.random.default_rng(0)
    train, test = (panel(rng.normal(50, 5, (n, 60)), rng.normal(50, 5, (n, 3)), season=7) for n in (60, 500))
    own = np.abs(Ridge.fit(train)(train) - train.future).mean()
    honest = np.abs(crossed(train, lambda p, rows: Ridge.fit(p.take(~rows))(p.take(rows))) - train.future).mean()
    came = np.abs(Ridge.fit(train)(test) - test.future).mean()
    assert own < honest
    assert abs(honest - came) < abs(own - came)

"""Forecast errors by hand; early and later pairs never touch; gains with intervals."""

import numpy as np
import polars as pl
import pytest

from sennight.evaluate.generated.forecasting import (
    early_and_later,
    error_of,
    forecast_errors,
    forecasters,
    gain,
    in_band,
    judge_personal,
    point_forecaster,
    with_residuals,
)
from sennight.generate.forecast.panel import Panel
from sennight.generate.forecast.plain import PLAIN


def panel(people: int = 8, pairs: int = 12, seed: int = 0, level: float = 100.0) -> Panel:
    """Everybody has a level of their own that the days wander around."""
    rng = np.random.default_rng(seed)
    history, future, person, cut = [], [], [], []
    for p in range(people):
        own = level + 10 * p
        for c in range(pairs):
            history.append(own + rng.normal(0, 5, 7))
            future.append(own + rng.normal(0, 5, 2))
            person.append(f"{seed}-{p}")
            cut.append(c)
    n = len(person)
    return Panel(history=np.array(history), future=np.array(future), person=tuple(person), cut=np.array(cut),
                 weekday=np.zeros(n, dtype=np.int64), season=7)  # fmt: skip


def test_errors_are_sums_over_what_came() -> None:
    test = panel(2, 3)
    test.future[0, 1] = np.nan
    flat = np.repeat(PLAIN["mean of history"](test)[:, :, None], 5, axis=2)
    errors = forecast_errors(test, {"flat": flat}, steps_a_day=1)
    first = errors.filter((pl.col("person") == "0-0") & (pl.col("day") == 2)).row(0, named=True)
    off = np.abs(test.future[1:3, 1] - flat[1:3, 1, 2])
    assert first["steps"] == 2
    assert first["ae"] == pytest.approx(off.sum())
    assert first["se"] == pytest.approx((off**2).sum())
    assert first["pinball"] == pytest.approx(off.sum() / 2 - 0, rel=0.5)
    assert first["inside"] == 0
    by_hand = [np.nanmean(np.abs(test.future[i : i + 3] - flat[i : i + 3, :, 2])) for i in (0, 3)]
    assert error_of(errors, "flat").value == pytest.approx(float(np.mean(by_hand)))


def test_the_mean_gains_over_the_last_value_and_bands_cover() -> None:
    train, test = panel(seed=1), panel(seed=2)
    made = {name: point_forecaster(name, train)(test) for name in ("mean of history", "seasonal naive", "ridge")}
    errors = forecast_errors(test, made, steps_a_day=1)
    found = gain(errors, "mean of history")
    assert 0.1 < found.low < found.value < found.high < 0.6
    assert found.people == 8
    assert 0.8 < in_band(errors, "mean of history") < 0.98
    ready = with_residuals(train, {"x": (PLAIN["drift"](train), PLAIN["drift"](test))}, test)
    assert ready["x"].shape == (96, 2, 5)


def test_all_plain_ones_are_learnt_and_networks_if_wanted() -> None:
    train = panel(3, 10)
    assert set(forecasters(train, networks=False)) == {*PLAIN, "ridge"}
    assert {"MLP", "PatchTST"} <= set(forecasters(train, epochs=1))


def test_no_early_future_reaches_into_the_later_pairs() -> None:
    mine = panel(1, 20)
    early, later = early_and_later(mine)
    assert len(early)
    assert len(later)
    assert (early.cut + early.horizon).max() <= later.cut.min()
    hours = Panel(**{**vars(mine), "future": np.zeros((20, 48)), "season": 24})
    early, later = early_and_later(hours)
    assert (early.cut + 2).max() <= later.cut.min()
    nobody = mine.take(np.zeros(20, dtype=np.bool_))
    assert len(early_and_later(nobody)[0]) == 0


def test_knowing_a_strange_person_helps() -> None:
    train, test = panel(6, 12, seed=1), panel(2, 40, seed=3, level=100.0)
    # They walk twice as far on the day after a cut as before it, which nobody in training does.
    test.future[:] = 2 * test.history.mean(axis=1, keepdims=True)
    errors = judge_personal(train, test, name="MLP", epochs=3)
    assert set(errors["model"]) == {"everybody's", "personal"}
    assert gain(errors, "personal", "everybody's").value > 0
    assert not len(judge_personal(train, panel(1, 3, seed=5), name="MLP", epochs=1))

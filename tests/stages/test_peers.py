import numpy as np
import polars as pl
import pytest

from sennight.stages.peers import percentiles, weighted_quantiles


def test_equal_weights_give_plain_quantiles() -> None:
    x = np.arange(101.0)
    assert weighted_quantiles(x, np.ones(101), (5, 50, 95)) == pytest.approx([5, 50, 95], abs=0.6)


def test_weight_moves_a_quantile() -> None:
    assert weighted_quantiles(np.array([1.0, 9.0]), np.array([9.0, 1.0]), (50,))[0] < 5


def test_bands_with_few_people_are_left_out() -> None:
    people = pl.DataFrame({name: np.arange(120.0) for name in ("steps", "active_minutes", "sedentary_minutes")})
    age = np.where(np.arange(120) < 60, 25.0, np.where(np.arange(120) < 115, 35.0, 45.0))
    table = percentiles(people, age=age, female=np.ones(120), weight=np.ones(120))
    assert set(table["age_low"]) == {20, 30}
    assert set(table["sex"]) == {"female"}
    steps = table.filter((pl.col("metric") == "steps") & (pl.col("age_low") == 20))
    assert steps["people"][0] == 60
    assert steps["p50"][0] == pytest.approx(29.5, abs=0.6)

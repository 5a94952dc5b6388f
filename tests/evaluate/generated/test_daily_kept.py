"""Days judged on what was hidden; accuracy kept by hand."""

import numpy as np
import polars as pl
import pytest

from sennight.backbones.day_transformer import ChannelScale, Transform
from sennight.evaluate.generated.daily_kept import (
    BASELINES,
    OURS,
    calibrate_days,
    inside,
    judge_days,
    kept,
    usual_contributions,
)
from sennight.generate.daily import HOLE_CLASSES
from sennight.generate.learn import learn
from sennight.generate.scales import Scales
from sennight.record import WindowBatch


def person(name: str) -> WindowBatch:
    """Walks for an hour at a time of their own, farther on some days than on others."""
    rng = np.random.default_rng([*name.encode()])
    steps = np.zeros((4, 1440))
    start = int(rng.integers(500, 1100))
    for day in range(4):
        steps[day, start : start + 60] = rng.poisson(rng.uniform(30, 110), 60)
    seen = np.ones((4, 1440, 1), dtype=np.bool_)
    return WindowBatch(
        people=(name,) * 4, ordinal=(1, 2, 3, 4), weekday=np.arange(4).astype(np.int16),
        day_of_year=np.full(4, -1, dtype=np.int16), values=steps[:, :, None].astype(np.float32), seen=seen,
        channels=("steps",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def days() -> pl.DataFrame:
    scales = Scales(scales=(ChannelScale(channel="steps", transform=Transform.LOG, mean=0.2, sd=0.8),))
    train, check = [person(f"t{i}") for i in range(6)], [person(f"c{i}") for i in range(6)]
    filler = learn(train, check, scales=scales, model=None, epochs=2, most_looks=1)
    bands = calibrate_days(check, filler)
    return judge_days([person(f"n{i}") for i in range(6)], filler, bands, usual_contributions(train, filler))


def test_every_method_answers_for_the_same_days(days: pl.DataFrame) -> None:
    assert set(days["method"]) == {OURS, *BASELINES}
    assert set(days["hidden"]) == set(HOLE_CLASSES)
    each = days.group_by("person", "day", "metric", "hidden").agg(pl.len(), pl.col("truth").n_unique().alias("truths"))
    assert set(each["len"]) == {5}
    assert set(each["truths"]) == {1}
    assert set(days["metric"]) == {"steps", "active_minutes"}


def test_more_is_kept_of_short_holes_and_intervals_hold(days: pl.DataFrame) -> None:
    short, long = (kept(days, "steps", hidden, OURS)[0] for hidden in (10, 240))
    assert short.value > long.value
    assert short.low <= short.value <= short.high
    assert short.people == 6
    assert 0.6 <= inside(days, "steps", 60) <= 1


def test_accuracy_kept_by_hand() -> None:
    truth, estimate = [100.0, 200.0, 300.0, 400.0], [110.0, 190.0, 300.0, 400.0]
    table = pl.DataFrame(
        {"person": ["a", "a", "b", "b"], "metric": ["steps"] * 4, "hidden": [60] * 4, "method": [OURS] * 4,
         "truth": truth, "estimate": estimate, "low": [0.0] * 4, "high": [399.0] * 4}
    )  # fmt: skip
    r2, r, share = kept(table, "steps", 60, OURS)
    assert r2.value == pytest.approx(1 - 200 / 50_000)
    assert r.value == pytest.approx(np.corrcoef(truth, estimate)[0, 1])
    assert share.value == pytest.approx(1 - 20 / 1_000)
    assert inside(table, "steps", 60) == 0.75
    assert np.isnan(kept(table, "energy", 60, OURS)[0].value)

"""Every method is judged on the same cells, by sums that can be computed again by hand."""

import numpy as np
import polars as pl
import pytest

from sennight.backbones.day_transformer import ChannelScale, Transform
from sennight.evaluate.generated.filling import SCENARIO_NAMES, judge_filling
from sennight.generate.baselines import NAMES, Population
from sennight.generate.fill import Filler
from sennight.generate.learn import learn
from sennight.generate.scales import Scales
from sennight.record import WindowBatch


def person(name: str) -> WindowBatch:
    rng = np.random.default_rng([*name.encode()])
    minute = np.arange(1440)
    asleep = (minute < 420)[None] | (rng.random((3, 1440)) < 0.01)
    heart = 60 + 15 * ~asleep + rng.normal(0, 3, (3, 1440))
    values = np.stack([heart, asleep], axis=2).astype(np.float32)
    return WindowBatch(
        people=(name,) * 3, ordinal=(1, 2, 3), weekday=np.arange(3).astype(np.int16),
        day_of_year=np.full(3, -1, dtype=np.int16), values=values, seen=np.ones(values.shape, dtype=np.bool_),
        channels=("heart_rate", "asleep"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def judged() -> tuple[Filler, pl.DataFrame, pl.DataFrame]:
    scales = Scales(
        scales=(
            ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=70.0, sd=10.0),
            ChannelScale(channel="asleep", transform=Transform.BINARY, mean=0.0, sd=1.0),
        )
    )
    train = [person(f"t{i}") for i in range(6)]
    filler = learn(train, [person(f"c{i}") for i in range(4)], scales=scales, model=None, epochs=2, most_looks=1)
    natural = Population.of(np.concatenate([p.values for p in train]), np.concatenate([p.seen for p in train]))
    errors, coverage = judge_filling([person("a"), person("b")], {"ours": filler}, natural)
    return filler, errors, coverage


def test_all_methods_answer_for_the_same_cells(judged: tuple[Filler, pl.DataFrame, pl.DataFrame]) -> None:
    _, errors, _ = judged
    assert set(errors["method"]) == {*NAMES, "ours"}
    cells = errors.group_by("person", "scenario", "channel").agg(pl.col("cells").n_unique())["cells"]
    assert cells.to_list() == [1] * len(cells)
    assert set(errors["scenario"]) <= set(SCENARIO_NAMES)
    assert {"minutes", "block", "whole_channel", "future", "sleep_gap"} <= set(errors["scenario"])


def test_an_error_is_what_it_is_by_hand(judged: tuple[Filler, pl.DataFrame, pl.DataFrame]) -> None:
    filler, errors, _ = judged
    row = errors.filter(
        (pl.col("scenario") == "sleep_gap") & (pl.col("method") == "mean") & (pl.col("person") == "a")
    ).row(0, named=True)
    truth = person("a").values[..., 0][person("a").values[..., 1] > 0]
    scaled = (truth - 70) / 10
    assert row["cells"] == len(truth)
    assert row["se"] == pytest.approx(((scaled - filler.population.mean[0]) ** 2).sum(), rel=1e-5)
    assert row["ae_natural"] / row["ae"] == pytest.approx(10, rel=0.01)


def test_balanced_counts_are_of_binary_channels_alone(judged: tuple[Filler, pl.DataFrame, pl.DataFrame]) -> None:
    _, errors, _ = judged
    heart = errors.filter(pl.col("channel") == "heart_rate")
    assert heart["yes"].sum() == heart["no_right"].sum() == 0
    asleep = errors.filter((pl.col("channel") == "asleep") & (pl.col("method") == "ours"))
    assert (asleep["yes_right"] <= asleep["yes"]).all()
    assert (asleep["yes_right"] + asleep["no_right"] <= asleep["cells"]).all()
    assert asleep["yes_right"].sum() > 0.8 * asleep["yes"].sum()


def test_the_same_seed_makes_the_same_holes(judged: tuple[Filler, pl.DataFrame, pl.DataFrame]) -> None:
    filler, errors, coverage = judged
    natural = Population(mean=np.zeros(2), time_of_day=np.zeros((1440, 2)))
    again, bands = judge_filling([person("a")], {"ours": filler}, natural)
    ours = (pl.col("method") == "ours") & (pl.col("person") == "a")
    assert again.filter(ours)["se"].to_list() == errors.filter(ours)["se"].to_list()
    assert bands["inside"].to_list() == coverage.filter(pl.col("person") == "a")["inside"].to_list()
    assert (bands["inside"] <= bands["cells"]).all()

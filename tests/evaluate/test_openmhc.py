"""Made-up days in the benchmark's shapes go through every adapter."""

import numpy as np
import pytest

from sennight.backbones.day_transformer import ChannelScale, Transform
from sennight.backbones.handcrafted import HandcraftedConfig
from sennight.errors import InputError
from sennight.evaluate.openmhc import SENSOR_CHANNELS, OpenMhcForecaster, OpenMhcImputer, OpenMhcMethod
from sennight.generate.fill import Filler
from sennight.generate.learn import learn
from sennight.generate.scales import Scales
from sennight.record import WindowBatch


def days(seed: int, n: int = 3) -> np.ndarray:
    """(n, 19, 1440): heart rate in beats a second, steps of watch and phone, sleep; all else is NaN."""
    rng = np.random.default_rng(seed)
    data = np.full((n, 19, 1440), np.nan, dtype=np.float32)
    asleep = (np.arange(1440) < 420).astype(np.float32)
    walk = np.zeros((n, 1440))
    walk[:, 600:660] = rng.poisson(80, (n, 60))
    data[:, 5] = (60 + 15 * (1 - asleep) + 0.3 * walk + rng.normal(0, 2, (n, 1440))) / 60
    data[:, 3], data[:, 0] = walk, walk // 2
    data[:, 7] = asleep
    data[:, 9] = walk > 0
    return data


@pytest.fixture(scope="module")
def filler() -> Filler:
    scales = Scales(
        scales=(
            ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=75.0, sd=12.0),
            ChannelScale(channel="steps", transform=Transform.LOG, mean=0.3, sd=1.0),
            ChannelScale(channel="asleep", transform=Transform.BINARY, mean=0.0, sd=1.0),
        )
    )

    def person(seed: int) -> WindowBatch:
        data = days(seed)
        values = np.stack([data[:, 5] * 60, data[:, 3], data[:, 7]], axis=2)
        return WindowBatch(
            people=(str(seed),) * 3, ordinal=(1, 2, 3), weekday=np.full(3, -1, dtype=np.int16),
            day_of_year=np.full(3, -1, dtype=np.int16), values=values, seen=np.ones(values.shape, dtype=np.bool_),
            channels=scales.channels,
        )  # fmt: skip

    return learn(
        [person(i) for i in range(5)],
        [person(i + 50) for i in range(3)],
        scales=scales,
        model=None,
        epochs=2,
        most_looks=1,
    )


@pytest.mark.parametrize("known", [True, False])
def test_targets_are_imputed_in_its_own_units_and_nothing_else_changes(filler: Filler, known: bool) -> None:
    data = days(99)
    observed = np.isfinite(data)
    target = np.zeros_like(observed)
    target[1, :, 605:650] = observed[1, :, 605:650]
    given = np.where(target, np.nan, data).astype(np.float32)
    more = {"user_ids": ["u"] * 3, "dates": ["2024-01-03", "2024-01-01", "2024-01-02"]} if known else {}
    made = OpenMhcImputer(filler).impute(given, observed.astype(np.float32), target.astype(np.float32), **more)
    assert made.dtype == np.float32
    assert np.array_equal(made[observed & ~target], data[observed & ~target])
    assert np.isnan(made[~observed]).all()
    assert np.isfinite(made[target]).all()
    assert 1.0 < made[1, 5, 605:650].mean() < 1.9  # beats a second
    assert (made[1, 9, 605:650] == 1).all()  # the workout is carried forward
    if known:
        assert made[1, 3, 605:650].mean() > 30  # the other two days walk at ten
        hidden = np.where(target, 9.0, data).astype(np.float32)  # what stands at a target may not matter
        again = OpenMhcImputer(filler).impute(hidden, observed.astype(np.float32), target.astype(np.float32), **more)
        assert np.array_equal(again[target], made[target])


def test_hours_are_forecast_for_all_channels() -> None:
    history = np.tile(np.arange(24.0), (19, 7))
    history[3, 50:60] = np.nan
    made = OpenMhcForecaster().predict(history, 24)
    assert made.shape == (19, 24)
    assert made.dtype == np.float32
    assert np.abs(made[0] - np.arange(24)).mean() < 2


def test_a_method_fits_and_predicts_from_hourly_days() -> None:
    rng = np.random.default_rng(0)

    def person(active: bool) -> np.ndarray:
        data = np.zeros((4, 24, 38))
        data[:, :, 3] = rng.poisson(30 if active else 3, (4, 24))
        data[:, :, 5] = 70 + rng.normal(0, 2, (4, 24))
        data[:, :, 19:] = 1
        data[:, :, [19 + 3, 19 + 5]] = 0
        return data

    people = [person(i % 2 == 0) for i in range(40)]
    labels = np.array([i % 2 == 0 for i in range(40)], dtype=float)
    method = OpenMhcMethod(HandcraftedConfig(channels=("steps", "heart_rate")).build())
    with pytest.raises(InputError, match="not fitted"):
        method.predict(people)
    method.fit(people[:30], labels[:30], "binary")
    assert ((method.predict(people[30:]) > 0.5) == labels[30:]).mean() > 0.9
    assert method.encode(people[0]).shape == (80,)
    with pytest.raises(InputError, match="task_type"):
        method.fit(people, labels, "survival")


def test_its_channels_are_nineteen() -> None:
    assert len(SENSOR_CHANNELS) == 19

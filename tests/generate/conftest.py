"""People for filling: a habit that repeats from day to day, counts that follow the heart, and nights off."""

from collections.abc import Callable

import numpy as np
import pytest

from sennight.backbones.day_transformer import ChannelScale, Transform
from sennight.generate.fill import Filler
from sennight.generate.learn import learn
from sennight.generate.scales import Scales
from sennight.record import MINUTES_PER_DAY, WindowBatch

CHANNELS = ("heart_rate", "steps")


def person(name: str, *, days: int = 5, seed: int = 0) -> WindowBatch:
    """Heart rate is a wave whose phase is the person's, and rises with the steps; steps come in bouts."""
    rng = np.random.default_rng([seed, *name.encode()])
    minute = np.arange(MINUTES_PER_DAY)
    phase = rng.uniform(0, 2 * np.pi)
    values = np.zeros((days, MINUTES_PER_DAY, 2), dtype=np.float32)
    for day in range(days):
        steps = np.zeros(MINUTES_PER_DAY)
        for start in (480, 720, 1080):
            at = start + int(rng.integers(0, 60))
            steps[at : at + 60] = rng.poisson(60, 60)
        wave = 70 + 10 * np.sin(2 * np.pi * minute / MINUTES_PER_DAY + phase)
        values[day, :, 1] = steps
        values[day, :, 0] = (wave + 0.4 * steps + rng.normal(0, 2, MINUTES_PER_DAY)).clip(30, 200)
    seen = np.ones(values.shape, dtype=np.bool_)
    seen[:, 120:180] = False
    return WindowBatch(
        people=(name,) * days,
        ordinal=tuple(range(100, 100 + days)),
        weekday=(np.arange(days) % 7).astype(np.int16),
        day_of_year=np.full(days, -1, dtype=np.int16),
        values=np.where(seen, values, np.float32(0)),
        seen=seen,
        channels=CHANNELS,
    )


@pytest.fixture(scope="session")
def make_person() -> Callable[..., WindowBatch]:
    return person


@pytest.fixture(scope="session")
def scales() -> Scales:
    return Scales(
        scales=(
            ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=75.0, sd=15.0),
            ChannelScale(channel="steps", transform=Transform.LOG, mean=0.6, sd=1.4),
        )
    )


@pytest.fixture(scope="session")
def filler(scales: Scales) -> Filler:
    """Learnt from twelve people in a few seconds, without a day transformer."""
    return learn(
        [person(f"train{i}") for i in range(12)],
        [person(f"check{i}") for i in range(8)],
        scales=scales,
        model=None,
        epochs=5,
        most_looks=1,
    )

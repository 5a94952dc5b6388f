"""A day like another is filled from it; nothing of the hole, nor the day itself, takes part."""

import numpy as np
import pytest

from sennight.generate.baselines import Cells, Population
from sennight.generate.nearest_days import NearestDays
from sennight.record import MINUTES_PER_DAY


def waves(phases: list[float]) -> np.ndarray:
    minute = np.arange(MINUTES_PER_DAY)
    days = [np.sin(2 * np.pi * minute / MINUTES_PER_DAY + phase) for phase in phases]
    return np.concatenate(days).astype(np.float32)[:, None]


def donors(phases: list[float]) -> NearestDays:
    x = waves(phases)
    usual = Population(mean=np.zeros(1), time_of_day=np.full((MINUTES_PER_DAY, 1), 9.0))
    return NearestDays.of([(x, np.ones(x.shape, dtype=np.bool_))], usual, np.random.default_rng(0))


def test_the_most_similar_days_fill_the_hole() -> None:
    nearest = donors([0.0] * 12 + [np.pi] * 12)
    x = waves([0.0])
    seen = np.ones(x.shape, dtype=np.bool_)
    seen[600:720] = False
    cells = Cells.of(~seen)
    made = nearest.guess(np.where(seen, x, np.float32(0)), seen, cells)
    assert made == pytest.approx(x[600:720, 0], abs=0.05)  # bins of ten minutes
    louder = np.where(seen, x, np.float32(50))
    assert np.array_equal(nearest.guess(louder, seen, cells), made)


def test_what_no_neighbour_knows_is_what_is_usual() -> None:
    nearest = donors([0.0] * 3)
    blind = NearestDays(value=nearest.value, known=nearest.known.copy(), population=nearest.population)
    blind.known[:, 60:72] = 0
    x = waves([0.0])
    seen = np.ones(x.shape, dtype=np.bool_)
    seen[600:720] = False
    assert (blind.guess(np.where(seen, x, np.float32(0)), seen, Cells.of(~seen)) == 9.0).all()

"""A power law is found again where one was planted, and a size outruns others only where it stays ahead."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.evaluate.scaling import PowerLaw, ScalingPoint, outruns

PEOPLE = [250, 500, 1_000, 2_000, 5_000]


def point(size: str, weights: int, people: int, error: float) -> ScalingPoint:
    return ScalingPoint(
        size=size, weights=weights, people=people, error=error,
        auc=0.6, auc_low=0.5, auc_high=0.7, r=0.2, r_low=0.1, r_high=0.3,
    )  # fmt: skip


def test_a_planted_law_is_found_again() -> None:
    n = np.array(PEOPLE, dtype=np.float64)
    law = PowerLaw.through(PEOPLE, (3.0 * n**-0.4 + 0.5).tolist())
    assert (law.a, law.b, law.c) == pytest.approx((3.0, 0.4, 0.5), rel=1e-3)
    assert law.miss < 1e-6
    np.testing.assert_allclose(law.at(n), 3.0 * n**-0.4 + 0.5, rtol=1e-4)


def test_error_that_does_not_fall_gives_a_flat_law() -> None:
    law = PowerLaw.through(PEOPLE, [0.6, 0.61, 0.59, 0.6, 0.6])
    assert law.at(np.array([250.0, 5_000.0])) == pytest.approx([0.6, 0.6], abs=0.01)
    assert law.miss > 0


def test_three_points_are_too_few() -> None:
    with pytest.raises(InputError, match="4 points, 3 were given"):
        PowerLaw.through([1, 2, 3], [3.0, 2.0, 1.0])


def test_a_size_outruns_the_smaller_ones_where_it_stays_ahead() -> None:
    errors = {"xxs": [0.9, 0.8, 0.7, 0.65, 0.64], "xs": [1.0, 0.7, 0.75, 0.6, 0.5], "s": [1.2, 1.1, 1.0, 0.9, 0.8]}
    weights = {"xxs": 10, "xs": 100, "s": 1_000}
    points = [point(s, weights[s], n, e) for s, row in errors.items() for n, e in zip(PEOPLE, row, strict=True)]
    assert outruns(points) == {"xs": 2_000, "s": None}

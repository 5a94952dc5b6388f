"""What belongs together is drawn, left out and compared as one."""

import numpy as np
import pytest

from sennight.evaluate.together import drawn_together, folds_of_units, numbered, within, within_auc, within_r
from sennight.evaluate.wear_matched import matched_auc, matched_r

PLAN = {"replicates": 200, "seed": 0}


def made(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    unit = rng.permutation(np.repeat(np.arange(20), 10)).astype(np.int64)
    level = rng.normal(size=20)[unit] * 3
    y = (rng.random(200) < 1 / (1 + np.exp(-level))).astype(float)
    return y, level + 0.01 * rng.normal(size=200), unit


def test_a_persons_own_level_is_no_help_within_people() -> None:
    y, p, unit = made()
    found = within_auc(y, p, unit, replicates=200, seed=0)
    assert found is not None
    assert found[1] < 0.5 < found[2]  # the level alone says nothing inside a person
    assert found[0] == pytest.approx(matched_auc(y, p, unit), abs=1e-12)
    assert within("auc", y, p, unit, PLAN) == found


def test_what_is_left_of_amounts_agrees_with_the_wear_matched_r() -> None:
    _, p, unit = made()
    rng = np.random.default_rng(1)
    y = p + rng.normal(size=len(p)) + 5 * unit
    found = within_r(y, p, unit, replicates=100, seed=0)
    assert found is not None
    assert found[0] == pytest.approx(matched_r(y, p, unit), abs=1e-9)
    assert within_r(y, unit * 1.0, unit, replicates=100, seed=0) is None  # a constant inside everybody
    assert within_auc(np.ones(200), p, unit, replicates=10, seed=0) is None


def test_units_are_drawn_and_left_out_whole() -> None:
    _, _, unit = made()
    fold = folds_of_units(unit, k=5, seed=0)
    assert all(len(set(fold[unit == u])) == 1 for u in range(20))
    weights = drawn_together(unit, fold, replicates=50, seed=0)
    assert all((weights[unit == u] == weights[unit == u][0]).all() for u in range(20))
    assert (weights.sum(axis=0) > 0).all()


def test_who_has_no_group_is_a_group() -> None:
    assert len(set(numbered(np.array([7.0, 7.0, np.nan, np.nan])))) == 3

"""The label-free stage: what it learns, from whom, and that odd columns do no harm."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.heads import Squeeze


def people(n: int = 200, width: int = 12, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, 4)) @ rng.normal(size=(4, width)) + 0.1 * rng.normal(size=(n, width))) * 3 + 7


def test_components_are_uncorrelated_largest_first_and_not_whitened():
    z = Squeeze.fit(people(), components=6).apply(people())
    covariance = np.cov(z.T)
    variance = np.diag(covariance)
    np.testing.assert_allclose(covariance - np.diag(variance), 0, atol=1e-12)
    assert (np.diff(variance) < 0).all()
    assert variance[0] > 20 * variance[5]


def test_keeping_all_components_keeps_all_distances():
    x = people()
    z = Squeeze.fit(x, components=12).apply(x)
    standard = (x - x.mean(axis=0)) / x.std(axis=0)
    np.testing.assert_allclose(
        np.linalg.norm(z[3] - z[9]) * np.sqrt(12), np.linalg.norm(standard[3] - standard[9]), rtol=1e-9
    )
    np.testing.assert_allclose(z.var(axis=0).sum(), 1.0, rtol=1e-9)


def test_more_columns_than_people_gives_the_same_geometry_as_the_other_way_round():
    x = people(n=20, width=60)
    wide = Squeeze.fit(x, components=10)
    assert wide.rotation.shape == (60, 10)
    standard = (x - x.mean(axis=0)) / x.std(axis=0)
    vectors = np.linalg.eigh(standard.T @ standard).eigenvectors
    expected = standard @ vectors[:, ::-1][:, :10] / np.sqrt(60)
    np.testing.assert_allclose(np.abs(wide.apply(x)), np.abs(expected), atol=1e-9)


def test_components_are_capped_by_people_and_rank():
    assert Squeeze.fit(people(n=5), components=50).rotation.shape[1] == 4
    assert Squeeze.fit(people(n=1), components=50).rotation.shape[1] == 0
    twins = np.repeat(people()[:, :1], 8, axis=1)
    assert Squeeze.fit(twins, components=5).rotation.shape[1] == 1


def test_a_constant_column_is_dropped_even_when_a_new_person_differs_in_it():
    x = people()
    x[:, 2] = 1 / 3
    squeeze = Squeeze.fit(x, components=None)
    assert squeeze.rotation.shape == (12, 11)
    odd = x[:1].copy()
    odd[0, 2] = 1e6
    np.testing.assert_array_equal(squeeze.apply(odd), squeeze.apply(x[:1]))


def test_a_new_person_far_out_is_clipped():
    x = people()
    far = x[:1].copy()
    far[0, 0] = 1e9
    near = x[:1].copy()
    near[0, 0] = x[:, 0].mean() + 5 * x[:, 0].std()
    squeeze = Squeeze.fit(x, components=6)
    np.testing.assert_allclose(squeeze.apply(far), squeeze.apply(near), atol=1e-9)


def test_nothing_is_random_and_the_sign_is_fixed():
    a, b = Squeeze.fit(people(), components=4), Squeeze.fit(people(), components=4)
    np.testing.assert_array_equal(a.rotation, b.rotation)
    largest = np.abs(a.rotation).argmax(axis=0)
    assert (a.rotation[largest, np.arange(4)] > 0).all()


def test_no_columns_stay_no_columns():
    assert Squeeze.fit(np.zeros((7, 0)), components=50).apply(np.zeros((3, 0))).shape == (3, 0)


def test_nobody_not_finite_and_another_width_are_refused():
    with pytest.raises(InputError, match="nobody"):
        Squeeze.fit(np.zeros((0, 3)), components=2)
    with pytest.raises(InputError, match="not finite"):
        Squeeze.fit(np.array([[1.0, np.nan], [2.0, 3.0]]), components=2)
    with pytest.raises(InputError, match="12 columns was given 3"):
        Squeeze.fit(people(), components=2).apply(np.zeros((1, 3)))

"""Design-based estimates: a worked example of a textbook, closed forms, and coverage in simulated surveys."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.evaluate.metrics import auc
from sennight.evaluate.survey import Design, strata_numbers, weighted_auc, weighted_difference, weighted_mean

# Lohr, Sampling: Design and Analysis, the example of grade points: 5 of 100 suites drawn, all 4 people in each asked.
SUITES = [
    [3.08, 2.60, 3.44, 3.04],
    [2.36, 3.04, 3.28, 2.68],
    [2.00, 2.56, 2.52, 1.88],
    [3.00, 2.88, 3.44, 3.64],
    [2.68, 1.92, 3.28, 3.20],
]
SHARE_DRAWN = 5 / 100


def one_by_one(n: int) -> Design:
    """Everybody their own PSU, all of one weight."""
    return Design(weight=np.full(n, 3.0), stratum=np.zeros(n, dtype=np.int64), psu=np.arange(n))


def test_the_worked_example_of_a_textbook() -> None:
    """It draws without replacement, which we do not assume: the factor between the two is known."""
    y = np.array(SUITES).ravel()
    psu = np.repeat(np.arange(5), 4)
    found = weighted_mean(Design(weight=np.full(20, 20.0), stratum=np.zeros(20, dtype=np.int64), psu=psu), y)
    assert found.value == pytest.approx(2.826, abs=5e-4)
    assert found.standard_error * np.sqrt(1 - SHARE_DRAWN) == pytest.approx(0.164, abs=5e-4)
    assert found.degrees_of_freedom == 4


def test_people_drawn_one_by_one_have_the_ordinary_error() -> None:
    y = np.random.default_rng(0).normal(size=200)
    found = weighted_mean(one_by_one(200), y)
    assert found.standard_error == pytest.approx(y.std(ddof=1) / np.sqrt(200), rel=1e-12)
    assert found.design_effect == pytest.approx(1.0, rel=1e-9)


def test_two_psus_a_stratum_differ_by_what_the_hand_computes() -> None:
    """Variance of a total of two PSUs a stratum is the sum of their squared differences."""
    design = Design(weight=np.ones(4), stratum=np.array([0, 0, 1, 1]), psu=np.array([1, 2, 1, 2]))
    assert design.variance_of_total(np.array([1.0, 4.0, 2.0, 7.0])) == pytest.approx(3.0**2 + 5.0**2)


def test_weights_move_the_mean_and_clusters_widen_the_interval() -> None:
    rng = np.random.default_rng(1)
    psu = np.repeat(np.arange(20), 30)
    y = rng.normal(size=20)[psu] + 0.1 * rng.normal(size=600)
    strata = psu // 2
    clustered = weighted_mean(Design(weight=np.ones(600), stratum=strata, psu=psu), y)
    assert clustered.design_effect is not None
    assert clustered.design_effect > 10
    assert clustered.degrees_of_freedom == 10
    tripled = weighted_mean(Design(weight=np.where(y > 0, 3.0, 1.0), stratum=strata, psu=psu), y)
    assert tripled.value == pytest.approx(np.average(y, weights=np.where(y > 0, 3.0, 1.0)))


def test_a_domain_keeps_the_psus_of_those_outside_it() -> None:
    design = Design(weight=np.ones(8), stratum=np.repeat([0, 1], 4), psu=np.tile([1, 1, 2, 2], 2))
    y, women = np.arange(8.0), np.tile([True, False], 4)
    found = weighted_mean(design, y, among=women)
    assert (found.value, found.n_people, found.degrees_of_freedom) == (3.0, 4, 2)
    difference = weighted_difference(design, y, one=women, other=~women)
    assert difference.value == pytest.approx(-1.0)
    assert difference.standard_error == pytest.approx(0.0, abs=1e-12)  # women and men of a PSU rise together


def test_the_auc_of_equal_weights_is_the_auc() -> None:
    rng = np.random.default_rng(2)
    y = (rng.random(400) < 0.3).astype(float)
    p = np.round(rng.normal(size=400) + y, 1)  # with ties
    found = weighted_auc(one_by_one(400), y, p)
    assert found.value == pytest.approx(auc(y, p), abs=1e-12)
    assert 0.02 < found.standard_error < 0.04


def test_the_auc_counts_people_as_often_as_their_weight_says() -> None:
    rng = np.random.default_rng(3)
    y, p, w = (rng.random(60) < 0.4).astype(float), rng.normal(size=60), rng.integers(1, 5, 60)
    design = Design(weight=w.astype(float), stratum=np.zeros(60, dtype=np.int64), psu=np.arange(60))
    assert weighted_auc(design, y, p).value == pytest.approx(auc(np.repeat(y, w), np.repeat(p, w)), abs=1e-12)


def test_the_error_of_the_auc_is_that_of_leaving_out_psus() -> None:
    """Against the jackknife over PSUs, an independent estimate of the same variance."""
    rng = np.random.default_rng(4)
    psu = np.repeat(np.arange(40), 25)
    y = (rng.random(1000) < 0.3).astype(float)
    p = rng.normal(size=1000) + y + 0.5 * rng.normal(size=40)[psu]
    design = Design(weight=rng.uniform(1, 3, 1000), stratum=np.zeros(1000, dtype=np.int64), psu=psu)
    left_out = np.array([weighted_auc(design, y, p, among=psu != k).value for k in range(40)])
    jackknife = np.sqrt(39 / 40 * ((left_out - left_out.mean()) ** 2).sum())
    assert weighted_auc(design, y, p).standard_error == pytest.approx(jackknife, rel=0.05)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """400 surveys of 15 strata with two PSUs each: 95 % nominal, 92 to 98 is what 400 tries allow."""
    rng = np.random.default_rng(5)
    psu, held = np.repeat(np.arange(30), 20), 0
    for _ in range(400):
        y = 0.5 * rng.normal(size=30)[psu] + rng.normal(size=600)
        found = weighted_mean(Design(weight=rng.uniform(1, 4, 600), stratum=psu // 2, psu=psu), y)
        held += found.low <= 0.0 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_a_stratum_with_one_psu_is_refused() -> None:
    with pytest.raises(InputError, match="single PSU"):
        Design(weight=np.ones(3), stratum=np.array([0, 0, 1]), psu=np.array([1, 2, 1]))
    with pytest.raises(InputError, match="not positive"):
        Design(weight=np.zeros(2), stratum=np.zeros(2, dtype=np.int64), psu=np.array([1, 2]))


def test_one_answer_alone_has_no_auc() -> None:
    with pytest.raises(InputError, match="yes and people with no"):
        weighted_auc(one_by_one(5), np.ones(5), np.arange(5.0))
    with pytest.raises(InputError, match="nobody"):
        weighted_mean(one_by_one(5), np.full(5, np.nan))


def test_codes_become_numbers() -> None:
    assert strata_numbers(np.array([44.0, 58.0, 44.0])).tolist() == [0, 1, 0]

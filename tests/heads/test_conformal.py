"""Conformal prediction: it holds the truth as often as its law says, for good heads and useless ones (N-07)."""

import numpy as np
import pytest
from scipy.stats import beta, binom

from sennight.errors import InputError
from sennight.heads import Conformal, LinearConfig, coverage
from sennight.heads.conformal import AnswerSet, Interval, quantile_of
from sennight.tasks import TaskKind


def people(n: int, *, kind: TaskKind, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    amount = x[:, 0] + rng.standard_t(4, size=n)
    if kind is TaskKind.AMOUNT:
        return x, amount
    return x, (np.digitize(amount, [-0.5, 0.7]) if kind is TaskKind.ONE_OF_K else amount > 0.5).astype(np.float64)


@pytest.mark.parametrize(
    ("aside", "test", "low", "high"), [(1_000, 2_000, 0.868, 0.928), (500, 500, 0.848, 0.944), (200, 500, 0.828, 0.956)]
)
@pytest.mark.parametrize("kind", [TaskKind.AMOUNT, TaskKind.ONE_OF_K])
def test_ninety_percent_hold_the_truth_within_the_ninety_nine_percent_range(kind, aside, test, low, high):
    x, y = people(4 * aside, kind=kind, seed=1)
    fresh, truth = people(test, kind=kind, seed=2)
    fitted = Conformal.fit(LinearConfig(), x, y, kind=kind)
    assert fitted.n_aside == aside
    assert low <= fitted.predict(fresh).holds(truth).mean() <= high


def test_the_ranges_of_the_bar_are_those_of_the_law():
    k = int(np.ceil(1_001 * 0.9))
    share = beta(k, 1_001 - k).rvs(20_000, random_state=0)
    held = binom(2_000, share).rvs(random_state=1) / 2_000
    np.testing.assert_allclose(np.quantile(held, [0.005, 0.995]), [0.868, 0.928], atol=0.004)


def test_a_useless_head_is_wide_and_still_holds():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2_000, 4)), rng.normal(size=2_000)
    fitted = Conformal.fit(LinearConfig(), x, y, kind=TaskKind.AMOUNT)
    interval = fitted.predict(rng.normal(size=(2_000, 4)))
    assert isinstance(interval, Interval)
    assert interval.holds(rng.normal(size=2_000)).mean() == pytest.approx(0.9, abs=0.03)
    assert (interval.high - interval.low).mean() == pytest.approx(2 * 1.645, abs=0.2)


def test_sets_of_yes_and_no_are_small_where_the_head_is_sure():
    x, y = people(2_000, kind=TaskKind.YES_NO, seed=4)
    x[:, 0] *= 8
    y = (x[:, 0] > 0).astype(np.float64)
    found = Conformal.fit(LinearConfig(), x, y, kind=TaskKind.YES_NO).predict(np.array([[30.0, 0, 0, 0]]))
    assert isinstance(found, AnswerSet)
    assert found.member[0].tolist() in ([False, True], [False, False])


def test_too_few_people_promise_nothing():
    assert quantile_of(np.arange(1.0, 9.0), level=0.9) == np.inf
    x, y = people(20, kind=TaskKind.AMOUNT, seed=5)
    interval = Conformal.fit(LinearConfig(), x, y, kind=TaskKind.AMOUNT).predict(x[:2])
    assert np.isinf(interval.low).all()
    with pytest.raises(InputError, match="level"):
        Conformal.fit(LinearConfig(), x, y, kind=TaskKind.AMOUNT, level=1.0)


def test_those_set_aside_teach_the_head_nothing():
    x, y = people(400, kind=TaskKind.AMOUNT, seed=6)
    first = Conformal.fit(LinearConfig(), x, y, kind=TaskKind.AMOUNT)
    from sennight.heads.inside import inner_folds

    aside = inner_folds(y, kind=TaskKind.AMOUNT, k=4, seed=0) == 0
    moved = x.copy()
    moved[aside] += 5.0
    second = Conformal.fit(LinearConfig(), moved, y, kind=TaskKind.AMOUNT)
    np.testing.assert_array_equal(first.head.predict(x), second.head.predict(x))
    assert first.reach != second.reach


def test_an_answer_nobody_gave_in_training_is_in_no_set():
    found = AnswerSet(member=np.ones((2, 2), dtype=np.bool_))
    assert found.holds(np.array([1.0, 2.0])).tolist() == [True, False]


def test_coverage_is_told_for_everybody_and_each_group_that_is_large_enough():
    held = np.arange(200) % 10 != 0
    rows = coverage(held, ["women"] * 150 + ["men"] * 50)
    told = [(r.group, r.n_people, r.share) for r in rows]
    assert told == [("everybody", 200, 0.9), ("men", 50, 0.9), ("women", 150, 0.9)]
    assert all(r.low < r.share < r.high for r in rows)
    few = coverage(held[:60], ["a"] * 20 + ["b"] * 40)
    assert [r.share for r in few[1:]] == [None, None]

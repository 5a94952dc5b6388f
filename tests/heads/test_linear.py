"""The linear probe against reference implementations, and how it chooses its strength."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError
from sklearn.linear_model import LogisticRegression, Ridge

from sennight.errors import InputError
from sennight.heads import LinearConfig
from sennight.heads.linear import CERTAIN, Columns, fit_logistic, fit_ridge
from sennight.tasks import TaskKind


def problem(n: int = 120, width: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, answers of yes/no, amounts."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, width)) / np.sqrt(width)
    eta = 2 * x[:, 0] - x[:, 1] - 0.5
    return x, (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(np.float64), eta + 0.3 * rng.normal(size=n)


def design_of(x: np.ndarray) -> np.ndarray:
    return np.concatenate([np.ones((len(x), 1)), x], axis=1)


def penalty_of(x: np.ndarray, l2: float) -> tuple[float, np.ndarray]:
    return l2, np.concatenate([[0.0], np.full(x.shape[1], l2)])


@pytest.mark.parametrize("l2", [0.1, 2.0, 50.0])
def test_logistic_weights_equal_a_reference_implementation(l2):
    x, y, _ = problem()
    ours = fit_logistic(design_of(x), y, [penalty_of(x, l2)]).weights
    theirs = LogisticRegression(C=1 / l2, tol=1e-10, max_iter=10_000).fit(x, y)
    np.testing.assert_allclose(ours, [*theirs.intercept_, *theirs.coef_[0]], atol=1e-5)


@pytest.mark.parametrize("l2", [0.1, 2.0, 50.0])
def test_ridge_weights_equal_a_reference_implementation(l2):
    x, _, y = problem()
    ours = fit_ridge(design_of(x), y, [penalty_of(x, l2)]).weights
    theirs = Ridge(alpha=l2).fit(x, y)
    np.testing.assert_allclose(ours, [theirs.intercept_, *theirs.coef_], atol=1e-6)


def test_ridge_chooses_what_leaving_each_person_out_would_choose():
    x, _, y = problem(n=40, width=20)
    strengths = (100.0, 10.0, 1.0, 0.1)
    design = design_of(x)
    losses = []
    for l2 in strengths:
        loss = 0.0
        for i in range(len(y)):
            rest = np.arange(len(y)) != i
            weights = fit_ridge(design[rest], y[rest], [penalty_of(x, l2)]).weights
            loss += float((y[i] - design[i] @ weights) ** 2)
        losses.append(loss)
    assert len(set(np.argsort(losses))) == 4
    assert fit_ridge(design, y, [penalty_of(x, s) for s in strengths]).l2 == strengths[int(np.argmin(losses))]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_logistic_chooses_a_strength_as_good_as_leaving_each_person_out(seed):
    x, y, _ = problem(n=60, width=15, seed=seed)
    strengths = (1000.0, 30.0, 1.0, 0.03)
    design = design_of(x)
    losses = []
    for l2 in strengths:
        loss = 0.0
        for i in range(len(y)):
            rest = np.arange(len(y)) != i
            eta = float(design[i] @ fit_logistic(design[rest], y[rest], [penalty_of(x, l2)]).weights)
            loss += float(np.logaddexp(0, eta) - y[i] * eta)
        losses.append(loss)
    chosen = strengths.index(fit_logistic(design, y, [penalty_of(x, s) for s in strengths]).l2)
    assert losses[chosen] < min(losses) * 1.01
    assert max(losses) > min(losses) * 1.05


def test_noise_is_held_back_and_signal_is_not():
    rng = np.random.default_rng(3)
    x, _, y = problem(n=300)
    noise = LinearConfig().build().fit(x, rng.normal(size=300), kind=TaskKind.AMOUNT)
    signal = LinearConfig().build().fit(x, y, kind=TaskKind.AMOUNT)
    assert noise.lines[0].l2 > 100 > signal.lines[0].l2


def test_columns_beside_are_not_held_back_by_useless_ones():
    rng = np.random.default_rng(4)
    n = 600
    age = rng.normal(size=(n, 1))
    y = (rng.random(n) < 1 / (1 + np.exp(-2 * age[:, 0]))).astype(np.float64)
    useless = rng.normal(size=(n, 40))
    alone = LinearConfig().build().fit(np.zeros((n, 0)), y, kind=TaskKind.YES_NO, beside=age)
    both = LinearConfig().build().fit(useless, y, kind=TaskKind.YES_NO, beside=age)
    assert both.lines[0].weights[1] == pytest.approx(alone.lines[0].weights[1], rel=0.05)
    assert alone.lines[0].weights[1] == pytest.approx(2.0, rel=0.2)


def test_perfectly_separated_classes_stay_finite():
    x = np.linspace(-1, 1, 40)[:, None]
    y = (x[:, 0] > 0).astype(np.float64)
    p = (
        LinearConfig()
        .build()
        .fit(np.zeros((40, 0)), y, kind=TaskKind.YES_NO, beside=x)
        .predict(np.zeros((40, 0)), beside=x)
    )
    assert np.isfinite(p).all()
    assert ((p > 0.5) == (y == 1)).all()


def test_one_answer_only_predicts_it_for_sure():
    x = np.ones((5, 2))
    line = fit_logistic(design_of(x), np.ones(5), [penalty_of(x, 1.0)])
    assert line.weights[0] == CERTAIN
    assert not line.weights[1:].any()


def test_a_column_twice_is_no_trouble():
    x, y, _ = problem()
    twice = np.concatenate([x, x], axis=1)
    once_p = LinearConfig(components=None).build().fit(x, y, kind=TaskKind.YES_NO).predict(x)
    twice_p = LinearConfig(components=None).build().fit(twice, y, kind=TaskKind.YES_NO).predict(twice)
    np.testing.assert_allclose(once_p, twice_p, atol=1e-6)


def test_predicting_before_learning_and_other_widths_are_refused():
    x, y, _ = problem()
    with pytest.raises(InputError, match="learned nothing"):
        LinearConfig().build().predict(x)
    head = LinearConfig().build().fit(x, y, kind=TaskKind.YES_NO, beside=x[:, :2])
    with pytest.raises(InputError, match="beside"):
        head.predict(x)


@pytest.mark.parametrize("changes", [{"components": 0}, {"l2": ()}, {"l2": (0.0,)}, {"inputs": "cooked"}])
def test_settings_that_cannot_work_are_refused(changes):
    with pytest.raises((InputError, TypeCheckError)):
        LinearConfig(**changes)


def test_the_penalty_spares_the_intercept_and_columns_beside():
    columns = Columns.fit(np.zeros((4, 3)), np.ones((4, 2)), LinearConfig(inputs="squeezed"))
    np.testing.assert_array_equal(columns.penalty(6, 9.0), [0.0, 0.1, 0.1, 9.0, 9.0, 9.0])

"""Ordinal: known cuts are found, two levels are logistic regression, the gradient is right."""

import numpy as np
from scipy.optimize import check_grad
from scipy.special import expit
from scipy.stats import spearmanr

from sennight.heads import LinearConfig, OrdinalConfig
from sennight.heads.linear import fit_logistic
from sennight.heads.ordinal import fit_ordinal, level_probabilities
from sennight.tasks import TaskKind


def scores(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, the level drawn from proportional odds with cuts -1, 0.5, 2, and the line."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    eta = x @ np.array([1.0, -0.5, 0.0])
    beyond = expit(eta[:, None] - np.array([-1.0, 0.5, 2.0]))
    return x, (rng.random((n, 1)) < beyond).sum(axis=1).astype(np.float64), eta


def test_known_weights_and_cuts_are_found():
    x, y, _ = scores(20_000)
    line, cuts = fit_ordinal(x, np.eye(4)[y.astype(int)], np.full(3, 1e-6))
    np.testing.assert_allclose(line, [1.0, -0.5, 0.0], atol=0.05)
    np.testing.assert_allclose(cuts, [-1.0, 0.5, 2.0], atol=0.06)


def test_two_levels_are_logistic_regression():
    x, y, _ = scores(400)
    yes = (y > 0).astype(np.float64)
    line, cuts = fit_ordinal(x, np.stack([1 - yes, yes], axis=1), np.full(3, 2.0))
    design = np.concatenate([np.ones((400, 1)), x], axis=1)
    theirs = fit_logistic(design, yes, [(2.0, np.array([0.0, 2.0, 2.0, 2.0]))]).weights
    np.testing.assert_allclose([-cuts[0], *line], theirs, atol=1e-4)


def test_the_slope_of_the_likelihood_is_what_small_steps_say():
    x, y, _ = scores(50)
    member, penalty = np.eye(4)[y.astype(int)], np.full(3, 0.7)

    def value(line: np.ndarray) -> float:
        p = level_probabilities(x @ line, np.array([-1.0, 0.4, 1.8]))
        return -float((member * np.log(p)).sum()) + 0.5 * float(penalty @ line**2)

    def slope(line: np.ndarray) -> np.ndarray:
        at = np.array([-1.0, 0.4, 1.8])
        beyond = expit((x @ line)[:, None] - at)
        pull = member / level_probabilities(x @ line, at)
        return -(x.T @ ((pull[:, 1:] - pull[:, :-1]) * beyond * (1 - beyond)).sum(axis=1)) + penalty * line

    assert check_grad(value, slope, np.array([0.3, -0.2, 0.1])) < 1e-4


def test_levels_no_person_reaches_have_no_probability_below_zero():
    p = level_probabilities(np.linspace(-9, 9, 7), np.array([-1.0, 0.0, 0.0, 3.0]))
    assert p.min() >= 0
    np.testing.assert_allclose(p.sum(axis=1), 1)


def test_a_skewed_score_is_ordered_at_least_as_well_as_by_a_line_through_its_points():
    x, y, _ = scores(1_500)
    fresh, truth, _ = scores(1_500, seed=1)
    points = np.array([0.0, 1.0, 4.0, 27.0])
    both = [c.build().fit(x, points[y.astype(int)], kind=TaskKind.AMOUNT) for c in (OrdinalConfig(), LinearConfig())]
    ordinal, line = (float(spearmanr(head.predict(fresh), truth).statistic) for head in both)
    assert ordinal > line - 0.005
    assert abs(both[0].predict(fresh).mean() - points[truth.astype(int)].mean()) < 0.6

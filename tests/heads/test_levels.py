"""Levels: memberships sum to one, equal amounts share a level, and a level is worth its people's mean."""

import numpy as np

from sennight.heads.levels import Levels
from sennight.tasks import TaskKind


def test_yes_no_has_two_levels_even_for_answers_in_between():
    levels = Levels.of(np.array([0.0, 1.0, 0.3]), kind=TaskKind.YES_NO, at_most=9)
    np.testing.assert_allclose(levels.member, [[1, 0], [0, 1], [0.7, 0.3]])
    np.testing.assert_array_equal(levels.answers(levels.member), [0.0, 1.0, 0.3])


def test_few_amounts_are_their_own_levels():
    levels = Levels.of(np.array([3.0, 0.0, 0.0, 9.0]), kind=TaskKind.AMOUNT, at_most=5)
    assert levels.worth.tolist() == [0.0, 3.0, 9.0]
    np.testing.assert_array_equal(levels.answers(levels.member), [3.0, 0.0, 0.0, 9.0])


def test_many_amounts_are_cut_into_groups_of_like_size_and_ties_stay_together():
    rng = np.random.default_rng(0)
    y = np.concatenate([np.zeros(60), rng.random(40)])  # a score that is 0 for most
    levels = Levels.of(y, kind=TaskKind.AMOUNT, at_most=5)
    assert levels.member[:60, 0].all()
    assert 2 <= levels.member.shape[1] <= 5
    assert (levels.member.sum(axis=0) > 0).all()
    smooth = Levels.of(rng.normal(size=1_000), kind=TaskKind.AMOUNT, at_most=5)
    assert smooth.member.sum(axis=0).tolist() == [200] * 5
    assert (np.diff(smooth.worth) > 0).all()


def test_choices_keep_their_codes_though_one_in_between_is_absent():
    levels = Levels.of(np.array([0.0, 2.0]), kind=TaskKind.ONE_OF_K, at_most=2)
    assert levels.member.tolist() == [[1, 0, 0], [0, 0, 1]]

"""Labels from interviews."""

import numpy as np

from sennight.readers.nhanes import labels_questionnaire as rules

NAN = np.nan


def test_the_mood_score_needs_all_nine_answers():
    full = [np.array([3.0, 1.0, 0.0])] * 8
    got = rules.phq9(*full, np.array([3.0, 9.0, NAN]))
    assert np.array_equal(got, [27, NAN, NAN], equal_nan=True)


def test_any_condition_is_yes_and_no_needs_all():
    got = rules.any_of(np.array([1.0, 0.0, 0.0]), np.array([NAN, 0.0, NAN]))
    assert np.array_equal(got, [1, 0, NAN], equal_nan=True)


def test_a_smoker_now_has_smoked_a_hundred():
    ever, now = np.array([1.0, 1.0, 1.0, 2.0, 9.0, 1.0]), np.array([1.0, 2.0, 3.0, NAN, NAN, 9.0])
    assert np.array_equal(rules.current_smoker(ever, now), [1, 1, 0, 0, NAN, NAN], equal_nan=True)


def test_a_named_disorder_counts_among_those_told_of_one():
    told, code = np.array([1.0, 1.0, 0.0, NAN]), np.array([1.0, NAN, NAN, 1.0])
    assert np.array_equal(rules.named_disorder(told, code), [1, 0, 0, NAN], equal_nan=True)


def test_six_hours_is_short():
    assert np.array_equal(
        rules.at_most(np.array([6.0, 6.5, NAN]), threshold=rules.SHORT_SLEEP_H), [1, 0, NAN], equal_nan=True
    )

"""Labels of demographics and body."""

import numpy as np

from sennight.readers.nhanes.labels_person import female, mean_of_rows, obese

NAN = np.nan


def test_sex_is_one_for_women():
    assert np.array_equal(female(np.array([1.0, 2.0, NAN])), [0, 1, NAN], equal_nan=True)


def test_obesity_starts_at_thirty_and_at_twenty_years():
    got = obese(np.array([30.0, 29.9, 35.0, NAN]), np.array([20.0, 40.0, 19.0, 50.0]))
    assert np.array_equal(got, [1, 0, NAN, NAN], equal_nan=True)


def test_imputed_rows_are_averaged_a_person():
    who = np.array([0, 0, 2, 2, 1])
    got = mean_of_rows(who, 4, np.array([10.0, 20.0, 30.0, NAN, NAN]))
    assert np.array_equal(got, [15, NAN, 30, NAN], equal_nan=True)

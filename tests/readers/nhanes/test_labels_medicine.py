"""Labels from prescription medicines."""

import numpy as np

from sennight.readers.nhanes.labels_medicine import CLASSES, medicine_count, takes_any

WHO = np.array([0, 0, 1, 2, 3])
USED = np.array([1.0, 1.0, 2.0, 7.0, 1.0])
NAMES = np.array(["ESCITALOPRAM", "ATENOLOL; CHLORTHALIDONE", "", "", "ASPIRIN"])


def test_a_combination_counts_and_an_unknown_answer_stays_unknown():
    beta = takes_any(WHO, 5, USED, NAMES, names=CLASSES["med_beta_blocker"])
    assert np.array_equal(beta, [1, 0, np.nan, 0, np.nan], equal_nan=True)
    ssri = takes_any(WHO, 5, USED, NAMES, names=CLASSES["med_ssri"])
    assert ssri[0] == 1


def test_every_ssri_is_an_antidepressant():
    assert set(CLASSES["med_ssri"]) < set(CLASSES["med_antidepressant_any"])


def test_people_without_medicines_have_zero():
    count = medicine_count(WHO, 5, USED, np.array([2.0, 2.0, np.nan, np.nan, 1.0]))
    assert np.array_equal(count, [2, 0, np.nan, 1, np.nan], equal_nan=True)

"""Labels of pressure, sugar, lipids, kidneys and blood."""

import numpy as np
import pytest

from sennight.readers.nhanes import labels_cardiometabolic as rules

NAN = np.nan
ADULT = np.array([50.0])


def _one(*values):
    return [np.array([float(v)]) for v in values]


def test_the_readings_that_were_taken_are_averaged():
    assert rules.mean_reading(*_one(NAN, 120, 124, NAN))[0] == 122
    assert np.isnan(rules.mean_reading(*_one(NAN, NAN, NAN, NAN))[0])


def test_a_diastolic_reading_of_zero_is_no_pressure():
    assert rules.mean_diastolic(*_one(0, 70, 80, NAN))[0] == 75


def test_children_have_the_heart_rate_that_was_listened_to():
    assert rules.pulse(*_one(NAN, 90))[0] == 90
    assert rules.pulse(*_one(60, 90))[0] == 60


@pytest.mark.parametrize(
    ("sbp", "dbp", "meds", "expected"),
    [(139, 89, NAN, 0), (140, 60, NAN, 1), (120, 90, 0, 1), (120, 70, 1, 1), (NAN, NAN, 1, 1), (NAN, NAN, 0, NAN)],
)
def test_hypertension_is_pressure_or_medicine(sbp, dbp, meds, expected):
    got = rules.hypertension(*_one(sbp, dbp, meds), ADULT)
    assert np.array_equal(got, [expected], equal_nan=True)


@pytest.mark.parametrize(
    ("told", "hba1c", "glucose", "diabetes", "either"),
    [
        (0, 5.6, NAN, 0, 0),
        (0, 5.7, NAN, 0, 1),
        (0, 6.5, NAN, 1, 1),
        (0, 5.0, 126, 1, 1),
        (1, NAN, NAN, 1, 1),
        (0, NAN, 90, NAN, NAN),
        (NAN, 5.0, NAN, NAN, 0),
    ],
)
def test_diabetes_is_told_or_measured(told, hba1c, glucose, diabetes, either):
    args = (*_one(told, hba1c, glucose), ADULT)
    assert np.array_equal(rules.diabetes(*args), [diabetes], equal_nan=True)
    assert np.array_equal(rules.prediabetes_or_diabetes(*args), [either], equal_nan=True)


def test_borderline_diabetes_is_no():
    assert np.array_equal(rules.told_diabetes(np.array([1.0, 2.0, 3.0, 9.0])), [1, 0, 0, NAN], equal_nan=True)


def test_insulin_resistance_by_the_usual_formula():
    assert rules.homa_ir(*_one(90, 9))[0] == 2.0


def test_cholesterol_counts_medicine_too():
    got = [rules.high_cholesterol(*_one(tc, med), ADULT)[0] for tc, med in ((239, 2), (240, NAN), (180, 1), (NAN, 2))]
    assert np.array_equal(got, [0, 1, 1, NAN], equal_nan=True)


def test_filtration_falls_with_age_and_creatinine_and_agrees_with_a_worked_example():
    # 60-year-old woman, 1.0 mg/dL: about 64 mL/min/1.73 m^2 by CKD-EPI 2021.
    assert rules.egfr_ckdepi_2021(*_one(1.0, 1, 60))[0] == pytest.approx(64.5, abs=0.5)
    assert rules.egfr_ckdepi_2021(*_one(1.5, 1, 60))[0] < rules.egfr_ckdepi_2021(*_one(1.0, 1, 60))[0]
    assert np.isnan(rules.egfr_ckdepi_2021(*_one(0.7, 1, 15))[0])


def test_kidney_disease_needs_both_measures():
    got = [rules.chronic_kidney_disease(*_one(g, a), ADULT)[0] for g, a in ((59, 5), (90, 30), (90, 29), (50, NAN))]
    assert np.array_equal(got, [1, 1, 0, NAN], equal_nan=True)
    assert rules.albumin_creatinine_ratio(*_one(30, 100))[0] == 30


def test_crp_and_anemia_thresholds_are_beyond_not_at():
    assert [rules.high_crp(*_one(v), ADULT)[0] for v in (1.0, 1.01)] == [0, 1]
    assert [rules.anemia(*_one(h, f), ADULT)[0] for h, f in ((12.0, 1), (11.9, 1), (12.9, 0), (13.0, 0))] == [
        0,
        1,
        1,
        0,
    ]

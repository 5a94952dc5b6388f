"""Facts have the names and units of the survey, realistic prevalences, and nulls that are null."""

import numpy as np
import pytest

from sennight.readers.nhanes.label_units import LABEL_UNITS
from sennight.readers.synthetic.days import scene
from sennight.readers.synthetic.health import KNOWN_NULLS, UNITS, facts
from sennight.readers.synthetic.person import Truths, draw_truths
from sennight.record import Facts

MANY = 1_500
PREVALENCE = {  # bounds for adults of 18 to 85
    "hypertension": (0.25, 0.42), "cvd_any": (0.07, 0.18), "dyspnea_on_exertion": (0.28, 0.45),
    "died_within_10y": (0.08, 0.18), "diabetes": (0.05, 0.15), "prediabetes_or_diabetes": (0.20, 0.38),
    "ckd": (0.11, 0.22), "crp_high": (0.11, 0.19), "short_sleep_le6h": (0.25, 0.42),
    "told_trouble_sleeping": (0.14, 0.28), "told_sleep_disorder": (0.04, 0.11), "depression_phq10": (0.035, 0.10),
    "med_ssri": (0.04, 0.11), "med_antidepressant_any": (0.07, 0.16), "med_benzodiazepine": (0.015, 0.06),
    "memory_confusion_problems": (0.05, 0.13), "current_smoker": (0.15, 0.28), "self_vigorous_30d": (0.25, 0.42),
    "fair_poor_health": (0.16, 0.29), "needs_walking_equipment": (0.06, 0.15), "obese": (0.27, 0.42),
    "sex_female": (0.46, 0.56),
}  # fmt: skip


@pytest.fixture(scope="module")
def crowd() -> list[Truths]:
    return [draw_truths(index, seed=1, days=8) for index in range(MANY)]


@pytest.fixture(scope="module")
def known(crowd) -> Facts:
    return facts(crowd)


def _column(known: Facts, name: str) -> np.ndarray:
    return known.vector(name, known.people)


def test_names_and_units_are_those_of_the_survey():
    assert {name: LABEL_UNITS.get(name) for name in UNITS} == UNITS


def test_every_fact_says_that_it_is_synthetic(known):
    assert {column.source for column in known.columns.values()} == {"synthetic"}
    assert set(known.columns) == set(UNITS)


@pytest.mark.parametrize(("name", "bounds"), PREVALENCE.items(), ids=PREVALENCE)
def test_prevalence_is_that_of_adults(known, name, bounds):
    values = _column(known, name)
    values = values[np.isfinite(values)]
    assert set(np.unique(values)) == {0.0, 1.0}
    assert bounds[0] < values.mean() < bounds[1]


@pytest.mark.parametrize(
    ("name", "mean", "sd"),
    [
        ("sbp", (117, 128), (12, 22)), ("dbp", (66, 74), (7, 14)), ("pulse_bpm", (68, 77), (7, 14)),
        ("hba1c", (5.3, 5.8), (0.3, 1.1)), ("hdl", (48, 58), (12, 19)), ("triglycerides", (115, 165), (60, 120)),
        ("body_fat_pct_dxa", (29, 36), (6, 10)), ("sleep_hours_selfreport", (6.6, 7.3), (0.9, 1.6)),
        ("phq9", (2.0, 3.6), (2.5, 4.5)), ("drinks_per_drinking_day", (2.2, 3.5), (1.3, 3.0)),
        ("bmi", (27, 30), (4.5, 7.5)), ("age_years", (44, 54), (14, 20)),
    ],
)  # fmt: skip
def test_amounts_are_those_of_adults(known, name, mean, sd):
    values = _column(known, name)
    assert mean[0] < np.nanmean(values) < mean[1]
    assert sd[0] < np.nanstd(values) < sd[1]


def test_facts_agree_with_each_other(known):
    of = {name: _column(known, name) for name in UNITS}
    assert np.array_equal(of["obese"] == 1, of["bmi"] >= 30)
    assert np.array_equal(of["depression_phq10"] == 1, of["phq9"] >= 10)
    assert np.array_equal(of["short_sleep_le6h"] == 1, of["sleep_hours_selfreport"] <= 6)
    assert (of["prediabetes_or_diabetes"] >= of["diabetes"]).all()
    assert (of["med_antidepressant_any"] >= of["med_ssri"]).all()
    assert of["diabetes"][of["hba1c"] >= 6.5].all()
    assert of["hypertension"][of["sbp"] >= 140].all()


def test_only_who_is_asked_or_scanned_has_an_answer(known):
    age = _column(known, "age_years")
    assert np.isnan(_column(known, "dyspnea_on_exertion")[age < 40]).all()
    assert np.isnan(_column(known, "body_fat_pct_dxa")[age >= 70]).all()
    assert 0.01 < np.isnan(_column(known, "sbp")).mean() < 0.08


def test_age_raises_blood_pressure_and_fitness_lowers_pulse(crowd, known):
    sbp, pulse = _column(known, "sbp"), _column(known, "pulse_bpm")
    age, fitness = (np.array([getattr(t.body, name) for t in crowd]) for name in ("age_years", "fitness_z"))
    ok = np.isfinite(sbp)
    assert np.corrcoef(age[ok], sbp[ok])[0, 1] > 0.4
    ok = np.isfinite(pulse)
    assert np.corrcoef(fitness[ok], pulse[ok])[0, 1] < -0.2


@pytest.mark.parametrize("name", KNOWN_NULLS)
def test_a_known_null_has_nothing_to_do_with_any_trait(crowd, known, name):
    values = _column(known, name)
    traits = {
        "age": [t.body.age_years for t in crowd],
        "female": [t.body.female for t in crowd],
        "activity": [t.body.activity_z for t in crowd],
        "mood": [t.body.mood_z for t in crowd],
        "burden": [t.body.burden_z for t in crowd],
        "pulse": [t.body.resting_pulse_bpm for t in crowd],
        "mid sleep": [t.rhythm.mid_sleep_h for t in crowd],
    }
    # 4 standard errors of a correlation of nothing over these people.
    assert all(abs(np.corrcoef(values, trait)[0, 1]) < 4 / np.sqrt(MANY) for trait in traits.values())


def test_a_known_null_does_not_follow_the_minutes(crowd, known):
    few = crowd[:150]
    steps = np.array([scene(t).routine.cadence.sum() for t in few])
    drinks = _column(known, "drinks_per_drinking_day")[:150]
    pulse = np.array([t.body.resting_pulse_bpm for t in few])
    assert abs(np.corrcoef(steps, drinks)[0, 1]) < 4 / np.sqrt(150)
    assert np.corrcoef(steps, pulse)[0, 1] < -0.2  # whereas this one does


def test_facts_of_a_person_do_not_depend_on_who_else_is_made(crowd, known):
    alone = facts(crowd[17:18])
    for name in UNITS:
        assert np.array_equal(
            alone.vector(name, [crowd[17].person]), known.vector(name, [crowd[17].person]), equal_nan=True
        )

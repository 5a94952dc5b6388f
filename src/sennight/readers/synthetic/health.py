"""Health facts of a synthetic person: plausible relations to the planted traits, and noise.

Names and units are those of the NHANES labels, so that every task of the shelf can be asked of synthetic
people. The sizes of the effects are round numbers that give the prevalences of adults; no person and no
regression of a real survey is in them. The facts of `KNOWN_NULLS` are drawn without looking at the person: what a
model finds there is chance.
"""

from collections.abc import Sequence

import numpy as np

from sennight.readers.synthetic.person import Life, Rhythm, Stream, Truths, Wear, Work, stream
from sennight.record import Facts

SOURCE = "synthetic"
KNOWN_NULLS: tuple[str, ...] = ("drinks_per_drinking_day", "crp_high", "race_eth")

UNITS: dict[str, str] = {
    **dict.fromkeys(("age_years",), "years"),
    **dict.fromkeys(("bmi",), "kg/m^2"),
    **dict.fromkeys(("sbp", "dbp"), "mmHg"),
    **dict.fromkeys(("pulse_bpm",), "beats/min"),
    **dict.fromkeys(("hba1c", "body_fat_pct_dxa"), "%"),
    **dict.fromkeys(("homa_ir",), "ratio"),
    **dict.fromkeys(("hdl", "triglycerides"), "mg/dL"),
    **dict.fromkeys(("sleep_hours_selfreport",), "h"),
    **dict.fromkeys(("phq9",), "points"),
    **dict.fromkeys(("drinks_per_drinking_day",), "count"),
    **dict.fromkeys(("wtmec2yr",), "people represented"),
    **dict.fromkeys(("race_eth", "sdmvpsu", "sdmvstra"), "code"),
    **dict.fromkeys(
        (
            "sex_female", "obese", "hypertension", "cvd_any", "dyspnea_on_exertion", "died_within_10y", "diabetes",
            "prediabetes_or_diabetes", "ckd", "crp_high", "short_sleep_le6h", "told_trouble_sleeping",
            "told_sleep_disorder", "depression_phq10", "med_ssri", "med_benzodiazepine", "med_antidepressant_any",
            "memory_confusion_problems", "current_smoker", "self_vigorous_30d", "fair_poor_health",
            "needs_walking_equipment", "accel_reliable",
        ),
        "yes/no",
    ),
}  # fmt: skip
"""Fact name -> unit, in the words of the NHANES label table."""

OBESE_FROM_BMI = 30.0  # kg/m^2, World Health Organization
HIGH_PRESSURE_MMHG = (140.0, 90.0)  # systolic, diastolic; the survey's years used these
DIABETES_FROM_HBA1C, PREDIABETES_FROM_HBA1C = 6.5, 5.7  # %, American Diabetes Association
DEPRESSED_FROM_PHQ9 = 10.0  # points, Kroenke et al. 2001
SHORT_SLEEP_H = 6.0
DYSPNEA_ASKED_FROM, BODY_FAT_BELOW = 40.0, 70.0  # years: who is asked, who is scanned
NOT_TAKEN_SHARE = 0.04  # of measured values, at random


def facts(people: Sequence[Truths]) -> Facts:
    """The facts of these people; one that is not known leaves no fact."""
    rows = [_person(truth) for truth in people]
    values = {name: np.array([row[name] for row in rows], dtype=np.float64) for name in UNITS}
    return Facts.from_wide(people=tuple(t.person for t in people), values=values, units=UNITS, source=SOURCE)


def _person(truth: Truths) -> dict[str, float]:
    """One person's facts by name; NaN where not known."""
    rng = stream(truth.seed, truth.index, Stream.HEALTH)
    values = {
        **_nulls(rng),
        **_heart(truth, rng),
        **_metabolism(truth, rng),
        **_sleep(truth.rhythm, truth, rng),
        **_mind(truth, rng),
        **_days(truth, truth.life, rng),
    }
    for name in ("sbp", "dbp", "pulse_bpm", "hba1c", "homa_ir", "hdl", "triglycerides", "body_fat_pct_dxa"):
        if rng.random() < NOT_TAKEN_SHARE:
            values[name] = np.nan
    return values


def _yes(rng: np.random.Generator, logit: float) -> float:
    """1 with the probability of this logit, else 0."""
    return float(rng.random() < 1.0 / (1.0 + np.exp(-logit)))


def _nulls(rng: np.random.Generator) -> dict[str, float]:
    """What has nothing to do with the person, and the design of the made-up survey."""
    return {
        "drinks_per_drinking_day": float(np.clip(1 + rng.poisson(rng.gamma(1.3, 1.4)), 1, 20)),
        "crp_high": float(rng.random() < 0.15),
        "race_eth": float(rng.choice([1, 2, 3, 4, 5], p=[0.18, 0.08, 0.46, 0.22, 0.06])),
        "wtmec2yr": float(np.round(33_000.0 * rng.lognormal(-0.3, 0.75), 1)),
        "sdmvpsu": float(rng.integers(1, 3)),
        "sdmvstra": float(rng.integers(44, 59)),
        "accel_reliable": 1.0,
    }


def _heart(truth: Truths, rng: np.random.Generator) -> dict[str, float]:
    """Blood pressure, pulse, disease of the heart and what follows from it."""
    body, age = truth.body, truth.body.age_z
    systolic = (
        123.0 + 8.0 * age + 3.5 * body.bmi_z - 3.0 * body.female + 2.5 * body.burden_z - 2.5 * body.fitness_z
        + 11.0 * rng.normal()
    )  # fmt: skip
    diastolic = 71.0 + 0.25 * (systolic - 123.0) - 2.5 * age + 1.5 * body.bmi_z - 1.5 * body.female + 8.0 * rng.normal()
    told = _yes(rng, -1.75 + 1.05 * age + 0.45 * body.bmi_z + 0.4 * body.burden_z - 0.3 * body.fitness_z)
    ill = _yes(rng, -3.3 + 1.25 * age + 0.9 * body.burden_z + 0.5 * body.smoker - 0.4 * body.fitness_z)
    died = -3.5 + 1.55 * age + 0.9 * body.burden_z + 0.7 * body.smoker - 0.5 * body.activity_z + 0.5 * ill
    breathless = -1.3 + 0.1 * age + 0.5 * body.bmi_z + 0.6 * body.burden_z - 0.7 * body.fitness_z + 0.4 * body.female
    asked = body.age_years >= DYSPNEA_ASKED_FROM
    return {
        "sbp": float(np.clip(np.rint(systolic), 80, 230)),
        "dbp": float(np.clip(np.rint(diastolic), 35, 130)),
        "hypertension": float(
            told == 1 or round(systolic) >= HIGH_PRESSURE_MMHG[0] or round(diastolic) >= HIGH_PRESSURE_MMHG[1]
        ),
        # A short measurement by day, sitting, in a clinic.
        "pulse_bpm": float(np.clip(2 * np.rint((body.resting_pulse_bpm + 14.0 + 7.5 * rng.normal()) / 2), 40, 140)),
        "cvd_any": ill,
        "dyspnea_on_exertion": _yes(rng, breathless) if asked else np.nan,
        "died_within_10y": _yes(rng, died),
    }


def _metabolism(truth: Truths, rng: np.random.Generator) -> dict[str, float]:
    """Sugar, fat, kidneys."""
    body = truth.body
    sugar = 0.45 * body.age_z + 0.45 * body.bmi_z + 0.3 * body.burden_z - 0.3 * body.activity_z + 0.75 * rng.normal()
    # The upper tail is long: few are far out.
    hba1c = 5.42 + 0.25 * sugar + 0.55 * max(sugar - 1.0, 0.0) ** 1.3 + 0.12 * rng.normal()
    told = _yes(rng, -5.0 + 1.6 * sugar)
    diabetes = told == 1 or round(hba1c, 1) >= DIABETES_FROM_HBA1C
    z = rng.normal(size=4)
    insulin = 0.75 + 0.5 * body.bmi_z + 0.25 * sugar - 0.15 * body.fitness_z + 0.5 * z[0]
    hdl = 49.5 + 10.0 * body.female - 3.5 * body.bmi_z + 3.0 * body.fitness_z - 3.0 * body.smoker + 13.0 * z[1]
    fat = np.exp(4.78 + 0.15 * body.bmi_z + 0.1 * sugar - 0.1 * body.fitness_z - 0.12 * body.female + 0.5 * z[2])
    percent = 26.5 + 11.5 * body.female + 4.0 * body.bmi_z + 1.0 * body.age_z - 1.5 * body.fitness_z + 3.2 * z[3]
    kidney = -2.05 + 1.05 * body.age_z + 0.5 * body.burden_z + 0.7 * float(diabetes)
    return {
        "bmi": round(body.bmi, 2),
        "obese": float(round(body.bmi, 2) >= OBESE_FROM_BMI),
        "hba1c": round(float(np.clip(hba1c, 4.0, 15.0)), 1),
        "diabetes": float(diabetes),
        "prediabetes_or_diabetes": float(diabetes or round(hba1c, 1) >= PREDIABETES_FROM_HBA1C),
        "homa_ir": round(float(np.exp(insulin)), 2),
        "hdl": float(np.clip(np.rint(hdl), 18, 140)),
        "triglycerides": float(np.clip(np.rint(fat), 25, 1500)),
        "body_fat_pct_dxa": round(float(np.clip(percent, 8, 60)), 1) if body.age_years < BODY_FAT_BELOW else np.nan,
        "ckd": _yes(rng, kidney),
    }


def _sleep(rhythm: Rhythm, truth: Truths, rng: np.random.Generator) -> dict[str, float]:
    """What the person says of their sleep: people round, and misjudge."""
    mood, fragments = truth.body.mood_z, 4.0 * (rhythm.fragmentation - 0.2)
    hours = float(np.clip(np.rint(rhythm.sleep_h - 0.35 - 0.15 * mood + 0.75 * rng.normal()), 2, 12))
    irregular = np.log(rhythm.irregularity_min / 32.0)
    return {
        "sleep_hours_selfreport": hours,
        "short_sleep_le6h": float(hours <= SHORT_SLEEP_H),
        "told_trouble_sleeping": _yes(rng, -1.75 + 0.6 * mood + 0.8 * fragments + 0.6 * irregular),
        "told_sleep_disorder": _yes(rng, -3.0 + 1.1 * fragments + 0.5 * truth.body.bmi_z + 0.2 * mood),
    }


def _mind(truth: Truths, rng: np.random.Generator) -> dict[str, float]:
    """Mood, its medicines, memory."""
    body = truth.body
    points = float(np.clip(rng.poisson(rng.gamma(1.8, np.exp(0.63 + 0.8 * body.mood_z) / 1.8)), 0, 27))
    taken = -3.1 + 0.95 * body.mood_z + 0.45 * body.female + 0.06 * points
    ssri = _yes(rng, taken - 0.45)
    return {
        "phq9": points,
        "depression_phq10": float(points >= DEPRESSED_FROM_PHQ9),
        "med_ssri": ssri,
        "med_antidepressant_any": max(ssri, _yes(rng, taken - 0.7)),
        "med_benzodiazepine": _yes(rng, -3.6 + 0.5 * body.mood_z + 0.3 * body.age_z),
        "memory_confusion_problems": _yes(rng, -2.95 + 0.75 * body.age_z + 0.6 * body.mood_z + 0.4 * body.burden_z),
    }


def _days(truth: Truths, life: Life, rng: np.random.Generator) -> dict[str, float]:
    """Who the person is and how they live."""
    body, workouts = truth.body, life.workouts_per_week
    poor = -1.6 + 0.15 * body.age_z + 0.8 * body.burden_z + 0.5 * body.mood_z + 0.25 * body.bmi_z
    poor += -0.35 * body.activity_z - 0.2 * (life.work is not Work.NONE) - 0.05 * (life.wear is Wear.DAYS_ONLY)
    cane = -3.4 + 1.1 * body.age_z + 0.8 * body.burden_z - 0.7 * body.activity_z + 0.3 * body.bmi_z
    return {
        "age_years": float(int(body.age_years)),
        "sex_female": float(body.female),
        "current_smoker": float(body.smoker),
        "self_vigorous_30d": _yes(rng, -1.7 + 0.85 * workouts + 0.2 * body.fitness_z),
        "fair_poor_health": _yes(rng, poor),
        "needs_walking_equipment": _yes(rng, cane),
    }

"""Facts that follow from other facts, by the definitions NHANES labels were made with, for cohorts that lack the label.

What a laboratory value cannot say (a diagnosis somebody was told of, a medicine) is left out, so a derived answer is
narrower than the surveyed one. A fact that is there is never replaced.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
from jaxtyping import Float64

from sennight.record import Facts
from sennight.record.facts import FactColumn

OBESE_BMI = 30.0  # kg/m^2; WHO
DIABETES_HBA1C, PREDIABETES_HBA1C = 6.5, 5.7  # %; American Diabetes Association
DIABETES_FASTING = 126.0  # mg/dL; American Diabetes Association
HOMA_DIVISOR = 405.0  # mg/dL times uU/mL; Matthews 1985

Values = Float64[np.ndarray, " person"]
Rule = tuple[str, tuple[str, ...], Callable[..., Values]]  # unit, facts it needs, formula


def derived(facts: Facts) -> Facts:
    """The same facts and what follows from them: `obese`, `homa_ir`, `diabetes`, `prediabetes_or_diabetes`."""
    columns = dict(facts.columns)
    for name, (unit, needs, formula) in RULES.items():
        if name in columns or not all(n in columns for n in needs):
            continue
        values = formula(*(facts.vector(n, facts.people) for n in needs))
        known = np.flatnonzero(np.isfinite(values))
        if not len(known):
            continue
        columns[name] = FactColumn(
            name=name,
            unit=unit,
            source=f"derived from {', '.join(needs)}",
            person_code=known.astype(np.int32),
            values=values[known],
            dates=np.full(len(known), np.datetime64("NaT", "D")),
        )
    return dataclasses.replace(facts, columns=columns)


def _diabetes(hba1c: Values, fasting: Values) -> Values:
    """Yes by either, no only where neither says so and HbA1c is known."""
    yes = (hba1c >= DIABETES_HBA1C) | (fasting >= DIABETES_FASTING)
    return np.where(yes | ~np.isnan(hba1c), yes.astype(np.float64), np.nan)


def _prediabetes(hba1c: Values, fasting: Values) -> Values:
    yes = (hba1c >= PREDIABETES_HBA1C) | (_diabetes(hba1c, fasting) == 1)
    return np.where(yes | ~np.isnan(hba1c), yes.astype(np.float64), np.nan)


def _obese(bmi: Values) -> Values:
    return np.where(np.isnan(bmi), np.nan, (bmi >= OBESE_BMI).astype(np.float64))


RULES: dict[str, Rule] = {
    "obese": ("yes/no", ("bmi",), _obese),
    "homa_ir": ("ratio", ("fasting_glucose", "fasting_insulin"), lambda g, i: g * i / HOMA_DIVISOR),
    "diabetes": ("yes/no", ("hba1c", "fasting_glucose"), _diabetes),
    "prediabetes_or_diabetes": ("yes/no", ("hba1c", "fasting_glucose"), _prediabetes),
}

"""Labels that follow from laboratory values agree with the definitions, and never replace what is there."""

import numpy as np

from sennight.record import Facts
from sennight.tasks.derive import derived

PEOPLE = ("a", "b", "c", "d")


def facts(**values: list[float]) -> Facts:
    units = dict.fromkeys(values, "1")
    columns = {name: np.array(v, dtype=np.float64) for name, v in values.items()}
    return Facts.from_wide(people=PEOPLE, values=columns, units=units, source="test")


def test_diabetes_is_yes_by_either_value_and_unknown_without_hba1c() -> None:
    made = derived(facts(hba1c=[6.5, 5.6, 5.7, np.nan], fasting_glucose=[100, 126, 100, 90]))
    assert made.vector("diabetes", PEOPLE).tolist()[:3] == [1, 1, 0]
    assert np.isnan(made.vector("diabetes", PEOPLE)[3])
    assert made.vector("prediabetes_or_diabetes", PEOPLE).tolist()[:3] == [1, 1, 1]


def test_obesity_and_homa_follow_from_their_parts() -> None:
    made = derived(facts(bmi=[30, 29.9, np.nan, 40], fasting_glucose=[81] * 4, fasting_insulin=[5] * 4))
    assert made.vector("obese", PEOPLE)[[0, 1, 3]].tolist() == [1, 0, 1]
    assert np.allclose(made.vector("homa_ir", PEOPLE), 1.0)
    assert "diabetes" not in made.columns


def test_a_label_that_is_there_stays() -> None:
    made = derived(facts(bmi=[30, 30, 30, 30], obese=[0, 0, 0, 0]))
    assert made.vector("obese", PEOPLE).tolist() == [0, 0, 0, 0]

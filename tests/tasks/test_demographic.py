"""Age and sex are asked of other ages than the rest, and give themselves away."""

import numpy as np

from sennight.record import Facts
from sennight.tasks import TASKS, task


def test_age_is_asked_of_children_from_six_on():
    ages = np.array([5.0, 6.0, 85.0])
    facts = Facts.from_wide(
        people=("a", "b", "c"), values={"age_years": ages}, units={"age_years": "years"}, source="x"
    )
    np.testing.assert_array_equal(task("age").target(facts, facts.people), [np.nan, 6.0, 85.0])


def test_only_age_and_sex_are_their_own_demographic():
    assert {t.name: t.own_demographic for t in TASKS if t.own_demographic} == {"age": "age", "sex": "sex"}

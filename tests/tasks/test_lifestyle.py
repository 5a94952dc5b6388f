"""Activity is asked of minors too in the survey, but not here."""

import numpy as np

from sennight.record import Facts
from sennight.tasks import task


def test_activity_by_own_account_is_asked_of_adults_only():
    values = {"age_years": np.array([15.0, 20.0]), "self_vigorous_30d": np.array([1.0, 1.0])}
    facts = Facts.from_wide(people=("a", "b"), values=values, units=dict.fromkeys(values, "1"), source="synthetic")
    np.testing.assert_array_equal(task("self_vigorous_30d").target(facts, facts.people), [np.nan, 1.0])

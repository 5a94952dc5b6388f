"""Who is asked about breathlessness."""

import numpy as np

from sennight.record import Facts
from sennight.tasks import task


def test_breathlessness_is_asked_from_forty_on():
    values = {"age_years": np.array([39.0, 40.0]), "dyspnea_on_exertion": np.array([1.0, 1.0])}
    facts = Facts.from_wide(people=("a", "b"), values=values, units=dict.fromkeys(values, "1"), source="synthetic")
    np.testing.assert_array_equal(task("dyspnea_on_exertion").target(facts, facts.people), [np.nan, 1.0])

"""The two metabolic labels that are computed from a fact."""

import numpy as np

from sennight.record import Facts
from sennight.tasks import task


def adults(**columns: list[float]) -> Facts:
    values = {name: np.array(column) for name, column in columns.items()}
    n = len(next(iter(values.values())))
    values["age_years"] = np.full(n, 50.0)
    people = tuple(f"p{i}" for i in range(n))
    return Facts.from_wide(people=people, values=values, units=dict.fromkeys(values, "1"), source="synthetic")


def test_insulin_resistance_starts_at_a_homa_ir_of_2_9():
    facts = adults(homa_ir=[2.89, 2.9, np.nan])
    np.testing.assert_array_equal(task("insulin_resistance").target(facts, facts.people), [0.0, 1.0, np.nan])


def test_triglycerides_are_asked_as_logarithm():
    facts = adults(triglycerides=[100.0, np.nan])
    np.testing.assert_allclose(task("triglycerides").target(facts, facts.people), [np.log(100.0), np.nan])

"""Sleep abnormality is made of two answers, either of which may be unknown."""

import numpy as np
import pytest

from sennight.record import Facts
from sennight.tasks.sleep import sleep_abnormality

UNKNOWN = np.nan


@pytest.mark.parametrize(
    ("told", "hours", "label"),
    [
        (0.0, 7.0, 0.0),
        (1.0, 7.0, 1.0),
        (0.0, 5.0, 1.0),
        (0.0, 5.5, 0.0),
        (0.0, 12.0, 1.0),
        (0.0, 11.0, 0.0),
        (1.0, UNKNOWN, 1.0),
        (UNKNOWN, 4.0, 1.0),
        (0.0, UNKNOWN, UNKNOWN),
        (UNKNOWN, 7.0, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_either_answer_can_make_a_yes_but_only_both_make_a_no(told, hours, label):
    values = {"told_sleep_disorder": np.array([told]), "sleep_hours_selfreport": np.array([hours])}
    facts = Facts.from_wide(people=("a",), values=values, units=dict.fromkeys(values, "1"), source="synthetic")
    np.testing.assert_array_equal(sleep_abnormality(facts, ("a",)), [label])

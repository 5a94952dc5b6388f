"""The contract of a task: who is asked, what a label is, and what is refused."""

import numpy as np
import pytest

from sennight.errors import InputError, TaskError
from sennight.record import Facts
from sennight.tasks import ADULTS, EVERYBODY, Domain, Task, TaskKind, Who
from sennight.tasks.task import at_least, fact, logarithm


def facts(**columns: list[float]) -> Facts:
    n = len(next(iter(columns.values())))
    people = tuple(f"p{i}" for i in range(n))
    values = {name: np.array(column, dtype=np.float64) for name, column in columns.items()}
    return Facts.from_wide(people=people, values=values, units=dict.fromkeys(columns, "1"), source="synthetic")


def a_task(**changes: object) -> Task:
    parts: dict = {
        "name": "snores",
        "question": "Does the person snore?",
        "domain": Domain.SLEEP,
        "kind": TaskKind.YES_NO,
        "metric": "auc",
        "label": fact("snores"),
        "needs": ("snores",),
        "source": "made up for tests",
    }
    return Task(**{**parts, **changes})


def test_a_minor_and_a_person_of_unknown_age_are_not_asked():
    known = facts(snores=[1.0, 0.0, 1.0, 1.0], age_years=[20.0, 19.0, np.nan, 70.0])
    np.testing.assert_array_equal(a_task().target(known, known.people), [1.0, np.nan, np.nan, 1.0])


def test_somebody_without_the_fact_has_no_label():
    known = facts(snores=[1.0, np.nan], age_years=[30.0, 30.0])
    np.testing.assert_array_equal(a_task().target(known, ("p1", "p0", "stranger")), [np.nan, 1.0, np.nan])


def test_a_question_to_everybody_needs_no_age():
    known = facts(snores=[1.0, 0.0])
    np.testing.assert_array_equal(a_task(who=EVERYBODY).target(known, known.people), [1.0, 0.0])


def test_lacking_facts_are_named():
    known = facts(age_years=[30.0])
    with pytest.raises(TaskError, match="snores"):
        a_task().target(known, known.people)
    with pytest.raises(TaskError, match="age_years"):
        a_task().target(facts(snores=[1.0]), ("p0",))


def test_a_yes_no_answer_of_two_is_refused_without_telling_it():
    known = facts(snores=[1.0, 2.0], age_years=[30.0, 30.0])
    with pytest.raises(TaskError, match="other numbers than 0 and 1") as caught:
        a_task().target(known, known.people)
    assert "2" not in str(caught.value).replace("to 1", "")


def test_an_odd_answer_of_somebody_not_asked_does_no_harm():
    known = facts(snores=[1.0, 7.0], age_years=[30.0, 9.0])
    np.testing.assert_array_equal(a_task().target(known, known.people), [1.0, np.nan])


@pytest.mark.parametrize(
    "changes",
    [
        {"metric": "pearson_r"},
        {"kind": TaskKind.AMOUNT},
        {"name": "Snores loudly"},
        {"question": "Snoring"},
        {"source": ""},
        {"needs": ()},
        {"thresholds": (1.0,)},
    ],
)
def test_a_task_that_contradicts_itself_is_refused(changes):
    with pytest.raises(InputError):
        a_task(**changes)


def test_an_empty_age_range_is_refused():
    with pytest.raises(InputError):
        Who(age_from=50.0, age_to=40.0, text="nobody")
    assert ADULTS.needs == ("age_years",)


def test_at_least_counts_the_threshold_itself_and_keeps_unknown_unknown():
    known = facts(x=[2.89, 2.9, 3.0, np.nan])
    np.testing.assert_array_equal(at_least("x", 2.9)(known, known.people), [0.0, 1.0, 1.0, np.nan])


def test_a_logarithm_of_nothing_is_unknown():
    known = facts(x=[1.0, np.e, 0.0, np.nan])
    np.testing.assert_allclose(logarithm("x")(known, known.people), [0.0, 1.0, np.nan, np.nan])

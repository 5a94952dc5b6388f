"""The feature sets beside the model: what they hold, and what they must not."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.evaluate import controls
from sennight.record import Facts, WindowBatch


def batch(people: tuple[str, ...], seen: np.ndarray, seed: int = 0) -> WindowBatch:
    values = np.random.default_rng(seed).random(seen.shape).astype(np.float32) * seen
    n = len(people)
    nowhere = np.full(n, -1, dtype=np.int16)
    return WindowBatch(
        people=people,
        ordinal=tuple(range(n)),
        weekday=nowhere,
        day_of_year=nowhere,
        values=values,
        seen=seen,
        channels=tuple(f"c{i}" for i in range(seen.shape[2])),
    )


def of(age: list[float], sex: list[float]) -> Facts:
    people = tuple(f"p{i}" for i in range(len(age)))
    values = {"age_years": np.array(age), "sex_female": np.array(sex)}
    return Facts.from_wide(people=people, values=values, units={"age_years": "years", "sex_female": "1"}, source="x")


def test_demographics_are_age_its_square_sex_and_their_product():
    facts = of([50.0, 70.0], [1.0, 0.0])
    np.testing.assert_allclose(
        controls.demographics(facts, facts.people), [[0.0, 0.0, 0.5, 0.0], [2.0, 4.0, -0.5, -1.0]]
    )


@pytest.mark.parametrize(("own", "change"), [("age", ([20.0, 85.0], [1.0, 0.0])), ("sex", ([30.0, 60.0], [0.0, 1.0]))])
def test_a_demographic_that_is_the_answer_is_not_among_them(own, change):
    before, after = of([30.0, 60.0], [1.0, 0.0]), of(*change)
    ours = controls.demographics(before, before.people, leave_out=own)
    np.testing.assert_array_equal(ours, controls.demographics(after, after.people, leave_out=own))
    assert ours.shape[1] == {"age": 1, "sex": 2}[own]


def test_an_unknown_demographic_gets_a_column_of_its_own():
    facts = of([50.0, 60.0], [1.0, 0.0])
    columns = controls.demographics(facts, ("p0", "p1", "stranger"))
    assert np.isfinite(columns).all()
    assert columns.shape == (3, 6)
    assert (columns[2] != columns[0]).sum() >= 2


def test_missingness_sees_when_and_not_what():
    seen = np.zeros((3, 1_440, 2), dtype=np.bool_)
    seen[0, 480:1_080, 0] = True
    seen[1, 480:1_380, 1] = True
    seen[2, :60, :] = True
    one = controls.missingness([batch(("a", "a", "b"), seen, seed=0)])
    other = controls.missingness([batch(("a",), seen[:1], seed=7), batch(("a", "b"), seen[1:], seed=8)])
    np.testing.assert_array_equal(one.values, other.values)
    assert one.people == other.people == ("a", "b")
    np.testing.assert_array_equal(one.days_used, [2, 1])
    np.testing.assert_allclose(one.values[0, 8:18], 1.0)
    np.testing.assert_allclose(one.values[0, 18:23], 0.5)
    np.testing.assert_allclose(one.values[0, 24:], [750.0, 150.0, 2.0])
    np.testing.assert_allclose(one.values[1, 24:], [60.0, 0.0, 1.0])


def test_a_week_counts_as_seven_days():
    seen = np.zeros((1, 7 * 1_440, 1), dtype=np.bool_)
    seen[0, :1_440] = True
    week = controls.missingness([batch(("a",), seen)])
    np.testing.assert_array_equal(week.days_used, [7])
    np.testing.assert_allclose(week.values[0, :24], 1 / 7, rtol=1e-6)
    np.testing.assert_allclose(week.values[0, 24], 1_440 / 7, rtol=1e-6)


def test_no_windows_are_refused():
    with pytest.raises(InputError, match="no windows"):
        controls.missingness([])


def test_shuffled_labels_are_the_same_answers_of_the_same_people_dealt_out_again():
    y = np.array([0.0, 1.0, np.nan] * 40)
    dealt = controls.shuffle_labels(y, task="snores", seed=0)
    np.testing.assert_array_equal(np.isnan(dealt), np.isnan(y))
    np.testing.assert_array_equal(np.sort(dealt), np.sort(y))
    np.testing.assert_array_equal(dealt, controls.shuffle_labels(y, task="snores", seed=0))
    known = ~np.isnan(y)
    agree = (dealt[known] == y[known]).mean()
    assert 0.3 < agree < 0.7
    assert (controls.shuffle_labels(y, task="other", seed=0)[known] != dealt[known]).any()

import numpy as np
from tests.agent.sentences.test_day import day

from sennight.agent.sentences.day import sensor_days
from sennight.agent.sentences.similar import Words, similar_days, words


def days():
    rng = np.random.default_rng(0)
    quiet = [rng.poisson(2, 1440).astype(float) for _ in range(6)]
    busy = []
    for _ in range(2):
        one = rng.poisson(2, 1440).astype(float)
        one[480:1000] = 90
        busy.append(one)
    return sensor_days([day(i, d) for i, d in enumerate([*quiet, *busy])])


def test_the_other_busy_day_is_the_most_alike() -> None:
    found = similar_days(days(), 7)
    assert found[0].ordinal == 6
    assert found[0].likeness > found[1].likeness + 0.2


def test_a_day_that_is_not_there_has_none_alike() -> None:
    assert similar_days(days(), 99) == ()


def test_words_of_numbers_near_each_other_are_the_same_and_far_ones_are_not() -> None:
    a, b, c = (sensor_days([day(1, np.full(1440, x))])[0] for x in (5.0, 5.1, 50.0))
    assert set(words(a)) == set(words(b))
    assert set(words(a)) != set(words(c))


def test_vectors_have_length_one_and_unknown_words_count_nothing() -> None:
    fitted = Words.fitted([["a", "b"], ["a"], ["b"]])
    rows = fitted.vectors([["a", "b", "zzz"], ["zzz"]])
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 0])

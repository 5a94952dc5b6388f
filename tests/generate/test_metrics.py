"""Minutes to a day's number, by hand."""

import numpy as np

from sennight.generate.metrics import Way, combine, contributions


def test_a_day_of_which_nothing_is_known_has_no_number() -> None:
    parts, known = np.ones((2, 1440)), np.zeros((2, 1440), dtype=np.bool_)
    known[1, :20] = True
    for way in Way:
        assert np.isnan(combine(way, parts, known)[0])
    assert combine(Way.SUM, parts, known)[1] == 20
    assert np.isnan(combine(Way.LOWEST, parts, known)[1])


def test_a_minute_counts_by_its_threshold() -> None:
    x = np.array([99.0, 100.0, 101.0], dtype=np.float32)
    assert contributions(Way.AT_LEAST, 100.0, x).tolist() == [0, 1, 1]
    assert contributions(Way.BELOW, 100.0, x).tolist() == [1, 0, 0]
    assert contributions(Way.SUM, 0.0, x).tolist() == [99, 100, 101]


def test_the_lowest_half_hour_needs_24_known_minutes() -> None:
    parts, known = np.full((1, 1440), 70.0), np.ones((1, 1440), dtype=np.bool_)
    parts[0, 200:230] = 50
    assert combine(Way.LOWEST, parts, known)[0] == 50
    known[0, 200:207] = False
    assert combine(Way.LOWEST, parts, known)[0] > 50

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sennight.prepare.runs import Runs, at_least, inside, runs_of, stretches


@given(st.lists(st.booleans(), max_size=60))
def test_runs_put_back_together_are_the_condition(holds: list[bool]) -> None:
    condition = np.array(holds, dtype=np.bool_)
    runs = runs_of(condition)
    assert (inside(runs, len(condition)) == condition).all()
    assert (runs.start[1:] > runs.stop[:-1]).all()  # maximal: two runs never touch


def test_runs_of_nothing_are_none() -> None:
    assert len(runs_of(np.empty(0, dtype=np.bool_)).start) == 0


def test_only_long_runs_are_kept() -> None:
    runs = at_least(runs_of(np.array([1, 1, 1, 0, 1, 1, 0, 1], dtype=np.bool_)), 2)
    assert runs.start.tolist() == [0, 4]
    assert runs.stop.tolist() == [3, 6]


def test_overlapping_runs_cover_their_union() -> None:
    runs = Runs(start=np.array([0, 1]), stop=np.array([3, 4]))
    assert inside(runs, 6).tolist() == [True, True, True, True, False, False]


def test_intervals_join_across_short_gaps_only() -> None:
    starts, stops = np.array([100, 0, 30]), np.array([110, 50, 40])
    assert stretches(starts, stops, max_gap_s=49) == ((0, 50), (100, 110))
    assert stretches(starts, stops, max_gap_s=50) == ((0, 110),)


def test_a_long_interval_bridges_the_gap_after_a_shorter_one_inside_it() -> None:
    assert stretches(np.array([0, 10, 90]), np.array([100, 20, 95]), max_gap_s=5) == ((0, 100),)

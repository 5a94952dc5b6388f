"""Recordings are sorted and in range once made; samples in any order become the same recording."""

import warnings
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sennight.errors import ReadError
from sennight.record import SECONDS_PER_DAY, Clock, Recording, channel

PULSE = channel("heart_rate")  # 20 to 250


def recording(
    values: list[float], *, times: list[int] | None = None, offset_s: int = 0, **changes: object
) -> Recording:
    n = len(values)
    fields = {
        "person": "p",
        "device": "band",
        "channel": PULSE,
        "times_utc": np.array(range(n) if times is None else times, dtype=np.int64),
        "utc_offset_s": np.full(n, offset_s, dtype=np.int32),
        "values": np.array(values, dtype=np.float32),
        "rejected_utc": np.empty(0, dtype=np.int64),
        "clock": Clock.INSTANT,
        "source": "pulse.csv",
        "source_sha256": "",
        **changes,
    }
    return Recording(**fields)  # type: ignore[arg-type]


def from_samples(
    values: list[float] | np.ndarray, times: list[int], *, offsets: list[int] | int = 0, keep: list[bool] | None = None
) -> Recording:
    return Recording.from_samples(
        person="p",
        device="band",
        channel=PULSE,
        times_utc=np.array(times, dtype=np.int64),
        utc_offset_s=np.array(offsets, dtype=np.int32) if isinstance(offsets, list) else offsets,
        values=np.asarray(values),
        clock=Clock.INSTANT,
        source="pulse.csv",
        keep=None if keep is None else np.array(keep, dtype=np.bool_),
    )


def test_a_recording_may_be_empty() -> None:
    assert recording([]).n_rejected == 0
    assert len(from_samples([], []).values) == 0


def test_samples_at_the_ends_of_the_range_and_at_one_time_are_fine() -> None:
    assert len(recording([20, 250], times=[5, 5]).values) == 2


@pytest.mark.parametrize("times", [[2, 1], [2**62 + 1, -(2**62) - 1]])
def test_times_out_of_order_are_refused_however_far_apart(times: list[int]) -> None:
    with pytest.raises(ReadError, match="not in time order") as refused:
        recording([60, 60], times=times)
    assert refused.value.where == "pulse.csv, channel heart_rate"
    assert "from_samples" in refused.value.todo


def test_times_in_order_are_taken_however_far_apart() -> None:
    assert len(recording([60, 60], times=[-(2**62) - 1, 2**62 + 1]).values) == 2


@pytest.mark.parametrize("value", [19.99, 250.1, np.nan, np.inf, -np.inf])
def test_a_value_that_cannot_be_is_refused_and_stays_out_of_the_sentence(value: float) -> None:
    with pytest.raises(ReadError, match="not finite or out of the channel's range") as refused:
        recording([60, value])
    assert str(value) not in str(refused.value)


@pytest.mark.parametrize("offset_s", [18 * 3600 + 1, -18 * 3600 - 1, -(2**31)])
def test_an_offset_that_no_place_has_is_refused(offset_s: int) -> None:
    with pytest.raises(ReadError, match="beyond 18 hours"):
        recording([60], offset_s=offset_s)


@pytest.mark.parametrize("offset_s", [18 * 3600, -18 * 3600, 20_700])
def test_an_offset_that_a_place_has_is_taken(offset_s: int) -> None:
    assert recording([60], offset_s=offset_s).utc_offset_s.tolist() == [offset_s]


@given(order=st.permutations(range(8)))
def test_the_order_of_samples_does_not_matter(order: list[int]) -> None:
    times, values, offsets = [7, 1, 5, 3, 9, 2, 8, 4], [60, 61, 999, 63, 64, np.nan, 66, 67], [3600, 0] * 4
    straight = from_samples(values, times, offsets=offsets)
    shuffled = from_samples([values[i] for i in order], [times[i] for i in order], offsets=[offsets[i] for i in order])
    for part in ("times_utc", "utc_offset_s", "values", "rejected_utc"):
        assert np.array_equal(getattr(shuffled, part), getattr(straight, part)), part


@given(
    samples=st.lists(
        st.tuples(st.integers(0, 20), st.floats(width=32), st.sampled_from([-3600, 0, 7200]), st.booleans()),
        max_size=30,
    )
)
def test_every_sample_is_kept_rejected_or_was_never_measured(samples: list[tuple[int, float, int, bool]]) -> None:
    times, values, offsets, keep = ([s[i] for s in samples] for i in range(4))
    made = from_samples(np.array(values, dtype=np.float32), times, offsets=offsets, keep=keep)
    good = Counter((t, v, o) for t, v, o, k in samples if k and 20 <= v <= 250)
    bad = Counter(t for t, v, _, k in samples if k and not 20 <= v <= 250)
    parts = (made.times_utc.tolist(), made.values.tolist(), made.utc_offset_s.tolist())
    assert Counter(zip(*parts, strict=True)) == good
    assert Counter(made.rejected_utc.tolist()) == bad
    assert made.n_rejected == sum(bad.values())
    assert (np.diff(made.times_utc) >= 0).all()
    assert (np.diff(made.rejected_utc) >= 0).all()


def test_samples_at_one_time_keep_the_order_in_which_they_came() -> None:
    assert from_samples([70, 60, 61, 62], [9, 5, 5, 5]).values.tolist() == [60, 61, 62, 70]


def test_samples_that_were_never_measured_leave_no_trace() -> None:
    made = from_samples([60, -1, 62], [1, 2, 3], keep=[True, False, True])
    assert (made.times_utc.tolist(), made.n_rejected) == ([1, 3], 0)


def test_samples_out_of_range_leave_their_times() -> None:
    made = from_samples([255, 62, np.nan, np.inf], [4, 3, 2, 1])
    assert (made.values.tolist(), made.rejected_utc.tolist()) == ([62], [1, 2, 4])


def test_a_double_beyond_single_precision_is_rejected_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = from_samples(np.array([60.0, 1e300, -1e300]), [1, 2, 3])
    assert (made.values.tolist(), made.rejected_utc.tolist()) == ([60], [2, 3])


def test_whole_numbers_become_single_precision_and_one_offset_counts_for_all() -> None:
    made = from_samples(np.array([60, 61]), [SECONDS_PER_DAY, 0], offsets=-7200)
    assert made.values.dtype == np.float32
    assert made.values.tolist() == [61, 60]
    assert made.utc_offset_s.tolist() == [-7200, -7200]


def test_the_samples_that_were_given_are_not_changed() -> None:
    times, values = np.array([2, 1], dtype=np.int64), np.array([255, 60], dtype=np.float32)
    Recording.from_samples(
        person="p", device="d", channel=PULSE, times_utc=times, utc_offset_s=0, values=values, clock=Clock.LOCAL,
        source="s",
    )  # fmt: skip
    assert (times.tolist(), values.tolist()) == ([2, 1], [255, 60])

"""Minutes folded while they come: the same whatever the order and the pieces."""

import numpy as np
import pytest

from sennight.readers import minute_store
from sennight.readers.minute_store import MinuteStore


def test_samples_become_sums_counts_and_offsets_of_minutes() -> None:
    store = MinuteStore()
    store.add(np.array([125, 60, 61]), np.array([3.0, 1.0, 2.0]), np.array([3_600, 0, 0], dtype=np.int32))
    made = store.take()
    assert made.minute.tolist() == [1, 2]
    assert made.total.tolist() == [3.0, 3.0]
    assert made.n_values.tolist() == [2, 1]
    assert made.offset_min.tolist() == [0, 60]
    assert len(store.take().minute) == 0


def test_order_and_pieces_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """T-07: shuffled rows give the same."""
    monkeypatch.setattr(minute_store, "JOIN_FROM", 200)
    rng = np.random.default_rng(5)
    utc, values = rng.integers(0, 60_000, 5_000), rng.integers(0, 9, 5_000).astype(np.float64)
    offsets = np.full(5_000, 7_200, dtype=np.int32)
    whole = MinuteStore()
    whole.add(utc, values, offsets)
    expected = whole.take()
    for _ in range(20):
        store, order = MinuteStore(), rng.permutation(5_000)
        for part in np.array_split(order, 17):
            store.add(utc[part], values[part], offsets[part])
            assert store.held <= 2 * 1_000 + 300
        made = store.take()
        for a, b in zip(made, expected, strict=True):
            np.testing.assert_array_equal(a, b)
    sums = np.bincount(utc // 60, weights=values)
    np.testing.assert_array_equal(expected.total, sums[expected.minute])


def test_a_minute_takes_twelve_bytes() -> None:
    store = MinuteStore()
    store.add(np.arange(0, 60_000, 60), np.ones(1_000), np.zeros(1_000, dtype=np.int32))
    assert sum(column.nbytes for column in store.take()) == 12_000

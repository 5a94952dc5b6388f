"""The loader: an order from seed and epoch alone, every window once, errors and early ends clean."""

import threading
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import StoreError
from sennight.store import Store, batches, pairs, shuffled


def test_the_order_follows_from_seed_and_epoch_alone() -> None:
    assert shuffled(6, seed=3, epoch=2).tolist() == shuffled(6, seed=3, epoch=2).tolist()
    orders = {tuple(shuffled(50, seed=s, epoch=e).tolist()) for s in range(3) for e in range(3)}
    assert len(orders) == 9
    assert all(sorted(order) == list(range(50)) for order in orders)


def test_an_epoch_holds_every_day_once_in_that_order(store: Store) -> None:
    rows = np.arange(13)
    read = list(batches(store, rows, batch=4, seed=5, epoch=1))
    assert [len(b) for b in read] == [4, 4, 4, 1]
    order = rows[shuffled(13, seed=5, epoch=1)]
    expected = store.read(order)
    assert sum((b.people for b in read), ()) == expected.people
    assert np.array_equal(np.concatenate([b.values for b in read]), expected.values)
    assert np.array_equal(np.concatenate([b.seen for b in read]), expected.seen)


def test_weeks_are_read_from_their_first_rows(store: Store) -> None:
    starts = store.weeks()["row"].to_numpy()
    read = list(batches(store, starts, batch=2, seed=0, epoch=0, windows=7))
    assert all(b.values.shape[1] == 7 * 1440 for b in read)
    expected = store.read_weeks(starts[shuffled(len(starts), seed=0, epoch=0)])
    assert np.array_equal(np.concatenate([b.values for b in read]), expected.values)


def test_training_resumes_amid_an_epoch_with_the_same_batches(store: Store) -> None:
    rows = np.arange(3, 13)
    whole = list(batches(store, rows, batch=3, seed=1, epoch=4))
    rest = list(batches(store, rows, batch=3, seed=1, epoch=4, first_step=2))
    assert len(rest) == len(whole) - 2
    for one, other in zip(rest, whole[2:], strict=True):
        assert one.ordinal == other.ordinal
        assert np.array_equal(one.values, other.values)


def test_stopping_early_leaves_no_thread(store: Store) -> None:
    epoch = batches(store, np.arange(13), batch=1, seed=0, epoch=0)
    next(epoch)
    epoch.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("store-reader")]


def test_damage_surfaces_in_the_training_loop(written: Path) -> None:
    store = Store.open(written)
    file = written / "samples/c.2.0.0"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"c\.2\.0\.0"):
        list(batches(store, np.arange(13), batch=2, seed=0, epoch=0))


def test_no_rows_give_no_batches_and_an_empty_batch_is_refused(store: Store) -> None:
    assert list(batches(store, np.arange(0), batch=4, seed=0, epoch=0)) == []
    with pytest.raises(StoreError, match="batch of 0"):
        next(batches(store, np.arange(3), batch=0, seed=0, epoch=0))


def test_a_pair_is_two_different_days_of_one_person(store: Store) -> None:
    many = [p for p, n in store.index.group_by("person").len().iter_rows() if n > 1]
    stream = pairs(store, np.arange(len(store)), people=len(many), seed=0)
    for _ in range(20):
        batch = next(stream)
        half = len(many)
        assert batch.people[:half] == batch.people[half:]
        assert sorted(batch.people[:half]) == sorted(many)
        assert all(a != b for a, b in zip(batch.ordinal[:half], batch.ordinal[half:], strict=True))
    stream.close()  # type: ignore[attr-defined]


def test_pairs_of_a_step_follow_from_seed_and_step_alone(store: Store) -> None:
    rows = np.arange(len(store))

    def seen(first_step: int, n: int, seed: int = 0) -> list[tuple[object, object]]:
        stream = pairs(store, rows, people=2, seed=seed, first_step=first_step)
        return [(b.people, b.ordinal) for b in (next(stream) for _ in range(n))]

    assert seen(3, 4) == seen(0, 7)[3:]
    assert seen(0, 7) != seen(0, 7, seed=1)


def test_too_few_people_with_two_days_are_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="have two windows"):
        next(pairs(store, np.arange(len(store)), people=1000, seed=0))

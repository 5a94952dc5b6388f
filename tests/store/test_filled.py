"""Filled minutes lie beside a store, never in it, and are refused where measured ones are asked for."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import StoreError
from sennight.record import Filled, PersonDays, WindowBatch
from sennight.store import Store, StoreWriter
from sennight.store.filled import FilledLayer, write_filled


@pytest.fixture
def store(tmp_path: Path, windows: Callable[..., WindowBatch]) -> Store:
    batch = windows(6)
    with StoreWriter(tmp_path / "store", channels=batch.channels, provenance={}) as writer:
        for i in range(6):
            writer.append(
                PersonDays(
                    person=batch.people[i],
                    first_date=None,
                    ordinal=batch.ordinal[i],
                    weekday=int(batch.weekday[i]),
                    values=batch.values[i],
                    seen=batch.seen[i],
                    channels=batch.channels,
                )
            )
    return Store.open(tmp_path / "store")


def guessed(windows: WindowBatch) -> Filled:
    mask = ~windows.seen
    mask[:, :10] = False  # a few stay empty
    values = np.where(mask, np.float32(70), np.float32(0))
    return Filled(
        windows=windows, values=values, low=np.where(mask, np.float32(60), 0).astype(np.float32),
        high=np.where(mask, np.float32(80), 0).astype(np.float32), filled=mask, share=0.9, filler="filler-x",
    )  # fmt: skip


def each(store: Store) -> list[Filled]:
    return [guessed(store.read(np.arange(i, i + 2))) for i in (0, 2, 4)]


def test_there_and_back(store: Store, tmp_path: Path) -> None:
    before = store.fingerprint
    cells = write_filled(store, each(store), tmp_path / "filled", filler="filler-x", share=0.9)
    layer = FilledLayer.open(tmp_path / "filled", store)
    back = layer.read(np.array([3, 0]))
    expected = guessed(store.read(np.array([3, 0])))
    assert np.array_equal(back.filled, expected.filled)
    assert np.array_equal(back.low, expected.low)
    assert np.array_equal(back.values, expected.values)
    assert back.filler == "filler-x"
    assert cells == sum(int(f.filled.sum()) for f in each(store))
    assert Store.open(store.path).fingerprint == before


def test_a_layer_cannot_pass_for_a_store(store: Store, tmp_path: Path) -> None:
    write_filled(store, each(store), tmp_path / "filled", filler="filler-x", share=0.9)
    with pytest.raises(StoreError, match="nobody measured"):
        Store.open(tmp_path / "filled" / "value")
    layer = Store.open(tmp_path / "filled" / "value", layers=True)
    assert pickle.loads(pickle.dumps(layer)).fingerprint == layer.fingerprint


def test_layers_of_another_store_are_refused(store: Store, tmp_path: Path) -> None:
    write_filled(store, each(store), tmp_path / "filled", filler="filler-x", share=0.9)
    other = Store.open(store.path)
    other.manifest.__dict__["fingerprint"] = "something else"
    with pytest.raises(StoreError, match="another store"):
        FilledLayer.open(tmp_path / "filled", other)


def test_days_out_of_order_or_too_few_leave_an_unfinished_layer(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="as the store has them"):
        write_filled(store, each(store)[::-1], tmp_path / "one", filler="filler-x", share=0.9)
    with pytest.raises(StoreError, match="another number"):
        write_filled(store, each(store)[:2], tmp_path / "two", filler="filler-x", share=0.9)
    with pytest.raises(StoreError):
        FilledLayer.open(tmp_path / "two", store)

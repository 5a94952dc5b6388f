"""Filled minutes on disk: three stores of layers over one store of measured minutes, which itself is never changed.

A layer folder holds `value`, `low` and `high`, each in the store's own format, with a number exactly where a cell was
filled. Their provenance says of which store they are and what filled them; `Store.open` refuses them, so that nobody
trains on, or counts, filled minutes by mistake. Reading joins them with the store, row by row, as `Filled`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Integer

from sennight.errors import StoreError
from sennight.record import Filled, PersonDays, WindowBatch
from sennight.store.store import FILLED_OF, Store
from sennight.store.writer import StoreWriter

LAYERS = ("value", "low", "high")


def write_filled(store: Store, people: Iterable[Filled], out: Path, *, filler: str, share: float) -> int:
    """Write the layers of a store, one `Filled` a person in the store's order; how many cells were filled.

    Raises: StoreError if the folder holds something else, or `people` are not those of the store in its order.
    """
    provenance: dict[str, Any] = {FILLED_OF: store.fingerprint, "filler": filler, "share": share}
    writers = {
        layer: StoreWriter(out / layer, channels=store.channels, provenance=provenance | {"layer": layer})
        for layer in LAYERS
    }
    cells = row = 0
    try:
        for filled in people:
            _check(filled, store, row)
            for layer, cells_of in zip(LAYERS, (filled.values, filled.low, filled.high), strict=True):
                writers[layer].extend(_days(filled.windows, cells_of, filled.filled, store, row))
            row += len(filled.windows)
            cells += int(filled.filled.sum())
        if row != len(store):
            raise StoreError("layers were given for another number of days than the store has", where=str(out))
        for writer in writers.values():
            writer.close()
    finally:
        for writer in writers.values():
            writer.__exit__(StoreError, None, None)
    return cells


def _check(filled: Filled, store: Store, row: int) -> None:
    rows = store.index[row : row + len(filled.windows)]
    same = tuple(rows["person"]) == filled.windows.people and tuple(rows["ordinal"]) == filled.windows.ordinal
    if not same or filled.windows.channels != store.channels:
        raise StoreError("filled days must come as the store has them, in its order and with its channels")


def _days(windows: WindowBatch, values: np.ndarray, filled: np.ndarray, store: Store, row: int) -> Iterable[PersonDays]:
    dates = store.index["first_date"]
    for i in range(len(windows)):
        yield PersonDays(
            person=windows.people[i],
            first_date=dates[row + i],
            ordinal=windows.ordinal[i],
            weekday=int(windows.weekday[i]),
            values=np.where(filled[i], values[i], np.float32(0)),
            seen=np.ascontiguousarray(filled[i]),
            channels=windows.channels,
        )


class FilledLayer:
    """The opened layers of a store. Build it with `FilledLayer.open`."""

    def __init__(self, store: Store, layers: dict[str, Store]) -> None:
        self.store = store
        self._layers = layers

    @classmethod
    def open(cls, path: Path, store: Store) -> "FilledLayer":
        """Open the layers in a folder over the store they are of.

        Raises: StoreError if there are none, they are damaged or unfinished, or they are of another store.
        """
        layers = {layer: Store.open(path / layer, layers=True) for layer in LAYERS}
        for layer in layers.values():
            if layer.manifest.provenance.get(FILLED_OF) != store.fingerprint or not layer.complete:
                raise StoreError(
                    "these filled minutes are of another store, or were never finished",
                    where=str(path),
                    todo="Fill the store again: `sennight generate fill`.",
                )
        return cls(store, layers)

    @property
    def filler(self) -> str:
        """Fingerprint of what filled."""
        return str(self._layers["value"].manifest.provenance["filler"])

    def read(self, rows: Integer[np.ndarray, " batch"]) -> Filled:
        """Measured and filled minutes of the days at these rows. Raises: StoreError if a row or a shard is amiss."""
        value, low, high = (self._layers[layer].read(rows) for layer in LAYERS)
        return Filled(
            windows=self.store.read(rows),
            values=value.values,
            low=low.values,
            high=high.values,
            filled=value.seen,
            share=float(self._layers["value"].manifest.provenance["share"]),
            filler=self.filler,
        )

"""Random batches for training: an order that follows from seed and epoch alone, read ahead in the background."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Literal

import numpy as np
from jaxtyping import Int64, Integer

from sennight.errors import StoreError
from sennight.record import WHOLE, Part, WindowBatch
from sennight.store.store import Store

READ_AHEAD = 2
"""Batches unpacked before they are asked for: one in hand and one coming hides a read behind a training step."""


def shuffled(n: int, *, seed: int, epoch: int) -> Int64[np.ndarray, " n"]:
    """The order of n windows in an epoch: a permutation that depends on nothing else.

    >>> shuffled(5, seed=0, epoch=0).tolist() == shuffled(5, seed=0, epoch=0).tolist()
    True
    """
    return np.random.default_rng([seed, epoch]).permutation(n)


def batches(
    store: Store,
    rows: Integer[np.ndarray, " window"],
    *,
    batch: int,
    seed: int,
    epoch: int,
    windows: Literal[1, 7] = 1,
    first_step: int = 0,
    part: Part = WHOLE,
) -> Iterator[WindowBatch]:
    """One epoch over these rows in random order: days (`windows=1`) or weeks starting there (`windows=7`).

    Batch `step` holds `rows[shuffled(...)][step * batch:(step + 1) * batch]`, whatever was read before, so
    training resumes at `first_step`. The last batch may be smaller. Of whole batches only this process's `part` is
    read.
    Raises: StoreError if batch is not positive, or a row is absent or damaged; InputError if it cannot be dealt.
    """
    if batch < 1:
        raise StoreError(f"a batch of {batch} windows", todo="At least 1 is needed.")
    order = rows[shuffled(len(rows), seed=seed, epoch=epoch)]
    mine = part.share(batch)
    places = (order[first : first + batch][mine] for first in range(first_step * batch, len(order), batch))
    yield from read_ahead(store, places, windows=windows)


def pairs(
    store: Store,
    rows: Integer[np.ndarray, " window"],
    *,
    people: int,
    seed: int,
    windows: Literal[1, 7] = 1,
    first_step: int = 0,
) -> Iterator[WindowBatch]:
    """Two different windows of each of `people` people a batch, without end: first one of each, then the other.

    Who and which in batch `step` depends on (seed, step) alone. `rows` are in store order; people with
    one window among them are left out.
    Raises: StoreError if fewer people have two windows, or a row is absent or damaged.
    """
    yield from read_ahead(
        store, map(pair_rows(store, rows, people=people, seed=seed), count(first_step)), windows=windows
    )


def pair_rows(
    store: Store, rows: Integer[np.ndarray, " window"], *, people: int, seed: int
) -> Callable[[int], Int64[np.ndarray, " window"]]:
    """Which of `rows` batch `step` of `pairs` holds. Raises: StoreError if fewer people have two windows."""
    code = store.index["person"].rle_id().to_numpy()[rows]
    start = np.flatnonzero(np.diff(code, prepend=-1))
    length = np.diff(np.append(start, len(rows)))
    start, length = start[length > 1], length[length > 1]
    if len(start) < people:
        raise StoreError(
            f"{len(start)} people have two windows, {people} are needed", todo="Lower the batch, or add people."
        )

    def drawn(step: int) -> Int64[np.ndarray, " window"]:
        rng = np.random.default_rng([seed, 3, step])
        who = rng.permutation(len(start))[:people]
        one = rng.integers(0, length[who])
        other = rng.integers(0, length[who] - 1)
        other += other >= one
        return rows[np.concatenate([start[who] + one, start[who] + other])].astype(np.int64)

    return drawn


def read_ahead(
    store: Store, places: Iterator[Integer[np.ndarray, " window"]], *, windows: Literal[1, 7]
) -> Iterator[WindowBatch]:
    """Read batch after batch, the next ones in the background."""
    read = store.read_weeks if windows == 7 else store.read
    coming: deque[Future[WindowBatch]] = deque()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-reader") as reader:
        try:
            for rows in places:
                coming.append(reader.submit(read, rows))
                if len(coming) > READ_AHEAD:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for future in coming:  # the caller stopped early
                future.cancel()

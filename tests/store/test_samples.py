"""The samples array: deterministic shards, exact bits, and errors instead of silence."""

from pathlib import Path

import numpy as np
import pytest

from sennight.errors import StoreError
from sennight.store.samples import Samples, encode_shard

CHANNELS = ("a", "b")


def made(rows: int) -> np.ndarray:
    samples = np.random.default_rng(0).normal(size=(rows, 2, 1440)).astype(np.float32)
    samples[1] = np.nan
    samples[2, 0, ::3] = np.nan
    return samples


def opened(folder: Path, rows: int) -> Samples:
    return Samples(folder, rows=rows, channels=CHANNELS, shard_rows=4)


def unpacked(samples: Samples, rows: np.ndarray, *, at_once: int) -> tuple[np.ndarray, np.ndarray]:
    shape = (len(rows), 2, *rows.shape[1:], 1440)
    values, seen = np.full(shape, 9, dtype=np.float32), np.zeros(shape, dtype=np.bool_)
    samples.unpack(rows, values=values, seen=seen, at_once=at_once)
    return values, seen


def test_the_same_samples_give_the_same_bytes() -> None:
    assert encode_shard(made(3), shard_rows=4) == encode_shard(made(3), shard_rows=4)
    assert encode_shard(made(3), shard_rows=4) != encode_shard(made(4), shard_rows=4)


@pytest.mark.parametrize("at_once", [1, 2, 7])
def test_rows_come_back_with_zero_where_not_seen(tmp_path: Path, at_once: int) -> None:
    samples = made(3)
    (tmp_path / "c.0.0.0").write_bytes(encode_shard(samples, shard_rows=4))
    rows = np.array([2, 0, 1, 2, 2])
    values, seen = unpacked(opened(tmp_path, 3), rows, at_once=at_once)
    assert np.array_equal(seen, ~np.isnan(samples[rows]))
    assert np.array_equal(values, np.nan_to_num(samples[rows]))
    weeks = np.array([[0, 1], [2, 0], [1, 1]])
    values, seen = unpacked(opened(tmp_path, 3), weeks, at_once=at_once)
    assert np.array_equal(values, np.nan_to_num(samples[weeks]).transpose(0, 2, 1, 3))
    assert np.array_equal(seen, ~np.isnan(samples[weeks]).transpose(0, 2, 1, 3))


def test_a_day_that_was_never_written_is_an_error_even_where_one_of_nothing_but_gaps_is_not(tmp_path: Path) -> None:
    (tmp_path / "c.0.0.0").write_bytes(encode_shard(made(3), shard_rows=4))
    _, seen = unpacked(opened(tmp_path, 8), np.array([1]), at_once=1)
    assert not seen.any()
    for row, file in ((3, r"c\.0\.0\.0"), (5, r"c\.1\.0\.0")):
        with pytest.raises(StoreError, match=file):
            unpacked(opened(tmp_path, 8), np.array([0, row]), at_once=1)

"""Embeddings by day come back to the bit, and anything else is refused with a sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import StoreError
from sennight.record import DayEmbedding
from sennight.store.day_embeddings import is_by_day, load_day_embedding, save_day_embedding


def days(columns: tuple[str, ...] = ("last/hr", "last/steps")) -> DayEmbedding:
    rng = np.random.default_rng(0)
    seen = np.array([[True, True, False], [True, False, False]])
    values = rng.normal(size=(2, 3, 2)).astype(np.float32) * seen[:, :, None]
    weekday = np.where(seen, 4, -1).astype(np.int8)
    return DayEmbedding(people=("b", "a"), values=values, seen=seen, weekday=weekday, backbone="b-1", columns=columns)


@pytest.mark.parametrize("columns", [("last/hr", "last/steps"), ()])
def test_it_comes_back_to_the_bit(tmp_path: Path, columns: tuple[str, ...]) -> None:
    before = days(columns)
    save_day_embedding(before, tmp_path / "new" / "d.parquet", store="s")
    after = load_day_embedding(tmp_path / "new" / "d.parquet")
    assert (after.people, after.backbone, after.columns) == (before.people, before.backbone, before.columns)
    for part in ("values", "seen", "weekday"):
        np.testing.assert_array_equal(getattr(after, part), getattr(before, part))


def test_anything_else_is_refused(tmp_path: Path) -> None:
    assert not is_by_day(tmp_path / "nowhere.parquet")
    other = tmp_path / "other.parquet"
    other.write_bytes(b"PAR1 and nothing")
    assert not is_by_day(other)
    for path in (other, tmp_path / "nowhere.parquet"):
        with pytest.raises(StoreError, match="no embedding by day"):
            load_day_embedding(path)


def test_a_file_that_would_end_the_process_is_no_embedding(
    tmp_path: Path, parquet_bomb: Callable[[Path], Path]
) -> None:
    bomb = parquet_bomb(tmp_path / "d.parquet")
    assert not is_by_day(bomb)
    with pytest.raises(StoreError, match="no embedding by day"):
        load_day_embedding(bomb)

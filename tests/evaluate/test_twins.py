"""One body under two ids is found on both sides of a split; different bodies are not accused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sennight.evaluate.twins import twins

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "nhanes_2005_2006"


def test_different_people_share_nothing(windows) -> None:
    """N-01."""
    found = twins(windows(8, seed=1), windows(8, seed=2))
    assert found.none
    assert found.compared_days == (8, 8)


def test_the_same_days_under_another_id_are_found(windows) -> None:
    """N-01: two exports of one device."""
    one = windows(6, seed=1)
    again = replace(one.take(np.array([3])), people=("somebody else",))
    found = twins(one, again)
    assert found.blocks > 3
    assert found.days == 1


def test_near_duplicates_are_found_and_looser_likeness_is_not(windows) -> None:
    """N-01: 99 % of a day's minutes equal; 95 % is not enough."""
    one = windows(2, seed=1)
    rng = np.random.default_rng(0)
    for share, expected in ((0.005, 2), (0.05, 0)):
        other = one.values + (rng.random(one.values.shape) < share) * np.float32(0.5) * one.seen
        assert twins(one, replace(one, values=other.astype(np.float32))).days == expected


def test_flat_hours_are_nobodys(windows) -> None:
    flat = windows(2, seed=1)
    flat = replace(flat, values=np.where(flat.seen, 70, 0).astype(np.float32))
    assert twins(flat, flat).blocks == 0


@pytest.mark.real
@pytest.mark.skipif(not SHARED.exists(), reason="the NHANES pack is not at ../shared")
def test_no_day_of_the_real_pack_stands_on_both_sides(tmp_path: Path) -> None:
    """N-01: 20 people of the pack, half against half."""
    from sennight.record import folds
    from sennight.stages.prepared import prepare_store
    from sennight.store import Store

    prepare_store(SHARED, tmp_path / "store", people=20)
    store = Store.open(tmp_path / "store")
    fold = dict(zip(store.people, folds(store.people, k=2).tolist(), strict=True))
    side = np.array([fold[p] for p in store.index["person"]])
    assert twins(*(store.read(np.flatnonzero(side == s).astype(np.int64)) for s in (0, 1))).none

"""Blocks of any length become the same whole minutes, and a minute without end does not fill memory."""

import numpy as np

from sennight.signals.blocks import WholeMinutes


def handed_on(utc: np.ndarray, cut: int, patience: int) -> tuple[list[np.ndarray], WholeMinutes]:
    whole = WholeMinutes(patience=patience)
    pieces = []
    for i in range(0, len(utc), cut):
        xyz = np.repeat(utc[i : i + cut, None], 3, axis=1).astype(np.float32)
        if ready := whole.add(utc[i : i + cut], xyz):
            pieces.append(ready[0])
    pieces.append(whole.rest()[0])
    return pieces, whole


def test_no_minute_is_ever_cut_in_two() -> None:
    utc = np.sort(np.random.default_rng(1).uniform(0, 3_000, 4_000))
    for cut in (1, 7, 400, 4_000):
        pieces, _ = handed_on(utc, cut, patience=300)
        np.testing.assert_array_equal(np.concatenate(pieces), utc)
        minutes = [set((p // 60).astype(int)) for p in pieces]
        assert sum(map(len, minutes)) == len(set().union(*minutes))


def test_little_is_held_back_and_nothing_is_lost_at_the_end() -> None:
    whole = WholeMinutes(patience=100)
    assert whole.add(np.arange(50.0), np.zeros((50, 3), dtype=np.float32)) is None
    assert whole.add(np.empty(0), np.empty((0, 3), dtype=np.float32)) is None
    utc, xyz = whole.rest()
    assert len(utc) == len(xyz) == 50
    assert len(whole.rest()[0]) == 0


def test_a_minute_with_too_many_samples_is_thinned_and_counted() -> None:
    """Failure 9."""
    utc = np.concatenate([np.full(5_000, 30.0), np.arange(60.0, 400.0)])
    pieces, whole = handed_on(utc, 50, patience=200)
    kept = np.concatenate(pieces)
    assert whole.refused > 4_000
    assert len(kept) + whole.refused == len(utc)
    assert (kept >= 60).sum() == 340

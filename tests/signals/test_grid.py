"""The even grid: exact where samples are even, linear between where they are not, and nothing over a pause."""

import numpy as np

from sennight.signals.grid import EvenGrid, Piece, join_minutes, minute_runs


def even(utc: np.ndarray, xyz: np.ndarray, *, rate: float, cut: int = 10**9) -> list[Piece]:
    grid = EvenGrid(rate_hz=rate)
    pieces = [p for i in range(0, len(utc), cut) for p in grid.add(utc[i : i + cut], xyz[i : i + cut])]
    return pieces + grid.finish()


def joined(pieces: list[Piece]) -> dict[float, np.ndarray]:
    found: dict[float, list[np.ndarray]] = {}
    for piece in pieces:
        assert piece.first == sum(len(p) for p in found.get(piece.start_s, []))
        found.setdefault(piece.start_s, []).append(piece.xyz)
    return {start: np.concatenate(parts) for start, parts in found.items()}


def noise(n: int) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(n, 3)).astype(np.float32)


def test_even_samples_pass_unchanged_whatever_the_rounding_of_their_times() -> None:
    utc = 1.7e9 + np.arange(3_000) / 30
    xyz = noise(3_000)
    np.testing.assert_array_equal(joined(even(utc, xyz, rate=30.0))[utc[0]], xyz)


def test_pieces_do_not_depend_on_blocks() -> None:
    rng = np.random.default_rng(3)
    utc = np.cumsum(rng.uniform(0.02, 0.06, 20_000))
    utc[8_000:] += 40
    utc[15_000:] += 5
    xyz = noise(20_000)
    whole = joined(even(utc, xyz, rate=30.0))
    assert len(whole) == 3
    for cut in (13, 999, 7_000):
        parts = joined(even(utc, xyz, rate=30.0, cut=cut))
        assert parts.keys() == whole.keys()
        for start in whole:
            np.testing.assert_allclose(parts[start], whole[start], atol=1e-6)


def test_between_samples_it_is_a_straight_line() -> None:
    utc = np.array([0.0, *np.sort(np.random.default_rng(4).uniform(0, 30, 900)), 30.0])
    line = np.stack([utc, 2 * utc, -utc], axis=1).astype(np.float32)
    got = joined(even(utc, line, rate=25.0))[0.0]
    np.testing.assert_allclose(got[:, 0], np.arange(len(got)) / 25, atol=1e-4)
    np.testing.assert_allclose(got[:, 2], -np.arange(len(got)) / 25, atol=1e-4)


def test_segments_too_short_for_a_filter_are_left_out() -> None:
    utc = np.concatenate([np.arange(0, 10, 0.1), np.arange(100, 130, 0.1), np.arange(200, 205, 0.1)])
    got = joined(even(utc, noise(len(utc)), rate=10.0))
    assert list(got) == [100.0]


def test_the_end_of_a_segment_is_told_once() -> None:
    utc = np.concatenate([np.arange(0, 30, 0.1), np.arange(100, 130, 0.1)])
    pieces = even(utc, noise(len(utc)), rate=10.0, cut=37)
    assert [p.start_s for p in pieces if p.last] == [0.0, 100.0]
    assert even(np.empty(0), np.empty((0, 3), dtype=np.float32), rate=10.0) == []


def test_runs_of_minutes_are_those_of_every_single_time() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        start, first, n = float(rng.uniform(0, 1e9)), int(rng.integers(0, 9_000)), int(rng.integers(1, 9_000))
        rate = float(rng.choice([10, 15, 30, 50]))
        if rng.random() < 0.5:
            start = np.floor(start / 60) * 60
        each = np.floor((start + (first + np.arange(n)) / rate + 1e-4) / 60).astype(np.int64)
        runs = minute_runs(start, first, n, rate)
        np.testing.assert_array_equal(np.repeat(runs.minute, runs.size), each)
        assert runs.at[0] == 0


def test_a_minute_in_several_parts_is_one_row() -> None:
    part = (np.array([7, 8]), np.array([300, 600]), np.array([[1.0], [2.0]]))
    more = (np.array([8, 9]), np.array([0, 600]), np.array([[10.0], [4.0]]))
    got = join_minutes([part, more], full=600)
    assert got.minute.tolist() == [7, 8, 9]
    assert got.share.tolist() == [0.5, 1.0, 1.0]
    assert got.sums.tolist() == [[1.0], [12.0], [4.0]]

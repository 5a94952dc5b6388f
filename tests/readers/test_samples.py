"""Samples: repeats are settled the same way in any order, and counted."""

import numpy as np
import pytest

from sennight.readers.reader import ReadReport
from sennight.readers.samples import REPEATED, SECOND_VALUE, Samples, settle_repeats
from sennight.record import Fold


def settled(
    utc: list[int], values: list[float], *, fold: Fold, seed: int = 0
) -> tuple[list[int], list[float], ReadReport]:
    order = np.random.default_rng(seed).permutation(len(utc))
    report = ReadReport(reader="test", source="made here")
    made = settle_repeats(
        Samples(
            utc=np.array(utc, dtype=np.int64)[order],
            offset_s=np.zeros(len(utc), dtype=np.int32),
            values=np.array(values, dtype=np.float32)[order],
        ),
        fold=fold,
        report=report,
    )
    return made.utc.tolist(), made.values.tolist(), report


@pytest.mark.parametrize("seed", range(5))
def test_of_two_counts_at_one_time_the_fuller_stays(seed: int) -> None:
    utc, values, report = settled([0, 0, 60, 60], [3, 5, 7, 7], fold=Fold.SUM, seed=seed)
    assert (utc, values) == ([0, 60], [5, 7])
    assert report.dropped == {SECOND_VALUE: 1, REPEATED: 1}


@pytest.mark.parametrize("seed", range(5))
def test_different_values_of_a_mean_are_all_kept(seed: int) -> None:
    utc, values, report = settled([0, 0, 0], [60, 62, 60], fold=Fold.MEAN, seed=seed)
    assert (utc, values) == ([0, 0], [60, 62])
    assert report.dropped == {REPEATED: 1}


def test_an_unusable_code_never_displaces_a_value() -> None:
    utc, values, _ = settled([0, 0], [np.nan, 4], fold=Fold.SUM)
    assert (utc, values) == ([0], [4])

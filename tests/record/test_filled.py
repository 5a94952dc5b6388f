"""A filled cell is never a seen one."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sennight.errors import PrepareError
from sennight.record import Filled, WindowBatch


@pytest.fixture
def filled(windows: Callable[..., WindowBatch]) -> Filled:
    batch = windows(2)
    mask = ~batch.seen
    values = np.where(mask, np.float32(70), np.float32(0))
    return Filled(
        windows=batch, values=values, low=values, high=np.where(mask, np.float32(80), np.float32(0)), filled=mask,
        share=0.9, filler="filler-x",
    )  # fmt: skip


def test_seen_and_filled_stand_side_by_side(filled: Filled) -> None:
    assert filled.known.all()
    assert np.array_equal(filled.together()[filled.windows.seen], filled.windows.values[filled.windows.seen])
    assert (filled.together()[filled.filled] == 70).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: {"filled": np.ones_like(f.filled)}, "seen cannot"),
        (lambda f: {"values": np.ones_like(f.values)}, "not filled"),
        (lambda f: {"low": f.high}, "inside its band"),
        (lambda f: {"share": 1.0}, "between"),
        (lambda f: {"windows": f.windows.take(np.array([0]))}, "shape"),
    ],
)
def test_what_cannot_be_is_refused(filled: Filled, change: Callable[[Filled], dict[str, object]], message: str) -> None:
    with pytest.raises(PrepareError, match=message):
        replace(filled, **change(filled))

"""Pictures are drawn, and what was filled can be told from what was measured."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from matplotlib.colors import to_hex

from sennight.errors import InputError
from sennight.evaluate.generated.filling import BLOCKS
from sennight.evaluate.generated.pictures import error_by_length, fan, filled_day, png
from sennight.evaluate.report.figures import BLUE, VERMILION
from sennight.record import Filled, WindowBatch


def test_filled_minutes_have_a_colour_of_their_own(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(1)
    mask = ~batch.seen
    value = np.where(mask, np.float32(70), np.float32(0))
    filled = Filled(windows=batch, values=value, low=value, high=value, filled=mask, share=0.9, filler="f")
    figure = filled_day(filled, row=0, name="heart_rate", truth=np.full(1440, 71.0))
    lines = {to_hex(line.get_color()).upper(): np.asarray(line.get_ydata()) for line in figure.axes[0].lines}
    measured, guessed = lines[BLUE.upper()], lines[VERMILION.upper()]
    assert not (np.isfinite(measured) & np.isfinite(guessed)).any()
    assert png(figure).startswith(b"\x89PNG")
    with pytest.raises(InputError, match="glucose"):
        filled_day(filled, row=0, name="glucose")


def test_a_fan_opens_after_the_cut() -> None:
    figure = fan(np.arange(7.0), np.sort(np.random.default_rng(0).uniform(0, 9, (8, 5)), axis=1), label="steps")
    assert [len(np.asarray(line.get_xdata())) for line in figure.axes[0].lines[:2]] == [7, 8]


def test_a_panel_a_data_set() -> None:
    rows = [
        {"person": p, "scenario": s, "method": m, "channel": "steps", "cells": 10, "se": float(i + 1)}
        for i, s in enumerate(BLOCKS) for p in ("a", "b") for m in ("linear", "sennight")
    ]  # fmt: skip
    figure = error_by_length({"one": pl.DataFrame(rows), "two": pl.DataFrame(rows)})
    assert len(figure.axes) == 2
    assert png(figure)

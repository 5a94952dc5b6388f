"""Stress: minutes of stress tasks against rest, from a wristband in a laboratory (Stress-Predict)."""

import numpy as np
import polars as pl

from sennight.evaluate.rows import RowTask
from sennight.stages.wrist.dated import matrix, own_level_removed

SIGNALS = ("hr_mean", "eda_mean", "eda_sd", "temp_mean", "acc_enmo_abs", "rmssd", "resp_rate")
STRESSED = 0.5  # of a minute in a task


def stressed_minutes(table: pl.DataFrame) -> RowTask:
    """Is the person in a stress task that minute? `table` has person, unix_minute, `SIGNALS` and stress_frac.

    The session has one order for everybody, so the minute of the session alone says much; it stands beside.
    """
    known = table.filter(pl.col("stress_frac").is_not_null()).sort("person", "unix_minute")
    own = own_level_removed(known, SIGNALS)
    minute = (known["unix_minute"] - known.select(pl.col("unix_minute").min().over("person"))["unix_minute"]).to_numpy()
    clock = np.stack([minute, minute**2, minute**3], axis=1) / np.array([60.0, 60.0**2, 60.0**3])
    return RowTask(
        name="stressed_minute", question="Is this minute one of a stress task rather than of rest?", unit="minute",
        metric="auc", source="Stress-Predict, MIT licence", people=tuple(known["person"].to_list()),
        y=(known["stress_frac"].to_numpy() >= STRESSED).astype(np.float64),
        features={
            "wristband": matrix(known, SIGNALS),
            "wristband, less own median": matrix(own, SIGNALS),
            "movement alone, less own median": matrix(own, ("acc_enmo_abs",)),
            "minute of the session": clock,
        },
        note="everybody's session has the same order: the minute of the session is a baseline that knows no body",
    )  # fmt: skip

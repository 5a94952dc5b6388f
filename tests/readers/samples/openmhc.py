"""A few days in the layout of OpenMHC, made here with polars' writer, which our reader does not use."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

CHANNELS = [
    *(f"hk_iphone:HKQuantityTypeIdentifier{n}" for n in ("StepCount", "DistanceWalkingRunning", "FlightsClimbed")),
    *(f"hk_watch:HKQuantityTypeIdentifier{n}" for n in ("StepCount", "DistanceWalkingRunning")),
    *(f"hk_watch:HKQuantityTypeIdentifier{n}" for n in ("HeartRate", "ActiveEnergyBurned")),
    "sleep:asleep", "sleep:inbed", "workout:HKWorkoutActivityTypeYoga",
]  # fmt: skip
MINUTES = 1_440


def day(seed: int, *, minutes: int = MINUTES) -> np.ndarray:
    """One day, [channel, minute]: steps and a pulse with a gap, a night of sleep, nothing else."""
    rng = np.random.default_rng(seed)
    values = np.zeros((len(CHANNELS), minutes), dtype=np.float32)
    values[0] = rng.integers(0, 40, minutes)
    values[3] = rng.integers(0, 40, minutes)
    values[5] = rng.integers(50, 120, minutes)
    values[5, 600:660] = np.nan
    values[5, 660:670] = 0
    values[6] = 0.5
    values[7, :420] = 1
    return values


def stream(rows: Sequence[tuple[str, str, np.ndarray]], *, units: str = "steps/min") -> pl.DataFrame:
    """Rows of user, date and day as a frame with the columns of the benchmark."""
    return pl.DataFrame(
        {
            "values": pl.Series([v.tolist() for _, _, v in rows], dtype=pl.List(pl.List(pl.Float32))),
            "user_id": [user for user, _, _ in rows],
            "date": [date for _, date, _ in rows],
            "has_any_data": [[True] * len(CHANNELS)] * len(rows),
            "channel_names": [CHANNELS] * len(rows),
            "channel_units": [[units] * len(CHANNELS)] * len(rows),
            "total_nonwear_minutes": pl.Series([1440.0] * len(rows), dtype=pl.Float32),
            # The real files say the shape in the metadata of `values`; a name with it stands for that here.
            "shape_1440": [MINUTES] * len(rows),
        }
    )


def write(frame: pl.DataFrame, path: Path) -> Path:
    """As an Arrow stream, in the types that the benchmark's library writes."""
    frame.write_ipc_stream(path, compat_level=pl.CompatLevel.oldest())
    return path


def daily_hf(folder: Path) -> Path:
    """Two people, their days not in order, in two files as Hugging Face saves them."""
    inside = folder / "daily_hf"
    inside.mkdir(exist_ok=True)
    (inside / "state.json").write_text('{"_data_files": []}')
    rows = [("ann", "2019-03-02", day(1)), ("ben", "2019-03-01", day(2)), ("ann", "2019-03-01", day(3))]
    write(stream(rows), inside / "data-00000-of-00002.arrow")
    write(stream([("ben", "2019-03-02", day(4))]), inside / "data-00001-of-00002.arrow")
    return inside


SAMPLES = (daily_hf,)

REAL = ""
SECOND = "files written by the `datasets` library"

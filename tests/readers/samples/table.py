"""Small tables, made here."""

from pathlib import Path

import numpy as np
import polars as pl


def _minutes(day: int, n: int) -> list[str]:
    return [f"2024-03-{day:02d} {8 + i // 60:02d}:{i % 60:02d}:00" for i in range(n)]


def table_csv(folder: Path) -> Path:
    """Two people, half an hour each, named as in the registry."""
    rows = [
        f"{person},{time},{60 + i % 7},{i % 3}" for person in ("anna", "ben") for i, time in enumerate(_minutes(1, 30))
    ]
    path = folder / "minutes.csv"
    path.write_text("person,time,heart_rate,steps\n" + "\n".join(rows) + "\n")
    return path


def table_parquet(folder: Path) -> Path:
    """A folder with NHANES-like day rows and labels, which a shipped mapping reads."""
    inside = folder / "pack"
    inside.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    pl.DataFrame(
        {
            "seqn": [7, 7, 9],
            "day": [0, 1, 0],
            "weekday": [7, 1, 3],
            "counts": pl.Series(rng.integers(-1, 900, (3, 1_440), dtype=np.int16)),
            "steps": pl.Series(rng.integers(0, 90, (3, 1_440), dtype=np.uint8)),
        }
    ).write_parquet(inside / "mini_200.parquet")
    return inside / "mini_200.parquet"


SAMPLES = (table_csv, table_parquet)
REAL = "all eight folders of public data that ship with a mapping"
SECOND = "the arrays of the small NHANES pack, minute by minute"

"""A pulse that rises under stress is found within people, whatever their own level."""

import numpy as np
import polars as pl

from sennight.evaluate.rows import evaluate_rows
from sennight.heads import LinearConfig
from sennight.stages.wrist.stress import SIGNALS, stressed_minutes


def test_a_pulse_that_rises_in_tasks_is_found_against_the_own_level() -> None:
    rng = np.random.default_rng(0)
    parts = []
    for i in range(20):
        stress = rng.permutation(np.arange(40) % 2).astype(float)
        columns = {name: rng.normal(size=40) for name in SIGNALS}
        columns["hr_mean"] = 70 + 15 * rng.normal() + 8 * stress + 2 * rng.normal(size=40)
        who = {"person": [f"p{i}"] * 40, "unix_minute": 1000 * i + np.arange(40), "stress_frac": stress}
        parts.append(pl.DataFrame(who | columns))
    table = pl.concat(parts)
    empty = table.head(1).with_columns(stress_frac=pl.lit(None, dtype=pl.Float64))
    task = stressed_minutes(pl.concat([table, empty]))
    assert len(task.y) == 800  # a minute without a label is no question
    scores = {s.features: s for s in evaluate_rows([task], head=LinearConfig(), replicates=100).scores}
    assert scores["wristband, less own median"].value > scores["wristband"].value > 0.5
    assert scores["wristband, less own median"].value > 0.95
    assert abs(scores["minute of the session"].value - 0.5) < 0.1

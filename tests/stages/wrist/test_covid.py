"""Days of a fever are told from the person's other days; days between are not asked about."""

import datetime as dt

import numpy as np

from sennight.evaluate.rows import evaluate_rows
from sennight.heads import LinearConfig
from sennight.record import Facts
from sennight.record.facts import Fact
from sennight.stages.wrist.covid import onset_days


def test_a_faster_pulse_in_the_first_week_is_found() -> None:
    rng, rows, onset = np.random.default_rng(0), [], {}
    for i in range(20):
        first = dt.date(2020, 3, 1)
        onset[f"p{i}"] = first + dt.timedelta(days=35)
        level = 60 + 10 * rng.normal()
        for d in range(80):
            ill = 35 <= d < 42
            pulse = level + 8 * ill + rng.normal()
            rows.append(Fact(f"p{i}", "resting_heart_rate", pulse, "1/min", "t", first + dt.timedelta(days=d)))
    task = onset_days(Facts.from_rows(rows), onset)
    assert task.y.sum() == 20 * 7
    assert len(task.y) == 20 * (7 + 23 + 24)  # days 30 to 8 before, 21 to 44 after
    scores = {s.features: s for s in evaluate_rows([task], head=LinearConfig(), replicates=100).scores}
    assert scores["pulse"].value > 0.98

"""The next hour is asked of what came before it alone."""

import numpy as np
import polars as pl
import pytest

from sennight.record import Facts, WindowBatch
from sennight.stages.wrist import glucose
from sennight.stages.wrist.glucose import _means
from sennight.store import Store

PEOPLE = tuple(f"p{i}" for i in range(6))


class Sensors(Store):
    """Six people, four days each with a day missing: glucose is a slow wave of their own."""

    channels = ("glucose", "heart_rate", "mets")

    def __init__(self, *, later: float = 0.0) -> None:
        names = [p for p in PEOPLE for _ in range(3)]
        self.later = later
        self.index = pl.DataFrame(
            {"person": names, "row": range(18), "ordinal": [0, 1, 3] * 6, "worn_minutes": [1440] * 18}
        )
        values = {"hba1c": np.linspace(5, 7, 6), "age_years": np.full(6, 50.0), "sex_female": np.arange(6) % 2 * 1.0}
        self.facts = Facts.from_wide(people=PEOPLE, values=values, units=dict.fromkeys(values, "1"), source="t")

    def read(self, rows: np.ndarray) -> WindowBatch:
        t = np.arange(1440)
        values = np.stack(
            [np.stack([120 + 5 * (r // 3) + 40 * np.sin(t / 60 + r), 70 + 0 * t, 1 + 0 * t], axis=1) for r in rows]
        ).astype(np.float32)
        values[:, 900:, 1:] += np.float32(self.later)
        one = np.ones(len(rows), dtype=np.int16)
        names, ordinal = self.index["person"].to_list(), self.index["ordinal"].to_list()
        return WindowBatch(
            people=tuple(names[r] for r in rows), ordinal=tuple(ordinal[r] for r in rows), weekday=one, day_of_year=one,
            values=values, seen=np.ones(values.shape, dtype=np.bool_), channels=self.channels,
        )  # fmt: skip


def test_nothing_after_the_question_enters(monkeypatch: pytest.MonkeyPatch) -> None:
    """N-04: what pulse and METs do later changes no column of a question asked before."""
    monkeypatch.setattr(glucose, "valid_rows", lambda store: store.index["row"].to_numpy())
    one, other = (glucose.glucose_next_hour(Sensors(later=x)) for x in (0.0, 9.0))
    name = "glucose, pulse, METs and clock"
    same = np.isclose(one.features[name], other.features[name], equal_nan=True).all(axis=1)
    assert 0.3 < same.mean() < 1  # questions of the morning are untouched, those of the evening are not
    assert one.y == pytest.approx(other.y)


def test_hba1c_is_a_row_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glucose, "valid_rows", lambda store: store.index["row"].to_numpy())
    task = glucose.hba1c(Sensors())
    assert task is not None
    assert task.people == PEOPLE
    sensor = task.features["mean glucose of the sensor"][:, 0]
    assert np.corrcoef(sensor, task.y)[0, 1] > 0.9


def test_a_level_is_the_mean_of_minutes_that_were_seen() -> None:
    seen = np.array([True, True, False, False, True])
    level = _means(np.array([1.0, 3.0, 9.0, 9.0, 5.0]), seen, 2)
    assert level[:2].tolist() == [1, 2]
    assert np.isnan(level[3])
    assert level[4] == 5

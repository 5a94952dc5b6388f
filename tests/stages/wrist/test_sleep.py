"""Minutes of a synthetic night are told from the day by counts; couples are never parted."""

from pathlib import Path

import numpy as np
import pytest

from sennight.evaluate.rows import evaluate_rows
from sennight.heads import LinearConfig
from sennight.record import WindowBatch
from sennight.stages.wrist import sleep
from sennight.store import Store


class Couples(Store):
    """Twelve people, two days each: counts are high by day and low by night, one minute in twenty the other way."""

    channels = ("wrist_counts", "white_light", "asleep")

    def __init__(self) -> None:
        import polars as pl

        from sennight.record import Facts

        self.people = tuple(f"p{i}" for i in range(12))
        names = [p for p in self.people for _ in range(3)]
        self.index = pl.DataFrame(
            {"person": names, "row": range(36), "ordinal": [0, 1, 2] * 12, "worn_minutes": [1440] * 36}
        )
        values = {"insomnia": np.arange(12) % 2 * 1.0, "couple": np.arange(12) // 2 * 1.0}
        units = {"insomnia": "yes/no", "couple": "code"}
        self.facts = Facts.from_wide(people=self.people, values=values, units=units, source="t")

    def read(self, rows: np.ndarray) -> WindowBatch:
        rng = np.random.default_rng([3, int(rows[0])])
        asleep = np.tile(np.arange(1440) < 480, (len(rows), 1)) ^ (rng.random((len(rows), 1440)) < 0.05)
        counts = np.where(asleep, 0, 200) + rng.poisson(5, asleep.shape)
        values = np.stack([counts, 100.0 * ~asleep, asleep], axis=2).astype(np.float32)
        one = np.ones(len(rows), dtype=np.int16)
        names = self.index["person"].to_list()
        return WindowBatch(
            people=tuple(names[r] for r in rows), ordinal=tuple(int(r) % 3 for r in rows), weekday=one, day_of_year=one,
            values=values, seen=np.ones(values.shape, dtype=np.bool_), channels=self.channels,
        )  # fmt: skip


def test_minutes_are_told_by_counts_and_couples_stay_together() -> None:
    store = Couples()
    task = sleep.sleep_minutes(store)
    assert task.together is not None
    assert len(set(task.together.tolist())) == 6
    scores = {s.features: s for s in evaluate_rows([task], head=LinearConfig(), replicates=100).scores}
    assert scores["counts of 21 minutes"].value > 0.97
    assert scores["clock"].value > 0.8
    assert {"Cole-Kripke 1992", "Sadeh 1994"} <= set(scores)


def test_insomnia_is_a_row_a_person() -> None:
    task = sleep.insomnia(Couples())
    assert len(task.y) == 12
    assert set(task.features) == {"engineered, counts and light", "engineered, counts"}


def test_on_real_couples(tmp_path: Path) -> None:
    data = Path(__file__).resolve().parents[4] / "shared" / "data" / "insomnia_couples"
    if not data.is_dir():
        pytest.skip("the public set is not beside this checkout")
    from sennight.stages.prepared import prepare_store

    prepare_store(str(data), tmp_path / "store", people=6)
    task = sleep.sleep_minutes(Store.open(tmp_path / "store"))
    assert 0.1 < task.y.mean() < 0.6
